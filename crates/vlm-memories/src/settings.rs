//! Settings of the wire where the service's documentation contradicts itself; the defaults are its safest reading.

/// How the key is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Authorization: <key>`, as specified and observed.
    #[default]
    RawKey,
    /// `Authorization: Bearer <key>`, as the documentation's OpenAI samples send it.
    Bearer,
}

/// Where settings of one family (thinking, schemas) go in the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtraBodyForm {
    /// `"extra_body": {"metadata": {…}}`, the only published schema.
    #[default]
    Literal,
    /// `"metadata": {…}` at the top, as an OpenAI client sends it.
    Flattened,
    /// Both.
    Both,
}

/// How Nova's media are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NovaUrlForm {
    /// `"image_url": {"url": …}`, as in the samples.
    #[default]
    Object,
    /// `"image_url": …`, as in the tables.
    Plain,
}

/// What the text of a streamed event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamText {
    /// A piece to append.
    #[default]
    Incremental,
    /// Everything so far.
    Cumulative,
}

/// All of them that a codec must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WireSettings {
    pub(crate) extra_body: ExtraBodyForm,
    pub(crate) nova_url: NovaUrlForm,
    pub(crate) qwen_plain_text: bool,
}

//! What servers of one protocol do differently, as data: a profile says how a server is reached, which fields it takes
//! under which names, what its error codes mean, and what its models can do. The profiles that ship are in `built_in.rs`,
//! the rules that a profile must keep in `check.rs`.

mod built_in;
mod check;
mod errors;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use vlm_core::{Capabilities, MediaOption};

pub use errors::ErrorRule;

/// How one kind of server speaks the chat-completions protocol.
///
/// Plain data: start from a built-in one, or from [`Profile::new`], and change fields. [`OpenAiBuilder::build`] checks
/// that the parts fit together. It serializes, so that a profile can stand in a file; what a file leaves out is as in the
/// plain protocol.
///
/// ```
/// use vlm_openai::Profile;
///
/// let mut ours = Profile::vllm();
/// ours.id = "our-gpu".into();
/// ours.base_url = Some("https://gpu.example.org/v1".into());
/// let mut model = ours.unlisted.clone();
/// model.model = "Qwen/Qwen3-VL-8B-Instruct".to_owned();
/// model.listed = true;
/// model.max_input_tokens = Some(32_768);
/// ours.models.push(model);
/// ```
///
/// [`OpenAiBuilder::build`]: crate::OpenAiBuilder::build
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// The provider's id: short, lower case, the same for ever. Errors, extras and price lists carry it.
    pub id: Cow<'static, str>,
    /// Where the service is, if it is at one place for everybody.
    pub base_url: Option<Cow<'static, str>>,
    /// The path below the base URL.
    pub path: Cow<'static, str>,
    /// The environment variable that holds the key.
    pub key_variable: Option<Cow<'static, str>>,
    /// The environment variable that holds another base URL.
    pub base_url_variable: Option<Cow<'static, str>>,
    /// How the key is sent.
    pub auth: Auth,
    /// Whether the server can be used without a key.
    pub keyless: bool,
    /// The field for the largest number of answer tokens: `max_tokens` or `max_completion_tokens`.
    pub max_tokens_field: Cow<'static, str>,
    /// The options of pictures and films that can be written, and where each goes. Which of them a model takes stands in
    /// its capabilities.
    pub media_options: Vec<OptionRule>,
    /// How many pictures one film given as a list of frames may have; `None` where the server takes no such lists.
    pub frame_list: Option<RangeInclusive<u32>>,
    /// Whether the server knows `strict` schemas. It is then sent with each schema: true where the schema keeps to the
    /// strict subset.
    pub strict_schemas: bool,
    /// Whether the server refuses `json_object` unless the word "JSON" stands in a message.
    pub json_needs_word: bool,
    /// The field that switches thinking, as a path into the body: `chat_template_kwargs.enable_thinking`.
    pub thinking_switch: Option<Cow<'static, str>>,
    /// The field that limits thinking, as a path into the body.
    pub thinking_budget: Option<Cow<'static, str>>,
    /// Whether `stream_options.include_usage` is sent, so that streams report their tokens.
    pub stream_usage: bool,
    /// The fields in which visible reasoning comes, most likely first.
    pub reasoning_fields: Vec<Cow<'static, str>>,
    /// The reply header that says `true` when the service gave up before the answer was complete.
    pub partial_reply_header: Option<Cow<'static, str>>,
    /// The extras that go to the top of the body under their own names.
    pub extras: Vec<ExtraRule>,
    /// What the server's error codes mean. The first rule that fits counts; after them, what the status says.
    pub errors: Vec<ErrorRule>,
    /// The models that are known, each with what it can do.
    pub models: Vec<Capabilities>,
    /// What is assumed of a model that is not among them.
    pub unlisted: Capabilities,
}

/// How the key is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer <key>`.
    #[default]
    Bearer,
    /// The bare key in a header of this name.
    Header(Cow<'static, str>),
}

/// How one option of a picture or film is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OptionRule {
    /// The option.
    pub option: MediaOption,
    /// Its field's name.
    pub field: Cow<'static, str>,
    /// Where the field stands.
    pub place: OptionPlace,
}

/// Where the field of an option stands in a content part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OptionPlace {
    /// In the object that holds the URL: `{"image_url": {"url": …, "detail": …}}`.
    Inside,
    /// Beside that object: `{"image_url": {"url": …}, "min_pixels": …}`.
    Beside,
}

/// An extra that goes to the top of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExtraRule {
    /// Its name, and the name of the field.
    pub name: Cow<'static, str>,
    /// What it may be.
    pub form: ExtraForm,
}

/// What the value of an extra may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExtraForm {
    /// One of these words.
    Word(Vec<Cow<'static, str>>),
    /// Any text.
    Text,
    /// A whole number that is not negative.
    Whole,
    /// Any number.
    Number,
    /// True or false.
    Flag,
    /// An object.
    Object,
    /// A list.
    List,
}

impl OptionRule {
    /// A field of the option's own name.
    pub fn new(option: MediaOption, place: OptionPlace) -> Self {
        Self { option, field: Cow::Borrowed(option.name()), place }
    }
}

impl ExtraRule {
    /// An extra and what it may be.
    pub fn new(name: impl Into<Cow<'static, str>>, form: ExtraForm) -> Self {
        Self { name: name.into(), form }
    }
}

impl Default for Profile {
    /// The plain protocol, under the id `local`.
    fn default() -> Self {
        Self::new("local")
    }
}

impl Profile {
    /// A listed model as it is known here, or what is assumed of one that is not listed.
    pub(crate) fn model(&self, name: &str) -> Capabilities {
        if let Some(listed) = self.models.iter().find(|model| model.model == name) {
            return listed.clone();
        }
        let mut assumed = self.unlisted.clone();
        name.clone_into(&mut assumed.model);
        assumed.listed = false;
        assumed
    }
}

#[cfg(test)]
mod tests;

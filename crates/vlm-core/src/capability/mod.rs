//! What a model can do, as data. Whether a request fits it is decided in `admit.rs`.

mod admit;
mod limits;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::media::{MediaOption, MediaType};
use crate::price::PriceSchedule;

pub use admit::Admission;
pub use limits::MediaLimits;

/// How far something is supported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "support", content = "note", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Support {
    /// Yes.
    Full,
    /// It is sent, and the answer carries this as a warning. Refused in a strict call.
    Doubtful(Cow<'static, str>),
    /// It is refused before sending; the note says what to do instead.
    None(Cow<'static, str>),
}

impl Support {
    /// Sent, with a warning.
    pub const fn doubtful(note: &'static str) -> Self {
        Self::Doubtful(Cow::Borrowed(note))
    }

    /// Refused; `note` says what to do instead.
    pub const fn none(note: &'static str) -> Self {
        Self::None(Cow::Borrowed(note))
    }

    /// False only when it is refused.
    pub fn is_available(&self) -> bool {
        !matches!(self, Self::None(_))
    }
}

/// The form in which a model takes a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SchemaDialect {
    /// JSON Schema as it is.
    JsonSchema,
    /// OpenAI's strict subset: every property required, no other properties, few keywords.
    OpenAiStrict,
    /// Gemini's `responseSchema`: an OpenAPI subset with upper-case types and `nullable`.
    GeminiSchema,
    /// Gemini's `responseJsonSchema`.
    GeminiJsonSchema,
    /// Anthropic's subset.
    Anthropic,
    /// JSON is promised, its shape is not: the schema goes into the prompt.
    JsonObject,
    /// Nothing is promised: the schema goes into the prompt.
    Prompt,
}

/// What one model, reached through one provider, can do.
///
/// Starts from [`Capabilities::text_only`] and is filled field by field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// The model's full name.
    pub model: String,
    /// Whether the provider's list knows the model. An unlisted one is passed through with a warning.
    pub listed: bool,
    /// Pictures.
    pub image: MediaCapability,
    /// Films.
    pub video: MediaCapability,
    /// Turns of the model itself, as history.
    pub assistant_turns: Support,
    /// Sampling settings and their ranges.
    pub sampling: SamplingCapability,
    /// Switching thinking on or off.
    pub thinking_switch: Support,
    /// Limiting thinking.
    pub thinking_budget: Support,
    /// Range of the thinking budget, where it is known.
    pub thinking_range: Option<RangeInclusive<u32>>,
    /// JSON without a schema.
    pub json: Support,
    /// JSON by a schema.
    pub json_schema: Support,
    /// The form in which a schema is given to the model.
    pub schema_dialect: SchemaDialect,
    /// Answers in pieces.
    pub streaming: Support,
    /// Largest number of input tokens, where it is known.
    pub max_input_tokens: Option<u64>,
    /// Largest number of output tokens, where it is known.
    pub max_output_tokens: Option<u64>,
    /// Largest number of answer tokens where a request sets none, as the service documents it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_tokens: Option<u32>,
    /// True where thinking is billed beside the tokens that `max_tokens` limits, and not out of them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub thinking_beyond_max_tokens: bool,
    /// The name of the rules by which pictures, films and text become input tokens, as `vlm_tokens::rules_for` takes
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_rules: Option<Cow<'static, str>>,
    /// What it costs, where it is known.
    pub price: Option<PriceSchedule>,
}

/// How pictures, or films, can be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MediaCapability {
    /// By URL.
    pub url: Support,
    /// As content: bytes, a file or a `data:` URL.
    pub inline: Support,
    /// By the provider's file id.
    pub file_id: Support,
    /// The media types that are taken; empty where the service does not say.
    pub media_types: Vec<MediaType>,
    /// The largest content in bytes, before encoding.
    pub max_inline_bytes: Option<u64>,
    /// The largest number in one request, where it is known.
    pub max_count: Option<u32>,
    /// The options per part that are taken.
    pub options: Vec<MediaOption>,
    /// What the content itself may be: sides, length, frames.
    #[serde(default, skip_serializing_if = "MediaLimits::is_empty")]
    pub limits: MediaLimits,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl MediaCapability {
    /// Refused in every form; `note` says what to do instead.
    pub fn none(note: impl Into<Cow<'static, str>>) -> Self {
        let refused = Support::None(note.into());
        Self {
            url: refused.clone(),
            inline: refused.clone(),
            file_id: refused,
            media_types: Vec::new(),
            max_inline_bytes: None,
            max_count: None,
            options: Vec::new(),
            limits: MediaLimits::default(),
        }
    }

    /// Taken by URL and as content up to so many bytes; not by file id.
    pub fn url_and_inline(max_inline_bytes: u64) -> Self {
        Self {
            url: Support::Full,
            inline: Support::Full,
            max_inline_bytes: Some(max_inline_bytes),
            ..Self::none("file ids are not supported; give a URL or the content")
        }
    }

    /// Taken by URL only; `note` says what to do instead of giving the content.
    pub fn url_only(note: impl Into<Cow<'static, str>>) -> Self {
        Self { url: Support::Full, ..Self::none(note) }
    }

    /// True when it is taken in any form.
    pub fn is_available(&self) -> bool {
        self.url.is_available() || self.inline.is_available() || self.file_id.is_available()
    }
}

/// The ranges of the sampling settings; a setting without a range is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingCapability {
    /// Range of the temperature.
    pub temperature: Option<RangeInclusive<f64>>,
    /// Range of `top_p`.
    pub top_p: Option<RangeInclusive<f64>>,
    /// Range of `frequency_penalty`.
    pub frequency_penalty: Option<RangeInclusive<f64>>,
    /// Range of `presence_penalty`.
    pub presence_penalty: Option<RangeInclusive<f64>>,
    /// Range of `max_tokens`.
    pub max_tokens: Option<RangeInclusive<u32>>,
    /// Range of the number of answers.
    pub n: Option<RangeInclusive<u32>>,
    /// Largest number of stop sequences; `Some(u32::MAX)` where the service states none, `None` where there are none.
    pub stop: Option<u32>,
}

impl Default for SamplingCapability {
    /// The ranges that nearly every service states.
    fn default() -> Self {
        Self {
            temperature: Some(0.0..=2.0),
            top_p: Some(0.0..=1.0),
            frequency_penalty: Some(-2.0..=2.0),
            presence_penalty: Some(-2.0..=2.0),
            max_tokens: Some(1..=u32::MAX),
            n: Some(1..=u32::MAX),
            stop: Some(u32::MAX),
        }
    }
}

impl Capabilities {
    /// A listed model that takes and gives text, and nothing else.
    pub fn text_only(model: impl Into<String>) -> Self {
        let refused = || Support::none("this model does not support it");
        Self {
            model: model.into(),
            listed: true,
            image: MediaCapability::none("this model takes no pictures"),
            video: MediaCapability::none("this model takes no films"),
            assistant_turns: Support::Full,
            sampling: SamplingCapability::default(),
            thinking_switch: refused(),
            thinking_budget: refused(),
            thinking_range: None,
            json: refused(),
            json_schema: refused(),
            schema_dialect: SchemaDialect::Prompt,
            streaming: Support::Full,
            max_input_tokens: None,
            max_output_tokens: None,
            default_max_tokens: None,
            thinking_beyond_max_tokens: false,
            token_rules: None,
            price: None,
        }
    }
}

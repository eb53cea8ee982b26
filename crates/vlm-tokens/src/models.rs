//! Which rules a model goes by, from its name.

use crate::error::RuleError;
use crate::gemini::{Gemini, Generation};
use crate::nova::Nova;
use crate::openai::OpenAi;
use crate::qwen::{Hosted, presets};
use crate::text;
use crate::tokens::{Clip, Film, Picture, Size, Tokens};

/// The rules of one hosted model. For the settings of a request, change the family's own value inside.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rules {
    /// Qwen-VL on DashScope.
    Qwen(Hosted),
    /// Gemini.
    Gemini(Gemini),
    /// OpenAI.
    OpenAi(OpenAi),
    /// Amazon Nova on Bedrock.
    Nova(Nova),
}

impl Rules {
    /// Tokens of one picture.
    ///
    /// # Errors
    /// What the family's own rule refuses.
    pub fn image(&self, size: Size) -> Result<Picture, RuleError> {
        match self {
            Self::Qwen(rules) => rules.image(size),
            Self::Gemini(rules) => rules.image(size),
            Self::OpenAi(rules) => rules.image(size),
            Self::Nova(rules) => rules.image(size),
        }
    }

    /// Tokens of a film.
    ///
    /// # Errors
    /// What the family's own rule refuses; OpenAI's models take no films.
    pub fn video(&self, clip: &Clip) -> Result<Film, RuleError> {
        match self {
            Self::Qwen(rules) => rules.video(clip),
            Self::Gemini(rules) => rules.video(clip),
            Self::OpenAi(_) => Err(RuleError::NoRule { what: "films on OpenAI models" }),
            Self::Nova(rules) => rules.video(clip),
        }
    }

    /// Tokens of so many pictures of one size that stand for a film: one film for Qwen, single pictures elsewhere.
    ///
    /// # Errors
    /// What the family's own rule refuses.
    pub fn frames(&self, pictures: u64, size: Size) -> Result<Film, RuleError> {
        if let Self::Qwen(rules) = self {
            return rules.frames(pictures, size);
        }
        let picture = self.image(size)?;
        Ok(Film::new(picture.tokens.times(pictures), pictures, picture.resized))
    }

    /// Tokens of a text. The rates are those of the Qwen vocabulary: ± 15 % there, ± 20 % elsewhere.
    pub fn text(&self, text: &str) -> Tokens {
        text::estimate_within(text, if matches!(self, Self::Qwen(_)) { 15 } else { 20 })
    }

    /// What so many messages add around their text and media.
    pub fn message_overhead(&self, messages: u64) -> Tokens {
        match self {
            Self::Qwen(rules) => rules.message_overhead(messages),
            Self::Gemini(rules) => rules.message_overhead(messages),
            Self::OpenAi(rules) => rules.message_overhead(messages),
            Self::Nova(rules) => rules.message_overhead(messages),
        }
    }
}

/// The rules of a model by name, with or without the family before it: `qwen:qwen3-vl-plus`, `gpt-4o-mini`.
///
/// `None` for a model whose rules are not known.
pub fn rules_for(model: &str) -> Option<Rules> {
    let name = ["qwen:", "gemini:", "nova:", "gpt:"].iter().find_map(|family| model.strip_prefix(family));
    let name = name.unwrap_or(model);
    qwen(name)
        .map(Rules::Qwen)
        .or_else(|| gemini(name).map(Rules::Gemini))
        .or_else(|| nova(name).map(Rules::Nova))
        .or_else(|| OpenAi::of(name).map(Rules::OpenAi))
}

fn qwen(name: &str) -> Option<Hosted> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let preset = match name {
        "qwen-vl-max" | "qwen-vl-max-latest" | "qwen-vl-max-2025-08-13" => presets::QWEN_VL_MAX,
        "qwen-vl-plus" | "qwen-vl-plus-latest" | "qwen-vl-plus-2025-08-15" | "qwen-vl-plus-2025-07-10" => {
            presets::QWEN_VL_PLUS
        }
        _ if starts(&["qwen3-vl-plus", "qwen3-vl-flash"]) => presets::QWEN3_VL,
        _ if starts(&["qwen3.5-", "qwen3.6-", "qwen3.7-", "qwen3.8-"]) => presets::QWEN3_5,
        _ if starts(&["qwen-vl-max-"]) => presets::QWEN2_5_VL_MAX,
        _ if starts(&["qwen-vl-plus-", "qwen2.5-vl-", "qvq-"]) => presets::QWEN2_5_VL,
        _ => return None,
    };
    Some(Hosted::new(preset))
}

fn gemini(name: &str) -> Option<Gemini> {
    let version = name.strip_prefix("gemini-")?;
    let generation = match version.as_bytes() {
        [b'2', b'.', ..] => Generation::Two,
        [b'3', b'-' | b'.', ..] => Generation::Three,
        _ => return None,
    };
    Some(Gemini::new(generation))
}

fn nova(name: &str) -> Option<Nova> {
    let (_, model) =
        name.split_once("amazon.nova-").filter(|(region, _)| region.is_empty() || region.ends_with('.'))?;
    let starts = |prefix: &str| model.starts_with(prefix);
    if starts("lite-") || starts("pro-") {
        Some(Nova::One)
    } else if starts("premier-") {
        Some(Nova::Premier)
    } else {
        starts("2-lite-").then_some(Nova::Two)
    }
}

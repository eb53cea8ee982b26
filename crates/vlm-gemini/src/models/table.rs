//! The listed models: how their thinking is controlled, and how much they can say.

use std::ops::RangeInclusive;

use super::Generation;

/// How a model's thinking is controlled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Control {
    /// It does not think.
    None,
    /// By a number of tokens; -1 leaves it to the model, and 0 is off where it can be off.
    Budget { range: RangeInclusive<u32>, off: bool },
    /// By a level, lowest first; some still take a number of tokens.
    Levels { names: &'static [&'static str], budget: bool },
}

/// One model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    /// Largest number of output tokens.
    pub(crate) output: u32,
    pub(crate) control: Control,
    /// Whether it ignores the settings by which tokens are drawn.
    pub(crate) ignores_sampling: bool,
}

const LONG: u32 = 65_536;
const TWO_LEVELS: &[&str] = &["low", "high"];
const THREE_LEVELS: &[&str] = &["low", "medium", "high"];
const FOUR_LEVELS: &[&str] = &["minimal", "low", "medium", "high"];

const fn thinking_by_level(id: &'static str, names: &'static [&'static str], budget: bool) -> Model {
    Model { id, output: LONG, control: Control::Levels { names, budget }, ignores_sampling: false }
}

const fn thinking_by_budget(id: &'static str, range: RangeInclusive<u32>, off: bool) -> Model {
    Model { id, output: LONG, control: Control::Budget { range, off }, ignores_sampling: false }
}

const fn without_thinking(id: &'static str) -> Model {
    Model { id, output: 8_192, control: Control::None, ignores_sampling: false }
}

/// Newest first. A budget is an error from 3.5 on. The levels of 3.5 Flash-Lite and 3.6 Flash are those of their
/// neighbours; the others are documented.
pub(crate) const MODELS: &[Model] = &[
    Model { ignores_sampling: true, ..thinking_by_level("gemini-3.8-flash", THREE_LEVELS, false) },
    thinking_by_level("gemini-3.7-flash", THREE_LEVELS, false),
    thinking_by_level("gemini-3.6-flash", FOUR_LEVELS, false),
    thinking_by_level("gemini-3.5-flash", FOUR_LEVELS, false),
    thinking_by_level("gemini-3.5-flash-lite", FOUR_LEVELS, false),
    thinking_by_level("gemini-3.1-pro-preview", THREE_LEVELS, true),
    thinking_by_level("gemini-3.1-flash-lite", FOUR_LEVELS, true),
    thinking_by_level("gemini-3-pro-preview", TWO_LEVELS, true),
    thinking_by_level("gemini-3-flash-preview", FOUR_LEVELS, true),
    thinking_by_budget("gemini-2.5-pro", 128..=32_768, false),
    thinking_by_budget("gemini-2.5-flash", 0..=24_576, true),
    thinking_by_budget("gemini-2.5-flash-preview-09-2025", 0..=24_576, true),
    thinking_by_budget("gemini-2.5-flash-lite", 512..=24_576, true),
    thinking_by_budget("gemini-2.5-flash-lite-preview-09-2025", 512..=24_576, true),
    without_thinking("gemini-2.0-flash"),
    without_thinking("gemini-2.0-flash-lite"),
];

impl Model {
    /// The listed model of this id, else one as its generation usually is.
    pub(crate) fn of(id: &str) -> Self {
        if let Some(model) = MODELS.iter().find(|model| model.id == id) {
            return model.clone();
        }
        match Generation::of(id) {
            Generation::Two => without_thinking(""),
            Generation::TwoFive if id.contains("pro") => thinking_by_budget("", 128..=32_768, false),
            Generation::TwoFive | Generation::Unknown => thinking_by_budget("", 0..=24_576, true),
            Generation::Three(minor) => thinking_by_level("", THREE_LEVELS, minor < 5),
            Generation::Later => thinking_by_level("", THREE_LEVELS, false),
        }
    }
}

//! Stream events, and how they fold into an answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::completion::{Choice, Completion, FinishReason, RawReply, Warning};
use crate::price::Cost;
use crate::usage::Usage;

/// One step of an answer. Folding all of them gives the [`Completion`].
///
/// `Debug` shows lengths, not text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StreamEvent {
    /// Facts about the answer as a whole; may come again with more.
    Start {
        /// The service's id.
        id: Option<String>,
        /// The model as the service names it.
        model: Option<String>,
        /// Seconds since 1970 (UTC).
        created: Option<u64>,
    },
    /// A piece of text.
    Text {
        /// The choice's index.
        choice: u32,
        /// What to append.
        text: String,
    },
    /// A piece of visible reasoning.
    Reasoning {
        /// The choice's index.
        choice: u32,
        /// What to append.
        text: String,
    },
    /// Why a choice ended.
    Finish {
        /// The choice's index.
        choice: u32,
        /// The reason.
        reason: FinishReason,
    },
    /// Usage so far; replaces what came before.
    Usage {
        /// The counts.
        usage: Usage,
    },
    /// Something to know.
    Warning {
        /// The warning.
        warning: Warning,
    },
    /// Facts that only this provider knows.
    Metadata {
        /// By the provider's own names; a later value of a name replaces an earlier one.
        metadata: Map<String, Value>,
    },
    /// The answer is complete. Nothing follows.
    End {
        /// What it cost.
        cost: Cost,
        /// The reply as it came, where it was kept. Not serialized.
        #[serde(skip)]
        raw: RawReply,
    },
}

impl StreamEvent {
    /// Adds this step to `answer`.
    pub fn fold_into(&self, answer: &mut Completion) {
        match self {
            Self::Start { id, model, created } => {
                replace(&mut answer.id, id);
                replace(&mut answer.model, model);
                replace(&mut answer.created, created);
            }
            Self::Text { choice, text } => choice_mut(answer, *choice).text.push_str(text),
            Self::Reasoning { choice, text } => {
                choice_mut(answer, *choice).reasoning.get_or_insert_default().push_str(text);
            }
            Self::Finish { choice, reason } => choice_mut(answer, *choice).finish = reason.clone(),
            Self::Usage { usage } => answer.usage = usage.clone(),
            Self::Warning { warning } => answer.warnings.push(warning.clone()),
            Self::Metadata { metadata } => answer.metadata.extend(metadata.clone()),
            Self::End { cost, raw } => {
                answer.cost = cost.clone();
                answer.raw = raw.clone();
            }
        }
    }

    /// The steps that fold into `answer`: how a reply that came whole is streamed.
    ///
    /// Choices come back sorted by their index; two of one index become one.
    pub fn unfold(answer: Completion) -> Vec<Self> {
        let Completion { id, model, created, choices, usage, cost, warnings, metadata, raw } = answer;
        let mut events = vec![Self::Start { id, model, created }];
        for choice in choices {
            let index = choice.index;
            if let Some(text) = choice.reasoning {
                events.push(Self::Reasoning { choice: index, text });
            }
            events.push(Self::Text { choice: index, text: choice.text });
            events.push(Self::Finish { choice: index, reason: choice.finish });
        }
        if !usage.is_empty() {
            events.push(Self::Usage { usage });
        }
        events.extend(warnings.into_iter().map(|warning| Self::Warning { warning }));
        if !metadata.is_empty() {
            events.push(Self::Metadata { metadata });
        }
        events.push(Self::End { cost, raw });
        events
    }
}

fn replace<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        old.clone_from(new);
    }
}

/// Choices stay sorted by their index.
fn choice_mut(answer: &mut Completion, index: u32) -> &mut Choice {
    let at = match answer.choices.binary_search_by_key(&index, |choice| choice.index) {
        Ok(at) => at,
        Err(at) => {
            answer.choices.insert(at, Choice::new(index, ""));
            at
        }
    };
    &mut answer.choices[at]
}

/// What an error brought along that no event had said. A text replaces the streamed one where it goes on from it.
pub(super) fn merge(answer: &mut Completion, late: Completion) {
    replace(&mut answer.id, &late.id);
    replace(&mut answer.model, &late.model);
    replace(&mut answer.created, &late.created);
    for choice in late.choices {
        let known = choice_mut(answer, choice.index);
        if choice.text.starts_with(&known.text) {
            known.text = choice.text;
        }
        let reasoning = known.reasoning.as_deref().unwrap_or_default();
        if choice.reasoning.as_ref().is_some_and(|late| late.starts_with(reasoning)) {
            known.reasoning = choice.reasoning;
        }
        if choice.finish != FinishReason::Unknown {
            known.finish = choice.finish;
        }
    }
    if !late.usage.is_empty() {
        answer.usage = late.usage;
    }
    if late.cost != Cost::default() {
        answer.cost = late.cost;
    }
    if !late.raw.is_empty() {
        answer.raw = late.raw;
    }
    for warning in late.warnings {
        if !answer.warnings.contains(&warning) {
            answer.warnings.push(warning);
        }
    }
    answer.metadata.extend(late.metadata);
}

impl fmt::Debug for StreamEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { id, model, .. } => write!(f, "Start({id:?}, {model:?})"),
            Self::Text { choice, text } => write!(f, "Text({choice}, {} bytes)", text.len()),
            Self::Reasoning { choice, text } => write!(f, "Reasoning({choice}, {} bytes)", text.len()),
            Self::Finish { choice, reason } => write!(f, "Finish({choice}, {reason:?})"),
            Self::Usage { usage } => write!(f, "Usage({usage:?})"),
            Self::Warning { warning } => write!(f, "Warning({warning:?})"),
            Self::Metadata { metadata } => write!(f, "Metadata({:?})", metadata.keys().collect::<Vec<_>>()),
            Self::End { cost, raw } => write!(f, "End({cost}, {raw:?})"),
        }
    }
}

//! The reply of Qwen and Gemini: `object: completion`, `status`, `choices[].text`, `meta`.

use serde::Serialize;

use super::{Stamp, UsageReply, echoed_model, usage};
use crate::answer::Answer;

#[derive(Debug, Serialize)]
pub(crate) struct Completion {
    id: String,
    object: &'static str,
    model: String,
    created_at: u64,
    status: &'static str,
    choices: Vec<TextChoice>,
    usage: Option<UsageReply>,
    meta: Meta,
}

#[derive(Debug, Serialize)]
pub(crate) struct TextChoice {
    pub(crate) text: String,
    pub(crate) index: usize,
}

#[derive(Debug, Serialize)]
struct Meta {
    provider: &'static str,
    provider_model: String,
}

pub(super) fn reply(answer: &Answer, stamp: &Stamp) -> Completion {
    let choices = answer.choices.iter().enumerate();
    let choices = choices.map(|(index, choice)| TextChoice { text: choice.text.clone(), index });
    completion(answer, stamp, "completed", choices.collect(), true)
}

/// A reply or a part of one: `status` and `choices` as given, the usage only where it ends.
pub(crate) fn completion(
    answer: &Answer,
    stamp: &Stamp,
    status: &'static str,
    choices: Vec<TextChoice>,
    last: bool,
) -> Completion {
    Completion {
        id: stamp.id(answer.family),
        object: "completion",
        model: echoed_model(answer),
        created_at: stamp.created,
        // A cut answer is reported as completed, too: the service gives no finish reason.
        status,
        choices,
        usage: answer.usage.filter(|_| last).map(|counts| usage(answer.family, counts)),
        meta: Meta { provider: answer.family.name(), provider_model: answer.id.clone() },
    }
}

//! Replies as the contract documents them: `choices[].text` for Qwen and Gemini, chat completions for Nova and GPT.
//!
//! These are structs rather than JSON values, so that fields come in the documented order.

pub(crate) mod chat;
pub(crate) mod error;
pub(crate) mod text;

use serde::Serialize;

use crate::answer::{Answer, Usage};
use crate::family::{Family, dated_gpt};

/// What makes a reply this one: a number that no other reply has, and the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) bits: u128,
    pub(crate) created: u64,
}

impl Stamp {
    /// A stamp whose number follows from seed and counter alone.
    pub(crate) fn new(seed: u64, counter: u64, created: u64) -> Self {
        let first = scramble(seed ^ scramble(counter));
        let second = scramble(first ^ counter);
        Self { bits: (u128::from(first) << 64) | u128::from(second), created }
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&self) -> String {
        let hex = format!("{:032x}", self.bits);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// The reply's id in the family's form.
    pub(crate) fn id(&self, family: Family) -> String {
        match family {
            Family::Qwen => self.uuid(),
            Family::Gemini => format!("resp_{}", self.uuid()),
            Family::Nova => format!("chatcmpl_{:032x}", self.bits),
            Family::Gpt => format!("chatcmpl-{:032x}", self.bits),
        }
    }
}

/// One step of splitmix64: spreads small numbers over 64 bits.
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The model as the family echoes it.
pub(crate) fn echoed_model(answer: &Answer) -> String {
    match answer.family {
        Family::Qwen => answer.id.clone(),
        Family::Gemini | Family::Nova => format!("{}:{}", answer.family.name(), answer.id),
        Family::Gpt => dated_gpt(&answer.id).to_owned(),
    }
}

/// Token counts under the names that the family uses.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(crate) enum UsageReply {
    Text {
        input_tokens: u64,
        output_tokens: u64,
        total_tokens: u64,
    },
    /// `output_token` is what the service writes.
    Nova {
        prompt_tokens: u64,
        output_token: u64,
        total_tokens: u64,
    },
    Gpt {
        prompt_tokens: u64,
        completion_tokens: u64,
        total_tokens: u64,
        prompt_tokens_details: PromptDetails,
        completion_tokens_details: CompletionDetails,
    },
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct PromptDetails {
    cached_tokens: u64,
    audio_tokens: u64,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct CompletionDetails {
    reasoning_tokens: u64,
    audio_tokens: u64,
    accepted_prediction_tokens: u64,
    rejected_prediction_tokens: u64,
}

/// The usage of a reply, in the family's form.
pub(crate) fn usage(family: Family, usage: Usage) -> UsageReply {
    let Usage { input, output } = usage;
    let total = input + output;
    match family {
        Family::Qwen | Family::Gemini => {
            UsageReply::Text { input_tokens: input, output_tokens: output, total_tokens: total }
        }
        Family::Nova => UsageReply::Nova { prompt_tokens: input, output_token: output, total_tokens: total },
        Family::Gpt => UsageReply::Gpt {
            prompt_tokens: input,
            completion_tokens: output,
            total_tokens: total,
            prompt_tokens_details: PromptDetails::default(),
            completion_tokens_details: CompletionDetails::default(),
        },
    }
}

/// The whole reply as JSON.
pub(crate) fn whole(answer: &Answer, stamp: &Stamp) -> Vec<u8> {
    if answer.family.answers_in_text() { json(&text::reply(answer, stamp)) } else { json(&chat::reply(answer, stamp)) }
}

/// JSON of a reply: plain structs of strings and numbers, which always serialize.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

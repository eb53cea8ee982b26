//! The reply of Nova and GPT: OpenAI's chat completion, and its chunks.

use serde::Serialize;

use super::{Stamp, UsageReply, echoed_model, usage};
use crate::answer::{Answer, Choice};
use crate::family::Family;

#[derive(Debug, Serialize)]
pub(crate) struct ChatCompletion {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: Vec<ChatChoice>,
    usage: Option<UsageReply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_fingerprint: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct ChatChoice {
    index: usize,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<()>,
    finish_reason: &'static str,
}

/// GPT's choice: `logprobs` and `refusal` are there and null.
#[derive(Debug, Serialize)]
struct Message {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Vec<ToolCall>>,
    #[serde(flatten)]
    extra: Option<GptMessage>,
}

#[derive(Debug, Serialize)]
struct GptMessage {
    refusal: Option<()>,
    annotations: [(); 0],
}

#[derive(Debug, Serialize)]
pub(crate) struct ToolCall {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function,
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    arguments: String,
}

pub(super) fn reply(answer: &Answer, stamp: &Stamp) -> ChatCompletion {
    let gpt = answer.family == Family::Gpt;
    let choices = answer.choices.iter().enumerate();
    ChatCompletion {
        id: stamp.id(answer.family),
        object: "chat.completion",
        created: stamp.created,
        model: echoed_model(answer),
        choices: choices.map(|(index, choice)| chat_choice(answer, stamp, index, choice)).collect(),
        usage: answer.usage.map(|counts| usage(answer.family, counts)),
        service_tier: gpt.then_some("default"),
        system_fingerprint: gpt.then_some("fp_emulated00"),
    }
}

fn chat_choice(answer: &Answer, stamp: &Stamp, index: usize, choice: &Choice) -> ChatChoice {
    let gpt = answer.family == Family::Gpt;
    let calls = tool_calls(answer, stamp, choice);
    ChatChoice {
        index,
        message: Message {
            role: "assistant",
            content: calls.is_none().then(|| choice.text.clone()),
            tool_calls: calls,
            extra: gpt.then_some(GptMessage { refusal: None, annotations: [] }),
        },
        logprobs: gpt.then_some(()),
        finish_reason: finish_reason(answer, choice),
    }
}

/// The choice as a tool call, where one was asked for.
pub(crate) fn tool_calls(answer: &Answer, stamp: &Stamp, choice: &Choice) -> Option<Vec<ToolCall>> {
    let name = answer.tool.clone()?;
    Some(vec![ToolCall {
        id: format!("call_{:032x}", stamp.bits),
        kind: "function",
        function: Function { name, arguments: choice.text.clone() },
    }])
}

/// Why a choice ended.
pub(crate) fn finish_reason(answer: &Answer, choice: &Choice) -> &'static str {
    if choice.cut {
        "length"
    } else if answer.tool.is_some() {
        "tool_calls"
    } else {
        "stop"
    }
}

/// One event of OpenAI's stream.
#[derive(Debug, Serialize)]
pub(crate) struct Chunk {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: Vec<ChunkChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageReply>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChunkChoice {
    pub(crate) index: usize,
    pub(crate) delta: Delta,
    pub(crate) finish_reason: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_calls: Option<Vec<ToolCall>>,
}

/// A chunk with these choices; the usage stands in the last.
pub(crate) fn chunk(answer: &Answer, stamp: &Stamp, choices: Vec<ChunkChoice>, last: bool) -> Chunk {
    Chunk {
        id: stamp.id(answer.family),
        object: "chat.completion.chunk",
        created: stamp.created,
        model: echoed_model(answer),
        choices,
        usage: answer.usage.filter(|_| last).map(|counts| usage(answer.family, counts)),
    }
}

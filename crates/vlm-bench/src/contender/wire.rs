//! The JSON of both protocols as a person would type it in: requests for both hand-written programs, replies for each.
//!
//! Replies are generic over their strings: owned as most people write them, or borrowed from the network's buffer.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::Result;
use crate::case::{MAX_TOKENS, PROMPT, Shape};

/// A request of either protocol.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    model: &'static str,
    messages: [Message<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Item<'a>>,
}

/// An item of content: with its type as OpenAI wants it, by its key alone as Qwen does.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Typed(TypedItem<'a>),
    Bare(BareItem<'a>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum TypedItem<'a> {
    Text { text: &'static str },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Debug, Serialize)]
struct ImageUrl<'a> {
    url: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum BareItem<'a> {
    Text(&'static str),
    Image(&'a str),
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> Request<'a> {
    /// The question of the bench, with the URL of a picture where there is one.
    pub(super) fn new(shape: Shape, picture: Option<&'a str>, stream: bool) -> Self {
        let openai = shape == Shape::OpenAi;
        let text =
            if openai { Item::Typed(TypedItem::Text { text: PROMPT }) } else { Item::Bare(BareItem::Text(PROMPT)) };
        let mut content = vec![text];
        content.extend(picture.map(|url| match shape {
            Shape::OpenAi => Item::Typed(TypedItem::ImageUrl { image_url: ImageUrl { url } }),
            Shape::Memories => Item::Bare(BareItem::Image(url)),
        }));
        Self {
            model: shape.model(),
            messages: [Message { role: "user", content }],
            max_completion_tokens: openai.then_some(MAX_TOKENS),
            max_tokens: (!openai).then_some(MAX_TOKENS),
            stream,
            stream_options: (openai && stream).then_some(StreamOptions { include_usage: true }),
        }
    }
}

/// A reply of OpenAI, or an event of its streams.
#[derive(Debug, Deserialize)]
pub(super) struct Chat<S> {
    choices: Vec<ChatChoice<S>>,
    usage: Option<ChatUsage>,
}

#[derive(Debug, Deserialize)]
struct ChatChoice<S> {
    #[serde(alias = "delta")]
    message: ChatMessage<S>,
}

#[derive(Debug, Deserialize)]
struct ChatMessage<S> {
    content: Option<S>,
}

#[derive(Debug, Deserialize)]
struct ChatUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

/// A reply of memories.ai for Qwen, or an event of its streams.
#[derive(Debug, Deserialize)]
pub(super) struct Text<S> {
    status: Status,
    choices: Vec<TextChoice<S>>,
    usage: Option<TextUsage>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Status {
    InProgress,
    Completed,
}

#[derive(Debug, Deserialize)]
struct TextChoice<S> {
    text: S,
}

#[derive(Debug, Deserialize)]
struct TextUsage {
    input_tokens: u64,
    output_tokens: u64,
}

/// What has been read of an answer.
#[derive(Debug, Default)]
pub(super) struct Reading {
    text: String,
    tokens: Option<(u64, u64)>,
    done: bool,
}

impl Reading {
    /// Adds a reply, or the data of one event; `parse` reads the JSON.
    pub(super) fn add<S: AsRef<str>>(&mut self, piece: Piece<S>) {
        match piece {
            Piece::Chat(chat) => {
                if let Some(text) = chat.choices.first().and_then(|choice| choice.message.content.as_ref()) {
                    self.text.push_str(text.as_ref());
                }
                self.tokens = chat.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)).or(self.tokens);
            }
            Piece::Text(text) => {
                if let Some(choice) = text.choices.first() {
                    self.text.push_str(choice.text.as_ref());
                }
                self.tokens = text.usage.map(|usage| (usage.input_tokens, usage.output_tokens)).or(self.tokens);
                self.done = text.status == Status::Completed;
            }
        }
    }

    /// Notes the mark that ends OpenAI's streams.
    pub(super) fn end(&mut self) {
        self.done = true;
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    pub(super) fn finish(self) -> Result<Answer> {
        let (input, output) = self.tokens.ok_or("the answer has no token counts")?;
        Ok(Answer::new(self.text.len(), input, output))
    }
}

/// A reply or an event of either protocol.
#[derive(Debug)]
pub(super) enum Piece<S> {
    Chat(Chat<S>),
    Text(Text<S>),
}

impl<'de, S: Deserialize<'de>> Piece<S> {
    pub(super) fn parse(shape: Shape, json: &'de [u8]) -> Result<Self> {
        Ok(match shape {
            Shape::OpenAi => Self::Chat(serde_json::from_slice(json)?),
            Shape::Memories => Self::Text(serde_json::from_slice(json)?),
        })
    }
}

//! What a service is to say, in neutral words.

use std::time::Duration;

use vlm_core::{ErrorKind, FinishReason, Usage};

/// Something that a service says in reply to one request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Scene {
    /// A whole answer.
    Answer(Answer),
    /// The same answer as a stream of events, one per piece of text at least, up to and with its end mark.
    Stream(Answer),
    /// An error as the service reports it, with its HTTP status. It names no delay.
    Refusal(Refusal),
    /// The same error, and in its body the delay after which to ask again, where the service does so.
    Delay(Refusal, Duration),
    /// The same error inside a successful reply (HTTP 200), where the service does so.
    RefusalInside(Refusal),
    /// A stream that says the answer's pieces and then reports this error instead of going on. One event at least
    /// comes before the error.
    BrokenStream(Answer, Refusal),
    /// A successful reply without any choice.
    NoChoice,
    /// An answer with the model's visible reasoning before its text, where the service shows such a thing.
    Reasoned {
        /// The answer.
        answer: Answer,
        /// The reasoning.
        reasoning: String,
        /// Whether it is to be a stream.
        streamed: bool,
    },
    /// Several choices, as a request for several gets them.
    Choices {
        /// Choice 0, and all that is said once.
        answer: Answer,
        /// The texts of the choices after it, which end as it does.
        others: Vec<String>,
        /// Whether it is to be a stream.
        streamed: bool,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The service's id of it.
    pub id: String,
    /// The model as the service names it.
    pub model: String,
    /// The text of choice 0, in the pieces in which it is streamed; joined where it comes whole.
    pub pieces: Vec<String>,
    /// Why it ended.
    pub finish: FinishReason,
    /// Input and output tokens; `None` is an answer without any usage. Of details (cached tokens, tokens of reasoning)
    /// say those that the service reports.
    pub usage: Option<Usage>,
}

impl Answer {
    /// An answer of these pieces, done, with 17 input and 5 output tokens.
    pub fn of<T: Into<String>>(pieces: impl IntoIterator<Item = T>) -> Self {
        Self {
            id: "answer-0001".to_owned(),
            model: "model-of-the-service".to_owned(),
            pieces: pieces.into_iter().map(Into::into).collect(),
            finish: FinishReason::Stop,
            usage: Some(Usage::new().with_tokens(17, 5)),
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.pieces.concat()
    }

    /// Input tokens, where there is usage.
    pub fn input_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.input_tokens
    }

    /// Output tokens, where there is usage.
    pub fn output_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.output_tokens
    }
}

/// An error that a service reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What kind the caller is to see.
    pub kind: ErrorKind,
    /// The service's words for it.
    pub words: String,
}

impl Refusal {
    /// An error of `kind`, with these words.
    pub fn new(kind: ErrorKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }
}

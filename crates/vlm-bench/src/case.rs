//! What is measured: the cases, the two wire shapes, and how a process is told which of them to run.

use std::path::PathBuf;

use crate::{Failure, Result};

/// The key that every contender sends. It opens nothing.
pub const KEY: &str = "test-key-of-the-bench";

/// The question of every request.
pub const PROMPT: &str = "What is in this picture? Answer in one sentence, and name the most important thing first.";

/// The most tokens that an answer may have.
pub const MAX_TOKENS: u32 = 300;

/// The protocol that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Chat completions, as OpenAI has them.
    OpenAi,
    /// memories.ai, its Qwen models.
    Memories,
}

impl Shape {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::OpenAi, Self::Memories];

    /// Its name in commands and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Memories => "memories",
        }
    }

    /// The model that is asked.
    pub fn model(self) -> &'static str {
        match self {
            Self::OpenAi => "gpt-5-mini",
            Self::Memories => "qwen:qwen3-vl-plus",
        }
    }

    /// The path of the call below the case's own folder.
    pub fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "v1/chat/completions",
            Self::Memories => "iu/chat/completions",
        }
    }

    /// What stands in front of the key.
    pub fn auth_prefix(self) -> &'static str {
        match self {
            Self::OpenAi => "Bearer ",
            Self::Memories => "",
        }
    }
}

/// One kind of work. Its name is the folder of the server that gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Small completions, one after the other.
    Small,
    /// A picture from disk in every request.
    Picture,
    /// A long stream, 256 events in each chunk.
    Stream256,
    /// A long stream, each event in a chunk of its own.
    Stream1,
    /// A long stream whose chunks all end inside an event.
    StreamSplit,
    /// Events of 512 KiB in chunks of 16 KiB.
    Large,
    /// Many at once, each answered after 20 ms.
    Slow,
    /// As many at once as are asked for: none is answered before all are there.
    Held,
}

impl Case {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Small,
        Self::Picture,
        Self::Stream256,
        Self::Stream1,
        Self::StreamSplit,
        Self::Large,
        Self::Slow,
        Self::Held,
    ];

    /// Its name in commands and paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Picture => "picture",
            Self::Stream256 => "stream-256",
            Self::Stream1 => "stream-1",
            Self::StreamSplit => "stream-split",
            Self::Large => "large",
            Self::Slow => "slow",
            Self::Held => "held",
        }
    }

    /// The case of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|case| case.name() == name);
        known.ok_or_else(|| format!("there is no case `{name}`").into())
    }

    /// Whether the answer is asked for as a stream.
    pub fn is_streamed(self) -> bool {
        matches!(self, Self::Stream256 | Self::Stream1 | Self::StreamSplit | Self::Large)
    }
}

/// What one process of a contender is to do.
#[derive(Clone, Debug)]
pub struct Load {
    /// `host:port` of the server.
    pub address: String,
    /// The protocol.
    pub shape: Shape,
    /// The work.
    pub case: Case,
    /// Requests that are measured.
    pub requests: usize,
    /// Requests before that, which are not.
    pub warm_up: usize,
    /// How many are under way at once.
    pub in_flight: usize,
    /// Events of a long stream, or of one of large events.
    pub events: usize,
    /// The picture of [`Case::Picture`].
    pub picture: PathBuf,
}

impl Load {
    /// The base URL of a case at the server, as a user would configure it.
    pub fn base_url(&self, case: Case) -> String {
        let version = if self.shape == Shape::OpenAi { "/v1" } else { "" };
        format!("http://{}/{}{version}", self.address, case.name())
    }

    /// The arguments that say the same to another process.
    pub fn to_arguments(&self) -> Vec<String> {
        vec![
            format!("address={}", self.address),
            format!("shape={}", self.shape.name()),
            format!("case={}", self.case.name()),
            format!("requests={}", self.requests),
            format!("warm-up={}", self.warm_up),
            format!("in-flight={}", self.in_flight),
            format!("events={}", self.events),
            format!("picture={}", self.picture.display()),
        ]
    }

    /// Reads what [`to_arguments`](Self::to_arguments) wrote.
    ///
    /// # Errors
    /// An argument that is not known, or missing.
    pub fn from_arguments(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut load = Self {
            address: String::new(),
            shape: Shape::OpenAi,
            case: Case::Small,
            requests: 1,
            warm_up: 0,
            in_flight: 1,
            events: 1,
            picture: PathBuf::new(),
        };
        for argument in arguments {
            let (name, value) = argument.split_once('=').ok_or_else(|| unknown(&argument))?;
            match name {
                "address" => value.clone_into(&mut load.address),
                "shape" if value == Shape::OpenAi.name() => load.shape = Shape::OpenAi,
                "shape" if value == Shape::Memories.name() => load.shape = Shape::Memories,
                "case" => load.case = Case::parse(value)?,
                "requests" => load.requests = value.parse()?,
                "warm-up" => load.warm_up = value.parse()?,
                "in-flight" => load.in_flight = value.parse()?,
                "events" => load.events = value.parse()?,
                "picture" => load.picture = value.into(),
                _ => return Err(unknown(&argument)),
            }
        }
        if load.address.is_empty() {
            return Err("the address of the server is missing: address=HOST:PORT".into());
        }
        Ok(load)
    }
}

fn unknown(argument: &str) -> Failure {
    format!("`{argument}` is no argument of a contender").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_goes_to_another_process_and_comes_back() {
        let load = Load {
            address: "127.0.0.1:80".to_owned(),
            shape: Shape::Memories,
            case: Case::StreamSplit,
            requests: 7,
            warm_up: 2,
            in_flight: 3,
            events: 9,
            picture: "a=b.png".into(),
        };
        let back = Load::from_arguments(load.to_arguments()).expect("readable");
        assert_eq!(format!("{load:?}"), format!("{back:?}"));
        assert_eq!(back.base_url(back.case), "http://127.0.0.1:80/stream-split");
    }

    #[test]
    fn odd_arguments_are_errors() {
        for argument in ["", "case", "case=none", "shape=round", "requests=-1", "colour=red"] {
            let arguments = ["address=a:1".to_owned(), argument.to_owned()];
            assert!(Load::from_arguments(arguments).is_err(), "{argument}");
        }
        assert!(Load::from_arguments([]).is_err());
    }
}

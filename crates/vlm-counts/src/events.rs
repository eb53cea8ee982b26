//! Streamed answers: N events of a few bytes, in the ways in which a network cuts them.

use bytes::Bytes;
use vlm_core::{Error, Model, StreamEvent, VisionProviderExt};
use vlm_http::{Limits, SseDecoder};

use crate::canned::{Canned, block_on};

/// How many events come in one piece, where many do.
const MANY: usize = 256;
/// The text of a large event, and the pieces that it comes in.
const LARGE: usize = 512 << 10;
const PIECE: usize = 16 << 10;

/// A service's way to write an answer as events.
struct Shape {
    delta: fn(&str) -> String,
    end: &'static str,
}

const OPENAI: Shape = Shape {
    delta: |text| {
        format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\
             \"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_1\",\
             \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"logprobs\":null,\
             \"finish_reason\":null}}],\"usage\":null}}\n\n"
        )
    },
    end: "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
          data: {\"id\":\"chatcmpl-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20,\
          \"total_tokens\":30}}\n\ndata: [DONE]\n\n",
};

const MEMORIES: Shape = Shape {
    delta: |text| {
        format!(
            "data: {{\"id\":\"resp_1\",\"object\":\"chat.completion.chunk\",\"created\":1767100000,\
             \"model\":\"qwen3-vl-plus\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\
             \"finish_reason\":null}}]}}\n\n"
        )
    },
    end: "data: {\"id\":\"resp_1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\
          \"usage\":{\"input_tokens\":10,\"output_tokens\":20,\"total_tokens\":30}}\n\ndata: [DONE]\n\n",
};

impl Shape {
    fn event(&self) -> String {
        (self.delta)(" word")
    }

    /// `times` events and the end, `many` of them in a piece.
    fn together(&self, times: usize, many: usize) -> Vec<Bytes> {
        let event = self.event();
        let full = Bytes::from(event.repeat(many));
        let mut pieces = vec![full; times / many];
        pieces.push(event.repeat(times % many).into());
        pieces.push(self.end.into());
        pieces
    }

    /// Each event in two pieces.
    fn split(&self, times: usize) -> Vec<Bytes> {
        let event = Bytes::from(self.event());
        let half = event.len() / 2;
        let mut pieces = vec![[event.slice(..half), event.slice(half..)]; times].concat();
        pieces.push(self.end.into());
        pieces
    }

    fn large(&self, times: usize) -> Vec<Bytes> {
        let event = Bytes::from((self.delta)(&"word ".repeat(LARGE / 5)).repeat(times));
        let cuts = (0..event.len()).step_by(PIECE);
        let mut pieces: Vec<Bytes> = cuts.map(|at| event.slice(at..event.len().min(at + PIECE))).collect();
        pieces.push(self.end.into());
        pieces
    }
}

pub(crate) fn openai_many(times: usize) -> Result<usize, String> {
    openai(OPENAI.together(times, MANY))
}

pub(crate) fn openai_single(times: usize) -> Result<usize, String> {
    openai(OPENAI.together(times, 1))
}

pub(crate) fn openai_split(times: usize) -> Result<usize, String> {
    openai(OPENAI.split(times))
}

pub(crate) fn openai_large(times: usize) -> Result<usize, String> {
    openai(OPENAI.large(times))
}

pub(crate) fn memories_many(times: usize) -> Result<usize, String> {
    let pieces = MEMORIES.together(times, MANY);
    block_on(async { read(&Canned::events(pieces).memories()?.model("qwen:qwen3-vl-plus")).await })
}

fn openai(pieces: Vec<Bytes>) -> Result<usize, String> {
    block_on(async { read(&Canned::events(pieces).openai()?.model("gpt-4o")).await })
}

/// Reads one streamed answer as a user does; the length of its text.
async fn read(model: &Model) -> Result<usize, Error> {
    let mut answer = model.ask("What is this?").attach("https://example.com/picture.jpg").stream().await?;
    let mut came = 0;
    while let Some(event) = answer.next().await {
        if let StreamEvent::Text { text, .. } = event? {
            came += text.len();
        }
    }
    Ok(came)
}

/// The reader of events alone.
pub(crate) fn lines(times: usize) -> Result<usize, String> {
    let mut decoder = SseDecoder::new(&Limits::default());
    let mut came = 0;
    for piece in OPENAI.together(times, MANY).into_iter().take(times.div_ceil(MANY)) {
        decoder.push(piece);
        while let Some(event) = decoder.next() {
            came += usize::from(!event.map_err(|error| error.to_string())?.data.as_bytes().is_empty());
        }
    }
    Ok(came)
}

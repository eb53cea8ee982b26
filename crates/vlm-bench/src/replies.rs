//! What the server answers, written out beforehand, and what a contender must have read of it.

use std::fmt::Write as _;

use crate::case::{Case, Shape};

/// The text of a completion that is no stream.
const TEXT: &str = "A cup of coffee stands on a wooden table, seen from above; beside it lie a spoon with a worn handle, \
     two lumps of brown sugar and a folded newspaper whose headline cannot be read.";
/// The text of one event of a long stream.
const PIECE: &str = " coffee";
/// The bytes of text in a large event, as the contender reads them.
const LARGE_PIECE: usize = 512 << 10;
/// The bytes of a chunk of large events.
const LARGE_CHUNK: usize = 16 << 10;
/// Events that share a chunk.
const GROUP: usize = 256;

const INPUT_TOKENS: u64 = 1271;
const OUTPUT_TOKENS: u64 = 55;

/// What a contender reads of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The bytes of its text.
    pub text: usize,
    /// The tokens of the question.
    pub input_tokens: u64,
    /// The tokens of the answer.
    pub output_tokens: u64,
}

impl Answer {
    /// An answer with these figures.
    pub fn new(text: usize, input_tokens: u64, output_tokens: u64) -> Self {
        Self { text, input_tokens, output_tokens }
    }

    /// What must be read in a case.
    pub fn expected(case: Case, events: usize) -> Self {
        let text = match case {
            Case::Stream256 | Case::Stream1 | Case::StreamSplit => events * PIECE.len(),
            Case::Large => events * LARGE_PIECE,
            Case::Small | Case::Picture | Case::Slow | Case::Held => TEXT.len(),
        };
        Self::new(text, INPUT_TOKENS, OUTPUT_TOKENS)
    }
}

/// The whole HTTP reply of a case.
pub fn reply(case: Case, shape: Shape, events: usize) -> Vec<u8> {
    match case {
        Case::Stream256 => streamed(&stream(shape, PIECE, events), grouped),
        Case::Stream1 => streamed(&stream(shape, PIECE, events), |events| {
            events.iter().map(|event| event.clone().into_bytes()).collect()
        }),
        Case::StreamSplit => streamed(&stream(shape, PIECE, events), split),
        Case::Large => streamed(&stream(shape, &large_piece(), events), |events| {
            events.concat().as_bytes().chunks(LARGE_CHUNK).map(<[u8]>::to_vec).collect()
        }),
        Case::Small | Case::Picture | Case::Slow | Case::Held => whole(&completion(shape)),
    }
}

/// A reply with a body of known length.
pub fn whole(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// A reply in chunks: the events, cut as `cut` says.
fn streamed(events: &[String], cut: impl Fn(&[String]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let mut reply =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    for chunk in cut(events) {
        reply.extend(format!("{:x}\r\n", chunk.len()).bytes());
        reply.extend(chunk);
        reply.extend(b"\r\n");
    }
    reply.extend(b"0\r\n\r\n");
    reply
}

fn grouped(events: &[String]) -> Vec<Vec<u8>> {
    events.chunks(GROUP).map(|group| group.concat().into_bytes()).collect()
}

/// Cuts each event in its middle: a chunk is the end of one and the beginning of the next.
fn split(events: &[String]) -> Vec<Vec<u8>> {
    let mut chunks = Vec::with_capacity(events.len() + 1);
    let mut open = Vec::new();
    for event in events {
        let (head, tail) = event.as_bytes().split_at(event.len() / 2);
        open.extend_from_slice(head);
        chunks.push(std::mem::replace(&mut open, tail.to_vec()));
    }
    chunks.push(open);
    chunks
}

/// Text as a model writes it: a line break and a quotation now and then, which JSON must escape.
fn large_piece() -> String {
    let line = "The \"first\" thing in the picture is a cup of coffee, and it stands upon a table of wood.\n";
    let mut text = line.repeat(LARGE_PIECE / line.len());
    text.extend(std::iter::repeat_n('.', LARGE_PIECE - text.len()));
    text
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn completion(shape: Shape) -> String {
    let text = quoted(TEXT);
    match shape {
        Shape::OpenAi => format!(
            r#"{{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion","created":1764000000,"model":"gpt-5-mini-2025-08-07","choices":[{{"index":0,"message":{{"role":"assistant","content":{text},"refusal":null,"annotations":[]}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":{INPUT_TOKENS},"completion_tokens":{OUTPUT_TOKENS},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}},"service_tier":"default","system_fingerprint":null}}"#,
            INPUT_TOKENS + OUTPUT_TOKENS
        ),
        Shape::Memories => format!(
            r#"{{"id":"00000000-0000-4000-8000-000000000000","object":"completion","model":"qwen3-vl-plus","created_at":1767100000,"status":"completed","choices":[{{"text":{text},"index":0}}],"usage":{{"input_tokens":{INPUT_TOKENS},"output_tokens":{OUTPUT_TOKENS},"total_tokens":{}}},"meta":{{"provider":"qwen","provider_model":"qwen3-vl-plus"}}}}"#,
            INPUT_TOKENS + OUTPUT_TOKENS
        ),
    }
}

/// The events of a stream, each with the blank line that ends it.
fn stream(shape: Shape, piece: &str, count: usize) -> Vec<String> {
    let piece = quoted(piece);
    let mut events = Vec::with_capacity(count + 4);
    match shape {
        Shape::OpenAi => {
            let event = |choices: &str, usage: &str| {
                format!(
                    "data: {{\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\
                     \"created\":1764000000,\"model\":\"gpt-5-mini-2025-08-07\",\"service_tier\":\"default\",\
                     \"system_fingerprint\":null,\"choices\":[{choices}],\"usage\":{usage}}}\n\n"
                )
            };
            let delta = |delta: &str, reason: &str| {
                event(&format!(r#"{{"index":0,"delta":{delta},"finish_reason":{reason}}}"#), "null")
            };
            events.push(delta(r#"{"role":"assistant","content":"","refusal":null}"#, "null"));
            events.extend(std::iter::repeat_n(delta(&format!(r#"{{"content":{piece}}}"#), "null"), count));
            events.push(delta("{}", "\"stop\""));
            let mut usage = String::new();
            let _ = write!(
                usage,
                r#"{{"prompt_tokens":{INPUT_TOKENS},"completion_tokens":{OUTPUT_TOKENS},"total_tokens":{}}}"#,
                INPUT_TOKENS + OUTPUT_TOKENS
            );
            events.push(event("", &usage));
            events.push("data: [DONE]\n\n".to_owned());
        }
        Shape::Memories => {
            let event = |text: &str, status: &str, usage: &str| {
                format!(
                    "data: {{\"id\":\"00000000-0000-4000-8000-000000000000\",\"object\":\"completion\",\"model\":\
                     \"qwen3-vl-plus\",\"created_at\":1767100000,\"status\":\"{status}\",\"choices\":[{{\"text\":{text},\
                     \"index\":0}}],\"usage\":{usage},\"meta\":{{\"provider\":\"qwen\",\"provider_model\":\
                     \"qwen3-vl-plus\"}}}}\n\n"
                )
            };
            events.extend(std::iter::repeat_n(event(&piece, "in_progress", "null"), count));
            let usage = format!(
                r#"{{"input_tokens":{INPUT_TOKENS},"output_tokens":{OUTPUT_TOKENS},"total_tokens":{}}}"#,
                INPUT_TOKENS + OUTPUT_TOKENS
            );
            events.push(event("\"\"", "completed", &usage));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of a reply in chunks, and how many chunks it had.
    fn unchunked(reply: &[u8]) -> (String, usize) {
        let text = std::str::from_utf8(reply).expect("text");
        let (_, mut rest) = text.split_once("\r\n\r\n").expect("a head");
        let mut body = String::new();
        let mut chunks = 0;
        loop {
            let (length, tail) = rest.split_once("\r\n").expect("a length");
            let length = usize::from_str_radix(length, 16).expect("a number");
            if length == 0 {
                return (body, chunks);
            }
            body.push_str(&tail[..length]);
            chunks += 1;
            rest = &tail[length + 2..];
        }
    }

    #[test]
    fn chunkings_carry_the_same_events() {
        for shape in Shape::ALL {
            let all = stream(shape, PIECE, 600);
            let (wanted, count) = (all.concat(), all.len());
            let cuts = [Case::Stream256, Case::Stream1, Case::StreamSplit].map(|case| reply(case, shape, 600));
            let read = cuts.each_ref().map(|reply| unchunked(reply));
            assert_eq!(read.each_ref().map(|(_, chunks)| *chunks), [3, count, count + 1]);
            assert!(read.iter().all(|(body, _)| *body == wanted));
        }
    }

    #[test]
    fn replies_are_json() {
        for shape in Shape::ALL {
            assert!(serde_json::from_str::<serde_json::Value>(&completion(shape)).is_ok());
            for event in stream(shape, "a \"b\"\n", 1) {
                let data = event.strip_prefix("data: ").and_then(|data| data.strip_suffix("\n\n")).expect("an event");
                assert!(data == "[DONE]" || serde_json::from_str::<serde_json::Value>(data).is_ok(), "{data}");
            }
        }
    }

    #[test]
    fn a_large_event_is_as_long_as_it_says() {
        assert_eq!(large_piece().len(), LARGE_PIECE);
        assert_eq!(Answer::expected(Case::Large, 3).text, 3 * LARGE_PIECE);
    }
}

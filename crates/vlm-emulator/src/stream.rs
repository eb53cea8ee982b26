//! The events of a stream, in each shape, with the faults that concern events.

use bytes::Bytes;
use serde::Serialize;

use crate::answer::Answer;
use crate::fault::StreamShape;
use crate::plan::Plan;
use crate::reply::chat::{self, ChunkChoice, Delta};
use crate::reply::error::Detail;
use crate::reply::text::{self, TextChoice};
use crate::reply::{self, Stamp, json};

/// Letters from which on a stretch without spaces is split.
const LONG_WORD: usize = 24;
/// Letters of the pieces of such a stretch.
const PIECE: usize = 8;

const DONE: &[u8] = b"data: [DONE]\n\n";
const PING: &[u8] = b": ping\n\n";

/// Every event of the stream, each with the blank line that ends it.
pub(crate) fn events(answer: &Answer, stamp: &Stamp, shape: StreamShape, plan: &Plan) -> Vec<Bytes> {
    let mut body = match shape {
        StreamShape::OpenAiChunks | StreamShape::Unmarked => chunks(answer, stamp),
        StreamShape::TextDeltas => texts(answer, stamp, false),
        StreamShape::TextCumulative => texts(answer, stamp, true),
        StreamShape::NamedEvents => named(answer),
        StreamShape::TokenLines => tokens(answer),
        StreamShape::JsonBody => return vec![Bytes::from(reply::whole(answer, stamp))],
    };
    if plan.malformed {
        let middle = body.len() / 2;
        body.insert(middle, Bytes::from_static(b"data: {\"choices\":[{\"index\":0,\n\n"));
    }
    if plan.stream_error {
        body.truncate(body.len().div_ceil(2));
        body.push(error_event(shape, plan));
        return body;
    }
    let end = end(answer, stamp, shape);
    let marker = end.last().filter(|_| plan.double_end).cloned();
    body.extend(end);
    body.extend(marker);
    body
}

fn event(value: &impl Serialize) -> Bytes {
    framed(b"data: ", &json(value))
}

fn named_event(name: &str, value: &impl Serialize) -> Bytes {
    framed(format!("event: {name}\ndata: ").as_bytes(), &json(value))
}

fn framed(lead: &[u8], data: &[u8]) -> Bytes {
    [lead, data, b"\n\n"].concat().into()
}

fn chunks(answer: &Answer, stamp: &Stamp) -> Vec<Bytes> {
    let mut events = Vec::new();
    for (index, choice) in answer.choices.iter().enumerate() {
        let mut send = |delta| {
            let choice = ChunkChoice { index, delta, finish_reason: None };
            events.push(event(&chat::chunk(answer, stamp, vec![choice], false)));
        };
        send(Delta { role: Some("assistant"), content: Some(String::new()), ..Delta::default() });
        if let Some(calls) = chat::tool_calls(answer, stamp, choice) {
            send(Delta { tool_calls: Some(calls), ..Delta::default() });
            continue;
        }
        for piece in pieces(&choice.text) {
            send(Delta { content: Some(piece.to_owned()), ..Delta::default() });
        }
    }
    events
}

fn texts(answer: &Answer, stamp: &Stamp, cumulative: bool) -> Vec<Bytes> {
    let mut events = Vec::new();
    for (index, choice) in answer.choices.iter().enumerate() {
        let mut end = 0;
        for piece in pieces(&choice.text) {
            let start = if cumulative { 0 } else { end };
            end += piece.len();
            let text = choice.text[start..end].to_owned();
            let choices = vec![TextChoice { text, index }];
            events.push(event(&text::completion(answer, stamp, "in_progress", choices, false)));
        }
    }
    events
}

fn named(answer: &Answer) -> Vec<Bytes> {
    #[derive(Serialize)]
    struct Started<'a> {
        status: &'static str,
        model: &'a str,
    }
    #[derive(Serialize)]
    struct Progress {
        choices: [TextChoice; 1],
    }
    let mut events = vec![named_event("started", &Started { status: "started", model: &answer.id })];
    for (index, choice) in answer.choices.iter().enumerate() {
        events.push(Bytes::from_static(PING));
        for piece in pieces(&choice.text) {
            let choice = TextChoice { text: piece.to_owned(), index };
            events.push(named_event("progress", &Progress { choices: [choice] }));
        }
    }
    events
}

/// This shape has no index: the first choice is all it can carry.
fn tokens(answer: &Answer) -> Vec<Bytes> {
    #[derive(Serialize)]
    struct Token<'a> {
        token: &'a str,
    }
    let first = answer.choices.first().map_or("", |choice| choice.text.as_str());
    pieces(first).into_iter().map(|token| event(&Token { token })).collect()
}

/// What ends the stream; the last of these is the marker.
fn end(answer: &Answer, stamp: &Stamp, shape: StreamShape) -> Vec<Bytes> {
    match shape {
        StreamShape::OpenAiChunks => vec![last_chunk(answer, stamp), Bytes::from_static(DONE)],
        StreamShape::TextDeltas => vec![last_text(answer, stamp, false)],
        StreamShape::TextCumulative => vec![last_text(answer, stamp, true)],
        StreamShape::NamedEvents => vec![complete(answer)],
        StreamShape::TokenLines | StreamShape::Unmarked | StreamShape::JsonBody => Vec::new(),
    }
}

fn last_chunk(answer: &Answer, stamp: &Stamp) -> Bytes {
    let choices = answer.choices.iter().enumerate().map(|(index, choice)| ChunkChoice {
        index,
        delta: Delta::default(),
        finish_reason: Some(chat::finish_reason(answer, choice)),
    });
    event(&chat::chunk(answer, stamp, choices.collect(), true))
}

fn last_text(answer: &Answer, stamp: &Stamp, cumulative: bool) -> Bytes {
    let choices = answer.choices.iter().enumerate().map(|(index, choice)| TextChoice {
        text: if cumulative { choice.text.clone() } else { String::new() },
        index,
    });
    event(&text::completion(answer, stamp, "completed", choices.collect(), true))
}

fn complete(answer: &Answer) -> Bytes {
    #[derive(Serialize)]
    struct Complete {
        status: &'static str,
        usage: Option<reply::UsageReply>,
    }
    let usage = answer.usage.map(|counts| reply::usage(answer.family, counts));
    named_event("complete", &Complete { status: "completed", usage })
}

fn error_event(shape: StreamShape, plan: &Plan) -> Bytes {
    #[derive(Serialize)]
    struct Failed<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        choices: Option<[(); 0]>,
        error: Detail<'a>,
    }
    let message = plan.message.as_deref().unwrap_or("The upstream model failed");
    let error = Detail { code: "INTERNAL", message };
    match shape {
        StreamShape::TextDeltas | StreamShape::TextCumulative => {
            event(&Failed { status: Some("errored"), choices: Some([]), error })
        }
        StreamShape::NamedEvents => named_event("error", &Failed { status: None, choices: None, error }),
        // Seen as it is: a bare word in quotes.
        StreamShape::TokenLines => Bytes::from_static(b"data:\"Error\"\n\n"),
        StreamShape::OpenAiChunks | StreamShape::Unmarked | StreamShape::JsonBody => {
            event(&Failed { status: None, choices: None, error })
        }
    }
}

/// A text in pieces that end after a space, and long stretches without one in pieces of some letters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let mut rest = word;
        while rest.chars().nth(LONG_WORD).is_some() {
            let end = rest.char_indices().nth(PIECE).map_or(rest.len(), |(end, _)| end);
            let (piece, tail) = rest.split_at(end);
            pieces.push(piece);
            rest = tail;
        }
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_up_the_text_again() {
        for text in [
            "",
            "one",
            "two words ",
            "ein Wörtchen\nmehr",
            "日本語の文章は空白を使わないので長くなります",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
        ] {
            let pieces = pieces(text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| !piece.is_empty()), "{pieces:?}");
        }
    }
}

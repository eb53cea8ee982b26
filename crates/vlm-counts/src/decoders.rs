//! What becomes of a typed answer, and what is known before a call: pure functions, N times each.

use std::hint::black_box;

use serde_json::Value;
use vlm_schema::decode::{DecodeOptions, Elements, PartialJson, decode};
use vlm_tokens::{Size, rules_for};

const BYTES: usize = 64 << 10;
/// About what a model sends at a time.
const PIECE: usize = 20;

/// A list of things as a model would write it.
fn answer() -> String {
    let thing = |number: usize| {
        format!(
            "{{\"name\":\"thing number {number}\",\"box\":[{number},2,3.5,400],\"seen\":true,\"note\":\"a \\\"note\\\"\"}}"
        )
    };
    let mut text = String::from("{\"elements\":[");
    text.push_str(&thing(0));
    for number in 1.. {
        if text.len() > BYTES {
            break;
        }
        text.push(',');
        text.push_str(&thing(number));
    }
    text + "]}"
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(PIECE).map(|at| &text[at..text.len().min(at + PIECE)])
}

/// Does one thing `times` times and adds up what came.
fn repeat(times: usize, mut once: impl FnMut() -> Result<usize, String>) -> Result<usize, String> {
    (0..times).map(|_| once()).sum()
}

pub(crate) fn whole(times: usize) -> Result<usize, String> {
    let text = answer();
    let options = DecodeOptions::default();
    repeat(times, || {
        let decoded = decode(&text, &options).map_err(|error| error.to_string())?;
        Ok(usize::from(black_box(decoded).value.is_object()))
    })
}

pub(crate) fn growing(times: usize) -> Result<usize, String> {
    let text = answer();
    let options = DecodeOptions::default();
    repeat(times, || {
        let mut json = PartialJson::new(&options);
        for piece in pieces(&text) {
            json.push(piece).map_err(|error| error.to_string())?;
        }
        let value = json.into_value();
        Ok(black_box(value).as_ref().and_then(Value::as_object).map_or(0, serde_json::Map::len))
    })
}

pub(crate) fn elements(times: usize) -> Result<usize, String> {
    let text = answer();
    let options = DecodeOptions::default();
    repeat(times, || {
        let mut elements = Elements::under("elements", &options);
        for piece in pieces(&text) {
            elements.push(piece).map_err(|error| error.to_string())?;
            while let Some(element) = elements.next_element() {
                let _ = black_box(serde_json::from_str::<Value>(&element.text));
            }
        }
        Ok(elements.count())
    })
}

pub(crate) fn probe(times: usize) -> Result<usize, String> {
    let picture = include_bytes!("../../../media/rocket.jpg");
    repeat(times, || {
        let probe = vlm_media::probe_bytes(black_box(picture)).map_err(|error| error.to_string())?;
        Ok(usize::from(probe.facts.size().is_some()))
    })
}

pub(crate) fn tokens(times: usize) -> Result<usize, String> {
    let rules = rules_for("qwen:qwen3-vl-plus").ok_or("the model has no rules")?;
    repeat(times, || {
        let _ = black_box(rules.image(black_box(Size::new(1920, 1080))));
        Ok(1)
    })
}

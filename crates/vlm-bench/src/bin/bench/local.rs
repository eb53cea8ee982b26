//! What needs no server: reading JSON as it comes, headers of pictures, the rules of tokens.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use vlm_schema::decode::{self, DecodeOptions, Elements, PartialJson};
use vlm_tokens::{Size, rules_for};

use super::picture::Picture;
use super::row::{Goal, Row, Unit};
use vlm_bench::Result;

const BYTES: usize = 1 << 20;
/// How much of an answer comes at once.
const PIECE: usize = 20;
const PROBES: usize = 2000;

/// An item of the answer, with its type.
#[derive(Debug, Deserialize)]
struct Thing {
    name: String,
    #[serde(rename = "box")]
    place: [f64; 4],
    seen: bool,
    note: String,
}

#[derive(Debug, Deserialize)]
struct Things {
    elements: Vec<Thing>,
}

/// A list of things as a model would write it.
fn answer() -> String {
    let mut text = String::from("{\"elements\":[");
    for number in 0.. {
        let thing = format!(
            "{{\"name\":\"thing number {number}\",\"box\":[{number},2,3.5,400],\"seen\":true,\"note\":\"a \\\"plain\\\" \
             note, long enough to look like one\"}}"
        );
        if text.len() + thing.len() > BYTES {
            break;
        }
        if number > 0 {
            text.push(',');
        }
        text.push_str(&thing);
    }
    text + "]}"
}

fn pieces(text: &str) -> Vec<&str> {
    let cuts: Vec<usize> = (0..text.len()).step_by(PIECE).chain([text.len()]).collect();
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// The fastest of several rounds: the machine may be busy, the code is not slower than that.
fn fastest(rounds: usize, mut round: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    (0..rounds).map(time).min().unwrap_or_default()
}

/// An answer of 1 MiB read in each way, next to one parse by serde.
pub(crate) fn decode(rounds: usize) -> Result<Vec<Row>> {
    let text = answer();
    let pieces = pieces(&text);
    let options = DecodeOptions::default();
    let once = fastest(rounds, || {
        let _ = black_box(serde_json::from_str::<Value>(&text));
    });
    let typed = fastest(rounds, || {
        let things = decode::decode(&text, &options).ok().and_then(|decoded| Things::deserialize(decoded.value).ok());
        let _ = black_box(things);
    });
    let partial = fastest(rounds, || {
        let mut json = PartialJson::new(&options);
        for piece in &pieces {
            let _ = json.push(piece);
        }
        let _ = black_box(json.into_value());
    });
    let elements = fastest(rounds, || {
        let mut elements = Elements::under("elements", &options);
        for piece in &pieces {
            let _ = elements.push(piece);
            while let Some(element) = elements.next_element() {
                let _ = black_box(serde_json::from_str::<Value>(&element.text));
            }
        }
    });
    let read = decode::decode(&text, &options)?;
    let read = Things::deserialize(read.value)?;
    if read.elements.last().is_none_or(|thing| thing.name.is_empty() || thing.note.is_empty() || !thing.seen) {
        return Err("the answer was not read".into());
    }
    let _ = black_box(read.elements.iter().map(|thing| thing.place[0]).sum::<f64>());
    let row = |measure, time: Duration| {
        let times = time.as_secs_f64() / once.as_secs_f64();
        Row::alone("decode", measure, Unit::Times, times, Goal::AtMost(3.0))
    };
    Ok(vec![
        row("typed, whole, over one serde parse", typed),
        row("growing value, over one serde parse", partial),
        row("items as they come, over one serde parse", elements),
    ])
}

/// The header of a picture, and what a rule makes of it. `cargo bench` in vlm-media and vlm-estimate looks closer.
pub(crate) fn media(rounds: usize) -> Result<Vec<Row>> {
    let picture = Picture::write(32 << 10)?;
    let probe = fastest(rounds, || {
        for _ in 0..PROBES {
            let _ = black_box(vlm_media::probe_file(picture.path()));
        }
    });
    let rules = rules_for("qwen:qwen3-vl-plus").ok_or("the rules of a listed model are not known")?;
    let rule = fastest(rounds, || {
        for number in 0..PROBES as u32 {
            let _ = black_box(rules.image(black_box(Size::new(16 + number * 37 % 9000, 16 + number * 91 % 7000))));
        }
    });
    let each = |time: Duration| time.as_secs_f64() / PROBES as f64;
    Ok(vec![
        Row::alone("media", "header probe per picture", Unit::Seconds, each(probe), Goal::AtMost(1.0 / 50_000.0)),
        Row::alone("media", "estimate per picture", Unit::Seconds, each(rule), Goal::AtMost(1e-6)),
    ])
}

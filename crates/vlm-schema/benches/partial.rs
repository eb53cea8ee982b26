//! Reading an answer while it comes, next to reading it once: 1 MiB in pieces of 20 bytes.
//!
//! `cargo bench -p vlm-schema` prints both times and their ratio, and fails above 3: the promise is linear work.
#![allow(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(missing_docs, reason = "a program of its own")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::Value;
use vlm_schema::decode::{DecodeOptions, Elements, PartialJson};

const BYTES: usize = 1 << 20;
const PIECE: usize = 20;
const ROUNDS: usize = 15;
const ALLOWED: f64 = 3.0;

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
fn fastest(mut round: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

fn main() -> ExitCode {
    let text = answer();
    let pieces = pieces(&text);
    let options = DecodeOptions::default();
    let once = fastest(|| {
        let _ = black_box(serde_json::from_str::<Value>(&text));
    });
    let partial = fastest(|| {
        let mut json = PartialJson::new(&options);
        for piece in &pieces {
            let _ = json.push(piece);
        }
        let _ = black_box(json.into_value());
    });
    let elements = fastest(|| {
        let mut elements = Elements::under("elements", &options);
        for piece in &pieces {
            let _ = elements.push(piece);
            while let Some(element) = elements.next_element() {
                let _ = black_box(serde_json::from_str::<Value>(&element.text));
            }
        }
    });
    let mut within = true;
    println!("{} bytes in {} pieces; one serde_json parse: {once:?}", text.len(), pieces.len());
    for (name, time) in [("growing value", partial), ("elements, each parsed", elements)] {
        let ratio = time.as_secs_f64() / once.as_secs_f64();
        println!("{name}: {time:?}, {ratio:.2} times one parse (at most {ALLOWED})");
        within &= ratio <= ALLOWED;
    }
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! `vlm-counts CASE N` does the work of one hot path N times; without arguments it prints the names of all cases.
//!
//! Everything runs on one thread, over a transport that answers from memory: what is counted is the code of this
//! workspace and of the libraries it calls, and no socket. `cargo xtask counts` runs each case under valgrind with two
//! different N: the difference is the work alone, without the start of the process.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod bodies;
mod calls;
mod canned;
mod decoders;
mod events;

use std::process::ExitCode;

/// Does one thing a number of times, and says how much came out of it.
type Case = fn(usize) -> Result<usize, String>;

/// Every hot path, with the number of times that makes a count which is large beside its noise.
const CASES: &[(&str, usize, Case)] = &[
    ("call/openai", 50, calls::openai),
    ("call/openai-text", 50, calls::openai_text),
    ("call/memories", 50, calls::memories),
    ("call/memories-text", 50, calls::memories_text),
    ("body/picture-1-mib", 2, bodies::picture),
    ("stream/openai-256-per-piece", 20_000, events::openai_many),
    ("stream/openai-one-per-piece", 5_000, events::openai_single),
    ("stream/openai-each-split", 5_000, events::openai_split),
    ("stream/memories-256-per-piece", 20_000, events::memories_many),
    ("stream/openai-512-kib-event", 2, events::openai_large),
    ("sse/256-per-piece", 20_000, events::lines),
    ("decode/whole-64-kib", 4, decoders::whole),
    ("decode/growing-64-kib", 4, decoders::growing),
    ("decode/elements-64-kib", 4, decoders::elements),
    ("probe/jpeg", 50, decoders::probe),
    ("tokens/qwen", 1_000, decoders::tokens),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [] => {
            CASES.iter().for_each(|(name, times, _)| println!("{name} {times}"));
            Ok(())
        }
        [name, times] => run(name, times),
        _ => Err("usage: vlm-counts [CASE N]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str, times: &str) -> Result<(), String> {
    let (_, _, case) = CASES.iter().find(|(known, ..)| *known == name).ok_or(format!("there is no case `{name}`"))?;
    let times = times.parse().map_err(|_| format!("`{times}` is not a number of times"))?;
    let came = case(times)?;
    println!("{came}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_does_its_work_and_twice_the_work_for_twice_the_number() {
        for (name, _, case) in CASES {
            let (once, twice) = (case(2).expect(name), case(4).expect(name));
            assert!(once > 0, "{name}");
            assert_eq!(twice, 2 * once, "{name}");
        }
    }
}

//! Estimating many pictures: the rules alone, and file header plus rule from the page cache, next to the bare cost of
//! opening and reading the same files.
//!
//! `cargo bench -p vlm-estimate` prints all, and fails above 1 µs for the slowest rule or below 50,000 pictures a second
//! on one thread.
#![allow(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(missing_docs, reason = "a program of its own")]

use std::fs::File;
use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use vlm_tokens::{Rules, Size, rules_for};

const FILES: usize = 2000;
const ROUNDS: usize = 15;
const WANTED_PER_SECOND: f64 = 50_000.0;
const ALLOWED_PER_RULE: Duration = Duration::from_micros(1);

/// One model for each way of counting.
const MODELS: [&str; 6] = [
    "qwen:qwen3-vl-plus",
    "qwen:qwen-vl-max",
    "gemini:gemini-2.5-flash",
    "nova:us.amazon.nova-lite-v1:0",
    "gpt:gpt-4o",
    "gpt:gpt-5-mini",
];

/// Sizes of every shape, the same in every run.
fn sizes() -> Vec<Size> {
    (0..4096_u32).map(|number| Size::new(16 + number * 37 % 9000, 16 + number * 91 % 7000)).collect()
}

fn fastest(mut round: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

fn rule(rules: Rules, sizes: &[Size]) -> Duration {
    let all = fastest(|| {
        for size in sizes {
            let _ = black_box(rules.image(black_box(*size)));
        }
    });
    all / u32::try_from(sizes.len()).unwrap_or(u32::MAX)
}

/// Copies of the sample pictures, as many as wanted.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let samples =
        ["coffee.png", "rocket.jpg"].map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../media").join(name));
    let contents = [std::fs::read(&samples[0])?, std::fs::read(&samples[1])?];
    (0..FILES)
        .map(|number| {
            let path = folder.join(number.to_string());
            // Nothing behind the first part of a picture is looked at.
            let content = &contents[number % 2];
            std::fs::write(&path, &content[..content.len().min(32 << 10)]).map(|()| path)
        })
        .collect()
}

fn per_second(paths: &[PathBuf], mut each: impl FnMut(&Path)) -> f64 {
    paths.len() as f64 / fastest(|| paths.iter().for_each(|path| each(path))).as_secs_f64()
}

fn main() -> ExitCode {
    let sizes = sizes();
    let mut slowest = Duration::ZERO;
    for name in MODELS {
        let Some(rules) = rules_for(name) else { return ExitCode::FAILURE };
        let each = rule(rules, &sizes);
        println!("{name}: {} ns per picture", each.as_nanos());
        slowest = slowest.max(each);
    }

    let Ok(folder) = tempfile::tempdir() else { return ExitCode::FAILURE };
    let Ok(paths) = files(folder.path()) else { return ExitCode::FAILURE };
    let Some(rules) = rules_for(MODELS[0]) else { return ExitCode::FAILURE };
    let estimated = per_second(&paths, |path| {
        let facts = vlm_media::probe_file(path).ok().and_then(|probe| probe.facts.size());
        let _ = black_box(facts.map(|(width, height)| rules.image(Size::new(width, height))));
    });
    let bare = per_second(&paths, |path| {
        let mut head = [0; 4096];
        let _ = black_box(File::open(path).and_then(|mut file| file.read(&mut head)));
    });
    println!("{FILES} pictures from the page cache, header and rule: {estimated:.0} a second on one thread");
    println!("{:.2} times the bare open, read of 4 KiB and close ({bare:.0} a second)", bare / estimated);
    if estimated < WANTED_PER_SECOND || slowest > ALLOWED_PER_RULE {
        println!("slower than promised: {WANTED_PER_SECOND:.0} pictures a second, {ALLOWED_PER_RULE:?} per rule");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

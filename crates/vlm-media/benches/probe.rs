//! Pictures per second from the page cache: open, read the header, close; next to the bare cost of doing so.
//!
//! `cargo bench -p vlm-media` prints both and their ratio, and fails below 50,000 pictures a second on one thread.
#![allow(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(missing_docs, reason = "a program of its own")]

use std::fs::File;
use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const FILES: usize = 2000;
const ROUNDS: usize = 25;
const WANTED: f64 = 50_000.0;
/// What a camera writes about a picture, its thumbnail included.
const EXIF: usize = 6 << 10;
/// Pixels that nobody looks at.
const PAYLOAD: usize = 24 << 10;

/// A JPEG with EXIF of a few KB, as from a phone held upright.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut out = b"\xFF\xD8\xFF\xE1".to_vec();
    out.extend((EXIF as u16).to_be_bytes());
    out.extend(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
    out.resize(4 + EXIF, 0x55);
    out.extend(b"\xFF\xDB\0\x43");
    out.extend([1; 65]);
    out.extend(b"\xFF\xC0\0\x11\x08");
    out.extend(height.to_be_bytes());
    out.extend(width.to_be_bytes());
    out.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xFF\xDA");
    out.resize(out.len() + PAYLOAD, 0x33);
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    out.extend(width.to_be_bytes());
    out.extend(height.to_be_bytes());
    out.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\x60\0IDAT");
    out.resize(out.len() + PAYLOAD, 0x33);
    out
}

fn write(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    (0..FILES)
        .map(|number| {
            let side = 600 + number as u16;
            let (name, content) =
                if number % 2 == 0 { ("jpg", jpeg(side, 480)) } else { ("png", png(side.into(), 480)) };
            let path = directory.join(format!("{number:04}.{name}"));
            std::fs::write(&path, content).map(|()| path)
        })
        .collect()
}

/// The fastest of several rounds: the machine may be busy, the code is not slower than that.
fn fastest(paths: &[PathBuf], mut each: impl FnMut(&Path)) -> Duration {
    let time = |_| {
        let start = Instant::now();
        paths.iter().for_each(|path| each(path));
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

fn main() -> ExitCode {
    let Ok(directory) = tempfile::tempdir() else { return ExitCode::FAILURE };
    let Ok(paths) = write(directory.path()) else { return ExitCode::FAILURE };
    let mut right = 0_usize;
    let probed = fastest(&paths, |path| {
        if let Ok(found) = vlm_media::probe_file(path) {
            right += usize::from(found.facts.width >= Some(480) && found.facts.height >= Some(480));
        }
    });
    let bare = fastest(&paths, |path| {
        let mut head = [0; 4096];
        let _ = black_box(File::open(path).and_then(|mut file| file.read(&mut head)));
    });
    let per_second = FILES as f64 / probed.as_secs_f64();
    let ratio = probed.as_secs_f64() / bare.as_secs_f64();
    println!("{FILES} pictures, half JPEG with EXIF, half PNG: {per_second:.0} a second on one thread");
    println!(
        "{ratio:.2} times the bare open, read of 4 KiB and close ({:.0} a second)",
        FILES as f64 / bare.as_secs_f64()
    );
    println!("at least {WANTED:.0} a second are promised");
    let read_right = right == FILES * ROUNDS;
    if read_right && per_second >= WANTED { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

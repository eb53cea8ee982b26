//! What pictures and films are, from their headers alone: type, size, length, frames.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_examples::sample;

fn main() -> Result<(), Box<dyn Error>> {
    for name in ["coffee.png", "rocket.jpg", "launch-and-coffee.mp4"] {
        let probe = vlm_media::probe_file(sample(name))?;
        let (width, height) = probe.facts.size().unwrap_or_default();
        print!("{name}: {}, {width}x{height}", probe.media_type);
        if let (Some(duration), Some(frames), Some(codec)) = (probe.facts.duration, probe.facts.frames, &probe.codec) {
            print!(", {} s, {frames} frames, {codec}", duration.as_secs_f64());
        }
        println!();
    }
    Ok(())
}

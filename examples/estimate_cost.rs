//! What a question will take and cost at several models, before it is sent; and what the bill then says.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::time::Duration;

use vlm_core::{Media, MediaFacts, VisionProviderExt};
use vlm_estimate::EstimateExt;
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    for name in ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "gpt:gpt-4o-mini"] {
        let ask = || setup.memories.model(name).ask("What is this?").attach(sample("coffee.png")).max_tokens(200);
        let estimate = ask().estimate().await?;
        println!("{name}: {estimate}");
        let answer = ask().await?;
        println!("  took {}, {}: {}", answer.usage, answer.cost, estimate.drift(&answer.usage));
    }

    // A film need not be there: what is known of it is enough, such as an index of a library.
    let film = MediaFacts::film(1920, 1080, Duration::from_secs(600)).with_frames(15_000, 25.0);
    let film = Media::url("https://example.org/film.mp4").with_facts(film);
    let estimate = setup.memories.model("qwen:qwen3-vl-plus").ask("What happens?").attach(film).estimate().await?;
    let part = &estimate.parts[1];
    println!("a film of ten minutes: {} tokens, {:?} frames of {:?}", part.tokens, part.frames, part.resized);
    println!("  {}", estimate.cost);
    println!("  {}", estimate.cost.tier_reason.unwrap_or_default());
    Ok(())
}

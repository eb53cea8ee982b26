//! One question to several models at once, with what each took.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};

const MODELS: [&str; 4] =
    ["qwen:qwen3-vl-flash", "gemini:gemini-2.5-flash-lite", "nova:us.amazon.nova-lite-v1:0", "gpt:gpt-4.1-nano"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let calls = MODELS.map(|name| {
        let ask = setup.memories.model(name).ask("What is this?").attach(sample("coffee.png"));
        (name, tokio::spawn(ask.send()))
    });
    for (name, call) in calls {
        let answer = call.await??;
        println!("{name}: {}, {}\n  {}", answer.usage, answer.cost, answer.text());
    }
    Ok(())
}

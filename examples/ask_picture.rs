//! Ask about a picture: text, usage and cost come back.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("qwen:qwen3-vl-plus");
    let answer = model.ask("What is in this picture?").attach(sample("coffee.png")).await?;

    println!("{}", answer.text());
    println!("{}, {}", answer.usage, answer.cost);
    Ok(())
}

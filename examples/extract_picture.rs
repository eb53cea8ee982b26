//! Ask for a Rust value instead of text: the type is the schema, and what comes back fits it.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};
use vlm_schema::extract::AskExt;
use vlm_schema::schemars::JsonSchema;

/// What a picture shows.
#[derive(Debug, serde::Deserialize, JsonSchema)]
struct Scene {
    /// The main thing, in a word or two.
    subject: String,
    /// Its colours, most of it first.
    colours: Vec<String>,
    /// How many people are seen.
    #[schemars(range(max = 1000))]
    people: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("qwen:qwen3-vl-plus");
    let scene = model.ask("Describe the scene.").attach(sample("chelsea.png")).extract::<Scene>().await?;

    println!("{} in {:?}, {} people", scene.subject, scene.colours, scene.people);
    println!("{} attempt(s), {}", scene.ledger.attempts().len(), scene.ledger.total_cost());
    Ok(())
}

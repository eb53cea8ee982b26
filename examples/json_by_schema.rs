//! Ask for JSON that fits a Rust type, by the schema that schemars derives from it.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};

/// What a picture shows.
#[derive(Debug, Deserialize, JsonSchema)]
struct Scene {
    /// The main thing, in a word or two.
    subject: String,
    /// Its colours, most of it first.
    colours: Vec<String>,
    /// How many people are seen.
    people: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("qwen:qwen3-vl-plus");
    let schema = schema_for!(Scene).to_value();
    let answer = model.ask("Describe the scene.").attach(sample("chelsea.png")).json_schema("scene", schema).await?;

    // Whether a service keeps to a schema is never certain: the type has the last word.
    let scene: Scene = serde_json::from_str(answer.text())?;
    println!("{} in {:?}, {} people", scene.subject, scene.colours, scene.people);
    Ok(())
}

//! Read the text as it comes; usage and cost are there at the end.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("gemini:gemini-2.5-flash");
    let mut answer = model.ask("Describe this picture.").attach(sample("rocket.jpg")).stream().await?;
    while let Some(text) = answer.next_text().await? {
        print!("{text}");
    }

    println!("\n{} ({})", answer.partial().finish(), answer.partial().cost);
    Ok(())
}

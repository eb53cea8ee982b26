//! Ask about a film by its URL, and about a film from disk with a model that takes the film itself.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::{Media, VisionProviderExt};
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let qwen = setup.memories.model("qwen:qwen3-vl-flash");
    let by_url = qwen.ask("What happens in this film?").attach(setup.film_url()).await?;
    println!("{}\n  {}", by_url.text(), by_url.cost);

    // The file is read while it is sent: memory stays constant however large it is.
    let nova = setup.memories.model("nova:us.amazon.nova-lite-v1:0");
    let film = Media::path(sample("launch-and-coffee.mp4"));
    let from_disk = nova.ask("What happens in this film?").attach(film).await?;
    println!("{}\n  {}", from_disk.text(), from_disk.cost);
    Ok(())
}

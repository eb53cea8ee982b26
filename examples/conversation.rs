//! Go on from an earlier answer: the picture stands in the first turn only.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::{Media, Message, VisionProviderExt};
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;
    let model = setup.memories.model("gpt:gpt-4.1-mini");

    let first = Message::user("Which animal is this?").with(Media::path(sample("chelsea.png")));
    let answer = model.ask("In one word.").history(first.clone()).await?;
    println!("{}", answer.text());

    let next = model
        .ask("And which colour?")
        .system("Answer briefly.")
        .history(first)
        .history(Message::assistant(answer.text()))
        .max_tokens(50)
        .await?;
    println!("{} ({})", next.text(), next.cost);
    Ok(())
}

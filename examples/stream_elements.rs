//! A list whose items come one by one, each as soon as it is complete and valid.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::{sample, setup};
use vlm_schema::extract::AskExt;
use vlm_schema::media::BoundingBox;
use vlm_schema::schemars::JsonSchema;

/// Something that is seen in a picture.
#[derive(Debug, serde::Deserialize, JsonSchema)]
struct Thing {
    /// What it is.
    name: String,
    /// Where it is.
    place: BoundingBox,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("nova:us.amazon.nova-lite-v1:0");
    let ask = model.ask("List everything you see.").attach(sample("coffee.png"));
    let mut things = ask.extract_each::<Thing>().elements().await?;

    while let Some(thing) = things.next().await {
        let thing = thing?;
        println!("{}, {} per mille from the left", thing.name, thing.place.x_min());
    }
    println!("{}", things.completion().cost);
    Ok(())
}

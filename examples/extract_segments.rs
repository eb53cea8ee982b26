//! What happens when in a film: segments with a start, an end and a value of your own type.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::VisionProviderExt;
use vlm_examples::setup;
use vlm_schema::extract::AskExt;
use vlm_schema::media::Segment;
use vlm_schema::schemars::JsonSchema;

/// One shot of a film.
#[derive(Debug, serde::Deserialize, JsonSchema)]
struct Shot {
    /// What is seen.
    shows: String,
    /// Whether the camera moves.
    moves: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    let model = setup.memories.model("gemini:gemini-2.5-flash");
    let ask = model.ask("Cut this film into shots.").attach(setup.film_url());
    let shots = ask.extract::<Vec<Segment<Shot>>>().await?;

    for shot in shots.iter() {
        println!("{} to {}: {} ({})", shot.span.start(), shot.span.end(), shot.value.shows, shot.value.moves);
    }
    println!("{}", shots.ledger.total_cost());
    Ok(())
}

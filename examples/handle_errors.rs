//! A request that cannot work is refused before anything is sent, with everything that is wrong in one error.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::{Delivery, ErrorKind, VisionProviderExt};
use vlm_examples::{sample, setup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;
    let model = setup.memories.model("gpt:gpt-4.1-mini");

    let refused = model
        .ask("What happens here?")
        .attach(sample("launch-and-coffee.mp4")) // gpt models see pictures only
        .attach("no-such-file.png")
        .temperature(3.0)
        .await
        .err()
        .ok_or("this should have been refused")?;

    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    assert_eq!(refused.delivery(), Delivery::NotSent);
    for problem in refused.problems() {
        println!("{problem}");
    }
    println!("{}", refused.advice());
    Ok(())
}

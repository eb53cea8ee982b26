//! Testing a program that asks a model, without a service: answers from a script, then answers that fit whatever schema is
//! asked for. What was asked can be looked at afterwards.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use serde::Deserialize;
use vlm_core::{Delivery, Error, ErrorKind, VisionProvider, VisionProviderExt};
use vlm_schema::extract::AskExt;
use vlm_schema::schemars::JsonSchema;
use vlm_testkit::fake::FakeProvider;

/// A price tag.
#[derive(Debug, Deserialize, JsonSchema)]
struct Tag {
    /// What is for sale.
    name: String,
    /// In euros.
    #[schemars(range(min = 1))]
    price: u32,
}

/// The program under test: it takes any provider.
async fn caption(provider: impl VisionProvider + Clone, picture: &'static [u8]) -> String {
    match provider.model("any").ask("What is in this picture?").attach(picture).await {
        Ok(answer) => answer.text().to_owned(),
        Err(error) if error.kind() == ErrorKind::Overloaded => "try again later".to_owned(),
        Err(error) => format!("no caption: {error}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> vlm_core::Result<()> {
    let picture: &[u8] = include_bytes!("../media/coffee.png");
    let busy = Error::new(ErrorKind::Overloaded, "too many questions").with_delivery(Delivery::Answered);
    let fake = FakeProvider::new().answer("A cup of coffee.").fail(busy);

    println!("{}", caption(fake.clone(), picture).await);
    println!("{}", caption(fake.clone(), picture).await);
    println!("asked {} times, each time with {} picture", fake.requests().len(), fake.requests()[0].media().count());

    // Behind the script, a value that fits the type.
    let tag = fake.model("any").ask("Read the tag.").attach(picture).extract::<Tag>().await?;
    println!("a tag with a name of {} letter, and a price of {}", tag.value.name.len(), tag.value.price);
    Ok(())
}

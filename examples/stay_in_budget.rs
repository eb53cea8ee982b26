//! Many questions at once that together cannot cost more than was allowed, with books that survive a restart.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use vlm_core::{Currency, ErrorKind, VisionProviderExt};
use vlm_examples::{sample, setup};
use vlm_layers::{Budget, Limit};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;
    let folder = std::env::temp_dir().join(format!("vlm-example-{}", std::process::id()));
    let ledger = folder.join("spending");

    // A tenth of a cent for the run, wherever it is started again; and so many tokens for each model.
    let open = || {
        Budget::builder()
            .limit(Limit::run().money("0.001".parse().unwrap_or_default()))
            .limit(Limit::each_model().tokens(10_000))
            .run("captions")
            .ledger(&ledger)
            .build()
    };
    let budget = open()?;
    let provider = budget.wrap(setup.memories.clone()).with_tag("example");
    let model = provider.model("qwen:qwen3-vl-plus");

    // Ten at once. Each reserves the most that it can cost, so only some of them fit under the limit together.
    let asks =
        (0..10).map(|_| tokio::spawn(model.ask("What is this?").attach(sample("coffee.png")).max_tokens(60).send()));
    let (mut answered, mut refused) = (0, 0);
    for ask in asks.collect::<Vec<_>>() {
        match ask.await? {
            Ok(_) => answered += 1,
            Err(error) if error.kind() == ErrorKind::Budget => refused += 1,
            Err(error) => return Err(error.into()),
        }
    }
    println!("{answered} answered, {refused} refused before they were sent");

    let money = budget.statement().in_all.money_in(Currency::USD);
    println!("spent {}, reserved now {}", money.spent, money.reserved);
    drop((model, provider, budget));

    // The same run, started again, goes on from what was spent.
    let again = open()?.statement().in_all.money_in(Currency::USD);
    println!("after a restart: spent {}", again.spent);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

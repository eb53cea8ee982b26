//! A cache, a queue, a circuit breaker and a budget around one provider: equal questions are asked once, others wait for their
//! turn, and a service that keeps failing is left alone.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::time::Duration;

use vlm_core::{Currency, ErrorKind, VisionProviderExt};
use vlm_examples::{sample, setup};
use vlm_layers::{Breaker, Budget, Cache, Hit, Limit, Limiter, Origin};
use vlm_memories::Memories;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setup = setup().await?;

    // From the inside out: money, a service that fails, the queue, what is known already.
    let budget = Budget::builder().limit(Limit::run().money("0.05".parse()?)).build()?;
    let limiter = Limiter::builder().calls(2).calls_per_minute(100).wait_at_most(Duration::from_secs(60)).build()?;
    // This model gives no reason for the end of an answer.
    let cache = Cache::builder().trust_missing_reasons().build()?;
    let provider = limiter.wrap(Breaker::new(budget.wrap(setup.memories.clone())));
    // The key of the customer keeps answers apart where several share a cache.
    let provider = cache.wrap(provider, &Origin::new("https://api.memories.ai", "the key of this customer"))?;
    let model = provider.model("qwen:qwen3-vl-plus");

    // Six questions at once, but only two different ones: two calls are paid for.
    let ask = |picture| tokio::spawn(model.ask("What is this?").attach(sample(picture)).max_tokens(200).send());
    let asks = ["coffee.png", "chelsea.png"].repeat(3).into_iter().map(ask);
    let (mut paid, mut free) = (0, 0);
    for answer in asks.collect::<Vec<_>>() {
        match Hit::of(&answer.await??) {
            Some(_) => free += 1,
            None => paid += 1,
        }
    }
    println!("{paid} answers were paid for, {free} came for free");

    // Asked again, nothing is sent.
    let again = model.ask("What is this?").attach(sample("coffee.png")).max_tokens(200).await?;
    let hit = Hit::of(&again).ok_or("it is in the cache")?;
    println!("once more: {}, instead of {}", again.cost, hit.cost);
    let totals = budget.statement().in_all;
    println!("{} calls, {} in all", totals.calls, totals.money_in(Currency::USD).spent);

    // A service that nobody can reach: after five failures it is left alone.
    let gone = Memories::builder("any-key").base_url("http://127.0.0.1:9").build()?;
    let model = Breaker::new(gone).model("qwen:qwen3-vl-plus");
    for number in 1.. {
        let error = model.ask("Is anybody there?").await.err().ok_or("nobody is there")?;
        if error.kind() == ErrorKind::CircuitOpen {
            println!("call {number} is not even tried: {error}");
            break;
        }
    }
    Ok(())
}

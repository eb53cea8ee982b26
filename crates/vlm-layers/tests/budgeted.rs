//! A provider behind a budget: what is refused, what is booked, and that the books balance whatever happens.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "budgeted/fake.rs"]
mod fake;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use fake::{Fake, model, tokens_of};
use vlm_core::{
    Currency, ErrorKind, Message, Money, Request, StreamEvent, VisionProvider, VisionProviderExt, WarningKind,
};
use vlm_layers::{Budget, Budgeted, Limit, Totals};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// A call of the fake costs a dollar per input token and ten per output token; 20 output tokens are allowed.
fn dollars(limit: &str) -> (Budget, Budgeted<Arc<Fake>>, Arc<Fake>) {
    let budget = Budget::builder().limit(Limit::run().money(money(limit))).build().unwrap();
    let fake = Arc::new(Fake::default());
    (budget.clone(), budget.wrap(Arc::clone(&fake)), fake)
}

fn ask(words: &str) -> Request {
    Request::new(model()).message(Message::user(words)).max_tokens(20)
}

fn in_all(budget: &Budget) -> Totals {
    budget.statement().in_all
}

fn usd(budget: &Budget) -> vlm_layers::Account<Money> {
    in_all(budget).money_in(Currency::USD)
}

/// What one such request reserves.
async fn reservation_of(words: &str) -> Money {
    let (budget, provider, _) = dollars("1000000");
    let request = ask(words);
    {
        let mut call = pin!(provider.generate(&request));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "`{words}` must hang");
        assert!(usd(&budget).reserved > Money::ZERO);
        usd(&budget).reserved
    }
}

#[tokio::test]
async fn a_call_that_does_not_fit_is_refused_before_it_is_sent() {
    let most = reservation_of("hang").await;
    let (budget, provider, fake) = dollars(&most.saturating_sub(Money::from_pico_usd(1)).to_decimal());
    let error = provider.generate(&ask("hang")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.provider()), (ErrorKind::Budget, 0, Some("fake")));
    assert!(error.to_string().contains(&most.to_string()), "{error}");
    let error = provider.stream(&ask("hang")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Budget);
    assert_eq!((fake.calls(), in_all(&budget).refused), (0, 2));

    let (_, provider, fake) = dollars(&most.to_decimal());
    let request = ask("hang");
    let mut call = pin!(provider.generate(&request));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "what fits is sent");
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_costs_nothing() {
    // By the provider, with everything that it knows to be wrong.
    let (budget, provider, fake) = dollars("1000");
    let error = provider.generate(&ask("ok").temperature(9.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let books = usd(&budget);
    assert_eq!((fake.calls(), books.spent + books.held + books.reserved), (0, Money::ZERO));
    // By the estimate, where a provider would send it.
    let (budget, provider, fake) = dollars("1000");
    let error = provider.generate(&ask(&"word ".repeat(6000))).await.unwrap_err();
    assert!(error.to_string().contains("the model takes 5000 at most"), "{error}");
    assert_eq!((fake.calls(), in_all(&budget)), (0, Totals::default()));
}

#[tokio::test]
async fn what_it_cost_is_booked_and_the_rest_given_back() {
    let (budget, provider, _) = dollars("1000");
    let answer = provider.generate(&ask("ok")).await.unwrap();
    assert_eq!(answer.text(), "ok");
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
    let (input, output) = tokens_of("ok");
    let books = usd(&budget);
    assert_eq!(books.spent, money("1").times(input) + money("10").times(output));
    assert_eq!((books.reserved, books.held, books.overrun), (Money::ZERO, Money::ZERO, Money::ZERO));
    assert!(books.refunded > Money::ZERO);
    assert_eq!(in_all(&budget).tokens.spent, input + output);
}

#[tokio::test]
async fn a_failed_call_is_booked_as_far_as_it_was_billed() {
    for (words, spent, held) in
        [("refused", false, false), ("maybe", false, true), ("billed", true, false), ("no usage", false, true)]
    {
        let (budget, provider, _) = dollars("1000");
        let outcome = provider.generate(&ask(words)).await;
        assert_eq!(outcome.is_ok(), words == "no usage");
        let books = usd(&budget);
        assert_eq!((books.spent > Money::ZERO, books.held > Money::ZERO), (spent, held), "{words} {books:?}");
        assert_eq!(books.reserved, Money::ZERO, "{words}");

        let (budget, provider, _) = dollars("1000");
        let outcome = match provider.stream(&ask(words)).await {
            Ok(stream) => stream.collect().await,
            Err(error) => Err(error),
        };
        assert_eq!(outcome.is_ok(), words == "no usage");
        let books = usd(&budget);
        assert_eq!((books.spent > Money::ZERO, books.held > Money::ZERO), (spent, held), "stream {words} {books:?}");
    }
}

#[tokio::test]
async fn a_dropped_call_stays_booked() {
    let (budget, provider, fake) = dollars("1000");
    let request = ask("hang");
    drop(provider.generate(&request));
    assert_eq!(in_all(&budget), Totals::default(), "never polled, nothing happened");
    {
        let mut call = pin!(provider.generate(&request));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(fake.calls(), 1);
    }
    assert!(usd(&budget).held > Money::ZERO);
    assert_eq!(usd(&budget).reserved, Money::ZERO);
}

#[tokio::test]
async fn a_stream_settles_at_its_end_or_stays_booked() {
    let (budget, provider, _) = dollars("1000");
    let mut stream = provider.stream(&ask("ok")).await.unwrap();
    assert!(usd(&budget).reserved > Money::ZERO);
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("ok"));
    let answer = stream.collect().await.unwrap();
    assert!(answer.cost.is_exact());
    assert_eq!((usd(&budget).spent, usd(&budget).reserved), (answer.cost.amount().unwrap(), Money::ZERO));

    let (budget, provider, _) = dollars("1000");
    let mut stream = provider.stream(&ask("ok")).await.unwrap();
    assert!(stream.next_text().await.unwrap().is_some());
    drop(stream);
    assert_eq!((usd(&budget).spent, usd(&budget).reserved), (Money::ZERO, Money::ZERO));
    assert!(usd(&budget).held > Money::ZERO);
}

#[tokio::test]
async fn a_bill_outside_of_the_estimate_is_told_and_booked_in_full() {
    let (budget, provider, _) = dollars("1000");
    let answer = provider.generate(&ask("dear")).await.unwrap();
    let warning = &answer.warnings[0];
    assert_eq!(warning.kind, WarningKind::Drift);
    assert!(warning.message.contains("600 input tokens were billed: estimated"), "{}", warning.message);
    assert_eq!(usd(&budget).spent, answer.cost.amount().unwrap());
    assert!(usd(&budget).overrun > Money::ZERO);

    let mut stream = provider.stream(&ask("dear")).await.unwrap();
    let mut last_two = [String::new(), String::new()];
    while let Some(event) = stream.next().await {
        last_two.swap(0, 1);
        last_two[1] = match event.unwrap() {
            StreamEvent::Warning { warning } => warning.message,
            StreamEvent::End { .. } => "end".to_owned(),
            _ => String::new(),
        };
    }
    assert!(last_two[0].contains("were billed") && last_two[1] == "end", "{last_two:?}");
}

#[tokio::test]
async fn ambiguous_attempts_are_not_repeated_unless_they_are_reserved_for() {
    let (budget, provider, fake) = dollars("100000");
    let reserved = |request: Request| {
        let (budget, provider) = (budget.clone(), provider.clone());
        async move {
            let mut call = pin!(provider.generate(&request));
            let Poll::Pending = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!("it hangs") };
            usd(&budget).reserved
        }
    };
    let once = reserved(ask("hang")).await;
    let call = fake.last().call;
    assert_eq!((call.retry_ambiguous, call.max_attempts), (Some(false), None));

    let mut request = ask("hang");
    request.call.retry_ambiguous = Some(true);
    assert_eq!(reserved(request.clone()).await, once.times(3));
    assert_eq!(fake.last().call.max_attempts, Some(3));
    request.call.max_attempts = Some(5);
    assert_eq!(reserved(request).await, once.times(5));
}

#[tokio::test]
async fn models_and_keys_have_limits_of_their_own() {
    let budget = Budget::builder()
        .limit(Limit::each_key().tokens(2 * 40))
        .limit(Limit::key("guest").money(money("0.5")))
        .build()
        .unwrap();
    let provider = budget.wrap(Arc::new(Fake::default()));
    let (one, two) = (provider.clone().with_key("one"), provider.clone().with_key("two").with_tag("captions"));
    for key in [&one, &two] {
        while key.generate(&ask("ok")).await.is_ok() {}
    }
    let guest = provider.with_key("guest").generate(&ask("ok")).await.unwrap_err();
    assert_eq!(guest.kind(), ErrorKind::Budget);
    let statement = budget.statement();
    assert!(statement.in_all.calls >= 4, "{statement:?}");
    assert_eq!(statement.in_all.refused, 3);
}

#[tokio::test]
async fn a_question_asks_through_it_like_any_provider() {
    let (budget, provider, _) = dollars("1000");
    let answer = provider.model(model()).ask("ok").max_tokens(20).await.unwrap();
    assert_eq!(answer.text(), "ok");
    assert_eq!(in_all(&budget).calls, 1);
    assert_eq!((provider.id(), provider.budget().run()), ("fake", budget.run()));
}

/// Hundreds of calls at once, with every outcome and every way of giving up: what is sent never passes the limit, and
/// what was billed is what was booked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_books_balance_under_any_concurrency() {
    const WORDS: [&str; 7] = ["ok", "refused", "maybe", "billed", "no usage", "hang", "ok"];
    let most = reservation_of("hang").await;
    let limit = most.times(40);
    for seed in 0..5 {
        let (budget, provider, fake) = dollars(&limit.to_decimal());
        fake.watch(budget.clone(), limit);
        let mut random = fastrand::Rng::with_seed(seed);
        let tasks: Vec<_> = (0..400)
            .map(|_| {
                let (provider, words) = (provider.clone(), WORDS[random.usize(..WORDS.len())]);
                let (streams, gives_up, polls) = (random.bool(), random.u8(..4) == 0, random.usize(..4));
                tokio::spawn(async move {
                    let call = async {
                        if streams {
                            let mut stream = provider.stream(&ask(words)).await?;
                            if gives_up {
                                return stream.next_text().await.map(drop);
                            }
                            stream.collect().await.map(drop)
                        } else {
                            provider.generate(&ask(words)).await.map(drop)
                        }
                    };
                    // What hangs is given up after a few turns, as is now and then what does not.
                    let mut call = pin!(call);
                    for _ in 0..if words == "hang" || gives_up { polls } else { usize::MAX } {
                        if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                            return;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let (totals, books) = (in_all(&budget), usd(&budget));
        assert_eq!(books.reserved, Money::ZERO, "seed {seed}");
        assert_eq!(books.spent, fake.billed(), "seed {seed}: what was billed for sure is booked to the last unit");
        assert!(books.spent + books.held <= limit, "seed {seed}: {books:?}");
        assert_eq!(totals.calls, fake.calls(), "seed {seed}");
        assert!(totals.refused > 0 && totals.calls > 40, "seed {seed}: {totals:?}");
    }
}

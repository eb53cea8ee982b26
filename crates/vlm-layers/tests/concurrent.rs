//! Hundreds of calls at once, in memory and through two budgets on one ledger: no limit is passed, books balance.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use vlm_core::{Cost, Currency, ErrorKind, Money, PriceSchedule, PriceTier, Usage};
use vlm_layers::{Account, Budget, Claim, Limit, Settlement, Statement, Totals};

const LIMIT: u64 = 2_000;
const MODEL_LIMIT: u64 = 900;

/// One pico-dollar a token.
fn cost(usage: &Usage) -> Cost {
    let rate = Money::from_pico_usd(1);
    PriceSchedule::new(vec![PriceTier::new(None, rate, rate)]).unwrap().cost(usage)
}

/// What is really taken at this moment, kept apart from the budget under test.
#[derive(Default)]
struct Truth {
    taken: AtomicU64,
    most: AtomicU64,
}

impl Truth {
    fn take(&self, tokens: u64) {
        let now = self.taken.fetch_add(tokens, Ordering::SeqCst) + tokens;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn give_back(&self, tokens: u64) {
        self.taken.fetch_sub(tokens, Ordering::SeqCst);
    }
}

fn limited() -> vlm_layers::BudgetBuilder {
    Budget::builder()
        .limit(Limit::run().tokens(LIMIT).money(Money::from_pico_usd(LIMIT.into())))
        .limit(Limit::each_model().tokens(MODEL_LIMIT))
}

/// One call with a random end; what it gives back to the truth it gives back before the books do.
async fn call(budget: Budget, truth: Arc<Truth>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let tokens = random.u64(1..60);
    let claim = Claim::new("p", format!("model-{}", seed % 3))
        .tokens(Some(tokens))
        .money(Some(Money::from_pico_usd(tokens.into())), Currency::USD);
    let mut reservation = match budget.reserve(claim).await {
        Ok(reservation) => reservation,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Budget, "{error}");
            return;
        }
    };
    truth.take(tokens);
    tokio::task::yield_now().await;
    let end = random.u8(0..10);
    if end > 1 {
        reservation.sent();
    }
    tokio::task::yield_now().await;
    match end {
        0 => {
            truth.give_back(tokens);
            drop(reservation);
        }
        1 | 2 => {
            truth.give_back(tokens);
            reservation.settle(Settlement::Refunded);
        }
        3 => drop(reservation),
        4 => reservation.settle(Settlement::Held),
        5 => reservation.settle(Settlement::spent(&Cost::default(), &Usage::new())),
        _ => {
            let spent = random.u64(0..=tokens / 4);
            truth.give_back(tokens - spent);
            let usage = Usage::new().with_tokens(spent / 2, spent - spent / 2);
            reservation.settle(Settlement::spent(&cost(&usage), &usage));
        }
    }
}

fn balances(account: &Account<u64>) -> bool {
    account.claimed == account.reserved + account.refunded + account.held + account.spent - account.overrun
}

fn assert_closed(totals: &Totals) {
    assert_eq!(totals.open, 0, "{totals:?}");
    assert_eq!(totals.tokens.reserved, 0, "{totals:?}");
    assert!(balances(&totals.tokens), "{totals:?}");
    // A pico-dollar is a token here, so both dimensions must tell the same story.
    let money = totals.money_in(Currency::USD);
    let pico = [money.claimed, money.reserved, money.spent, money.held, money.refunded, money.overrun];
    let tokens = &totals.tokens;
    let counts = [tokens.claimed, tokens.reserved, tokens.spent, tokens.held, tokens.refunded, tokens.overrun];
    assert_eq!(pico.map(Money::pico_usd), counts.map(u128::from));
}

fn assert_books(statement: &Statement) {
    assert_closed(&statement.in_all);
    statement.by_model.values().for_each(assert_closed);
    assert!(statement.in_all.tokens.spent + statement.in_all.tokens.held <= LIMIT);
    for totals in statement.by_model.values() {
        assert!(totals.tokens.spent + totals.tokens.held <= MODEL_LIMIT);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hundreds_of_calls_at_once_stay_within() {
    let (budget, truth) = (limited().build().unwrap(), Arc::new(Truth::default()));
    let calls: Vec<_> = (0..600).map(|seed| tokio::spawn(call(budget.clone(), Arc::clone(&truth), seed))).collect();
    for call in calls {
        call.await.unwrap();
    }
    let statement = budget.statement();
    assert_books(&statement);
    assert!(truth.most.load(Ordering::SeqCst) <= LIMIT);
    let counted = statement.in_all.tokens.spent + statement.in_all.tokens.held;
    assert_eq!(truth.taken.load(Ordering::SeqCst), counted);
    assert!(statement.in_all.refused > 0 && statement.in_all.calls > 0);
    assert_eq!(statement.in_all.refused + statement.in_all.calls, 600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_budgets_on_one_ledger_stay_within_together() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spend.ledger");
    let open = || limited().run("shared").ledger(&path).build().unwrap();
    let (one, two) = (open(), open());
    let truth = Arc::new(Truth::default());
    let spawned = (0..400).map(|seed| {
        let budget = if seed % 2 == 0 { &one } else { &two };
        tokio::spawn(call(budget.clone(), Arc::clone(&truth), seed))
    });
    for call in spawned.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    one.flush().await.unwrap();
    two.flush().await.unwrap();
    one.flush().await.unwrap();
    assert!(truth.most.load(Ordering::SeqCst) <= LIMIT);
    let mut statements = [one.statement(), two.statement(), open().statement()];
    let refused = statements[0].in_all.refused + statements[1].in_all.refused;
    assert!(refused > 0);
    for statement in &mut statements {
        assert_books(statement);
        forget_refusals(statement);
    }
    assert_eq!(statements[0], statements[1]);
    assert_eq!(statements[0], statements[2]);
    let totals = &statements[0].in_all;
    assert_eq!(totals.calls + refused, 400);
    assert_eq!(truth.taken.load(Ordering::SeqCst), totals.tokens.spent + totals.tokens.held);
}

/// Refusals are not in the ledger.
fn forget_refusals(statement: &mut Statement) {
    statement.in_all.refused = 0;
    statement.by_model.values_mut().for_each(|totals| totals.refused = 0);
    // A model that was only ever refused is known to the budget that refused it.
    statement.by_model.retain(|_, totals| totals.calls > 0);
}

/// Tasks that are aborted wherever they are: waiting for the disk, before and after sending.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn aborted_calls_leave_nothing_reserved() {
    let directory = tempfile::tempdir().unwrap();
    let with_ledger = limited().run("aborted").ledger(directory.path().join("l")).build().unwrap();
    for budget in [limited().build().unwrap(), with_ledger] {
        for round in 0..20_u64 {
            let calls = (0..20).map(|seed| {
                let budget = budget.clone();
                tokio::spawn(async move {
                    let claim =
                        Claim::new("p", "m").tokens(Some(1)).money(Some(Money::from_pico_usd(1)), Currency::USD);
                    let mut reservation = budget.reserve(claim).await.unwrap();
                    if seed % 2 == 0 {
                        reservation.sent();
                    }
                    std::future::pending::<()>().await;
                })
            });
            let calls: Vec<_> = calls.collect();
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            for call in &calls {
                call.abort();
            }
            for call in calls {
                assert!(call.await.unwrap_err().is_cancelled());
            }
            budget.flush().await.unwrap();
        }
        budget.flush().await.unwrap();
        let statement = budget.statement();
        assert_books(&statement);
        assert_eq!(statement.in_all.tokens.spent, 0);
    }
}

/// Without a runtime: in memory nothing waits, with a ledger the thread wakes whoever waits.
#[test]
fn no_runtime_is_needed() {
    let directory = tempfile::tempdir().unwrap();
    let budget = limited().ledger(directory.path().join("l")).clock(|| SystemTime::UNIX_EPOCH).build().unwrap();
    let claim = Claim::new("p", "m").tokens(Some(1)).money(Some(Money::ZERO), Currency::USD);
    let reservation = block_on(budget.reserve(claim)).unwrap();
    reservation.settle(Settlement::Refunded);
    block_on(budget.flush()).unwrap();
    assert_eq!(budget.statement().in_all.tokens.refunded, 1);
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park_timeout(Duration::from_secs(10)),
        }
    }
}

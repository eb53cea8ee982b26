//! Budgets against the emulator: a thousand calls at once, with every fault there is, and the books to the last unit.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "budget/crowd.rs"]
mod crowd;
mod support;
#[path = "budget/truth.rs"]
mod truth;
#[path = "budget/witness.rs"]
mod witness;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use vlm_core::{Currency, ErrorKind, Money, VisionProviderExt};
use vlm_emulator::Emulator;
use vlm_layers::ledger::{self, Filter, Outcome};
use vlm_layers::{Account, Budget, BudgetBuilder, Limit, Statement};

use crate::crowd::{CALLS, answers, kinds, orders, provider, send};
use crate::truth::{Truth, claims};

/// So much that most calls fit, and not all.
const RUN_TOKENS: u64 = 165_000;
const RUN_MONEY: &str = "0.1";
const MODEL_TOKENS: u64 = 45_000;
/// The model that has a limit of its own in money.
const DEAR: &str = "gemini:gemini-2.5-flash";

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

fn limited() -> BudgetBuilder {
    Budget::builder()
        .limit(Limit::run().money(dollars(RUN_MONEY)).tokens(RUN_TOKENS))
        .limit(Limit::each_model().tokens(MODEL_TOKENS))
        .limit(Limit::model(DEAR).money(dollars("0.03")))
}

/// Reads the books over and over while the calls run.
struct Auditor {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Auditor {
    fn watch(budget: &Budget) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (budget, stop) = (budget.clone(), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                assert_within(&budget.statement());
                std::thread::yield_now();
            }
        });
        Self { over, thread }
    }

    /// Fails where any reading was wrong.
    fn finish(self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

/// No limit is passed by what is spent, held and reserved, and every account balances.
fn assert_within(statement: &Statement) {
    assert_eq!(statement.limits[0].money.unwrap().limit, dollars(RUN_MONEY));
    for limit in &statement.limits {
        assert!(limit.money.is_none_or(|money| money.counted <= money.limit), "{limit:?}");
        assert!(limit.tokens.is_none_or(|tokens| tokens.counted <= tokens.limit), "{limit:?}");
    }
    for totals in statement.by_model.values().chain([&statement.in_all]) {
        let Account { claimed, reserved, spent, held, refunded, overrun, .. } = totals.tokens;
        assert_eq!(claimed + overrun, reserved + refunded + held + spent, "{totals:?}");
        let Account { claimed, reserved, spent, held, refunded, overrun, .. } = totals.money_in(Currency::USD);
        assert_eq!(claimed + overrun, reserved + refunded + held + spent, "{totals:?}");
    }
}

/// Sends a crowd through a budget, and holds its books against the truth. Gives what the truth is.
async fn crowd_through(budget: &Budget) -> Truth {
    let folder = tempfile::tempdir().unwrap();
    let picture = std::fs::read(support::picture::write(folder.path(), (100, 70))).unwrap();
    let emulator = Emulator::builder().start().await.unwrap();
    let (kinds, orders) = (kinds(&picture), orders());
    let witness = provider(&emulator, &kinds);
    let claims = claims(&witness, &kinds).await;
    emulator.set_script(support::script(&orders));

    let auditor = Auditor::watch(budget);
    send(&budget.wrap(witness.clone()), &kinds).await;
    budget.flush().await.unwrap();
    auditor.finish();

    let statement = budget.statement();
    assert_within(&statement);
    let (in_all, by_model) = truth::of(&witness.seen(), &kinds, &claims);
    in_all.assert_is(&statement.in_all);
    for (model, truth) in &by_model {
        truth.assert_is(&statement.by_model[model]);
    }
    // Whatever the service answered and counted is in the books, whether its caller heard of it or not.
    let taken = orders.len() - emulator.script_steps_left();
    assert!(emulator.script_steps_left() > 0);
    let answered = answers(&orders[..taken]);
    assert!(answered > 100 && answered <= in_all.booked, "{answered} answered, {} booked", in_all.booked);
    in_all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_leave_books_that_balance() {
    let budget = limited().build().unwrap();
    let truth = crowd_through(&budget).await;
    let totals = budget.statement().in_all;
    assert_eq!(totals.calls, truth.calls);
    // How many go through is the scheduler's: those that fail early give back what others then take.
    assert!(totals.calls > CALLS / 4 && totals.refused > 0, "{totals:?}");
    // The others were dropped before they were begun.
    assert!(totals.calls + totals.refused < CALLS, "{totals:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ledger_tells_a_second_program_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spend.ledger");
    let open = || limited().run("crowd").ledger(&path).build().unwrap();
    let budget = open();
    let truth = crowd_through(&budget).await;
    let mut first = budget.statement();
    assert!(first.in_all.refused > 0);
    drop(budget);
    // Refusals are not in the ledger.
    first.in_all.refused = 0;
    first.by_model.values_mut().for_each(|totals| totals.refused = 0);
    let again = open();
    assert_eq!(again.statement(), first);

    let mut outcomes = [0_u64; 4];
    for entry in ledger::read(&path, Filter::default()).unwrap() {
        let at = [Outcome::Spent, Outcome::Held, Outcome::Refunded, Outcome::Open];
        let outcome = entry.unwrap().outcome();
        outcomes[at.iter().position(|known| *known == outcome).unwrap()] += 1;
    }
    let [spent, held, refunded, open] = outcomes;
    assert_eq!((spent + held, open), (truth.booked, 0));
    assert_eq!(spent + held + refunded, first.in_all.calls);
}

#[tokio::test]
async fn a_limit_that_is_too_small_refuses_before_a_connection_is_made() {
    let emulator = support::emulator(&support::samples()).await;
    let memories = support::builder(&emulator).build().unwrap();
    let picture = support::samples().join("coffee.png");
    for limit in [Limit::run().money(dollars("0.001")), Limit::run().tokens(2500)] {
        let before = emulator.connections();
        let budget = Budget::builder().limit(limit).build().unwrap();
        let provider = budget.wrap(memories.clone());
        let ask = || provider.model(DEAR).ask("What is in this picture?").attach(picture.clone());
        for error in [ask().await.unwrap_err(), ask().stream().await.unwrap_err()] {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Budget, 0), "{error}");
        }
        let totals = budget.statement().in_all;
        assert_eq!((totals.refused, totals.calls, emulator.connections()), (2, 0, before));
        // A shorter answer to the same question fits.
        let answer = ask().max_tokens(100).await.unwrap();
        let spent = budget.statement().in_all.money_in(Currency::USD).spent;
        assert_eq!(Some(spent), answer.cost.amount());
    }
    assert_eq!(emulator.journal().len(), 2);
}

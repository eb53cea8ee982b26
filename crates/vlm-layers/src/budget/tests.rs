//! What a caller sees of a budget: refusals in words, reservations that end by themselves, silence.

use vlm_core::{Cost, Currency, Delivery, ErrorKind, Money, Usage};

use super::*;

/// Waits for what never waits: without a ledger a reservation is decided at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

fn claim(money: &str) -> Claim {
    Claim::new("memories", "m").money(Some(dollars(money)), Currency::USD)
}

fn refusal(budget: &Budget, claim: Claim) -> (String, String) {
    let error = now(budget.reserve(claim)).unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Budget, Delivery::NotSent));
    assert!(!error.is_retryable());
    (error.to_string(), error.advice().to_owned())
}

#[test]
fn a_refusal_names_the_claim_the_limit_and_the_rest() {
    let budget = Budget::builder().limit(Limit::run().money(dollars("1"))).build().unwrap();
    let mut held = now(budget.reserve(claim("0.25"))).unwrap();
    held.sent();
    drop(held);
    let open = now(budget.reserve(claim("0.5"))).unwrap();
    let (message, advice) = refusal(&budget, claim("0.3"));
    assert_eq!(
        message,
        "memories: the call may take up to $0.3, but of the limit of $1 for the run only $0.25 is left \
         ($0 spent, $0.25 held, $0.5 reserved)"
    );
    assert!(advice.starts_with("It fits once calls that are under way are settled"), "{advice}");
    open.settle(Settlement::Refunded);
    assert!(refusal(&budget, claim("2")).1.starts_with("Raise the limit or ask for less"));
    assert!(now(budget.reserve(claim("0.75"))).is_ok());
    assert_eq!(budget.statement().in_all.refused, 2);
}

#[test]
fn what_a_limit_cannot_judge_is_refused_only_where_the_limit_applies() {
    let budget = Budget::builder()
        .limit(Limit::model("dear").money(dollars("1")))
        .limit(Limit::key("k").tokens(10))
        .build()
        .unwrap();
    let (message, advice) = refusal(&budget, Claim::new("p", "dear"));
    assert!(message.contains("not known what the call may cost"), "{message}");
    assert!(advice.contains("maximum of output tokens"), "{advice}");
    let euro = "EUR".parse().unwrap();
    let (message, _) = refusal(&budget, Claim::new("p", "dear").money(Some(dollars("0.1")), euro));
    assert!(message.contains("in USD, but the call is priced in EUR"), "{message}");
    let (message, _) = refusal(&budget, Claim::new("p", "cheap").key("k"));
    assert!(message.contains("limit on tokens for this key"), "{message}");
    assert!(now(budget.reserve(Claim::new("p", "cheap"))).is_ok());
    assert!(now(budget.reserve(Claim::new("p", "cheap").key("other"))).is_ok());
}

#[test]
fn an_unsettled_reservation_is_refunded_before_and_held_after_sending() {
    let budget = Budget::builder().build().unwrap();
    drop(now(budget.reserve(claim("1"))).unwrap());
    let mut sent = now(budget.reserve(claim("2"))).unwrap();
    sent.sent();
    drop(sent);
    let mut settled = now(budget.reserve(claim("4"))).unwrap();
    settled.sent();
    settled.settle(Settlement::Refunded);
    let money = budget.statement().in_all.money_in(Currency::USD);
    assert_eq!((money.refunded, money.held, money.reserved), (dollars("5"), dollars("2"), Money::ZERO));
}

#[test]
fn a_missing_usage_keeps_the_estimate() {
    let budget = Budget::builder().build().unwrap();
    let reservation = now(budget.reserve(claim("1").tokens(Some(50)))).unwrap();
    reservation.settle(Settlement::spent(&Cost::default(), &Usage::new()));
    let totals = budget.statement().in_all;
    assert_eq!(totals.money_in(Currency::USD).held, dollars("1"));
    assert_eq!(totals.tokens.held, 50);
}

#[test]
fn limits_that_limit_nothing_and_runs_without_a_name_are_refused() {
    for builder in [Budget::builder().limit(Limit::run()), Budget::builder().run("")] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.advice().ends_with("nothing was sent."));
    }
}

#[test]
fn labels_stay_out_of_debug_and_errors() {
    const MARK: &str = "mark-never-shown";
    let budget = Budget::builder().run(MARK).limit(Limit::each_key().tokens(1)).build().unwrap();
    let claim = Claim::new("p", "m").key(MARK).tag(MARK).tokens(Some(1));
    let reservation = now(budget.reserve(claim.clone())).unwrap();
    let error = now(budget.reserve(claim.clone())).unwrap_err();
    let shown = format!("{budget:?} {reservation:?} {claim:?} {error:?} {error} {}", error.advice());
    assert!(!shown.contains(MARK), "{shown}");
}

#[test]
fn a_panic_under_the_lock_takes_nobody_down() {
    let budget = Budget::builder().build().unwrap();
    let other = budget.clone();
    let panicked = std::thread::spawn(move || {
        let _guard = other.shared.books.lock();
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(now(budget.reserve(claim("1"))).is_ok());
    assert_eq!(budget.statement().in_all.calls, 1);
}

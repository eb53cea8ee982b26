//! The ledger as its users meet it: restarts, crashes, refused paths, sums.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use vlm_core::{Cost, Currency, Delivery, Error, ErrorKind, Money, PriceSchedule, PriceTier, Usage};
use vlm_layers::ledger::{self, By, Entry, Filter, Group, Outcome, Summary, parse_time};
use vlm_layers::{Budget, BudgetBuilder, Claim, Expected, Limit, Settlement};

const DAY: Duration = Duration::from_secs(86_400);

/// 2026-11-27, noon, and a second later with each look.
fn clock() -> impl Fn() -> SystemTime + Send + Sync + 'static {
    let looks = AtomicU64::new(0);
    let noon = parse_time("2026-11-27T12:00:00Z").unwrap();
    move || noon + Duration::from_secs(looks.fetch_add(1, Ordering::SeqCst))
}

fn builder(path: &Path) -> BudgetBuilder {
    Budget::builder().run("nightly").ledger(path).clock(clock())
}

fn pico(amount: u64) -> Money {
    Money::from_pico_usd(amount.into())
}

fn cost(usage: &Usage) -> Cost {
    PriceSchedule::new(vec![PriceTier::new(None, pico(2), pico(3))]).unwrap().cost(usage)
}

fn claim(tokens: u64) -> Claim {
    Claim::new("memories", "m").tokens(Some(tokens)).money(Some(pico(3 * tokens)), Currency::USD)
}

/// A call of each kind of end: spent, of unknown cost, refunded, held, open.
async fn a_few_calls(budget: &Budget) {
    let spent = budget.reserve(claim(100).key("customer-7").tag("captions")).await.unwrap();
    let usage = Usage::new().with_tokens(40, 9);
    spent.settle(Settlement::spent(&cost(&usage), &usage));
    let mut unknown = budget.reserve(claim(50)).await.unwrap();
    unknown.sent();
    unknown.settle(Settlement::spent(&Cost::default(), &Usage::new()));
    drop(budget.reserve(claim(20)).await.unwrap());
    budget.reserve(Claim::new("memories", "n")).await.unwrap().settle(Settlement::Held);
    std::mem::forget(budget.reserve(claim(5)).await.unwrap());
    budget.flush().await.unwrap();
}

#[tokio::test]
async fn a_restarted_run_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spend.ledger");
    let limits =
        |builder: BudgetBuilder| builder.limit(Limit::run().tokens(200)).limit(Limit::each_key().money(pico(900)));
    // The calls of others in the same file are not this run's.
    a_few_calls(&builder(&path).run("other").build().unwrap()).await;
    let budget = builder(&path).limit(Limit::each_model().money(pico(10_000))).build().unwrap();
    assert_eq!(budget.statement().in_all.calls, 0);
    let before = builder(&path).build().unwrap();
    a_few_calls(&before).await;
    let statement = before.statement();
    assert_eq!((statement.in_all.calls, statement.in_all.open), (5, 1));
    assert_eq!(builder(&path).build().unwrap().statement(), statement);

    let limited = limits(builder(&path)).build();
    let limited = limited.unwrap();
    // 49 spent, 50 held, 5 open: 96 are left.
    assert_eq!(limited.statement().limits[0].tokens.unwrap().left, 96);
    let error = limited.reserve(claim(97)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Budget, Delivery::NotSent));
    drop(limited.reserve(claim(96)).await.unwrap());
}

#[tokio::test]
async fn a_run_without_a_name_does_not_look_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spend.ledger");
    a_few_calls(&builder(&path).build().unwrap()).await;
    let broken = fs::read(&path).unwrap();
    let (middle, mut broken) = (broken.len() / 2, broken);
    broken[middle] ^= 1;
    fs::write(&path, &broken).unwrap();
    let error = builder(&path).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("line ") && error.advice().contains("Look at the line"), "{error}");
    let error = ledger::read(&path, Filter::new()).unwrap().find_map(Result::err).unwrap();
    assert!(error.to_string().contains("line "), "{error}");

    let fresh = Budget::builder().ledger(&path).build().unwrap();
    assert_eq!(fresh.statement().in_all.calls, 0);
    drop(fresh.reserve(claim(1)).await.unwrap());
    drop(fresh);
    assert!(fs::read(&path).unwrap().starts_with(&broken));
}

#[tokio::test]
async fn dropping_the_last_handle_writes_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new").join("spend.ledger");
    let budget = builder(&path).build().unwrap();
    let reservation = budget.reserve(claim(3)).await.unwrap();
    drop(budget);
    drop(reservation);
    let calls: Vec<Entry> = ledger::read(&path, Filter::new()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].outcome(), Outcome::Refunded);
}

#[tokio::test]
async fn a_program_that_dies_anywhere_loses_no_whole_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spend.ledger");
    a_few_calls(&builder(&path).build().unwrap()).await;
    let all = fs::read(&path).unwrap();
    let cut_path = directory.path().join("cut.ledger");
    let mut at_line: BTreeMap<usize, _> = BTreeMap::new();
    for cut in 0..=all.len() {
        fs::write(&cut_path, &all[..cut]).unwrap();
        let whole = all[..cut].iter().filter(|byte| **byte == b'\n').count();
        let statement = builder(&cut_path).build().unwrap().statement();
        let first = at_line.entry(whole).or_insert_with(|| statement.clone());
        assert_eq!(*first, statement, "cut at {cut}");
        let read: Vec<Entry> = ledger::read(&cut_path, Filter::new()).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len() as u64, statement.in_all.calls);
    }
    // Five reservations, four settlements.
    assert_eq!(at_line.len(), 10);
    assert_eq!(at_line[&9].in_all.calls, 5);
}

fn refused(path: &Path) -> Error {
    let error = builder(path).build().unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    assert!(!error.advice().is_empty());
    error
}

#[test]
fn paths_that_cannot_hold_a_ledger_are_refused_when_it_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    assert!(refused(directory.path()).to_string().contains("is not a regular file"));
    let letter = directory.path().join("letter.txt");
    fs::write(&letter, "Dear reader,\nhow are you").unwrap();
    assert!(refused(&letter).to_string().contains("is not a ledger"));
    assert_eq!(fs::read_to_string(&letter).unwrap(), "Dear reader,\nhow are you");
    refused(&letter.join("below-a-file"));
    assert!(ledger::read(directory.path().join("none"), Filter::new()).is_err());
    #[cfg(target_os = "linux")]
    assert!(refused(Path::new("/dev/full")).to_string().contains("is not a regular file"));
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_is_refused_with_advice() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(directory.path().join("probe"), "").is_ok() {
        return; // this user may write everywhere
    }
    let error = refused(&directory.path().join("spend.ledger"));
    assert!(error.to_string().contains("it is not permitted"), "{error}");
    assert!(error.advice().contains("right to read and write"), "{}", error.advice());
}

#[tokio::test]
async fn what_is_written_holds_labels_and_nothing_of_the_machine() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mark-in-path").join("spend.ledger");
    let budget = builder(&path).build().unwrap();
    let reservation = budget.reserve(claim(1).key("mark-key").tag("mark-tag")).await.unwrap();
    let shown = format!("{budget:?} {reservation:?} {:?}", builder(&path).run("mark-run"));
    assert!(!shown.contains("mark"), "{shown}");
    drop(reservation);
    budget.flush().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("mark-in-path"));
    assert!(text.contains(r#""key":"mark-key","tag":"mark-tag""#), "{text}");
    assert!(text.contains(r#""at":"2026-11-27T12:00:0"#), "{text}");
}

#[test]
fn times_are_days_or_moments() {
    let day = parse_time("2026-11-27").unwrap();
    assert_eq!(parse_time("2026-11-27T01:00:00+01:00").unwrap(), day);
    assert_eq!(parse_time("2026-11-28").unwrap(), day + DAY);
    for wrong in ["", "yesterday", "2026-13-01", "2026-11-27T25:00:00Z", "27.11.2026", "2026-11-27T12:00"] {
        let error = parse_time(wrong).unwrap_err();
        assert!(error.advice().contains("Write a day"), "{error}");
    }
}

/// One generated call, and how it ends.
#[derive(Clone, Debug)]
struct Call {
    model: u8,
    tag: Option<u8>,
    day: u8,
    claimed: Option<u64>,
    euro: bool,
    expected: Option<u64>,
    end: End,
}

#[derive(Clone, Debug)]
enum End {
    Spent { input: Option<u64>, output: Option<u64> },
    Refunded,
    Held,
    Open,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let end = prop_oneof![
        4 => (proptest::option::of(0..100_u64), proptest::option::of(0..100_u64))
            .prop_map(|(input, output)| End::Spent { input, output }),
        1 => Just(End::Refunded),
        1 => Just(End::Held),
        1 => Just(End::Open),
    ];
    let option = || proptest::option::of(0..300_u64);
    let call = (0..3_u8, proptest::option::of(0..2_u8), 0..4_u8, option(), any::<bool>(), option(), end).prop_map(
        |(model, tag, day, claimed, euro, expected, end)| Call { model, tag, day, claimed, euro, expected, end },
    );
    proptest::collection::vec(call, 0..40)
}

fn usage(input: Option<u64>, output: Option<u64>) -> Usage {
    let mut usage = Usage::new();
    usage.input_tokens = input;
    usage.output_tokens = output;
    usage
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

/// Writes the calls: all reservations, and each settlement three calls later.
async fn write(path: &Path, calls: &[Call]) {
    let day = Arc::new(AtomicU64::new(0));
    let start = parse_time("2026-11-27").unwrap();
    let of_the_day = Arc::clone(&day);
    let now = move || start + DAY * u32::try_from(of_the_day.load(Ordering::SeqCst)).unwrap();
    let budget = Budget::builder().run("r").ledger(path).clock(now).build().unwrap();
    let mut open = Vec::new();
    for call in calls {
        day.store(call.day.into(), Ordering::SeqCst);
        let mut claim = Claim::new("p", format!("m{}", call.model));
        claim = claim.money(call.claimed.map(pico), if call.euro { euro() } else { Currency::USD });
        claim = call.tag.map_or(claim.clone(), |tag| claim.tag(format!("t{tag}")));
        claim = call.expected.map_or(claim.clone(), |likely| claim.estimate(Expected::new().input(0, likely, 999)));
        open.push((budget.reserve(claim).await.unwrap(), call));
        if open.len() > 3 {
            let (reservation, call) = open.remove(0);
            settle(reservation, call);
        }
    }
    open.into_iter().for_each(|(reservation, call)| settle(reservation, call));
    budget.flush().await.unwrap();
}

fn settle(reservation: vlm_layers::Reservation, call: &Call) {
    match call.end {
        End::Spent { input, output } => {
            let usage = usage(input, output);
            reservation.settle(Settlement::spent(&cost(&usage), &usage));
        }
        End::Refunded => reservation.settle(Settlement::Refunded),
        End::Held => reservation.settle(Settlement::Held),
        End::Open => std::mem::forget(reservation),
    }
}

/// The sums in the plainest way.
fn naive<'a>(name: Option<String>, calls: impl Iterator<Item = &'a Call>) -> Group {
    let mut group = Group::default();
    group.name = name;
    for call in calls {
        group.calls += 1;
        let currency = if call.euro { euro() } else { Currency::USD };
        let claimed = call.claimed.unwrap_or(0);
        let mut held = claimed;
        match call.end {
            End::Refunded => (group.refunded, held) = (group.refunded + 1, 0),
            End::Held => group.held += 1,
            End::Open => group.open += 1,
            End::Spent { input, output } => {
                group.input_tokens += input.unwrap_or(0);
                group.output_tokens += output.unwrap_or(0);
                group.without_usage += u64::from(input.is_none() || output.is_none());
                if let (Some(billed), Some(estimated)) = (input, call.expected) {
                    group.drift.calls += 1;
                    group.drift.billed += billed;
                    group.drift.estimated += estimated;
                }
                let least = 2 * input.unwrap_or(0) + 3 * output.unwrap_or(0);
                let exact = input.is_some() && output.is_some();
                let known = input.is_some() || output.is_some();
                // All costs are in dollars: they settle nothing of a claim in euros.
                let reserved = if call.euro && known { 0 } else { claimed };
                let books_it = exact || known && least > reserved;
                if books_it {
                    let sum = group.money.entry(Currency::USD).or_default();
                    *sum = *sum + pico(least);
                }
                held = if books_it && !call.euro { 0 } else { claimed };
            }
        }
        if held > 0 {
            let sum = group.held_money.entry(currency).or_default();
            *sum = *sum + pico(held);
        }
    }
    group
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_summary_is_the_sum_of_its_calls(calls in calls(), since in 0..4_u8, until in 0..5_u8) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("spend.ledger");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(write(&path, &calls));
        let start = parse_time("2026-11-27").unwrap();
        let filter = Filter::new().since(start + DAY * since.into()).until(start + DAY * until.into()).run("r");
        let taken: Vec<&Call> = calls.iter().filter(|call| call.day >= since && call.day < until).collect();
        for by in [By::Day, By::Model, By::Tag, By::Provider, By::Run] {
            let name = |call: &Call| match by {
                By::Day => Some(format!("2026-11-{}", 27 + call.day)),
                By::Model => Some(format!("m{}", call.model)),
                By::Tag => call.tag.map(|tag| format!("t{tag}")),
                By::Provider => Some("p".to_owned()),
                _ => Some("r".to_owned()),
            };
            let summary = Summary::of(ledger::read(&path, filter.clone()).unwrap(), by).unwrap();
            prop_assert_eq!(&summary.total, &naive(None, taken.iter().copied()));
            let mut names: Vec<_> = taken.iter().map(|call| name(call)).collect();
            names.sort();
            names.dedup();
            let groups: Vec<_> = names
                .into_iter()
                .map(|group| naive(group.clone(), taken.iter().copied().filter(|call| name(call) == group)))
                .collect();
            prop_assert_eq!(&summary.groups, &groups);
        }
    }

    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("spend.ledger");
        fs::write(&path, &bytes).unwrap();
        let _ = builder(&path).build();
        let _ = Budget::builder().ledger(&path).build();
        if let Ok(entries) = ledger::read(&path, Filter::new()) {
            let _ = Summary::of(entries, By::Day);
        }
    }
}

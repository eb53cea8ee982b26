//! The books under any order of events: they never admit beyond a limit, and they always balance.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::budget::settlement::Spent;

const MODELS: [&str; 3] = ["a", "b", "c"];
const KEYS: [Option<&str>; 3] = [None, Some("x"), Some("y")];

fn money(pico: u128) -> Money {
    Money::from_pico_usd(pico)
}

fn limits() -> Vec<Limit> {
    vec![
        Limit::run().money(money(2_000)).tokens(1_500),
        Limit::each_model().money(money(900)),
        Limit::model("b").tokens(400),
        Limit::each_key().tokens(700),
        Limit::key("x").money(money(500)).tokens(600),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Reserve {
        model: usize,
        key: usize,
        money: u128,
        tokens: u64,
    },
    /// Of the open reservations, by place.
    Settle {
        which: usize,
        settlement: Settlement,
    },
    Forget {
        which: usize,
    },
}

fn settlements() -> impl Strategy<Value = Settlement> {
    let spent = (proptest::option::of(0..200_u128), any::<bool>(), proptest::option::of(0..150_u64), 0..100_u64);
    prop_oneof![
        4 => spent.prop_map(|(amount, exact, input, output)| Settlement::Spent(Spent {
            money: amount.map(money),
            exact: exact && amount.is_some(),
            input_tokens: input,
            output_tokens: Some(output),
            ..Spent::default()
        })),
        1 => Just(Settlement::Refunded),
        1 => Just(Settlement::Held),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (0..3_usize, 0..3_usize, 0..120_u128, 0..90_u64)
            .prop_map(|(model, key, money, tokens)| Step::Reserve { model, key, money, tokens }),
        4 => (any::<usize>(), settlements()).prop_map(|(which, settlement)| Step::Settle { which, settlement }),
        1 => any::<usize>().prop_map(|which| Step::Forget { which }),
    ];
    proptest::collection::vec(step, 1..300)
}

fn claim(model: usize, key: usize, pico: u128, tokens: u64) -> Claim {
    let claim = Claim::new("p", MODELS[model]).money(Some(money(pico)), Currency::USD).tokens(Some(tokens));
    KEYS[key].map_or(claim.clone(), |label| claim.key(label))
}

fn balances(account: &Account<u128>) -> bool {
    account.claimed == account.reserved + account.refunded + account.held + (account.spent - account.overrun)
}

fn assert_balanced(books: &Books) {
    let groups = [&books.in_all].into_iter().chain(books.by_model.values()).chain(books.by_key.values());
    for group in groups {
        assert!(balances(&group.tokens), "{group:?}");
        assert!(group.money.values().all(balances), "{group:?}");
    }
    for split in [books.by_model.values().collect::<Vec<_>>(), books.by_key.values().collect()] {
        let sum = |field: fn(&Group) -> u128| split.iter().map(|group| field(group)).sum::<u128>();
        assert_eq!(sum(|group| group.tokens.counted()), books.in_all.tokens.counted());
        assert_eq!(sum(|group| group.calls.into()), books.in_all.calls.into());
        assert_eq!(sum(|group| group.open.into()), books.open.len() as u128);
        assert_eq!(sum(|group| group.refused.into()), books.in_all.refused.into());
    }
}

/// What counts under each limit, without what settlements booked above their reservations.
fn assert_within(books: &Books) {
    for limit in &books.limits {
        let groups: Vec<&Group> = match &limit.scope {
            Scope::Run => vec![&books.in_all],
            Scope::EachModel => books.by_model.values().collect(),
            Scope::Model(name) => books.by_model.get(name).into_iter().collect(),
            Scope::EachKey => books.by_key.values().collect(),
            Scope::Key(label) => books.by_key.get(&Some(label.clone())).into_iter().collect(),
        };
        for group in groups {
            let within = |account: &Account<u128>, most: u128| account.counted() - account.overrun <= most;
            let usd = group.money.get(&Currency::USD).copied().unwrap_or_default();
            assert!(limit.money.is_none_or(|most| within(&usd, most.pico_usd())), "{limit:?} {group:?}");
            assert!(limit.tokens.is_none_or(|most| within(&group.tokens, most.into())), "{limit:?} {group:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_balances_and_stays_within(steps in steps()) {
        let mut books = Books::new(limits(), Currency::USD);
        let mut open: Vec<Id> = Vec::new();
        let mut claims: HashMap<Id, Claim> = HashMap::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Reserve { model, key, money, tokens } => {
                    let (id, claim) = (Id::from(number.to_string()), claim(model, key, money, tokens));
                    let before = books.in_all.tokens;
                    match books.reserve(id.clone(), &claim) {
                        Ok(()) => {
                            claims.insert(id.clone(), claim);
                            open.push(id);
                        }
                        Err(_) => assert_eq!(books.in_all.tokens, before),
                    }
                }
                Step::Settle { which, settlement } if !open.is_empty() => {
                    let id = open.swap_remove(which % open.len());
                    assert!(books.settle(&id, &settlement));
                    assert!(!books.settle(&id, &settlement), "settled twice");
                }
                Step::Forget { which } if !open.is_empty() => books.forget(&open.swap_remove(which % open.len())),
                Step::Settle { .. } | Step::Forget { .. } => {}
            }
            assert_balanced(&books);
            assert_within(&books);
            let reserved: u128 = open.iter().map(|id| u128::from(claims[id].tokens.unwrap())).sum();
            assert_eq!(books.in_all.tokens.reserved, reserved);
        }
        for id in open {
            assert!(books.settle(&id, &Settlement::Refunded));
        }
        assert_balanced(&books);
        assert_eq!(books.in_all.tokens.reserved, 0);
        assert_eq!(books.in_all.open, 0);
        assert!(books.in_all.money.values().all(|account| account.reserved == 0));
    }
}

#[test]
fn a_claim_fits_to_the_last_unit_and_not_one_more() {
    let mut books = Books::new(vec![Limit::run().money(money(10))], Currency::USD);
    let claim = |pico| Claim::new("p", "a").money(Some(money(pico)), Currency::USD);
    assert!(books.reserve("1".into(), &claim(10)).is_ok());
    assert!(books.reserve("2".into(), &claim(1)).is_err());
    assert!(books.reserve("3".into(), &claim(0)).is_ok());
    assert!(books.settle("1", &Settlement::Refunded));
    assert!(books.reserve("4".into(), &claim(11)).is_err());
    assert!(books.reserve("5".into(), &claim(10)).is_ok());
}

#[test]
fn an_overrun_closes_the_limit() {
    let mut books = Books::new(vec![Limit::run().tokens(10)], Currency::USD);
    let claim = |tokens| Claim::new("p", "a").tokens(Some(tokens));
    books.reserve("1".into(), &claim(10)).unwrap();
    let spent = Spent { input_tokens: Some(9), output_tokens: Some(3), ..Spent::default() };
    books.settle("1", &Settlement::Spent(spent));
    assert!(books.reserve("2".into(), &claim(0)).is_err(), "the limit is passed already");
    let statement = books.statement("run");
    assert_eq!((statement.in_all.tokens.spent, statement.in_all.tokens.overrun), (12, 2));
    let rest = statement.limits[0].tokens.unwrap();
    assert_eq!((rest.limit, rest.counted, rest.left), (10, 12, 0));
}

#[test]
fn sums_beyond_all_numbers_are_refused() {
    let mut books = Books::new(Vec::new(), Currency::USD);
    let claim = Claim::new("p", "a").money(Some(money(u128::MAX)), Currency::USD).tokens(Some(u64::MAX));
    books.reserve("1".into(), &claim).unwrap();
    assert_eq!(books.reserve("2".into(), &claim), Err(Refusal::Uncountable));
    books.settle("1", &Settlement::Refunded);
    assert_balanced(&books);
}

#[test]
fn a_call_without_a_claim_counts_what_it_took() {
    let mut books = Books::new(Vec::new(), Currency::USD);
    books.reserve("1".into(), &Claim::new("p", "a")).unwrap();
    let spent = Spent { money: Some(money(7)), exact: true, total_tokens: Some(5), ..Spent::default() };
    books.settle("1", &Settlement::Spent(spent));
    let totals = books.statement("run").in_all;
    assert_eq!((totals.tokens.spent, totals.tokens.overrun), (5, 5));
    assert_eq!(totals.money_in(Currency::USD).spent, money(7));
    assert_balanced(&books);
}

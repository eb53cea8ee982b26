//! When a circuit opens, how long, and what does not count; that probes are rare, and that none shuts others out for ever.

use proptest::prelude::*;

use super::*;

const SETTINGS: Settings = Settings { failures: 5, first: Duration::from_secs(30), longest: Duration::from_secs(300) };

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A circuit that has just opened.
fn opened(now: Instant) -> Circuit {
    let mut circuit = Circuit::default();
    for _ in 0..5 {
        let pass = circuit.admit(now).unwrap();
        circuit.record(pass, Outcome::Failure, now, &SETTINGS);
    }
    circuit
}

#[test]
fn five_failures_in_a_row_open_it() {
    let now = Instant::now();
    let mut circuit = Circuit::default();
    for outcome in [Outcome::Failure; 4].into_iter().chain([Outcome::Success]).chain([Outcome::Failure; 4]) {
        let pass = circuit.admit(now).unwrap();
        circuit.record(pass, outcome, now, &SETTINGS);
    }
    // What says nothing neither counts nor ends the row.
    let pass = circuit.admit(now).unwrap();
    circuit.record(pass, Outcome::Nothing, now, &SETTINGS);
    assert!(circuit.is_closed());
    let pass = circuit.admit(now).unwrap();
    circuit.record(pass, Outcome::Failure, now, &SETTINGS);
    assert_eq!(circuit.admit(now), Err(Refusal::Wait(seconds(30))));
    assert_eq!(circuit.admit(now + seconds(29)), Err(Refusal::Wait(seconds(1))));
}

#[test]
fn pauses_double_up_to_the_longest() {
    let mut now = Instant::now();
    let mut circuit = opened(now);
    for pause in [30, 60, 120, 240, 300, 300] {
        assert_eq!(circuit.admit(now), Err(Refusal::Wait(seconds(pause))));
        now += seconds(pause);
        let probe = circuit.admit(now).unwrap();
        circuit.record(probe, Outcome::Failure, now, &SETTINGS);
    }
    // Once it answers, the next failures begin anew.
    now += seconds(300);
    let probe = circuit.admit(now).unwrap();
    circuit.record(probe, Outcome::Success, now, &SETTINGS);
    assert!(circuit.is_closed());
    for _ in 0..5 {
        let pass = circuit.admit(now).unwrap();
        circuit.record(pass, Outcome::Failure, now, &SETTINGS);
    }
    assert_eq!(circuit.admit(now), Err(Refusal::Wait(seconds(30))));
}

#[test]
fn there_is_one_probe_and_a_cancelled_one_frees_its_place() {
    let mut now = Instant::now();
    let mut circuit = opened(now);
    now += seconds(30);
    let probe = circuit.admit(now).unwrap();
    assert_eq!(circuit.admit(now + seconds(10)), Err(Refusal::BeingProbed(seconds(20))));
    circuit.record(probe, Outcome::Nothing, now, &SETTINGS);
    let next = circuit.admit(now).unwrap();
    // What the first one still says is of no interest.
    circuit.record(probe, Outcome::Success, now, &SETTINGS);
    assert_eq!(circuit.admit(now), Err(Refusal::BeingProbed(seconds(30))));
    circuit.record(next, Outcome::Failure, now, &SETTINGS);
    assert_eq!(circuit.admit(now), Err(Refusal::Wait(seconds(60))), "a freed probe lengthens no pause");
}

#[test]
fn a_slow_probe_gets_company_and_still_decides() {
    for (outcome, then) in [(Outcome::Success, None), (Outcome::Failure, Some(Refusal::Wait(seconds(60))))] {
        let mut now = Instant::now();
        let mut circuit = opened(now);
        now += seconds(30);
        let slow = circuit.admit(now).unwrap();
        now += seconds(30);
        let second = circuit.admit(now).unwrap();
        assert_eq!(circuit.admit(now), Err(Refusal::BeingProbed(seconds(30))), "one more in a pause");
        circuit.record(slow, outcome, now, &SETTINGS);
        assert_eq!(circuit.refusal(now), then);
        circuit.record(second, Outcome::Failure, now, &SETTINGS);
        assert_eq!(circuit.refusal(now), then, "it came too late to count");
    }
}

#[test]
fn calls_from_before_it_opened_do_not_decide() {
    let now = Instant::now();
    let mut circuit = Circuit::default();
    let passes: Vec<Pass> = (0..12).map(|_| circuit.admit(now).unwrap()).collect();
    for pass in &passes[..5] {
        circuit.record(*pass, Outcome::Failure, now, &SETTINGS);
    }
    circuit.record(passes[5], Outcome::Success, now, &SETTINGS);
    circuit.record(passes[6], Outcome::Failure, now + seconds(10), &SETTINGS);
    assert_eq!(circuit.admit(now), Err(Refusal::Wait(seconds(30))));
    let probe = circuit.admit(now + seconds(30)).unwrap();
    circuit.record(passes[7], Outcome::Failure, now + seconds(30), &SETTINGS);
    let goes_on = circuit.answered(probe);
    assert!(circuit.is_closed());
    for pass in &passes[8..] {
        circuit.record(*pass, Outcome::Failure, now, &SETTINGS);
    }
    circuit.record(probe, Outcome::Failure, now, &SETTINGS);
    circuit.record(goes_on, Outcome::Failure, now, &SETTINGS);
    assert!(circuit.is_closed(), "one failure since it closed");
}

#[test]
fn a_pause_without_end_is_one() {
    let now = Instant::now();
    let endless = Settings { failures: 1, first: Duration::MAX, longest: Duration::MAX };
    let mut circuit = Circuit::default();
    let pass = circuit.admit(now).unwrap();
    circuit.record(pass, Outcome::Failure, now, &endless);
    assert!(matches!(circuit.admit(now + seconds(1 << 30)), Err(Refusal::Wait(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens: at most one probe in a pause, never more than the longest one to wait, and a call passes after
    /// that, whether those under way have ended or not.
    #[test]
    fn it_never_shuts_for_good(steps in prop::collection::vec((0..4u8, 0..40u64, 0..6usize), 1..200)) {
        let (mut circuit, mut now, mut open) = (Circuit::default(), Instant::now(), Vec::new());
        for (what, wait, which) in steps {
            now += seconds(wait);
            if what == 0 || open.is_empty() {
                let was_closed = circuit.is_closed();
                match circuit.admit(now) {
                    Ok(pass) => {
                        if !was_closed {
                            prop_assert!(matches!(circuit.admit(now), Err(Refusal::BeingProbed(_))));
                        }
                        open.push(pass);
                    }
                    Err(Refusal::Wait(time) | Refusal::BeingProbed(time)) => prop_assert!(time <= SETTINGS.longest),
                }
                continue;
            }
            let pass = open.swap_remove(which % open.len());
            let outcome = [Outcome::Success, Outcome::Failure, Outcome::Nothing][usize::from(what) - 1];
            circuit.record(pass, outcome, now, &SETTINGS);
        }
        prop_assert!(circuit.admit(now + SETTINGS.longest).is_ok());
    }
}

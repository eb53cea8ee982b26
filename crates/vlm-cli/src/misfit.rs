//! What is told of a typed answer besides its value: repairs, what the schema lost, every attempt, and why there is none.

use vlm_core::{Delivery, Error, ErrorKind};
use vlm_schema::decode::Repair;
use vlm_schema::extract::{Attempt, AttemptKind, ExtractError, ExtractErrorKind, Ledger, Mismatch};
use vlm_schema::schema::Lost;

use crate::answer::warnings;
use crate::exit::{About, Failure};
use crate::report::Report;
use crate::waiting::Waiting;
use crate::words::{self, beginning, one_line};
use crate::{dialect, schema_source};

/// How many mismatches are told.
const MOST: usize = 20;
/// How much of an answer is shown that is no value, in characters.
const SHOWN: usize = 2_000;
/// How much is shown of why an attempt was not taken, in characters.
const REASON: usize = 160;

/// Tells what came instead of a value, and says how the command failed by it.
pub(crate) fn failed(
    error: ExtractError,
    waiting: &Waiting,
    about: About,
    again: &str,
    report: &mut Report,
) -> Failure {
    if let Some(answer) = error.completion() {
        warnings(answer, report);
    }
    if let Some(text) = error.text().filter(|text| !text.trim().is_empty()) {
        report.note("what the model answered:");
        for line in beginning(text, SHOWN).lines() {
            report.note(&format!("  {line}"));
        }
    }
    // A single call that failed says itself what it cost.
    if error.ledger().attempts().len() > usize::from(matches!(error.kind(), ExtractErrorKind::Call(_))) {
        spent(error.ledger(), waiting, report);
    }
    why(error, about, again)
}

/// How a command failed by an answer that is no value; `again` is what else to do about it.
pub(crate) fn why(error: ExtractError, about: About, again: &str) -> Failure {
    match error.kind() {
        ExtractErrorKind::Schema(reason) => schema_source::unusable(reason),
        ExtractErrorKind::Dialect(reason) => {
            let hint =
                "`vlm schema SCHEMA --all` shows which forms can say it, and `vlm schema --model` what a model takes";
            Failure::setup(one_line(&reason.to_string()), hint)
        }
        ExtractErrorKind::CutOff => Failure::unusable(
            "the answer was cut off before its end",
            "allow more with --max-tokens, or ask for less at once",
        ),
        ExtractErrorKind::Filtered => {
            let mut blocked = Error::new(ErrorKind::Blocked, error.to_string()).with_delivery(Delivery::Answered);
            if let Some(answer) = error.completion() {
                blocked = blocked.with_partial(answer.clone());
            }
            about.failed(blocked)
        }
        ExtractErrorKind::NotJson(reason) => {
            Failure::unusable(format!("the answer is not JSON: {reason}"), format!("ask in other words, or {again}"))
        }
        ExtractErrorKind::Misfit(mismatches) => Failure::unusable(
            "the answer does not fit the schema",
            format!("say in the schema's descriptions what is meant, or {again}"),
        )
        .with_details(listed(mismatches)),
        _ => about.failed(error.into()),
    }
}

/// Each mismatch on a line, and how many more there are.
pub(crate) fn listed(mismatches: &[Mismatch]) -> Vec<String> {
    let shown = mismatches.iter().take(MOST).map(|mismatch| one_line(&mismatch.to_string()));
    let more = mismatches.len().checked_sub(MOST).filter(|more| *more > 0).map(|more| format!("and {more} more"));
    shown.chain(more).collect()
}

/// What was done to read the answer; the same thing done often is told once.
pub(crate) fn repairs(repairs: &[Repair], report: &mut Report) {
    let mut told = Vec::new();
    for repair in repairs {
        if told.contains(&repair.kind) {
            continue;
        }
        told.push(repair.kind);
        let what = if repair.is_notice() { "noticed" } else { "repaired" };
        match repairs.iter().filter(|other| other.kind == repair.kind).count() {
            1 => report.note(&format!("{what}: {}", repair.note())),
            times => report.note(&format!("{what}: {} ({times} times)", repair.note())),
        }
    }
}

/// What the model could not be told in the schema; the answer was checked for it.
pub(crate) fn lost(all: &[Lost], report: &mut Report) {
    for lost in all {
        report.note(&format!("lost in the model's schema, and checked here: {}", dialect::lost(lost)));
    }
}

/// What was taken in all, with each attempt where there were several.
pub(crate) fn spent(ledger: &Ledger, waiting: &Waiting, report: &mut Report) {
    match ledger.attempts() {
        [] => {}
        [only] => report.note(&waiting.took(&words::tokens(&only.usage), &words::cost(&only.cost))),
        several => {
            for (at, attempt) in several.iter().enumerate() {
                report.note(&format!("  attempt {}, {}", at + 1, told(attempt)));
            }
            let total = ledger.total_cost();
            let cost = match several.iter().any(|attempt| attempt.cost.amount().is_some()) {
                true if ledger.is_exact() => total.to_string(),
                true => format!("at least {total}"),
                false => "cost unknown".to_owned(),
            };
            let tokens = format!("{} attempts  {} tokens", several.len(), ledger.total_tokens());
            report.note(&waiting.took(&tokens, &cost));
        }
    }
}

/// `the question: in 302  out 41 tokens  $0.0012; not taken: …`
fn told(attempt: &Attempt) -> String {
    let asked = match attempt.kind {
        AttemptKind::First => "the question",
        AttemptKind::Repair => "a correction as text",
        AttemptKind::Full => "the question again",
        _ => "another question",
    };
    let why = attempt.rejected.as_deref().map(|why| beginning(&one_line(why), REASON));
    let why = why.map(|why| format!("; not taken: {why}")).unwrap_or_default();
    let took = if attempt.usage.total().is_none() && attempt.cost.amount().is_none() {
        "no tokens reported".to_owned()
    } else {
        format!("{}  {}", words::tokens(&attempt.usage), words::cost(&attempt.cost))
    };
    format!("{asked}: {took}{why}")
}

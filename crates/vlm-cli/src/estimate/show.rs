//! How estimates are shown: a table for people, a line of JSON per call for programs, and what is not known as talk.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use vlm_core::{Currency, Error, Money, Problem};
use vlm_estimate::{Estimate, TokenRange};

use super::Row;
use super::total::{Amounts, Total};
use crate::exit::Failure;
use crate::report::Report;
use crate::words::one_line;

/// One call, as `--json` prints it.
#[derive(Serialize)]
struct Printed<'a> {
    media: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<&'a Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Vec<Problem>>,
    /// What has to be done before it can be sent.
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    caveats: &'a [Problem],
}

/// The last line of a model, as `--json` prints it.
#[derive(Serialize)]
struct Ending<'a> {
    model: &'a str,
    total: Total,
}

/// Shows all rows: of one model call by call, of several models their sums.
pub(super) fn rows(rows: &[Row], models: &[String], json: bool, report: &mut Report) -> Result<(), Failure> {
    if json {
        return as_json(rows, models, report);
    }
    // What a single call is refused for is told in full behind the table.
    let worth_showing = rows.len() > 1 || rows.iter().any(|row| row.outcome.is_ok());
    if worth_showing {
        let table = if models.len() == 1 { by_media(rows) } else { by_model(rows, models) };
        report.text(&format!("{table}\n"))?;
    }
    remarks(rows, report);
    Ok(())
}

fn as_json(rows: &[Row], models: &[String], report: &mut Report) -> Result<(), Failure> {
    for row in rows {
        let (estimate, refused) = match &row.outcome {
            Ok(estimate) => (Some(estimate), None),
            Err(error) => (None, Some(problems(error))),
        };
        let caveats = row.caveats.as_slice();
        report.json_line(&Printed { media: &row.media, model: &row.model, estimate, refused, caveats })?;
    }
    for model in models {
        let mut of_model = rows.iter().filter(|row| row.model == *model).peekable();
        if of_model.peek().is_some() {
            report.json_line(&Ending { model, total: Total::of(of_model) })?;
        }
    }
    Ok(())
}

/// What is wrong; an error without a list is one problem with the model.
fn problems(error: &Error) -> Vec<Problem> {
    match error.problems() {
        [] => vec![Problem::new(vlm_core::ProblemKind::Invalid, "model", error.message())],
        problems => problems.to_vec(),
    }
}

const HEADER: [&str; 5] = ["TOKENS IN", "OUT", "AT LEAST", "LIKELY", "AT MOST"];

/// One line per call, and the sums of several.
fn by_media(rows: &[Row]) -> String {
    let mut table = table("MEDIA");
    for row in rows {
        let name = if row.media.is_empty() { "(the question)" } else { &row.media };
        match &row.outcome {
            Ok(estimate) => table.add_row(line(name, estimate)),
            Err(_) => table.add_row(refused(name)),
        };
    }
    if rows.len() > 1 {
        total(&mut table, "total", &Total::of(rows), rows.len());
    }
    finish(table)
}

/// One line per model with the sums of its calls.
fn by_model(rows: &[Row], models: &[String]) -> String {
    let mut table = table("MODEL");
    let of_model = |model: &String| rows.iter().filter(|row| row.model == *model).collect::<Vec<_>>();
    let most = models.iter().map(|model| of_model(model).len()).max().unwrap_or_default();
    for model in models {
        match of_model(model).as_slice() {
            [] => {}
            [Row { outcome, .. }] if most == 1 => match outcome {
                Ok(estimate) => {
                    table.add_row(line(model, estimate));
                }
                Err(_) => {
                    table.add_row(refused(model));
                }
            },
            several => total(&mut table, model, &Total::of(several.iter().copied()), most),
        }
    }
    finish(table)
}

fn table(first: &str) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([first].into_iter().chain(HEADER));
    table
}

fn finish(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn line(name: &str, estimate: &Estimate) -> [String; 6] {
    let cost = &estimate.cost;
    let amounts = Amounts { low: cost.low, likely: cost.likely, high: cost.high };
    cells(name, estimate.input, estimate.output.max, amounts, cost.currency)
}

fn cells(name: &str, input: TokenRange, output: Option<u64>, amounts: Amounts, currency: Currency) -> [String; 6] {
    let money = |amount: Option<Money>| amount.map_or_else(|| "?".to_owned(), |amount| currency.show(amount));
    let output = output.map_or_else(|| "?".to_owned(), |most| format!("to {most}"));
    let Amounts { low, likely, high } = amounts;
    [name.to_owned(), input.to_string(), output, money(low), money(likely), money(high)]
}

/// A call that would be refused; the reasons stand behind the table.
fn refused(name: &str) -> [String; 2] {
    [name.to_owned(), "refused".to_owned()]
}

/// The sums of what would be sent, out of so many calls; one line per currency.
fn total(table: &mut Table, name: &str, total: &Total, of: usize) {
    let of = if total.calls == of { String::new() } else { format!(" of {of}") };
    let name = format!("{name} ({}{of} calls)", total.calls);
    if total.cost.is_empty() {
        table.add_row(refused(&name));
    }
    for (at, (currency, amounts)) in total.cost.iter().enumerate() {
        let name = if at == 0 { name.as_str() } else { "" };
        table.add_row(cells(name, total.input, total.output_max, *amounts, *currency));
    }
}

/// What is not known, each thing once with how often; the price tier of a single call; warnings.
fn remarks(rows: &[Row], report: &mut Report) {
    let estimates: Vec<&Estimate> = rows.iter().filter_map(|row| row.outcome.as_ref().ok()).collect();
    if let (1, [only]) = (rows.len(), estimates.as_slice()) {
        if let Some(reason) = &only.cost.tier_reason {
            report.note(&format!("price: {}", one_line(reason)));
        }
        for part in &only.parts {
            report.note(&format!("  {}: {} tokens{}", part.path, part.tokens, seen(part)));
        }
    }
    if rows.len() > 1 {
        reasons(rows, report);
    }
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for estimate in &estimates {
        for unknown in &estimate.unknown {
            *told.entry(format!("not known: {}", unknown.message)).or_default() += 1;
        }
        for warning in &estimate.warnings {
            *told.entry(format!("warning: {warning}")).or_default() += 1;
        }
    }
    for problem in rows.iter().flat_map(|row| &row.caveats) {
        let advice = problem.advice.as_deref().unwrap_or(&problem.message);
        *told.entry(format!("to be sent, not from a file: {advice}")).or_default() += 1;
    }
    for (line, times) in told {
        let often = if estimates.len() > 1 { format!(" ({times} of {})", estimates.len()) } else { String::new() };
        report.note(&one_line(&format!("{line}{often}")));
    }
}

/// Why calls would be refused; of a single call this is told as its failure.
fn reasons(rows: &[Row], report: &mut Report) {
    for row in rows {
        let Err(error) = &row.outcome else { continue };
        for problem in problems(error) {
            let advice = problem.advice.as_deref().map(|advice| format!(" ({advice})")).unwrap_or_default();
            let what = if row.media.is_empty() { "the question" } else { &row.media };
            report.note(&one_line(&format!("refused: {what} at {}: {}{advice}", row.model, problem.message)));
        }
    }
}

/// What the model sees of a picture or film.
fn seen(part: &vlm_estimate::PartEstimate) -> String {
    let frames = part.frames.map(|frames| format!(", {frames} frames")).unwrap_or_default();
    let size = part.resized.map(|(width, height)| format!(" as {width}x{height}")).unwrap_or_default();
    format!("{frames}{size}")
}

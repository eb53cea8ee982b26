//! `vlm usage`: sums over the local ledger of calls.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};
use vlm_core::{Currency, Money};
use vlm_layers::ledger::{self, By, Filter, Group, Summary};

use crate::args::UsageArgs;
use crate::exit::Failure;
use crate::report::Report;
use crate::spending;

pub(crate) fn run(args: &UsageArgs, report: &mut Report) -> Result<(), Failure> {
    let named = args.ledger.clone();
    let Some(path) = named.clone().or_else(spending::usual_ledger) else {
        let hint = "name a file with --ledger or in VLM_LEDGER";
        return Err(Failure::setup("this system names no folder for a ledger", hint));
    };
    let filter = filter(args)?;
    if named.is_none() && !path.exists() {
        report.note("nothing is recorded yet: `vlm ask` and `vlm extract` do so at each call");
        return Ok(());
    }
    let entries = ledger::read(&path, filter).map_err(Failure::call)?;
    let summary = Summary::of(entries, by(&args.by)).map_err(Failure::call)?;
    if args.json {
        return report.json_pretty(&summary);
    }
    report.text(&format!("{}\n", table(&summary)))?;
    remarks(&summary.total, report);
    Ok(())
}

fn filter(args: &UsageArgs) -> Result<Filter, Failure> {
    let mut filter = Filter::new();
    if let Some(since) = &args.since {
        filter = filter.since(ledger::parse_time(since).map_err(Failure::call)?);
    }
    if let Some(until) = &args.until {
        filter = filter.until(ledger::parse_time(until).map_err(Failure::call)?);
    }
    Ok(filter)
}

fn by(name: &str) -> By {
    match name {
        "model" => By::Model,
        "tag" => By::Tag,
        "provider" => By::Provider,
        "run" => By::Run,
        _ => By::Day,
    }
}

fn table(summary: &Summary) -> String {
    let first = match summary.by {
        By::Model => "MODEL",
        By::Tag => "TAG",
        By::Provider => "PROVIDER",
        By::Run => "RUN",
        _ => "DAY",
    };
    let mut table = Table::new();
    let header = [first, "CALLS", "TOKENS IN", "OUT", "COST", "MAY BE BILLED", "IN / ESTIMATED"];
    table.load_style(presets::NOTHING).set_header(header);
    for group in &summary.groups {
        table.add_row(line(group.name.as_deref().unwrap_or("(none)"), group));
    }
    if summary.groups.len() != 1 {
        table.add_row(line("total", &summary.total));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn line(name: &str, group: &Group) -> [String; 7] {
    let ratio = group.drift.ratio().map_or_else(String::new, |ratio| format!("{:.1} %", ratio * 100.0));
    [
        name.to_owned(),
        group.calls.to_string(),
        group.input_tokens.to_string(),
        group.output_tokens.to_string(),
        money(&group.money),
        money(&group.held_money),
        ratio,
    ]
}

/// Each currency on its own; nothing where there is none.
fn money(amounts: &BTreeMap<Currency, Money>) -> String {
    let shown: Vec<String> = amounts.iter().map(|(currency, amount)| currency.show(*amount)).collect();
    shown.join(" + ")
}

/// What the sums do not say.
fn remarks(total: &Group, report: &mut Report) {
    if total.refunded > 0 {
        report.note(&format!("{} calls failed and were not billed", total.refunded));
    }
    if total.held > 0 {
        let count = total.held;
        report.note(&format!("{count} calls may have been billed: nobody can tell, so what they had reserved counts"));
    }
    if total.open > 0 {
        report.note(&format!(
            "calls without an end: {}; they are under way, or their program was ended before the answer came. They may \
             have been billed, so what they had reserved counts; nothing is sent again",
            total.open
        ));
    }
    if total.without_usage > 0 {
        report.note(&format!("{} answers came without usage: what they had reserved counts", total.without_usage));
    }
}

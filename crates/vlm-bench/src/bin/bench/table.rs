//! The table as Markdown, and its place in a file.

use std::fs;
use std::path::Path;

use super::process::Who;
use super::row::{Goal, Row, Unit, Verdict};
use vlm_bench::Result;

const BEGIN: &str = "<!-- bench -->";
const END: &str = "<!-- /bench -->";

/// All rows, and below them the reasons of what is missed.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| case | protocol | measure | this SDK | reqwest | hyper | SDK / reqwest | SDK / hyper | goal | |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut reasons: Vec<&str> = Vec::new();
    for row in rows {
        let figures = row.figures.map(|figure| figure.map(|figure| amount(figure, row.unit)).unwrap_or_default());
        let ratios = row.ratios.map(|ratio| ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default());
        let verdict = match row.verdict() {
            Verdict::Met => "met".to_owned(),
            Verdict::Missed => "**missed**".to_owned(),
            Verdict::Open => String::new(),
            Verdict::Explained(reason) => {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
                let number = reasons.iter().position(|known| *known == reason).unwrap_or(0) + 1;
                format!("limit {number}")
            }
        };
        let cells = [row.case, row.shape, row.measure].map(str::to_owned).into_iter();
        let cells: Vec<String> = cells.chain(figures).chain(ratios).chain([goal(row), verdict]).collect();
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    for (number, reason) in (1..).zip(&reasons) {
        table.push_str(&format!("\nLimit {number}: {reason}\n"));
    }
    table
}

fn goal(row: &Row) -> String {
    match row.goal {
        Goal::None => String::new(),
        Goal::Against(Who::Reqwest, most) => format!("at most {most} of reqwest"),
        Goal::Against(_, most) => format!("at most {most} of hyper"),
        Goal::AtMost(most) => format!("at most {}", amount(most, row.unit)),
    }
}

/// A figure with three digits that count.
fn amount(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => scaled(figure, &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]),
        Unit::Bytes => scaled(figure, &[(1_048_576.0, "MiB"), (1024.0, "KiB"), (1.0, "B")]),
        Unit::Count => digits(figure),
        Unit::Times => format!("{figure:.2}×"),
    }
}

fn scaled(figure: f64, units: &[(f64, &str)]) -> String {
    let unit = units.iter().find(|(size, _)| figure >= *size).or(units.last());
    unit.map_or_else(String::new, |(size, name)| format!("{} {name}", digits(figure / size)))
}

fn digits(figure: f64) -> String {
    match figure {
        figure if figure.fract() == 0.0 && figure < 1e6 => format!("{figure:.0}"),
        figure if figure < 10.0 => format!("{figure:.2}"),
        figure if figure < 100.0 => format!("{figure:.1}"),
        figure => format!("{figure:.0}"),
    }
}

/// Puts the table between the marks of a file.
pub(crate) fn write_into(path: &Path, table: &str) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let placed = between(&text, table)
        .ok_or_else(|| format!("{} has no `{BEGIN}` with an `{END}` behind it", path.display()))?;
    Ok(fs::write(path, placed)?)
}

fn between(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        for (figure, unit, text) in [
            (0.000_012_345, Unit::Seconds, "12.3 µs"),
            (1.5, Unit::Seconds, "1.50 s"),
            (3e-10, Unit::Seconds, "0.30 ns"),
            (65_536.0, Unit::Bytes, "64 KiB"),
            (2_097_152.0, Unit::Bytes, "2 MiB"),
            (0.0, Unit::Bytes, "0 B"),
            (0.001, Unit::Count, "0.00"),
            (118.0, Unit::Count, "118"),
            (1.054, Unit::Times, "1.05×"),
        ] {
            assert_eq!(amount(figure, unit), text);
        }
    }

    #[test]
    fn a_row_has_all_its_cells() {
        let row = Row {
            shape: "openai",
            figures: [Some(2e-5), Some(1e-5), Some(5e-6)],
            ratios: [Some(2.0), Some(4.0)],
            ..Row::alone("small", "CPU per request", Unit::Seconds, 0.0, Goal::Against(Who::Reqwest, 1.0))
        };
        let table = markdown(&[row]);
        let last = table.lines().last().expect("a row");
        assert_eq!(
            last,
            "| small | openai | CPU per request | 20.0 µs | 10.0 µs | 5.00 µs | 2.00 | 4.00 | at most 1 of reqwest | **missed** |"
        );
    }

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        assert_eq!(between(&text, "new\n"), Some(format!("above\n{BEGIN}\nnew\n{END}\nbelow\n")));
        assert_eq!(between("no marks", "new"), None);
        assert_eq!(between(&format!("{END} {BEGIN}"), "new"), None);
    }
}

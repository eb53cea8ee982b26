//! The runner: starts the server and the contenders in turns, and makes a table of what they took.
//!
//! Its modules are no part of the library, so that a change of a goal links no contender anew.

mod local;
mod options;
mod picture;
mod plan;
mod process;
mod rounds;
mod row;
mod table;
mod weight;

use std::process::ExitCode;

use vlm_bench::case::{Case, Shape};
use vlm_bench::{Result, measure, program};

use options::Options;
use plan::Sizes;
use process::Programs;
use row::{Row, Verdict};

fn main() -> ExitCode {
    program::exit(run(std::env::args().skip(1)))
}

/// Measures what the arguments name, and prints the table; a goal that is missed with nothing to explain it is an error.
fn run(arguments: impl IntoIterator<Item = String>) -> Result<()> {
    let options = Options::parse(arguments)?;
    if options.help {
        return program::say(options::USAGE);
    }
    let rows = measured(&options)?;
    let table = table::markdown(&rows);
    program::say(&table)?;
    if let Some(path) = &options.write {
        table::write_into(path, &table)?;
    }
    let missed: Vec<String> = rows.iter().filter(|row| row.verdict() == Verdict::Missed).map(Row::name).collect();
    if missed.is_empty() || options.smoke {
        return Ok(());
    }
    Err(format!("missed: {}", missed.join("; ")).into())
}

fn measured(options: &Options) -> Result<Vec<Row>> {
    let sizes = Sizes::of(options);
    let mut rows = Vec::new();
    if Case::ALL.iter().any(|case| options.wants(case.name())) {
        rows.extend(over_the_wire(options, &sizes)?);
    }
    for (name, measure) in [("decode", local::decode as fn(usize) -> Result<Vec<Row>>), ("media", local::media)] {
        if options.wants(name) {
            rows.extend(measure(sizes.local_rounds)?);
        }
    }
    if options.wants("weight") && !options.smoke {
        rows.extend(weight::rows(options.build_time)?);
    }
    Ok(rows)
}

fn over_the_wire(options: &Options, sizes: &Sizes) -> Result<Vec<Row>> {
    let _ = measure::raise_open_files();
    let programs = Programs::find()?;
    let picture = picture::Picture::write(sizes.picture_bytes)?;
    let mut server = programs.server(sizes.server())?;
    let mut rows = Vec::new();
    for case in Case::ALL.into_iter().filter(|case| options.wants(case.name())) {
        for shape in Shape::ALL {
            let load = sizes.load(case, shape, server.address(), picture.path());
            program::note(format_args!("{} {}: {} requests", case.name(), shape.name(), load.requests));
            let rounds = rounds::run(&programs, &mut server, &picture, &load, sizes.rounds(case))?;
            let found = row::of_case(&load, sizes, &rounds);
            found.iter().filter_map(Row::noise).for_each(program::note);
            rows.extend(found);
        }
    }
    Ok(rows)
}

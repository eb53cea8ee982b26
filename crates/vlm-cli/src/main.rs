//! The `vlm` command: it parses the command line, runs one command and turns its outcome into an exit code.

mod answer;
mod args;
mod ask;
mod attachment;
mod declared;
mod dialect;
mod each;
mod emulate;
mod environment;
mod estimate;
mod exit;
mod explain;
mod extract;
mod in_order;
mod input;
mod media_list;
mod misfit;
mod models;
mod provider;
mod question;
mod registry;
mod report;
mod runtime;
mod schema;
mod schema_source;
mod spending;
mod terminal;
mod usage;
mod waiting;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use clap_complete::Shell;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::report::Report;

fn main() -> ExitCode {
    let mut report = Report::standard();
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli.command, &mut report),
        Err(error) => usage(&error, &mut report),
    };
    let exit = match outcome {
        Ok(()) => Exit::Done,
        Err(failure) => {
            report.failure(&failure);
            failure.exit()
        }
    };
    exit.into()
}

fn run(command: Command, report: &mut Report) -> Result<(), Failure> {
    match command {
        Command::Ask(args) => ask::run(*args, report),
        Command::Extract(args) => extract::run(*args, report),
        Command::Schema(args) => schema::run(&args, report),
        Command::Estimate(args) => estimate::run(*args, report),
        Command::Usage(args) => usage::run(&args, report),
        Command::Models(args) => models::run(&args, report),
        Command::Emulate(args) => emulate::run(&args, report),
        Command::Completions { shell } => completions(shell, report),
    }
}

/// Help and version are data and go to stdout; a command line that is wrong is talk.
fn usage(error: &clap::Error, report: &mut Report) -> Result<(), Failure> {
    let text = error.render().to_string();
    if error.use_stderr() {
        return Err(Failure::Usage(text));
    }
    report.text(&text)?;
    report.end_text()
}

fn completions(shell: Shell, report: &mut Report) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "vlm", &mut script);
    report.text(&String::from_utf8_lossy(&script))
}

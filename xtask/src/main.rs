//! The chores of this workspace: `cargo xtask help` lists them.
//!
//! Every check says how to repair what it finds. `cargo xtask test` is what continuous integration runs.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]
#![allow(clippy::disallowed_methods, reason = "a command-line program reads its environment")]

mod bench;
mod boundaries;
mod check;
mod counts;
mod error;
mod features;
mod foreign;
mod golden;
mod guide;
mod layering;
mod licences;
mod lint;
mod manifests;
mod metadata;
mod new_provider;
mod secrets;
mod snapshots;
mod source;
mod step;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use error::{Error, Result};
use step::Runner;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command> [options]

  test [--fail-fast]       everything: check, build, foreign, guide, tests, doc tests, snapshots
  check [--fail-fast]      everything but the tests
  lint [--fail-fast]       format, clippy and docs, warnings denied
  features [--fail-fast]   each feature of each published crate alone
  foreign [--fail-fast]    OpenAI's client against the emulator, the command line against LitServe
  layering                 who may depend on whom, what may stand where
  guide                    the provider of docs/adding-a-provider.md, and one by new-provider, built outside and tested
  counts [--accept]        instructions of the hot paths under valgrind; fails when one grows by more than 5 %
  bench [--help]           this SDK next to programs written by hand: CPU, memory, allocations; `--help` lists options
  golden FILE...           golden vectors of the token rules, from any files; prints what differs
  tidy                     files, manifests, the lock file
  licences                 licences and banned duplicates of all dependencies
  snapshots [--accept]     snapshot tests; fails on pending and on unreferenced snapshots
  new-provider NAME [--path FOLDER]
                           writes a crate for a provider, and says what is left to do
  help                     this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if error.is_usage() {
                eprint!("\n{USAGE}");
            }
            error.exit_code()
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, options)) = arguments.split_first() else {
        return Err(Error::usage("a command is missing"));
    };
    match command.as_str() {
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        "test" => steps(options, test::run),
        "check" => steps(options, check::run),
        "lint" => steps(options, lint::run),
        "features" => steps(options, features::run),
        "foreign" => steps(options, foreign::run),
        "layering" => alone(options, layering::run),
        "tidy" => alone(options, tidy::run),
        "guide" => alone(options, guide::run),
        "counts" => counts::run(&Workspace::find()?, flag(options, "--accept")?),
        "bench" => bench::run(&Workspace::find()?, options),
        "golden" => golden::run(&Workspace::find()?, options),
        "licences" => alone(options, licences::run),
        "new-provider" => new_provider::run(&Workspace::find()?, options),
        "snapshots" => {
            let accept = flag(options, "--accept")?;
            snapshots::run(&Workspace::find()?, accept)
        }
        other => Err(Error::usage(format!("there is no command `{other}`"))),
    }
}

/// A command of several steps: ends with a table of them.
fn steps(options: &[String], command: fn(&Workspace, &mut Runner) -> Result<()>) -> Result<()> {
    let mut runner = Runner::new(flag(options, "--fail-fast")?);
    let stopped = command(&Workspace::find()?, &mut runner).is_err();
    runner.finish(stopped)
}

/// A command of one step, without options.
fn alone(options: &[String], command: fn(&Workspace) -> Result<()>) -> Result<()> {
    match options.first() {
        Some(option) => Err(Error::usage(format!("unknown option `{option}`"))),
        None => command(&Workspace::find()?),
    }
}

/// Whether the one option that a command knows was given; anything else is a mistake.
fn flag(options: &[String], name: &str) -> Result<bool> {
    match options.iter().find(|option| *option != name) {
        Some(option) => Err(Error::usage(format!("unknown option `{option}`"))),
        None => Ok(!options.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn unknown_commands_and_options_are_usage_errors() {
        for line in [
            "",
            "frobnicate",
            "golden",
            "new-provider",
            "guide --now",
            "tidy --hard",
            "test --accept",
            "snapshots --fail-fast",
        ] {
            let error = run(&words(line)).expect_err(line);
            assert!(error.is_usage(), "{line}");
            assert_eq!(format!("{:?}", error.exit_code()), format!("{:?}", ExitCode::from(2)));
        }
    }

    #[test]
    fn help_is_a_success() {
        assert!(run(&words("help")).is_ok());
    }

    #[test]
    fn the_usage_names_every_command() {
        for command in [
            "test",
            "check",
            "lint",
            "features",
            "foreign",
            "layering",
            "guide",
            "bench",
            "counts",
            "golden",
            "tidy",
            "licences",
            "snapshots",
            "new-provider",
            "help",
        ] {
            assert!(USAGE.contains(&format!("\n  {command} ")), "{command}");
        }
    }
}

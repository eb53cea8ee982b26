//! What the programs share: arguments in, one line out.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use crate::Result;
use crate::case::Load;
use crate::contender::Contender;
use crate::drive::{self, Counter};

/// The program of one contender: reads its load from the arguments, prints what it took as JSON.
pub fn contender<C: Contender>(arguments: impl IntoIterator<Item = String>, counter: Option<Counter>) -> ExitCode {
    exit(Load::from_arguments(arguments).and_then(|load| {
        let taken = drive::run::<C>(&load, counter)?;
        say(serde_json::to_string(&taken)?)
    }))
}

/// Prints a line.
///
/// # Errors
/// Nobody reads it.
pub fn say(line: impl Display) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

/// Ends a program: what went wrong goes to the error stream, with what lies behind it.
pub fn exit(result: Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let mut text = format!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    // There is nowhere else to say it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
    ExitCode::FAILURE
}

/// Says how far a long run is, where nobody reads it by machine.
pub fn note(line: impl Display) {
    // A run does not depend on being watched.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

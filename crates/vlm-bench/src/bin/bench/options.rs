//! The command line of the runner.

use std::path::PathBuf;

use vlm_bench::Result;
use vlm_bench::case::Case;

pub(crate) const USAGE: &str = "\
usage: cargo xtask bench [options]

  --case NAME     only this case; may be given again: small, picture, stream-256, stream-1, stream-split, large, slow,
                  held, decode, media, weight
  --rounds N      how often all contenders run; the figures are medians
  --quick         fewer requests and rounds: a first look
  --smoke         as little as possible: whether it runs, not how fast; no goal counts
  --build-time    also builds the command line from nothing, and times it
  --write FILE    puts the table between `<!-- bench -->` and `<!-- /bench -->` of a file";

/// What to measure, and how thoroughly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) cases: Vec<String>,
    pub(crate) rounds: Option<usize>,
    pub(crate) quick: bool,
    pub(crate) smoke: bool,
    pub(crate) build_time: bool,
    pub(crate) write: Option<PathBuf>,
    pub(crate) help: bool,
}

impl Options {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` wants a value"));
            match argument.as_str() {
                "--case" => options.cases.push(known(value()?)?),
                "--rounds" => options.rounds = Some(value()?.parse::<usize>()?.max(1)),
                "--write" => options.write = Some(value()?.into()),
                "--quick" => options.quick = true,
                "--smoke" => options.smoke = true,
                "--build-time" => options.build_time = true,
                "--help" | "-h" => options.help = true,
                _ => return Err(format!("`{argument}` is no option\n\n{USAGE}").into()),
            }
        }
        Ok(options)
    }

    /// Whether a case was asked for: all are where none is named.
    pub(crate) fn wants(&self, case: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|name| name == case)
    }
}

fn known(name: String) -> Result<String> {
    let others = ["decode", "media", "weight"];
    if others.contains(&&*name) || Case::parse(&name).is_ok() {
        return Ok(name);
    }
    Err(format!("there is no case `{name}`\n\n{USAGE}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn cases_add_up_and_none_means_all() {
        let some = parse("--case small --case weight --rounds 0 --write a.md").expect("options");
        assert!(some.wants("small") && some.wants("weight") && !some.wants("held"));
        assert_eq!((some.rounds, some.write), (Some(1), Some("a.md".into())));
        assert!(parse("").expect("options").wants("held"));
    }

    #[test]
    fn mistakes_are_told() {
        for line in ["--case", "--case none", "--rounds many", "fast", "--write"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_usage_names_every_case() {
        assert!(Case::ALL.iter().all(|case| USAGE.contains(case.name())));
    }
}

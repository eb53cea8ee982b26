//! The flags of `vlm estimate` and `vlm usage`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::shared::{CallArgs, SamplingArgs, SpendArgs};
use super::{AnswerArgs, OutputArgs};

#[derive(Debug, Args)]
pub(crate) struct EstimateArgs {
    /// The question; `-` reads it from standard input.
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: String,

    /// Pictures and films, each for a call of its own: files, patterns such as 'clips/*.mp4', URLs.
    ///
    /// Without any, it is one call with what --attach names. A kind may stand in front, as with --attach: image=URL.
    #[arg(value_name = "FILE|PATTERN|URL")]
    pub(crate) media: Vec<OsString>,

    /// A picture or film that goes along with every call. May be repeated.
    #[arg(short, long, value_name = "FILE|URL|-")]
    pub(crate) attach: Vec<OsString>,

    /// The model, as for `vlm ask` [default: qwen:qwen3-vl-plus]. May be repeated, to compare.
    #[arg(short, long, value_name = "[PROVIDER/]MODEL")]
    pub(crate) model: Vec<String>,

    /// Every listed model that takes such media.
    #[arg(long, conflicts_with = "model")]
    pub(crate) all_models: bool,

    /// An instruction that stands above the question.
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) system: Option<String>,

    /// Look at the headers of pictures and films behind URLs; without it their sizes are not known.
    ///
    /// A few small pieces of each are read from its server. Addresses of private networks are not asked.
    #[arg(long)]
    pub(crate) probe_urls: bool,

    /// How many tokens an answer usually has, where a rule of thumb will not do.
    #[arg(long, value_name = "TOKENS")]
    pub(crate) typical_output: Option<u64>,

    /// Without effect: an estimate never asks a service.
    #[arg(long, hide = true)]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) answer: AnswerArgs,

    #[command(flatten)]
    pub(crate) sampling: SamplingArgs,

    #[command(flatten)]
    pub(crate) spend: SpendArgs,

    #[command(flatten)]
    pub(crate) call: CallArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// What calls are grouped by.
    #[arg(long, value_name = "WHAT", default_value = "day", value_parser = groupings())]
    pub(crate) by: String,

    /// Only calls from this day or time on, in UTC: 2026-11-27 or 2026-11-27T09:30:00Z.
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<String>,

    /// Only calls before this day or time.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,

    /// The ledger to read, instead of the usual one.
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,

    /// Print the sums as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn groupings() -> PossibleValuesParser {
    PossibleValuesParser::new(["day", "model", "tag", "provider", "run"])
}

//! What every question takes, whatever form its answer shall have.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use vlm_core::{Money, Thinking};

#[derive(Debug, Args)]
pub(crate) struct QuestionArgs {
    /// The question; `-` reads it from standard input.
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: String,

    /// A picture or film: a file, a URL, or `-` for standard input. May be repeated.
    ///
    /// What a URL without an extension is, say in front of it: image=URL or video=URL. A media type does as well:
    /// image/webp=FILE. A file whose own name has such a start is written as ./image=FILE.
    #[arg(short, long, value_name = "FILE|URL|-")]
    pub(crate) attach: Vec<OsString>,

    /// The model; `vlm models` lists them [default: qwen:qwen3-vl-plus].
    ///
    /// In front stands its provider: openai/gpt-5-mini, gemini/gemini-2.5-flash, ollama/qwen3-vl:8b, and for any other
    /// server of OpenAI's protocol local/MODEL with --base-url. Without one it is a model of memories.ai.
    #[arg(short, long, value_name = "[PROVIDER/]MODEL")]
    pub(crate) model: Option<String>,

    /// An instruction that stands above the question.
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) system: Option<String>,

    /// Answer from the memories.ai emulator built into this program: no key, no internet, no model.
    #[arg(long, conflicts_with_all = ["base_url", "key_file"])]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to answer")]
pub(crate) struct SamplingArgs {
    /// Whether the model thinks first, and for how many tokens at most.
    #[arg(long, value_name = "on|off|TOKENS", value_parser = thinking)]
    pub(crate) thinking: Option<Thinking>,

    /// Largest number of tokens of the answer.
    #[arg(long, value_name = "TOKENS")]
    pub(crate) max_tokens: Option<u32>,

    /// Randomness; 0 is the least.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) temperature: Option<f64>,

    /// Share of probability that tokens are drawn from.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) top_p: Option<f64>,

    /// Penalty by how often a token stands in the answer already.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) frequency_penalty: Option<f64>,

    /// Penalty for a token that stands in the answer already.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) presence_penalty: Option<f64>,

    /// A text that ends the answer. May be repeated.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) stop: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to call")]
pub(crate) struct CallArgs {
    /// Deadline over all attempts and waits.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

    /// Largest number of attempts; 1 is no retry.
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_attempts: Option<u32>,

    /// Refuse what would only be warned of.
    #[arg(long)]
    pub(crate) strict: bool,

    /// The endpoint of memories.ai for requests without a film: video or image understanding.
    #[arg(long, value_parser = ["vu", "iu"])]
    pub(crate) endpoint: Option<String>,

    /// Another base URL of the service: https, or http on this machine.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Read the key from this file, or from standard input with `-`.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) key_file: Option<PathBuf>,

    /// Send the memories.ai key as `Authorization: Bearer KEY` instead of alone.
    #[arg(long)]
    pub(crate) bearer: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What it may cost")]
pub(crate) struct SpendArgs {
    /// The most that this may cost, everything that is asked again included; what could cost more is not sent.
    ///
    /// In the currency of the model's prices: dollars, unless a price list of your own says otherwise.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_cost: Option<Money>,

    /// A word for what this is for; `vlm usage --by tag` groups by it.
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Option<String>,

    #[command(flatten)]
    pub(crate) prices: PriceArgs,

    /// Record the call in this file instead of the usual one.
    #[arg(long, value_name = "FILE", conflicts_with = "no_ledger")]
    pub(crate) ledger: Option<PathBuf>,

    /// Do not record the call. Calls with --offline are not, unless --ledger names a file.
    #[arg(long)]
    pub(crate) no_ledger: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PriceArgs {
    /// A price list of your own: its models stand in front of the built-in ones.
    ///
    /// JSON, as `vlm models --help` shows it.
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
}

fn thinking(text: &str) -> Result<Thinking, String> {
    match text {
        "on" => Ok(Thinking::on()),
        "off" => Ok(Thinking::off()),
        tokens => {
            tokens.parse().map(Thinking::budget).map_err(|_| "write on, off or a whole number of tokens".to_owned())
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number of seconds such as 30 or 0.5".to_owned();
    text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        assert_eq!(thinking("512"), Ok(Thinking::budget(512)));
        assert!(thinking("maybe").is_err() && thinking("-1").is_err());
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(["-1", "NaN", "inf", "soon"].iter().all(|text| seconds(text).is_err()));
    }
}

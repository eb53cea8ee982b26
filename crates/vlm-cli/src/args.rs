//! The command line: every command and flag, in one place. What they do stands in the module of each command.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use vlm_core::Thinking;
use vlm_emulator::StreamShape;
use vlm_memories::Family;

/// The model that is asked unless another is named.
pub(crate) const DEFAULT_MODEL: &str = "qwen:qwen3-vl-plus";

const ENVIRONMENT: &str = "\
Environment:
  MEMORIES_API_KEY   the memories.ai key (else MEMORIES_AI_API_KEY); never given as an argument
  MEMORIES_VLM_HOST  another base URL of the service, as --base-url
  VLM_MODEL          the model to ask, as --model";

const EXIT_CODES: &str = "\
Exit codes:
    0  answered
    1  this machine failed: the output could not be written, or a defect
    2  the command line is wrong
    3  refused before anything was sent: request, files, key or settings
    4  refused by the service: request, key, balance or content policy
    5  the service or the network failed; trying again may help
    6  answered, but not usable: empty, broken off, or not the JSON that was asked for
  130  interrupted by Ctrl-C";

const EXAMPLES: &str = "\
Examples:
  vlm ask \"What is in this picture?\" --attach photo.jpg
  vlm ask \"What is in this picture?\" --attach photo.jpg --offline
  vlm ask \"What happens?\" --attach https://example.org/clip.mp4 --stream
  cat photo.jpg | vlm ask \"Describe it.\" --attach - --json | jq .completion.cost";

/// Asks vision-language models about pictures and films.
#[derive(Debug, Parser)]
#[command(name = "vlm", version, subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask a question about pictures and films.
    ///
    /// The answer goes to standard output, everything else to standard error.
    #[command(after_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
    Ask(Box<AskArgs>),
    /// List the known models: what they take and what they cost.
    ///
    /// Prices are dollars per million tokens. A tier is chosen by the input tokens of a request and rates the whole of
    /// it, input and output alike.
    Models(ModelsArgs),
    /// Run a local memories.ai, to try and test without a key.
    ///
    /// It reads requests as strictly as the service's documentation states them, says what is wrong with one, and
    /// answers about the pictures and films that it is given. No model runs in it. Ctrl-C ends it.
    Emulate(EmulateArgs),
    /// Print a script that completes vlm's commands and flags in a shell.
    Completions {
        /// The shell to complete in.
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// The question; `-` reads it from standard input.
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: String,

    /// A picture or film: a file, a URL, or `-` for standard input. May be repeated.
    ///
    /// What a URL without an extension is, say in front of it: image=URL or video=URL. A media type does as well:
    /// image/webp=FILE. A file whose own name has such a start is written as ./image=FILE.
    #[arg(short, long, value_name = "FILE|URL|-")]
    pub(crate) attach: Vec<OsString>,

    /// The model, with its family in front; `vlm models` lists them [default: qwen:qwen3-vl-plus].
    #[arg(short, long, value_name = "FAMILY:MODEL")]
    pub(crate) model: Option<String>,

    /// An instruction that stands above the question.
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) system: Option<String>,

    /// Answer from the emulator built into this program: no key, no internet, no model.
    #[arg(long, conflicts_with_all = ["base_url", "key_file"])]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) answer: AnswerArgs,

    #[command(flatten)]
    pub(crate) call: CallArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print the text as it comes.
    #[arg(long)]
    pub(crate) stream: bool,

    /// Print the whole answer as a JSON object; with --stream, one JSON event per line.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print nothing to standard error but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to answer")]
pub(crate) struct AnswerArgs {
    /// Ask the model for JSON.
    #[arg(long, conflicts_with = "json_schema")]
    pub(crate) json_output: bool,

    /// Ask the model for JSON that fits the JSON Schema in this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json_schema: Option<PathBuf>,

    /// The schema's name.
    #[arg(long, value_name = "NAME", default_value = "answer", requires = "json_schema")]
    pub(crate) schema_name: String,

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

    /// Number of answers; each is printed below a line of its own.
    #[arg(long, value_name = "COUNT")]
    pub(crate) n: Option<u32>,

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

    /// The endpoint for requests without a film: video or image understanding.
    #[arg(long, value_parser = ["vu", "iu"])]
    pub(crate) endpoint: Option<String>,

    /// Another base URL of the service: https, or http on this machine.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Read the key from this file, or from standard input with `-`.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) key_file: Option<PathBuf>,

    /// Send the key as `Authorization: Bearer KEY` instead of alone.
    #[arg(long)]
    pub(crate) bearer: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// Print everything that is known of each model as JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Only models of this family.
    #[arg(long, value_name = "FAMILY", value_parser = families())]
    pub(crate) model_family: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub(crate) addr: SocketAddr,

    /// A folder to serve below /media/: films and pictures by URL.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) media: Option<PathBuf>,

    /// Faults for the requests to come: a file with a JSON array, one step per request.
    ///
    /// For example: ["status=429; retry-after=2", "", "delay=2s", "cut=120", "stall=40", "envelope=0429",
    /// "stream-error", "empty-choices", "malformed-json"]. An empty step, and every request after the last one, is
    /// answered as usual.
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,

    /// The form in which streamed answers come.
    #[arg(long, value_name = "SHAPE", default_value = StreamShape::default().name(), value_parser = shapes())]
    pub(crate) stream_shape: String,

    /// Allow an address that other machines can reach. Anyone there can use it and read the media folder.
    #[arg(long)]
    pub(crate) allow_non_loopback: bool,
}

fn families() -> PossibleValuesParser {
    PossibleValuesParser::new(Family::ALL.map(Family::prefix))
}

fn shapes() -> PossibleValuesParser {
    PossibleValuesParser::new(StreamShape::ALL.map(StreamShape::name))
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
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn values_are_read() {
        assert_eq!(thinking("512"), Ok(Thinking::budget(512)));
        assert!(thinking("maybe").is_err() && thinking("-1").is_err());
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(["-1", "NaN", "inf", "soon"].iter().all(|text| seconds(text).is_err()));
        let help = Cli::command().find_subcommand_mut("ask").unwrap().render_long_help().to_string();
        assert!(help.contains(&format!("[default: {DEFAULT_MODEL}]")));
    }
}

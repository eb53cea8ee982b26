//! The command line: every command and flag, in one place. What they do stands in the module of each command.

mod extract;
mod money;
mod shared;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use vlm_emulator::StreamShape;
use vlm_memories::Family;

use crate::registry;

pub(crate) use extract::{ExtractArgs, FitArgs, SchemaCommandArgs};
pub(crate) use money::{EstimateArgs, UsageArgs};
pub(crate) use shared::{CallArgs, PriceArgs, QuestionArgs, SamplingArgs, SpendArgs};

/// The model that is asked unless another is named.
pub(crate) const DEFAULT_MODEL: &str = "qwen:qwen3-vl-plus";

const ENVIRONMENT: &str = "\
Environment:
  MEMORIES_API_KEY   the memories.ai key (else MEMORIES_AI_API_KEY); never given as an argument
  OPENAI_API_KEY, GEMINI_API_KEY, DASHSCOPE_API_KEY, OPENROUTER_API_KEY
                     the same for models of these providers
  MEMORIES_VLM_HOST, OPENAI_BASE_URL, GEMINI_BASE_URL, DASHSCOPE_BASE_URL
                     another base URL of the service, as --base-url
  VLM_MODEL          the model to ask, as --model
  VLM_LEDGER         where calls are recorded, as --ledger";

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
  vlm ask \"What is in this picture?\" --attach photo.jpg --model openai/gpt-5-mini
  vlm ask \"What is in this picture?\" --attach photo.jpg --model ollama/qwen3-vl:8b
  cat photo.jpg | vlm ask \"Describe it.\" --attach - --json | jq .completion.cost";

const ESTIMATE_EXAMPLES: &str = "\
Examples:
  vlm estimate \"What is in this picture?\" photos/*.jpg
  vlm estimate \"What happens?\" https://example.org/clip.mp4 --probe-urls --max-tokens 200
  vlm estimate \"What is in this picture?\" photo.jpg --all-models
  vlm estimate \"Describe it.\" 'library/**/*.png' --json | jq .estimate.cost.high";

const USAGE_EXAMPLES: &str = "\
Examples:
  vlm usage --since 2026-11-01
  vlm usage --by model --json | jq .total.money";

const PRICES: &str = "\
A price list of your own (--prices) is a JSON array; its models stand in front of the built-in ones:
  [{\"family\": \"qwen\", \"model\": \"qwen3-vl-plus\", \"currency\": \"USD\",
    \"unit\": \"per_1m_tokens\", \"tiers\": [
      {\"up_to_input_tokens\": 32000, \"input\": \"0.2\", \"output\": \"1.6\", \"cached_input\": \"0.04\"},
      {\"up_to_input_tokens\": null, \"input\": \"0.3\", \"output\": \"2.4\"}]}]";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  vlm extract \"Read the price tag.\" --schema \"name, price: number\" --attach tag.jpg
  vlm extract \"Read the price tag.\" --schema tag.json --attach tag.jpg --offline
  vlm extract \"List what you see.\" --each --schema \"what, color?\" --attach table.jpg | jq .what";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  vlm schema \"name, price: number(0..)\" --model gemini:gemini-2.5-flash
  vlm schema tag.json --all";

const LANGUAGE: &str = "\
The short schema language:
  name                       a text that must be there
  price: number              also integer, boolean, date, time, datetime and any
  stars: integer(1..5)       bounds; of a text its length, of a list its number of items
  tags: [string]             a list
  kind: enum(a|b)            one of these
  seller: { name, city }     an object of its own
  note?                      may be missing or null
  price: number 'in euros'   a description for the model";

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
    /// Ask for JSON that fits a schema: it comes, or the exit code says why not.
    ///
    /// Standard output gets the JSON and nothing else: on many lines on a terminal, on one line otherwise, its fields in
    /// the order of the schema. An answer that does not fit is mended where that is safe, checked in full, and asked
    /// again; what still does not fit is never printed there.
    #[command(after_help = format!("{EXTRACT_EXAMPLES}\n\n{LANGUAGE}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
    Extract(Box<ExtractArgs>),
    /// Show a schema as a model would get it, and what is lost on the way.
    ///
    /// What a model's form of schemas cannot say is written into descriptions, and checked when the answer is there.
    #[command(after_help = format!("{SCHEMA_EXAMPLES}\n\n{LANGUAGE}\n\n{EXIT_CODES}"))]
    Schema(SchemaCommandArgs),
    /// Say what a question would take and cost, without asking it.
    ///
    /// Takes the arguments of `vlm ask`, and any number of pictures and films besides, each for a call of its own. The
    /// cost is a range: from no answer to the longest that is allowed. Nothing is sent.
    #[command(after_help = format!("{ESTIMATE_EXAMPLES}\n\n{EXIT_CODES}"))]
    Estimate(Box<EstimateArgs>),
    /// Show what was spent, from the local ledger of calls.
    ///
    /// `vlm ask` and `vlm extract` record each call there: model, tag, tokens and cost, never a prompt, an answer or the
    /// name of a file. What counts as held may have been billed: nobody can tell.
    #[command(after_help = format!("{USAGE_EXAMPLES}\n\n{EXIT_CODES}"))]
    Usage(UsageArgs),
    /// List the known models: what they take and what they cost.
    ///
    /// Prices are dollars per million tokens. A tier is chosen by the input tokens of a request and rates the whole of
    /// it, input and output alike.
    #[command(after_help = PRICES)]
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
    #[command(flatten)]
    pub(crate) question: QuestionArgs,

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

    /// Number of answers; each is printed below a line of its own.
    #[arg(long, value_name = "COUNT")]
    pub(crate) n: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// Print everything that is known of each model as JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Only models of this provider.
    #[arg(long, value_name = "PROVIDER", value_parser = provider)]
    pub(crate) provider: Option<String>,

    /// Only models of this family of memories.ai.
    #[arg(long, value_name = "FAMILY", value_parser = families(), conflicts_with = "provider")]
    pub(crate) model_family: Option<String>,

    #[command(flatten)]
    pub(crate) prices: PriceArgs,
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

fn provider(text: &str) -> Result<String, String> {
    let names = registry::names();
    if names.iter().any(|name| name == text) {
        Ok(text.to_owned())
    } else {
        Err(format!("write one of {}", names.join(", ")))
    }
}

fn shapes() -> PossibleValuesParser {
    PossibleValuesParser::new(StreamShape::ALL.map(StreamShape::name))
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
    fn the_default_model_is_the_documented_one() {
        for command in ["ask", "extract", "schema", "estimate"] {
            let help = Cli::command().find_subcommand_mut(command).unwrap().render_long_help().to_string();
            assert!(help.contains(&format!("[default: {DEFAULT_MODEL}]")), "{command}");
        }
    }
}

//! The flags of `vlm extract` and `vlm schema`.

use clap::Args;
use vlm_core::Money;

use super::shared::{CallArgs, QuestionArgs, SamplingArgs, SpendArgs};
use crate::dialect;

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) question: QuestionArgs,

    #[command(flatten)]
    pub(crate) output: ExtractOutputArgs,

    #[command(flatten)]
    pub(crate) schema: SchemaArgs,

    #[command(flatten)]
    pub(crate) sampling: SamplingArgs,

    #[command(flatten)]
    pub(crate) fit: FitArgs,

    #[command(flatten)]
    pub(crate) spend: SpendArgs,

    #[command(flatten)]
    pub(crate) call: CallArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ExtractOutputArgs {
    /// Ask for a list of what the schema describes, and print each item on a line of its own as it comes.
    ///
    /// Every item is checked before it is printed. What is printed cannot be taken back, so nothing is asked again.
    #[arg(long, conflicts_with_all = ["reask", "reask_full", "max_reask_tokens", "max_reask_cost"])]
    pub(crate) each: bool,

    /// Print an object with the value, its repairs, what the schema lost, the attempts and the whole answer; with
    /// --each, one object per line, the last with all but the values.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print nothing to standard error but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to answer")]
pub(crate) struct SchemaArgs {
    /// What the answer must fit: the name of a file, or a text in the short schema language.
    ///
    /// A value that ends in .json or begins with `.` or `/` is the name of a file; `@NAME` is a file of any name, and
    /// `-` is standard input. Anything else is the schema itself. Whatever begins with `{` is read as JSON Schema,
    /// everything else in the short language below.
    #[arg(long, value_name = "FILE|SCHEMA|-", allow_hyphen_values = true)]
    pub(crate) schema: String,

    /// The schema's name.
    #[arg(long, value_name = "NAME", default_value = "answer")]
    pub(crate) schema_name: String,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "When the answer does not fit")]
pub(crate) struct FitArgs {
    /// Take only an answer that is JSON as it stands: no code fence, no words around it, no trailing comma.
    #[arg(long)]
    pub(crate) no_repair: bool,

    /// How often to have an answer corrected: as text, without sending the attachments again [default: 1].
    ///
    /// Each further question has the --timeout and --max-attempts of the first.
    #[arg(long, value_name = "COUNT")]
    pub(crate) reask: Option<u32>,

    /// How often to ask the whole question again after that, attachments included [default: 0].
    #[arg(long, value_name = "COUNT")]
    pub(crate) reask_full: Option<u32>,

    /// Do not ask again once so many tokens were taken.
    #[arg(long, value_name = "TOKENS")]
    pub(crate) max_reask_tokens: Option<u64>,

    /// Do not ask again once so much was spent, or the price is not known.
    #[arg(long, value_name = "DOLLARS")]
    pub(crate) max_reask_cost: Option<Money>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaCommandArgs {
    /// The schema: the name of a file, a text in the short language, or `-`, as --schema of `vlm extract`.
    #[arg(value_name = "FILE|SCHEMA|-", allow_hyphen_values = true)]
    pub(crate) schema: String,

    /// The schema's name.
    #[arg(long, value_name = "NAME", default_value = "answer")]
    pub(crate) schema_name: String,

    /// The model to show it for [default: qwen:qwen3-vl-plus].
    #[arg(short, long, value_name = "[PROVIDER/]MODEL")]
    pub(crate) model: Option<String>,

    /// The form to show it in, whatever model takes it.
    #[arg(long, value_name = "DIALECT", value_parser = dialect::names(), conflicts_with = "model")]
    pub(crate) dialect: Option<String>,

    /// Show it in every form; if one cannot say it, the exit code is 3.
    #[arg(long, conflicts_with_all = ["model", "dialect"])]
    pub(crate) all: bool,
}

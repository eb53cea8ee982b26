//! The chat-completions protocol as a vision-language provider: OpenAI, and every server that speaks as OpenAI does.
//!
//! ```no_run
//! use vlm_core::VisionProviderExt;
//! use vlm_openai::{OpenAi, OpenAiBuilder, Profile};
//!
//! # async fn run() -> vlm_core::Result<()> {
//! let openai = OpenAi::from_env()?;
//! let answer = openai.model("gpt-5-mini").ask("What is in this picture?").attach("photo.jpg").await?;
//! println!("{} ({})", answer.text(), answer.cost);
//!
//! let local = OpenAiBuilder::local("http://127.0.0.1:8000/v1").profile(Profile::vllm()).build()?;
//! let answer = local.model("Qwen/Qwen3-VL-8B-Instruct").ask("What happens?").attach("clip.mp4").await?;
//! println!("{}", answer.text());
//! # Ok(())
//! # }
//! ```
//!
//! | to | look at |
//! |---|---|
//! | configure | [`OpenAi::builder`], [`OpenAiBuilder`] |
//! | reach another server | [`Profile`], below |
//! | know models, limits and prices | [`OpenAi::models`], [`pricing`] |
//! | send what the neutral types do not know | the extras below |
//!
//! # Profiles
//!
//! What servers do differently is data: a [`Profile`] names the fields, options, error codes and abilities of one kind
//! of server, and code of your own can build another.
//!
//! | profile | key | pictures | films | schemas | thinking | listed models, prices |
//! |---|---|---|---|---|---|---|
//! | [`Profile::openai`] | `OPENAI_API_KEY` | URL, content | none | strict | extra `reasoning_effort` | yes |
//! | [`Profile::dashscope`] | `DASHSCOPE_API_KEY` | URL, content | URL, content, list of frames | JSON without one | switch, budget | yes, `qwen3-vl-plus` |
//! | [`Profile::vllm`] | none, or `VLLM_API_KEY` | URL, content | URL, content | any | switch, by template | no |
//! | [`Profile::llama_cpp`] | none, or `LLAMA_API_KEY` | URL, content | none | any | switch, by template | no |
//! | [`Profile::ollama`] | none, or `OLLAMA_API_KEY` | content | none | any | extra `reasoning_effort` | no |
//! | [`Profile::openrouter`] | `OPENROUTER_API_KEY` | URL, content | by model | by model | by model | no |
//! | [`Profile::new`] | none | URL, content | none | not known | none | no |
//!
//! Models that a profile does not list are passed on with a warning, and of their cost nothing is known.
//!
//! # Extras
//!
//! `request.extra("openai", name, value)`, under the profile's id, takes
//!
//! - the named fields of the profile, such as `reasoning_effort`, `service_tier` or `seed`, each judged before sending;
//! - `body`: an object whose fields go to the top of the request body, for whatever has no name here;
//! - `strict_schema`, where schemas can be strict: true or false. Without it a schema is sent as strict when it keeps to
//!   OpenAI's strict subset; one that does not is sent without, with a warning that says why;
//! - `frame_list`, for DashScope: an object with `fps`, `min_pixels`, `max_pixels` or `total_pixels`. Pictures that
//!   follow each other in a message are then the frames of a film; a picture that stands alone stays one.
//!
//! # What is known, and what is not
//!
//! Nothing here was checked against a live service. Profiles say what the servers' documentation said in November 2026.
//! A model's refusal to answer is an error of kind `Blocked` that keeps its words in the partial answer. A stream that
//! ends whole, but without `[DONE]`, is an answer with a warning.

mod attachments;
mod builder;
mod config;
mod error;
mod extras;
mod models;
pub mod pricing;
mod profile;
mod provider;
mod reply;
mod streaming;
mod wire;

pub use builder::OpenAiBuilder;
pub use profile::{Auth, ErrorRule, ExtraForm, ExtraRule, OptionPlace, OptionRule, Profile};
pub use provider::OpenAi;
/// Policies that the builder takes.
pub use vlm_http::{Deadlines, Limits, ProxyChoice, RetryPolicy, RetryQuota, TransportConfig};

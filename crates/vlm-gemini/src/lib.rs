//! [Google's Gemini API](https://ai.google.dev/gemini-api/docs) as a vision-language provider: its own
//! `generateContent` protocol, streams, and uploads through its Files API.
//!
//! ```no_run
//! use vlm_core::VisionProviderExt;
//! use vlm_gemini::Gemini;
//!
//! # async fn run() -> vlm_core::Result<()> {
//! let gemini = Gemini::from_env()?; // GEMINI_API_KEY
//! let answer = gemini.model("gemini-2.5-flash").ask("What is in this picture?").attach("photo.jpg").await?;
//! println!("{} ({})", answer.text(), answer.cost);
//! # Ok(())
//! # }
//! ```
//!
//! | to | look at |
//! |---|---|
//! | configure | [`Gemini::builder`], [`GeminiBuilder`] |
//! | know models, limits and prices | [`Gemini::models`], [`pricing`] |
//! | ask about large films, or several times about one | [`Upload`], [`Gemini::upload`] |
//! | send what the neutral types do not know | the extras below |
//!
//! # Pictures and films
//!
//! Content goes into the request while that stays small, else through the Files API: see [`Upload`]. In both ways it is
//! read from disk while it is sent. URLs (`https://`, YouTube, `gs://`) are passed on; where Google documents them for
//! some models only, the answer carries a warning. A film takes `fps`, `start` and `end`; from Gemini 3 on a picture
//! takes `detail`.
//!
//! # Extras
//!
//! `request.extra("gemini", name, value)` takes
//!
//! - `thinking_level`: `"low"`, `"high"`, … for models from Gemini 3 on;
//! - `include_thoughts`: `true` for summaries of the thinking in [`Choice::reasoning`](vlm_core::Choice::reasoning);
//! - `safety_settings`: an array of settings;
//! - `cached_content`: the name of a cache, `cachedContents/…`;
//! - `generation_config`: an object whose fields go beside the provider's own, such as `topK`, `seed` or
//!   `mediaResolution`;
//! - `body`: an object whose fields go to the top of the request body, such as `tools`.
//!
//! # What is refused, and what is blocked
//!
//! A prompt that a policy blocks, and an answer of which nothing came through the filters, are errors of the kind
//! [`Blocked`](vlm_core::ErrorKind::Blocked); an answer that was cut off by a filter is an answer whose finish reason
//! says so. Sound costs more than other input for some models: an answer's cost counts that, an estimate from the
//! schedule of [`Capabilities::price`](vlm_core::Capabilities::price) does not.

mod attachments;
mod builder;
mod codec;
mod config;
mod error;
mod extras;
mod files;
mod models;
mod name;
pub mod pricing;
mod provider;
mod reply;
mod settings;
mod streaming;

pub use builder::GeminiBuilder;
pub use files::FileId;
pub use provider::Gemini;
pub use settings::{Upload, WaitPolicy};
/// Policies and seams that the builder takes.
pub use vlm_http::{Clock, Deadlines, Limits, ProxyChoice, RetryPolicy, RetryQuota, Transport, TransportConfig};

//! [memories.ai](https://memories.ai) as a vision-language provider: video understanding (`/vu`) and image understanding
//! (`/iu`), which route by the prefix of the model's name to Qwen, Gemini, Nova and GPT models.
//!
//! ```
//! use vlm_core::VisionProviderExt;
//! use vlm_emulator::Emulator;
//! use vlm_memories::Memories;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::builder().start().await?; // a local memories.ai; `Memories::from_env()` is the real one
//! let memories = Memories::builder("any-key").base_url(emulator.base_url()).build()?;
//!
//! let answer = memories
//!     .model("qwen:qwen3-vl-plus")
//!     .ask("What is in this picture?")
//!     .attach("../../media/coffee.png")
//!     .await?;
//! assert!(answer.text().contains("600x400"));
//! assert!(answer.cost.is_exact());
//! # Ok(())
//! # }
//! ```
//!
//! | to | look at |
//! |---|---|
//! | configure | [`Memories::builder`], [`MemoriesBuilder`] |
//! | know models, limits and prices | [`Memories::models`], [`pricing`] |
//! | choose an endpoint, or send what the neutral types do not know | the extras below |
//!
//! # Extras
//!
//! `request.extra("memories", name, value)` takes
//!
//! - `endpoint`: `"vu"` or `"iu"`, for requests without a film;
//! - `metadata`: an object whose fields go beside the family's own settings;
//! - `body`: an object whose fields go to the top of the request body.
//!
//! # What is known, and what is not
//!
//! The service's pages contradict each other in places. Each setting of [`MemoriesBuilder`] that chooses a wire form
//! defaults to the safest reading: raw key, literal `extra_body`, `{"url": …}` objects for Nova. Whether the service
//! honours a schema is not proven: check the answer. Streamed replies are not documented: every shape that its
//! neighbours use is read, and an answer that ends without an end mark carries a warning.

mod attachments;
mod builder;
mod config;
mod error;
mod extras;
mod families;
mod family;
mod models;
pub mod pricing;
mod provider;
mod reply;
mod routing;
mod settings;
mod streaming;

pub use builder::MemoriesBuilder;
pub use family::{Endpoint, Family};
pub use provider::Memories;
pub use settings::{AuthScheme, ExtraBodyForm, NovaUrlForm, StreamText};
/// Policies that the builder takes.
pub use vlm_http::{Deadlines, Limits, ProxyChoice, RetryPolicy, RetryQuota, TransportConfig};

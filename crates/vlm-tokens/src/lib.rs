//! Pictures and films to input tokens, before anything is sent: pure functions, no dependencies, no I/O.
//!
//! ```
//! use vlm_tokens::{Clip, Confidence, Size, Timing, rules_for};
//!
//! let rules = rules_for("qwen:qwen3-vl-plus").expect("a known model");
//!
//! let picture = rules.image(Size::new(1920, 1080))?;
//! assert_eq!(picture.tokens.likely, 2042);
//! assert_eq!(picture.tokens.confidence, Confidence::Exact);
//!
//! let film = rules.video(&Clip::with_frames(Size::new(1280, 720), Timing::new(1800, 30.0)))?;
//! assert_eq!((film.frames, film.tokens.likely), (120, 35_642));
//!
//! let total = picture.tokens + film.tokens + rules.text("What happens here?") + rules.message_overhead(1);
//! assert!(total.low <= total.likely && total.likely <= total.high);
//! # Ok::<(), vlm_tokens::RuleError>(())
//! ```
//!
//! | to | look at |
//! |---|---|
//! | find the rules of a hosted model | [`rules_for`], [`Rules`] |
//! | read a count and how sure it is | [`Tokens`], [`Confidence`], [`Picture`], [`Film`] |
//! | change a request's settings | [`qwen::Hosted`], [`gemini::Gemini`], [`openai::OpenAi`], [`nova::Nova`] |
//! | count for a self-hosted Qwen-VL | [`qwen::resize`], [`qwen::utils_film`], [`qwen::transformers_qwen3`], … |
//! | estimate text | [`text::estimate`] |
//! | bound what is not wholly known | [`Rules::any_image`], [`Rules::any_video`], [`TokenBounds`] |
//! | know why a picture or film is refused | [`RuleError`] |
//!
//! Sides are in pixels, lengths in seconds, counts in tokens as billed. The rules are those of the vendors' documents
//! and packages of autumn 2026; each module names its source. Nothing here allocates.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod error;
pub mod gemini;
mod models;
pub mod nova;
pub mod openai;
pub mod qwen;
pub mod text;
mod tokens;
mod unknown;

pub use error::RuleError;
pub use models::{Rules, rules_for};
pub use tokens::{Clip, Confidence, Film, Picture, Size, Timing, Tokens};
pub use unknown::{PartialClip, TokenBounds};

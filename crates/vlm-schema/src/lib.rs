//! Typed answers: a Rust type goes into a question as a schema, and comes back as a value, or you know exactly why not.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use vlm_schema::extract::AskExt;
//!
//! /// What a picture shows.
//! #[derive(Debug, Deserialize, JsonSchema)]
//! struct Scene {
//!     /// The main thing, in a word or two.
//!     subject: String,
//!     /// How many people are seen.
//!     #[schemars(range(max = 1000))]
//!     people: u32,
//! }
//!
//! # async fn run(model: vlm_core::Model) -> vlm_core::Result<()> {
//! let scene = model.ask("Describe the scene.").attach("photo.jpg").extract::<Scene>().await?;
//! println!("{}, {} people ({})", scene.subject, scene.people, scene.ledger.total_cost());
//! # Ok(())
//! # }
//! ```
//!
//! The way of an answer, each step in a module of its own:
//!
//! 1. [`schema`]: the type as a neutral schema, lowered to the dialect that the model takes; what the dialect cannot say
//!    is listed, and checked on this side.
//! 2. [`decode`]: JSON out of text, whole or while it comes; what had to be mended is listed.
//! 3. [`extract`]: serde reads it, the schema's checker checks it, and what does not fit is asked again without the media.
//!
//! [`media`] has types worth having in an answer: boxes and points in the frame that a model uses, times and segments of
//! films. [`dsl`] is a short schema language for the command line.
//!
//! It works over [`vlm_core`]'s trait alone: it knows no provider. The checker is the feature `validate`, on by default;
//! without it, serde alone decides, and bounds, lengths and patterns are not checked.

pub mod decode;
pub mod dsl;
pub mod extract;
pub mod media;
pub mod schema;

pub use schemars;

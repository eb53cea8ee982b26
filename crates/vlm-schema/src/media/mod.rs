//! Ready types for places in pictures and moments in films.
//!
//! Put them into your own answer types: the schema then tells the model which numbers to give, in which order and
//! frame, and the answer is checked as it is read.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use vlm_schema::media::{BoundingBox, OriginalPixels, Outside, Sizes};
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Sign {
//!     text: String,
//!     box_2d: BoundingBox,
//! }
//!
//! let sign: Sign = serde_json::from_str(
//!     r#"{"text": "STOP", "box_2d": {"x_min": 250, "y_min": 500, "x_max": 500, "y_max": 1000}}"#,
//! )?;
//! let sizes = Sizes::unscaled(1920, 1080)?;
//! let pixels = sign.box_2d.convert::<OriginalPixels>(&sizes, Outside::Refuse)?;
//! assert_eq!(pixels.edges(), [480.0, 540.0, 960.0, 1080.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Frames
//!
//! A coordinate means nothing without its frame, so the frame is part of the type: [`BoundingBox`] alone is
//! `BoundingBox<Thousand>`.
//!
//! | mark | numbers | who answers so by training |
//! |---|---|---|
//! | [`Thousand`] (default) | 0 to 1000 of the width and of the height | Gemini, Qwen3-VL and later, Qwen2-VL, Nova |
//! | [`Unit`] | 0 to 1 | nobody; a good thing to ask of models without a habit, such as GPT |
//! | [`SentPixels`] | pixels of the picture as the model saw it, after resizing | Qwen2.5-VL |
//! | [`OriginalPixels`] | pixels of the picture you have | nobody; what programs want in the end |
//! | [`OfModel`] | whatever the model was trained in | resolved after the answer by [`frame_of_model`] |
//!
//! The origin is the top left corner; x grows to the right, y grows downwards. Coordinates name positions between
//! pixels, not pixels: a box over a whole picture of 1920 pixels ends at x = 1920.
//!
//! # Rules of conversion
//!
//! * Each axis is scaled by itself: `v × (target extent) / (source extent)`, multiplied first, in 64-bit floats.
//!   A result that is a whole number comes out as exactly that number.
//! * Nothing is rounded on the way. There and back again changes a coordinate by at most one part in 10¹⁵ of the
//!   frame's extent, so whole numbers return exactly after [`BoundingBox::rounded`].
//! * Coordinates outside the source frame are refused or moved to its edge, as [`Outside`] says. Reading always
//!   refuses them, unless the field asks for [`clamped`].
//! * Inverted boxes and spans are refused, never swapped: the numbers may as well be in another order altogether.
//! * [`BoundingBox::pixel_rect`] rounds outwards, so what the box covers stays covered and a box never vanishes.
//!
//! # Arrays
//!
//! Models with a habit may answer with an array although the schema names the fields. A box of four numbers is read
//! as `[y_min, x_min, y_max, x_max]` and a point of two as `[y, x]`, as Gemini writes them. Other families write x
//! first: [`BoundingBox::answered_by`] puts that right, because a value remembers that it came as an array.
//!
//! # Films
//!
//! [`Timecode`] is a moment, [`TimeSpan`] a stretch between two, [`Segment<T>`](Segment) something that happens
//! during one:
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use vlm_schema::media::Segment;
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Scene {
//!     what: String,
//! }
//!
//! let scenes: Vec<Segment<Scene>> = serde_json::from_str(
//!     r#"[{"start": "00:05", "end": "00:12.500", "value": {"what": "the rocket lifts off"}}]"#,
//! )?;
//! assert_eq!(scenes[0].span.to_string(), "00:00:05.000 - 00:00:12.500");
//! assert_eq!(scenes[0].value.what, "the rocket lifts off");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod bounding_box;
mod error;
mod frame;
mod mark;
mod model;
mod point;
mod polygon;
mod resize;
mod segment;
mod span;
mod timecode;
mod wire;

pub use bounding_box::{BoundingBox, PixelRect};
pub use error::{GeometryError, TimeError};
pub use frame::{Frame, FrameKind, Outside, Sizes};
pub use mark::{InFrame, KnownFrame, OfModel, OriginalPixels, SentPixels, Thousand, Unit};
pub use model::{ArrayOrder, Evidence, ModelFrame, frame_of_model, model_frames};
pub use point::Point;
pub use polygon::Polygon;
pub use resize::GridResize;
pub use segment::Segment;
pub use span::TimeSpan;
pub use timecode::Timecode;
pub use wire::{Clampable, clamped};

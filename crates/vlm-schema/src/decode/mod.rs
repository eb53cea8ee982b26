//! Reading the JSON of an answer: whole, or while it comes.
//!
//! * [`decode`] and [`decode_with`] take a whole answer. They find the value in it, mend what models get wrong, and list
//!   every change as a [`Repair`].
//! * [`PartialJson`] takes an answer piece by piece and holds the value as far as it is known.
//! * [`Elements`] takes an answer piece by piece and hands out the items of one array, each as soon as it is whole.
//!
//! Nothing here does I/O, knows a schema, or recurses with the text; memory and time grow with the length of the text,
//! and every limit is in [`DecodeOptions`].
//!
//! ```
//! use vlm_schema::decode::{DecodeOptions, RepairKind, decode};
//!
//! let answer = "Here you are:\n```json\n{'name': \"Ada\", \"tags\": [\"a\", \"b\",],}\n```\nAnything else?";
//! let decoded = decode(answer, &DecodeOptions::default())?;
//! assert_eq!(decoded.value, serde_json::json!({"name": "Ada", "tags": ["a", "b"]}));
//!
//! let kinds: Vec<RepairKind> = decoded.repairs.iter().map(|repair| repair.kind).collect();
//! assert_eq!(
//!     kinds,
//!     [
//!         RepairKind::SurroundingText,
//!         RepairKind::Fence,
//!         RepairKind::Quotes,
//!         RepairKind::TrailingComma,
//!         RepairKind::TrailingComma,
//!         RepairKind::SurroundingText,
//!     ]
//! );
//! # Ok::<(), vlm_schema::decode::DecodeError>(())
//! ```

mod candidates;
mod elements;
mod error;
mod fences;
mod fixing;
mod options;
mod partial;
mod reader;
mod repair;
mod strings;
mod whole;
mod words;

pub use elements::{Element, Elements};
pub use error::{DecodeError, DecodeErrorKind};
pub use options::DecodeOptions;
pub use partial::{Completion, PartialJson, Root};
pub use repair::{Repair, RepairKind};
pub use whole::{Decoded, decode, decode_with};

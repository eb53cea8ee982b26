//! Decoding of whole answers: where the value stands, what is mended, what is refused.

mod fuzz_entry;
mod limits;
mod places;
mod properties;
mod repairs;
mod values;

use serde_json::Value;
use vlm_schema::decode::{DecodeError, DecodeOptions, Decoded, RepairKind, decode};

/// Decodes with all that is on by default.
fn read(text: &str) -> Result<Decoded, DecodeError> {
    decode(text, &DecodeOptions::default())
}

/// The value and the kinds of the repairs.
fn mended(text: &str) -> (Value, Vec<RepairKind>) {
    let decoded = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    (decoded.value, decoded.repairs.iter().map(|repair| repair.kind).collect())
}

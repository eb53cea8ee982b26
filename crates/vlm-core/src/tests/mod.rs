//! Tests that concern every type: the serialized form, and what `Debug` may show. Values for all tests: `values.rs`.

pub(crate) mod fake;
mod serialized;
mod silence;
pub(crate) mod values;

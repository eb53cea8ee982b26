//! The schema in words, for models that are given none: a promise of JSON, or nothing, holds the answer in form.

use super::Schema;

/// What is added to the prompt. It has the word JSON, which some services demand before they promise JSON.
pub(super) fn text(schema: &Schema) -> String {
    format!(
        "Answer with JSON only: one JSON value, no text before or after it, no Markdown fence. It must fit this JSON \
         Schema, with the properties in its order:\n{}",
        schema.text()
    )
}

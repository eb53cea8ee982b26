//! Why a value is no schema, and why a schema cannot be given to a model.

use vlm_core::SchemaDialect;

/// Why a value, or what a type says of itself, is not a schema that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The name has characters that services refuse, or a length they refuse.
    #[error("a schema cannot be named {name:?}: use 1 to 64 of A-Z a-z 0-9 _ -")]
    #[non_exhaustive]
    Name {
        /// The name, shortened if it is long.
        name: String,
    },
    /// The schema is not a JSON object.
    #[error("a schema is a JSON object, this is {found}")]
    #[non_exhaustive]
    NotAnObject {
        /// What came.
        found: &'static str,
    },
    /// It is nested too deeply.
    #[error("the schema is nested more than {limit} levels deep")]
    #[non_exhaustive]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// It has too many values or too much text.
    #[error("the schema has more than {limit} {what}")]
    #[non_exhaustive]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A keyword has a value that it cannot have.
    #[error("at {path:?} the keyword `{keyword}` must be {expected}")]
    #[non_exhaustive]
    Malformed {
        /// JSON pointer to the schema that has the keyword; empty for the root.
        path: String,
        /// The keyword.
        keyword: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A `$ref` that does not lead to a schema in this value.
    #[error("at {path:?} the reference {reference:?} does not lead to a place in this schema (`#` or `#/…`)")]
    #[non_exhaustive]
    Reference {
        /// JSON pointer to the schema that has the reference.
        path: String,
        /// Where it leads, shortened if it is long.
        reference: String,
    },
    /// The checker of values cannot work with it: for example a pattern that is no regular expression.
    #[error("values cannot be checked against the schema: {reason}")]
    #[non_exhaustive]
    Unusable {
        /// What it says.
        reason: String,
    },
}

impl SchemaError {
    pub(super) fn name(name: &str) -> Self {
        Self::Name { name: shortened(name, 80) }
    }
}

/// Why a schema cannot be given to a model in its dialect. Nothing was sent.
///
/// The path is a JSON pointer in the lowered schema, as far as it was written; empty for its root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoweringError {
    /// The schema contains itself where the dialect has no way to say so.
    #[error("{}: the schema contains itself at {path:?}: {advice}", of(.dialect))]
    #[non_exhaustive]
    Recursive {
        /// The dialect.
        dialect: SchemaDialect,
        /// Where it comes back to itself.
        path: String,
        /// What to do instead.
        advice: &'static str,
    },
    /// The schema is larger than the dialect allows.
    #[error("{}: {found} {what}, at most {limit} are taken; passed at {path:?}", of(.dialect))]
    #[non_exhaustive]
    Limit {
        /// The dialect.
        dialect: SchemaDialect,
        /// Where the limit is passed.
        path: String,
        /// What is counted.
        what: &'static str,
        /// How many there are; where counting stops at the limit, one more than that.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The dialect cannot say this.
    #[error("{}: {what} at {path:?} cannot be expressed: {advice}", of(.dialect))]
    #[non_exhaustive]
    Unsupported {
        /// The dialect.
        dialect: SchemaDialect,
        /// Where it stands.
        path: String,
        /// What cannot be said.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
}

impl LoweringError {
    /// JSON pointer in the lowered schema; empty for its root.
    pub fn path(&self) -> &str {
        match self {
            Self::Recursive { path, .. } | Self::Limit { path, .. } | Self::Unsupported { path, .. } => path,
        }
    }
}

/// The dialect as a person names it.
fn of(dialect: &SchemaDialect) -> &'static str {
    match dialect {
        SchemaDialect::JsonSchema => "JSON Schema",
        SchemaDialect::OpenAiStrict => "OpenAI's strict schema",
        SchemaDialect::GeminiSchema => "Gemini's responseSchema",
        SchemaDialect::GeminiJsonSchema => "Gemini's responseJsonSchema",
        SchemaDialect::Anthropic => "Anthropic's schema",
        SchemaDialect::JsonObject => "JSON with the schema in the prompt",
        SchemaDialect::Prompt => "the schema in the prompt",
        _ => "this dialect",
    }
}

/// At most `limit` characters, with an ellipsis if there were more.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

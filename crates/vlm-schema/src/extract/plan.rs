//! How a schema is asked of a model: the dialect, the form of the output, and the words in the prompt. Pure.

use vlm_core::{Capabilities, Message, Output, Part, Request, Role, SchemaDialect};

use crate::schema::{Lowered, LoweringError, Schema, dialect_for, lower};

/// A schema, lowered to what one model takes.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) lowered: Lowered,
}

impl Plan {
    pub(super) fn new(schema: &Schema, capabilities: &Capabilities) -> Result<Self, LoweringError> {
        Ok(Self { lowered: lower(schema, dialect_for(capabilities))? })
    }

    /// Another schema in the same dialect.
    pub(super) fn like(other: &Self, schema: &Schema) -> Result<Self, LoweringError> {
        Ok(Self { lowered: lower(schema, other.lowered.dialect)? })
    }

    /// Asks for the schema: in the request's output where the model takes one there, else in the prompt.
    pub(super) fn apply(&self, request: &mut Request) {
        request.output = match (self.lowered.json_schema(), self.lowered.dialect) {
            (Some(schema), _) => Output::JsonSchema(schema),
            (None, SchemaDialect::JsonObject) => Output::Json,
            (None, _) => Output::Text,
        };
        if let Some(words) = &self.lowered.prompt {
            add_words(request, words);
        }
    }
}

/// Adds a text at the end of the question.
pub(super) fn add_words(request: &mut Request, words: &str) {
    match request.messages.iter_mut().rev().find(|message| message.role == Role::User) {
        Some(question) => question.parts.push(Part::text(words)),
        None => request.messages.push(Message::user(words)),
    }
}

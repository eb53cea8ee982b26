//! Lowering: the neutral schema in the form that a model takes, and what that form could not say.

mod anthropic;
mod count;
mod disjoint;
mod gemini;
mod gemini_json;
mod merge;
mod node;
mod openai;
mod prompt;
mod rules;
mod structure;
mod types;
mod uses;
mod writer;

use std::fmt;

use serde_json::Value;
use vlm_core::{Capabilities, JsonSchema, SchemaDialect};

use super::fit::{self, Adaption};
use super::{LoweringError, Schema};

/// A schema in a dialect.
///
/// `Debug` shows no part of the schema.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Lowered {
    /// The dialect.
    pub dialect: SchemaDialect,
    /// What is given to the service as the schema; `None` where the prompt carries it.
    pub schema: Option<Value>,
    /// What is added to the prompt; `None` where the service is given the schema.
    pub prompt: Option<String>,
    /// What the dialect could not say. Each is also written into the description of its place, and holds only as far
    /// as the answer is checked.
    pub lost: Vec<Lost>,
    source: Schema,
    adaption: Adaption,
}

/// Something that a dialect could not say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lost {
    /// JSON pointer to its place in the lowered schema; empty for the root.
    pub path: String,
    /// The keyword.
    pub keyword: String,
    /// The keyword's value; of `oneOf`, whose branches are written as `anyOf`, the words `exactly one`.
    pub value: Value,
}

/// The dialect to lower a schema to for a model: its own, or where it takes no schema at all the next best form.
pub fn dialect_for(capabilities: &Capabilities) -> SchemaDialect {
    match capabilities.schema_dialect {
        SchemaDialect::Prompt => SchemaDialect::Prompt,
        SchemaDialect::JsonObject if capabilities.json.is_available() => SchemaDialect::JsonObject,
        SchemaDialect::JsonObject => SchemaDialect::Prompt,
        dialect if capabilities.json_schema.is_available() => dialect,
        _ if capabilities.json.is_available() => SchemaDialect::JsonObject,
        _ => SchemaDialect::Prompt,
    }
}

impl Lowered {
    fn new(source: &Schema, dialect: SchemaDialect) -> Self {
        let (source, adaption) = (source.clone(), Adaption::default());
        Self { dialect, schema: None, prompt: None, lost: Vec::new(), source, adaption }
    }

    /// True where nothing was lost.
    pub fn is_lossless(&self) -> bool {
        self.lost.is_empty()
    }

    /// The neutral schema that was lowered.
    pub fn source(&self) -> &Schema {
        &self.source
    }

    /// The schema as a request carries it, with its name and description; `None` where the prompt carries it.
    pub fn json_schema(&self) -> Option<JsonSchema> {
        let schema = JsonSchema::new(self.source.name(), self.schema.clone()?);
        Some(match self.source.description() {
            Some(description) => schema.with_description(description),
            None => schema,
        })
    }

    /// Turns an answer to the lowered schema into the answer that the type describes.
    ///
    /// Undoes what the dialect made of the type, and nothing else: under OpenAI's strict schema a `null` in place of a
    /// property that may be left out but not be null is removed; under Gemini's `responseSchema` a choice that is no
    /// string, such as `1`, is read from its text; a wrapped answer is unwrapped. An answer that does not fit stays as
    /// it is, for the check to name. Costs time in proportion to the answer, with a fixed upper bound.
    ///
    /// ```
    /// use serde_json::json;
    /// use vlm_core::SchemaDialect;
    /// use vlm_schema::schema::{Schema, lower};
    ///
    /// let list = json!({"type": "array", "items": {
    ///     "type": "object",
    ///     "properties": {"name": {"type": "string"}, "note": {"type": "string"}},
    ///     "required": ["name"],
    /// }});
    /// let lowered = lower(&Schema::from_value("things", list)?, SchemaDialect::OpenAiStrict)?;
    /// let mut answer = json!({"elements": [{"name": "lamp", "note": null}]});
    /// lowered.restore(&mut answer);
    /// assert_eq!(answer, json!([{"name": "lamp"}]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restore(&self, value: &mut Value) {
        fit::restore(self.source.value(), value, self.adaption);
        self.source.unwrap_root(value);
    }
}

impl fmt::Debug for Lowered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lowered")
            .field("dialect", &self.dialect)
            .field("source", &self.source)
            .field("lost", &self.lost.len())
            .finish_non_exhaustive()
    }
}

/// Writes a schema in a dialect.
///
/// | dialect | form |
/// |---|---|
/// | `JsonSchema` | the neutral schema as it is |
/// | `OpenAiStrict` | closed objects, every property required, those that may be left out `null` instead; `anyOf` for `oneOf`; definitions and recursion kept |
/// | `GeminiSchema` | upper-case types, `nullable`, definitions inlined, choices as strings |
/// | `GeminiJsonSchema` | few keywords; recursion through properties that may be left out |
/// | `Anthropic` | closed objects, few keywords; definitions kept, no recursion |
/// | `JsonObject`, `Prompt` | no schema; a text for the prompt, which has it |
///
/// In the dialects that have a form of their own, `allOf` is merged, a union beside properties (a flattened enum) is
/// spread over its branches, a union of documented unit variants becomes one `enum`, and a tuple becomes a list where
/// there are no tuples. A number's format (`uint8`, `double`) names a machine type whose bounds stand beside it or are
/// checked by serde: it is left out unlisted where it is not known. The same holds for annotations that say nothing
/// about the value (`deprecated`, `readOnly`, `x-…`).
///
/// # Errors
/// What the dialect cannot say at all is refused, with its place: recursion, maps, values of any type, schemas nested
/// too deeply or with too many properties, choices or letters. See [`LoweringError`].
///
/// ```
/// use schemars::JsonSchema;
/// use vlm_core::SchemaDialect;
/// use vlm_schema::schema::{Schema, lower};
///
/// #[derive(JsonSchema)]
/// struct Review {
///     /// Of five.
///     #[schemars(range(min = 1, max = 5))]
///     stars: u8,
/// }
///
/// let lowered = lower(&Schema::of::<Review>()?, SchemaDialect::Anthropic)?;
/// let stars = &lowered.schema.as_ref().unwrap()["properties"]["stars"];
/// assert_eq!(stars["description"], "Of five.\n\n{maximum: 5, minimum: 1}");
/// assert_eq!(lowered.lost[0].path, "/properties/stars");
/// assert_eq!(lowered.lost[0].keyword, "maximum");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lower(schema: &Schema, dialect: SchemaDialect) -> Result<Lowered, LoweringError> {
    let mut lowered = Lowered::new(schema, dialect);
    match dialect {
        SchemaDialect::OpenAiStrict => {
            let (value, lost) = openai::lower(schema.value())?;
            (lowered.schema, lowered.lost) = (Some(value), lost);
            lowered.adaption.nulls = true;
        }
        SchemaDialect::GeminiSchema => {
            let (value, lost) = gemini::lower(schema.value())?;
            (lowered.schema, lowered.lost) = (Some(value), lost);
            lowered.adaption.words = true;
        }
        SchemaDialect::GeminiJsonSchema => {
            let (value, lost) = gemini_json::lower(schema.value())?;
            (lowered.schema, lowered.lost) = (Some(value), lost);
        }
        SchemaDialect::Anthropic => {
            let (value, lost) = anthropic::lower(schema.value())?;
            (lowered.schema, lowered.lost) = (Some(value), lost);
        }
        SchemaDialect::JsonSchema => lowered.schema = Some(schema.value().clone()),
        // A dialect that is not known yet: what any model can be told.
        _ => lowered.prompt = Some(prompt::text(schema)),
    }
    Ok(lowered)
}

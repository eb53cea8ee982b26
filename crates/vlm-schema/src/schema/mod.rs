//! The schema of an answer: neutral, named, ordered; and its lowering to what a model accepts.
//!
//! A [`Schema`] comes from a Rust type ([`Schema::of`]) or from data ([`Schema::from_value`]). It is a JSON Schema
//! (draft 2020-12) whose root is an object, because most services take no other: any other root is wrapped, and
//! [`Schema::root`] says so. [`lower`] writes it in the dialect that a model's capabilities name, and lists what that
//! dialect could not say.
//!
//! # Order
//!
//! Models write properties in the order in which the schema lists them, so evidence belongs before the verdict. A JSON
//! object has no order here, so every object schema carries the annotation `propertyOrdering`: the names as they were
//! declared. It stays in each lowered schema. [`vlm_core::JsonSchema::in_order`] writes the properties in that order and
//! leaves the annotation out, since only Gemini's `responseSchema` knows it.

mod check;
mod derive;
mod dialect;
mod error;
mod fit;
mod limits;
mod list;
mod name;
mod normal;
mod order;
#[cfg(feature = "validate")]
mod validate;
mod walk;

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

pub use dialect::{Lost, Lowered, dialect_for, lower};
pub use error::{LoweringError, SchemaError};
pub use limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT};
#[cfg(feature = "validate")]
pub use validate::{Validator, Violation};

/// The field that a wrapped list stands in.
const ELEMENTS: &str = "elements";
/// The field that any other wrapped value stands in.
const RESULT: &str = "result";

/// The neutral schema of an answer, with its name. Cheap to clone.
///
/// `Debug` shows the name and the root only.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use vlm_schema::schema::{Root, Schema};
///
/// /// What is for sale.
/// #[derive(Deserialize, JsonSchema)]
/// struct Offer {
///     /// As printed.
///     name: String,
///     cents: Option<u32>,
/// }
///
/// let schema = Schema::of::<Offer>()?;
/// assert_eq!(schema.name(), "Offer");
/// assert_eq!(schema.description(), Some("What is for sale."));
/// assert_eq!(schema.value()["propertyOrdering"], serde_json::json!(["name", "cents"]));
/// assert_eq!(schema.root(), Root::Object);
/// # Ok::<(), vlm_schema::schema::SchemaError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Schema {
    name: Arc<str>,
    root: Root,
    /// With an object root: what is sent.
    value: Arc<Value>,
    /// The schema of the unwrapped answer; the same as `value` where nothing is wrapped.
    answer: Arc<Value>,
}

/// How the answer stands in the schema that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Root {
    /// The answer is an object, and stands there itself.
    Object,
    /// The answer is the value of the only field of an object.
    #[non_exhaustive]
    Wrapped {
        /// `elements` for a list, `result` for anything else.
        field: &'static str,
    },
}

impl Schema {
    /// The schema of a type, as serde reads it.
    ///
    /// Doc comments are the descriptions. The name is the type's, made plain: letters, digits, `_` and `-`, at most
    /// 64. A type's schema is made once and kept for the life of the program.
    ///
    /// Properties are in declared order. It is not known of a field that serde may leave out when it writes
    /// (`skip_serializing_if`) or inside a flattened `Option`: such fields come last, in alphabetical order, unless
    /// the type says `#[schemars(extend("propertyOrdering" = ["first", "second"]))]`. One that serde never writes
    /// (`skip_serializing`) follows the last required one before it.
    ///
    /// # Errors
    /// The type's `JsonSchema` gives something that is no schema, or one that is larger than [`MAX_DEPTH`],
    /// [`MAX_NODES`] or [`MAX_TEXT`] allow.
    pub fn of<T: JsonSchema + ?Sized>() -> Result<Self, SchemaError> {
        derive::of::<T>()
    }

    /// The schema of a list of `T`, as an object with the one field `elements`: for items that come one by one.
    ///
    /// # Errors
    /// As [`Schema::of`].
    pub fn elements_of<T: JsonSchema>() -> Result<Self, SchemaError> {
        derive::of::<Vec<T>>()
    }

    /// A schema that is data.
    ///
    /// `value` is a JSON Schema of draft 2020-12. What older drafts and OpenAPI say differently (`definitions`, `items`
    /// as a list, boolean `exclusiveMinimum`, `nullable`) is understood. Properties are in the order of
    /// `propertyOrdering` where the schema has it, else those of `required` first, then the others alphabetically.
    ///
    /// # Errors
    /// A name that is not 1 to 64 of `A-Z a-z 0-9 _ -`; a value that is no object; a keyword with a value it cannot
    /// have; a `$ref` that does not lead to a place in this schema; a schema larger than [`MAX_DEPTH`],
    /// [`MAX_NODES`] or [`MAX_TEXT`] allow.
    ///
    /// ```
    /// use serde_json::json;
    /// use vlm_schema::schema::{Root, Schema, SchemaError};
    ///
    /// let list = json!({"type": "array", "items": {"type": "string"}});
    /// let schema = Schema::from_value("tags", list.clone())?;
    /// assert!(matches!(schema.root(), Root::Wrapped { field: "elements", .. }));
    ///
    /// let refused = Schema::from_value("what's this", list).unwrap_err();
    /// assert!(matches!(refused, SchemaError::Name { .. }));
    /// # Ok::<(), SchemaError>(())
    /// ```
    pub fn from_value(name: impl Into<String>, value: Value) -> Result<Self, SchemaError> {
        let name = name.into();
        if !name::is_plain(&name) {
            limits::discard(value);
            return Err(SchemaError::name(&name));
        }
        if let Err(error) = limits::check(&value) {
            limits::discard(value);
            return Err(error);
        }
        Self::assemble(&name, value, None)
    }

    /// The name, plain in every service's sense.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the answer is, where the type or the schema says it.
    pub fn description(&self) -> Option<&str> {
        self.answer.get("description").and_then(Value::as_str)
    }

    /// The schema as it is given to a model: always of an object.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The schema of the answer itself, after unwrapping.
    pub fn answer(&self) -> &Value {
        &self.answer
    }

    /// Whether the answer is wrapped.
    pub fn root(&self) -> Root {
        self.root
    }

    /// Takes the answer out of its wrapper. A value that is not wrapped stays as it is, so an answer that left the
    /// wrapper out is taken too.
    pub fn unwrap_root(&self, value: &mut Value) {
        let Root::Wrapped { field } = self.root else { return };
        if let Value::Object(fields) = value
            && fields.len() == 1
            && let Some(inner) = fields.get_mut(field)
        {
            *value = inner.take();
        }
    }

    /// The schema as compact JSON text, properties in their order and without the annotation of it.
    ///
    /// ```
    /// use serde_json::json;
    /// use vlm_schema::schema::Schema;
    ///
    /// let value = json!({
    ///     "type": "object",
    ///     "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
    ///     "required": ["b"],
    /// });
    /// let text = Schema::from_value("pair", value)?.text();
    /// assert_eq!(text, r#"{"properties":{"b":{"type":"string"},"a":{"type":"string"}},"required":["b"],"type":"object"}"#);
    /// # Ok::<(), vlm_schema::schema::SchemaError>(())
    /// ```
    pub fn text(&self) -> String {
        let schema = vlm_core::JsonSchema::new(self.name(), self.value().clone());
        // Writing plain JSON values to a string does not fail.
        serde_json::to_string(&schema.in_order()).unwrap_or_else(|_| self.value.to_string())
    }

    /// Normalises, checks, orders and wraps. `value` is within the limits of size; `twin` is the same type's schema
    /// as serde writes it.
    fn assemble(name: &str, mut value: Value, twin: Option<&Value>) -> Result<Self, SchemaError> {
        if !value.is_object() {
            return Err(SchemaError::NotAnObject { found: limits::kind(&value) });
        }
        normal::normalise(&mut value);
        check::check(&value)?;
        order::annotate(&mut value, twin);
        let value = normal::lift_root(value);
        let (root, sent) = wrap(&value);
        limits::check(&sent)?;
        let answer = Arc::new(value);
        let value = sent_or(&answer, sent, root);
        Ok(Self { name: name.into(), root, value, answer })
    }
}

/// Shares the value where nothing is wrapped.
fn sent_or(answer: &Arc<Value>, sent: Value, root: Root) -> Arc<Value> {
    if root == Root::Object { Arc::clone(answer) } else { Arc::new(sent) }
}

/// Puts a value that is not plainly an object into one.
fn wrap(answer: &Value) -> (Root, Value) {
    let is_array = answer.get("type").and_then(Value::as_str) == Some("array");
    if walk::is_plain_object(answer) {
        return (Root::Object, answer.clone());
    }
    let field = if is_array { ELEMENTS } else { RESULT };
    let mut inner = answer.clone();
    let mut outer = Map::new();
    if let Value::Object(keywords) = &mut inner {
        for definitions in ["$defs", "definitions"] {
            if let Some(all) = keywords.remove(definitions) {
                outer.insert(definitions.to_owned(), all);
            }
        }
        // A reference to the whole now leads into the wrapper.
        walk::move_references(&mut inner, field);
        for definitions in outer.values_mut() {
            for definition in definitions.as_object_mut().into_iter().flat_map(Map::values_mut) {
                walk::move_references(definition, field);
            }
        }
    }
    outer.insert("type".to_owned(), json!("object"));
    outer.insert("properties".to_owned(), json!({ field: inner }));
    outer.insert("required".to_owned(), json!([field]));
    outer.insert("propertyOrdering".to_owned(), json!([field]));
    outer.insert("additionalProperties".to_owned(), json!(false));
    (Root::Wrapped { field }, Value::Object(outer))
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).field("root", &self.root).finish_non_exhaustive()
    }
}

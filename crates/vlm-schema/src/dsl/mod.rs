//! A short language for schemas, to be typed at a command line.
//!
//! ```
//! use serde_json::json;
//! use vlm_schema::dsl;
//!
//! assert_eq!(
//!     dsl::parse("name, price: number, tags: [string], kind: enum(a|b)")?,
//!     json!({
//!         "type": "object",
//!         "properties": {
//!             "name": { "type": "string" },
//!             "price": { "type": "number" },
//!             "tags": { "type": "array", "items": { "type": "string" } },
//!             "kind": { "type": "string", "enum": ["a", "b"] }
//!         },
//!         "required": ["name", "price", "tags", "kind"],
//!         "additionalProperties": false,
//!         "propertyOrdering": ["name", "price", "tags", "kind"]
//!     })
//! );
//! # Ok::<(), dsl::DslError>(())
//! ```
//!
//! # Grammar
//!
//! ```text
//! schema      = fields
//! fields      = field { separator field } [ separator ]
//! separator   = "," | line break, any number of them
//! field       = name [ "?" ] [ ":" type ] [ description ]
//! name        = word | quoted
//! type        = base [ range ] [ "?" ]
//! base        = "string" | "number" | "integer" | "boolean" | "date" | "time" | "datetime" | "any"
//!             | "enum" "(" value { "|" value } ")"
//!             | "[" type "]"
//!             | "{" fields "}"
//! range       = "(" [ number ] ".." [ number ] ")"
//! value       = word | number | quoted
//! description = quoted
//! word        = a letter or "_", then letters, digits, "_" and "-"
//! quoted      = "…" or '…', with \" \' \\ \n and \t
//! ```
//!
//! Spaces and tabs mean nothing between two parts; `#` outside quotes begins a comment, which lasts to the end of the
//! line and does not become part of the schema.
//!
//! | written | means |
//! |---|---|
//! | `name` | a string that must be there |
//! | `price: number` | another type; also `integer`, `boolean`, `any` |
//! | `day: date` | a string in that format; also `time` and `datetime` |
//! | `tags: [string]` | an array |
//! | `seller: { name, city }` | an object of its own |
//! | `kind: enum(a\|b\|"with space")` | one of these strings, numbers too are strings here |
//! | `note?`, `note?: string`, `note: string?` | may be missing and may be `null` |
//! | `[string?]` | its items may be `null` |
//! | `stars: integer(1..5)`, `share: number(0..1)` | bounds, both included; either may be left out |
//! | `title: string(..80)` | length in characters |
//! | `tags: [string](1..10)` | number of items |
//! | `price: number "in euros"` | a description for the model, in quotes at the end of the field |
//! | `"unit price": number` | a name that is not a word |
//!
//! ```
//! let schema = vlm_schema::dsl::parse(
//!     r#"
//!     title: string(..80) "as printed on the cover"
//!     year?: integer(1450..)          # not every book has one
//!     authors: [{ name, born: date? }](1..)
//!     "#,
//! )?;
//! assert_eq!(schema["properties"]["title"]["maxLength"], 80);
//! assert_eq!(schema["properties"]["title"]["description"], "as printed on the cover");
//! assert_eq!(schema["properties"]["year"]["type"], serde_json::json!(["integer", "null"]));
//! assert_eq!(schema["required"], serde_json::json!(["title", "authors"]));
//! assert_eq!(schema["properties"]["authors"]["items"]["properties"]["born"]["format"], "date");
//! # Ok::<(), vlm_schema::dsl::DslError>(())
//! ```
//!
//! # The schema
//!
//! Objects are closed (`additionalProperties: false`). `propertyOrdering` holds the order in which the fields were
//! written, because a JSON object has none; it is an annotation that Gemini reads and JSON Schema ignores.
//!
//! # Errors
//!
//! [`DslError`] says where and what was expected; its [`report`](DslError::report) draws the line with a caret:
//!
//! ```
//! let error = vlm_schema::dsl::parse("name, price: nubmer").unwrap_err();
//! assert_eq!(
//!     error.report(),
//!     "line 1, column 14: there is no type `nubmer`; did you mean `number`?\n\
//!      \x20 name, price: nubmer\n\
//!      \x20              ^^^^^^\n\
//!      expected string, number, integer, boolean, date, time, datetime, any, enum(…), […] or {…}"
//! );
//! ```

mod emit;
mod error;
mod lexer;
mod parser;
mod range;

use serde_json::Value;

pub use error::{DslError, DslErrorKind};

/// A text may have this many bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Arrays and objects may lie this deep in one another.
pub const MAX_DEPTH: usize = 16;
/// A name, a value of an enum or a description may have this many characters.
pub const MAX_QUOTED: usize = 2_000;

/// The JSON Schema that a text describes.
///
/// # Errors
///
/// [`DslError`] with the place in the text, for anything the grammar in the [module](self) does not allow, for a
/// name given twice in one object, a value given twice in one enum, bounds that exclude everything, and texts over
/// the limits of this module.
pub fn parse(text: &str) -> Result<Value, DslError> {
    parser::parse(text).map(|fields| emit::object(&fields))
}

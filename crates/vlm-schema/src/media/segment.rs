//! Something that happens during a stretch of a film.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::error::TimeError;
use super::span::TimeSpan;
use super::timecode::{Timecode, ends_schema};

/// A `T` that holds for a stretch of a film: a scene, a line of speech, an event.
///
/// On the wire `{"start": …, "end": …, "value": T}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Wire<T>")]
#[non_exhaustive]
pub struct Segment<T> {
    /// When.
    pub span: TimeSpan,
    /// What.
    pub value: T,
}

#[derive(Deserialize)]
struct Wire<T> {
    start: Timecode,
    end: Timecode,
    value: T,
}

impl<T> Segment<T> {
    /// `value` during `span`.
    pub const fn new(span: TimeSpan, value: T) -> Self {
        Self { span, value }
    }

    /// The same stretch with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Segment<U> {
        Segment { span: self.span, value: change(self.value) }
    }
}

impl<T> TryFrom<Wire<T>> for Segment<T> {
    type Error = TimeError;

    fn try_from(wire: Wire<T>) -> Result<Self, TimeError> {
        Ok(Self { span: TimeSpan::new(wire.start, wire.end)?, value: wire.value })
    }
}

impl<T: Serialize> Serialize for Segment<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Segment", 3)?;
        fields.serialize_field("start", &self.span.start())?;
        fields.serialize_field("end", &self.span.end())?;
        fields.serialize_field("value", &self.value)?;
        fields.end()
    }
}

impl<T: JsonSchema> JsonSchema for Segment<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("SegmentOf{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Segment<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (start, end) = ends_schema();
        json_schema!({
            "type": "object",
            "description": "A stretch of the film and what happens during it.",
            "properties": {
                "start": start,
                "end": end,
                "value": generator.subschema_for::<T>(),
            },
            "required": ["start", "end", "value"],
        })
    }
}

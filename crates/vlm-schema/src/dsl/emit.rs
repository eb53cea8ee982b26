//! From fields to JSON Schema.

use serde_json::{Map, Value, json};

use super::parser::{Base, Field, Type};

pub(super) fn object(fields: &[Field]) -> Value {
    Value::Object(object_map(fields))
}

fn object_map(fields: &[Field]) -> Map<String, Value> {
    let names = |keep: fn(&Field) -> bool| -> Vec<&str> {
        fields.iter().filter(|field| keep(field)).map(|field| field.name.as_str()).collect()
    };
    let properties: Map<String, Value> = fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("required".into(), json!(names(|field| !field.optional)));
    schema.insert("additionalProperties".into(), false.into());
    schema.insert("propertyOrdering".into(), json!(names(|_| true)));
    schema
}

fn property(field: &Field) -> Value {
    let mut schema = ty(&field.ty, field.optional);
    if let Some(description) = &field.description {
        schema.insert("description".into(), description.as_str().into());
    }
    Value::Object(schema)
}

fn ty(ty: &Type, nullable: bool) -> Map<String, Value> {
    let mut schema = Map::new();
    let name = match &ty.base {
        Base::Plain(name) => *name,
        Base::Formatted(format) => {
            schema.insert("format".into(), (*format).into());
            "string"
        }
        Base::Enum(values) => {
            let null = nullable.then_some(Value::Null);
            schema.insert("enum".into(), values.iter().map(|value| Value::from(value.as_str())).chain(null).collect());
            "string"
        }
        Base::Array(item) => {
            schema.insert("items".into(), Value::Object(self::ty(item, item.nullable)));
            "array"
        }
        Base::Object(fields) => {
            schema = object_map(fields);
            "object"
        }
        Base::Any => return schema,
    };
    schema.insert("type".into(), if nullable { json!([name, "null"]) } else { name.into() });
    if let Some(range) = &ty.range {
        range.write(&mut schema);
    }
    schema
}

//! The form of the answer: `response_format`, and what is unwise about it.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use vlm_core::{Admission, JsonSchema, Output, Request, Warning, WarningKind};

use super::strict;
use crate::extras::Extras;
use crate::profile::Profile;

#[derive(Serialize)]
struct Format<S> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<S>,
}

#[derive(Serialize)]
struct NamedSchema<'a, S> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    schema: S,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// As JSON text: a schema in it keeps its order. A value of ours always serializes; should one not, leaving it out is
/// all that could be done.
pub(super) fn response_format(output: &Output, extras: &Extras, profile: &Profile) -> Option<Box<RawValue>> {
    match output {
        Output::Json => to_raw_value(&Format::<()> { r#type: "json_object", json_schema: None }).ok(),
        Output::JsonSchema(schema) => {
            let json_schema = NamedSchema {
                name: &schema.name,
                description: schema.description.as_deref(),
                schema: schema.in_order(),
                strict: is_strict(schema, extras, profile),
            };
            to_raw_value(&Format { r#type: "json_schema", json_schema: Some(json_schema) }).ok()
        }
        _ => None,
    }
}

fn is_strict(schema: &JsonSchema, extras: &Extras, profile: &Profile) -> Option<bool> {
    let keeps = || strict::obstacle(&schema.schema).is_none();
    profile.strict_schemas.then(|| extras.strict_schema.unwrap_or_else(keeps))
}

pub(super) fn review(request: &Request, extras: &Extras, profile: &Profile, admission: &mut Admission) {
    match &request.output {
        Output::Json if profile.json_needs_word && !speaks_of_json(request) => {
            let message =
                "the service refuses JSON output unless the word \"JSON\" stands in a message: add it to the prompt";
            admission.warn(Warning::new(WarningKind::Unwise, message).at("output"));
        }
        Output::JsonSchema(schema) if profile.strict_schemas => {
            let Some(obstacle) = strict::obstacle(&schema.schema) else { return };
            let message = match extras.strict_schema {
                Some(true) => format!("{obstacle}: the service will refuse it as a strict schema"),
                Some(false) => return,
                None => format!("{obstacle}: it is sent as a schema that is not strict, so check the answer"),
            };
            admission.warn(Warning::new(WarningKind::Unwise, message).at("output.schema"));
        }
        _ => {}
    }
}

fn speaks_of_json(request: &Request) -> bool {
    request.messages.iter().any(|message| message.text().to_ascii_lowercase().contains("json"))
}

//! `generationConfig`: sampling, the form of the answer, thinking, and what the caller adds.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use vlm_core::{JsonSchema, Output, Request, SchemaDialect};

use super::json_schema;
use crate::extras::Extras;
use crate::models::{Control, Generation, Model, dialect};

/// The settings by name, each as JSON text: a schema among them keeps its order.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Config(BTreeMap<String, Box<RawValue>>);

/// The settings of the request and, beside them, those of the caller.
pub(super) fn config(model: &Model, generation: Generation, request: &Request, extras: &Extras) -> Config {
    let mut config = Config::default();
    let sampling = &request.sampling;
    config.set("temperature", sampling.temperature);
    config.set("topP", sampling.top_p);
    config.set("maxOutputTokens", sampling.max_tokens);
    config.set("candidateCount", sampling.n);
    config.set("presencePenalty", sampling.presence_penalty);
    config.set("frequencyPenalty", sampling.frequency_penalty);
    config.set("stopSequences", (!sampling.stop.is_empty()).then_some(&sampling.stop));
    config.set("thinkingConfig", thinking(model, request, extras));
    if !matches!(request.output, Output::Text) {
        config.set("responseMimeType", Some("application/json"));
    }
    if let Output::JsonSchema(schema) = &request.output {
        config.schema(generation, schema);
    }
    for (name, value) in &extras.generation_config {
        config.set(name, Some(value));
    }
    config
}

impl Config {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A value of ours always serializes; should one not, leaving it out is all that could be done.
    fn set(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(raw) = value.and_then(|value| to_raw_value(&value).ok()) {
            self.0.insert(name.to_owned(), raw);
        }
    }

    /// A schema that cannot be written was refused before.
    fn schema(&mut self, generation: Generation, schema: &JsonSchema) {
        match dialect(generation) {
            SchemaDialect::GeminiSchema => {
                self.set("responseSchema", schema.to_gemini_schema().ok().map(|lowered| lowered.schema));
            }
            _ => {
                let lowered = json_schema::lower(&schema.schema).ok();
                let lowered = lowered.map(|lowered| JsonSchema::new(schema.name.clone(), lowered.schema));
                self.set("responseJsonSchema", lowered.as_ref().map(JsonSchema::in_order));
            }
        }
    }
}

/// How the model is told how much to think.
fn thinking(model: &Model, request: &Request, extras: &Extras) -> Option<Map<String, Value>> {
    let mut out = Map::new();
    let (enabled, budget) = (request.thinking.enabled, request.thinking.budget);
    match &model.control {
        Control::None => {}
        Control::Budget { range, off } => {
            let least = if *off { 0 } else { i64::from(*range.start()) };
            let tokens = match (budget, enabled) {
                (Some(tokens), _) => Some(i64::from(tokens)),
                (None, Some(true)) => Some(-1),
                (None, Some(false)) => Some(least),
                (None, None) => None,
            };
            out.extend(tokens.map(|tokens| ("thinkingBudget".to_owned(), tokens.into())));
        }
        Control::Levels { names, .. } => {
            let level = match enabled {
                Some(true) => names.last(),
                Some(false) => names.first(),
                None => None,
            };
            match (budget, &extras.thinking_level, level) {
                (Some(tokens), _, _) => drop(out.insert("thinkingBudget".to_owned(), tokens.into())),
                (None, Some(level), _) => drop(out.insert("thinkingLevel".to_owned(), level.as_str().into())),
                (None, None, Some(level)) => drop(out.insert("thinkingLevel".to_owned(), (*level).into())),
                (None, None, None) => {}
            }
        }
    }
    if let Some(include) = extras.include_thoughts {
        out.insert("includeThoughts".to_owned(), include.into());
    }
    (!out.is_empty()).then_some(out)
}

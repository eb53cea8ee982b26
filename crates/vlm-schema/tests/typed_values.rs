//! Generated values of real types: each passes its own schema and survives the way of an answer, in every dialect; and
//! whatever is changed in it so that it is proven wrong is refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, FinishReason, Model, Request, Result, SchemaDialect, Support,
    VisionProvider,
};
use vlm_schema::extract::{AskExt, ExtractError, ExtractErrorKind, Extracted, ReaskPolicy};
use vlm_schema::schema::Schema;

/// A provider that gives one answer, in the dialect it was told.
#[derive(Debug)]
struct Echo {
    answer: String,
    dialect: SchemaDialect,
}

#[async_trait]
impl VisionProvider for Echo {
    fn id(&self) -> &str {
        "echo"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let mut capabilities = Capabilities::text_only(model);
        capabilities.json = Support::Full;
        capabilities.json_schema = Support::Full;
        capabilities.schema_dialect = self.dialect;
        Ok(capabilities)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        self.capabilities(&request.model)?.admit(request)?;
        let mut choice = Choice::new(0, self.answer.clone());
        choice.finish = FinishReason::Stop;
        let mut completion = Completion::new();
        completion.choices.push(choice);
        Ok(completion)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        Ok(CompletionStream::whole(self.generate(request).await?))
    }
}

/// A kind, as a tagged union.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
enum Kind {
    Plain,
    Sized { width: u16, height: u16 },
    Named { name: String },
}

/// A thing, with every sort of field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Thing {
    /// Its name.
    #[schemars(length(min = 1, max = 8))]
    name: String,
    #[schemars(range(min = -5, max = 5))]
    rank: i32,
    share: f64,
    seen: bool,
    note: Option<String>,
    kind: Kind,
    tags: Vec<String>,
    #[serde(rename = "partOf")]
    part_of: Option<Box<Part>>,
}

/// A part of something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    id: u8,
    colour: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        (any::<u16>(), any::<u16>()).prop_map(|(width, height)| Kind::Sized { width, height }),
        "\\PC{0,6}".prop_map(|name| Kind::Named { name }),
    ]
}

fn thing() -> impl Strategy<Value = Thing> {
    let part = (any::<u8>(), prop_oneof![Just(Colour::Red), Just(Colour::Green)]);
    let part = proptest::option::of(part.prop_map(|(id, colour)| Box::new(Part { id, colour })));
    let text = || "\\PC{0,6}";
    let tags = proptest::collection::vec(text(), 0..3);
    let note = proptest::option::of(text());
    ("[a-z]{1,8}", -5..=5i32, -100..100i32, any::<bool>(), note, kind(), tags, part).prop_map(
        |(name, rank, share, seen, note, kind, tags, part_of)| {
            let share = f64::from(share) / 4.0;
            Thing { name, rank, share, seen, note, kind, tags, part_of }
        },
    )
}

/// Dialects that can say the types above.
fn dialect() -> impl Strategy<Value = SchemaDialect> {
    proptest::sample::select(vec![
        SchemaDialect::JsonSchema,
        SchemaDialect::OpenAiStrict,
        SchemaDialect::GeminiSchema,
        SchemaDialect::GeminiJsonSchema,
        SchemaDialect::Anthropic,
        SchemaDialect::JsonObject,
        SchemaDialect::Prompt,
    ])
}

fn extract(answer: String, dialect: SchemaDialect) -> std::result::Result<Extracted<Thing>, ExtractError> {
    let model = Model::new(Arc::new(Echo { answer, dialect }), "m");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(model.ask("What is it?").extract::<Thing>().reask(ReaskPolicy::never()).send())
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, inner)| self::places(inner, &format!("{at}/{name}"), places))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| self::places(inner, &format!("{at}/{index}"), places));
        }
        _ => {}
    }
}

/// Changes one place: another type, a value out of bounds, a field too much, or a field too little.
fn mutate(mut value: Value, place: usize, how: usize) -> Value {
    let mut all = Vec::new();
    places(&value, "", &mut all);
    let place = all[place % all.len()].clone();
    let target = value.pointer_mut(&place).unwrap();
    match (how % 5, target) {
        (0, target) => *target = json!({"unexpected": []}),
        (1, target) => *target = json!(1_000_000),
        (2, target) => *target = json!("a text that is far too long for it"),
        (3, Value::Object(fields)) => {
            fields.insert("surplus".to_owned(), json!(1));
        }
        (4, Value::Object(fields)) => {
            let first = fields.keys().next().cloned();
            first.and_then(|name| fields.remove(&name));
        }
        (_, target) => *target = Value::Null,
    }
    value
}

proptest! {
    #[test]
    fn a_value_passes_its_own_schema_and_comes_back(thing in thing(), dialect in dialect(), pretty in any::<bool>()) {
        let value = serde_json::to_value(&thing).unwrap();
        let schema = Schema::of::<Thing>().unwrap();
        prop_assert!(jsonschema::is_valid(schema.answer(), &value), "{value}");
        let text = if pretty { serde_json::to_string_pretty(&thing) } else { serde_json::to_string(&thing) }.unwrap();
        for answer in [text.clone(), format!("Here it is:\n```json\n{text}\n```\n")] {
            let extracted = extract(answer, dialect).map_err(|error| TestCaseError::fail(format!("{dialect:?}: {error}")))?;
            prop_assert_eq!(&extracted.value, &thing);
        }
    }

    #[test]
    fn a_value_proven_wrong_is_refused(thing in thing(), dialect in dialect(), place in any::<usize>(), how in any::<usize>()) {
        let value = mutate(serde_json::to_value(&thing).unwrap(), place, how);
        let schema = Schema::of::<Thing>().unwrap();
        let wrong = !jsonschema::is_valid(schema.answer(), &value) || serde_json::from_value::<Thing>(value.clone()).is_err();
        prop_assume!(wrong);
        let error = match extract(value.to_string(), dialect) {
            Ok(extracted) => return Err(TestCaseError::fail(format!("{dialect:?} took {value} as {extracted:?}"))),
            Err(error) => error,
        };
        prop_assert!(matches!(error.kind(), ExtractErrorKind::Misfit(_)), "{}", error);
        prop_assert!(!error.mismatches().is_empty());
    }
}

#[test]
fn mutations_are_wrong_often_enough_to_mean_something() {
    let thing = Thing {
        name: "lamp".into(),
        rank: 1,
        share: 0.5,
        seen: true,
        note: None,
        kind: Kind::Plain,
        tags: vec!["a".into()],
        part_of: Some(Box::new(Part { id: 1, colour: Colour::Red })),
    };
    let value = serde_json::to_value(&thing).unwrap();
    let schema = Schema::of::<Thing>().unwrap();
    let mut counts = BTreeMap::new();
    for (place, how) in (0..12).flat_map(|place| (0..5).map(move |how| (place, how))) {
        let wrong = !jsonschema::is_valid(schema.answer(), &mutate(value.clone(), place, how));
        *counts.entry(how).or_insert(0) += usize::from(wrong);
    }
    assert!(counts.values().all(|wrong| *wrong >= 1) && counts.values().sum::<usize>() > 40, "{counts:?}");
}

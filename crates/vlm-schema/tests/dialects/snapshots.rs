//! The lowered schema of each type in each dialect, with what was lost.

use std::fmt::Write;

use schemars::JsonSchema;
use vlm_core::SchemaDialect;
use vlm_schema::schema::{Schema, lower};

use super::types::*;

pub(crate) const DIALECTS: [SchemaDialect; 7] = [
    SchemaDialect::JsonSchema,
    SchemaDialect::OpenAiStrict,
    SchemaDialect::GeminiSchema,
    SchemaDialect::GeminiJsonSchema,
    SchemaDialect::Anthropic,
    SchemaDialect::JsonObject,
    SchemaDialect::Prompt,
];

fn all_dialects(schema: &Schema) -> String {
    let mut out = format!("{} {:?}\n", schema.name(), schema.root());
    for dialect in DIALECTS {
        let lowered = lower(schema, dialect);
        write!(out, "\n== {dialect:?}\n").unwrap();
        match lowered {
            Err(error) => writeln!(out, "refused: {error}").unwrap(),
            Ok(lowered) => {
                if let Some(schema) = &lowered.schema {
                    writeln!(out, "{}", serde_json::to_string_pretty(schema).unwrap()).unwrap();
                }
                if let Some(prompt) = &lowered.prompt {
                    writeln!(out, "{prompt}").unwrap();
                }
                for lost in &lowered.lost {
                    writeln!(out, "lost at {}: {} {}", lost.path, lost.keyword, lost.value).unwrap();
                }
            }
        }
    }
    out
}

fn of<T: JsonSchema>() -> String {
    all_dialects(&Schema::of::<T>().unwrap())
}

macro_rules! snapshots {
    ($($name:ident: $type:ty,)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), of::<$type>());
        }
    )*};
}

snapshots! {
    plain_struct: Offer,
    nested: Nested,
    recursive_list: Tree,
    recursive_option: Chain,
    recursive_within: Forest,
    recursive_required: RequiredTree,
    unit_enum: Holds<Colour>,
    unit_enum_documented: Painted,
    enum_at_the_root: Colour,
    enum_external: External,
    enum_internal: Internal,
    enum_adjacent: Adjacent,
    enum_untagged: Untagged,
    enum_untagged_within: HoldsUntagged,
    enums_within: Enums,
    newtype_of_text: Plate,
    newtype_of_struct: Wrapper,
    newtypes_within: Car,
    tuple_struct: Mixed,
    tuples_within: Tuples,
    maps: Maps,
    map_at_the_root: std::collections::BTreeMap<String, Spot>,
    map_of_numbers: NumberedMap,
    flatten_struct: Flattened,
    flatten_enum: FlattenedEnum,
    flatten_enum_within: Holds<FlattenedEnum>,
    flatten_enums: FlattenedTwice,
    flatten_map: FlattenedMap,
    renamed: Renamed,
    numbers: Numbers,
    bounds: Bounded,
    dates: Dated,
    defaults: Defaults,
    extended: Extended,
    options: Options,
    option_at_the_root: Option<Spot>,
    deny_unknown_fields: Strict,
    unit_struct: HoldsNothing,
    anything: Anything,
    result: Outcome,
    generic: Film,
    list_at_the_root: Vec<Offer>,
    text_at_the_root: String,
    tuple_at_the_root: (String, u8),
}

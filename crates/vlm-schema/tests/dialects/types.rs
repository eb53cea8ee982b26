//! Types of every kind that serde and schemars know.

#![allow(dead_code, reason = "only their schemas are looked at")]

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is for sale.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Offer {
    /// As printed on the sign.
    name: String,
    cents: u32,
    available: bool,
    /// Between 0 and 1.
    certainty: f64,
    note: Option<String>,
    /// One or more words each.
    tags: Vec<String>,
}

/// A place in the picture.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Spot {
    x: f32,
    y: f32,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Nested {
    /// The first of them.
    first: Spot,
    second: Spot,
    others: Vec<Spot>,
    /// If there is one.
    last: Option<Spot>,
}

/// A thing and its parts.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Tree {
    label: String,
    #[serde(default)]
    parts: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Chain {
    value: i64,
    next: Option<Box<Chain>>,
}

/// Each leads to the other.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Forest {
    trees: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct RequiredTree {
    parts: Vec<RequiredTree>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Colour {
    DarkRed,
    Blue,
    Green,
}

/// How loud it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Loudness {
    /// Nothing to be heard.
    Silent,
    /// A voice, or a car far away.
    Quiet,
    Loud,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Painted {
    /// The colour of most of it.
    colour: Colour,
    loudness: Loudness,
    second: Option<Colour>,
    third: Option<Loudness>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) enum External {
    Nothing,
    /// Some words.
    Word(String),
    Pair(i32, String),
    Area {
        width: u16,
        height: u16,
    },
    Spot(Spot),
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Internal {
    /// Nobody there.
    Empty,
    Person {
        name: Option<String>,
        age: u8,
    },
    Thing(Spot),
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Adjacent {
    Empty,
    Text(String),
    Both { left: i8, right: i8 },
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Number(f64),
    Text(String),
    Spot(Spot),
    List(Vec<Untagged>),
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Enums {
    external: External,
    internal: Internal,
    adjacent: Adjacent,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct HoldsUntagged {
    value: Untagged,
}

/// Letters and digits.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Plate(#[schemars(regex(pattern = r"^[A-Z0-9]{2,8}$"))] String);

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Wrapper(Offer);

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Car {
    plate: Plate,
    #[schemars(length(min = 1))]
    seen_at: Vec<Plate>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Mixed(u8, String, Spot);

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Tuples {
    corner: (f64, f64),
    named: (String, u32),
    mixed: Mixed,
    rows: Vec<[i32; 3]>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Maps {
    counts: BTreeMap<String, u32>,
    spots: HashMap<String, Spot>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct NumberedMap {
    by_frame: BTreeMap<u32, String>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Common {
    id: String,
    weight: Option<f32>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Flattened {
    zeta: String,
    #[serde(flatten)]
    common: Common,
    alpha: u8,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct FlattenedEnum {
    seconds: f64,
    #[serde(flatten)]
    what: Internal,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Holds<T> {
    held: T,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct FlattenedTwice {
    #[serde(flatten)]
    first: External,
    #[serde(flatten)]
    second: Option<Adjacent>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct FlattenedMap {
    name: String,
    #[serde(flatten)]
    others: HashMap<String, String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Renamed {
    first_word: String,
    #[serde(rename = "2nd word")]
    second_word: String,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    third_word: String,
    #[serde(skip)]
    hidden: u8,
    #[serde(skip_serializing)]
    read_only: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    a_last_word: Option<String>,
    #[serde(alias = "other")]
    fourth_word: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Numbers {
    i8: i8,
    u8: u8,
    i16: i16,
    u16: u16,
    i32: i32,
    u32: u32,
    i64: i64,
    u64: u64,
    i128: i128,
    usize: usize,
    f32: f32,
    f64: f64,
    nonzero: std::num::NonZeroU8,
    char: char,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Bounded {
    #[schemars(range(min = 1, max = 5))]
    stars: u8,
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    share: f64,
    #[schemars(extend("exclusiveMinimum" = 0))]
    above: i32,
    #[schemars(length(min = 3, max = 20))]
    word: String,
    #[schemars(regex(pattern = r"^(?!x)[a-z]+$"))]
    looked: String,
    #[schemars(length(min = 2, max = 4), inner(length(max = 9)))]
    words: Vec<String>,
    #[schemars(extend("multipleOf" = 5))]
    steps: u32,
    #[schemars(extend("uniqueItems" = true))]
    set: Vec<u8>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Dated {
    #[schemars(extend("format" = "date"))]
    day: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    #[schemars(email)]
    mail: String,
    #[schemars(url)]
    link: String,
    #[schemars(extend("format" = "uuid"))]
    id: Option<String>,
    address: std::net::Ipv4Addr,
    span: std::time::Duration,
}

#[derive(Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Defaults {
    count: u8,
    word: String,
    maybe: Option<u8>,
    list: Vec<u8>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { count: 3, word: "none".to_owned(), maybe: None, list: vec![1] }
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("propertyOrdering" = ["verdict", "evidence"]))]
pub(crate) struct Extended {
    evidence: String,
    #[schemars(extend("const" = "yes"))]
    verdict: String,
    #[schemars(extend("enum" = [1, 2, 3]))]
    step: u8,
    #[schemars(example = "a cat", extend("x-shown" = true))]
    thing: String,
    #[schemars(title = "Kind", description = "Said here.")]
    #[deprecated]
    kind: String,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Options {
    spot: Option<Spot>,
    list: Option<Vec<Option<u8>>>,
    twice: Option<Option<bool>>,
    number: Option<i32>,
    /// Null is an answer of its own.
    #[schemars(required)]
    demanded: Option<String>,
    what: Option<Internal>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strict {
    only: String,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Nothing;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct HoldsNothing {
    unit: (),
    nothing: Nothing,
    word: String,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Anything {
    name: String,
    value: serde_json::Value,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Outcome {
    outcome: Result<u32, String>,
}

/// A part of the film.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Segment<T> {
    /// In seconds.
    start: f64,
    end: f64,
    /// What is seen in it.
    content: T,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Film {
    title: String,
    segments: Vec<Segment<Internal>>,
}

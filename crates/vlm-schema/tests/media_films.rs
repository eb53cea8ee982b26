//! Moments, spans and segments: tables of what is read and refused, schemas, and properties.

#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

use std::time::Duration;

use proptest::prelude::*;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vlm_schema::media::{Segment, TimeError, TimeSpan, Timecode};

fn at(text: &str) -> Timecode {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn span(start: &str, end: &str) -> TimeSpan {
    TimeSpan::new(at(start), at(end)).unwrap()
}

#[test]
fn moments_are_read_in_every_form() {
    let table = [
        (json!("00:00"), 0),
        (json!("01:15"), 75_000),
        (json!("1:05"), 65_000),
        (json!("90:00"), 5_400_000),
        (json!("00:01:15"), 75_000),
        (json!("00:01:15.5"), 75_500),
        (json!("00:01:15.500"), 75_500),
        (json!("00:01:15,250"), 75_250),
        (json!("1:02:03.004"), 3_723_004),
        (json!("100:00:00"), 360_000_000),
        (json!("02:03.0045"), 123_005),
        (json!("59.9995s"), 60_000),
        (json!("12.5s"), 12_500),
        (json!("12.5 s"), 12_500),
        (json!("12s"), 12_000),
        (json!("12.5"), 12_500),
        (json!("75"), 75_000),
        (json!(" 01:15 "), 75_000),
        (json!(12.5), 12_500),
        (json!(0.0004), 0),
        (json!(0.0005), 1),
        (json!(75), 75_000),
        (json!(0), 0),
        (json!(-0.0), 0),
        (json!("9999:59:59.999"), Timecode::MAX.as_millis()),
    ];
    let schema = serde_json::to_value(schema_for!(Timecode)).unwrap();
    for (written, millis) in table {
        let read: Timecode =
            serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(read.as_millis(), millis, "{written}");
        if written.is_string() {
            assert!(jsonschema::is_valid(&schema, &written), "{written}");
        }
    }
    assert_eq!(serde_json::to_string(&at("1:02:03.004")).unwrap(), r#""01:02:03.004""#);
    assert_eq!(format!("{:>15}", at("12.5s")), "   00:00:12.500");
}

#[test]
fn what_is_not_a_moment_is_refused() {
    let refused = [
        json!(""),
        json!(":"),
        json!("1:"),
        json!(":30"),
        json!("1:2:3:4"),
        json!("01:60"),
        json!("01:60:00"),
        json!("00:00:75"),
        json!("-01:15"),
        json!("-5s"),
        json!("--5"),
        json!("+5"),
        json!("12.5m"),
        json!("01:15s"),
        json!("1.5:30"),
        json!("00:01:15."),
        json!(".5"),
        json!("1.2.3"),
        json!("NaN"),
        json!("inf"),
        json!("soon"),
        json!("1e3"),
        json!("٣:٠٠"),
        json!("12345678901:00"),
        json!("10000:00:00"),
        json!("x".repeat(1000)),
        json!(-1),
        json!(-0.5),
        json!(1e12),
        json!(36_000_000),
        json!(null),
        json!(true),
        json!([1, 2]),
    ];
    let listing: Vec<_> = refused
        .iter()
        .map(|value| {
            let error = serde_json::from_value::<Timecode>(value.clone()).expect_err(&value.to_string());
            format!("{:.60}\n  {error}", value.to_string())
        })
        .collect();
    insta::assert_snapshot!(listing.join("\n"));
    assert!(matches!(Timecode::from_seconds(f64::NAN), Err(TimeError::NotFinite { .. })));
    assert!(matches!(Timecode::from_seconds(f64::INFINITY), Err(TimeError::NotFinite { .. })));
}

#[test]
fn moments_move_within_bounds() {
    assert_eq!(at("10s").later(Duration::from_millis(500)), at("10.5s"));
    assert_eq!(at("10s").earlier(Duration::from_secs(20)), Timecode::ZERO);
    assert_eq!(at("10s").later(Duration::MAX), Timecode::MAX);
    assert_eq!(Timecode::from_millis(u64::MAX), Timecode::MAX);
    assert_eq!(at("1.5s").as_seconds(), 1.5);
    assert_eq!(Duration::from(at("1.5s")), Duration::from_millis(1500));
}

#[test]
fn spans_are_half_open() {
    let (a, b, c) = (span("0s", "10s"), span("5s", "15s"), span("10s", "20s"));
    assert_eq!(a.length(), Duration::from_secs(10));
    assert!(a.contains(at("0s")) && !a.contains(at("10s")));
    assert!(a.overlaps(&b) && b.overlaps(&c));
    assert!(!a.overlaps(&c), "they only meet");
    assert_eq!(a.merge(&c), Some(span("0s", "20s")));
    assert_eq!(a.merge(&span("11s", "12s")), None);
    assert_eq!(a.intersection(&b), Some(span("5s", "10s")));
    let empty = span("5s", "5s");
    assert!(empty.is_empty() && !empty.contains(at("5s")) && !a.overlaps(&empty));
    assert_eq!(a.merge(&empty), Some(a));
    assert_eq!(
        TimeSpan::merge_all([c, span("30s", "31s"), a, span("30.5s", "40s")]),
        [span("0s", "20s"), span("30s", "40s")]
    );
    assert_eq!(a.later(Duration::from_secs(60)), span("1:00", "1:10"));
}

#[test]
fn inverted_spans_are_refused() {
    let inverted = json!({ "start": "00:20", "end": "00:10" });
    let error = serde_json::from_value::<TimeSpan>(inverted).unwrap_err().to_string();
    assert_eq!(error, "the span is inverted: it starts at 00:00:20.000 and ends at 00:00:10.000");
    let error = serde_json::from_value::<TimeSpan>(json!({ "start": "00:20" })).unwrap_err().to_string();
    assert_eq!(error, "missing field `end`");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Scene {
    /// What can be seen.
    what: String,
    cut_at: Option<Timecode>,
}

#[test]
fn segments_are_flat() {
    let wire = json!({ "start": "00:05", "end": 12.5, "value": { "what": "lift-off", "cut_at": "7s" } });
    let segment: Segment<Scene> = serde_json::from_value(wire).unwrap();
    assert_eq!(segment.span, span("5s", "12.5s"));
    assert_eq!(
        serde_json::to_value(&segment).unwrap(),
        json!({
            "start": "00:00:05.000", "end": "00:00:12.500",
            "value": { "what": "lift-off", "cut_at": "00:00:07.000" }
        })
    );
    assert_eq!(segment.map(|scene| scene.what.len()).value, 8);
}

#[test]
fn faults_in_segments_have_a_path() {
    let wire = r#"[{"start": "1s", "end": "2s", "value": {"what": 5}}]"#;
    let deserializer = &mut serde_json::Deserializer::from_str(wire);
    let error = serde_path_to_error::deserialize::<_, Vec<Segment<Scene>>>(deserializer).unwrap_err();
    assert_eq!(error.path().to_string(), "[0].value.what");
}

#[test]
fn schemas_tell_the_form() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Film {
        scenes: Vec<Segment<Scene>>,
        words: Vec<Segment<String>>,
        intro: TimeSpan,
        /// When the rocket lifts off.
        lift_off: Timecode,
    }
    let schema = serde_json::to_value(schema_for!(Film)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(schema) });
}

proptest! {
    #[test]
    fn moments_are_read_as_written(millis in 0..=Timecode::MAX.as_millis()) {
        let moment = Timecode::from_millis(millis);
        prop_assert_eq!(moment.to_string().parse::<Timecode>().unwrap(), moment);
        prop_assert_eq!(format!("{}.{:03}s", millis / 1000, millis % 1000).parse::<Timecode>().unwrap(), moment);
        prop_assert_eq!(Timecode::from_seconds(moment.as_seconds()).unwrap(), moment);
        let schema = serde_json::to_value(schema_for!(Timecode)).unwrap();
        prop_assert!(jsonschema::is_valid(&schema, &Value::from(moment.to_string())));
    }

    #[test]
    fn no_text_panics_and_the_schema_takes_what_is_read(text in "[-0-9:.,s \u{e9}]{0,14}|.*") {
        let schema = serde_json::to_value(schema_for!(Timecode)).unwrap();
        if text.parse::<Timecode>().is_ok() {
            prop_assert!(jsonschema::is_valid(&schema, &Value::from(text)));
        }
    }

    #[test]
    fn merging_keeps_every_moment(spans in proptest::collection::vec((0u64..200, 0u64..40), 0..12), probe in 0u64..260) {
        let spans: Vec<_> = spans
            .into_iter()
            .map(|(start, length)| {
                TimeSpan::new(Timecode::from_millis(start), Timecode::from_millis(start + length)).unwrap()
            })
            .collect();
        let merged = TimeSpan::merge_all(spans.clone());
        let probe = Timecode::from_millis(probe);
        let held = |spans: &[TimeSpan]| spans.iter().any(|span| span.contains(probe));
        prop_assert_eq!(held(&spans), held(&merged));
        prop_assert!(merged.windows(2).all(|pair| pair[0].end() < pair[1].start()));
    }
}

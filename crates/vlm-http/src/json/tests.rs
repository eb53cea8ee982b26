//! Wrong types cost one field, equal keys are no error, numbers are read as the contract says.

use proptest::prelude::*;

use super::*;

/// A document that stays for the length of the test.
fn parse(json: &str) -> RawObject<'static> {
    let text: &'static str = Box::leak(json.to_owned().into_boxed_str());
    Box::leak(Box::new(RawJson::parse(text.as_bytes()).unwrap())).root()
}

#[test]
fn whole_numbers_are_read_in_every_harmless_form() {
    for (json, expected) in [
        ("12", Some(12)),
        ("12.0", Some(12)),
        ("\"12\"", Some(12)),
        ("1e2", Some(100)),
        ("18446744073709551615", Some(u64::MAX)),
        ("-1", None),
        ("-0.0", Some(0)),
        ("1.5", None),
        ("1e20", None),
        ("\"twelve\"", None),
        ("\"NaN\"", None),
        ("null", None),
        ("true", None),
        ("[12]", None),
    ] {
        assert_eq!(parse(&format!("{{\"n\":{json}}}")).whole_number("n"), expected, "{json}");
    }
}

#[test]
fn the_last_of_equal_keys_counts() {
    assert_eq!(parse(r#"{"a":1,"a":2}"#).whole_number("a"), Some(2));
}

#[test]
fn a_deep_field_that_nobody_needs_does_no_harm() {
    let json = format!("{{\"deep\":{}{},\"id\":\"x\"}}", "[".repeat(100_000), "]".repeat(100_000));
    let object = parse(&json);
    assert_eq!(object.text("id").as_deref(), Some("x"));
    assert_eq!(object.value("deep"), None);
    assert_eq!(object.objects("deep").count(), 0);
}

#[test]
fn marks_and_escapes() {
    let json = RawJson::parse(b"\xEF\xBB\xBF{\"\\u0061\":\"x\\ny\",\"code\":\"0429\",\"n\":-1}").unwrap();
    let object = json.root();
    assert_eq!(object.text("a").as_deref(), Some("x\ny"));
    assert_eq!(object.word("code").as_deref(), Some("0429"));
    assert_eq!(object.word("n").as_deref(), Some("-1"));
    assert_eq!(object.word("missing"), None);
    assert!(RawJson::parse(b"{} x").is_err());
    assert_eq!(RawJson::parse(b"{\"a\":\"\xFF\"}").unwrap_err().to_string(), "the document is not UTF-8");
    assert!(RawJson::parse(b"[]").is_err());
}

#[test]
fn a_document_of_brackets_does_not_take_many_times_its_memory() {
    let hostile = |values: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(values));
    assert!(RawJson::parse(hostile(1_000_000).as_bytes()).is_ok());
    let error = RawJson::parse(hostile(3 << 20).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("too many values"), "{error}");
}

/// Any JSON value.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from);
        prop_oneof![list, fields(inner).prop_map(Value::Object)]
    })
}

/// Texts of every length, with all that must be escaped.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,20}", "[ -~]{0,12}", "\\PC{0,9}", "[\\x00-\\x22\\\\]{0,9}"]
}

fn fields(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    proptest::collection::btree_map(text(), inner, 0..6).prop_map(|fields| fields.into_iter().collect())
}

/// Every way of asking for a field gives what a full parser has.
fn same(object: RawObject<'_>, expected: &serde_json::Map<String, Value>) {
    assert_eq!(object.has_any(), !expected.is_empty());
    for (name, expected) in expected {
        assert_eq!(object.has(name), !expected.is_null());
        assert_eq!(object.value(name).as_ref(), Some(expected).filter(|value| !value.is_null()));
        assert_eq!(object.text(name).as_deref(), expected.as_str());
        assert_eq!(object.flag(name), expected.as_bool());
        match (object.object(name), expected.as_object()) {
            (Some(object), Some(expected)) => same(object, expected),
            (object, expected) => assert_eq!((object.is_some(), expected.is_some()), (false, false)),
        }
        let members = expected.as_array().into_iter().flatten().filter_map(Value::as_object);
        let mut read = object.objects(name);
        members.for_each(|expected| same(read.next().unwrap(), expected));
        assert!(read.next().is_none());
    }
}

/// Whether serde_json takes it for one object.
fn is_object(json: &[u8]) -> bool {
    let begins = json.trim_ascii_start().starts_with(b"{");
    begins && std::str::from_utf8(json).is_ok() && serde_json::from_slice::<IgnoredAny>(json).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fields_are_what_a_full_parser_reads(fields in fields(value()), pretty in any::<bool>()) {
        let json = if pretty { serde_json::to_vec_pretty(&fields) } else { serde_json::to_vec(&fields) }.unwrap();
        same(RawJson::parse(&json).unwrap().root(), &serde_json::from_slice(&json).unwrap());
    }

    #[test]
    fn what_is_no_json_is_refused_where_every_parser_refuses_it(
        fields in fields(value()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 1..3),
    ) {
        let mut json = serde_json::to_vec(&fields).unwrap();
        for (place, change, byte) in changes {
            let place = place.index(json.len().max(1));
            match change {
                0 if place < json.len() => json[place] = byte,
                1 if place < json.len() => drop(json.remove(place)),
                _ => json.insert(place, br#"{}[]",:\ 0-e.tnu"#[usize::from(byte) % 16]),
            }
        }
        prop_assert_eq!(RawJson::parse(&json).is_ok(), is_object(&json), "{:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(RawJson::parse(&bytes).is_ok(), is_object(&bytes));
    }

    #[test]
    fn memory_that_was_used_before_changes_nothing(before in fields(value()), fields in fields(value())) {
        let (before, json) = (serde_json::to_string(&before).unwrap(), serde_json::to_string(&fields).unwrap());
        let used = RawJson::parse_with(JsonIndex::default(), &before).unwrap().into_index();
        same(RawJson::parse_with(used, &json).unwrap().root(), &serde_json::from_str(&json).unwrap());
    }

    #[test]
    fn a_document_that_begins_like_the_one_before_is_read_like_any_other(
        mut fields in fields(value()),
        long in proptest::option::of("[a-z]{0,1100}"),
        places in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        new in prop_oneof!["[]{}\",:]", "[0-9a-z]{0,3}", r#"",?"[a-c]":1,"d":""#],
    ) {
        fields.extend(long.map(|text| (String::from("!"), Value::from(text))));
        let before = serde_json::to_string(&fields).unwrap();
        let mut now = before.clone();
        let boundary = |place: prop::sample::Index| {
            let place = place.index(now.len());
            (place..now.len()).find(|place| now.is_char_boundary(*place)).unwrap_or(now.len())
        };
        let (a, b) = (boundary(places.0), boundary(places.1));
        now.replace_range(a.min(b)..a.max(b), &new);
        let index = RawJson::parse_with(JsonIndex::default(), &before).unwrap().into_index();
        let (read, expected) = (RawJson::parse_with(index, &now), RawJson::parse(now.as_bytes()));
        prop_assert_eq!(read.is_ok(), expected.is_ok());
        if let (Ok(read), Ok(expected)) = (read, expected) {
            prop_assert_eq!(read.index.nodes(), expected.index.nodes());
        }
    }
}

#[test]
fn every_cut_document_is_refused_as_cut() {
    let json = r#" {"a":[1,25,{"b":null}],"c":"x\u00e9\n","d":true} "#.trim_end();
    for end in 1..json.len() {
        let error = RawJson::parse(&json.as_bytes()[..end]).expect_err(&json[..end]);
        assert!(error.is_eof(), "{}: {error}", &json[..end]);
    }
    assert!(RawJson::parse(json.as_bytes()).is_ok());
    // Also in the middle of a character.
    let error = RawJson::parse(&"{\"a\":\"é".as_bytes()[..7]).unwrap_err();
    assert!(error.is_eof(), "{error}");
}

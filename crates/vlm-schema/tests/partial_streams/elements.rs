//! Items of an array, one by one.

use vlm_schema::decode::{DecodeErrorKind, DecodeOptions, Elements, decode};

fn drain(elements: &mut Elements) -> Vec<String> {
    std::iter::from_fn(|| elements.next_element()).map(|element| element.text).collect()
}

fn of_root() -> Elements {
    Elements::of_root(&DecodeOptions::default())
}

#[test]
fn each_item_comes_with_its_last_byte() {
    let mut elements = of_root();
    let mut seen = Vec::new();
    for c in r#"Here: [ {"a":[1]} ,"x]",12 , true,[ ],-1]."#.chars() {
        elements.push(c.encode_utf8(&mut [0; 4])).expect("valid");
        seen.extend(drain(&mut elements).into_iter().map(|text| (c, text)));
    }
    let expected = [('}', r#"{"a":[1]}"#), ('"', r#""x]""#), (' ', "12"), ('e', "true"), (']', "[ ]"), (']', "-1")];
    assert_eq!(seen, expected.map(|(c, text)| (c, text.to_owned())));
    assert!(elements.finish().is_ok());
}

#[test]
fn only_the_array_under_the_key_counts() {
    let mut elements = Elements::under("items", &DecodeOptions::default());
    elements
        .push(r#"{"a": {"items": [1]}, "b": "items", "items": [{"items": [2]}, 3], "items": [4], "c": [5]}"#)
        .expect("valid");
    assert_eq!(drain(&mut elements), [r#"{"items": [2]}"#, "3"]);
    assert!(elements.finish().is_ok() && elements.count() == 2);

    let mut elements = Elements::under("items", &DecodeOptions::default());
    elements.push("[1, 2]").expect("the bare array");
    assert_eq!(drain(&mut elements), ["1", "2"]);
    assert!(elements.finish().is_ok());
}

#[test]
fn an_empty_array_is_complete() {
    let mut elements = of_root();
    elements.push("[]").expect("valid");
    assert!(elements.finish().is_ok() && elements.is_complete() && elements.next_element().is_none());
}

#[test]
fn a_cut_array_is_truncated_and_keeps_its_items() {
    let mut elements = of_root();
    elements.push("[{\"a\": 1}, {\"b").expect("valid");
    elements.push("\": ").expect("valid");
    assert_eq!(drain(&mut elements), ["{\"a\": 1}"]);
    assert_eq!(elements.pending(), "{\"b\": ");
    assert!(!elements.is_complete());
    assert!(elements.finish().expect_err("cut").is_truncated());

    // A number may go on: it is not whole before the byte after it.
    let mut elements = of_root();
    elements.push("[1, 2").expect("valid");
    assert_eq!(drain(&mut elements), ["1"]);

    // The array is whole, the object around it is not.
    let mut elements = Elements::under("a", &DecodeOptions::default());
    elements.push("{\"a\": [1], \"b\"").expect("valid");
    assert!(elements.is_complete() && elements.finish().expect_err("cut").is_truncated());
}

#[test]
fn what_is_no_such_array_is_an_error() {
    let mut elements = of_root();
    assert_eq!(elements.push("Hm: {\"a\": [1]}").expect_err("an object").offset(), 4);
    assert!(elements.push("[]").is_err() && elements.finish().is_err());
    for text in ["{}", "{\"a\": 1}", "{\"b\": [1]}"] {
        let mut elements = Elements::under("a", &DecodeOptions::default());
        elements.push(text).expect(text);
        assert!(matches!(elements.finish().expect_err(text).kind(), DecodeErrorKind::Syntax { .. }), "{text}");
    }
    assert_eq!(of_root().finish().expect_err("nothing").kind(), DecodeErrorKind::Empty);
}

#[test]
fn items_before_an_error_are_good() {
    let mut elements = of_root();
    assert_eq!(elements.push("[1, {\"a\": 2}, {'b': 3}, 4]").expect_err("quotes").offset(), 15);
    assert_eq!(drain(&mut elements), ["1", "{\"a\": 2}"]);
    assert!(elements.push("5]").is_err() && drain(&mut elements).is_empty());
}

#[test]
fn an_item_keeps_its_faults_for_decode() {
    let mut elements = of_root();
    elements.push("[{\"a\": \"x\ny\",}, 1]").expect("mended");
    let item = elements.next_element().expect("an item");
    assert!(elements.repairs().iter().all(|repair| item.span.contains(&repair.at)));
    assert_eq!(elements.repairs().len(), 2);
    assert_eq!(decode(&item.text, &DecodeOptions::default()).expect("mended").value["a"], "x\ny");
}

#[test]
fn limits() {
    assert!(matches!(of_root().push(&"[".repeat(200_000)).expect_err("deep").kind(), DecodeErrorKind::TooDeep { .. }));
    let mut elements = of_root();
    elements.push("[\"").expect("short");
    let piece = "x".repeat(1 << 20);
    assert!((0..100).any(|_| elements.push(&piece).is_err()));
    assert!(elements.pending().len() <= 16 << 20);
}

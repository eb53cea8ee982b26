//! The spliced body is the body that serializing everything would give.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use proptest::prelude::*;
use serde_json::json;
use vlm_core::ErrorKind;

use super::*;

fn collected(body: &Body) -> Bytes {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(body.collect()).expect("readable")
}

fn payload(bytes: &[u8]) -> Payload {
    Payload::Bytes(Bytes::copy_from_slice(bytes))
}

#[test]
fn text_that_contains_a_placeholder_stays_as_it_is() {
    let mut media = MediaSlots::new();
    let slot = media.add("data:image/png;base64,", payload(b"pixels"));
    let texts = [format!("see {slot} there"), format!("\"{slot}\""), format!("{slot}1"), format!("\\\"{slot}")];
    let body = media.finish(&json!({ "a": texts, "b": slot, "c": [{ "d": slot }] })).expect("serializes");
    let sent: serde_json::Value = serde_json::from_slice(&collected(&body)).expect("JSON");
    let encoded = "data:image/png;base64,cGl4ZWxz";
    assert_eq!(sent, json!({ "a": texts, "b": encoded, "c": [{ "d": encoded }] }));
}

#[test]
fn placeholders_of_two_requests_differ() {
    let slot = || MediaSlots::new().add("", payload(b"x"));
    assert_ne!(slot(), slot());
}

#[test]
fn media_is_never_dropped_in_silence() {
    let mut media = MediaSlots::new();
    let used = media.add("", payload(b"one"));
    media.add("", payload(b"two"));
    let error = media.finish(&json!({ "image": used })).expect_err("one is missing");
    assert_eq!(error.kind(), ErrorKind::Internal);
}

#[test]
fn more_than_ten_slots() {
    let mut media = MediaSlots::new();
    let slots: Vec<String> = (0..12_u8).map(|index| media.add("", payload(&[index]))).collect();
    let body = media.finish(&slots).expect("serializes");
    let expected: Vec<String> = (0..12_u8).map(|index| STANDARD.encode([index])).collect();
    assert_eq!(collected(&body), serde_json::to_vec(&expected).expect("serializes"));
}

#[test]
fn nothing_of_the_content_is_shown() {
    let mut media = MediaSlots::new();
    let slot = media.add("data:image/png;base64,", payload(b"planted"));
    assert!(!format!("{media:?}").contains("planted"));
    let body = media.finish(&json!({ "prompt": "planted", "image": slot })).expect("serializes");
    assert_eq!(format!("{body:?}"), format!("Body({} bytes)", body.len()));
    assert_eq!(body.preview(), r#"{"image":"data:image/png;base64,<base64 of 7 bytes>","prompt":"planted"}"#);
}

#[tokio::test]
async fn pieces_are_bounded() {
    let mut media = MediaSlots::new();
    let slot = media.add("", Payload::Bytes(vec![7; 3 << 20].into()));
    let body = media.finish(&[slot]).expect("serializes");
    let mut pieces = body.stream();
    let mut total = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.expect("readable");
        assert!(piece.len() <= 192 << 10, "{}", piece.len());
        total += piece.len() as u64;
    }
    assert_eq!(total, body.len());
}

#[tokio::test]
async fn media_that_is_sent_as_it_is_can_begin_anywhere() {
    let content: Vec<u8> = (0..400_000_u32).map(|index| (index % 251) as u8).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, &content).expect("writable");
    let file = LocalFile::open(&path).await.expect("a file");
    for from in [0, 1, 147_456, 399_999, 400_000, 500_000] {
        let rest = &content[content.len().min(from)..];
        for payload in [Payload::File(file.clone()), payload(&content)] {
            assert_eq!(payload.len(), 400_000);
            let body = Body::from_payload(payload, from as u64);
            assert_eq!(body.len(), rest.len() as u64);
            assert_eq!(body.collect().await.expect("readable"), rest, "from {from}");
            let mut pieces = body.stream();
            while let Some(piece) = pieces.next().await {
                assert!(piece.expect("readable").len() <= 144 << 10);
            }
        }
    }
}

#[tokio::test]
async fn media_that_is_sent_as_it_is_is_not_shown_and_must_not_change() {
    let body = Body::from_payload(payload(b"planted"), 2);
    assert_eq!((body.preview(), format!("{body:?}")), ("<5 bytes>".to_owned(), "Body(5 bytes)".to_owned()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, b"planted").expect("writable");
    let body = Body::from_payload(Payload::File(LocalFile::open(&path).await.expect("a file")), 3);
    assert!(body.check_files().await.is_ok());
    std::fs::write(&path, b"planted and more").expect("writable");
    assert!(matches!(body.check_files().await, Err(FileProblem::Changed { .. })));
    assert!(matches!(body.collect().await, Err(FileProblem::Changed { .. })));
}

/// Lengths around the size of a step, and small ones.
fn lengths() -> impl Strategy<Value = usize> {
    let step: usize = 144 << 10;
    prop_oneof![4 => 0..200usize, 1 => step - 3..step + 4, 1 => 2 * step - 2..2 * step + 3]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn equals_the_naive_body(
        texts in proptest::collection::vec(any::<String>(), 1..4),
        prefix in any::<String>(),
        lengths in proptest::collection::vec(lengths(), 1..4),
        seed in any::<u8>(),
    ) {
        let payloads: Vec<Vec<u8>> = lengths
            .iter()
            .map(|length| (0..*length).map(|index| (index as u8).wrapping_mul(31).wrapping_add(seed)).collect())
            .collect();
        let mut media = MediaSlots::new();
        let slots: Vec<String> = payloads.iter().map(|bytes| media.add(prefix.clone(), payload(bytes))).collect();
        let body = media.finish(&json!({ "texts": texts, "media": slots })).expect("serializes");
        let naive: Vec<String> = payloads.iter().map(|bytes| format!("{prefix}{}", STANDARD.encode(bytes))).collect();
        let expected = serde_json::to_vec(&json!({ "texts": texts, "media": naive })).expect("serializes");
        let sent = collected(&body);
        prop_assert_eq!(body.len(), sent.len() as u64);
        prop_assert_eq!(sent, expected);
    }
}

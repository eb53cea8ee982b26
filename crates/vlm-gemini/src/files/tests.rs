//! Ids of files, and descriptions of them.

use proptest::prelude::*;
use vlm_core::ErrorKind;

use super::*;

const FILES: &str = "https://generativelanguage.googleapis.com/v1beta/files";

#[test]
fn ids_become_addresses() {
    let whole = "https://generativelanguage.googleapis.com/v1beta/files/abc-123";
    for id in ["files/abc-123", "abc-123", " abc-123 ", whole] {
        assert_eq!(uri(id, FILES).as_deref(), Ok(whole), "{id}");
    }
    assert_eq!(
        uri("http://127.0.0.1:1/v1beta/files/x", "http://127.0.0.1:1/v1beta/files").as_deref(),
        Ok("http://127.0.0.1:1/v1beta/files/x")
    );
    for id in ["", "files/", "a b", "files/a/b", "http://example.org/files/../x", "../x", "a?b"] {
        assert!(uri(id, FILES).is_err(), "{id}");
    }
}

#[test]
fn descriptions_are_read_bare_and_wrapped() {
    let bare = br#"{"name":"files/a","uri":"https://x/files/a","state":"PROCESSING","expirationTime":"2026-11-29T10:00:00Z","sizeBytes":"5"}"#;
    let file = File::parse(bare).unwrap();
    assert_eq!(
        (file.name.as_str(), file.state, file.expires.as_deref()),
        ("files/a", State::Processing, Some("2026-11-29T10:00:00Z"))
    );
    let wrapped = File::parse(br#"{"file":{"name":"files/a","state":"ACTIVE"}}"#).unwrap();
    assert_eq!((wrapped.state, wrapped.uri), (State::Active, None));
    assert_eq!(File::parse(br#"{"name":"files/a"}"#).unwrap().state, State::Active);
    assert_eq!(File::parse(br#"{"name":"files/a","state":"NEWS"}"#).unwrap().state, State::Processing);
}

#[test]
fn what_is_no_usable_file_is_an_error() {
    let kind = |body: &[u8]| File::parse(body).unwrap_err();
    let failed = kind(br#"{"name":"files/a","state":"FAILED","error":{"code":3,"message":"bad codec"}}"#);
    assert_eq!((failed.kind(), failed.words.as_deref()), (Some(ErrorKind::Unprocessable), Some("bad codec")));
    assert_eq!(kind(b"{}").kind(), Some(ErrorKind::Protocol));
    assert_eq!(kind(br#"{"name":"files/../../x"}"#).kind(), Some(ErrorKind::Protocol));
    assert_eq!(kind(br#"{"file":{"na"#).kind(), Some(ErrorKind::Truncated));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_id_and_any_description_are_read_or_refused(id in "\\PC{0,30}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (uri(&id, FILES), File::parse(&body));
    }
}

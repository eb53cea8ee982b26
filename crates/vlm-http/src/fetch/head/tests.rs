//! Heads that are believed, and heads that are not.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;

use super::*;

fn judged(status: u16, headers: &[(&'static str, &str)], range: Range<u64>) -> Result<Plan, FetchProblem> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("valid"));
    }
    let url = Url::parse("https://example.com/a?planted").expect("valid");
    judge(&url, StatusCode::from_u16(status).expect("valid"), &map, &range)
}

#[test]
fn a_part_that_fits_is_taken() {
    for (value, take, total) in [
        ("bytes 100-199/1000", 100, Some(1000)),
        ("Bytes 100-199/1000", 100, Some(1000)),
        (" bytes  100-199 / 1000 ", 100, Some(1000)),
        ("bytes 100-199/*", 100, None),
        ("bytes 100-100/101", 1, Some(101)),
        ("bytes 100-149/1000", 50, Some(1000)),
    ] {
        let plan = judged(206, &[("content-range", value)], 100..200).expect(value);
        assert_eq!(plan, Plan { skip: 0, take, total, promised: true }, "{value}");
    }
    let last = u64::MAX - 1;
    let value = format!("bytes {last}-{last}/*");
    let plan = judged(206, &[("content-range", &value)], last..u64::MAX).expect("the last byte there can be");
    assert_eq!((plan.skip, plan.take), (0, 1));
}

#[test]
fn a_part_that_does_not_fit_is_refused() {
    for value in [
        "bytes 0-99/1000",
        "bytes 99-199/1000",
        "bytes 101-199/1000",
        "bytes 100-200/1000",
        "bytes 100-99/1000",
        "bytes 100-199/199",
        "bytes 100-199/0",
        "bytes 100-199",
        "bytes 100-/1000",
        "bytes -199/1000",
        "bytes +100-199/1000",
        "bytes 100-199/-1",
        "bytes 100-199/18446744073709551616",
        "bytes 18446744073709551615-0/*",
        "bytes */1000",
        "items 100-199/1000",
        "100-199/1000",
        "",
    ] {
        let problem = judged(206, &[("content-range", value)], 100..200).expect_err(value);
        assert!(matches!(problem, FetchProblem::WrongRange { .. }), "{value}: {problem}");
    }
    for headers in [
        vec![],
        vec![("content-type", "multipart/byteranges; boundary=x")],
        vec![("content-range", "bytes 100-199/1000"), ("content-range", "bytes 100-199/1000")],
    ] {
        let problem = judged(206, &headers, 100..200).expect_err("refused");
        assert!(matches!(problem, FetchProblem::WrongRange { .. }), "{headers:?}: {problem}");
    }
}

#[test]
fn everything_from_the_start_is_read_up_to_the_piece() {
    let length = [("content-length", "1000")];
    let plan = |skip, take, total: Option<u64>| Plan { skip, take, total, promised: total.is_some() };
    assert_eq!(judged(200, &length, 0..10).expect("near"), plan(0, 10, Some(1000)));
    assert_eq!(judged(200, &length, 990..2000).expect("near"), plan(990, 10, Some(1000)));
    assert_eq!(judged(200, &[], NEAR..NEAR + 5).expect("near"), plan(NEAR, 5, None));
    assert!(matches!(
        judged(200, &[], NEAR + 1..NEAR + 5),
        Err(FetchProblem::NoRanges { offset, .. }) if offset == NEAR + 1
    ));
    for start in [1000, 1001, NEAR + 1] {
        let problem = judged(200, &length, start..u64::MAX).expect_err("past the end");
        assert!(matches!(problem, FetchProblem::PastEnd { total: Some(1000), .. }), "{problem}");
    }
    // A length that cannot be read is none.
    assert_eq!(judged(200, &[("content-length", "+7")], 0..10).expect("near"), plan(0, 10, None));
}

#[test]
fn a_range_past_the_end_tells_the_length_where_it_can() {
    for (headers, expected) in [
        (vec![("content-range", "bytes */1234")], Some(1234)),
        (vec![("content-range", "bytes */*")], None),
        (vec![("content-range", "bytes 0-1/1234")], None),
        (vec![("content-range", "garbage")], None),
        (vec![("content-length", "1234")], None),
        (vec![], None),
    ] {
        match judged(416, &headers, 5000..5001) {
            Err(FetchProblem::PastEnd { offset: 5000, total, .. }) => assert_eq!(total, expected, "{headers:?}"),
            other => panic!("{headers:?}: {other:?}"),
        }
    }
}

#[test]
fn compressed_replies_are_refused_and_plain_ones_are_not() {
    let range = ("content-range", "bytes 0-9/10");
    for header in [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity, br"),
        ("content-encoding", "unheard-of"),
        ("transfer-encoding", "gzip, chunked"),
    ] {
        for status in [200, 206] {
            let problem = judged(status, &[range, header], 0..10).expect_err(header.1);
            assert!(matches!(problem, FetchProblem::Encoded { .. }), "{header:?}: {problem}");
        }
    }
    for header in
        [("content-encoding", "Identity"), ("content-encoding", ""), ("transfer-encoding", "identity, chunked")]
    {
        judged(206, &[range, header], 0..10).expect(header.1);
    }
}

#[test]
fn every_other_status_is_named() {
    for status in [201, 204, 300, 304, 305, 401, 403, 404, 410, 429, 500, 503] {
        let problem = judged(status, &[("content-range", "bytes 0-9/10")], 0..10).expect_err("no piece");
        assert!(problem.to_string().contains(&format!("status {status}")), "{problem}");
        assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a server says, no more is read than was asked for, and never from another place.
    #[test]
    fn a_plan_never_passes_what_was_asked(
        partial in any::<bool>(),
        start in 0..1_000_000_u64,
        length in 1..1_000_000_u64,
        said in prop_oneof![
            "[ -~]{0,40}",
            "bytes [0-9]{1,20}-[0-9]{1,20}/([0-9]{1,20}|\\*)",
            (0..1_000_000_u64, 0..1_000_000_u64, 0..2_000_000_u64).prop_map(|(a, b, c)| format!("bytes {a}-{b}/{c}")),
        ],
        whole in "[0-9]{0,20}",
    ) {
        let status = if partial { 206 } else { 200 };
        let headers = [("content-range", &*said), ("content-length", &*whole)];
        if let Ok(plan) = judged(status, &headers, start..start + length) {
            prop_assert!((1..=length).contains(&plan.take));
            prop_assert!(plan.skip <= NEAR);
            prop_assert_eq!(plan.skip, if partial { 0 } else { start });
            prop_assert!(plan.total.is_none_or(|total| total >= start + plan.take));
        }
    }
}

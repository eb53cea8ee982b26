//! The serialized form of every type: stable, documented, lenient towards fields that are not known yet.

use insta::assert_json_snapshot;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::values::{
    cases, completion, event, every_event, finite, full_capabilities, full_completion, full_request, media, request,
};
use crate::{
    Billed, Capabilities, Completion, ConnectCause, Cost, Currency, Delivery, ErrorKind, LimitedPart, Media, Message,
    Problem, ProblemKind, Request, StreamEvent, TimeoutPhase, TransportPhase, WarningKind,
};

fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let json = serde_json::to_string(value).unwrap();
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Adds a field that no version knows to every object in `value`: but not where names are the caller's own, nor to
/// durations and ranges, whose form is that of the standard library.
fn with_unknown_fields(value: &mut Value) {
    match value {
        Value::Object(map) if !map.contains_key("nanos") && !map.keys().eq(["end", "start"]) => {
            let own = ["extras", "metadata", "schema", "source"];
            let ours = map.iter_mut().filter(|(name, _)| !own.contains(&name.as_str()));
            ours.for_each(|(_, value)| with_unknown_fields(value));
            map.insert("from_the_future".to_owned(), json!({"x": 1}));
        }
        Value::Array(items) => items.iter_mut().for_each(with_unknown_fields),
        _ => {}
    }
}

fn every_kind() -> Vec<ErrorKind> {
    use ErrorKind::*;
    let mut kinds = vec![InvalidRequest, Configuration, Budget, CircuitOpen];
    kinds.extend(
        [
            ConnectCause::Dns,
            ConnectCause::Refused,
            ConnectCause::Unreachable,
            ConnectCause::Tls,
            ConnectCause::Proxy,
            ConnectCause::Other,
        ]
        .map(Connect),
    );
    kinds.extend(
        [
            TimeoutPhase::Queue,
            TimeoutPhase::Connect,
            TimeoutPhase::FirstByte,
            TimeoutPhase::Idle,
            TimeoutPhase::Progress,
            TimeoutPhase::Total,
        ]
        .map(Timeout),
    );
    kinds.extend([TransportPhase::Sending, TransportPhase::AwaitingHead, TransportPhase::Body].map(Transport));
    kinds.push(Truncated);
    kinds.extend(
        [LimitedPart::Head, LimitedPart::Body, LimitedPart::Line, LimitedPart::Event, LimitedPart::Stream]
            .map(ResponseTooLarge),
    );
    kinds.extend([
        Redirected,
        Protocol,
        Auth,
        Permission,
        Quota,
        BadRequest,
        AmbiguousLimit,
        NotFound,
        Unsupported,
        TooLarge,
        Unprocessable,
        Conflict,
        RateLimited,
        Overloaded,
        Server,
        Upstream,
        Blocked,
        Empty,
        Schema,
        Internal,
    ]);
    kinds
}

#[test]
fn a_full_request() {
    assert_json_snapshot!(full_request());
}

#[test]
fn a_small_request_holds_only_what_was_set() {
    let request = Request::new("m").message(Message::user("Hi").with(Media::url("https://h.org/a.png")));
    assert_json_snapshot!(request);
}

#[test]
fn media_of_each_source() {
    let each = [
        Media::url("https://h.org/a.png"),
        Media::path("a.mp4").fps(2.0),
        Media::bytes(super::values::PNG),
        Media::file_id("file-1").video(),
    ];
    assert_json_snapshot!(each);
}

#[test]
fn a_full_completion() {
    assert_json_snapshot!(full_completion());
}

#[test]
fn an_empty_completion() {
    assert_json_snapshot!(Completion::new());
}

#[test]
fn each_stream_event() {
    assert_json_snapshot!(every_event());
}

#[test]
fn each_cost() {
    let at_least =
        Cost::AtLeast { amount: super::values::money("0.5"), missing: "output".to_owned(), currency: Currency::USD };
    assert_json_snapshot!([super::values::exact_cost(), at_least, Cost::default()]);
}

#[test]
fn full_and_smallest_capabilities() {
    assert_json_snapshot!("full_capabilities", full_capabilities());
    assert_json_snapshot!("smallest_capabilities", Capabilities::text_only("m"));
}

#[test]
fn each_error_kind_by_its_names() {
    let names: Vec<(String, ErrorKind)> = every_kind().into_iter().map(|kind| (kind.to_string(), kind)).collect();
    assert_json_snapshot!(names);
    for (name, kind) in names {
        assert_eq!(round_trip(&kind), kind);
        assert!(kind.advice().ends_with(['.', '?']), "{name}: {}", kind.advice());
    }
}

#[test]
fn problems_and_small_words() {
    let problem = Problem::new(ProblemKind::OutOfRange, "sampling.n", "0 is outside 1 to 4");
    assert_json_snapshot!((
        [problem.clone(), problem.with_advice("ask for one")],
        [ProblemKind::Missing, ProblemKind::Invalid, ProblemKind::Unsupported, ProblemKind::Media],
        [Delivery::NotSent, Delivery::MaybeSent, Delivery::Answered],
        [Billed::No, Billed::Maybe, Billed::Yes],
        [
            WarningKind::UnknownModel,
            WarningKind::Undocumented,
            WarningKind::Ignored,
            WarningKind::Unwise,
            WarningKind::UnmarkedEnd,
            WarningKind::LossyText,
            WarningKind::NotUnderstood,
            WarningKind::EmptyText,
            WarningKind::Drift,
            WarningKind::NotCached,
        ],
    ));
}

#[test]
fn full_values_come_back() {
    assert_eq!(round_trip(&full_request()), full_request());
    assert_eq!(round_trip(&full_capabilities()), full_capabilities());
    let without_raw = Completion { raw: Default::default(), ..full_completion() };
    assert_eq!(round_trip(&full_completion()), without_raw);
}

#[test]
fn unknown_fields_are_accepted() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let known = round_trip(&value);
        let mut json = serde_json::to_value(&value).unwrap();
        with_unknown_fields(&mut json);
        assert!(json.to_string().contains("from_the_future"));
        assert_eq!(serde_json::from_value::<T>(json).unwrap(), known);
    }
    check(full_request());
    check(full_completion());
    check(full_capabilities());
    every_event().into_iter().for_each(check);
}

#[test]
fn what_is_missing_is_unset() {
    let request: Request = serde_json::from_value(json!({"model": "m", "messages": []})).unwrap();
    assert_eq!(request, Request::new("m"));
    assert_eq!(serde_json::from_value::<Completion>(json!({})).unwrap(), Completion::new());
    let event: StreamEvent = serde_json::from_value(json!({"event": "start"})).unwrap();
    assert_eq!(event, StreamEvent::Start { id: None, model: None, created: None });
    let choice: Completion = serde_json::from_value(json!({"choices": [{"text": "x"}]})).unwrap();
    assert_eq!(choice.text(), "x");
}

#[test]
fn unknown_tags_and_broken_values_are_refused() {
    for media in [json!({}), json!({"source": {"bytes": "_-_-"}}), json!({"source": {"tape": "x"}})] {
        assert!(serde_json::from_value::<Media>(media).is_err());
    }
    for event in [json!({"event": "applause"}), json!({"text": "x"})] {
        assert!(serde_json::from_value::<StreamEvent>(event).is_err());
    }
    assert!(serde_json::from_value::<Request>(json!({"messages": []})).is_err());
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn requests_come_back(request in request(finite())) {
        prop_assert_eq!(round_trip(&request), request);
    }

    #[test]
    fn media_come_back(media in media(finite())) {
        prop_assert_eq!(round_trip(&media), media);
    }

    #[test]
    fn completions_come_back_without_the_raw_reply(completion in completion()) {
        let without_raw = Completion { raw: Default::default(), ..completion.clone() };
        prop_assert_eq!(round_trip(&completion), without_raw);
    }

    #[test]
    fn events_come_back(event in event()) {
        prop_assert_eq!(round_trip(&event), event);
    }
}

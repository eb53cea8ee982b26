//! The error: its line, its report, its chain, and whether the call was billed.

use std::io;

use super::*;
use crate::{Choice, MediaError};

fn partial(text: &str, usage: Usage) -> Completion {
    let mut partial = Completion { usage, ..Completion::new() };
    partial.choices.push(Choice::new(0, text));
    partial
}

#[test]
fn is_one_word_and_crosses_threads() {
    fn shareable<T: StdError + Send + Sync + 'static>(_: &T) {}
    let error = Error::new(ErrorKind::Internal, "x");
    shareable(&error);
    assert_eq!(size_of_val(&error), size_of::<usize>());
    assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
}

#[test]
fn display_says_who_what_and_the_services_words() {
    let error = || Error::new(ErrorKind::BadRequest, "the service calls the request malformed");
    let line = "the service calls the request malformed";
    let cases = [
        (error(), line.to_owned()),
        (error().with_provider("memories"), format!("memories: {line}")),
        (error().with_status(400), format!("{line} (HTTP 400)")),
        (error().with_code("0001"), format!("{line} (code 0001)")),
        (error().with_status(400).with_code("0001"), format!("{line} (HTTP 400, code 0001)")),
        (error().with_status(400).with_code("400"), format!("{line} (HTTP 400)")),
        (error().with_service_message(r#"no "model"; it's \d"#), format!(r#"{line}: no "model"; it's \d"#)),
        (error().with_service_message("猫 naïve e\u{301} 🐈"), format!("{line}: 猫 naïve e\u{301} 🐈")),
    ];
    for (error, expected) in cases {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn display_stays_on_one_line_whatever_is_in_it() {
    let nasty = "a\nb\r\nc\u{1b}[31md\u{7}\u{0}\u{9b}e\u{2028}f\u{2029}g\u{202e}h\u{2066}i\u{85}j\tk";
    let error = Error::new(ErrorKind::Server, nasty)
        .with_provider(nasty)
        .with_model(nasty)
        .with_status(500)
        .with_code(nasty)
        .with_service_message(nasty)
        .with_request_id(nasty);
    for shown in [error.to_string(), format!("{error:?}")] {
        let bad = |c: &char| c.is_control() || "\u{2028}\u{2029}\u{202e}\u{2066}".contains(*c);
        assert_eq!(shown.chars().find(bad), None, "{shown:?}");
    }
    let refused = Error::refused(vec![Problem::new(ProblemKind::Invalid, nasty, nasty).with_advice(nasty)]);
    assert_eq!(refused.to_string().lines().count(), 1);
    assert!(!refused.to_string().contains('\u{1b}'));
}

#[test]
fn the_source_speaks_for_itself() {
    let error = Error::new(ErrorKind::Transport(TransportPhase::Body), "the connection broke")
        .with_source(io::Error::new(io::ErrorKind::ConnectionReset, "reset by peer"));
    assert_eq!(error.to_string(), "the connection broke");
    let source = error.source().unwrap();
    assert_eq!(source.to_string(), "reset by peer");
    assert!(source.downcast_ref::<io::Error>().is_some());
    assert!(Error::new(ErrorKind::Internal, "x").source().is_none());

    let copy = error.clone();
    assert_eq!(format!("{copy:?}"), format!("{error:?}"));
    assert!(copy.source().unwrap().downcast_ref::<io::Error>().is_some(), "clones share it");

    let media: Error = MediaError::Empty.into();
    assert!(media.to_string().contains(&MediaError::Empty.to_string()));
    assert!(media.source().is_none(), "its text is in the message already");
}

#[test]
fn a_refusal_lists_every_problem() {
    let one = Problem::new(ProblemKind::Missing, "model", "no model is named");
    let two = Problem::new(ProblemKind::Media, "messages[0].parts[1]", "the content is empty").with_advice("give some");
    assert_eq!(Error::refused(vec![]).to_string(), "the request was refused");
    assert_eq!(Error::refused(vec![one.clone()]).to_string(), "the request was refused: model: no model is named");
    let error = Error::refused(vec![one.clone(), two.clone()]);
    assert_eq!(
        error.to_string(),
        "the request was refused for 2 reasons: model: no model is named; \
         messages[0].parts[1]: the content is empty (give some)"
    );
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::InvalidRequest, Delivery::NotSent, 0));
    assert_eq!(error.problems(), [one, two]);
    assert_eq!(error.billed(), Billed::No);
}

#[test]
fn billed_follows_from_usage_delivery_status_and_kind() {
    use Delivery::{Answered, MaybeSent, NotSent};
    let none = || Completion::new();
    let counted = || partial("", Usage::new().with_tokens(5, 0));
    let text = || partial("A c", Usage::new());
    let empty = || partial("", Usage::new());
    let server = ErrorKind::Server;
    let cases = [
        (ErrorKind::InvalidRequest, NotSent, None, none(), Billed::No),
        (ErrorKind::Connect(ConnectCause::Dns), NotSent, None, none(), Billed::No),
        (ErrorKind::Timeout(TimeoutPhase::FirstByte), MaybeSent, None, none(), Billed::Maybe),
        (ErrorKind::Transport(TransportPhase::Sending), MaybeSent, None, none(), Billed::Maybe),
        (ErrorKind::RateLimited, Answered, Some(429), none(), Billed::No),
        (ErrorKind::Auth, Answered, Some(401), none(), Billed::No),
        (ErrorKind::Auth, Answered, Some(200), none(), Billed::No),
        (ErrorKind::Protocol, Answered, Some(400), none(), Billed::No),
        (ErrorKind::Protocol, Answered, Some(499), none(), Billed::No),
        (ErrorKind::Overloaded, Answered, Some(503), none(), Billed::No),
        (ErrorKind::Redirected, Answered, Some(302), none(), Billed::No),
        (server, Answered, Some(500), none(), Billed::Maybe),
        (ErrorKind::Protocol, Answered, Some(399), none(), Billed::Maybe),
        (ErrorKind::Upstream, Answered, Some(200), none(), Billed::Maybe),
        (ErrorKind::Blocked, Answered, Some(200), none(), Billed::Maybe),
        (ErrorKind::Truncated, Answered, Some(200), text(), Billed::Maybe),
        // Whatever was said afterwards, work was done.
        (ErrorKind::RateLimited, Answered, Some(200), text(), Billed::Maybe),
        (ErrorKind::RateLimited, Answered, Some(200), empty(), Billed::No),
        (ErrorKind::RateLimited, Answered, Some(429), counted(), Billed::Yes),
        (server, Answered, Some(500), counted(), Billed::Yes),
        (ErrorKind::Schema, Answered, Some(200), counted(), Billed::Yes),
    ];
    for (kind, delivery, status, partial, expected) in cases {
        let error = Error::new(kind, "x").with_delivery(delivery).with_partial(partial);
        let error = match status {
            Some(status) => error.with_status(status),
            None => error,
        };
        assert_eq!(error.billed(), expected, "{error:?}");
    }
}

#[test]
fn keeps_what_it_is_given() {
    let usage = Usage::new().with_tokens(3, 4);
    let mut error = Error::new(ErrorKind::RateLimited, "slow down")
        .with_provider("memories")
        .with_operation("generate")
        .with_model("m")
        .with_delivery(Delivery::Answered)
        .with_status(429)
        .with_code("0009")
        .with_service_message("too fast")
        .with_request_id("r-1")
        .with_attempts(3)
        .with_elapsed(Duration::from_secs(4))
        .with_retry_after(Duration::from_secs(2))
        .with_retryable(true)
        .with_partial(partial("A c", usage.clone()));
    assert_eq!((error.kind(), error.message()), (ErrorKind::RateLimited, "slow down"));
    assert_eq!((error.provider(), error.operation(), error.model()), (Some("memories"), Some("generate"), Some("m")));
    assert_eq!((error.status(), error.code(), error.request_id()), (Some(429), Some("0009"), Some("r-1")));
    assert_eq!((error.service_message(), error.attempts()), (Some("too fast"), 3));
    assert_eq!((error.elapsed(), error.retry_after()), (Some(Duration::from_secs(4)), Some(Duration::from_secs(2))));
    assert!(error.is_retryable());
    assert_eq!((error.partial_text(), error.usage()), (Some("A c"), Some(&usage)));
    assert_eq!(error.advice(), ErrorKind::RateLimited.advice());
    assert_eq!(error.take_partial().unwrap().text(), "A c");
    assert_eq!((error.partial(), error.partial_text(), error.usage()), (None, None, None));
    assert_eq!(error.with_advice("wait").advice(), "wait");
}

#[test]
fn nothing_that_arrived_is_none() {
    let error = Error::new(ErrorKind::Truncated, "x").with_partial(partial("", Usage::new()));
    assert_eq!((error.partial_text(), error.usage()), (None, None));
}

#[test]
fn the_report_names_all_that_is_known_and_nothing_else() {
    let error = Error::new(ErrorKind::Timeout(TimeoutPhase::Idle), "nothing came for 60 s").with_attempts(1);
    insta::assert_snapshot!(format!("{error:#?}"));
}

//! Streams: folding is collecting, ends are final, failures keep what had arrived.

use proptest::prelude::*;

use super::*;
use crate::tests::fake::{Script, Watch, run};
use crate::tests::values::{
    cases, completion, event, every_event, exact_cost, full_completion, full_usage, full_warning,
};
use crate::{Choice, Cost, Delivery, ErrorKind, FinishReason, RawReply, Usage, WarningKind};

fn text(text: &str) -> Result<StreamEvent> {
    Ok(StreamEvent::Text { choice: 0, text: text.to_owned() })
}

fn end() -> Result<StreamEvent> {
    Ok(StreamEvent::End { cost: Cost::default(), raw: RawReply::new() })
}

fn stream(items: impl IntoIterator<Item = Result<StreamEvent>>) -> (CompletionStream, Watch) {
    let (script, watch) = Script::new(items);
    (CompletionStream::new(script), watch)
}

fn fold<'a>(events: impl IntoIterator<Item = &'a StreamEvent>) -> Completion {
    let mut answer = Completion::new();
    events.into_iter().for_each(|event| event.fold_into(&mut answer));
    answer
}

/// Everything that comes out, up to the first `None`.
fn drain(stream: &mut CompletionStream) -> Vec<Result<StreamEvent>> {
    std::iter::from_fn(|| run(stream.next())).take(1000).collect()
}

/// Nothing comes out any more, and the inner stream is gone.
fn is_over(stream: &mut CompletionStream, watch: &Watch) {
    assert!(watch.is_dropped(), "the connection is let go at once");
    let yielded = watch.yielded();
    for _ in 0..3 {
        assert!(run(stream.next()).is_none());
    }
    assert_eq!(run(stream.next_text()).unwrap(), None);
    assert_eq!(watch.yielded(), yielded, "the inner stream is not asked again");
}

#[test]
fn each_event_folds_into_its_place() {
    let answer = fold(&every_event());
    let full = full_completion();
    assert_eq!((&answer.id, &answer.model, answer.created), (&full.id, &full.model, full.created));
    assert_eq!((&answer.usage, &answer.cost, &answer.raw), (&full.usage, &full.cost, &full.raw));
    assert_eq!((&answer.warnings, &answer.metadata), (&full.warnings, &full.metadata));
    let choices = [
        Choice { finish: FinishReason::Length, ..Choice::new(0, "A cat") },
        Choice { reasoning: Some("A cat".to_owned()), ..Choice::new(1, "") },
    ];
    assert_eq!(answer.choices, choices);
}

#[test]
fn pieces_append_and_facts_replace() {
    let start = |id: Option<&str>, model: Option<&str>| StreamEvent::Start {
        id: id.map(str::to_owned),
        model: model.map(str::to_owned),
        created: None,
    };
    let metadata =
        |name: &str, value: u32| StreamEvent::Metadata { metadata: crate::tests::values::map([(name, value.into())]) };
    let answer = fold(&[
        start(Some("a"), None),
        start(None, Some("m")),
        StreamEvent::Text { choice: 2, text: "x".to_owned() },
        StreamEvent::Text { choice: 0, text: "A ".to_owned() },
        StreamEvent::Reasoning { choice: 0, text: "so".to_owned() },
        StreamEvent::Text { choice: 2, text: "y".to_owned() },
        StreamEvent::Text { choice: 0, text: "cat".to_owned() },
        StreamEvent::Reasoning { choice: 0, text: "!".to_owned() },
        StreamEvent::Usage { usage: Usage::new().with_tokens(1, 1) },
        StreamEvent::Usage { usage: Usage { output_tokens: Some(5), ..Usage::new() } },
        metadata("a", 1),
        metadata("b", 2),
        metadata("a", 3),
    ]);
    assert_eq!((answer.id.as_deref(), answer.model.as_deref()), (Some("a"), Some("m")));
    let texts: Vec<_> = answer.choices.iter().map(|choice| (choice.index, choice.text.as_str())).collect();
    assert_eq!(texts, [(0, "A cat"), (2, "xy")]);
    assert_eq!(answer.choices[0].reasoning.as_deref(), Some("so!"));
    assert_eq!(answer.usage, Usage { output_tokens: Some(5), ..Usage::new() });
    assert_eq!(serde_json::to_value(&answer.metadata).unwrap(), serde_json::json!({"a": 3, "b": 2}));
}

#[test]
fn collecting_is_folding() {
    let (mut reading, watch) = stream(every_event().into_iter().map(Ok));
    let events: Vec<StreamEvent> = drain(&mut reading).into_iter().map(Result::unwrap).collect();
    assert_eq!(events, every_event());
    assert_eq!(reading.partial(), &fold(&events));
    is_over(&mut reading, &watch);
    let (collecting, watch) = stream(every_event().into_iter().map(Ok));
    assert_eq!(run(collecting.collect()).unwrap(), fold(&events));
    assert!(watch.is_dropped());
}

#[test]
fn next_text_gives_the_first_choices_text_only() {
    let other = Ok(StreamEvent::Text { choice: 1, text: "other".to_owned() });
    let thought = Ok(StreamEvent::Reasoning { choice: 0, text: "hm".to_owned() });
    let (mut stream, watch) = stream([text("A "), other, thought, text("cat"), end()]);
    assert_eq!(run(stream.next_text()).unwrap().as_deref(), Some("A "));
    assert_eq!(stream.partial().text(), "A ");
    assert_eq!(run(stream.next_text()).unwrap().as_deref(), Some("cat"));
    assert_eq!(run(stream.next_text()).unwrap(), None);
    is_over(&mut stream, &watch);
}

#[test]
fn nothing_comes_after_the_end() {
    let late_error = Err(Error::new(ErrorKind::Server, "late"));
    let (mut stream, watch) = stream([text("A"), end(), text("B"), late_error]);
    assert_eq!(drain(&mut stream).len(), 2);
    is_over(&mut stream, &watch);
    assert_eq!(watch.yielded(), 2);
    assert_eq!(stream.partial().text(), "A");
}

#[test]
fn the_first_error_is_the_last_item_and_keeps_what_had_arrived() {
    let usage = Ok(StreamEvent::Usage { usage: full_usage() });
    let failure =
        Error::new(ErrorKind::Server, "the service failed").with_status(200).with_delivery(Delivery::Answered);
    let (mut stream, watch) = stream([text("A c"), usage, Err(failure), text("at"), end()]);
    assert!(run(stream.next()).unwrap().is_ok());
    assert!(run(stream.next()).unwrap().is_ok());
    let error = run(stream.next()).unwrap().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Server, Some(200)));
    assert_eq!((error.partial_text(), error.usage()), (Some("A c"), Some(&full_usage())));
    assert_eq!(error.billed(), crate::Billed::Yes);
    assert_eq!(error.partial(), Some(stream.partial()));
    is_over(&mut stream, &watch);
}

#[test]
fn an_end_without_end_event_is_truncation() {
    for items in [vec![], vec![text("A c")]] {
        let expected = (!items.is_empty()).then_some("A c");
        let (mut stream, watch) = stream(items);
        let error = drain(&mut stream).pop().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Truncated, Delivery::Answered));
        assert_eq!((error.partial_text(), error.billed()), (expected, crate::Billed::Maybe));
        is_over(&mut stream, &watch);
    }
    let (cut, _) = stream([text("A c")]);
    assert_eq!(run(cut.collect()).unwrap_err().partial_text(), Some("A c"));
    let (mut cut, _) = stream([text("A c")]);
    assert!(run(cut.next_text()).is_ok());
    assert_eq!(run(cut.next_text()).unwrap_err().partial_text(), Some("A c"));
}

#[test]
fn what_the_error_brings_is_added_to_what_was_streamed() {
    let late = Completion {
        id: Some("late".to_owned()),
        usage: full_usage(),
        cost: exact_cost(),
        choices: vec![
            Choice { finish: FinishReason::Length, ..Choice::new(0, "A cat") },
            Choice::new(1, "quite another"),
            Choice::new(2, "new"),
        ],
        warnings: vec![full_warning(), Warning::new(WarningKind::LossyText, "replaced")],
        raw: RawReply::from(bytes::Bytes::from_static(b"raw")),
        ..Completion::new()
    };
    let failure = Error::new(ErrorKind::Upstream, "failed").with_partial(late.clone());
    let other = Ok(StreamEvent::Text { choice: 1, text: "other".to_owned() });
    let warned = Ok(StreamEvent::Warning { warning: full_warning() });
    let (mut stream, _) = stream([text("A c"), other, warned, Err(failure)]);
    let error = drain(&mut stream).pop().unwrap().unwrap_err();
    let partial = error.partial().unwrap();
    let texts: Vec<&str> = partial.choices.iter().map(|choice| choice.text.as_str()).collect();
    assert_eq!(texts, ["A cat", "other", "new"], "a text goes on from the streamed one, or is left as it was");
    assert_eq!(partial.finish(), &FinishReason::Length);
    assert_eq!(
        (&partial.id, &partial.usage, &partial.cost, &partial.raw),
        (&late.id, &late.usage, &late.cost, &late.raw)
    );
    assert_eq!(partial.warnings, late.warnings, "none twice");
}

#[test]
fn an_error_that_brings_nothing_takes_nothing_away() {
    let answer = full_completion();
    let events: Vec<_> = StreamEvent::unfold(answer.clone())
        .into_iter()
        .filter(|event| !matches!(event, StreamEvent::End { .. }))
        .collect();
    let streamed = fold(&events);
    let failure = Error::new(ErrorKind::Server, "x").with_partial(Completion::new());
    let (mut stream, _) = stream(events.into_iter().map(Ok).chain([Err(failure)]));
    let error = drain(&mut stream).pop().unwrap().unwrap_err();
    assert_eq!(error.partial(), Some(&streamed));
}

#[test]
fn warnings_in_front_are_in_the_answer_and_among_the_events() {
    let first = Warning::new(WarningKind::UnknownModel, "first");
    let warned = Ok(StreamEvent::Warning { warning: full_warning() });
    let make = || stream([text("A"), end()]).0.with_warnings(vec![full_warning()]).with_warnings(vec![first.clone()]);
    assert_eq!(make().partial().warnings, [first.clone(), full_warning()], "before anything is read");
    let mut reading = make();
    let events: Vec<StreamEvent> = drain(&mut reading).into_iter().map(Result::unwrap).collect();
    assert_eq!(events.len(), 4);
    assert_eq!(&fold(&events), reading.partial());
    assert_eq!(reading.partial().warnings, [first.clone(), full_warning()]);
    let (failing, _) = stream([warned, Err(Error::new(ErrorKind::Server, "x"))]);
    let error = run(failing.with_warnings(vec![first.clone()]).collect()).unwrap_err();
    assert_eq!(error.partial().unwrap().warnings, [first, full_warning()]);
}

#[test]
fn dropping_the_stream_drops_the_inner_one() {
    let (mut stream, watch) = stream([text("A"), text("B"), end()]);
    assert!(run(stream.next()).unwrap().is_ok());
    assert!(!watch.is_dropped());
    drop(stream);
    assert!(watch.is_dropped());
    assert_eq!(watch.yielded(), 1);
}

#[test]
fn dropping_a_waiting_future_loses_nothing() {
    let (mut stream, _) = stream([text("A"), text("B"), end()]);
    let mut waiting = Box::pin(stream.next());
    let mut context = Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    drop(waiting);
    assert_eq!(run(stream.collect()).unwrap().text(), "AB");
}

#[tokio::test]
async fn it_waits_and_wakes_on_a_real_runtime() {
    let (stream, _) = stream(every_event().into_iter().map(Ok));
    let answer = tokio::spawn(stream.collect()).await.unwrap().unwrap();
    assert_eq!(answer, fold(&every_event()));
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn unfolding_is_the_inverse_of_folding(answer in completion()) {
        let events = StreamEvent::unfold(answer.clone());
        prop_assert_eq!(&fold(&events), &answer);
        let last_is_end = events.last().is_some_and(|event| matches!(event, StreamEvent::End { .. }));
        prop_assert!(last_is_end);
        let (stream, _) = stream(events.into_iter().map(Ok));
        prop_assert_eq!(&run(stream.collect()).unwrap(), &answer);
        prop_assert_eq!(run(CompletionStream::whole(answer.clone()).collect()).unwrap(), answer);
    }

    /// Whatever comes, in whatever order, cut or not: items come out in order, and the rest follows from them.
    #[test]
    fn any_events_are_folded_as_they_come(
        events in proptest::collection::vec(event(), 0..8),
        failing in any::<bool>(),
        ending in any::<bool>(),
    ) {
        let close = if failing { Some(Err(Error::new(ErrorKind::Server, "x"))) } else { ending.then(end) };
        let (mut stream, watch) = stream(events.iter().cloned().map(Ok).chain(close));
        let mut items = drain(&mut stream);
        let last = items.pop().unwrap();
        let delivered: Vec<StreamEvent> = items.into_iter().map(Result::unwrap).collect();
        prop_assert_eq!(&delivered, &events);
        let folded = fold(&events);
        prop_assert_eq!(stream.partial(), &folded);
        match last {
            Ok(_) => prop_assert!(!failing && ending),
            Err(error) => {
                prop_assert_eq!(error.kind(), if failing { ErrorKind::Server } else { ErrorKind::Truncated });
                prop_assert_eq!(error.partial(), Some(&folded));
            }
        }
        prop_assert!(watch.is_dropped());
        prop_assert!(run(stream.next()).is_none());
    }
}

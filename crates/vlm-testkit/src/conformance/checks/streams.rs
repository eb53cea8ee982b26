//! Streams: whole or an error, whatever happens to their bytes.

use bytes::Bytes;
use vlm_core::{Completion, Delivery, ErrorKind, StreamEvent, TransportPhase, WarningKind};

use super::Endpoint;
use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, Stop, ensure, fail};
use crate::conformance::judge::{self, Expected};
use crate::conformance::scene::{Answer, Refusal, Scene};
use crate::conformance::wire::Form;
use crate::server::{Framing, Reply, Turn};

/// Text with characters of one to four bytes, so that cuts fall into them.
fn said() -> Answer {
    Answer::of(["caf\u{e9} ", "\u{8336}\u{1f375}."])
}

fn stream(bench: &Bench) -> Result<Form, Stop> {
    bench.needs_streaming()?;
    bench.form(&Scene::Stream(said()))
}

fn one_attempt(endpoint: &mut Endpoint) {
    endpoint.retry = endpoint.retry.max_attempts(1);
}

/// The answer that the stream gives when nothing happens to it.
async fn whole(bench: &Bench, form: &Form) -> Result<Completion, Stop> {
    bench.serve([form.reply()]).await?.answered(Method::Stream, &bench.question()?).await
}

/// Two answers say the same.
fn same(at: &str, got: &Completion, whole: &Completion) -> Checked {
    ensure!(got.text() == whole.text(), "{at}: the text is {:?}, not {:?}", got.text(), whole.text());
    ensure!(got.choices == whole.choices, "{at}: the choices are {:?}, not {:?}", got.choices, whole.choices);
    ensure!(got.usage == whole.usage, "{at}: the usage is {:?}, not {:?}", got.usage, whole.usage);
    ensure!(got.cost == whole.cost, "{at}: the cost is {}, not {}", got.cost, whole.cost);
    Ok(())
}

pub(crate) async fn a_stream_ends_once(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let stage = bench.serve([form.reply()]).await?;
    let Ok(mut events) = stage.provider.stream(&bench.question()?).await else { fail!("no stream") };
    let (mut folded, mut ends, mut texts) = (Completion::new(), 0, 0);
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            Err(error) => fail!("an error instead of an event: {error:?}"),
        };
        ensure!(ends == 0, "something follows the end: {event:?}");
        ends += usize::from(matches!(event, StreamEvent::End { .. }));
        texts += usize::from(matches!(&event, StreamEvent::Text { text, .. } if !text.is_empty()));
        event.fold_into(&mut folded);
    }
    ensure!(ends == 1, "{ends} events end the stream");
    ensure!(texts >= said().pieces.len(), "{} pieces came as {texts}", said().pieces.len());
    ensure!(&folded == events.partial(), "the folded events and the answer of the stream differ");
    for _ in 0..3 {
        ensure!(events.next().await.is_none(), "something follows the end");
    }
    Ok(())
}

pub(crate) async fn a_stream_split_anywhere_is_whole(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let body = form.body();
    let plain = || Reply::new(200).header("content-type", &form.content_type).framing(Framing::Chunked);
    let plain = || plain().body(body.clone());
    let mut replies: Vec<(String, Reply)> =
        (1..body.len()).map(|at| (format!("split after {at} bytes"), plain().split_at(at))).collect();
    replies.push(("byte by byte".to_owned(), plain().split_randomly(0, 1)));
    for seed in 0..8 {
        replies.push((format!("pieces of seed {seed}"), plain().split_randomly(seed, 40)));
    }
    let stage = bench.serve(replies.iter().map(|(_, reply)| reply.clone())).await?;
    let request = bench.question()?;
    for (at, _) in &replies {
        same(at, &stage.answered(Method::Stream, &request).await?, &whole)?;
    }
    Ok(())
}

/// Offsets at the end of each event, beside it, and in its middle.
fn around(form: &Form) -> Vec<usize> {
    let mut offsets = vec![0];
    let mut start = 0;
    for event in &form.events {
        let end = start + event.len();
        offsets.extend([start + 1, start + event.len() / 2, end - 2, end - 1, end]);
        start = end;
    }
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

pub(crate) async fn a_stream_cut_anywhere_is_whole_or_an_error(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let request = bench.question()?;
    // The line breaks that end the last event say nothing.
    let (length, telling) = (form.body().len(), form.telling().concat().trim_ascii_end().len());
    for framing in [Framing::Chunked, Framing::UntilClose] {
        let cuts = match framing {
            Framing::Chunked => (0..=length).collect(),
            _ => around(&form),
        };
        let turns = cuts.iter().map(|at| form.reply().framing(framing).cut_at(*at));
        let stage = bench.serve_with(turns, one_attempt).await?;
        let mut longest = 0;
        for cut in cuts {
            let at = format!("{framing:?}, cut after {cut} of {length} bytes");
            let error = match stage.ask(Method::Stream, &request).await {
                Ok(got) => {
                    same(&at, &got, &whole)?;
                    ensure!(cut >= telling, "{at}: the answer passes for whole before all of it had come");
                    continue;
                }
                Err(error) => error,
            };
            // Without a byte of a body it is not a stream yet.
            let kinds = match (framing, cut) {
                (Framing::UntilClose, 0) => [ErrorKind::Protocol, ErrorKind::Truncated],
                _ => [ErrorKind::Truncated, ErrorKind::Transport(TransportPhase::Body)],
            };
            ensure!(kinds.contains(&error.kind()), "{at}: it is told as {}: {error:?}", error.kind());
            ensure!(error.delivery() == Delivery::Answered, "{at}: it is told as {:?}", error.delivery());
            let partial = error.partial_text().unwrap_or_default();
            ensure!(whole.text().starts_with(partial), "{at}: the text so far is told as {partial:?}");
            ensure!(partial.len() >= longest, "{at}: less text is kept than of a shorter reply: {partial:?}");
            longest = partial.len();
            let all = cut >= form.telling().concat().len();
            ensure!(!all || partial == whole.text(), "{at}: all text had come, and {partial:?} is kept");
            let usage = error.usage();
            ensure!(!all || usage == Some(&whole.usage), "{at}: the usage had come, and {usage:?} is kept");
        }
    }
    Ok(())
}

pub(crate) async fn a_broken_stream_keeps_what_it_cost(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let telling = form.telling().concat();
    let nonsense = form.telling().iter().cloned().chain([Bytes::from_static(b"data: {\"a\": \n\n")]);
    let mut broken = 0;
    for (name, reply) in
        [("cut", form.reply().cut_at(telling.len())), ("an event that is nonsense", form.with_events(nonsense).reply())]
    {
        let stage = bench.serve_with([reply], one_attempt).await?;
        let error = match stage.ask(Method::Stream, &bench.question()?).await {
            Err(error) => error,
            // Where the last event is the end of the answer too, nothing behind it is missed.
            Ok(_) if form.end_marks == 0 => continue,
            Ok(_) => fail!("{name}: the answer passes for whole"),
        };
        broken += 1;
        let Some(partial) = error.partial() else { fail!("{name}: nothing of the answer is kept") };
        ensure!(partial.text() == whole.text(), "{name}: the text so far is {:?}", partial.text());
        ensure!(partial.usage == whole.usage, "{name}: the usage had come, and {:?} is kept", partial.usage);
        ensure!(partial.cost == whole.cost, "{name}: it has cost {}, and {} is told", whole.cost, partial.cost);
        let (kept, came) = (partial.raw.to_bytes(), telling.len());
        ensure!(kept.starts_with(&telling), "{name}: {came} bytes came, and {} are kept", kept.len());
    }
    match broken {
        0 => Err(Stop::Skip("the service's last event is the end of the answer, and brings its usage".to_owned())),
        _ => Ok(()),
    }
}

pub(crate) async fn a_missing_end_mark_is_noticed(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let request = bench.question()?;
    // Where the last event is both, it goes as a whole.
    let kept = form.events.len() - form.end_marks.max(1);
    let cut = form.with_events(form.events[..kept].iter().cloned());
    for (name, reply) in [("in chunks", cut.reply()), ("until the connection closes", cut.unframed())] {
        let stage = bench.serve_with([reply], one_attempt).await?;
        match stage.ask(Method::Stream, &request).await {
            Err(error) => {
                ensure!(error.kind() == ErrorKind::Truncated, "{name}: it is told as {}: {error:?}", error.kind());
                let partial = error.partial_text().unwrap_or_default();
                ensure!(whole.text().starts_with(partial) && !partial.is_empty(), "{name}: {partial:?} is kept");
            }
            Ok(got) => {
                let warned = got.warnings.iter().any(|warning| warning.kind == WarningKind::UnmarkedEnd);
                ensure!(warned, "{name}: the answer passes for whole, without a warning");
                ensure!(name == "in chunks", "{name}: nothing proves that the answer is whole");
                let all = form.end_marks == 0 || got.text() == whole.text();
                ensure!(all && whole.text().starts_with(got.text()), "{name}: the text is {:?}", got.text());
            }
        }
    }
    Ok(())
}

pub(crate) async fn nothing_is_repeated_after_the_first_event(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let first = form.events[0].len();
    let mut request = bench.question()?;
    request.call.retry_ambiguous = Some(true);
    for (name, broken) in [("cut", form.reply().cut_at(first)), ("reset", form.reply().reset_at(first))] {
        let stage = bench.serve([broken, form.reply()]).await?;
        // A reset may overtake the event on its way: then nothing was handed out, and it may be repeated.
        let error = match stage.ask(Method::Stream, &request).await {
            Err(error) => error,
            Ok(_) if name == "reset" => continue,
            Ok(_) => fail!("{name}: it was repeated, although an event had been handed out"),
        };
        ensure!(error.attempts() == 1, "{name}: {} attempts are told", error.attempts());
        ensure!(stage.server.requests().len() == 1, "{name}: it was repeated after the first event");
    }
    Ok(())
}

pub(crate) async fn a_stream_that_is_refused_at_once_is_repeated(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let busy = bench.refusal(ErrorKind::Overloaded)?;
    let stage = bench.serve([busy.reply(), form.reply()]).await?;
    same("after a refusal", &stage.answered(Method::Stream, &bench.question()?).await?, &whole)?;
    ensure!(stage.server.requests().len() == 2, "it was not repeated once");
    Ok(())
}

pub(crate) async fn an_error_in_a_stream_keeps_what_came(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let request = bench.question()?;
    let mut never = None;
    let mut shown = 0;
    for kind in
        [ErrorKind::Upstream, ErrorKind::Overloaded, ErrorKind::RateLimited, ErrorKind::Server, ErrorKind::Blocked]
    {
        let form = match bench.form(&Scene::BrokenStream(said(), Refusal::new(kind, "it broke"))) {
            Ok(form) => form,
            Err(Stop::Skip(reason)) => {
                never = Some(reason);
                continue;
            }
            Err(stop) => return Err(stop),
        };
        shown += 1;
        bench.note(kind);
        let stage = bench.serve([form.reply()]).await?;
        let error = stage.refused(Method::Stream, &request).await?;
        let at = kind.to_string();
        Expected::answered(&[kind]).judge(&at, &stage, &error).await?;
        let partial = error.partial_text().unwrap_or_default();
        ensure!(partial == said().text(), "{at}: the text so far is {partial:?}");
        ensure!(error.billed() != vlm_core::Billed::No, "{at}: a part of the work was done, it is told to be free");
    }
    match never {
        Some(reason) if shown == 0 => Err(Stop::Skip(reason)),
        _ => Ok(()),
    }
}

pub(crate) async fn what_follows_the_end_is_not_read(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    if form.end_marks == 0 {
        return Err(Stop::Skip("the service has no event that only marks the end".to_owned()));
    }
    let twice = form.with_events(form.events.iter().chain(form.events.iter()).cloned());
    let stage = bench.serve([twice.reply(), form.reply().stall_at(form.body().len())]).await?;
    same("everything twice", &stage.answered(Method::Stream, &bench.question()?).await?, &whole)?;
    // The connection stays open after the end; nobody waits for it.
    same("open after the end", &stage.answered(Method::Stream, &bench.question()?).await?, &whole)?;
    Ok(())
}

pub(crate) async fn an_answer_that_comes_whole_is_streamed(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let form = bench.form(&Scene::Answer(said()))?;
    let stage = bench.serve([form.reply()]).await?;
    let got = stage.answered(Method::Stream, &bench.question()?).await?;
    super::answers::judge(Method::Stream, &got, &said())
}

pub(crate) async fn the_grammar_of_streams_is_read(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let text = String::from_utf8_lossy(&form.body()).into_owned();
    let comments: Vec<Bytes> =
        form.events.iter().flat_map(|event| [Bytes::from_static(b": ping\n\n"), event.clone()]).collect();
    let named = form.events.iter().map(|event| [b"id: 7\nretry: 10\nx-unknown\n", &event[..]].concat().into());
    for (name, body) in [
        ("lines that end with CRLF", text.replace('\n', "\r\n").into()),
        ("lines that end with CR", text.replace('\n', "\r").into()),
        ("a byte order mark", format!("\u{feff}{text}").into()),
        ("comments between events", form.with_events(comments).body()),
        ("ids, times and unknown fields", form.with_events(named).body()),
        ("no space after the colon", text.replace("data: ", "data:").into()),
    ] {
        let reply = Reply::new(200).header("content-type", "Text/Event-Stream; charset=utf-8");
        let stage = bench.serve([reply.framing(Framing::Chunked).body(body)]).await?;
        same(name, &stage.answered(Method::Stream, &bench.question()?).await?, &whole)?;
    }
    Ok(())
}

pub(crate) async fn an_empty_stream_is_an_error(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let request = bench.question()?;
    for (name, events) in [("no event", vec![]), ("a comment only", vec![Bytes::from_static(b": ping\n\n")])] {
        let stage = bench.serve_with([form.with_events(events).reply()], one_attempt).await?;
        let error = stage.refused(Method::Stream, &request).await?;
        let kinds = [ErrorKind::Protocol, ErrorKind::Truncated, ErrorKind::Empty];
        Expected::answered(&kinds).judge(name, &stage, &error).await?;
    }
    Ok(())
}

pub(crate) async fn an_event_that_is_nonsense_is_an_error(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let request = bench.question()?;
    for (name, event) in [
        ("a word", "data: hello\n\n"),
        ("half an object", "data: {\"a\": \n\n"),
        ("a page", "data: <html>no</html>\n\n"),
    ] {
        let events = [form.events[0].clone(), Bytes::from(event)].into_iter().chain(form.events[1..].iter().cloned());
        let stage = bench.serve([form.with_events(events).reply()]).await?;
        let error = stage.refused(Method::Stream, &request).await?;
        let at = judge::at(Method::Stream, name);
        let kinds = [ErrorKind::Protocol, ErrorKind::Upstream];
        Expected::answered(&kinds).judge(&at, &stage, &error).await?;
        let partial = error.partial_text().unwrap_or_default();
        ensure!(said().text().starts_with(partial), "{at}: the text so far is {partial:?}");
    }
    Ok(())
}

pub(crate) async fn an_unknown_event_is_passed_over(bench: &Bench) -> Checked {
    let form = stream(bench)?;
    let whole = whole(bench, &form).await?;
    let unknown = Bytes::from_static(b"data: {\"x_unknown\": {\"deep\": [1, null, \"x\"]}}\n\n");
    let events = [form.events[0].clone(), unknown].into_iter().chain(form.events[1..].iter().cloned());
    let stage = bench.serve([form.with_events(events).reply()]).await?;
    same("an unknown event", &stage.answered(Method::Stream, &bench.question()?).await?, &whole)
}

/// The turn that streams a part of the answer and then is silent.
pub(crate) fn stalled_after_text(form: &Form) -> Turn {
    form.reply().stall_at(form.beginning().len()).into()
}

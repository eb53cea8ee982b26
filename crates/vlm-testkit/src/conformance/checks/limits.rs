//! Deadlines and limits of size: small ones, met over real sockets.

use std::time::{Duration, Instant};

use bytes::Bytes;
use vlm_core::{Delivery, ErrorKind, LimitedPart, Media, Message, TimeoutPhase};

use super::Endpoint;
use super::streams::stalled_after_text;
use crate::conformance::bench::{Bench, LONG, Method, Stage};
use crate::conformance::check::{Checked, ensure, fail, skip};
use crate::conformance::judge::{self, Expected};
use crate::conformance::samples;
use crate::conformance::scene::{Answer, Scene};
use crate::server::{Framing, Reply, Silent, Step, Turn};

/// A deadline that is met within a test.
const SHORT: Duration = Duration::from_millis(150);

/// Far above every small limit and what the system takes on its own, and below the limits that providers start with.
const FLOOD: u64 = 12 << 20;

/// The flood was stopped by the small limit, not by a larger one.
fn stopped(at: &str, stage: &Stage) -> Checked {
    let written = stage.server.written();
    ensure!(written < FLOOD, "{at}: the limit is not kept: {written} bytes were sent before the end");
    Ok(())
}

fn said() -> Answer {
    Answer::of(["A cup ", "of tea."])
}

pub(crate) async fn the_first_byte_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let request = bench.question()?;
    for method in bench.methods()? {
        let short = |endpoint: &mut Endpoint| {
            endpoint.deadlines = match method {
                Method::Generate => endpoint.deadlines.first_byte(brief),
                Method::Stream => endpoint.deadlines.first_byte_streaming(brief),
            };
        };
        let stage = bench.serve_with([Turn::silence()], short).await?;
        let error = stage.refused_soon(method, &request).await?;
        let expected = Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::FirstByte)]);
        expected.delivery(Delivery::MaybeSent).judge(&judge::at(method, ""), &stage, &error).await?;
        ensure!(stage.server.closed(1).await, "{method:?}: the connection stays open");
    }
    Ok(())
}

pub(crate) async fn silence_within_a_reply_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let request = bench.question()?;
    let short = |endpoint: &mut Endpoint| endpoint.deadlines = endpoint.deadlines.idle(brief);
    let reply = bench.form(&Scene::Answer(said()))?.reply();
    let half = reply.len() / 2;
    let stage = bench.serve_with([reply.stall_at(half)], short).await?;
    let error = stage.refused_soon(Method::Generate, &request).await?;
    let expected = Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::Idle)]);
    expected.judge("Generate", &stage, &error).await?;
    ensure!(stage.server.closed(1).await, "the connection stays open");
    if bench.methods()?.contains(&Method::Stream) {
        let stage = bench.serve_with([stalled_after_text(&bench.form(&Scene::Stream(said()))?)], short).await?;
        let error = stage.refused_soon(Method::Stream, &request).await?;
        expected.judge("Stream", &stage, &error).await?;
        let partial = error.partial_text().unwrap_or_default();
        ensure!(!partial.is_empty() && said().text().starts_with(partial), "the text so far is {partial:?}");
        ensure!(stage.server.closed(1).await, "the connection of the stream stays open");
    }
    Ok(())
}

pub(crate) async fn a_call_has_a_deadline_over_everything(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let (kind, fault) = bench.passing()?;
    for method in bench.methods()? {
        for of_call in [false, true] {
            let short = |endpoint: &mut Endpoint| {
                if !of_call {
                    endpoint.deadlines = endpoint.deadlines.total(brief).total_streaming(brief);
                }
            };
            let stage = bench.serve_with([Turn::silence()], short).await?;
            let mut request = bench.question()?;
            request.call.timeout = of_call.then_some(brief);
            let error = stage.refused_soon(method, &request).await?;
            let at = judge::at(method, if of_call { "of the call" } else { "of the provider" });
            let expected = Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::Total)]);
            expected.delivery(Delivery::MaybeSent).judge(&at, &stage, &error).await?;
        }
        // Waits between attempts are part of it: a delay that would outlast the call is not waited for.
        let stage = bench.serve([fault.reply().header("retry-after", "30")]).await?;
        let mut request = bench.question()?;
        request.call.timeout = Some(Duration::from_secs(10));
        let began = Instant::now();
        let error = stage.refused_soon(method, &request).await?;
        let at = judge::at(method, "a delay beyond the deadline");
        Expected::answered(&[kind]).judge(&at, &stage, &error).await?;
        ensure!(began.elapsed() < Duration::from_secs(8), "{at}: it was waited for");
    }
    Ok(())
}

pub(crate) async fn a_reply_that_drips_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let short = |endpoint: &mut Endpoint| endpoint.deadlines = endpoint.deadlines.total(brief).total_streaming(brief);
    for method in bench.methods()? {
        let form = bench.answer_for(method, &said())?;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {}\r\n\r\n", form.content_type);
        let body = form.body();
        let mut steps = vec![Step::Write(head.into())];
        for at in 0..body.len() {
            steps.extend([Step::Write(body.slice(at..=at)), Step::Sleep(brief / 10)]);
        }
        let stage = bench.serve_with([Turn::new(steps)], short).await?;
        let error = stage.refused_soon(method, &bench.question()?).await?;
        let at = judge::at(method, "byte by byte");
        Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::Total)]).judge(&at, &stage, &error).await?;
        ensure!(stage.server.closed(1).await, "{at}: the connection stays open");
    }
    Ok(())
}

pub(crate) async fn connecting_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let request = bench.question()?;
    // Where a system completes connections that nobody accepts there is nothing to see, and nothing to report either:
    // a report says the same on every system.
    let Ok(silent) = Silent::bind().await else { return Ok(()) };
    let mut endpoint = bench.endpoint(silent.url());
    endpoint.deadlines = endpoint.deadlines.connect(brief);
    let provider = bench.subject().provider(&endpoint);
    let error = match tokio::time::timeout(LONG / 2, provider.generate(&request)).await {
        Ok(Err(error)) => error,
        Ok(Ok(_)) => fail!("an answer from nobody"),
        Err(_) => fail!("the deadline passed, and the call goes on"),
    };
    ensure!(error.kind() == ErrorKind::Timeout(TimeoutPhase::Connect), "it is told as {}: {error:?}", error.kind());
    ensure!(error.delivery() == Delivery::NotSent, "it is told as {:?}", error.delivery());
    ensure!(error.attempts() == 3 && error.is_retryable(), "it is safe to repeat, and was not: {error:?}");
    Ok(())
}

pub(crate) async fn sending_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    let image = &bench.capabilities()?.image;
    // More than the system takes while nobody reads.
    let length = 14 << 20;
    if !image.inline.is_available() || image.max_inline_bytes.is_some_and(|limit| limit <= length) {
        skip!("the model takes no large pictures as content");
    }
    let content = samples::large_picture(usize::try_from(length).unwrap_or_default());
    let request = bench.request().message(Message::user("Look.").with(Media::bytes(content)));
    // Encoding takes its time, too, where other tests run beside this one.
    let short = |endpoint: &mut Endpoint| endpoint.deadlines = endpoint.deadlines.idle(3 * brief);
    let stage = bench.serve_with([Turn::after_head([Step::Hold])], short).await?;
    let error = stage.refused(Method::Generate, &request).await?;
    let expected = Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::Idle)]).delivery(Delivery::MaybeSent);
    expected.judge("a service that stops reading", &stage, &error).await
}

pub(crate) async fn a_stream_without_content_has_a_deadline(bench: &Bench) -> Checked {
    let brief = bench.brief(SHORT);
    bench.needs_streaming()?;
    let form = bench.form(&Scene::Stream(said()))?;
    let mut steps = vec![Step::Write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".into())];
    steps.push(Step::Write(form.beginning()));
    for _ in 0..1000 {
        steps.extend([Step::Write(": ping\n\n".into()), Step::Sleep(Duration::from_millis(10))]);
    }
    let short = |endpoint: &mut Endpoint| endpoint.deadlines = endpoint.deadlines.progress(brief).idle(LONG);
    let stage = bench.serve_with([Turn::new(steps)], short).await?;
    let request = bench.question()?;
    let error = stage.refused_soon(Method::Stream, &request).await?;
    Expected::answered(&[ErrorKind::Timeout(TimeoutPhase::Progress)]).judge("pings", &stage, &error).await?;
    ensure!(stage.server.closed(1).await, "the connection stays open");
    Ok(())
}

/// The reader sleeps longer than the idle deadline: everything has arrived meanwhile, so nothing may fail.
pub(crate) async fn a_slow_reader_is_no_error(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let idle = bench.brief(Duration::from_millis(100));
    let short = |endpoint: &mut Endpoint| endpoint.deadlines = endpoint.deadlines.idle(idle).progress(idle);
    let stage = bench.serve_with([bench.form(&Scene::Stream(said()))?.reply()], short).await?;
    let mut stream = match stage.provider.stream(&bench.question()?).await {
        Ok(stream) => stream,
        Err(error) => fail!("no stream: {error:?}"),
    };
    let mut slow = 2;
    while let Some(event) = stream.next().await {
        if let Err(error) = event {
            fail!("the reader is slow, and the service is blamed: {error:?}");
        }
        if slow > 0 {
            slow -= 1;
            tokio::time::sleep(idle * 3 / 2).await;
        }
    }
    ensure!(stream.partial().text() == said().text(), "the text is {:?}", stream.partial().text());
    Ok(())
}

pub(crate) async fn a_reply_has_a_limit(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let kinds = [ErrorKind::ResponseTooLarge(LimitedPart::Body)];
    let small = |endpoint: &mut Endpoint| endpoint.limits = endpoint.limits.body(8 << 10);
    let flood = Bytes::from(vec![b' '; 4 << 10]);
    let endless = |framing| Reply::json("{").framing(framing).endless(flood.clone());
    for method in bench.methods()? {
        for (name, reply, flooding) in [
            ("announced", Reply::json("{").framing(Framing::Claimed(10 << 30)).stall_at(1), false),
            ("in chunks", endless(Framing::Chunked), true),
            ("until the connection closes", endless(Framing::UntilClose), true),
        ] {
            let stage = bench.serve_with([reply], small).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, name);
            Expected::answered(&kinds).judge(&at, &stage, &error).await?;
            ensure!(!flooding || stage.server.closed(1).await, "{at}: the connection stays open");
            stopped(&at, &stage)?;
        }
    }
    Ok(())
}

pub(crate) async fn an_endless_error_keeps_its_status(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for method in bench.methods()? {
        let reply = Reply::new(401).framing(Framing::UntilClose).body("who are you? ");
        let stage = bench.serve([reply.endless("and again ".repeat(400))]).await?;
        let error = stage.refused(method, &request).await?;
        let at = judge::at(method, "");
        Expected::answered(&[ErrorKind::Auth]).judge(&at, &stage, &error).await?;
        ensure!(stage.server.closed(1).await, "{at}: the connection stays open");
        stopped(&at, &stage)?;
        let kept = error.service_message().unwrap_or_default().len();
        ensure!(kept <= 8 << 10, "{at}: {kept} bytes of the service's words are kept");
    }
    Ok(())
}

pub(crate) async fn a_stream_has_limits(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let form = bench.form(&Scene::Stream(said()))?;
    let start = form.beginning();
    let small = |endpoint: &mut Endpoint| {
        endpoint.limits = endpoint.limits.sse_line(16 << 10).sse_event(20 << 10).stream(64 << 10);
    };
    let request = bench.question()?;
    for (name, flood, part) in [
        ("a line without end", "a".repeat(2000), LimitedPart::Line),
        ("an event without end", format!("data: {}\n", "a".repeat(2000)), LimitedPart::Event),
        ("comments without end", format!(": {}\n\n", "a".repeat(2000)), LimitedPart::Stream),
    ] {
        let reply = Reply::new(200).header("content-type", "text/event-stream").framing(Framing::Chunked);
        let stage = bench.serve_with([reply.body(start.clone()).endless(flood)], small).await?;
        let error = stage.refused(Method::Stream, &request).await?;
        Expected::answered(&[ErrorKind::ResponseTooLarge(part)]).judge(name, &stage, &error).await?;
        let partial = error.partial_text().unwrap_or_default();
        ensure!(!partial.is_empty() && said().text().starts_with(partial), "{name}: {partial:?} is kept");
        ensure!(stage.server.closed(1).await, "{name}: the connection stays open");
        stopped(name, &stage)?;
    }
    Ok(())
}

//! What is repeated, how often, and when; and what is not.

use std::time::{Duration, SystemTime};

use vlm_core::{Delivery, ErrorKind, TimeoutPhase, TransportPhase};

use super::Endpoint;
use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, Stop, ensure, fail};
use crate::conformance::judge::{self, Expected};
use crate::conformance::scene::{Answer, Refusal, Scene};
use crate::server::{Framing, Reply, Turn};

fn said() -> Answer {
    Answer::of(["fine"])
}

pub(crate) async fn passing_faults_are_survived(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for kind in [ErrorKind::RateLimited, ErrorKind::Overloaded, ErrorKind::Server] {
        let Ok(fault) = bench.refusal(kind) else { continue };
        bench.note(kind);
        for method in bench.methods()? {
            let stage = bench.serve([fault.reply(), bench.answer_for(method, &said())?.reply()]).await?;
            let got = stage.answered(method, &request).await?;
            ensure!(got.text() == "fine", "{method:?}, {kind}: the answer after it is {:?}", got.text());
            let seen = stage.server.requests();
            ensure!(seen.len() == 2, "{method:?}, {kind}: {} requests reached the service, not 2", seen.len());
            ensure!(seen[0].body == seen[1].body, "{method:?}, {kind}: the repeated request is another one");
        }
    }
    Ok(())
}

pub(crate) async fn attempts_are_bounded(bench: &Bench) -> Checked {
    let (kind, fault) = bench.passing()?;
    for method in bench.methods()? {
        for (of_provider, of_call, expected) in [(1, None, 1), (5, None, 5), (3, Some(1), 1), (1, Some(2), 2)] {
            let attempts = |endpoint: &mut Endpoint| endpoint.retry = endpoint.retry.max_attempts(of_provider);
            let stage = bench.serve_with([fault.reply()], attempts).await?;
            let mut request = bench.question()?;
            request.call.max_attempts = of_call;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, &format!("{of_provider} by default and {of_call:?} for the call"));
            Expected::answered(&[kind]).attempts(expected).judge(&at, &stage, &error).await?;
        }
    }
    Ok(())
}

/// The spellings of a delay, and how long each is.
fn delays() -> Vec<(Vec<(&'static str, String)>, Duration)> {
    let text = |text: &str| text.to_owned();
    let date = |seconds: u64| {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        httpdate::fmt_http_date(start + Duration::from_secs(seconds))
    };
    vec![
        (vec![("retry-after", text("3600"))], Duration::from_secs(3600)),
        (vec![("retry-after", text("3600.5"))], Duration::from_millis(3_600_500)),
        (vec![("retry-after-ms", text("3600000"))], Duration::from_secs(3600)),
        (vec![("retry-after", text("1")), ("retry-after-ms", text("3600000"))], Duration::from_secs(3600)),
        (vec![("date", date(0)), ("retry-after", date(7200))], Duration::from_secs(7200)),
    ]
}

pub(crate) async fn a_long_delay_is_told_and_not_waited_for(bench: &Bench) -> Checked {
    let (kind, fault) = bench.passing()?;
    let request = bench.question()?;
    let hour = Duration::from_secs(3600);
    let places = delayed(bench, hour)?.into_iter().map(|(place, reply)| (place.to_owned(), reply, hour));
    let headers = delays().into_iter().map(|(headers, delay)| {
        let reply = headers.iter().fold(fault.reply(), |reply, (name, value)| reply.header(*name, value));
        (format!("{headers:?}"), reply, delay)
    });
    let replies: Vec<_> = headers.chain(places).collect();
    for method in bench.methods()? {
        for (name, reply, delay) in &replies {
            let stage = bench.serve([reply.clone()]).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, name);
            Expected::answered(&[kind]).judge(&at, &stage, &error).await?;
            let told = error.retry_after();
            ensure!(told == Some(*delay), "{at}: the delay is told as {told:?}, not {delay:?}");
            ensure!(error.is_retryable(), "{at}: after the delay a call may succeed, and it is told that none can");
        }
    }
    Ok(())
}

/// A refusal that names this delay, in every form that there is: by a header, and as the service writes it into a body.
fn delayed(bench: &Bench, delay: Duration) -> Result<Vec<(&'static str, Reply)>, Stop> {
    let milliseconds = delay.as_millis().to_string();
    let (kind, fault) = bench.passing()?;
    let mut forms = vec![("in the head", fault.reply().header("retry-after-ms", milliseconds))];
    let refusal = Refusal::new(kind, "not so fast");
    if let Ok(body) = bench.form(&Scene::Delay(refusal, delay)) {
        forms.push(("in the body", body.reply()));
        forms.iter().for_each(|(place, _)| bench.note(format!("a delay {place}")));
    }
    Ok(forms)
}

pub(crate) async fn a_delay_that_is_none_is_ignored(bench: &Bench) -> Checked {
    let (kind, fault) = bench.passing()?;
    let request = bench.question()?;
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    for value in [&b"soon"[..], b"-5", b"", b"0", past.as_bytes(), b"\xff\xfe", b"1e30x", b"5 minutes"] {
        let answer = bench.form(&Scene::Answer(said()))?.reply();
        let stage = bench.serve([fault.reply().header("retry-after", value), answer]).await?;
        let got = stage.answered(Method::Generate, &request).await?;
        let value = String::from_utf8_lossy(value);
        ensure!(got.text() == "fine", "retry-after: {value}: the answer after it is {:?}", got.text());
        ensure!(stage.server.requests().len() == 2, "retry-after: {value}: it was not repeated once");
    }
    // Endless ones end the call at once.
    for value in ["340282366920938463463374607431768211456", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let stage = bench.serve([fault.reply().header("retry-after", value)]).await?;
        let error = stage.refused(Method::Generate, &request).await?;
        Expected::answered(&[kind]).judge(&format!("retry-after: {value}"), &stage, &error).await?;
    }
    Ok(())
}

pub(crate) async fn a_short_delay_is_obeyed(bench: &Bench) -> Checked {
    let delay = Duration::from_millis(60);
    for (place, fault) in delayed(bench, delay)? {
        for method in bench.methods()? {
            let answer = bench.answer_for(method, &said())?.reply();
            let stage = bench.serve([fault.clone(), answer]).await?;
            stage.answered(method, &bench.question()?).await?;
            let seen = stage.server.requests();
            let at = judge::at(method, place);
            ensure!(seen.len() == 2, "{at}: {} requests reached the service, not 2", seen.len());
            let waited = seen[1].at.duration_since(seen[0].at);
            ensure!(waited >= delay, "{at}: {waited:?} passed, {delay:?} were asked for");
        }
    }
    Ok(())
}

/// One call is told to wait, and ends; the next one waits in its place.
pub(crate) async fn a_rate_limit_is_heard_by_every_call(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let delay = Duration::from_millis(150);
    let fault = bench.refusal(ErrorKind::RateLimited)?.reply().header("retry-after-ms", "150");
    let one_attempt = |endpoint: &mut Endpoint| endpoint.retry = endpoint.retry.max_attempts(1);
    let stage = bench.serve_with([fault, bench.form(&Scene::Answer(said()))?.reply()], one_attempt).await?;
    let error = stage.refused(Method::Generate, &request).await?;
    ensure!(error.retry_after() == Some(delay), "the delay is told as {:?}", error.retry_after());
    stage.answered(Method::Generate, &request).await?;
    let seen = stage.server.requests();
    ensure!(seen.len() == 2, "{} requests reached the service, not 2", seen.len());
    let waited = seen[1].at.duration_since(seen[0].at);
    ensure!(waited >= delay, "the next call came after {waited:?}, although {delay:?} were asked for");
    Ok(())
}

pub(crate) async fn the_service_may_say_whether_to_repeat(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let answer = bench.form(&Scene::Answer(said()))?;
    let bad = bench.refusal(ErrorKind::BadRequest)?;
    let stage = bench.serve([bad.reply().header("x-should-retry", "true"), answer.reply()]).await?;
    stage.answered(Method::Generate, &request).await?;
    let busy = bench.refusal(ErrorKind::Overloaded)?;
    let stage = bench.serve([busy.reply().header("x-should-retry", "false"), answer.reply()]).await?;
    let error = stage.refused(Method::Generate, &request).await?;
    Expected::answered(&[ErrorKind::Overloaded]).judge("told not to repeat", &stage, &error).await
}

/// Faults after which the work may have been done: the turn, what is told, how far the call got.
fn ambiguous(answer: &Reply) -> [(&'static str, Turn, ErrorKind, Delivery); 5] {
    let half = answer.len() / 2;
    let chunked = answer.clone().framing(Framing::Chunked);
    let waiting = ErrorKind::Transport(TransportPhase::AwaitingHead);
    let silent = ErrorKind::Timeout(TimeoutPhase::FirstByte);
    [
        ("a body cut before its length", answer.clone().cut_at(half).into(), ErrorKind::Truncated, Delivery::Answered),
        ("a body cut before its last chunk", chunked.cut_at(half).into(), ErrorKind::Truncated, Delivery::Answered),
        ("a connection closed before the reply", Turn::close(), waiting, Delivery::MaybeSent),
        ("a connection reset before the reply", Turn::reset(), waiting, Delivery::MaybeSent),
        ("no reply", Turn::silence(), silent, Delivery::MaybeSent),
    ]
}

/// A deadline for replies that do not come, and no repetition that nobody asked for.
fn brief(bench: &Bench) -> impl Fn(&mut Endpoint) + use<> {
    let short = bench.brief(Duration::from_millis(100));
    move |endpoint| {
        endpoint.deadlines = endpoint.deadlines.first_byte(short).first_byte_streaming(short);
        endpoint.retry = endpoint.retry.fast_retry(false);
    }
}

pub(crate) async fn nothing_is_repeated_that_may_have_been_billed(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let answer = bench.form(&Scene::Answer(said()))?.reply();
    for method in bench.methods()? {
        for (name, turn, kind, delivery) in ambiguous(&answer) {
            let stage = bench.serve_with([turn], brief(bench)).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, name);
            Expected::answered(&[kind]).delivery(delivery).judge(&at, &stage, &error).await?;
            ensure!(error.billed() == vlm_core::Billed::Maybe, "{at}: it is told to be billed: {:?}", error.billed());
            ensure!(!error.is_retryable(), "{at}: it is told to be safe to repeat");
        }
    }
    Ok(())
}

pub(crate) async fn an_uncertain_call_is_repeated_when_asked(bench: &Bench) -> Checked {
    let mut request = bench.question()?;
    request.call.retry_ambiguous = Some(true);
    for method in bench.methods()? {
        let good = bench.answer_for(method, &said())?.reply();
        for (name, turn, ..) in ambiguous(&bench.form(&Scene::Answer(said()))?.reply()) {
            let stage = bench.serve_with([turn, good.clone().into_turn()], brief(bench)).await?;
            match stage.ask(method, &request).await {
                Ok(got) => ensure!(got.text() == "fine", "{method:?}, {name}: the answer is {:?}", got.text()),
                Err(error) => fail!("{method:?}, {name}: it was not repeated: {error:?}"),
            }
        }
    }
    Ok(())
}

/// A connection that dies within a second without one byte of reply looks like one that was idle for too long: it is
/// repeated once, and no more.
pub(crate) async fn a_connection_that_dies_at_once_is_replaced_once(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for method in bench.methods()? {
        let good = bench.answer_for(method, &said())?.reply();
        // One good answer first, so that the connection is an old one.
        let turns = [good.clone().into_turn(), Turn::close(), good.into_turn()];
        let stage = bench.serve(turns).await?;
        stage.answered(method, &request).await?;
        stage.answered(method, &request).await?;
        let stage = bench.serve([Turn::close()]).await?;
        let error = stage.refused(method, &request).await?;
        let expected = Expected::answered(&[ErrorKind::Transport(TransportPhase::AwaitingHead)]);
        expected.delivery(Delivery::MaybeSent).attempts(2).judge(&judge::at(method, ""), &stage, &error).await?;
    }
    Ok(())
}

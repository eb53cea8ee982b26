//! Faults of the connection and of the bytes on it.

use vlm_core::{Billed, ConnectCause, Delivery, ErrorKind, LimitedPart, Media, Message, TransportPhase};

use super::Endpoint;
use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, ensure, fail, skip};
use crate::conformance::judge::{self, Expected};
use crate::conformance::samples;
use crate::conformance::scene::{Answer, Scene};
use crate::server::{Framing, Refusing, Reply, Step, Turn, gzip};

fn one_attempt(endpoint: &mut Endpoint) {
    endpoint.retry = endpoint.retry.max_attempts(1);
}

pub(crate) async fn nobody_listens(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let Ok(nobody) = Refusing::bind() else { fail!("no port can be had") };
    let provider = bench.subject().provider(&bench.endpoint(nobody.url()));
    for method in bench.methods()? {
        let ended = match method {
            Method::Generate => provider.generate(&request).await.map(drop),
            Method::Stream => provider.stream(&request).await.map(drop),
        };
        let Err(error) = ended else { fail!("{method:?}: an answer from nobody") };
        let kind = ErrorKind::Connect(ConnectCause::Refused);
        ensure!(error.kind() == kind, "{method:?}: it is told as {}: {error:?}", error.kind());
        let told = (error.delivery(), error.billed());
        ensure!(told == (Delivery::NotSent, Billed::No), "{method:?}: it is told as {told:?}");
        ensure!(error.attempts() == 3 && error.is_retryable(), "{method:?}: it is safe to repeat: {error:?}");
    }
    Ok(())
}

pub(crate) async fn a_head_cut_anywhere_is_an_error(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 0\r\n\r\n".len();
    let turns = (0..head).map(|at| Reply::json("").cut_head_at(at));
    let stage = bench.serve_with(turns, one_attempt).await?;
    for cut in 0..head {
        let error = stage.refused(Method::Generate, &request).await?;
        let kind = ErrorKind::Transport(TransportPhase::AwaitingHead);
        ensure!(error.kind() == kind, "cut after {cut} bytes: it is told as {}: {error:?}", error.kind());
        ensure!(error.delivery() == Delivery::MaybeSent, "cut after {cut} bytes: {error:?}");
    }
    Ok(())
}

pub(crate) async fn what_is_not_http_is_an_error(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for method in bench.methods()? {
        for garbage in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "\0\0\0\0\0\0\0\0\r\n\r\n", "HTTP/9.9 fine\r\n\r\n"] {
            let stage = bench.serve([Turn::new([Step::Write(garbage.into()), Step::Close])]).await?;
            let error = stage.refused(method, &request).await?;
            let expected = Expected { kinds: &[ErrorKind::Protocol], delivery: error.delivery(), attempts: 1 };
            expected.judge(&judge::at(method, &format!("{garbage:?}")), &stage, &error).await?;
            ensure!(error.delivery() != Delivery::NotSent, "{method:?}: the request was sent");
        }
    }
    Ok(())
}

pub(crate) async fn a_head_without_end_is_an_error(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let kinds = [ErrorKind::ResponseTooLarge(LimitedPart::Head)];
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    for method in bench.methods()? {
        let start = || Step::Write("HTTP/1.1 200 OK\r\n".into());
        let endless = [start(), Step::WriteForEver("x-more: and more\r\n".repeat(100).into())];
        let long = [start(), Step::Write("x-long: ".into()), Step::WriteForEver("a".repeat(16 << 10).into())];
        let counted = [start(), Step::Write(many.clone().into()), Step::Write("\r\n".into())];
        for (name, steps) in [("endless fields", &endless[..]), ("an endless field", &long[..]), ("200", &counted[..])]
        {
            let stage = bench.serve([Turn::new(steps.to_vec())]).await?;
            let error = stage.refused(method, &request).await?;
            let expected = Expected { kinds: &kinds, delivery: error.delivery(), attempts: 1 };
            expected.judge(&judge::at(method, name), &stage, &error).await?;
        }
    }
    Ok(())
}

pub(crate) async fn informational_replies_are_passed_over(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let reply = bench.answer_for(method, &Answer::of(["fine"]))?.reply();
        let reply =
            reply.after("HTTP/1.1 100 Continue\r\n\r\n").after("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        let stage = bench.serve([reply]).await?;
        let got = stage.answered(method, &bench.question()?).await?;
        ensure!(got.text() == "fine", "{method:?}: the answer is {:?}", got.text());
    }
    Ok(())
}

pub(crate) async fn compression_is_neither_asked_for_nor_read(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for method in bench.methods()? {
        let form = bench.answer_for(method, &Answer::of(["fine"]))?;
        let packed = Reply::new(200)
            .header("content-type", &form.content_type)
            .header("content-encoding", "gzip")
            .body(gzip(&form.body()));
        let stage = bench.serve([packed]).await?;
        let error = stage.refused(method, &request).await?;
        let at = judge::at(method, "");
        Expected::answered(&[ErrorKind::Protocol]).judge(&at, &stage, &error).await?;
        let requests = stage.server.requests();
        let asked = requests[0].header("accept-encoding").filter(|value| *value != "identity");
        ensure!(asked.is_none(), "{at}: the request asks for compression: {asked:?}");
    }
    Ok(())
}

pub(crate) async fn connections_are_used_again_and_replaced(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let form = bench.form(&Scene::Answer(Answer::of(["fine"])))?;
    // Kept open: the second question comes on the same connection.
    let stage = bench.serve([form.reply()]).await?;
    for _ in 0..2 {
        stage.answered(Method::Generate, &request).await?;
    }
    ensure!(stage.server.connections() == 1, "two questions took {} connections", stage.server.connections());
    // Closed after each reply: nobody notices.
    let stage = bench.serve([form.unframed()]).await?;
    for _ in 0..2 {
        stage.answered(Method::Generate, &request).await?;
    }
    ensure!(stage.server.requests().len() == 2, "two questions took {} requests", stage.server.requests().len());
    Ok(())
}

pub(crate) async fn a_reply_cut_anywhere_is_an_error(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let form = bench.form(&Scene::Answer(Answer::of(["The picture shows a cup."])))?;
    let reply = form.reply();
    let framings = [
        (Framing::Length, reply.len(), &[ErrorKind::Truncated][..]),
        (Framing::Chunked, reply.len() + 1, &[ErrorKind::Truncated]),
        // Only the decoder can notice this one, and white space at the end says nothing.
        (Framing::UntilClose, form.body().trim_ascii_end().len(), &[ErrorKind::Truncated, ErrorKind::Protocol]),
    ];
    for (framing, end, kinds) in framings {
        // Chunks are the transport's; a few cuts tell whether it is asked.
        let step = if framing == Framing::Chunked { 7 } else { 1 };
        let cuts: Vec<usize> = (0..end).rev().step_by(step).collect();
        let turns = cuts.iter().map(|at| reply.clone().framing(framing).cut_at(*at));
        let stage = bench.serve_with(turns, one_attempt).await?;
        for cut in cuts {
            let at = format!("{framing:?}, cut after {cut} of {} bytes", reply.len());
            let error = match stage.provider.generate(&request).await {
                Ok(got) => fail!("{at}: an answer: {got:?}"),
                Err(error) => error,
            };
            ensure!(kinds.contains(&error.kind()), "{at}: it is told as {}: {error:?}", error.kind());
            ensure!(error.delivery() == Delivery::Answered, "{at}: it is told as {:?}", error.delivery());
            ensure!(error.billed() != Billed::No, "{at}: it is told to be free");
        }
    }
    Ok(())
}

pub(crate) async fn a_length_that_is_too_short_is_an_error(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let reply = bench.form(&Scene::Answer(Answer::of(["fine"])))?.reply();
    let short = u64::try_from(reply.len() / 2).unwrap_or_default();
    let stage = bench.serve_with([reply.framing(Framing::Claimed(short))], one_attempt).await?;
    let error = stage.refused(Method::Generate, &request).await?;
    let kinds = [ErrorKind::Truncated, ErrorKind::Protocol];
    Expected::answered(&kinds).judge("half of the length", &stage, &error).await
}

/// The head of an early refusal is lost in a part of the runs, and then in the second attempt, too.
pub(crate) async fn a_refusal_while_sending_is_told(bench: &Bench) -> Checked {
    let image = &bench.capabilities()?.image;
    let length = 8 << 20;
    if !image.inline.is_available() || image.max_inline_bytes.is_some_and(|limit| limit <= length) {
        skip!("the model takes no large pictures as content");
    }
    let content = samples::large_picture(usize::try_from(length).unwrap_or_default());
    let request = bench.request().message(Message::user("Look.").with(Media::bytes(content)));
    let refusal = bench.refusal(ErrorKind::TooLarge)?.reply().header("connection", "close").into_early_turn();
    let stage = bench.serve([refusal.then(Step::Close)]).await?;
    let error = stage.refused(Method::Generate, &request).await?;
    let lost = ErrorKind::Transport(TransportPhase::Sending);
    let known = [ErrorKind::TooLarge, lost].contains(&error.kind());
    ensure!(known, "it is told as {}: {error:?}", error.kind());
    ensure!(error.attempts() <= 2, "it was sent {} times", error.attempts());
    Ok(())
}

/// One reply, spoiled by what a seed draws.
fn spoiled(reply: Reply, random: &mut fastrand::Rng) -> Reply {
    let framing = [Framing::Length, Framing::Chunked, Framing::UntilClose][random.usize(0..3)];
    let at = random.usize(0..=reply.len());
    let reply = reply.framing(framing).split_randomly(random.u64(..), 1 + random.usize(0..100));
    match random.usize(0..6) {
        0 => reply,
        1 => reply.cut_at(at),
        2 => reply.reset_at(at),
        3 => reply.cut_head_at(random.usize(0..60)),
        4 => reply.after("HTTP/1.1 102 Processing\r\n\r\n").cut_at(at),
        _ => reply.endless("garbage".repeat(500)),
    }
}

pub(crate) async fn random_faults_make_no_other_answer(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let said = Answer::of(["A cup ", "of tea."]);
    for method in bench.methods()? {
        let reply = bench.answer_for(method, &said)?.reply();
        let small = |endpoint: &mut Endpoint| {
            endpoint.limits = endpoint.limits.body(64 << 10).stream(64 << 10);
            one_attempt(endpoint);
        };
        for seed in 0..100 {
            let mut random = fastrand::Rng::with_seed(seed);
            let stage = bench.serve_with([spoiled(reply.clone(), &mut random)], small).await?;
            match stage.ask(method, &request).await {
                Ok(got) => ensure!(got.text() == said.text(), "{method:?}, seed {seed}: it is {:?}", got.text()),
                Err(error) => {
                    let partial = error.partial_text().unwrap_or_default();
                    let kept = said.text().starts_with(partial);
                    ensure!(kept, "{method:?}, seed {seed}: the text so far is {partial:?}: {error:?}");
                    ensure!(error.delivery() != Delivery::NotSent, "{method:?}, seed {seed}: {error:?}");
                }
            }
        }
    }
    Ok(())
}

//! Replies that are odd in one place: what can be read is read, and nothing else is made up.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};
use vlm_core::{Delivery, ErrorKind, Media, Message, Usage, WarningKind};

use crate::conformance::bench::{Bench, Method, Stage};
use crate::conformance::check::{Checked, ensure, fail, skip};
use crate::conformance::samples::{self, Folder};
use crate::conformance::scene::{Answer, Scene};
use crate::server::{Framing, Reply, Server};

/// Ways to every value that is neither an object nor a list, as JSON pointers.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            leaves(value, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| leaves(value, &format!("{path}/{at}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

/// What a count may be read as: itself where it is whole and not negative, else nothing.
fn fits(read: Option<u64>, value: &Value) -> bool {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    match read {
        None => true,
        Some(count) => number.is_some_and(|number| number >= 0.0 && number as u64 == count),
    }
}

/// Each value of a whole answer is replaced by others, one at a time.
pub(crate) async fn one_odd_value_harms_nothing_else(bench: &Bench) -> Checked {
    let said = Answer::of(["MARK"]);
    let form = bench.form(&Scene::Answer(said.clone()))?;
    let Ok(plain) = serde_json::from_slice::<Value>(&form.body()) else { skip!("its answers are not JSON") };
    let mut paths = Vec::new();
    leaves(&plain, "", &mut paths);
    let odd =
        [json!(null), json!(true), json!(-1), json!(1.5), json!(1e20), json!("odd"), json!("12"), json!([]), json!({})];
    let cases: Vec<(&String, &Value)> = paths.iter().flat_map(|path| odd.iter().map(move |odd| (path, odd))).collect();
    let replies = cases.iter().map(|(path, odd)| {
        let mut reply = plain.clone();
        if let Some(place) = reply.pointer_mut(path) {
            *place = (*odd).clone();
        }
        Reply::json(reply.to_string())
    });
    let one_attempt = |endpoint: &mut super::Endpoint| endpoint.retry = endpoint.retry.max_attempts(1);
    let stage = bench.serve_with(replies, one_attempt).await?;
    let request = bench.question()?;
    for (path, odd) in cases {
        let at = format!("{path} is {odd}");
        let text = plain.pointer(path) == Some(&json!("MARK"));
        match stage.provider.generate(&request).await {
            Ok(got) => {
                ensure!(text || got.text() == "MARK", "{at}: the text is {:?}", got.text());
                let counts = [(got.usage.input_tokens, 17), (got.usage.output_tokens, 5)];
                for (read, said) in counts {
                    ensure!(read == Some(said) || fits(read, odd), "{at}: the usage is {:?}", got.usage);
                }
            }
            Err(error) => ensure!(error.delivery() == Delivery::Answered, "{at}: {error:?}"),
        }
    }
    Ok(())
}

pub(crate) async fn odd_usage_does_not_lose_the_answer(bench: &Bench) -> Checked {
    let said = Answer::of(["MARK"]);
    let form = bench.form(&Scene::Answer(said.clone()))?;
    let without = bench.form(&Scene::Answer(Answer { usage: None, ..said }))?;
    let json = |body: Bytes| serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let (with, without) = (json(form.body()), json(without.body()));
    // The field that stands in the one and not in the other.
    let field = with.as_object().and_then(|fields| fields.keys().find(|name| without.get(*name).is_none()));
    let Some(field) = field else { skip!("usage is no field of its own") };
    for odd in [json!(null), json!("unknown"), json!(-1), json!([1]), json!({}), json!({ "unknown": null })] {
        let mut reply = with.clone();
        reply[field] = odd.clone();
        let stage = bench.serve([Reply::json(reply.to_string())]).await?;
        let got = stage.answered(Method::Generate, &bench.question()?).await?;
        ensure!(got.text() == "MARK", "{field} is {odd}: the text is {:?}", got.text());
        let counts = (got.usage.input_tokens, got.usage.output_tokens);
        ensure!(counts == (None, None), "{field} is {odd}: the usage is {:?}", got.usage);
        ensure!(!got.cost.is_exact(), "{field} is {odd}: the cost is {}", got.cost);
    }
    Ok(())
}

pub(crate) async fn large_answers_are_read_in_little_time(bench: &Bench) -> Checked {
    let said = Answer::of(["A cup of tea. ".repeat(150_000)]);
    for method in bench.methods()? {
        let form = bench.answer_for(method, &said)?;
        // One line of an event stream, in the pieces in which a network brings it.
        let reply = form.reply().framing(Framing::Chunked).split_randomly(1, 2800);
        let stage = bench.serve([reply]).await?;
        match tokio::time::timeout(std::time::Duration::from_secs(10), stage.ask(method, &bench.question()?)).await {
            Ok(Ok(got)) => ensure!(got.text() == said.text(), "{method:?}: {} bytes came", got.text().len()),
            Ok(Err(error)) => fail!("{method:?}: an error instead of 2 MB of text: {error:?}"),
            Err(_) => fail!("{method:?}: 2 MB of text take longer than 10 seconds"),
        }
    }
    Ok(())
}

pub(crate) async fn broken_characters_in_a_stream_are_replaced(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let form = bench.form(&Scene::Stream(Answer::of(["A MARK ", "of tea."])))?;
    let events = form.events.iter().map(|event| match event.windows(4).position(|window| window == b"MARK") {
        Some(at) => [&event[..at], b"\xff", &event[at + 4..]].concat().into(),
        None => event.clone(),
    });
    let stage = bench.serve([form.with_events(events).reply()]).await?;
    let got = stage.answered(Method::Stream, &bench.question()?).await?;
    ensure!(got.text() == "A \u{fffd} of tea.", "the text is {:?}", got.text());
    let warned = got.warnings.iter().any(|warning| warning.kind == WarningKind::LossyText);
    ensure!(warned, "a character was replaced, and no warning says so: {:?}", got.warnings);
    Ok(())
}

pub(crate) async fn reasoning_stands_apart(bench: &Bench) -> Checked {
    let said = Answer::of(["A cup ", "of tea."]);
    for method in bench.methods()? {
        let streamed = method == Method::Stream;
        let scene = Scene::Reasoned { answer: said.clone(), reasoning: "It is round.".to_owned(), streamed };
        let stage = bench.serve([bench.form(&scene)?.reply()]).await?;
        let got = stage.answered(method, &bench.question()?).await?;
        super::answers::judge(method, &got, &said)?;
        let reasoning = got.choices[0].reasoning.as_deref();
        ensure!(reasoning == Some("It is round."), "{method:?}: the reasoning is {reasoning:?}");
    }
    Ok(())
}

/// What a service does not report of these stays unknown.
pub(crate) async fn details_of_usage_are_right_or_unknown(bench: &Bench) -> Checked {
    let mut usage = Usage::new().with_tokens(1700, 500);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (Some(70), Some(30));
    let said = Answer { usage: Some(usage), ..Answer::of(["fine"]) };
    for method in bench.methods()? {
        let stage = bench.serve([bench.answer_for(method, &said)?.reply()]).await?;
        let got = stage.answered(method, &bench.question()?).await?;
        super::answers::judge(method, &got, &said)?;
        let (cached, reasoning) = (got.usage.cached_input_tokens, got.usage.reasoning_tokens);
        ensure!(cached.is_none_or(|count| count == 70), "{method:?}: 70 tokens were cached, {cached:?} are read");
        ensure!(reasoning.is_none_or(|count| count == 30), "{method:?}: 30 tokens were reasoning, not {reasoning:?}");
        let total = got.usage.total_tokens;
        ensure!(total.is_none_or(|count| count >= 2200), "{method:?}: the sum of 2200 tokens is read as {total:?}");
    }
    Ok(())
}

/// The service refuses once, and the file changes meanwhile.
pub(crate) async fn a_file_that_changes_is_never_mixed(bench: &Bench) -> Checked {
    if !bench.capabilities()?.image.inline.is_available() {
        skip!("the model takes no pictures as content");
    }
    let Ok(folder) = Folder::new("changing") else { fail!("no temporary folder can be made") };
    let Ok(path) = folder.file("picture.png", &samples::picture(1)) else { fail!("no file can be written") };
    let busy = bench.refusal(ErrorKind::Overloaded)?;
    let (changed, seen) = (path.clone(), AtomicU32::new(0));
    let server = Server::answering(move |_| {
        // A test's own file; if it cannot be changed, the check fails below.
        let length = 100 + seen.fetch_add(1, Ordering::Relaxed) as usize;
        let _ = std::fs::write(&changed, samples::large_picture(length));
        busy.reply().into_turn()
    });
    let stage: Stage = bench.stage(server.await, |_| {})?;
    let request = bench.request().message(Message::user("Look.").with(Media::path(path)));
    let error = stage.refused(Method::Generate, &request).await?;
    let seen = stage.server.requests();
    // A provider that read the whole file before it sent anything goes on with what it read.
    let first = seen.first().map(|request| &request.body);
    let same = seen.iter().all(|request| Some(&request.body) == first);
    ensure!(same, "the requests of one call show different files");
    let ended = seen.len() == 1 && error.kind() == ErrorKind::InvalidRequest;
    ensure!(ended || seen.len() > 1, "it is told as {}: {error:?}", error.kind());
    Ok(())
}

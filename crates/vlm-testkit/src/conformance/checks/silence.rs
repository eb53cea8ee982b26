//! Nothing secret is shown: not the key, not a prompt, not a byte of a picture, not the query of a URL.

use std::fmt::Debug;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vlm_core::{Completion, Error, ErrorKind, Media, Message, Request};

use super::Endpoint;
use crate::capture::{Capture, every_form};
use crate::conformance::bench::{Bench, KEY, Method, Stage};
use crate::conformance::check::{Checked, Stop, ensure, fail};
use crate::conformance::samples::{self, Folder};
use crate::conformance::scene::{Answer, Refusal, Scene};
use crate::server::{Reply, Turn};

const PROMPT: &str = "promptmark-7c1d";
const INSTRUCTION: &str = "systemmark-3b9e";
const QUERY: &str = "querymark-a04f";
const FOLDER: &str = "foldermark-c25a";
const CONTENT: &str = "contentmark-5e8b-contentmark-5e8b";
const SCHEMA: &str = "schemamark-1f6c";

/// Each secret with its name, and content also in base64 at any offset.
fn secrets() -> Vec<(&'static str, String)> {
    let mut secrets: Vec<(&'static str, String)> = vec![
        ("the key", KEY.into()),
        ("a prompt", PROMPT.into()),
        ("an instruction", INSTRUCTION.into()),
        ("the query of a URL", QUERY.into()),
        ("a folder's name", FOLDER.into()),
        ("the content of a picture", CONTENT.into()),
        ("a schema", SCHEMA.into()),
    ];
    for offset in 0..3 {
        let text = STANDARD.encode([&b"\0\0"[..offset.min(2)], CONTENT.as_bytes()].concat());
        secrets.push(("the content of a picture in base64", text[4..text.len() - 6].to_owned()));
    }
    secrets
}

fn silent(shown: &str, what: &str) -> Checked {
    for (name, secret) in secrets() {
        ensure!(!shown.contains(&secret), "{name} stands in {what}: {shown}");
    }
    Ok(())
}

fn silent_debug(value: &impl Debug, what: &str) -> Checked {
    silent(&format!("{value:?} {value:#?}"), what)
}

/// An error in every form in which it is shown.
fn silent_error(error: &Error, what: &str) -> Checked {
    silent(&every_form(error), what)
}

/// Asks, and looks at everything that can be shown on the way.
async fn watch(stage: &Stage, method: Method, request: &Request, what: &str) -> Checked {
    let ended: Result<Completion, Error> = match method {
        Method::Generate => stage.provider.generate(request).await,
        Method::Stream => match stage.provider.stream(request).await {
            Err(error) => Err(error),
            Ok(mut stream) => {
                silent_debug(&stream, what)?;
                loop {
                    match stream.next().await {
                        Some(Ok(event)) => silent_debug(&event, what)?,
                        Some(Err(error)) => break Err(error),
                        None => break Ok(stream.partial().clone()),
                    }
                }
            }
        },
    };
    match ended {
        Ok(answer) => silent_debug(&answer, what),
        Err(error) => silent_error(&error, what),
    }
}

/// What the service does, one thing after the other.
fn faults(bench: &Bench, method: Method) -> Result<Vec<(&'static str, Turn)>, Stop> {
    let good = bench.answer_for(method, &Answer::of(["fine"]))?.reply();
    let half = good.len() / 2;
    let page = Reply::new(500).header("content-type", "text/html").body("<html>no</html>");
    let location = format!("http://127.0.0.1:9/?token={QUERY}&key={KEY}");
    let mut faults = vec![
        ("an answer", good.clone().into_turn()),
        ("half an answer", good.clone().cut_at(half).into_turn()),
        ("silence", good.stall_at(half).into_turn()),
        ("a redirect", Reply::new(302).header("location", location).into_turn()),
        ("a failure", page.into_turn()),
        ("nonsense", Reply::json("{\"choices\": 7}").into_turn()),
        ("no HTTP", Turn::new([crate::server::Step::Write("no\r\n\r\n".into()), crate::server::Step::Close])),
        ("a reset", Turn::reset()),
    ];
    if let Ok(refusal) = bench.refusal(ErrorKind::BadRequest) {
        faults.push(("a refusal", refusal.reply().into_turn()));
    }
    Ok(faults)
}

/// The same picture in every form that the model takes.
fn pictures(bench: &Bench, folder: &Folder) -> Result<Vec<Media>, Stop> {
    let image = &bench.capabilities()?.image;
    let mut pictures = Vec::new();
    if image.inline.is_available() {
        let content = samples::marked_picture(CONTENT);
        let Ok(path) = folder.file("picture.png", &content) else { fail!("no file can be written") };
        pictures.extend([Media::bytes(content), Media::path(path)]);
    }
    if image.url.is_available() {
        pictures.push(Media::url(format!("https://example.org/picture.png?sig={QUERY}")));
    }
    Ok(pictures)
}

pub(crate) async fn nothing_secret_is_shown(bench: &Bench) -> Checked {
    let capture = Capture::default();
    let _guard = tracing::subscriber::set_default(capture.clone());
    let Ok(folder) = Folder::new(FOLDER) else { fail!("no temporary folder can be made") };
    silent_debug(&bench.idle_provider(), "the Debug form of the provider")?;
    let short = |endpoint: &mut Endpoint| {
        endpoint.deadlines = endpoint.deadlines.idle(Duration::from_millis(20));
        endpoint.retry = endpoint.retry.max_attempts(2);
    };
    for picture in pictures(bench, &folder)? {
        let ask = Message::user(PROMPT).with(picture);
        let mut request = bench.request().message(Message::system(INSTRUCTION)).message(ask);
        if bench.capabilities()?.json_schema.is_available() {
            let schema = serde_json::json!({ "type": "object", "properties": { SCHEMA: { "type": "string" } } });
            request = request.json_schema("answer", schema);
        }
        for method in bench.methods()? {
            for (what, turn) in faults(bench, method)? {
                let stage = bench.serve_with([turn], short).await?;
                watch(&stage, method, &request, what).await?;
            }
        }
        let refused = request.temperature(99.0);
        if let Err(error) = bench.idle_provider().generate(&refused).await {
            silent_error(&error, "a refused request")?;
        }
    }
    silent(&capture.text(), "the log")
}

pub(crate) async fn a_key_that_the_service_repeats_is_taken_out(bench: &Bench) -> Checked {
    let capture = Capture::default();
    let _guard = tracing::subscriber::set_default(capture.clone());
    let words = format!("the key {KEY} is not known");
    let request = bench.request().message(bench.pictured("What is this?")?);
    let mut forms = vec![bench.form(&Scene::Refusal(Refusal::new(ErrorKind::Auth, &words)))?];
    for scene in [
        Scene::RefusalInside(Refusal::new(ErrorKind::Auth, &words)),
        Scene::BrokenStream(Answer::of(["so "]), Refusal::new(ErrorKind::Upstream, &words)),
    ] {
        forms.extend(bench.form(&scene).ok());
    }
    for form in forms {
        let form = form.reply().header("x-request-id", format!("id-{KEY}"));
        for method in bench.methods()? {
            let stage = bench.serve([form.clone()]).await?;
            if let Err(error) = stage.ask(method, &request).await {
                silent_error(&error, "an error whose words repeat the key")?;
                let told = [error.service_message(), error.request_id(), error.code()];
                silent(&format!("{told:?}"), "what the service is quoted with")?;
            }
        }
    }
    silent(&capture.text(), "the log")
}

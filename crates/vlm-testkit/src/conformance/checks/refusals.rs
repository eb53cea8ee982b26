//! What cannot work is refused before a byte is sent, with everything that is wrong at once.

use vlm_core::{
    Billed, Capabilities, Delivery, Error, ErrorKind, Media, MediaOption, MediaOptions, MediaType, Message, Output,
    Request, Sampling, Support, Thinking, WarningKind,
};

use crate::conformance::bench::{Bench, Method, Stage};
use crate::conformance::check::{Checked, Stop, ensure, fail, skip};
use crate::conformance::samples::{self, Folder};
use crate::conformance::scene::Answer;
use crate::server::{Reply, Turn};

/// Refuses a request by both methods alike, with a problem at each of these paths, and without a connection.
async fn refuse(bench: &Bench, at: &str, request: &Request, paths: &[&str]) -> Result<Error, Stop> {
    let stage = bench.serve([Turn::close()]).await?;
    let error = stage.refused(Method::Generate, request).await?;
    judge(at, &error, paths)?;
    unconnected(at, &stage)?;
    if bench.methods()?.contains(&Method::Stream) {
        let streamed = match stage.provider.stream(request).await {
            Ok(_) => fail!("{at}: generate refuses what stream begins"),
            Err(error) => error,
        };
        judge(at, &streamed, paths)?;
        unconnected(at, &stage)?;
        let (one, other) = (error.problems(), streamed.problems());
        ensure!(one == other, "{at}: generate refuses by {one:?}, stream by {other:?}");
    }
    Ok(error)
}

fn unconnected(at: &str, stage: &Stage) -> Checked {
    ensure!(stage.server.connections() == 0, "{at}: a connection was opened before it was refused");
    Ok(())
}

fn judge(at: &str, error: &Error, paths: &[&str]) -> Checked {
    ensure!(error.kind() == ErrorKind::InvalidRequest, "{at}: it is told as {}: {error:?}", error.kind());
    let told = (error.delivery(), error.billed(), error.attempts());
    ensure!(told == (Delivery::NotSent, Billed::No, 0), "{at}: nothing was sent, and it is told as {told:?}");
    ensure!(!error.is_retryable(), "{at}: it is told that the same request may succeed later");
    for path in paths {
        let named = error.problems().iter().any(|problem| problem.path.starts_with(path));
        ensure!(named, "{at}: no problem is told at {path}: {:?}", error.problems());
    }
    Ok(())
}

pub(crate) async fn everything_wrong_is_told_at_once(bench: &Bench) -> Checked {
    let mut request = bench.request().message(Message::user("Look.").with(Media::bytes(Vec::new()).image()));
    request = request.message(Message::assistant("I see.")).temperature(99.0).max_tokens(0);
    request = request.json_schema("not a name", serde_json::json!([]));
    request.call.max_attempts = Some(0);
    request.call.timeout = Some(std::time::Duration::ZERO);
    let paths = [
        "messages",
        "messages[0].parts[1]",
        "sampling.temperature",
        "sampling.max_tokens",
        "output",
        "call.max_attempts",
        "call.timeout",
    ];
    refuse(bench, "seven mistakes", &request, &paths).await?;
    refuse(bench, "no message", &bench.request(), &["messages"]).await?;
    refuse(bench, "a question without words", &bench.request().message(Message::user(" ")), &["messages[0]"]).await?;
    Ok(())
}

/// What the model cannot do: a name, a request, and where the problem is.
fn beyond(bench: &Bench, can: &Capabilities) -> Result<Vec<(&'static str, Request, &'static str)>, Stop> {
    let part = "messages[0].parts[1]";
    let with = |media: Media| bench.request().message(Message::user("Look.").with(media));
    let plain = || bench.request().message(Message::user("Answer."));
    let none = |support: &Support| !support.is_available();
    let mut found = Vec::new();
    let mut add = |is: bool, name, request: Request, path| {
        if is {
            found.push((name, request, path));
        }
    };
    let picture = bench.picture(1)?;
    let url = || "https://example.org/a";
    add(none(&can.image.url), "a picture by URL", with(Media::url(url()).image()), part);
    add(none(&can.image.inline), "a picture as content", with(Media::bytes(samples::picture(1))), part);
    add(none(&can.image.file_id), "a picture by file id", with(Media::file_id("f-1").image()), part);
    add(none(&can.video.url), "a film by URL", with(Media::url(url()).video()), part);
    add(none(&can.video.inline), "a film as content", with(Media::bytes(samples::film(1))), part);
    add(none(&can.video.file_id), "a film by file id", with(Media::file_id("f-1").video()), part);
    add(none(&can.json), "JSON without a schema", plain().output(Output::Json), "output");
    let schema = serde_json::json!({ "type": "object", "properties": {} });
    add(none(&can.json_schema), "JSON by a schema", plain().json_schema("answer", schema), "output");
    add(none(&can.thinking_switch), "a switch for thinking", plain().thinking(Thinking::off()), "thinking");
    add(none(&can.thinking_budget), "a budget for thinking", plain().thinking(Thinking::budget(1024)), "thinking");
    let turns = bench.request().message(Message::user("a")).message(Message::assistant("b"));
    add(none(&can.assistant_turns), "an earlier answer", turns.message(Message::user("c")), "messages[1]");
    let option = |set: fn(Media) -> Media| with(set(picture.clone()));
    use vlm_core::MediaOption::{Detail, MaxPixels, MinPixels};
    let lacks = |option| !can.image.options.contains(&option);
    add(lacks(Detail), "detail", option(|media| media.detail(vlm_core::Detail::High)), "messages[0].parts[1].options");
    add(lacks(MinPixels), "min_pixels", option(|media| media.min_pixels(4096)), "messages[0].parts[1].options");
    add(lacks(MaxPixels), "max_pixels", option(|media| media.max_pixels(4096)), "messages[0].parts[1].options");
    add(true, "the rate of a picture", option(|media| media.fps(1.0)), "messages[0].parts[1].options.fps");
    let set = |change: fn(&mut Sampling)| {
        let mut sampling = Sampling::default();
        change(&mut sampling);
        plain().sampling(sampling)
    };
    let ranges = &can.sampling;
    add(ranges.temperature.is_none(), "a temperature", set(|all| all.temperature = Some(0.5)), "sampling.temperature");
    add(ranges.top_p.is_none(), "top_p", set(|all| all.top_p = Some(0.5)), "sampling.top_p");
    add(ranges.n.is_none(), "several answers", set(|all| all.n = Some(2)), "sampling.n");
    add(ranges.stop.is_none(), "stop sequences", set(|all| all.stop = vec!["end".into()]), "sampling.stop");
    Ok(found)
}

/// Options of films that the model does not take: a name, the option, and how it is set.
fn film_options(can: &Capabilities) -> impl Iterator<Item = (&'static str, MediaOptions)> {
    let set = |change: fn(&mut MediaOptions)| {
        let mut options = MediaOptions::default();
        change(&mut options);
        options
    };
    const SECOND: std::time::Duration = std::time::Duration::from_secs(1);
    let all = [
        (MediaOption::Fps, "the rate of a film", set(|all| all.fps = Some(1.0))),
        (MediaOption::Start, "the start of a film", set(|all| all.start = Some(SECOND))),
        (MediaOption::End, "the end of a film", set(|all| all.end = Some(SECOND))),
        (MediaOption::MaxFrames, "max_frames of a film", set(|all| all.max_frames = Some(8))),
        (MediaOption::TotalPixels, "total_pixels of a film", set(|all| all.total_pixels = Some(1 << 24))),
    ];
    let lacks = |option| can.video.url.is_available() && !can.video.options.contains(&option);
    all.into_iter().filter(move |(option, ..)| lacks(*option)).map(|(_, name, options)| (name, options))
}

pub(crate) async fn what_the_model_cannot_do_is_refused(bench: &Bench) -> Checked {
    let can = bench.capabilities()?;
    let mut found = beyond(bench, can)?;
    for (name, options) in film_options(can) {
        let film = Media::url("https://example.org/a.mp4").video().with_options(options);
        let request = bench.request().message(Message::user("Look.").with(film));
        found.push((name, request, "messages[0].parts[1].options"));
    }
    for (name, request, path) in found {
        refuse(bench, name, &request, &[path]).await?;
        bench.note(name);
    }
    Ok(())
}

pub(crate) async fn media_that_cannot_be_used_are_refused(bench: &Bench) -> Checked {
    let can = bench.capabilities()?;
    let part = &["messages[0].parts[1]"][..];
    let with = |media: Media| bench.request().message(Message::user("Look.").with(media));
    if can.image.inline.is_available() {
        let Ok(folder) = Folder::new("media") else { fail!("no temporary folder can be made") };
        let Ok(words) = folder.file("words.png", b"these are just words") else { fail!("no file can be written") };
        let Ok(empty) = folder.file("empty.png", b"") else { fail!("no file can be written") };
        for (name, media) in [
            ("a file that is not there", Media::path(folder.path().join("missing.png"))),
            ("a folder", Media::path(folder.path()).image()),
            ("a file of words", Media::path(words)),
            ("an empty file", Media::path(empty)),
            ("words", Media::bytes("these are just words").image()),
            ("a wrong type", Media::bytes(samples::picture(1)).with_media_type(MediaType::JPEG)),
        ] {
            refuse(bench, name, &with(media), part).await?;
        }
    }
    if can.image.url.is_available() {
        for url in [
            "ftp://example.org/a.png",
            "file:///etc/a.png",
            "https://someone:planted@example.org/a.png",
            "https://10.0.0.8/a.png",
            "http://example.org/a.png",
        ] {
            let error = refuse(bench, &vlm_core::redact_url(url), &with(Media::url(url)), part).await?;
            ensure!(!format!("{error} {error:?}").contains("planted"), "the password of a URL is shown: {error:?}");
        }
    }
    Ok(())
}

/// Something that is sent with a warning, and which one.
fn doubtful(bench: &Bench) -> Result<(Request, WarningKind), Stop> {
    if let Support::Doubtful(_) = bench.capabilities()?.assistant_turns {
        let turns = bench.request().message(Message::user("a")).message(Message::assistant("b"));
        return Ok((turns.message(bench.pictured("c")?), WarningKind::Undocumented));
    }
    let unlisted = format!("{}-unlisted", bench.model());
    match bench.idle_provider().capabilities(&unlisted) {
        Ok(can) if !can.listed => Ok((bench.question_to(&unlisted)?, WarningKind::UnknownModel)),
        _ => skip!("the model has nothing that is only warned of"),
    }
}

pub(crate) async fn what_is_odd_is_warned_of_or_refused_when_strict(bench: &Bench) -> Checked {
    let (mut request, kind) = doubtful(bench)?;
    for method in bench.methods()? {
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        let got = stage.answered(method, &request).await?;
        let warned = got.warnings.iter().any(|warning| warning.kind == kind);
        ensure!(warned, "{method:?}: the answer has the warnings {:?}, none is {kind:?}", got.warnings);
    }
    request.call.strict = true;
    refuse(bench, "strict", &request, &[]).await?;
    Ok(())
}

pub(crate) async fn an_unlisted_model_is_passed_through(bench: &Bench) -> Checked {
    let unlisted = format!("{}-unlisted", bench.model());
    match bench.idle_provider().capabilities(&unlisted) {
        Ok(can) => ensure!(!can.listed && can.model == unlisted, "{unlisted}: it is described as {can:?}"),
        Err(error) => {
            ensure!(error.kind() == ErrorKind::InvalidRequest, "{unlisted}: it is told as {}", error.kind());
            skip!("the provider takes listed models only");
        }
    }
    let request = bench.question_to(&unlisted)?;
    for method in bench.methods()? {
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        let got = stage.answered(method, &request).await?;
        let sent = bench.sent(&stage, 0)?.model;
        ensure!(sent == unlisted, "{method:?}: {unlisted} was asked, and {sent} is sent");
        let warned = got.warnings.iter().any(|warning| warning.kind == WarningKind::UnknownModel);
        ensure!(warned, "{method:?}: the answer does not warn that the model is not known");
    }
    Ok(())
}

pub(crate) async fn a_model_that_cannot_be_is_refused(bench: &Bench) -> Checked {
    for name in ["", " ", "\r\n"] {
        let request = bench.question_to(name)?;
        let stage = bench.serve([Reply::json("{}")]).await?;
        let error = stage.refused(Method::Generate, &request).await?;
        judge(&format!("the model {name:?}"), &error, &["model"])?;
        unconnected(name, &stage)?;
    }
    Ok(())
}

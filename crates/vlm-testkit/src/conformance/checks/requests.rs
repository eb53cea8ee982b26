//! What goes out is what was asked.

use std::ops::RangeInclusive;
use std::time::Duration;

use vlm_core::{
    Capabilities, Detail, Media, MediaCapability, MediaOption, MediaOptions, Message, Part, Request, Role, Sampling,
    SamplingCapability, Source, Thinking,
};

use crate::conformance::bench::{Bench, KEY, Method};
use crate::conformance::check::{Checked, Stop, ensure, fail, skip};
use crate::conformance::samples::{self, Folder};
use crate::conformance::scene::Answer;
use crate::conformance::sent::{SentContent, SentPart, SentRequest};

/// What a request asks, part by part.
fn asked(request: &Request) -> Vec<SentPart> {
    let parts = request.messages.iter().flat_map(|message| message.parts.iter().map(move |part| (message.role, part)));
    parts.map(|(role, part)| SentPart::new(role, content(part))).collect()
}

fn content(part: &Part) -> SentContent {
    match part {
        Part::Text { text } => SentContent::text(text),
        Part::Media(media) => match media.source() {
            Source::Url(url) => SentContent::Url(url.clone()),
            Source::Bytes(content) => SentContent::Bytes(content.clone()),
            other => SentContent::Unknown(format!("{other:?}")),
        },
        other => SentContent::Unknown(format!("{other:?}")),
    }
}

/// Texts and pictures in turn, said by everyone who may speak.
fn conversation(bench: &Bench) -> Result<Request, Stop> {
    let mut request = bench.request().message(Message::system("Answer briefly."));
    let first = Message::user("first").with(bench.picture(1)?).with("second").with(bench.picture(2)?).with("third");
    request = request.message(first);
    if matches!(bench.capabilities()?.assistant_turns, vlm_core::Support::Full) {
        request = request.message(Message::assistant("an earlier answer"));
    }
    let last = Message::new(
        Role::User,
        vec![bench.picture(3)?.into(), Part::text("fourth"), Part::text("fifth"), bench.picture(1)?.into()],
    );
    Ok(request.message(last))
}

pub(crate) async fn parts_keep_their_order(bench: &Bench) -> Checked {
    let request = conversation(bench)?;
    for method in bench.methods()? {
        let sent = exchange(bench, method, &request).await?.parts;
        let asked = asked(&request);
        ensure!(sent.len() == asked.len(), "{method:?}: {} parts were asked and {} sent", asked.len(), sent.len());
        for (at, (sent, asked)) in sent.iter().zip(&asked).enumerate() {
            ensure!(sent == asked, "{method:?}: part {at} was asked as {asked:?} and sent as {sent:?}");
        }
    }
    Ok(())
}

pub(crate) async fn the_model_is_named(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let sent = exchange(bench, method, &bench.question()?).await?;
        ensure!(sent.model == bench.model(), "{method:?}: the service is told the model {:?}", sent.model);
        let streamed = method == Method::Stream;
        ensure!(
            sent.streamed == streamed,
            "{method:?}: the request says that a stream is asked for: {}",
            sent.streamed
        );
    }
    Ok(())
}

pub(crate) async fn media_arrive_unchanged(bench: &Bench) -> Checked {
    if !bench.capabilities()?.image.inline.is_available() {
        skip!("the model takes no pictures as content");
    }
    let content = samples::large_picture(300_000);
    let Ok(folder) = Folder::new("media") else { fail!("no temporary folder can be made") };
    let Ok(path) = folder.file("picture.bin", &content) else { fail!("no file can be written") };
    for (name, media) in [("content", Media::bytes(content.clone())), ("a file", Media::path(path))] {
        for method in bench.methods()? {
            let request = bench.request().message(Message::user("Look.").with(media.clone()).with("Well?"));
            let sent = exchange(bench, method, &request).await?;
            ensure!(sent.parts.len() == 3, "{method:?}, {name}: 3 parts were asked and {} sent", sent.parts.len());
            let arrived = &sent.parts[1].content;
            let same = *arrived == SentContent::Bytes(content.clone());
            ensure!(same, "{method:?}, {name}: {} bytes arrive as {arrived:?}", content.len());
        }
    }
    Ok(())
}

/// A value for every option that is taken.
fn options(can: &MediaCapability) -> MediaOptions {
    let takes = |option| can.options.contains(&option);
    let mut all = MediaOptions::default();
    all.min_pixels = takes(MediaOption::MinPixels).then_some(65_536);
    all.max_pixels = takes(MediaOption::MaxPixels).then_some(262_144);
    all.detail = takes(MediaOption::Detail).then_some(Detail::High);
    all.fps = takes(MediaOption::Fps).then_some(0.5);
    all.start = takes(MediaOption::Start).then_some(Duration::from_millis(1500));
    all.end = takes(MediaOption::End).then_some(Duration::from_secs(90));
    all.max_frames = takes(MediaOption::MaxFrames).then_some(24);
    all.total_pixels = takes(MediaOption::TotalPixels).then_some(16_777_216);
    all
}

pub(crate) async fn options_of_media_arrive(bench: &Bench) -> Checked {
    let can = bench.capabilities()?;
    let mut message = Message::user("Look.").with(bench.picture(1)?);
    message = message.with(bench.picture(2)?.with_options(options(&can.image)));
    if let Some(film) = film(can) {
        message = message.with(film.with_options(options(&can.video)));
    }
    let asked: Vec<MediaOptions> = message.media().map(|media| media.options().clone()).collect();
    if asked.iter().all(MediaOptions::is_empty) {
        skip!("the model takes no options of pictures and films");
    }
    let request = bench.request().message(message);
    for method in bench.methods()? {
        let shown = exchange(bench, method, &request).await?.parts.into_iter();
        let shown = shown.filter(|part| !matches!(part.content, SentContent::Text(_)));
        let sent: Vec<MediaOptions> = shown.map(|part| part.options).collect();
        ensure!(sent == asked, "{method:?}: the options {asked:?} were set and {sent:?} sent");
    }
    Ok(())
}

/// A film in a form that the model takes.
fn film(can: &Capabilities) -> Option<Media> {
    if can.video.inline.is_available() {
        return Some(Media::bytes(samples::film(1)));
    }
    can.video.url.is_available().then(|| Media::url("https://example.org/film.mp4"))
}

pub(crate) async fn urls_are_passed_on_as_they_are(bench: &Bench) -> Checked {
    let can = bench.capabilities()?;
    let url = |name: &str| format!("https://example.org/a%20b/{name}?sig=x%2Fy+z&t=1");
    let mut message = Message::user("Look.");
    if can.image.url.is_available() {
        message = message.with(Media::url(url("c.png")));
    }
    if can.video.url.is_available() {
        message = message.with(Media::url(url("d.mp4")));
    }
    if message.parts.len() == 1 {
        skip!("the model takes nothing by URL");
    }
    let request = bench.request().message(message.with("Well?"));
    for method in bench.methods()? {
        let sent = exchange(bench, method, &request).await?.parts;
        let asked = asked(&request);
        ensure!(sent == asked, "{method:?}: {asked:?} was asked and {sent:?} sent");
    }
    Ok(())
}

pub(crate) async fn films_keep_their_place(bench: &Bench) -> Checked {
    let Some(film) = film(bench.capabilities()?) else { skip!("the model takes no films") };
    let message = Message::user("first").with(bench.picture(1)?).with(film).with("second").with(bench.picture(2)?);
    let request = bench.request().message(message);
    for method in bench.methods()? {
        let sent = exchange(bench, method, &request).await?.parts;
        let asked = asked(&request);
        ensure!(sent == asked, "{method:?}: {asked:?} was asked and {sent:?} sent");
    }
    Ok(())
}

/// A value of a range, away from its ends where there is room.
fn within(range: Option<&RangeInclusive<f64>>) -> Option<f64> {
    let range = range?;
    Some(range.start() + (range.end() - range.start()) * 0.25)
}

/// Every setting that the model takes.
fn settings(can: &SamplingCapability) -> Sampling {
    let mut all = Sampling::default();
    all.temperature = within(can.temperature.as_ref());
    all.top_p = within(can.top_p.as_ref());
    all.frequency_penalty = within(can.frequency_penalty.as_ref());
    all.presence_penalty = within(can.presence_penalty.as_ref());
    all.max_tokens = can.max_tokens.as_ref().map(|range| 321.clamp(*range.start(), *range.end()));
    all.n = can.n.as_ref().filter(|range| range.contains(&2)).map(|_| 2);
    if can.stop.is_some_and(|most| most > 0) {
        all.stop = vec!["~never~".to_owned()];
    }
    all
}

pub(crate) async fn settings_arrive(bench: &Bench) -> Checked {
    let all = settings(&bench.capabilities()?.sampling);
    let request = bench.question()?.sampling(all.clone());
    for method in bench.methods()? {
        let sent = exchange(bench, method, &request).await?.sampling;
        ensure!(sent.stop == all.stop, "{method:?}: the stop sequences {:?} arrive as {:?}", all.stop, sent.stop);
        ensure!(sent == all, "{method:?}: {all:?} was set and {sent:?} sent");
    }
    Ok(())
}

pub(crate) async fn what_is_not_set_is_not_sent(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let sent = exchange(bench, method, &bench.question()?).await?;
        // Some services refuse a request without a limit: theirs is the one that the capabilities name.
        let usual = bench.capabilities()?.default_max_tokens;
        let mut sampling = sent.sampling;
        if sampling.max_tokens.is_some() && sampling.max_tokens == usual {
            sampling.max_tokens = None;
        }
        ensure!(sampling == Sampling::default(), "{method:?}: nothing was set and {sampling:?} sent");
        ensure!(sent.thinking == Thinking::default(), "{method:?}: nothing was set and {:?} sent", sent.thinking);
        ensure!(sent.schema.is_none(), "{method:?}: a schema is sent that nobody gave");
    }
    Ok(())
}

pub(crate) async fn thinking_is_set(bench: &Bench) -> Checked {
    let can = bench.capabilities()?;
    let mut settings = Vec::new();
    if can.thinking_switch.is_available() {
        settings.extend([Thinking::on(), Thinking::off()]);
    }
    if can.thinking_budget.is_available() {
        let tokens = can.thinking_range.as_ref().map_or(2048, |range| 2048.clamp(*range.start(), *range.end()));
        settings.push(Thinking::budget(tokens));
    }
    if settings.is_empty() {
        skip!("the model has no control of thinking");
    }
    for thinking in settings {
        for method in bench.methods()? {
            let sent = exchange(bench, method, &bench.question()?.thinking(thinking)).await?.thinking;
            // A budget says that the model shall think; whether the switch goes along is the service's business.
            let same = sent.budget == thinking.budget
                && (sent.enabled == thinking.enabled || thinking.budget.is_some() && sent.enabled.is_none());
            ensure!(same, "{method:?}: {thinking:?} was set and {sent:?} sent");
        }
    }
    Ok(())
}

pub(crate) async fn a_schema_is_passed_on(bench: &Bench) -> Checked {
    if !bench.capabilities()?.json_schema.is_available() {
        skip!("the model takes no schema");
    }
    let schema = serde_json::json!({
        "type": "object",
        "properties": { "colour_of_cup": { "type": "string" }, "is_full": { "type": "boolean" } },
        "required": ["is_full", "colour_of_cup"],
        "additionalProperties": false,
    });
    let request = bench.question()?.json_schema("about_the_cup", schema);
    for method in bench.methods()? {
        let Some(sent) = exchange(bench, method, &request).await?.schema else {
            fail!("{method:?}: the schema is not sent");
        };
        for name in ["colour_of_cup", "is_full"] {
            let described = sent["properties"][name].is_object();
            ensure!(described, "{method:?}: the property {name} is not in the schema that is sent: {sent}");
        }
        let required = sent["required"].as_array().map_or(0, Vec::len);
        ensure!(required == 2, "{method:?}: 2 properties are required, {required} in the schema that is sent: {sent}");
    }
    Ok(())
}

pub(crate) async fn a_schema_keeps_its_order(bench: &Bench) -> Checked {
    if !bench.capabilities()?.json_schema.is_available() {
        skip!("the model takes no schema");
    }
    let names = ["what_is_seen", "is_it_full", "an_answer"];
    let schema = serde_json::json!({
        "type": "object",
        "properties": {
            "an_answer": { "type": "string" }, "is_it_full": { "type": "boolean" }, "what_is_seen": { "type": "string" },
        },
        "propertyOrdering": names,
        "required": names,
        "additionalProperties": false,
    });
    let request = bench.question()?.json_schema("about_the_cup", schema);
    for method in bench.methods()? {
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        stage.answered(method, &request).await?;
        let Some(sent) = bench.sent(&stage, 0)?.schema else { fail!("{method:?}: the schema is not sent") };
        // Some services are told the order; others go by the text of the schema.
        if let Some(told) = sent.get("propertyOrdering") {
            ensure!(*told == serde_json::json!(names), "{method:?}: the order {names:?} is told as {told}");
            continue;
        }
        let text =
            stage.server.requests().iter().map(|request| String::from_utf8_lossy(&request.body)).collect::<String>();
        let places = names.map(|name| text.find(name));
        ensure!(places.is_sorted(), "{method:?}: the properties {names:?} are sent in another order: {places:?}");
    }
    Ok(())
}

pub(crate) async fn the_key_stands_in_the_head_only(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        stage.answered(method, &bench.question()?).await?;
        let requests = stage.server.requests();
        let request = &requests[0];
        let places = request.headers.iter().filter(|(_, value)| value.contains(KEY)).count();
        let in_query = request.target.contains(KEY);
        ensure!(places == 1 || in_query, "{method:?}: the key stands in {places} headers and not in the query");
        ensure!(!request.path().contains(KEY), "{method:?}: the key stands in the path");
        let body = String::from_utf8_lossy(&request.body);
        ensure!(!body.contains(KEY), "{method:?}: the key stands in the body");
        let chatty = ["cookie", "referer"].iter().find(|name| request.header(name).is_some());
        ensure!(chatty.is_none(), "{method:?}: the request has the header {chatty:?}");
    }
    Ok(())
}

pub(crate) async fn the_extras_of_others_are_not_sent(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let plain = bench.question()?;
        let extra = plain.clone().extra("someone-else", "x_foreign", serde_json::json!("x_foreign_value"));
        let mut bodies = Vec::new();
        for request in [plain, extra] {
            let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
            stage.answered(method, &request).await?;
            bodies.push(stage.server.requests()[0].body.clone());
        }
        ensure!(bodies[0] == bodies[1], "{method:?}: settings of another provider change the request");
    }
    Ok(())
}

/// Asks, and reads what was sent.
async fn exchange(bench: &Bench, method: Method, request: &Request) -> Result<SentRequest, Stop> {
    let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
    stage.answered(method, request).await?;
    bench.sent(&stage, 0)
}

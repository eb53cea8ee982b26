//! What goes out is what was asked.

use vlm_core::{Message, Part, Request, Role, Source};

use crate::conformance::bench::Bench;
use crate::conformance::check::{Checked, Stop, ensure};
use crate::conformance::scene::Answer;
use crate::conformance::sent::{SentContent, SentPart};

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
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        stage.answered(method, &request).await?;
        let sent = bench.sent(&stage, 0)?.parts;
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
        let stage = bench.serve([bench.answer_for(method, &Answer::of(["fine"]))?.reply()]).await?;
        stage.answered(method, &bench.question()?).await?;
        let sent = bench.sent(&stage, 0)?;
        ensure!(sent.model == bench.model(), "{method:?}: the service is told the model {:?}", sent.model);
        let streamed = method == crate::conformance::bench::Method::Stream;
        ensure!(
            sent.streamed == streamed,
            "{method:?}: the request says that a stream is asked for: {}",
            sent.streamed
        );
    }
    Ok(())
}

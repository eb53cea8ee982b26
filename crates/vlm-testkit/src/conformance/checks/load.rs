//! Many calls at once on one provider.

use futures_util::future::join_all;
use vlm_core::Message;

use crate::conformance::bench::Bench;
use crate::conformance::check::{Checked, ensure, fail};
use crate::conformance::scene::{Answer, Refusal, Scene};
use crate::conformance::sent::SentContent;
use crate::server::Server;

const CALLS: usize = 32;

/// The service repeats each call's last text, refuses every fifth call, and takes its time for none.
pub(crate) async fn many_calls_do_not_mix(bench: &Bench) -> Checked {
    let subject = bench.subject().clone();
    bench.form(&Scene::Answer(Answer::of(["x"])))?;
    bench.refusal(vlm_core::ErrorKind::BadRequest)?;
    let server = Server::answering(move |request| {
        let sent = subject.read_request(request);
        let text = sent.parts.iter().rev().find_map(|part| match &part.content {
            SentContent::Text(text) => Some(text.clone()),
            _ => None,
        });
        let text = text.unwrap_or_default();
        let scene = match (text.ends_with('5'), sent.streamed) {
            (true, _) => Scene::Refusal(Refusal::new(vlm_core::ErrorKind::BadRequest, "no fives")),
            (false, true) => Scene::Stream(Answer::of([text])),
            (false, false) => Scene::Answer(Answer::of([text])),
        };
        match subject.render(&scene).0 {
            Ok(form) => form.reply().into_turn(),
            Err(_) => crate::server::Turn::close(),
        }
    });
    let stage = bench.stage(server.await, |_| {})?;
    for method in bench.methods()? {
        let calls = (0..CALLS).map(|number| {
            let question = bench.picture(number as u64);
            let stage = &stage;
            async move {
                let words = format!("question {number}");
                let request = bench.request().message(Message::user("look").with(question?).with(words.as_str()));
                let got = stage.ask(method, &request).await;
                match got {
                    Ok(got) if words.ends_with('5') => fail!("{method:?}: {words:?} was refused, and got {got:?}"),
                    Ok(got) => ensure!(got.text() == words, "{method:?}: {words:?} got {:?}", got.text()),
                    Err(_) if words.ends_with('5') => {}
                    Err(error) => fail!("{method:?}: {words:?} got an error: {error:?}"),
                }
                Ok(())
            }
        });
        for ended in join_all(calls).await {
            ended?;
        }
    }
    let seen = stage.server.requests().len();
    ensure!(seen == CALLS * bench.methods()?.len(), "{CALLS} calls took {seen} requests");
    Ok(())
}

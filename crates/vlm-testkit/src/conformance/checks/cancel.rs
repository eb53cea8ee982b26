//! What is dropped is cancelled, and harms nobody.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::streams::stalled_after_text;
use crate::conformance::bench::{Bench, Stage};
use crate::conformance::check::{Checked, ensure, fail};
use crate::conformance::scene::{Answer, Scene};
use crate::server::Turn;

fn said() -> Answer {
    Answer::of(["A cup ", "of tea."])
}

/// After whatever was cancelled, the provider answers.
async fn still_answers(bench: &Bench, stage: &Stage) -> Checked {
    for method in bench.methods()? {
        let got = stage.answered(method, &bench.question()?).await?;
        ensure!(got.text() == said().text(), "{method:?}: afterwards the answer is {:?}", got.text());
    }
    Ok(())
}

/// A turn, then a good answer for each way of asking.
async fn stage(bench: &Bench, first: Turn) -> Result<Stage, crate::conformance::check::Stop> {
    let mut turns = vec![first];
    for method in bench.methods()? {
        turns.push(bench.answer_for(method, &said())?.reply().into_turn());
    }
    bench.serve(turns).await
}

pub(crate) async fn a_dropped_call_closes_its_connection(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for method in bench.methods()? {
        let stage = stage(bench, Turn::silence()).await?;
        {
            let call = pin!(stage.ask(method, &request));
            let arrived = pin!(stage.server.arrived(1));
            match select(call, arrived).await {
                Either::Left((Ok(_), _)) => fail!("{method:?}: an answer that nobody gave"),
                Either::Left((Err(error), _)) => fail!("{method:?}: it failed while it waited: {error:?}"),
                Either::Right((arrived, _)) => ensure!(arrived, "{method:?}: the request did not arrive"),
            }
        }
        ensure!(stage.server.closed(1).await, "{method:?}: the connection of a dropped call stays open");
        still_answers(bench, &stage).await?;
        let seen = stage.server.requests().len();
        ensure!(seen == 1 + bench.methods()?.len(), "{method:?}: the dropped call was sent again: {seen} requests");
    }
    Ok(())
}

pub(crate) async fn a_dropped_stream_closes_its_connection(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let form = bench.form(&Scene::Stream(said()))?;
    let stage = stage(bench, stalled_after_text(&form)).await?;
    let Ok(mut stream) = stage.provider.stream(&bench.question()?).await else { fail!("no stream") };
    match stream.next_text().await {
        Ok(Some(text)) => ensure!(said().text().starts_with(&text), "the first piece is {text:?}"),
        Ok(None) => fail!("the stream ended before its text"),
        Err(error) => fail!("an error instead of the first piece: {error:?}"),
    }
    drop(stream);
    ensure!(stage.server.closed(1).await, "the connection of a dropped stream stays open");
    still_answers(bench, &stage).await
}

pub(crate) async fn a_call_dropped_before_it_starts_sends_nothing(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let stage = stage(bench, Turn::silence()).await?;
    drop(stage.provider.generate(&request));
    drop(stage.provider.stream(&request));
    ensure!(stage.server.connections() == 0, "a call that was never awaited opens a connection");
    Ok(())
}

//! What comes back is what the service said.

use bytes::Bytes;
use vlm_core::{Completion, FinishReason, Usage};

use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, Stop, ensure, skip};
use crate::conformance::grow::{UNKNOWN, grown};
use crate::conformance::scene::{Answer, Scene};
use crate::conformance::wire::Form;
use crate::server::{Framing, Reply};

/// An answer says what the service said.
pub(crate) fn judge(method: Method, got: &Completion, said: &Answer) -> Checked {
    ensure!(got.choices.len() == 1, "{method:?}: {} choices were read, 1 was sent", got.choices.len());
    ensure!(got.text() == said.text(), "{method:?}: the text is {:?}, {:?} was sent", got.text(), said.text());
    ensure!(*got.finish() == said.finish, "{method:?}: it ended by {:?}, not {:?}", got.finish(), said.finish);
    let (input, output) = (said.input_tokens(), said.output_tokens());
    ensure!(
        (got.usage.input_tokens, got.usage.output_tokens) == (input, output),
        "{method:?}: {:?} was read, {input:?} in and {output:?} out were sent",
        got.usage
    );
    Ok(())
}

pub(crate) async fn an_answer_is_read(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let said = Answer::of(["The picture ", "shows a cup."]);
        let stage = bench.serve([bench.answer_for(method, &said)?.reply()]).await?;
        let got = stage.answered(method, &bench.question()?).await?;
        judge(method, &got, &said)?;
        ensure!(got.id.as_deref() == Some(&said.id), "{method:?}: the id is {:?}, {:?} was sent", got.id, said.id);
        ensure!(got.model.as_deref() == Some(&said.model), "{method:?}: the model is {:?}", got.model);
        ensure!(stage.server.requests().len() == 1, "{method:?}: one answer took several requests");
    }
    Ok(())
}

pub(crate) async fn folding_a_stream_gives_the_answer(bench: &Bench) -> Checked {
    bench.needs_streaming()?;
    let said = Answer::of(["The picture ", "shows ", "a cup", "."]);
    let mut answers = Vec::new();
    for method in [Method::Generate, Method::Stream] {
        let stage = bench.serve([bench.answer_for(method, &said)?.reply()]).await?;
        answers.push(stage.answered(method, &bench.question()?).await?);
    }
    let (whole, folded) = (&answers[0], &answers[1]);
    ensure!(folded.choices == whole.choices, "choices differ: {:?} and {:?}", whole.choices, folded.choices);
    ensure!(folded.usage == whole.usage, "usage differs: {:?} and {:?}", whole.usage, folded.usage);
    ensure!(folded.cost == whole.cost, "cost differs: {} and {}", whole.cost, folded.cost);
    ensure!((&folded.id, &folded.model) == (&whole.id, &whole.model), "id or model differ");
    Ok(())
}

/// The answer to a question, and the form in which it came.
async fn ask(bench: &Bench, method: Method, said: &Answer) -> Result<(Completion, Form), Stop> {
    let form = bench.answer_for(method, said)?;
    let stage = bench.serve([form.reply()]).await?;
    Ok((stage.answered(method, &bench.question()?).await?, form))
}

pub(crate) async fn missing_usage_stays_unknown(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let said = Answer { usage: None, ..Answer::of(["fine"]) };
        let (got, _) = ask(bench, method, &said).await?;
        judge(method, &got, &said)?;
        ensure!(!got.cost.is_exact(), "{method:?}: the usage is unknown, and the cost is {}", got.cost);
    }
    Ok(())
}

pub(crate) async fn the_cost_is_that_of_the_price_list(bench: &Bench) -> Checked {
    let price = bench.capabilities()?.price.as_ref();
    let mut said = Answer::of(["fine"]);
    said.usage = Some(Usage::new().with_tokens(12_345, 678));
    for method in bench.methods()? {
        let (got, _) = ask(bench, method, &said).await?;
        let Some(price) = price else {
            ensure!(got.cost.amount().is_none(), "{method:?}: no price is known, and the cost is {}", got.cost);
            continue;
        };
        let exact = price.cost(&got.usage);
        ensure!(got.cost == exact, "{method:?}: the cost is {}, {exact} by the price list", got.cost);
        ensure!(exact.is_exact() == got.cost.is_exact(), "{method:?}: the cost is {}", got.cost);
    }
    if price.is_none() {
        skip!("no price is known for the model; its cost is unknown, as it must be");
    }
    Ok(())
}

pub(crate) async fn the_raw_reply_is_kept(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let (got, form) = ask(bench, method, &Answer::of(["fine ", "words"])).await?;
        let (kept, sent) = (got.raw.to_bytes(), form.body());
        // Of a stream, what follows its end need not be read.
        let telling = form.telling().concat();
        let whole = kept == sent || form.streamed && sent.starts_with(&kept) && kept.starts_with(&telling);
        ensure!(whole, "{method:?}: {} bytes came, {} are kept, and they are not the same", sent.len(), kept.len());
    }
    Ok(())
}

pub(crate) async fn unknown_fields_survive(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let said = Answer::of(["fine ", "words"]);
        let form = grown(&bench.answer_for(method, &said)?);
        let stage = bench.serve([form.reply()]).await?;
        let got = stage.answered(method, &bench.question()?).await?;
        judge(method, &got, &said)?;
        ensure!(got.raw.to_text().contains(UNKNOWN), "{method:?}: the raw reply has lost a field that nobody knows");
    }
    Ok(())
}

pub(crate) async fn an_empty_text_is_an_answer(bench: &Bench) -> Checked {
    for method in bench.methods()? {
        let (got, _) = ask(bench, method, &Answer::of([""])).await?;
        ensure!(got.text().is_empty(), "{method:?}: nothing was said, and {:?} is read", got.text());
        ensure!(got.usage.output_tokens == Some(5), "{method:?}: the usage is {:?}", got.usage);
    }
    Ok(())
}

pub(crate) async fn any_text_survives(bench: &Bench) -> Checked {
    for text in [
        "\u{65e5}\u{672c} \u{1f375} \u{e9} \u{1f468}\u{200d}\u{1f469}",
        "line\nbreaks\r\nand\ttabs",
        "quotes \" and \\ and / and {\"json\": [1]}",
        "data: not an event\n\ndata: [DONE]\n\n",
        " blanks at both ends ",
        "[DONE]",
        "\u{feff}a mark \u{0} and \u{7f} and \u{2028}",
    ] {
        for method in bench.methods()? {
            let said = Answer::of([text]);
            judge(method, &ask(bench, method, &said).await?.0, &said)?;
        }
    }
    Ok(())
}

pub(crate) async fn every_choice_is_read(bench: &Bench) -> Checked {
    if !bench.capabilities()?.sampling.n.as_ref().is_some_and(|several| several.contains(&2)) {
        skip!("the model gives one choice only");
    }
    let mut request = bench.question()?;
    request.sampling.n = Some(2);
    for method in bench.methods()? {
        let (answer, others) = (Answer::of(["a red ", "cup"]), vec!["a blue cup".to_owned()]);
        let scene = Scene::Choices { answer, others, streamed: method == Method::Stream };
        let stage = bench.serve([bench.form(&scene)?.reply()]).await?;
        let got = stage.answered(method, &request).await?;
        let read: Vec<_> = got.choices.iter().map(|choice| (choice.index, &*choice.text, &choice.finish)).collect();
        let said = [(0, "a red cup", &FinishReason::Stop), (1, "a blue cup", &FinishReason::Stop)];
        ensure!(read == said, "{method:?}: {said:?} was sent and {read:?} read");
    }
    Ok(())
}

pub(crate) async fn the_end_of_an_answer_is_told(bench: &Bench) -> Checked {
    for finish in [FinishReason::Stop, FinishReason::Length] {
        for method in bench.methods()? {
            let said = Answer { finish: finish.clone(), ..Answer::of(["half a sent"]) };
            judge(method, &ask(bench, method, &said).await?.0, &said)?;
        }
    }
    Ok(())
}

pub(crate) async fn odd_dress_is_no_error(bench: &Bench) -> Checked {
    let said = Answer::of(["fine"]);
    let form = bench.form(&Scene::Answer(said.clone()))?;
    let (plain, body) = (|| Reply::new(200), form.body());
    let marked: Bytes = [b"\xef\xbb\xbf", &body[..], b" \r\n\n"].concat().into();
    for (name, reply) in [
        ("a byte order mark and white space", plain().header("content-type", "application/json").body(marked)),
        ("no content type", plain().body(body.clone())),
        ("the type of a page", plain().header("content-type", "text/html").body(body.clone())),
        ("an odd type", plain().header("content-type", "Application/JSON ; charset=\"UTF-8\"; x=y").body(body.clone())),
        ("a cookie", form.reply().header("set-cookie", "a=b; path=/")),
        ("pieces", form.reply().framing(Framing::Chunked).split_randomly(3, 5)),
        ("no length", form.unframed()),
    ] {
        let stage = bench.serve([reply]).await?;
        let got = stage.answered(Method::Generate, &bench.question()?).await?;
        judge(Method::Generate, &got, &said)?;
        stage.answered(Method::Generate, &bench.question()?).await?;
        let cookie = stage.server.requests().iter().any(|request| request.header("cookie").is_some());
        ensure!(!cookie, "{name}: the service's cookie is sent back");
    }
    Ok(())
}

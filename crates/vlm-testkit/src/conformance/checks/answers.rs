//! What comes back is what the service said.

use vlm_core::Completion;

use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, ensure};
use crate::conformance::scene::Answer;

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

//! `vlm ask`: a question and its answer as text. How the answer is shown stands in `answer.rs`.

use serde_json::Value;
use vlm_core::{Ask, Error};

use crate::answer::Printing;
use crate::args::{AnswerArgs, AskArgs};
use crate::exit::Failure;
use crate::input;
use crate::question::{Asked, Question};
use crate::report::Report;

pub(crate) fn run(args: AskArgs, report: &mut Report) -> Result<(), Failure> {
    let AskArgs { question, output, answer, sampling, spend, call } = args;
    report.set_quiet(output.quiet);
    let question = Question::read(question, sampling, spend, call, false)?;
    let schema = answer.json_schema.as_deref().map(input::schema).transpose()?;
    question.put(report, async |asked, report| {
        let Asked { ask, waiting, about } = asked;
        let wants_json = answer.json_output || schema.is_some();
        let numbered = answer.n.is_some_and(|n| n > 1);
        let ask = answered_as(ask, &answer, schema);
        let printing = Printing { waiting, json: output.json, wants_json, numbered };
        let failed = |error: Error| about.failed(error);
        if output.stream {
            printing.streamed(ask, report, failed).await
        } else {
            printing.whole(ask, report, failed).await
        }
    })
}

/// The question with the form of its answer.
pub(crate) fn answered_as(ask: Ask, answer: &AnswerArgs, schema: Option<Value>) -> Ask {
    let ask = match schema {
        Some(schema) => ask.json_schema(answer.schema_name.clone(), schema),
        None if answer.json_output => ask.json(),
        None => ask,
    };
    ask.with(|request| request.sampling.n = answer.n)
}

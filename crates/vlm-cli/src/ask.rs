//! `vlm ask`: a question and its answer as text. How the answer is shown stands in `answer.rs`.

use vlm_core::Error;

use crate::answer::Printing;
use crate::args::{AnswerArgs, AskArgs};
use crate::exit::Failure;
use crate::input;
use crate::question::{Asked, Question};
use crate::report::Report;

pub(crate) fn run(args: AskArgs, report: &mut Report) -> Result<(), Failure> {
    let AskArgs { question, output, answer, sampling, call } = args;
    report.set_quiet(output.quiet);
    let question = Question::read(question, sampling, call, false)?;
    let AnswerArgs { json_output, json_schema, schema_name, n } = answer;
    let schema = json_schema.as_deref().map(input::schema).transpose()?;
    question.put(report, async |asked, report| {
        let Asked { mut ask, waiting, about } = asked;
        let wants_json = json_output || schema.is_some();
        if let Some(schema) = schema {
            ask = ask.json_schema(schema_name, schema);
        } else if json_output {
            ask = ask.json();
        }
        let ask = ask.with(|request| request.sampling.n = n);
        let numbered = n.is_some_and(|n| n > 1);
        let printing = Printing { waiting, json: output.json, wants_json, numbered };
        let failed = |error: Error| about.failed(error);
        if output.stream {
            printing.streamed(ask, report, failed).await
        } else {
            printing.whole(ask, report, failed).await
        }
    })
}

//! `vlm extract`: a question whose answer is JSON that fits a schema. How it may fail stands in `misfit.rs`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vlm_core::Completion;
use vlm_schema::decode::Repair;
use vlm_schema::extract::{AskExt as _, Extract, Ledger, ReaskPolicy};
use vlm_schema::schema::Schema;

use crate::answer::warnings;
use crate::args::{ExtractArgs, FitArgs};
use crate::each::Each;
use crate::exit::{About, Failure};
use crate::in_order::InOrder;
use crate::question::{Asked, Question};
use crate::report::Report;
use crate::waiting::Waiting;
use crate::{dialect, misfit, schema_source};

/// What to do about an answer that does not fit.
const AGAIN: &str = "allow more corrections: --reask, --reask-full and their limits";

/// Everything about an answer, as `--json` prints it.
#[derive(Serialize)]
struct Printed<'a> {
    /// The model that was asked; the completion has the service's own name for it.
    model: &'a str,
    elapsed_seconds: f64,
    value: InOrder<'a>,
    repairs: &'a [Repair],
    lost: Vec<dialect::PrintedLost<'a>>,
    ledger: &'a Ledger,
    completion: &'a Completion,
}

pub(crate) fn run(args: ExtractArgs, report: &mut Report) -> Result<(), Failure> {
    let ExtractArgs { question, output, schema: named, sampling, fit, spend, call } = args;
    report.set_quiet(output.quiet);
    let question = Question::read(question, sampling, spend, call, schema_source::is_stdin(&named.schema))?;
    let schema = schema_source::read(&named.schema, &named.schema_name)?;
    question.put(report, async |asked, report| {
        let Asked { ask, waiting, about } = asked;
        let about = About { schema_flag: "--schema", ..about };
        if output.each {
            let items = with_options(ask.extract_each_json(&schema), &fit);
            Each { schema, waiting, json: output.json }.print(items, about, report).await
        } else {
            let extract = with_options(ask.extract_json(schema.clone()), &fit);
            whole(extract, &schema, waiting, about, output.json, report).await
        }
    })
}

fn with_options<T: DeserializeOwned>(extract: Extract<T>, fit: &FitArgs) -> Extract<T> {
    let mut policy = ReaskPolicy::default();
    policy.repairs = fit.reask.unwrap_or(policy.repairs);
    policy.full = fit.reask_full.unwrap_or(policy.full);
    policy.max_tokens = fit.max_reask_tokens;
    policy.max_cost = fit.max_reask_cost;
    let extract = extract.reask(policy);
    if fit.no_repair { extract.strict() } else { extract }
}

/// Asks, and prints the value when it is there and fits.
async fn whole(
    extract: Extract<Value>,
    schema: &Schema,
    waiting: Waiting,
    about: About,
    json: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let answer = match waiting.patiently(extract.send(), report).await {
        Ok(answer) => answer,
        Err(error) => return Err(misfit::failed(error, &waiting, about, AGAIN, report)),
    };
    let value = InOrder::new(schema.answer(), &answer.value);
    if json {
        report.json_pretty(&Printed {
            model: &waiting.model,
            elapsed_seconds: waiting.elapsed_seconds(),
            value,
            repairs: &answer.repairs,
            lost: dialect::printed(&answer.lost),
            ledger: &answer.ledger,
            completion: &answer.completion,
        })?;
    } else {
        report.value(&value)?;
    }
    warnings(&answer.completion, report);
    misfit::repairs(&answer.repairs, report);
    misfit::lost(&answer.lost, report);
    misfit::spent(&answer.ledger, &waiting, report);
    Ok(())
}

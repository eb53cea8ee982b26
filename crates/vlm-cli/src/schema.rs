//! `vlm schema`: a schema as a model, or each form of schemas, would have it.

use vlm_core::{SchemaDialect, VisionProviderExt as _};
use vlm_schema::schema::{Lowered, Schema, dialect_for, lower};

use crate::args::SchemaCommandArgs;
use crate::exit::Failure;
use crate::report::Report;
use crate::words::one_line;
use crate::{dialect, provider, schema_source};

pub(crate) fn run(args: &SchemaCommandArgs, report: &mut Report) -> Result<(), Failure> {
    let schema = schema_source::read(&args.schema, &args.schema_name)?;
    if args.all {
        return all(&schema, report);
    }
    let (wanted, whom) = match args.dialect.as_deref().and_then(dialect::named) {
        Some(wanted) => (wanted, None),
        None => {
            let model = provider::model(args.model.as_deref());
            let known = provider::catalogue(vlm_memories::pricing::built_in().clone())?
                .model(&model)
                .capabilities()
                .map_err(Failure::call)?;
            (dialect_for(&known), Some(model))
        }
    };
    let (name, what) = dialect::described(wanted);
    match whom {
        Some(model) => report.note(&format!("{model} takes {name}: {what}")),
        None => report.note(&format!("{name}: {what}")),
    }
    let lowered = lower(&schema, wanted).map_err(|error| {
        Failure::setup(one_line(&error.to_string()), "`vlm schema --all` shows which forms can say it")
    })?;
    show(&lowered, report)
}

/// Every form below a line of its own; one that cannot say the schema says why.
fn all(schema: &Schema, report: &mut Report) -> Result<(), Failure> {
    let mut refused = Vec::new();
    for (name, wanted, what) in dialect::ALL {
        report.text(&format!("--- {name}: {what} ---\n"))?;
        match lower(schema, wanted) {
            Ok(lowered) => show(&lowered, report)?,
            Err(error) => {
                report.text(&format!("refused: {}\n", one_line(&error.to_string())))?;
                refused.push(name);
            }
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let message = format!("{} of {} forms cannot say it: {}", refused.len(), dialect::ALL.len(), refused.join(", "));
    Err(Failure::setup(message, "use a model that takes another form, or change the schema"))
}

fn show(lowered: &Lowered, report: &mut Report) -> Result<(), Failure> {
    match (lowered.json_schema(), &lowered.prompt) {
        // The order that it is written in: this form says it itself, the others by how they are written.
        (Some(schema), _) if lowered.dialect == SchemaDialect::GeminiSchema => report.json_pretty(&schema.schema)?,
        (Some(schema), _) => report.json_pretty(&schema.in_order())?,
        (None, prompt) => {
            report.text(prompt.as_deref().unwrap_or_default())?;
            report.end_text()?;
        }
    }
    let (name, _) = dialect::described(lowered.dialect);
    for lost in &lowered.lost {
        report.note(&format!("lost in {name}, and checked here: {}", dialect::lost(lost)));
    }
    Ok(())
}

//! What only this service has to say about a request, beyond its capability data.

use vlm_core::{
    Admission, JsonSchema, Output, Problem, ProblemKind, Request, Role, SchemaDialect, Warning, WarningKind,
};

use super::json_schema;
use crate::extras::{Extras, ID};
use crate::models::{Control, Generation, Model, dialect};

/// Adds problems and warnings about a request to the model `id`.
pub(crate) fn review(id: &str, request: &Request, extras: &Extras, admission: &mut Admission) {
    let model = Model::of(id);
    if let Output::JsonSchema(schema) = &request.output {
        review_schema(Generation::of(id), schema, admission);
    }
    review_thinking(&model, request, extras, admission);
    review_turns(request, admission);
    let sampling = &request.sampling;
    if model.ignores_sampling && (sampling.temperature.is_some() || sampling.top_p.is_some()) {
        let message = "this model ignores temperature and top_p";
        admission.warn(Warning::new(WarningKind::Ignored, message).at("sampling"));
    }
}

fn review_schema(generation: Generation, schema: &JsonSchema, admission: &mut Admission) {
    let lost = match dialect(generation) {
        SchemaDialect::GeminiSchema => schema.to_gemini_schema().map(|lowered| lowered.lost),
        _ => json_schema::lower(&schema.schema).map(|lowered| lowered.lost),
    };
    match lost {
        Ok(lost) => {
            for lost in lost {
                let message = format!("Gemini's schema has no such keyword; it is left out: {lost}");
                admission.warn(Warning::new(WarningKind::Ignored, message).at("output.schema"));
            }
        }
        Err(reason) => admission.refuse(Problem::new(ProblemKind::Unsupported, "output.schema", reason)),
    }
}

fn review_thinking(model: &Model, request: &Request, extras: &Extras, admission: &mut Admission) {
    let path = format!("extras.{ID}.thinking_level");
    let mut refuse = |message: String, advice: String| {
        admission.refuse(Problem::new(ProblemKind::Unsupported, path.clone(), message).with_advice(advice));
    };
    match (&extras.thinking_level, &model.control) {
        (None, _) => {}
        (Some(_), _) if request.thinking.budget.is_some() => {
            refuse("a level and a budget cannot both be sent".to_owned(), "set one of them".to_owned());
        }
        (Some(_), Control::None) => refuse("this model does not think".to_owned(), "leave it out".to_owned()),
        (Some(_), Control::Budget { .. }) => {
            refuse("this model takes a budget, not a level".to_owned(), "set a thinking budget".to_owned());
        }
        (Some(level), Control::Levels { names, .. }) => {
            // Of models that are not listed, the levels are not known.
            if !model.id.is_empty() && !names.contains(&level.as_str()) {
                refuse(format!("this model has no such level: {level:?}"), format!("set one of {}", names.join(", ")));
            }
        }
    }
    if let (Some(budget), Some(max_tokens)) = (request.thinking.budget, request.sampling.max_tokens)
        && budget >= max_tokens
    {
        let message = format!(
            "thinking is taken out of max_tokens: {budget} of thinking leave nothing of {max_tokens} for the answer"
        );
        admission.warn(Warning::new(WarningKind::Unwise, message).at("thinking.budget"));
    }
}

/// The system's text goes in front of all turns, wherever it stands.
fn review_turns(request: &Request, admission: &mut Admission) {
    let first = request.messages.iter().position(|message| message.role != Role::System);
    let Some(first) = first else { return };
    for (turn, _) in request.messages.iter().enumerate().skip(first).filter(|(_, message)| message.role == Role::System)
    {
        let message = "a system message between turns is sent in front of them, which is where Gemini has it";
        admission.warn(Warning::new(WarningKind::Unwise, message).at(format!("messages[{turn}]")));
    }
}

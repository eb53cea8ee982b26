//! Which family a model's name belongs to, and which of the two endpoints a request goes to.

use vlm_core::{Problem, ProblemKind, Request};

use crate::family::{Endpoint, Family};
use crate::models;

/// A model's name, taken apart at its first colon: Nova's ids contain further ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModelName<'a> {
    pub(crate) family: Family,
    pub(crate) id: &'a str,
}

impl<'a> ModelName<'a> {
    /// Takes a name apart.
    ///
    /// A bare id is refused, because the service would take a wrong upstream path for it without saying so.
    pub(crate) fn parse(name: &'a str) -> Result<Self, Problem> {
        let Some((prefix, id)) = name.split_once(':') else {
            return Err(bare(name));
        };
        let Some(family) = Family::ALL.into_iter().find(|family| family.prefix() == prefix) else {
            let problem = Problem::new(ProblemKind::Invalid, "model", format!("`{prefix}:` is no model family here"));
            return Err(problem.with_advice(suggestion(name)));
        };
        let plain = |character: char| character.is_ascii_graphic();
        if id.is_empty() || !id.chars().all(plain) {
            let problem = Problem::new(ProblemKind::Invalid, "model", format!("no model id follows `{prefix}:`"));
            return Err(problem.with_advice(suggestion(name)));
        }
        Ok(Self { family, id })
    }
}

fn bare(name: &str) -> Problem {
    if name.trim().is_empty() {
        return Problem::new(ProblemKind::Missing, "model", "no model is named").with_advice(suggestion(name));
    }
    let message = format!("`{name}` has no family prefix (qwen:, gemini:, nova: or gpt:)");
    Problem::new(ProblemKind::Invalid, "model", message).with_advice(suggestion(name))
}

/// The known names nearest to `name`, as advice.
fn suggestion(name: &str) -> String {
    let near = models::nearest(name);
    match near.as_slice() {
        [] => "write for example qwen:qwen3-vl-plus or gemini:gemini-2.5-flash".to_owned(),
        names => format!("did you mean {}?", names.join(" or ")),
    }
}

/// Where a request goes: any film goes to `/vu`; without one the caller's choice stands.
///
/// # Errors
/// A film sent to `/iu`, and GPT models on `/vu`, where they do not exist.
pub(crate) fn endpoint(
    family: Family,
    request: &Request,
    asked: Option<Endpoint>,
    for_pictures: Endpoint,
) -> Result<Endpoint, Problem> {
    let refuse = |message: &str, advice: &'static str| {
        Err(Problem::new(ProblemKind::Unsupported, "extras.memories.endpoint", message).with_advice(advice))
    };
    match (family, request.has_video(), asked) {
        (_, true, Some(Endpoint::Iu)) => refuse("films are understood on /vu only", "leave the endpoint out"),
        (Family::Gpt, _, Some(Endpoint::Vu)) => refuse("gpt models exist on /iu only", "leave the endpoint out"),
        (Family::Gpt, _, _) => Ok(Endpoint::Iu),
        (_, true, _) => Ok(Endpoint::Vu),
        (_, false, asked) => Ok(asked.unwrap_or(for_pictures)),
    }
}

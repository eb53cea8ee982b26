//! How many tokens come back: the most that is allowed, and a rule of thumb.

use vlm_core::{Capabilities, Output, Request};
use vlm_tokens::text;

use crate::estimate::{OutputEstimate, OutputLimit};

/// A usual answer in words: a short paragraph.
const ANSWER: u64 = 256;
/// Usual thinking, where it is on and has no budget.
const THINKING: u64 = 1024;

/// Output of a request; `typical` replaces the rule of thumb of one answer.
pub(crate) fn estimate(capabilities: &Capabilities, request: &Request, typical: Option<u64>) -> OutputEstimate {
    let answers = u64::from(request.sampling.n.unwrap_or(1)).max(1);
    let (answer, limited_by) = limit(capabilities, request);
    let thinking = thinking(capabilities, request);
    let max = match thinking {
        Thinking::None | Thinking::Within(_) => answer,
        Thinking::Beyond(tokens) => answer.zip(tokens).map(|(answer, thinking)| answer.saturating_add(thinking)),
    };
    let usual_thinking = match thinking {
        Thinking::None => 0,
        Thinking::Within(tokens) | Thinking::Beyond(tokens) => tokens.map_or(THINKING, |tokens| THINKING.min(tokens)),
    };
    let one = typical.unwrap_or_else(|| usual(&request.output)).saturating_add(usual_thinking);
    let one = max.map_or(one, |max| one.min(max));
    OutputEstimate {
        typical: one.saturating_mul(answers),
        max: max.map(|max| max.saturating_mul(answers)),
        limited_by: if max.is_none() { OutputLimit::Nothing } else { limited_by },
    }
}

/// The most tokens of one answer, and what says so.
fn limit(capabilities: &Capabilities, request: &Request) -> (Option<u64>, OutputLimit) {
    let of_model = capabilities.max_output_tokens;
    let capped = |tokens: u32| Some(of_model.map_or(u64::from(tokens), |most| most.min(u64::from(tokens))));
    match (request.sampling.max_tokens, capabilities.default_max_tokens, of_model) {
        (Some(tokens), _, _) => (capped(tokens), OutputLimit::Request),
        (None, Some(tokens), _) => (capped(tokens), OutputLimit::ServiceDefault),
        (None, None, Some(most)) => (Some(most), OutputLimit::Model),
        (None, None, None) => (None, OutputLimit::Nothing),
    }
}

/// Thinking that was asked for, and its tokens at the most where they are known.
enum Thinking {
    None,
    /// Taken out of the answer's limit.
    Within(Option<u64>),
    /// Billed beside it.
    Beyond(Option<u64>),
}

fn thinking(capabilities: &Capabilities, request: &Request) -> Thinking {
    let asked = request.thinking;
    let on = asked.enabled.unwrap_or(asked.budget.is_some_and(|budget| budget > 0));
    if !on {
        return Thinking::None;
    }
    let most = asked.budget.or_else(|| capabilities.thinking_range.as_ref().map(|range| *range.end())).map(u64::from);
    if capabilities.thinking_beyond_max_tokens { Thinking::Beyond(most) } else { Thinking::Within(most) }
}

/// A usual answer of this form. One that fits a schema is about half as long as the schema, which also describes it.
fn usual(output: &Output) -> u64 {
    match output {
        Output::JsonSchema(schema) => (text::estimate(&schema.schema.to_string()).likely / 2).clamp(32, 2048),
        _ => ANSWER,
    }
}

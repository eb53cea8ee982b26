//! What is asked when an answer does not fit. Pure.

use std::fmt::Write as _;

use vlm_core::{Message, Request};

use super::plan::{Plan, add_words};

/// The longest answer that is sent back, in bytes; the rest adds cost and no insight.
const ANSWER_LIMIT: usize = 64 << 10;

/// A correction of the answer as text: schema, answer and errors, but not the media, which cost the most.
pub(super) fn repair(model: &str, plan: &Plan, answer: &str, errors: &[String], original: &Request) -> Request {
    let words = format!(
        "An answer does not fit its JSON Schema. Correct what the errors name, keep everything else as it is, and \
         answer with the corrected JSON only.\n\nJSON Schema:\n{}\n\nAnswer:\n{}\n\nErrors:\n{}",
        plan.lowered.source().text(),
        shortened(answer),
        list(errors),
    );
    let mut request = Request::new(model).message(Message::user(words)).call(original.call.clone());
    request.sampling.max_tokens = original.sampling.max_tokens;
    if original.model == model {
        request.extras.clone_from(&original.extras);
    }
    plan.apply(&mut request);
    request
}

/// The question again, with what was wrong with the last answer.
pub(super) fn full(asked: &Request, answer: &str, errors: &[String]) -> Request {
    let words = format!(
        "An earlier answer did not fit the JSON Schema. Answer again, with JSON that fits.\n\nEarlier answer:\n{}\n\n\
         Errors:\n{}",
        shortened(answer),
        list(errors),
    );
    let mut request = asked.clone();
    add_words(&mut request, &words);
    request
}

fn shortened(answer: &str) -> &str {
    let mut end = answer.len().min(ANSWER_LIMIT);
    while !answer.is_char_boundary(end) {
        end -= 1;
    }
    &answer[..end]
}

fn list(errors: &[String]) -> String {
    errors.iter().fold(String::new(), |mut list, error| {
        let _ = writeln!(list, "- {error}");
        list
    })
}

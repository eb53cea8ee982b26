//! Failures in words for a person: a headline, each problem on its own line, what it may have cost, what to do.

use std::error::Error as _;

use vlm_core::{Billed, Cost, Error, Problem, ProblemKind};

use crate::exit::{About, Failure};
use crate::words::{one_line, tokens};

/// The lines for a failure; none for one that needs no words.
pub(crate) fn failure(failure: &Failure) -> Vec<String> {
    match failure {
        Failure::Usage(text) => text.trim_end().lines().map(str::to_owned).collect(),
        Failure::Setup { message, details, hint } | Failure::Unusable { message, details, hint } => {
            let mut lines = vec![format!("error: {}", one_line(message))];
            lines.extend(details.iter().map(|line| format!("  {line}")));
            lines.push(format!("hint: {}", one_line(hint)));
            lines
        }
        Failure::Call { error, about } => call(error, about),
        Failure::Interrupted { billable: true } => {
            vec!["interrupted: the call was cancelled; what the service did until then may be billed".to_owned()]
        }
        Failure::Interrupted { billable: false } => vec!["interrupted".to_owned()],
        Failure::Closed => Vec::new(),
        Failure::Local { what, source } => vec![format!("error: {what}: {source}")],
    }
}

fn call(error: &Error, about: &About) -> Vec<String> {
    let mut lines = Vec::new();
    match error.problems() {
        [] => lines.push(format!("error: {error}")),
        problems => {
            let count = problems.len();
            let reasons = if count == 1 { String::new() } else { format!(" for {count} reasons") };
            lines.push(format!("error: the request was refused{reasons}"));
            for problem in problems {
                let flag = flag(problem, about).map(|flag| format!(" ({flag})")).unwrap_or_default();
                lines.push(format!("  {}{flag}: {}", one_line(&problem.path), one_line(&problem.message)));
                lines.extend(advice(problem).map(|advice| format!("    {}", one_line(&advice))));
            }
        }
    }
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(format!("  caused by: {}", one_line(&cause.to_string())));
        source = cause.source();
    }
    lines.extend(facts(error));
    if !about.offline {
        lines.extend(billed(error));
    }
    lines.push(format!("hint: {}", one_line(error.advice())));
    lines.extend(about.hint.iter().map(|hint| format!("hint: {}", one_line(hint))));
    lines
}

/// What to do about a problem: where the advice speaks of calls of the library, the flag that does the same.
fn advice(problem: &Problem) -> Option<String> {
    const KIND: &str = "say so: --attach image=FILE-OR-URL or --attach video=FILE-OR-URL";
    const TYPE: &str = "if it is one all the same, say which: --attach image/png=FILE or --attach video/mp4=FILE";
    match problem.advice.as_deref() {
        Some(advice) if advice.contains("Media::image()") => Some(KIND.to_owned()),
        Some(advice) if advice.contains("Media::with_media_type()") => Some(TYPE.to_owned()),
        Some(advice) => Some(advice.to_owned()),
        None if problem.kind == ProblemKind::Media && problem.message.contains("; declare its ") => {
            Some(TYPE.to_owned())
        }
        None => None,
    }
}

/// What else is known of a call that went out.
fn facts(error: &Error) -> Vec<String> {
    let mut lines = Vec::new();
    if error.attempts() > 1 {
        lines.push(format!("  after {} attempts", error.attempts()));
    }
    if let Some(id) = error.request_id() {
        lines.push(format!("  request id: {}", one_line(id)));
    }
    if let Some(wait) = error.retry_after() {
        lines.push(format!("  the service asks to wait {} s", wait.as_secs_f64().ceil()));
    }
    lines
}

/// What the failed call cost, as far as can be known.
fn billed(error: &Error) -> Option<String> {
    match (error.billed(), error.usage()) {
        (Billed::No, _) => None,
        (Billed::Yes, Some(usage)) => {
            let cost = error.partial().map(|partial| &partial.cost).and_then(amount).unwrap_or_default();
            Some(format!("  it was billed: {}{cost}", tokens(usage)))
        }
        _ => Some("  it may have been billed".to_owned()),
    }
}

fn amount(cost: &Cost) -> Option<String> {
    cost.amount().map(|_| format!("  {cost}"))
}

/// The argument that set what a problem is about.
fn flag(problem: &Problem, about: &About) -> Option<String> {
    let path = problem.path.as_str();
    if let Some(part) = path.strip_prefix("messages[").and_then(|rest| rest.split_once("].parts[")) {
        // Part 0 is the prompt.
        let index: usize = part.1.split(']').next()?.parse().ok()?;
        let name = about.attached.get(index.checked_sub(1)?)?;
        return Some(if name.is_empty() { "--attach ''".to_owned() } else { format!("--attach {name}") });
    }
    let name = match path {
        "model" => "--model",
        "sampling.temperature" => "--temperature",
        "sampling.top_p" => "--top-p",
        "sampling.max_tokens" => "--max-tokens",
        "sampling.frequency_penalty" => "--frequency-penalty",
        "sampling.presence_penalty" => "--presence-penalty",
        "sampling.n" => "--n",
        "sampling.stop" => "--stop",
        "thinking.enabled" | "thinking.budget" => "--thinking",
        "output.name" => "--schema-name",
        "call.max_attempts" => "--max-attempts",
        "call.timeout" => "--timeout",
        "extras.memories.endpoint" => "--endpoint",
        _ if path.starts_with("messages[") && problem.message.contains("user message") => "PROMPT",
        _ if path.starts_with("messages[") && problem.message.contains("system message") => "--system",
        _ if path.starts_with("output.schema") => about.schema_flag,
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use vlm_core::{Completion, Delivery, ErrorKind, TransportPhase, Usage};

    use super::*;

    #[test]
    fn problems_name_path_flag_and_remedy() {
        let error = Error::refused(vec![
            Problem::new(ProblemKind::Media, "messages[1].parts[2]", "no file").with_advice("check the path"),
            Problem::new(ProblemKind::OutOfRange, "sampling.temperature", "5 is outside 0 to 2"),
            Problem::new(ProblemKind::Missing, "messages[1]", "the user message has no text"),
        ]);
        let attached = ["a.png".to_owned(), "b.png".to_owned()];
        assert_eq!(
            call(&error, &About { attached: attached.into(), ..About::default() })[..5],
            [
                "error: the request was refused for 3 reasons",
                "  messages[1].parts[2] (--attach b.png): no file",
                "    check the path",
                "  sampling.temperature (--temperature): 5 is outside 0 to 2",
                "  messages[1] (PROMPT): the user message has no text",
            ]
        );
    }

    #[test]
    fn a_broken_call_tells_its_causes_and_what_it_may_cost() {
        let error = Error::new(ErrorKind::Transport(TransportPhase::Body), "the connection broke")
            .with_delivery(Delivery::Answered)
            .with_attempts(3)
            .with_retry_after(Duration::from_millis(1500))
            .with_source(io::Error::other("reset\nby peer"));
        assert_eq!(
            call(&error, &About::default())[..5],
            [
                "error: the connection broke",
                "  caused by: reset by peer",
                "  after 3 attempts",
                "  the service asks to wait 2 s",
                "  it may have been billed",
            ]
        );
    }

    #[test]
    fn reported_usage_was_billed() {
        let mut partial = Completion::new();
        partial.usage = Usage::new().with_tokens(302, 41);
        let error = Error::new(ErrorKind::Empty, "nothing").with_delivery(Delivery::Answered).with_partial(partial);
        assert!(call(&error, &About::default()).contains(&"  it was billed: in 302  out 41 tokens".to_owned()));
    }
}

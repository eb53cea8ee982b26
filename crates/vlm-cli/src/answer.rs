//! How an answer is shown: whole or in pieces, as text or as JSON, with what it took and whether it is of use.

use serde::Serialize;
use vlm_core::{Ask, Choice, Completion, Error, FinishReason, StreamEvent};

use crate::exit::Failure;
use crate::report::Report;
use crate::waiting::Waiting;
use crate::words;

/// The whole answer as `--json` prints it.
#[derive(Serialize)]
struct Printed<'a> {
    /// The model that was asked; the completion has the service's own name for it.
    model: &'a str,
    elapsed_seconds: f64,
    completion: &'a Completion,
}

/// How the answer is shown.
pub(crate) struct Printing {
    pub(crate) waiting: Waiting,
    /// As JSON instead of text.
    pub(crate) json: bool,
    /// The answer itself shall be JSON.
    pub(crate) wants_json: bool,
    /// More than one answer was asked for.
    pub(crate) numbered: bool,
}

impl Printing {
    /// Asks, and prints the answer when it is there.
    pub(crate) async fn whole(
        self,
        ask: Ask,
        report: &mut Report,
        failed: impl FnOnce(Error) -> Failure,
    ) -> Result<(), Failure> {
        let answer = match self.waiting.patiently(ask.send(), report).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.broken_off(error, report, failed)),
        };
        if self.json {
            let elapsed_seconds = self.waiting.elapsed_seconds();
            report.json_pretty(&Printed { model: &self.waiting.model, elapsed_seconds, completion: &answer })?;
        } else {
            for choice in &answer.choices {
                self.choice(choice, answer.choices.len(), report)?;
            }
        }
        self.conclude(&answer, report)
    }

    /// Asks, and prints the answer as it comes.
    pub(crate) async fn streamed(
        self,
        ask: Ask,
        report: &mut Report,
        failed: impl FnOnce(Error) -> Failure,
    ) -> Result<(), Failure> {
        let mut stream = match self.waiting.patiently(ask.stream(), report).await {
            Ok(stream) => stream,
            Err(error) => return Err(self.broken_off(error, report, failed)),
        };
        let mut begun = false;
        loop {
            // Once there is something to see, a pause is no silence.
            let next = if begun { stream.next().await } else { self.waiting.patiently(stream.next(), report).await };
            let event = match next {
                None => break,
                Some(Ok(event)) => event,
                Some(Err(error)) => {
                    warnings(stream.partial(), report);
                    return Err(failed(error));
                }
            };
            if self.json {
                begun = true;
                report.json_line(&event)?;
            } else if let StreamEvent::Text { choice: 0, text } = &event {
                if !begun && self.numbered {
                    report.text("--- answer 1 ---\n")?;
                }
                begun = true;
                report.text(text)?;
            }
        }
        let answer = stream.partial();
        if !self.json {
            report.end_text()?;
            // Further answers come between the pieces of the first; they are printed behind it.
            for choice in answer.choices.iter().filter(|choice| choice.index != 0) {
                self.choice(choice, 2, report)?;
            }
        }
        self.conclude(answer, report)
    }

    /// One of the answers; with a line above where there are more.
    fn choice(&self, choice: &Choice, of: usize, report: &mut Report) -> Result<(), Failure> {
        if self.numbered || of > 1 {
            report.text(&format!("--- answer {} ---\n", u64::from(choice.index) + 1))?;
        }
        report.text(&choice.text)?;
        report.end_text()
    }

    /// A call that did not stream failed: what had arrived is shown as talk, for it is no answer.
    fn broken_off(&self, error: Error, report: &mut Report, failed: impl FnOnce(Error) -> Failure) -> Failure {
        if let Some(partial) = error.partial() {
            warnings(partial, report);
        }
        if let Some(text) = error.partial_text() {
            report.note("what had arrived of the answer:");
            for line in text.lines() {
                report.note(&format!("  {line}"));
            }
        }
        failed(error)
    }

    /// What the answer took, and whether it is of use.
    fn conclude(&self, answer: &Completion, report: &mut Report) -> Result<(), Failure> {
        warnings(answer, report);
        let cut = |reason: &FinishReason| answer.choices.iter().any(|choice| choice.finish == *reason);
        if cut(&FinishReason::Length) {
            report.warning("the answer was cut off at the token limit: raise --max-tokens");
        }
        if cut(&FinishReason::ContentFilter) {
            report.warning("a content filter cut the answer off");
        }
        report.note(&self.waiting.took(&words::taken(answer), &words::cost(&answer.cost)));
        self.judge(answer)
    }

    fn judge(&self, answer: &Completion) -> Result<(), Failure> {
        let unusable = |message: &str, hint: &str| Err(Failure::unusable(message, hint));
        if answer.choices.iter().all(|choice| choice.text.trim().is_empty()) {
            return unusable("the answer is empty", "ask again or in other words; check that media URLs are public");
        }
        let is_json = |choice: &Choice| serde_json::from_str::<serde::de::IgnoredAny>(choice.text.trim()).is_ok();
        if self.wants_json && !answer.choices.iter().all(is_json) {
            return unusable(
                "the answer is not JSON",
                "ask again, allow more tokens, or describe the JSON in the prompt",
            );
        }
        Ok(())
    }
}

/// What a reader of an answer should know.
pub(crate) fn warnings(answer: &Completion, report: &mut Report) {
    for warning in &answer.warnings {
        report.warning(&words::one_line(&warning.to_string()));
    }
}

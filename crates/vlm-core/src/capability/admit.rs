//! Does a request fit a model? Everything that does not is listed at once, before anything is sent.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{Capabilities, MediaCapability, Support};
use crate::completion::{Warning, WarningKind};
use crate::error::{Error, Problem, ProblemKind};
use crate::json_schema::JsonSchema;
use crate::media::{Media, MediaKind, MediaOption, Source};
use crate::message::{Message, Part, Role};
use crate::options::{Output, Sampling};
use crate::request::{Request, part_path};

/// A review in progress: what is refused, what is warned of.
///
/// A provider starts it with [`Admission::review`], adds what only it knows, and ends it with
/// [`finish`](Admission::finish).
#[derive(Debug)]
pub struct Admission {
    strict: bool,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl Capabilities {
    /// Accepts `request`, or says everything that this model cannot do for it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with one problem per thing that is wrong.
    pub fn admit(&self, request: &Request) -> Result<Vec<Warning>, Error> {
        Admission::review(self, request).finish()
    }
}

impl Admission {
    /// A review without findings; in a strict one, warnings are problems.
    pub fn new(strict: bool) -> Self {
        Self { strict, problems: Vec::new(), warnings: Vec::new() }
    }

    /// Reviews the whole request.
    pub fn review(capabilities: &Capabilities, request: &Request) -> Self {
        let mut review = Self::new(request.call.strict);
        review.model(capabilities, request);
        review.messages(capabilities, request);
        review.counts(capabilities, request);
        review.sampling(capabilities, &request.sampling);
        review.thinking(capabilities, request);
        review.output(capabilities, &request.output);
        review.call(request);
        review
    }

    /// Adds a problem.
    pub fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds a warning; in a strict review, a problem.
    pub fn warn(&mut self, warning: Warning) {
        if !self.strict {
            return self.warnings.push(warning);
        }
        let path = warning.path.unwrap_or_else(|| "request".to_owned());
        self.problems.push(Problem::new(ProblemKind::Unsupported, path, warning.message));
    }

    /// The problems so far.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes back the problems at these paths, where a caller has found a better one for each.
    pub fn drop_problems_at(&mut self, paths: &[String]) {
        self.problems.retain(|problem| !paths.contains(&problem.path));
    }

    /// Ends the review.
    ///
    /// # Errors
    /// All problems in one error.
    pub fn finish(self) -> Result<Vec<Warning>, Error> {
        if self.problems.is_empty() { Ok(self.warnings) } else { Err(Error::refused(self.problems)) }
    }

    /// Judges the use of one feature. False when the model does not have it; its details need no judging then.
    pub fn support(&mut self, support: &Support, path: impl Into<String>, what: impl Display) -> bool {
        match support {
            Support::Full => true,
            Support::Doubtful(note) => {
                self.warn(Warning::new(WarningKind::Undocumented, format!("{what}: {note}")).at(path));
                true
            }
            Support::None(note) => {
                let problem = Problem::new(ProblemKind::Unsupported, path, format!("{what} is not supported"));
                self.refuse(problem.with_advice(note.clone()));
                false
            }
        }
    }

    fn add(&mut self, kind: ProblemKind, path: impl Into<String>, message: impl Into<String>) {
        self.refuse(Problem::new(kind, path, message));
    }

    fn model(&mut self, capabilities: &Capabilities, request: &Request) {
        if request.model.trim().is_empty() {
            self.add(ProblemKind::Missing, "model", "no model is named");
        } else if !capabilities.listed {
            let message = format!(
                "`{}` is not in the list of known models; whether it exists is for the service to say",
                capabilities.model
            );
            self.warn(Warning::new(WarningKind::UnknownModel, message).at("model"));
        }
    }

    fn messages(&mut self, capabilities: &Capabilities, request: &Request) {
        match request.messages.last() {
            None => self.add(ProblemKind::Missing, "messages", "there is no message: ask something"),
            Some(last) if last.role != Role::User => {
                self.add(ProblemKind::Invalid, "messages", "the last message must be the user's");
            }
            Some(_) => {}
        }
        let asked = request.messages.iter().any(|message| message.role == Role::User && says_something(message));
        for (turn, message) in request.messages.iter().enumerate() {
            // Once something is asked, a turn may also just show something.
            let shows_only =
                asked && message.role == Role::User && message.parts.iter().all(|part| part.as_media().is_some());
            if !says_something(message) && (!shows_only || message.parts.is_empty()) {
                self.silent(turn, message.role);
            }
            self.message(capabilities, turn, message);
        }
    }

    /// A message that says nothing.
    fn silent(&mut self, turn: usize, role: Role) {
        let what_to_do = match role {
            Role::User => "say what you want to know",
            Role::System | Role::Assistant => "give it one, or leave it out",
        };
        let message = format!("the {role} message has no text: {what_to_do}");
        self.add(ProblemKind::Missing, format!("messages[{turn}]"), message);
    }

    fn message(&mut self, capabilities: &Capabilities, turn: usize, message: &Message) {
        if message.role == Role::Assistant {
            self.support(&capabilities.assistant_turns, format!("messages[{turn}].role"), "an assistant turn");
        }
        for (at, part) in message.parts.iter().enumerate() {
            match part {
                Part::Media(media) if message.role == Role::User => {
                    self.media(capabilities, &part_path(turn, at), media);
                }
                Part::Media(_) => {
                    let message = "only a message of the user can show pictures and films";
                    self.add(ProblemKind::Unsupported, part_path(turn, at), message);
                }
                Part::Text { .. } => {}
            }
        }
    }

    fn media(&mut self, capabilities: &Capabilities, path: &str, media: &Media) {
        self.content(path, media);
        for (option, mistake) in media.options().mistakes() {
            self.add(ProblemKind::OutOfRange, format!("{path}.options.{}", option.name()), mistake);
        }
        let Some(kind) = media.kind() else { return self.kind_unknown(path, media) };
        let capability = match kind {
            MediaKind::Image => &capabilities.image,
            MediaKind::Video => &capabilities.video,
        };
        self.source(capability, path, kind, media);
        self.media_type(capability, path, kind, media);
        if let Some(facts) = media.facts() {
            for problem in capability.limits.broken_by(facts, media.source()) {
                self.refuse(Problem { path: path.to_owned(), ..problem });
            }
        }
        self.media_options(capability, path, kind, media);
    }

    /// What holds for any model: there is content, and it is what it is said to be.
    fn content(&mut self, path: &str, media: &Media) {
        let Source::Bytes(content) = media.source() else { return };
        if content.is_empty() {
            return self.add(ProblemKind::Media, path, "the content is empty");
        }
        match media.media_type() {
            Some(media_type) => {
                if let Err(error) = media_type.verify(content) {
                    self.add(ProblemKind::Media, path, error.to_string());
                }
            }
            None => {
                let problem = Problem::new(ProblemKind::Media, path, "the content is no known picture or film");
                self.refuse(problem.with_advice("say what it is with Media::with_media_type()"));
            }
        }
    }

    /// Of content without a type, `content` has said so.
    fn kind_unknown(&mut self, path: &str, media: &Media) {
        if !matches!(media.source(), Source::Bytes(_)) {
            let problem = Problem::new(ProblemKind::Media, path, "it is not known whether this is a picture or a film");
            self.refuse(problem.with_advice("say so with Media::image() or Media::video()"));
        }
    }

    fn source(&mut self, capability: &MediaCapability, path: &str, kind: MediaKind, media: &Media) {
        let (support, form) = match media.source() {
            Source::Url(_) => (&capability.url, "by URL"),
            Source::Path(_) => (&capability.inline, "from a file"),
            Source::Bytes(_) => (&capability.inline, "as content"),
            Source::FileId(_) => (&capability.file_id, "by file id"),
        };
        let taken = self.support(support, path, format_args!("a {kind} {form}"));
        let (Source::Bytes(content), true) = (media.source(), taken) else { return };
        self.inline_size(capability, path, content.len() as u64);
    }

    /// Judges the size of content that is sent inline: for a provider, also of the files that it opened.
    pub fn inline_size(&mut self, capability: &MediaCapability, path: &str, bytes: u64) {
        if let Some(limit) = capability.max_inline_bytes.filter(|limit| bytes > *limit) {
            let problem =
                Problem::new(ProblemKind::Media, path, format!("{bytes} bytes are above the limit of {limit}"));
            self.refuse(problem.with_advice("make it smaller, give a URL, or raise the provider's limit for content"));
        }
    }

    fn media_type(&mut self, capability: &MediaCapability, path: &str, kind: MediaKind, media: &Media) {
        let Some(media_type) = media.media_type() else { return };
        if media_type.kind().is_some_and(|said| said != kind) {
            let message = format!("declared as a {kind}, but {media_type} is none");
            return self.add(ProblemKind::Media, path, message);
        }
        let taken = capability.media_types.iter().any(|taken| taken.same_format(&media_type));
        if !capability.media_types.is_empty() && !taken {
            let names: Vec<&str> = capability.media_types.iter().map(|taken| taken.as_str()).collect();
            let problem = Problem::new(ProblemKind::Media, path, format!("{media_type} is no {kind} this model takes"));
            self.refuse(problem.with_advice(format!("convert it to one of {}", names.join(", "))));
        }
    }

    fn media_options(&mut self, capability: &MediaCapability, path: &str, kind: MediaKind, media: &Media) {
        for option in media.options().set() {
            let path = format!("{path}.options.{}", option.name());
            if kind == MediaKind::Image && option.is_for_films() {
                self.add(ProblemKind::Invalid, path, format!("`{}` is an option of films", option.name()));
            } else if kind == MediaKind::Video && option == MediaOption::Detail {
                self.add(ProblemKind::Invalid, path, "`detail` is an option of pictures");
            } else if !capability.options.contains(&option) {
                let problem =
                    Problem::new(ProblemKind::Unsupported, path, format!("`{}` is not supported", option.name()));
                self.refuse(problem.with_advice("leave it out"));
            }
        }
    }

    fn counts(&mut self, capabilities: &Capabilities, request: &Request) {
        let kinds = [(MediaKind::Image, &capabilities.image), (MediaKind::Video, &capabilities.video)];
        for (kind, capability) in kinds {
            let count = request.media().filter(|media| media.kind() == Some(kind)).count();
            if let Some(limit) = capability.max_count.filter(|limit| count > *limit as usize) {
                self.add(
                    ProblemKind::OutOfRange,
                    "messages",
                    format!("{count} {kind}s are above the limit of {limit}"),
                );
            }
        }
    }

    fn sampling(&mut self, capabilities: &Capabilities, sampling: &Sampling) {
        let ranges = &capabilities.sampling;
        self.within("sampling.temperature", sampling.temperature, ranges.temperature.as_ref());
        self.within("sampling.top_p", sampling.top_p, ranges.top_p.as_ref());
        self.within("sampling.frequency_penalty", sampling.frequency_penalty, ranges.frequency_penalty.as_ref());
        self.within("sampling.presence_penalty", sampling.presence_penalty, ranges.presence_penalty.as_ref());
        self.within("sampling.max_tokens", sampling.max_tokens, ranges.max_tokens.as_ref());
        self.within("sampling.n", sampling.n, ranges.n.as_ref());
        if sampling.stop.iter().any(String::is_empty) {
            self.add(ProblemKind::Invalid, "sampling.stop", "an empty stop sequence would end every answer at once");
        }
        match (sampling.stop.len(), ranges.stop) {
            (0, _) => {}
            (count, None | Some(0)) => {
                let message = format!("{count} stop sequences, but this model takes none");
                let problem = Problem::new(ProblemKind::Unsupported, "sampling.stop", message);
                self.refuse(problem.with_advice("leave them out"));
            }
            (count, Some(limit)) if count > limit as usize => {
                let message = format!("{count} stop sequences are above the limit of {limit}");
                self.add(ProblemKind::OutOfRange, "sampling.stop", message);
            }
            _ => {}
        }
    }

    /// A value that is not comparable (NaN) lies in no range.
    fn within<T: PartialOrd + Display>(&mut self, path: &str, value: Option<T>, range: Option<&RangeInclusive<T>>) {
        match (value, range) {
            (Some(_), None) => {
                let problem = Problem::new(ProblemKind::Unsupported, path, "this model does not take it");
                self.refuse(problem.with_advice("leave it out"));
            }
            (Some(value), Some(range)) if !range.contains(&value) => {
                let message = format!("{value} is outside {} to {}", range.start(), range.end());
                self.add(ProblemKind::OutOfRange, path, message);
            }
            _ => {}
        }
    }

    fn thinking(&mut self, capabilities: &Capabilities, request: &Request) {
        let thinking = request.thinking;
        // A budget alone already says that the model shall think, so the switch is judged only where it adds something.
        if thinking.enabled == Some(false) || (thinking.enabled.is_some() && thinking.budget.is_none()) {
            self.support(&capabilities.thinking_switch, "thinking.enabled", "switching thinking on or off");
        }
        let Some(budget) = thinking.budget else { return };
        if thinking.enabled == Some(false) {
            self.add(ProblemKind::Invalid, "thinking.budget", "thinking is off: a budget means nothing");
        }
        let taken = self.support(&capabilities.thinking_budget, "thinking.budget", "a thinking budget");
        if let (true, Some(range)) = (taken, &capabilities.thinking_range) {
            self.within("thinking.budget", Some(budget), Some(range));
        }
    }

    fn output(&mut self, capabilities: &Capabilities, output: &Output) {
        match output {
            Output::Text => {}
            Output::Json => {
                self.support(&capabilities.json, "output", "JSON without a schema");
            }
            Output::JsonSchema(schema) => {
                self.support(&capabilities.json_schema, "output", "JSON by a schema");
                self.schema(schema);
            }
        }
    }

    fn schema(&mut self, schema: &JsonSchema) {
        if !schema.has_plain_name() {
            let message = "a schema's name is 1 to 64 letters, digits, `_` or `-`";
            self.add(ProblemKind::Invalid, "output.name", message);
        }
        if !schema.schema.is_object() {
            self.add(ProblemKind::Invalid, "output.schema", "a schema is a JSON object");
        }
    }

    fn call(&mut self, request: &Request) {
        if request.call.max_attempts == Some(0) {
            self.add(ProblemKind::OutOfRange, "call.max_attempts", "at least one attempt is needed");
        }
        if request.call.timeout.is_some_and(|timeout| timeout.is_zero()) {
            self.add(ProblemKind::OutOfRange, "call.timeout", "a deadline of zero leaves no time to answer");
        }
    }
}

fn says_something(message: &Message) -> bool {
    message.parts.iter().filter_map(Part::as_text).any(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;

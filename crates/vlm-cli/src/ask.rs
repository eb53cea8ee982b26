//! `vlm ask`: reads what the question needs and puts it together. How its answer is shown stands in `answer.rs`.

use std::time::Instant;

use vlm_core::{Ask, Error, Problem, ProblemKind, VisionProviderExt as _};

use crate::answer::Printing;
use crate::args::{AnswerArgs, AskArgs, CallArgs};
use crate::attachment::Attachment;
use crate::exit::{About, Failure};
use crate::provider::{self, Service};
use crate::report::Report;
use crate::{input, runtime};

/// The question, with everything read that it needs.
struct Question {
    args: AskArgs,
    model: String,
    attachments: Vec<Attachment>,
    /// What the attachments are called.
    labels: Vec<String>,
    schema: Option<serde_json::Value>,
}

pub(crate) fn run(args: AskArgs, report: &mut Report) -> Result<(), Failure> {
    report.set_quiet(args.output.quiet);
    // Before the runtime watches for Ctrl-C: waiting for standard input then ends as in any program.
    let question = Question::read(args)?;
    let offline = question.args.offline;
    let online = if offline { None } else { Some(provider::online(&question.args.call, report)?) };
    let work = async {
        let service = match online {
            Some(service) => service,
            None => {
                report.note("offline: answers come from the built-in emulator, not from a model");
                provider::offline(&question.args.call).await?
            }
        };
        question.ask(&service, report).await
    };
    runtime::run(work).map_err(|failure| match failure {
        Failure::Interrupted { .. } => Failure::Interrupted { billable: !offline },
        other => other,
    })
}

impl Question {
    fn read(mut args: AskArgs) -> Result<Self, Failure> {
        let mut attachments: Vec<Attachment> = args.attach.drain(..).map(Attachment::new).collect();
        let from_stdin = attachments.iter().filter(|attachment| attachment.is_stdin()).count()
            + usize::from(args.prompt == "-")
            + usize::from(provider::key_is_stdin(&args.call));
        if from_stdin > 1 {
            let message = "error: standard input can be read once only: give `-` in one place";
            return Err(Failure::Usage(message.to_owned()));
        }
        let labels = attachments.iter().map(Attachment::label).collect();
        if args.prompt == "-" {
            args.prompt = input::prompt()?;
        }
        if let Some(at) = attachments.iter().position(Attachment::is_stdin) {
            let attachment = attachments.remove(at).with_content(input::media()?);
            attachments.insert(at, attachment);
        }
        let schema = args.answer.json_schema.as_deref().map(input::schema).transpose()?;
        let model = provider::model(args.model.as_deref());
        Ok(Self { args, model, attachments, labels, schema })
    }

    async fn ask(mut self, service: &Service, report: &mut Report) -> Result<(), Failure> {
        let serving_hint = self.serving_hint(service);
        let (attached, offline) = (std::mem::take(&mut self.labels), self.args.offline);
        let failed = move |error: Error| {
            let is_about_media =
                |problem: &Problem| problem.kind == ProblemKind::Unsupported && problem.path.contains("].parts[");
            let hint = serving_hint.filter(|_| error.problems().iter().any(is_about_media));
            Failure::Call { error: Box::new(error), about: About { attached, hint, offline } }
        };
        let printing = Printing {
            model: std::mem::take(&mut self.model),
            started: Instant::now(),
            json: self.args.output.json,
            wants_json: self.args.answer.json_output || self.schema.is_some(),
            numbered: self.args.answer.n.is_some_and(|n| n > 1),
        };
        let streamed = self.args.output.stream;
        let ask = self.build(service, &printing.model);
        if streamed { printing.streamed(ask, report, failed).await } else { printing.whole(ask, report, failed).await }
    }

    fn build(self, service: &Service, model: &str) -> Ask {
        let Self { args: AskArgs { prompt, system, answer, call, .. }, attachments, schema, .. } = self;
        let mut ask = service.memories.model(model).ask(prompt);
        for attachment in attachments {
            ask = ask.attach(attachment);
        }
        if let Some(system) = system {
            ask = ask.system(system);
        }
        if let Some(schema) = schema {
            ask = ask.json_schema(answer.schema_name.clone(), schema);
        } else if answer.json_output {
            ask = ask.json();
        }
        with_options(ask, answer, call)
    }

    /// How to give a film from a file to a model that takes films by URL: the emulator can serve it.
    fn serving_hint(&self, service: &Service) -> Option<String> {
        let film = self.attachments.iter().find_map(Attachment::film_file)?;
        let capabilities = service.memories.model(&self.model).capabilities().ok()?;
        if !self.args.offline || !capabilities.video.url.is_available() || capabilities.video.inline.is_available() {
            return None;
        }
        let folder = film
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .map_or(".".into(), |folder| folder.to_string_lossy());
        let name = film.file_name()?.to_string_lossy();
        Some(format!(
            "without the service: run `vlm emulate --media {folder}`, set the variables that it prints, \
             and attach http://127.0.0.1:8787/media/{name} without --offline"
        ))
    }
}

fn with_options(ask: Ask, answer: AnswerArgs, call: CallArgs) -> Ask {
    let ask = ask.with(|request| {
        let sampling = &mut request.sampling;
        sampling.temperature = answer.temperature;
        sampling.top_p = answer.top_p;
        sampling.max_tokens = answer.max_tokens;
        sampling.frequency_penalty = answer.frequency_penalty;
        sampling.presence_penalty = answer.presence_penalty;
        sampling.n = answer.n;
        sampling.stop = answer.stop;
        request.thinking = answer.thinking.unwrap_or_default();
        request.call.timeout = call.timeout;
        request.call.max_attempts = call.max_attempts;
        request.call.strict = call.strict;
    });
    match call.endpoint {
        Some(endpoint) => ask.extra("memories", "endpoint", endpoint.into()),
        None => ask,
    }
}

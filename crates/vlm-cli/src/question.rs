//! A question: reads what it needs, finds the service for it, and puts it together. What its answer is stands elsewhere.

use vlm_core::{Ask, VisionProviderExt as _};

use crate::args::{CallArgs, QuestionArgs, SamplingArgs, SpendArgs};
use crate::attachment::Attachment;
use crate::exit::{About, Failure};
use crate::provider::{self, Service};
use crate::registry::NamedModel;
use crate::report::Report;
use crate::spending::Spending;
use crate::waiting::Waiting;
use crate::{input, runtime};

/// A question, with everything read that it needs.
pub(crate) struct Question {
    args: QuestionArgs,
    sampling: SamplingArgs,
    spend: SpendArgs,
    call: CallArgs,
    model: NamedModel,
    attachments: Vec<Attachment>,
    /// What the attachments are called.
    labels: Vec<String>,
}

/// A question on its way to a service.
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    pub(crate) waiting: Waiting,
    pub(crate) about: About,
}

impl Question {
    /// Reads prompt and media; `stdin_taken` where a schema comes from standard input.
    pub(crate) fn read(
        mut args: QuestionArgs,
        sampling: SamplingArgs,
        spend: SpendArgs,
        call: CallArgs,
        stdin_taken: bool,
    ) -> Result<Self, Failure> {
        let mut attachments: Vec<Attachment> = args.attach.drain(..).map(Attachment::new).collect();
        let from_stdin = attachments.iter().filter(|attachment| attachment.is_stdin()).count()
            + usize::from(args.prompt == "-")
            + usize::from(provider::key_is_stdin(&call))
            + usize::from(stdin_taken);
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
        let model = provider::model(args.model.as_deref())?;
        Ok(Self { args, sampling, spend, call, model, attachments, labels })
    }

    /// Puts it to the service that the flags name, and has `work` await the answer.
    ///
    /// Everything is read before: the runtime watches for Ctrl-C, and waiting for standard input ends by it as in any
    /// program.
    pub(crate) fn put(
        self,
        report: &mut Report,
        work: impl AsyncFnOnce(Asked, &mut Report) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let offline = self.args.offline;
        let spending = Spending::read(&self.spend, offline)?;
        let online = if offline { None } else { Some(provider::online(&self.call, &spending, &self.model, report)?) };
        let outcome = runtime::run(async {
            let service = match online {
                Some(service) => service,
                None => {
                    let service = provider::offline(&self.call, &spending, &self.model).await?;
                    report.note("offline: answers come from the built-in emulator, not from a model");
                    service
                }
            };
            work(self.asked(&service), report).await
        });
        outcome.map_err(|failure| match failure {
            Failure::Interrupted { .. } => Failure::Interrupted { billable: !offline },
            other => other,
        })
    }

    fn asked(mut self, service: &Service) -> Asked {
        let hint = self.serving_hint(service);
        let attached = std::mem::take(&mut self.labels);
        let about = About { attached, hint, schema_flag: "--json-schema", offline: self.args.offline };
        let waiting = Waiting::begin(self.model.full());
        Asked { ask: self.build(service), waiting, about }
    }

    fn build(self, service: &Service) -> Ask {
        let Self { args: QuestionArgs { prompt, system, .. }, sampling, call, model, attachments, .. } = self;
        let mut ask = service.provider.model(&model.model).ask(prompt);
        for attachment in attachments {
            ask = ask.attach(attachment);
        }
        if let Some(system) = system {
            ask = ask.system(system);
        }
        with_options(ask, &sampling, &call)
    }

    /// How to give a film from a file to a model that takes films by URL: the emulator can serve it.
    fn serving_hint(&self, service: &Service) -> Option<String> {
        let film = self.attachments.iter().find_map(Attachment::film_file)?;
        let capabilities = service.provider.model(&self.model.model).capabilities().ok()?;
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

/// The question with its settings.
pub(crate) fn with_options(ask: Ask, given: &SamplingArgs, call: &CallArgs) -> Ask {
    let ask = ask.with(|request| {
        let sampling = &mut request.sampling;
        sampling.temperature = given.temperature;
        sampling.top_p = given.top_p;
        sampling.max_tokens = given.max_tokens;
        sampling.frequency_penalty = given.frequency_penalty;
        sampling.presence_penalty = given.presence_penalty;
        sampling.stop.clone_from(&given.stop);
        request.thinking = given.thinking.unwrap_or_default();
        request.call.timeout = call.timeout;
        request.call.max_attempts = call.max_attempts;
        request.call.strict = call.strict;
    });
    match &call.endpoint {
        Some(endpoint) => ask.extra("memories", "endpoint", endpoint.clone().into()),
        None => ask,
    }
}

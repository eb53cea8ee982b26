//! `vlm estimate`: what questions would take and cost. How the numbers are shown stands in `estimate/show.rs`.

mod show;
mod total;

use std::sync::Arc;

use vlm_core::{
    Error, Media, MediaKind, PriceList, Problem, ProblemKind, Request, Source, VisionProvider, VisionProviderExt as _,
};
use vlm_estimate::{Assessment, Estimate, Estimator};

use crate::args::EstimateArgs;
use crate::attachment::Attachment;
use crate::exit::{About, Failure};
use crate::registry::{Connected, NamedModel};
use crate::report::Report;
use crate::{ask, input, media_list, provider, question, registry, runtime, spending};

/// A picture or film that is a call of its own, and how it is called; none for a call with what goes along alone.
type Subject = (String, Option<Attachment>);

/// The estimate of one call, or why it would be refused.
pub(crate) struct Row {
    media: String,
    model: String,
    outcome: Result<Estimate, Error>,
    /// What has to be done before such a call can be sent: a film behind a URL, say, instead of in a file.
    caveats: Vec<Problem>,
}

/// A model to estimate for.
struct Candidate {
    provider: Arc<dyn VisionProvider>,
    /// Its name at the provider.
    model: String,
    /// Its name here.
    shown: String,
}

/// Everything that was read, and is asked of each subject.
struct Asked {
    prompt: String,
    args: EstimateArgs,
    schema: Option<serde_json::Value>,
    along: Vec<Media>,
    labels: Vec<String>,
}

pub(crate) fn run(mut args: EstimateArgs, report: &mut Report) -> Result<(), Failure> {
    report.set_quiet(args.output.quiet);
    let prices = spending::prices(&args.spend.prices)?;
    let subjects = subjects(std::mem::take(&mut args.media))?;
    let asked = Asked::read(args)?;
    let candidates = asked.candidates(&prices)?;
    let rows = runtime::run(asked.estimate(&candidates, subjects))?;
    let models: Vec<String> = candidates.into_iter().map(|candidate| candidate.shown).collect();
    show::rows(&rows, &models, asked.args.output.json, report)?;
    outcome(rows, asked)
}

fn subjects(named: Vec<std::ffi::OsString>) -> Result<Vec<Subject>, Failure> {
    if named.is_empty() {
        return Ok(vec![(String::new(), None)]);
    }
    let media = media_list::expand(named)?;
    Ok(media.into_iter().map(|media| (media.label(), Some(media))).collect())
}

impl Asked {
    /// Reads prompt, schema and what goes along.
    fn read(mut args: EstimateArgs) -> Result<Self, Failure> {
        let attached: Vec<Attachment> = args.attach.drain(..).map(Attachment::new).collect();
        let from_stdin = attached.iter().filter(|one| one.is_stdin()).count() + usize::from(args.prompt == "-");
        if from_stdin > 1 {
            let message = "error: standard input can be read once only: give `-` in one place";
            return Err(Failure::Usage(message.to_owned()));
        }
        let prompt = if args.prompt == "-" { input::prompt()? } else { args.prompt.clone() };
        let schema = args.answer.json_schema.as_deref().map(input::schema).transpose()?;
        let labels = attached.iter().map(Attachment::label).collect();
        let mut along = Vec::new();
        for attachment in attached {
            let attachment = if attachment.is_stdin() { attachment.with_content(input::media()?) } else { attachment };
            along.push(Media::try_from(attachment).map_err(|error| Failure::call(error.into()))?);
        }
        Ok(Self { prompt, args, schema, along, labels })
    }

    /// The models that are meant, in order.
    fn candidates(&self, prices: &PriceList) -> Result<Vec<Candidate>, Failure> {
        if self.args.all_models {
            let mut all = Vec::new();
            for backend in registry::all() {
                let Connected { provider, models } = registry::catalogue(&*backend, prices)?;
                all.extend(models.into_iter().map(|model| Candidate {
                    provider: provider.clone(),
                    shown: registry::full(&*backend, &model.model),
                    model: model.model,
                }));
            }
            return Ok(all);
        }
        let named = match self.args.model.as_slice() {
            [] => vec![provider::model(None)?],
            named => named.iter().map(|name| NamedModel::read(name)).collect::<Result<_, _>>()?,
        };
        let candidate = |named: NamedModel| {
            let provider = registry::catalogue(&*named.backend, prices)?.provider;
            Ok(Candidate { provider, shown: named.full(), model: named.model })
        };
        named.into_iter().map(candidate).collect()
    }

    /// Every subject at every model; each is looked at once.
    async fn estimate(&self, candidates: &[Candidate], subjects: Vec<Subject>) -> Result<Vec<Row>, Failure> {
        let looking = self.looking()?;
        let counting = self.counting(Estimator::new());
        let mut rows = Vec::new();
        let Some(first) = candidates.first() else { return Ok(rows) };
        for (media, subject) in subjects {
            let mut request = match self.request(first, subject) {
                Ok(request) => request,
                Err(error) => {
                    rows.push(Row { media, model: first.shown.clone(), outcome: Err(error), caveats: Vec::new() });
                    continue;
                }
            };
            let unseen = looking.as_ref().unwrap_or(&counting).inspect(&mut request).await;
            for candidate in candidates {
                request.model.clone_from(&candidate.model);
                let (mut outcome, caveats) = judged(&candidate.provider, &counting, &request).await;
                if let Ok(estimate) = &mut outcome {
                    estimate.unknown.splice(..0, unseen.iter().cloned());
                }
                if self.args.all_models && outcome.as_ref().is_err_and(takes_no_such_media) {
                    continue;
                }
                rows.push(Row { media: media.clone(), model: candidate.shown.clone(), outcome, caveats });
            }
        }
        Ok(rows)
    }

    fn counting(&self, estimator: Estimator) -> Estimator {
        match self.args.typical_output {
            Some(tokens) => estimator.typical_output(tokens),
            None => estimator,
        }
    }

    /// One that looks at URLs, where the flags allow it. What a person types may be on this machine.
    fn looking(&self) -> Result<Option<Estimator>, Failure> {
        if !self.args.probe_urls {
            return Ok(None);
        }
        let fetcher = vlm_http::MediaFetcher::builder().allow_loopback(true).build().map_err(Failure::call)?;
        Ok(Some(Estimator::new().probe_urls(fetcher)))
    }

    fn request(&self, candidate: &Candidate, subject: Option<Attachment>) -> Result<Request, Error> {
        let mut ask = candidate.provider.model(candidate.model.clone()).ask(self.prompt.clone());
        for media in &self.along {
            ask = ask.attach(media.clone());
        }
        if let Some(subject) = subject {
            ask = ask.attach(subject);
        }
        if let Some(system) = &self.args.system {
            ask = ask.system(system.clone());
        }
        let ask = ask::answered_as(ask, &self.args.answer, self.schema.clone());
        question::with_options(ask, &self.args.sampling, &self.args.call).into_request()
    }
}

/// The estimate of a request, and what has to be done before it can be sent; or why it would be refused.
async fn judged(
    provider: &Arc<dyn VisionProvider>,
    counting: &Estimator,
    request: &Request,
) -> (Result<Estimate, Error>, Vec<Problem>) {
    let assessment = match counting.assess(provider, request).await {
        Ok(assessment) => assessment,
        Err(error) => return (Err(error), Vec::new()),
    };
    if assessment.found_here.is_empty()
        && assessment.refused.iter().all(|problem| by_url_only(provider, request, problem))
    {
        let Assessment { estimate, refused, .. } = assessment;
        return (Ok(estimate), refused);
    }
    let named = |error: Error| error.with_provider(provider.id().to_owned()).with_model(request.model.clone());
    (assessment.into_estimate().map_err(named), Vec::new())
}

/// Whether all that is wrong with a part is that the model takes such content by URL, not from a file.
fn by_url_only(provider: &Arc<dyn VisionProvider>, request: &Request, problem: &Problem) -> bool {
    let Ok(model) = provider.capabilities(&request.model) else { return false };
    let media = request.media_with_paths().find(|(path, _)| *path == problem.path).map(|(_, media)| media);
    media.is_some_and(|media| {
        let form = if media.kind() == Some(MediaKind::Video) { &model.video } else { &model.image };
        let is_content = matches!(media.source(), Source::Path(_) | Source::Bytes(_));
        problem.kind == ProblemKind::Unsupported && is_content && form.url.is_available() && !form.inline.is_available()
    })
}

/// Whether all that is wrong is that a model takes no such media: of all models, such ones are not meant.
fn takes_no_such_media(error: &Error) -> bool {
    let of_media = |problem: &Problem| problem.kind == ProblemKind::Unsupported && problem.path.contains("].parts[");
    !error.problems().is_empty() && error.problems().iter().all(of_media)
}

/// A call that would be refused is a failure: alone with its reasons, among others with their number.
fn outcome(mut rows: Vec<Row>, asked: Asked) -> Result<(), Failure> {
    let all = rows.len();
    let refused = rows.iter().filter(|row| row.outcome.is_err()).count();
    if all == 0 {
        let hint = "`vlm models` shows what each model takes";
        return Err(Failure::setup("no listed model takes such media in this form", hint));
    }
    if all == 1 && refused == 1 {
        let Row { media, outcome: Err(error), .. } = rows.remove(0) else { return Ok(()) };
        let attached = asked.labels.into_iter().chain([media]).collect();
        return Err(About { attached, schema_flag: "--json-schema", offline: true, ..About::default() }.failed(error));
    }
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::setup(format!("{refused} of {all} calls would be refused"), "each line above says why"))
}

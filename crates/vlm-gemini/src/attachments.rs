//! The pictures and films of a request, made ready to be sent: files opened and recognised, URLs judged, and decided which
//! of them stand in the request and which are uploaded before. Nothing is sent here, and everything that is wrong is
//! collected.

mod recognise;
mod room;

use vlm_core::{
    Admission, Capabilities, Media, MediaFacts, MediaKind, MediaType, Part, Problem, ProblemKind, Request, Source,
    Warning, WarningKind,
};
use vlm_http::{LocalFile, Payload, check_media_url};
use vlm_media::{Sparse, Step};

use crate::files;
use crate::models::Content;
use crate::settings::Upload;
use recognise::recognise;

/// One picture or film, opened.
#[derive(Clone, Debug)]
pub(crate) enum Opened {
    /// The service fetches it, or has it.
    Uri(String),
    /// Its content is here.
    Content(Payload),
    /// Something is wrong with it, and was reported.
    Unusable,
}

/// All pictures and films of a request, in order, each with its path.
#[derive(Debug)]
pub(crate) struct Attachments {
    opened: Vec<(String, Opened)>,
}

/// What `open` has to know about the service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service<'a> {
    /// It is on this machine, so media may be too.
    pub(crate) loopback: bool,
    /// Where files of the Files API are.
    pub(crate) files: &'a str,
}

impl Attachments {
    /// Opens the files of `request` and says in it what each one is: its type, and its size and length as its header
    /// tells, so that the model's limits can be judged.
    pub(crate) async fn open(request: &mut Request, service: Service<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut files = Vec::new();
        for (_, media) in request.media_with_paths() {
            if let Source::Path(path) = media.source() {
                let file = LocalFile::open(path.clone()).await.map_err(|problem| problem.to_string());
                let facts = match &file {
                    Ok(file) if media.facts().is_none() => facts_of(file).await,
                    _ => None,
                };
                files.push(file.map(|file| (file, facts)));
            }
        }
        let mut files = files.into_iter();
        let mut opened = Vec::new();
        request.map_media(|path, media| {
            let result = match media.source().clone() {
                Source::Url(url) => address(media, url, service),
                Source::FileId(id) => files::uri(&id, service.files).map(Opened::Uri),
                Source::Path(_) => files.next().unwrap_or_else(|| Err("the file was not opened".to_owned())).and_then(
                    |(file, facts)| {
                        recognise(media, file.head(), &file.path().display().to_string())?;
                        know(media, facts);
                        Ok(Opened::Content(Payload::File(file)))
                    },
                ),
                Source::Bytes(content) => recognise(media, &content, "the content").map(|()| {
                    know(media, vlm_media::probe_bytes(&content).ok().map(|probe| probe.facts));
                    Opened::Content(Payload::Bytes(content))
                }),
                _ => Ok(Opened::Unusable),
            };
            let result = result.unwrap_or_else(|message| {
                problems.push(Problem::new(ProblemKind::Media, path, message));
                Opened::Unusable
            });
            opened.push((path.to_owned(), result));
        });
        Self { opened }
    }

    /// Judges what only this provider knows of media: sizes of files, room in the request, types that are doubtful.
    pub(crate) fn review(
        &self,
        request: &Request,
        capabilities: &Capabilities,
        content: Content,
        admission: &mut Admission,
    ) {
        for ((path, opened), media) in self.opened.iter().zip(request.media()) {
            let capability = match media.kind() {
                Some(MediaKind::Video) => &capabilities.video,
                _ => &capabilities.image,
            };
            if let Opened::Content(Payload::File(file)) = opened {
                admission.inline_size(capability, path, file.len());
            }
            if let (Opened::Uri(uri), Source::Url(_)) = (opened, media.source())
                && uri.starts_with("gs://")
            {
                let message = "objects of Cloud Storage are documented here only after they were registered as files";
                admission.warn(Warning::new(WarningKind::Undocumented, message).at(path));
            }
            if media.media_type() == Some(MediaType::MATROSKA) {
                let message = "Matroska is not among the documented types of films; WebM is";
                admission.warn(Warning::new(WarningKind::Undocumented, message).at(path));
            }
            if let Some(fps) = media.options().fps.filter(|fps| *fps > 24.0) {
                let message = format!("{fps} is above 24 frames per second, the most that the service takes");
                admission.refuse(Problem::new(ProblemKind::OutOfRange, format!("{path}.options.fps"), message));
            }
        }
        self.review_room(request, content, admission);
    }

    /// Without uploads, everything together must find room in the request.
    fn review_room(&self, request: &Request, content: Content, admission: &mut Admission) {
        if content.upload != Upload::Never {
            return;
        }
        let reported: Vec<String> = admission.problems().iter().map(|problem| problem.path.clone()).collect();
        for at in self.without_room(request, content) {
            let Some((path, _)) = self.opened.get(at).filter(|(path, _)| !reported.contains(path)) else { continue };
            let message =
                format!("the request has no room for it: with all media it would pass {} bytes", content.inline_limit);
            let advice = "send fewer or smaller media, allow uploads, or raise the limit for content in the request";
            admission.refuse(Problem::new(ProblemKind::Media, path, message).with_advice(advice));
        }
    }

    /// Which of them are uploaded before the request is sent.
    pub(crate) fn to_upload(&self, request: &Request, content: Content) -> Vec<usize> {
        match content.upload {
            Upload::Never => Vec::new(),
            Upload::WhenLarge => self.without_room(request, content),
            Upload::Always => (0..self.opened.len()).filter(|at| self.length(*at).is_some()).collect(),
        }
    }

    fn without_room(&self, request: &Request, content: Content) -> Vec<usize> {
        let lengths: Vec<Option<u64>> = (0..self.opened.len()).map(|at| self.length(at)).collect();
        room::without_room(&lengths, words(request), content.inline_limit)
    }

    fn length(&self, at: usize) -> Option<u64> {
        match &self.opened.get(at)?.1 {
            Opened::Content(payload) => Some(payload.len()),
            _ => None,
        }
    }

    /// What each of them turned out to be.
    pub(crate) fn into_opened(self) -> Vec<Opened> {
        self.opened.into_iter().map(|(_, opened)| opened).collect()
    }
}

/// The bytes of all texts; escapes are not counted.
fn words(request: &Request) -> u64 {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    parts.filter_map(Part::as_text).map(|text| text.len() as u64).fold(0, u64::saturating_add)
}

/// A URL that the service may be asked to fetch. YouTube has films only, whatever the address looks like.
fn address(media: &mut Media, url: String, service: Service<'_>) -> Result<Opened, String> {
    let bucket = url.trim().strip_prefix("gs://").is_some_and(|rest| {
        rest.split_once('/').is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty())
    });
    if bucket {
        return Ok(Opened::Uri(url.trim().to_owned()));
    }
    check_media_url(&url, service.loopback).map_err(|problem| problem.to_string())?;
    if media.kind().is_none() && is_youtube(&url) {
        *media = media.clone().video();
    }
    Ok(Opened::Uri(url))
}

fn is_youtube(url: &str) -> bool {
    let host = url::Url::parse(url.trim()).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    host.is_some_and(|host| ["youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"].contains(&host.as_str()))
}

/// What the header of a file tells; nothing where it cannot be read: then the service has to judge it.
///
/// The beginning, which is read already, has the header of most pictures.
async fn facts_of(file: &LocalFile) -> Option<MediaFacts> {
    let mut beginning = Sparse::new(file.len());
    beginning.insert(0, file.head());
    if let Ok(Step::Done(probe)) = beginning.probe() {
        return Some(probe.facts);
    }
    let path = file.path().to_owned();
    let probe = move || vlm_media::probe_file(path).ok().map(|probe| probe.facts);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(probe).await.ok().flatten(),
        Err(_) => probe(),
    }
}

/// Adds what is known of `media`, where its owner said nothing.
fn know(media: &mut Media, facts: Option<MediaFacts>) {
    if let (None, Some(facts)) = (media.facts(), facts) {
        *media = media.clone().with_facts(facts);
    }
}

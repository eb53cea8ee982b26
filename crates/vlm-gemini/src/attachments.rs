//! The pictures and films of a request, as this service takes them: its own addresses and ids judged, and decided which of
//! them stand in the request and which are uploaded before. Nothing is sent here, and everything that is wrong is collected.

mod room;

use vlm_core::{Admission, Capabilities, MediaType, Part, Problem, ProblemKind, Request, Source, Warning, WarningKind};
use vlm_http::{Attached, check_media_url};

use crate::files;
use crate::models::Content;
use crate::settings::Upload;

/// All pictures and films of a request, in order.
#[derive(Debug)]
pub(crate) struct Attachments {
    opened: vlm_http::Attachments,
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
    /// Opens the files of `request`, and returns it with what was learned of its media.
    pub(crate) async fn open(request: &Request, service: Service<'_>, problems: &mut Vec<Problem>) -> (Self, Request) {
        let mut request = request.clone();
        request.map_media(|path, media| match media.source() {
            // YouTube has films only, whatever the address looks like.
            Source::Url(url) if media.kind().is_none() && is_youtube(url) => *media = media.clone().video(),
            Source::FileId(id) => {
                if let Err(message) = files::uri(id, service.files) {
                    problems.push(Problem::new(ProblemKind::Media, path, message));
                }
            }
            _ => {}
        });
        let check = |url: &str| {
            if is_object(url) {
                return Ok(());
            }
            check_media_url(url, service.loopback).map_err(|problem| problem.to_string())
        };
        let (opened, request) = vlm_http::Attachments::open(&request, check, problems).await;
        (Self { opened }, request.into_owned())
    }

    /// Judges what only this provider knows of media: sizes of files, room in the request, types that are doubtful.
    pub(crate) fn review(
        &self,
        request: &Request,
        capabilities: &Capabilities,
        content: Content,
        admission: &mut Admission,
    ) {
        self.opened.review(request, capabilities, admission);
        for ((path, attached), media) in self.opened.iter().zip(request.media()) {
            if matches!(attached, Attached::Url(url) if is_object(url)) {
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
            let path = self.opened.iter().nth(at).map(|(path, _)| path.to_owned());
            let Some(path) = path.filter(|path| !reported.contains(path)) else { continue };
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
            Upload::Always => {
                let content = self.lengths().into_iter().enumerate().filter(|(_, length)| length.is_some());
                content.map(|(at, _)| at).collect()
            }
        }
    }

    fn without_room(&self, request: &Request, content: Content) -> Vec<usize> {
        room::without_room(&self.lengths(), words(request), content.inline_limit)
    }

    /// The bytes of each that is content.
    fn lengths(&self) -> Vec<Option<u64>> {
        let length = |(_, attached): (&str, &Attached)| match attached {
            Attached::Content(payload) => Some(payload.len()),
            _ => None,
        };
        self.opened.iter().map(length).collect()
    }

    /// What each of them turned out to be.
    pub(crate) fn into_attached(self) -> impl Iterator<Item = Attached> {
        self.opened.into_attached()
    }
}

/// The bytes of all texts; escapes are not counted.
fn words(request: &Request) -> u64 {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    parts.filter_map(Part::as_text).map(|text| text.len() as u64).fold(0, u64::saturating_add)
}

/// An object of Cloud Storage: `gs://bucket/object`.
fn is_object(url: &str) -> bool {
    url.trim().strip_prefix("gs://").is_some_and(|rest| {
        rest.split_once('/').is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty())
    })
}

fn is_youtube(url: &str) -> bool {
    let host = url::Url::parse(url.trim()).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    host.is_some_and(|host| ["youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"].contains(&host.as_str()))
}

//! The pictures and films of a request, opened: files and bytes recognised and looked at, URLs judged. Nothing is sent here,
//! and everything that is wrong is collected. How a service writes them stands with its provider.

use std::borrow::Cow;

use vlm_core::{Admission, Capabilities, MediaKind, MediaType, Problem, ProblemKind, Request, Source};

use crate::body::{MediaSlots, Payload};
use crate::file::LocalFile;
use crate::media_file::{facts_of, know, recognise};

/// One picture or film, ready to be written into a body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Attached {
    /// An address, which was judged.
    Url(String),
    /// The id of a file that the provider already holds.
    FileId(String),
    /// Content, in memory or on disk.
    Content(Payload),
    /// Something is wrong with it, and was reported.
    Unusable,
}

impl Attached {
    /// For services that take both alike: an address as it is, content as a `data:` URL in a slot of the body. Empty for
    /// what cannot be written so.
    pub fn into_url(self, media_type: Option<&MediaType>, slots: &mut MediaSlots) -> String {
        match self {
            Self::Url(url) => url,
            Self::Content(payload) => {
                let name = media_type.map_or("application/octet-stream", MediaType::as_str);
                slots.add(format!("data:{name};base64,"), payload)
            }
            _ => String::new(),
        }
    }
}

/// All pictures and films of a request, in order, each with its path in the request.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    opened: Vec<(String, Attached)>,
}

impl Attachments {
    /// Opens the files of `request`, and returns it with what each one is said in it: its type, and its size and length
    /// as its header tells, so that the model's limits can be judged. `check_url` judges addresses, in the manner of
    /// [`check_media_url`](crate::check_media_url); whatever is wrong goes to `problems`.
    ///
    /// A request without media stays as it is.
    pub async fn open<'a>(
        request: &'a Request,
        check_url: impl Fn(&str) -> Result<(), String>,
        problems: &mut Vec<Problem>,
    ) -> (Self, Cow<'a, Request>) {
        if request.media().next().is_none() {
            return (Self::default(), Cow::Borrowed(request));
        }
        let mut request = request.clone();
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
                Source::Url(url) => check_url(&url).map(|()| Attached::Url(url)),
                Source::Path(_) => files.next().unwrap_or_else(|| Err("the file was not opened".to_owned())).and_then(
                    |(file, facts)| {
                        recognise(media, file.head(), &file.path().display().to_string())?;
                        know(media, facts);
                        Ok(Attached::Content(Payload::File(file)))
                    },
                ),
                Source::Bytes(content) => recognise(media, &content, "the content").map(|()| {
                    know(media, vlm_media::probe_bytes(&content).ok().map(|probe| probe.facts));
                    Attached::Content(Payload::Bytes(content))
                }),
                Source::FileId(id) => Ok(Attached::FileId(id)),
                _ => Ok(Attached::Unusable),
            };
            let result = result.unwrap_or_else(|message| {
                problems.push(Problem::new(ProblemKind::Media, path, message));
                Attached::Unusable
            });
            opened.push((path.to_owned(), result));
        });
        (Self { opened }, Cow::Owned(request))
    }

    /// Judges the size of opened files; content in memory was judged by the admission already.
    pub fn review(&self, request: &Request, capabilities: &Capabilities, admission: &mut Admission) {
        for ((path, attached), media) in self.opened.iter().zip(request.media()) {
            let capability = match media.kind() {
                Some(MediaKind::Video) => &capabilities.video,
                _ => &capabilities.image,
            };
            if let (Attached::Content(Payload::File(file)), true) = (attached, capability.inline.is_available()) {
                admission.inline_size(capability, path, file.len());
            }
        }
    }

    /// Each of them with its path in the request, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attached)> {
        self.opened.iter().map(|(path, attached)| (path.as_str(), attached))
    }

    /// Each of them by value, in the order of [`Request::media`].
    pub fn into_attached(self) -> impl Iterator<Item = Attached> {
        self.opened.into_iter().map(|(_, attached)| attached)
    }
}

//! The pictures and films of a request, made ready to be sent: files opened and recognised, URLs judged, content placed
//! in the body. Nothing is sent here, and everything that is wrong is collected.

use vlm_core::{
    Admission, Capabilities, Media, MediaFacts, MediaKind, MediaType, Problem, ProblemKind, Request, Source,
};
use vlm_http::{LocalFile, MediaSlots, Payload, check_media_url};
use vlm_media::{Sparse, Step};

use crate::wire::Placed;

/// One picture or film, opened.
#[derive(Debug)]
enum Opened {
    Url(String),
    Content(Payload, u64),
    /// Something is wrong with it, and was reported.
    Unusable,
}

/// All pictures and films of a request, in order.
#[derive(Debug)]
pub(crate) struct Attachments {
    opened: Vec<(String, Opened)>,
}

impl Attachments {
    /// Opens the files of `request` and says in it what each one is: its type, and its size and length as its header
    /// tells, so that the model's limits can be judged.
    pub(crate) async fn open(request: &mut Request, loopback: bool, problems: &mut Vec<Problem>) -> Self {
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
                Source::Url(url) => {
                    check_media_url(&url, loopback).map(|()| Opened::Url(url)).map_err(|e| e.to_string())
                }
                Source::Path(_) => files.next().unwrap_or_else(|| Err("the file was not opened".to_owned())).and_then(
                    |(file, facts)| {
                        recognise(media, file.head(), &file.path().display().to_string())?;
                        know(media, facts);
                        let length = file.len();
                        Ok(Opened::Content(Payload::File(file), length))
                    },
                ),
                Source::Bytes(content) => recognise(media, &content, "the content").map(|()| {
                    know(media, vlm_media::probe_bytes(&content).ok().map(|probe| probe.facts));
                    let length = content.len() as u64;
                    Opened::Content(Payload::Bytes(content), length)
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

    /// Judges the size of opened files; content in memory was judged by the admission already.
    pub(crate) fn review(&self, request: &Request, capabilities: &Capabilities, admission: &mut Admission) {
        for ((path, opened), media) in self.opened.iter().zip(request.media()) {
            let capability = match media.kind() {
                Some(MediaKind::Video) => &capabilities.video,
                _ => &capabilities.image,
            };
            if let (Opened::Content(Payload::File(_), length), true) = (opened, capability.inline.is_available()) {
                admission.inline_size(capability, path, *length);
            }
        }
    }

    /// Places each of them in a body: URLs as they are, content as a slot that the body fills.
    pub(crate) fn place(self, request: &Request, slots: &mut MediaSlots) -> Vec<Placed> {
        let places = self.opened.into_iter().zip(request.media()).map(|((_, opened), media)| {
            let media_type = media.media_type();
            let text = match opened {
                Opened::Url(url) => url,
                Opened::Content(payload, _) => {
                    let name = media_type.as_ref().map_or("application/octet-stream", MediaType::as_str);
                    slots.add(format!("data:{name};base64,"), payload)
                }
                Opened::Unusable => String::new(),
            };
            Placed { kind: media.kind().unwrap_or(MediaKind::Image), text, options: media.options().clone() }
        });
        places.collect()
    }
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

/// Says in `media` what its first bytes are. A declared type stands where the bytes do not contradict it.
fn recognise(media: &mut Media, head: &[u8], name: &str) -> Result<(), String> {
    if let Some(declared) = media.declared_media_type() {
        return declared.verify(head).map_err(|error| format!("{name}: {error}"));
    }
    let found = MediaType::sniff(head).ok_or_else(|| {
        let resemblance = resemblance(head);
        format!("{name} is neither a picture nor a film of a known format{resemblance}; declare its type if it is one")
    })?;
    *media = media.clone().with_media_type(found);
    Ok(())
}

/// What a file that is no picture looks like instead.
fn resemblance(head: &[u8]) -> &'static str {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let begins = |mark: &[u8]| start.len() >= mark.len() && start[..mark.len()].eq_ignore_ascii_case(mark);
    let printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7E | 0x80..);
    match () {
        () if head.is_empty() => ": it is empty",
        () if begins(b"%PDF") => ": it is a PDF",
        () if begins(b"PK\x03\x04") => ": it is a ZIP archive",
        () if begins(b"<svg") => ": it is SVG, which no model takes",
        () if begins(b"<!doctype html") || begins(b"<html") => ": it is an HTML page",
        () if head.iter().all(printable) => ": it is text",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    //! What files turn out to be; opening them over a whole request is tested over sockets.

    use super::*;

    #[test]
    fn what_is_no_picture_is_named() {
        let named = |head: &[u8]| recognise(&mut Media::path("x.jpg"), head, "x.jpg").unwrap_err();
        assert_eq!(
            named(b"just some words"),
            "x.jpg is neither a picture nor a film of a known format: it is text; declare its type if it is one"
        );
        assert!(named(b"%PDF-1.7").contains("PDF"));
        assert!(named(b"PK\x03\x04").contains("ZIP"));
        assert!(named(b" <svg xmlns=").contains("SVG"));
        assert!(named(b"<!DOCTYPE html>").contains("HTML"));
        assert!(named(b"").contains("empty"));
        assert!(named(&[0, 1, 2, 3]).contains("known format;"));
    }

    #[test]
    fn bytes_decide_and_declarations_are_held_against_them() {
        let png = b"\x89PNG\r\n\x1A\n";
        let mut misnamed = Media::path("photo.jpg");
        recognise(&mut misnamed, png, "photo.jpg").unwrap();
        assert_eq!(misnamed.media_type(), Some(MediaType::PNG));
        let mut declared = Media::path("photo").with_media_type(MediaType::JPEG);
        let error = recognise(&mut declared, png, "photo").unwrap_err();
        assert!(error.contains("image/png") && error.contains("image/jpeg"), "{error}");
        let mut unknown = Media::path("scan.xyz").with_media_type("image/x-scan".parse().unwrap());
        assert_eq!(recognise(&mut unknown, &[0, 1], "scan.xyz"), Ok(()));
    }
}

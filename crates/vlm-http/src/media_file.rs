//! What a picture or film that is sent turns out to be: its type by its first bytes, its facts by its header. Opening
//! files stands in `file.rs`; what a request makes of both in `attachments.rs`.

use vlm_core::{Media, MediaFacts, MediaType};
use vlm_media::{Sparse, Step};

use crate::file::LocalFile;

/// What the header of a file tells; nothing where it cannot be read: then the service has to judge it.
///
/// The beginning, which is read already, has the header of most pictures.
pub(crate) async fn facts_of(file: &LocalFile) -> Option<MediaFacts> {
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
pub(crate) fn know(media: &mut Media, facts: Option<MediaFacts>) {
    if let (None, Some(facts)) = (media.facts(), facts) {
        *media = media.clone().with_facts(facts);
    }
}

/// Says in `media` what its first bytes are; the error says what they look like instead. A declared type stands where the bytes do not contradict it.
pub(crate) fn recognise(media: &mut Media, head: &[u8], name: &str) -> Result<(), String> {
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
    //! What files turn out to be; a whole request of them is tested by each provider.

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

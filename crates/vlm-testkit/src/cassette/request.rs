//! A request as a cassette holds it: the neutral form, with a hash in place of each content.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vlm_core::{CallOptions, Media, MediaType, Request, Result, Source};

use super::trouble;

/// A request without content, and the content beside it.
pub(super) struct Neutral {
    pub(super) value: Value,
    pub(super) media: Vec<Content>,
}

/// The content of a picture or film, under its hash.
pub(super) struct Content {
    pub(super) hash: String,
    pub(super) bytes: Bytes,
}

/// The form that is compared and written.
///
/// A path and bytes of the same content are the same. How the call is made is no part of what is asked, except that
/// strictness decides what is refused.
pub(super) fn neutral(request: &Request) -> Result<Neutral> {
    let mut light = request.clone();
    let strict = light.call.strict;
    light.call = CallOptions::default();
    light.call.strict = strict;
    let (mut sources, mut media) = (Vec::new(), Vec::new());
    light.map_media(|_, item| {
        let (stand_in, source, content) = without_content(item);
        *item = stand_in;
        sources.push(source);
        media.extend(content);
    });
    let mut value = serde_json::to_value(&light)
        .map_err(|error| trouble("the request cannot be written as JSON".to_owned()).with_source(error))?;
    put_sources(&mut value, sources);
    // As it will be read back: a number may have another form there.
    let value = serde_json::from_str(&value.to_string()).unwrap_or(value);
    Ok(Neutral { value, media })
}

/// The media without its content, what stands for its source if it had one, and the content.
fn without_content(media: &Media) -> (Media, Option<Value>, Option<Content>) {
    let bytes = match media.source() {
        Source::Bytes(bytes) => bytes.clone(),
        Source::Path(path) => match read(path) {
            Some(bytes) => bytes,
            // What the provider says of it shall be replayed; its directories are of this machine.
            None => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                return (stand_in(media, media.media_type()), Some(json!({"unreadable": name})), None);
            }
        },
        _ => return (media.clone(), None, None),
    };
    let hash = hash(&bytes);
    let media_type = media.declared_media_type().cloned().or_else(|| MediaType::sniff(&bytes));
    let source = json!({"sha256": hash, "bytes": bytes.len()});
    (stand_in(media, media_type.or_else(|| media.media_type())), Some(source), Some(Content { hash, bytes }))
}

/// A plain file's content: a device or a pipe might have no end.
fn read(path: &Path) -> Option<Bytes> {
    let is_plain = std::fs::metadata(path).is_ok_and(|is| is.is_file());
    if is_plain { std::fs::read(path).ok().map(Bytes::from) } else { None }
}

fn stand_in(media: &Media, media_type: Option<MediaType>) -> Media {
    let light = media.clone().with_source(Source::FileId(String::new()));
    match media_type {
        Some(media_type) => light.with_media_type(media_type),
        None => light,
    }
}

/// Puts what stands for a source into each media part, in the order of the parts.
fn put_sources(request: &mut Value, sources: Vec<Option<Value>>) {
    for (part, source) in media_parts(request).zip(sources) {
        if let Some(source) = source {
            part["source"] = source;
        }
    }
}

fn media_parts(request: &mut Value) -> impl Iterator<Item = &mut Value> {
    let messages = request.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten();
    let parts = messages.filter_map(|message| message.get_mut("parts")?.as_array_mut()).flatten();
    parts.filter(|part| part.get("type").and_then(Value::as_str) == Some("media"))
}

/// The hashes that a written request refers to, whatever they look like; of what is no text, its JSON.
pub(super) fn references(request: &Value) -> Vec<String> {
    let mut request = request.clone();
    let hashes = media_parts(&mut request).filter_map(|part| part.get("source")?.get("sha256").cloned());
    hashes.map(|hash| hash.as_str().map_or_else(|| hash.to_string(), str::to_owned)).collect()
}

/// SHA-256 in lower case hexadecimal.
pub(super) fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `hash` is one, and so a plain file name.
pub(super) fn is_hash(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    //! Content is replaced, and only content; the same content is the same request.

    use std::time::Duration;

    use serde_json::json;
    use vlm_core::{CallOptions, Media, Message, Request};

    use super::{hash, is_hash, neutral, references};

    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

    #[test]
    fn a_path_and_bytes_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture");
        std::fs::write(&path, GIF).unwrap();
        let ask = |media: Media| {
            neutral(
                &Request::new("m")
                    .message(Message::user("?").with(media.with_media_type("image/gif".parse().unwrap()))),
            )
            .unwrap()
        };
        let (by_path, by_bytes) = (ask(Media::path(&path)), ask(Media::bytes(GIF)));
        assert_eq!(by_path.value, by_bytes.value);
        assert_eq!(by_path.media[0].hash, hash(GIF));
        let part = &by_path.value["messages"][0]["parts"][1];
        assert_eq!(
            *part,
            json!({"type": "media", "source": {"sha256": hash(GIF), "bytes": 14}, "media_type": "image/gif"})
        );
        assert_eq!(references(&by_path.value), [hash(GIF)]);
    }

    #[test]
    fn what_has_no_content_stays() {
        let request = Request::new("m").message(
            Message::user("?")
                .with(Media::url("https://h.org/a.png"))
                .with(Media::path("/nowhere/at/all.png").image())
                .with(Media::file_id("f").video()),
        );
        let asked = neutral(&request).unwrap();
        let source = |at: usize| asked.value["messages"][0]["parts"][at]["source"].clone();
        assert_eq!(source(1), json!({"url": "https://h.org/a.png"}));
        assert_eq!(source(2), json!({"unreadable": "all.png"}));
        assert_eq!(source(3), json!({"file_id": "f"}));
        assert!(asked.media.is_empty() && references(&asked.value).is_empty());
    }

    #[test]
    fn deadlines_do_not_matter_and_strictness_does() {
        let mut call = CallOptions::default();
        call.timeout = Some(Duration::from_secs(1));
        let value = |call: &CallOptions| neutral(&Request::new("m").call(call.clone())).unwrap().value;
        assert_eq!(value(&call), value(&CallOptions::default()));
        call.strict = true;
        assert_ne!(value(&call), value(&CallOptions::default()));
    }

    #[test]
    fn a_hash_is_a_plain_name() {
        assert!(is_hash(&hash(b"")));
        assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        for other in ["", "..", "../../etc/passwd", &hash(b"").to_uppercase(), &format!("{}/", &hash(b"")[1..])] {
            assert!(!is_hash(other), "{other}");
        }
    }
}

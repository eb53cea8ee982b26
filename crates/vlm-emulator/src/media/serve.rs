//! `GET /media/…`: files under the media folder, with length, type and single ranges, and no way out of the folder.

use std::io;
use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

/// Bytes read from disk at a time.
const BLOCK: usize = 64 * 1024;

/// The file that `inside`, a percent-encoded path, names under `root`; `None` when it is missing, no regular file, or
/// leaves the root by any means: `..`, an absolute path, an encoded separator or a symbolic link.
pub(crate) fn resolve(root: &Path, inside: &str) -> Option<PathBuf> {
    let decoded = percent_decode(inside)?;
    if decoded.contains(['\0', '\\']) {
        return None;
    }
    let relative = Path::new(&decoded);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = root.join(relative).canonicalize().ok()?;
    let inside = path.starts_with(root) && path.metadata().ok()?.is_file();
    inside.then_some(path)
}

/// Bytes for `%XX`; `None` for a broken escape, an escaped slash or what is no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        if byte == b'/' {
            return None;
        }
        bytes.push(byte);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).ok()
}

/// A relative path, escaped so that it can stand in a URL.
pub(crate) fn percent_encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Answers a GET or HEAD of `inside`.
pub(crate) async fn serve(root: Option<&Path>, inside: &str, headers: &HeaderMap, head: bool) -> Response {
    let Some(root) = root.map(Path::to_owned) else {
        return plain(StatusCode::NOT_FOUND, "this emulator has no media folder\n");
    };
    let inside = inside.to_owned();
    let found = tokio::task::spawn_blocking(move || resolve(&root, &inside)).await;
    let Ok(Some(path)) = found else {
        return plain(StatusCode::NOT_FOUND, "no such file under /media/\n");
    };
    match open(&path).await {
        Ok((file, length)) => send(&path, file, length, headers, head).await,
        Err(_) => plain(StatusCode::NOT_FOUND, "the file cannot be read\n"),
    }
}

async fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    Ok((file, length))
}

async fn send(path: &Path, mut file: File, length: u64, headers: &HeaderMap, head: bool) -> Response {
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let builder =
        Response::builder().header(header::CONTENT_TYPE, content_type(path)).header(header::ACCEPT_RANGES, "bytes");
    let (builder, start, count) = match asked.map_or(Range::All, |asked| range(asked, length)) {
        Range::All => (builder.status(StatusCode::OK), 0, length),
        Range::Part(first, last) => (
            builder
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, format!("bytes {first}-{last}/{length}")),
            first,
            last - first + 1,
        ),
        Range::Unsatisfiable => {
            let builder = builder
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .header(header::CONTENT_RANGE, format!("bytes */{length}"));
            return finish(builder, Body::empty());
        }
    };
    if start > 0 && file.seek(SeekFrom::Start(start)).await.is_err() {
        return plain(StatusCode::NOT_FOUND, "the file cannot be read\n");
    }
    let body = if head { Body::empty() } else { Body::from_stream(blocks(file, count)) };
    finish(builder.header(header::CONTENT_LENGTH, count), body)
}

fn blocks(file: File, count: u64) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::unfold((file, count), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut block = vec![0; BLOCK.min(usize::try_from(left).unwrap_or(BLOCK))];
        match file.read(&mut block).await {
            Ok(0) => Some((Err(io::ErrorKind::UnexpectedEof.into()), (file, 0))),
            Ok(read) => {
                block.truncate(read);
                Some((Ok(Bytes::from(block)), (file, left - read as u64)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    })
}

enum Range {
    All,
    Part(u64, u64),
    Unsatisfiable,
}

/// A single byte range; several ranges, other units and broken ones are ignored, as HTTP allows.
fn range(asked: &str, length: u64) -> Range {
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Range::All;
    };
    let end = length.saturating_sub(1);
    match (first.parse::<u64>().ok(), last.parse::<u64>().ok()) {
        (Some(first), Some(last)) if first > last => Range::All,
        (Some(first), _) if first >= length => Range::Unsatisfiable,
        (Some(first), Some(last)) => Range::Part(first, last.min(end)),
        (Some(first), None) if last.is_empty() => Range::Part(first, end),
        (None, Some(0)) => Range::Unsatisfiable,
        (None, Some(_)) if first.is_empty() && length == 0 => Range::Unsatisfiable,
        (None, Some(tail)) if first.is_empty() => Range::Part(length.saturating_sub(tail), end),
        _ => Range::All,
    }
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "heic" => "image/heic",
        "avif" => "image/avif",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        _ => "application/octet-stream",
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let builder = Response::builder().status(status).header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    finish(builder, Body::from(text))
}

/// Builders here hold fixed header names and numbers only; a failure would be a bug and answers as a server error.
fn finish(builder: http::response::Builder, body: Body) -> Response {
    builder.body(body).unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

//! One connection: heads are parsed, bodies are drained, replies are written. No more of HTTP than the contenders use.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Shared;
use super::intake::Received;
use crate::case::{Case, KEY, Shape};
use crate::replies;

/// Enough for any head here; thousands of connections have one each.
const SMALL: usize = 4 << 10;
/// What a large body is read in.
const LARGE: usize = 256 << 10;

/// Where a request goes.
enum Target {
    Case(Case, Shape),
    Seen,
    Nowhere,
}

/// The head of a request, as far as it matters.
struct Head {
    target: Target,
    bytes: usize,
    body: usize,
    problem: Option<&'static str>,
}

pub(super) async fn serve(mut socket: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(SMALL);
    loop {
        let Some(head) = read_head(&mut socket, &mut buffer).await? else { return Ok(()) };
        let received = read_body(&mut socket, &mut buffer, &head).await?;
        match head.target {
            Target::Case(case, shape) => {
                shared.note(|seen| {
                    seen.add(&received);
                    if let Some(problem) = head.problem {
                        seen.object(problem.to_owned());
                    }
                });
                shared.wait(case).await;
                socket.write_all(&shared.reply(case, shape)).await?;
            }
            Target::Seen => {
                let seen = serde_json::to_string(&shared.take_seen()).map_err(io::Error::other)?;
                socket.write_all(&replies::whole(&seen)).await?;
            }
            Target::Nowhere => {
                socket.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await?;
            }
        }
    }
}

/// The next head, taken out of the buffer; `None` where the client is done.
async fn read_head(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Head>> {
    loop {
        if let Some(head) = parse(buffer)? {
            buffer.drain(..head.bytes);
            return Ok(Some(head));
        }
        if buffer.len() > 16 * SMALL {
            return Err(io::Error::other("a head that does not end"));
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse(buffer: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(bytes) = request.parse(buffer).map_err(io::Error::other)? else { return Ok(None) };
    let mut body = None;
    let mut authorized = false;
    for header in request.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            body = std::str::from_utf8(header.value).ok().and_then(|value| value.parse().ok());
        } else if header.name.eq_ignore_ascii_case("authorization") {
            authorized = header.value.ends_with(KEY.as_bytes());
        }
    }
    let target = target(request.path.unwrap_or_default());
    let problem = match target {
        Target::Case(..) if body.is_none() => Some("the length of the body is not said"),
        Target::Case(..) if !authorized => Some("the key is not sent"),
        _ => None,
    };
    Ok(Some(Head { target, bytes, body: body.unwrap_or(0), problem }))
}

fn target(path: &str) -> Target {
    let path = path.trim_start_matches('/');
    let (folder, call) = path.split_once('/').unwrap_or((path, ""));
    let shape = match call {
        _ if folder == "seen" => return Target::Seen,
        "v1/chat/completions" => Shape::OpenAi,
        "iu/chat/completions" | "vu/chat/completions" => Shape::Memories,
        _ => return Target::Nowhere,
    };
    Case::parse(folder).map_or(Target::Nowhere, |case| Target::Case(case, shape))
}

async fn read_body(socket: &mut TcpStream, buffer: &mut Vec<u8>, head: &Head) -> io::Result<Received> {
    let mut received = Received::default();
    let here = buffer.len().min(head.body);
    received.push(&buffer[..here]);
    buffer.drain(..here);
    let mut left = head.body - here;
    let mut piece = if left == 0 { Vec::new() } else { vec![0; left.clamp(SMALL, LARGE)] };
    while left > 0 {
        let room = piece.len().min(left);
        let count = socket.read(&mut piece[..room]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        received.push(&piece[..count]);
        left -= count;
    }
    Ok(received)
}

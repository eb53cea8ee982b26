//! How the bytes of a body go out: whole, in pieces, with pauses, cut off, or stalled.

use std::collections::VecDeque;
use std::io;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;

use crate::plan::{End, Pace};

/// Turns that the connection gets to flush what was sent before it is broken.
const TURNS_BEFORE_BREAK: usize = 16;

/// A body that sends `parts` at this pace. What never ends by itself ends when the emulator shuts down.
pub(crate) fn body(parts: Vec<Bytes>, pace: Pace, closing: watch::Receiver<bool>) -> Body {
    let mut queue: VecDeque<Bytes> = match pace.split {
        Some(size) => split(&parts, size),
        None => parts.into(),
    };
    if let End::Cut(most) | End::Stall(most) = pace.end {
        shorten(&mut queue, most);
    }
    let sender = Sender { queue, pace, closing, over: false };
    Body::from_stream(stream::unfold(sender, Sender::next))
}

/// The first `most` bytes.
fn shorten(queue: &mut VecDeque<Bytes>, most: usize) {
    let mut left = most;
    for part in queue.iter_mut() {
        part.truncate(left);
        left -= part.len();
    }
    queue.retain(|part| !part.is_empty());
}

fn split(parts: &[Bytes], size: usize) -> VecDeque<Bytes> {
    let whole = Bytes::from(parts.concat());
    (0..whole.len()).step_by(size.max(1)).map(|at| whole.slice(at..whole.len().min(at.saturating_add(size)))).collect()
}

struct Sender {
    queue: VecDeque<Bytes>,
    pace: Pace,
    closing: watch::Receiver<bool>,
    over: bool,
}

impl Sender {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        if self.over {
            return None;
        }
        if let Some(part) = self.queue.pop_front() {
            if let Some(time) = self.pace.between {
                wait(time, &mut self.closing).await;
            } else if self.pace.split.is_some() {
                // Otherwise pieces leave together in one write.
                tokio::task::yield_now().await;
            }
            return Some((Ok(part), self));
        }
        self.over = true;
        match self.pace.end {
            End::Whole => None,
            End::Cut(_) => {
                for _ in 0..TURNS_BEFORE_BREAK {
                    tokio::task::yield_now().await;
                }
                Some((Err(io::ErrorKind::ConnectionReset.into()), self))
            }
            End::Stall(_) => {
                let _ = self.closing.wait_for(|closing| *closing).await;
                Some((Err(io::ErrorKind::ConnectionReset.into()), self))
            }
        }
    }
}

/// Waits, but not beyond the emulator's end.
pub(crate) async fn wait(time: std::time::Duration, closing: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
}

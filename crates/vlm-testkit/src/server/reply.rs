//! A reply in the making: status, headers, body, and what goes wrong with them.

use bytes::{Bytes, BytesMut};

use super::gate::Gate;
use super::script::{Step, Turn};

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// By `content-length`.
    Length,
    /// By `content-length`, with this number whatever the body is.
    Claimed(u64),
    /// In chunks: each piece of the body is one.
    Chunked,
    /// By closing the connection: a cut cannot be told from the end.
    UntilClose,
}

/// A reply, and what goes wrong with it.
///
/// A fault at an offset (`cut_at`, `reset_at`, `stall_at`, `wait_at`) counts bytes of the body before chunking; an
/// offset past the end is the end. Of several, the last one set holds.
#[derive(Clone, Debug)]
#[must_use = "a reply does nothing before it is a turn of a server"]
pub struct Reply {
    status: u16,
    headers: Vec<(String, Bytes)>,
    body: Bytes,
    framing: Framing,
    /// Offsets at which one piece ends and the next begins.
    splits: Vec<usize>,
    before: Vec<Bytes>,
    head_cut: Option<usize>,
    fault: Option<(usize, Fault)>,
}

#[derive(Clone, Debug)]
enum Fault {
    Cut,
    Reset,
    Stall,
    Wait(Gate),
    Endless(Bytes),
}

impl Reply {
    /// A reply of this status, without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            framing: Framing::Length,
            splits: Vec::new(),
            before: Vec::new(),
            head_cut: None,
            fault: None,
        }
    }

    /// A reply of status 200 with this JSON text.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::new(200).header("content-type", "application/json").body(body)
    }

    /// A reply of status 200 that streams these events, each with the blank line that ends it, in a chunk of its own.
    pub fn events<E: AsRef<[u8]>>(events: impl IntoIterator<Item = E>) -> Self {
        let mut reply = Self::new(200).header("content-type", "text/event-stream").framing(Framing::Chunked);
        let mut body = BytesMut::new();
        for event in events {
            body.extend_from_slice(event.as_ref());
            reply.splits.push(body.len());
        }
        reply.body = body.freeze();
        reply
    }

    /// Adds a header; the value may be any bytes.
    pub fn header(mut self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), Bytes::copy_from_slice(value.as_ref())));
        self
    }

    /// Replaces the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Says how the end of the body is told; by its length unless said otherwise.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Sends bytes before the head: an informational reply, or anything else.
    pub fn after(mut self, bytes: impl Into<Bytes>) -> Self {
        self.before.push(bytes.into());
        self
    }

    /// Sends the body in two pieces that meet at this offset; each further call adds a cut.
    pub fn split_at(mut self, offset: usize) -> Self {
        self.splits.push(offset);
        self
    }

    /// Sends the body in pieces of 1 to `largest` bytes, drawn from `seed`.
    pub fn split_randomly(mut self, seed: u64, largest: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut at = 0;
        self.splits.clear();
        while at < self.body.len() {
            at += random.usize(1..=largest.max(1));
            self.splits.push(at);
        }
        self
    }

    /// Closes the connection after so many bytes of the head.
    pub fn cut_head_at(mut self, offset: usize) -> Self {
        self.head_cut = Some(offset);
        self
    }

    /// Closes the connection after so many bytes of the body, without the end that its framing promises.
    pub fn cut_at(self, offset: usize) -> Self {
        self.fault(offset, Fault::Cut)
    }

    /// Resets the connection after so many bytes of the body. The reset may overtake bytes on their way.
    pub fn reset_at(self, offset: usize) -> Self {
        self.fault(offset, Fault::Reset)
    }

    /// Falls silent after so many bytes of the body, until the client goes away.
    pub fn stall_at(self, offset: usize) -> Self {
        self.fault(offset, Fault::Stall)
    }

    /// Waits after so many bytes of the body until the test opens the gate.
    pub fn wait_at(self, offset: usize, gate: &Gate) -> Self {
        self.fault(offset, Fault::Wait(gate.clone()))
    }

    /// After the body, sends `more` again and again until the client goes away. Not for a body with a length.
    pub fn endless(self, more: impl Into<Bytes>) -> Self {
        let end = self.body.len();
        self.fault(end, Fault::Endless(more.into()))
    }

    fn fault(mut self, offset: usize, fault: Fault) -> Self {
        self.fault = Some((offset, fault));
        self
    }

    /// The length of the body in bytes.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether there is no body.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The turn of a server that reads a request and sends this.
    pub fn into_turn(self) -> Turn {
        Turn::new(self.steps())
    }

    /// The turn of a server that sends this as soon as it has the head of a request, while the body still comes.
    pub fn into_early_turn(self) -> Turn {
        Turn::after_head(self.steps())
    }

    fn steps(self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.before.iter().cloned().map(Step::Write).collect();
        let head = self.head();
        if let Some(cut) = self.head_cut {
            steps.push(Step::Write(head.slice(..cut.min(head.len()))));
            steps.push(Step::Close);
            return steps;
        }
        steps.push(Step::Write(head));
        let (until, fault) = match &self.fault {
            Some((at, fault)) => ((*at).min(self.body.len()), Some(fault)),
            None => (self.body.len(), None),
        };
        self.pieces(0, until, &mut steps);
        match fault {
            None => self.end(&mut steps),
            Some(Fault::Cut) => steps.push(Step::Close),
            Some(Fault::Reset) => steps.push(Step::Reset),
            Some(Fault::Stall) => steps.push(Step::AwaitClose),
            Some(Fault::Endless(more)) => steps.push(Step::WriteForEver(self.framed(more.clone()))),
            Some(Fault::Wait(gate)) => {
                steps.push(Step::Wait(gate.clone()));
                self.pieces(until, self.body.len(), &mut steps);
                self.end(&mut steps);
            }
        }
        steps
    }

    fn head(&self) -> Bytes {
        let mut head = BytesMut::from(format!("HTTP/1.1 {} {}\r\n", self.status, phrase(self.status)).as_bytes());
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        let framing = match self.framing {
            _ if matches!(self.status, 204 | 304) => String::new(),
            Framing::Length => format!("content-length: {}\r\n", self.body.len()),
            Framing::Claimed(length) => format!("content-length: {length}\r\n"),
            Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
            Framing::UntilClose => "connection: close\r\n".to_owned(),
        };
        head.extend_from_slice(framing.as_bytes());
        head.extend_from_slice(b"\r\n");
        head.freeze()
    }

    /// The pieces of the body between two offsets.
    fn pieces(&self, from: usize, until: usize, steps: &mut Vec<Step>) {
        let mut ends: Vec<usize> = self.splits.iter().copied().filter(|at| (from + 1..until).contains(at)).collect();
        ends.push(until);
        ends.sort_unstable();
        let mut start = from;
        for end in ends {
            if end > start {
                steps.push(Step::Write(self.framed(self.body.slice(start..end))));
                start = end;
            }
        }
    }

    fn framed(&self, piece: Bytes) -> Bytes {
        if self.framing != Framing::Chunked {
            return piece;
        }
        let mut chunk = BytesMut::from(format!("{:x}\r\n", piece.len()).as_bytes());
        chunk.extend_from_slice(&piece);
        chunk.extend_from_slice(b"\r\n");
        chunk.freeze()
    }

    fn end(&self, steps: &mut Vec<Step>) {
        match self.framing {
            Framing::Length => {}
            Framing::Chunked => steps.push(Step::Write(Bytes::from_static(b"0\r\n\r\n"))),
            Framing::Claimed(_) | Framing::UntilClose => steps.push(Step::Close),
        }
    }
}

/// The words beside a status; nobody reads them.
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400..=499 => "Refused",
        500..=599 => "Failed",
        _ => "Other",
    }
}

impl From<Reply> for Turn {
    fn from(reply: Reply) -> Self {
        reply.into_turn()
    }
}

//! What a provider says about a streamed answer: what each event means, and what its end is. The rest of the way from
//! open events to an answer stands in `answer/stream.rs`.

mod stream;

use std::collections::VecDeque;

use vlm_core::{Cost, PriceSchedule, RawReply, StreamEvent, Usage};

use crate::fault::Fault;
use crate::sse::SseEvent;
pub use stream::AnswerStream;

/// Reads the events of one streamed answer: all that a provider adds to a stream. [`HttpClient::stream`] takes it from
/// there.
///
/// ```
/// use std::collections::VecDeque;
///
/// use vlm_core::{ErrorKind, RawReply, StreamEvent, Usage};
/// use vlm_http::{AnswerReader, Fault, RawJson, SseEvent, Step, StreamEnd};
///
/// /// Events are `{"text": …}`, and the last is `[DONE]`.
/// #[derive(Default)]
/// struct Reader {
///     usage: Usage,
/// }
///
/// impl AnswerReader for Reader {
///     type Fault = Fault;
///
///     fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, Fault> {
///         if &*event.data == "[DONE]" {
///             return Ok(Step::End);
///         }
///         let json = RawJson::parse(event.data.as_bytes())
///             .map_err(|_| Fault::new(ErrorKind::Protocol, "an event of the stream is not JSON"))?;
///         if let Some(text) = json.root().text("text") {
///             out.push_back(StreamEvent::Text { choice: 0, text: text.into() });
///         }
///         Ok(Step::More)
///     }
///
///     fn end(&mut self, end: StreamEnd, _: &RawReply, _: &mut VecDeque<StreamEvent>) -> Result<(), Fault> {
///         match end {
///             StreamEnd::Marked => Ok(()),
///             _ => Err(Fault::new(ErrorKind::Truncated, "the stream ended without its end mark")),
///         }
///     }
///
///     fn usage(&self) -> &Usage {
///         &self.usage
///     }
/// }
///
/// let (mut reader, mut out) = (Reader::default(), VecDeque::new());
/// assert_eq!(reader.read(&SseEvent::message(r#"{"text": "A cat."}"#), &mut out)?, Step::More);
/// assert_eq!(out, [StreamEvent::Text { choice: 0, text: "A cat.".into() }]);
/// assert_eq!(reader.read(&SseEvent::message("[DONE]"), &mut out)?, Step::End);
/// # Ok::<(), Fault>(())
/// ```
///
/// [`HttpClient::stream`]: crate::HttpClient::stream
pub trait AnswerReader: Send + 'static {
    /// Why an event, or the end, makes the answer fail.
    type Fault: Into<Fault>;

    /// Reads one event and appends what it means to `out`, which is empty but for a warning of replaced bytes. What
    /// stands there when the event turns out to be a fault is handed out before the error.
    ///
    /// An event that appends something counts as content: the progress deadline starts anew.
    ///
    /// # Errors
    /// An error that the service reports, or an event that cannot be read. The stream ends with it.
    fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, Self::Fault>;

    /// No more events come; appends to `out` what only the end tells. [`StreamEvent::End`] is added by the caller.
    ///
    /// `raw` is what came, up to [`Limits::raw_stream`](crate::Limits): for what stands between events.
    ///
    /// # Errors
    /// Why this is not the end of an answer. Of an unmarked end, only the provider knows what it means.
    fn end(&mut self, end: StreamEnd, raw: &RawReply, out: &mut VecDeque<StreamEvent>) -> Result<(), Self::Fault>;

    /// The usage so far: what an error of this stream tells has been used.
    fn usage(&self) -> &Usage;

    /// What the usage so far costs.
    fn cost(&self, prices: &PriceSchedule) -> Cost {
        prices.cost(self.usage())
    }
}

/// What an event did to a streamed answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer goes on after an event, or it does not")]
pub enum Step {
    /// More may come.
    More,
    /// The event is the end mark. What follows is not read.
    End,
}

/// How a stream came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// By an event that [`AnswerReader::read`] took for the end mark.
    Marked,
    /// Without a mark, but its framing proves that nothing is missing ([`EventStream::ended_framed`]).
    ///
    /// [`EventStream::ended_framed`]: crate::EventStream::ended_framed
    Framed,
    /// Without a mark, by a connection that was closed: the answer may be cut off.
    Closed,
}

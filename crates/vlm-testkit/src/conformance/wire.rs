//! A reply in a service's own form.

use bytes::Bytes;

use crate::server::{Framing, Reply};

/// A reply in a service's own form, or the reason why the service never says such a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Wire(pub(crate) Result<Form, String>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The body; of a stream, each event with what ends it.
    pub(crate) events: Vec<Bytes>,
    pub(crate) streamed: bool,
    /// How many of the last events only mark the end.
    pub(crate) end_marks: usize,
}

impl Wire {
    /// The service never says such a thing; `reason` stands in the report.
    pub fn never(reason: impl Into<String>) -> Self {
        Self(Err(reason.into()))
    }

    /// A whole reply of JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::whole(status, "application/json", body.to_string())
    }

    /// A whole reply of another type.
    pub fn whole(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self(Ok(Form {
            status,
            content_type: content_type.into(),
            headers: Vec::new(),
            events: vec![body.into()],
            streamed: false,
            end_marks: 0,
        }))
    }

    /// A stream of server-sent events of status 200, each with the blank line that ends it.
    pub fn stream<E: Into<Bytes>>(events: impl IntoIterator<Item = E>) -> Self {
        Self(Ok(Form {
            status: 200,
            content_type: "text/event-stream".to_owned(),
            headers: Vec::new(),
            events: events.into_iter().map(Into::into).collect(),
            streamed: true,
            end_marks: 0,
        }))
    }

    /// A stream of unnamed events with this data, one line each.
    pub fn data<D: AsRef<str>>(data: impl IntoIterator<Item = D>) -> Self {
        Self::stream(data.into_iter().map(|data| format!("data: {}\n\n", data.as_ref())))
    }

    /// Says that the last `count` events of a stream only mark its end and carry nothing of the answer. None, unless
    /// said: then the last event of the stream is both.
    pub fn with_end_marks(mut self, count: usize) -> Self {
        if let Ok(form) = &mut self.0 {
            form.end_marks = count;
        }
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Ok(form) = &mut self.0 {
            form.headers.push((name.into(), value.into()));
        }
        self
    }
}

impl Form {
    /// The reply: a stream in chunks, one per event; anything else with its length.
    pub(crate) fn reply(&self) -> Reply {
        let mut reply = match self.streamed {
            true => Reply::events(&self.events),
            false => Reply::new(self.status).body(self.body()),
        };
        if !self.streamed {
            reply = reply.header("content-type", &self.content_type);
        }
        self.headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }

    /// Without framing: the end of the body is the end of the connection.
    pub(crate) fn unframed(&self) -> Reply {
        self.reply().framing(Framing::UntilClose)
    }

    /// All bytes of the body.
    pub(crate) fn body(&self) -> Bytes {
        self.events.concat().into()
    }

    /// The events that say something, without those that only mark the end.
    pub(crate) fn telling(&self) -> &[Bytes] {
        &self.events[..self.events.len().saturating_sub(self.end_marks)]
    }

    /// The first events, without the end of the answer: some text has come, more is to come.
    pub(crate) fn beginning(&self) -> Bytes {
        let count = self.telling().len().saturating_sub(1).clamp(1, 2).min(self.events.len());
        self.events[..count].concat().into()
    }

    /// This form with other events.
    pub(crate) fn with_events(&self, events: impl IntoIterator<Item = Bytes>) -> Self {
        Self { events: events.into_iter().collect(), ..self.clone() }
    }
}

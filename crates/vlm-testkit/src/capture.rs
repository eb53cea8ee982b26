//! What can be seen of a program from outside: its log, and its errors in every form. For tests that nothing secret stands
//! there.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use vlm_core::Error;

/// Libraries below a provider, which log on their own account: what they say is not a provider's to promise.
const BELOW: [&str; 6] = ["hyper", "reqwest", "h2", "rustls", "mio", "tokio"];

/// Everything that is logged, at every level, with every field. Clones are the same log.
///
/// A [`Subscriber`]: of this thread by `tracing::subscriber::set_default`, of the program by `set_global_default`.
#[derive(Clone, Default)]
pub struct Capture(Arc<Mutex<String>>);

impl Capture {
    /// The log of this whole program from now on, the same at every call. It stays empty where another subscriber was set
    /// before.
    pub fn of_the_program() -> &'static Self {
        static LOG: OnceLock<Capture> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            // Then that subscriber stays, as is said above.
            let _ = tracing::subscriber::set_global_default(log.clone());
            log
        })
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn line(&self, record: impl FnOnce(&mut Line<'_>)) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        record(&mut Line(&mut text));
        text.push('\n');
    }
}

impl fmt::Debug for Capture {
    /// Nothing of the log: it may hold what must not be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capture(..)")
    }
}

/// An error in every form in which it can be shown, with everything below it.
pub fn every_form(error: &Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}\n{}\n", error.advice());
    let mut source = error.source();
    while let Some(cause) = source {
        shown.push_str(&format!("{cause}\n{cause:?}\n"));
        source = cause.source();
    }
    shown
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        !BELOW.iter().any(|below| root == *below || root.starts_with(&format!("{below}_")))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(|line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line(|line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(|line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

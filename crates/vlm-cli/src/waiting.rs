//! A call that is waited for: which model it asks, and how long it takes.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::report::Report;
use crate::words;

/// After so long without an answer a person is told that it is still waited for.
const SILENCE: Duration = Duration::from_secs(4);

/// One question on its way.
pub(crate) struct Waiting {
    /// The model that is asked.
    pub(crate) model: String,
    started: Instant,
}

impl Waiting {
    /// Begins now.
    pub(crate) fn begin(model: String) -> Self {
        Self { model, started: Instant::now() }
    }

    /// Waits for `work`, and tells a person who watches that it does.
    pub(crate) async fn patiently<T>(&self, work: impl Future<Output = T>, report: &mut Report) -> T {
        let mut work = std::pin::pin!(work);
        if self.started.elapsed() < SILENCE && report.is_watched() {
            let left = SILENCE.saturating_sub(self.started.elapsed());
            if let Ok(done) = tokio::time::timeout(left, work.as_mut()).await {
                return done;
            }
            report.note(&format!("waiting for {} (Ctrl-C cancels)", self.model));
        }
        work.await
    }

    /// The line on what it took in all.
    pub(crate) fn took(&self, tokens: &str, cost: &str) -> String {
        format!("{}  {tokens}  {cost}  {}", self.model, words::duration(self.started.elapsed()))
    }

    /// For JSON, to the millisecond.
    pub(crate) fn elapsed_seconds(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }
}

//! What several checks ask of an error.

use vlm_core::{Billed, Delivery, Error, ErrorKind};

use super::bench::{Method, Stage};
use super::check::{Checked, ensure};

/// The fields of an error that a check expects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Any of these kinds.
    pub(crate) kinds: &'a [ErrorKind],
    pub(crate) delivery: Delivery,
    /// Requests that the service saw, and attempts that the error tells.
    pub(crate) attempts: usize,
}

impl<'a> Expected<'a> {
    /// Answered, after one attempt.
    pub(crate) fn answered(kinds: &'a [ErrorKind]) -> Self {
        Self { kinds, delivery: Delivery::Answered, attempts: 1 }
    }

    pub(crate) fn attempts(self, attempts: usize) -> Self {
        Self { attempts, ..self }
    }

    pub(crate) fn delivery(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Compares an error with this, and with what the server saw.
    pub(crate) async fn judge(&self, at: &str, stage: &Stage, error: &Error) -> Checked {
        ensure!(
            self.kinds.contains(&error.kind()),
            "{at}: the error is of the kind {}, expected {}: {error:?}",
            error.kind(),
            names(self.kinds)
        );
        ensure!(
            error.delivery() == self.delivery,
            "{at}: the error says the call was {:?}, it was {:?}: {error:?}",
            error.delivery(),
            self.delivery
        );
        // What a client sent before it gave up may still be on its way.
        stage.server.heard(self.attempts).await;
        let seen = stage.server.requests().len();
        ensure!(seen == self.attempts, "{at}: {seen} requests reached the service, expected {}", self.attempts);
        ensure!(
            error.attempts() as usize == seen,
            "{at}: the error tells of {} attempts, the service saw {seen}",
            error.attempts()
        );
        let unsent = error.delivery() == Delivery::NotSent;
        ensure!(!unsent || error.billed() == Billed::No, "{at}: what was not sent is said to be billed: {error:?}");
        Ok(())
    }
}

/// How a way of asking is called in a failure.
pub(crate) fn at(method: Method, case: &str) -> String {
    match case {
        "" => format!("{method:?}"),
        case => format!("{method:?}, {case}"),
    }
}

fn names(kinds: &[ErrorKind]) -> String {
    kinds.iter().map(ErrorKind::to_string).collect::<Vec<_>>().join(" or ")
}

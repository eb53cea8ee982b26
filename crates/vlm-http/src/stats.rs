//! What a call took, for those who want to know.

use std::time::Duration;

use crate::context::Context;

/// What a call took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStats {
    /// Wire attempts.
    pub attempts: u32,
    /// Time from the start of the call, waits included.
    pub elapsed: Duration,
    /// The service's id for the call.
    pub request_id: Option<String>,
}

impl CallStats {
    pub(super) fn of(context: &Context, attempts: u32, request_id: Option<String>) -> Self {
        Self { attempts, elapsed: context.elapsed(), request_id }
    }
}

//! A reservation: what a call holds between being let through and being settled.

use std::fmt;
use std::sync::Arc;

use super::Shared;
use super::books::Id;
use super::settlement::Settlement;

/// What a call has reserved in a [`Budget`](super::Budget).
///
/// It is settled once. Dropped without that, it is refunded when [`Reservation::sent`] was never called, and held after
/// it: a call that was cancelled in flight may have been billed.
#[must_use = "dropped at once, it is given back at once"]
pub struct Reservation {
    shared: Arc<Shared>,
    /// `None` once it is settled.
    id: Option<Id>,
    sent: bool,
}

impl Reservation {
    pub(super) fn new(shared: Arc<Shared>, id: Id) -> Self {
        Self { shared, id: Some(id), sent: false }
    }

    /// Says that from here on the service may do, and bill, the work.
    pub fn sent(&mut self) {
        self.sent = true;
    }

    /// Books how the call ended.
    pub fn settle(mut self, settlement: Settlement) {
        self.close(&settlement);
    }

    fn close(&mut self, settlement: &Settlement) {
        if let Some(id) = self.id.take() {
            self.shared.settle(&id, settlement);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let settlement = if self.sent { Settlement::Held } else { Settlement::Refunded };
        self.close(&settlement);
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("sent", &self.sent).finish_non_exhaustive()
    }
}

//! A stream that settles its reservation at its end or at its error. Dropped before, it leaves the reservation held:
//! the service may do all of the work.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use vlm_core::{CompletionStream, Result, StreamEvent};
use vlm_estimate::Estimate;

use super::{of_failure, remarks};
use crate::budget::{Reservation, Settlement};

/// The events of an answer, and the reservation that they settle.
pub(super) struct Settling {
    events: CompletionStream,
    /// `None` once it is settled.
    reservation: Option<Reservation>,
    estimate: Estimate,
    /// Events that are still to be handed out before others are read.
    held_back: VecDeque<StreamEvent>,
}

impl Settling {
    pub(super) fn new(events: CompletionStream, reservation: Reservation, estimate: Estimate) -> Self {
        Self { events, reservation: Some(reservation), estimate, held_back: VecDeque::new() }
    }

    /// Books what the whole answer took; its end comes behind what the estimate has to say of it.
    fn end(&mut self, end: StreamEvent) -> StreamEvent {
        let answer = self.events.partial();
        let (metadata, warning) = remarks(&self.estimate, &answer.usage);
        if let Some(reservation) = self.reservation.take() {
            reservation.settle(Settlement::spent(&answer.cost, &answer.usage));
        }
        self.held_back.extend(warning.map(|warning| StreamEvent::Warning { warning }));
        self.held_back.push_back(end);
        StreamEvent::Metadata { metadata }
    }
}

impl Stream for Settling {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(event) = this.held_back.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        Poll::Ready(match ready!(Pin::new(&mut this.events).poll_next(context)) {
            Some(Ok(event @ StreamEvent::End { .. })) => Some(Ok(this.end(event))),
            Some(Err(error)) => {
                if let Some(reservation) = this.reservation.take() {
                    reservation.settle(of_failure(&error));
                }
                Some(Err(error))
            }
            other => other,
        })
    }
}

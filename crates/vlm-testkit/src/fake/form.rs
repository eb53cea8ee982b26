//! How a service speaks, for a fake of it: what it would send, and what a request of it says.

use crate::conformance::{Scene, SentRequest, Subject, Wire};
use crate::server::Recorded;

/// The wire form of a service, in both directions. Every [`Subject`] of the conformance suite is one, so a provider's own
/// tests have it already; [`ChatCompletions`](super::ChatCompletions) is one that many servers share.
pub trait WireForm: Send + Sync + 'static {
    /// What the service would send: this answer, stream or error. What it never says is [`Wire::never`].
    fn say(&self, scene: &Scene) -> Wire;

    /// What a request says. An answer that is not in the script depends on its model, parts and schema, and on whether
    /// it asks for a stream.
    fn read(&self, request: &Recorded) -> SentRequest;
}

impl<S: Subject> WireForm for S {
    fn say(&self, scene: &Scene) -> Wire {
        self.render(scene)
    }

    fn read(&self, request: &Recorded) -> SentRequest {
        self.read_request(request)
    }
}

//! What came in: enough to tell whether each request carried what it should.

use serde::{Deserialize, Serialize};

use super::intake::Received;

/// What a server has received since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Requests that were answered.
    pub requests: u64,
    /// Bytes of all bodies.
    pub body_bytes: u64,
    /// Bytes of base64 in all bodies.
    pub media_bytes: u64,
    /// The checksum of the base64 that every request had; `None` before the first.
    pub media_checksum: Option<u32>,
    /// What was wrong, each only once.
    pub problems: Vec<String>,
}

impl Seen {
    pub(super) fn add(&mut self, received: &Received) {
        if self.requests == 0 {
            // Looking into every body would cost more than the rest of the server.
            if let Some(problem) = received.problem() {
                self.object(problem);
            }
        }
        let checksum = received.media_checksum();
        if self.media_checksum.is_some_and(|before| before != checksum) {
            self.object("not all requests had the same media".to_owned());
        }
        self.media_checksum = Some(checksum);
        self.requests += 1;
        self.body_bytes += received.body_bytes();
        self.media_bytes += received.media_bytes();
    }

    pub(super) fn object(&mut self, problem: String) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// What is wrong with what came in, if anything.
    ///
    /// `checksum` and `length` are those of the base64 of one request's media.
    ///
    /// # Errors
    /// The first thing that is not as it should be.
    pub fn check(&self, requests: usize, length: usize, checksum: u32) -> crate::Result<()> {
        if let Some(problem) = self.problems.first() {
            return Err(format!("the server objects: {problem}").into());
        }
        if self.requests != requests as u64 {
            return Err(format!("{} requests came in, {requests} should", self.requests).into());
        }
        if self.media_bytes != requests as u64 * length as u64 || self.media_checksum != Some(checksum) {
            return Err("the picture came in otherwise than it stands on disk".into());
        }
        Ok(())
    }
}

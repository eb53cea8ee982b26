//! Waiting until the service has processed a file.

use vlm_core::{Delivery, Error, ErrorKind, Result, TimeoutPhase};
use vlm_http::Call;

use super::{File, State, Uploader};

impl Uploader<'_> {
    /// Asks again and again until the file can be used; how often, the policy says.
    pub(super) async fn wait(&self, file: File) -> Result<File> {
        let policy = &self.config.wait;
        let began = self.deadline.now();
        let mut file = file;
        let mut delays = policy.delays();
        loop {
            if file.state == State::Active {
                return Ok(file);
            }
            let waited = self.deadline.now().saturating_sub(began);
            let delay = delays.next().unwrap_or(policy.cap);
            if waited.saturating_add(delay) > policy.total {
                return Err(self.named(too_long(&file)));
            }
            self.deadline.sleep(delay).await.map_err(|error| self.named(error))?;
            let call = self.config.signed(Call::get(self.config.url(&file.name)));
            (file, _) = self.config.http.send(self.call(call)?, File::judge).await?;
        }
    }
}

fn too_long(file: &File) -> Error {
    let message = format!("the service is still processing {}", file.name);
    Error::new(ErrorKind::Timeout(TimeoutPhase::Progress), message)
        .with_delivery(Delivery::Answered)
        .with_advice("Ask about the file later by its name, or let the provider wait longer.")
}

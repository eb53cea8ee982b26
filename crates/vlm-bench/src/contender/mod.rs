//! Who is compared: three ways to ask the same and to read the same.

pub mod bare;
pub mod plain;
pub mod sdk;
mod wire;

use std::future::Future;
use std::path::Path;

use crate::Result;
use crate::case::{Case, Load};
pub use crate::replies::Answer;

/// One way to ask. A clone shares connections.
pub trait Contender: Clone + Send + Sync + Sized + 'static {
    /// Sets it up for a case; nothing is sent.
    ///
    /// # Errors
    /// It cannot be set up.
    fn new(load: &Load, case: Case) -> Result<Self>;

    /// Asks in words alone, and reads the answer whole.
    fn ask(&self) -> impl Future<Output = Result<Answer>> + Send;

    /// Asks about a picture on disk, which goes along as base64.
    fn ask_about(&self, picture: &Path) -> impl Future<Output = Result<Answer>> + Send;

    /// Asks in words alone, and reads the answer as it comes.
    fn stream(&self) -> impl Future<Output = Result<Answer>> + Send;
}

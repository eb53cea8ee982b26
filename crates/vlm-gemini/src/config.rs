//! What the builder has checked and the provider works by.

use std::sync::Arc;

use url::Url;
use vlm_core::PriceList;
use vlm_http::{BaseUrl, Call, Clock, HttpClient, Secret};

use crate::settings::{Upload, WaitPolicy};

/// What the builder has checked.
pub(crate) struct Config {
    pub(crate) http: HttpClient,
    pub(crate) base: BaseUrl,
    /// The path segment that names the version of the API.
    pub(crate) version: String,
    pub(crate) key: Secret,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) upload: Upload,
    pub(crate) wait: WaitPolicy,
    /// The largest request body that holds media itself, in bytes.
    pub(crate) inline_limit: u64,
    pub(crate) prices: Option<PriceList>,
}

impl Config {
    /// The address of a path below the version.
    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(&format!("{}/{path}", self.version))
    }

    /// Where uploads begin.
    pub(crate) fn upload_url(&self) -> Url {
        self.base.join(&format!("upload/{}/files", self.version))
    }

    /// A call with the key in its header, never in its address.
    pub(crate) fn signed(&self, call: Call) -> Call {
        call.secret_header("x-goog-api-key", "", &self.key)
    }
}

//! What the builder has checked and the provider works by.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use vlm_core::{Capabilities, PriceList};
use vlm_http::{HttpClient, Secret};

use crate::profile::Profile;

/// What the builder has checked.
pub(crate) struct Config {
    pub(crate) http: HttpClient,
    pub(crate) url: url::Url,
    /// The service is on this machine, so media may be too.
    pub(crate) loopback: bool,
    pub(crate) key: Option<Secret>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) secret_headers: Vec<(String, Secret)>,
    pub(crate) profile: Arc<Profile>,
    pub(crate) prices: Option<PriceList>,
    /// What each listed model can do, by its name.
    pub(crate) known: OnceLock<BTreeMap<String, Arc<Capabilities>>>,
}

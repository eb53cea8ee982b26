//! What the builder has checked and the provider works by.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use vlm_core::{Capabilities, PriceList};
use vlm_http::{HttpClient, Secret};

use crate::family::Endpoint;
use crate::models::InlineLimits;
use crate::settings::{AuthScheme, StreamText, WireSettings};

/// What the builder has checked.
pub(crate) struct Config {
    pub(crate) http: HttpClient,
    pub(crate) vu: url::Url,
    pub(crate) iu: url::Url,
    /// The service is on this machine, so media may be too.
    pub(crate) loopback: bool,
    pub(crate) key: Secret,
    pub(crate) auth: AuthScheme,
    pub(crate) wire: WireSettings,
    pub(crate) stream_text: StreamText,
    pub(crate) picture_endpoint: Endpoint,
    pub(crate) inline: InlineLimits,
    pub(crate) prices: Option<PriceList>,
    /// What each listed model can do, by its whole name.
    pub(crate) known: OnceLock<BTreeMap<String, Arc<Capabilities>>>,
}

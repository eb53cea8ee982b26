//! Settings of an emulator, checked before anything is bound.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;

use crate::error::EmulatorError;
use crate::fault::{Script, StreamShape};
use crate::server::{self, Emulator};

/// Request bodies that are read by default: 1 GiB, since a film of 512 MiB takes 683 MiB of base64.
const BODY_LIMIT: u64 = 1024 * 1024 * 1024;

/// Seconds since 1970.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Sets up an [`Emulator`].
pub struct EmulatorBuilder {
    address: SocketAddr,
    allow_non_loopback: bool,
    media_root: Option<PathBuf>,
    shape: StreamShape,
    script: Script,
    key: Option<String>,
    body_limit: u64,
    seed: u64,
    clock: Clock,
    tool_calls: bool,
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EmulatorBuilder")
            .field("address", &self.address)
            .field("media_root", &self.media_root)
            .field("stream_shape", &self.shape)
            .field("api_key", &self.key.as_ref().map(|_| "[redacted]"))
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

/// What the server needs of the settings.
pub(crate) struct Settings {
    pub(crate) media_root: Option<PathBuf>,
    pub(crate) shape: StreamShape,
    pub(crate) script: Script,
    pub(crate) key: Option<String>,
    pub(crate) body_limit: u64,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) tool_calls: bool,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_non_loopback: false,
            media_root: None,
            shape: StreamShape::default(),
            script: Script::default(),
            key: None,
            body_limit: BODY_LIMIT,
            seed: 0,
            clock: Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())),
            tool_calls: false,
        }
    }
}

impl EmulatorBuilder {
    /// Where to listen; `127.0.0.1:0`, which takes any free port, unless set.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Allows an address that other machines can reach. The emulator has no protection but the key.
    #[must_use]
    pub fn allow_non_loopback(mut self, allow: bool) -> Self {
        self.allow_non_loopback = allow;
        self
    }

    /// A folder whose files are served under `/media/`, and opened when a request names them.
    #[must_use]
    pub fn media_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.media_root = Some(folder.into());
        self
    }

    /// The form of streams.
    #[must_use]
    pub fn stream_shape(mut self, shape: StreamShape) -> Self {
        self.shape = shape;
        self
    }

    /// Faults for the requests to come.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// The only key that is accepted; any key is, unless set.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Largest request body in bytes; 1 GiB unless set.
    #[must_use]
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Where ids start; the same seed gives the same ids in the same order.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Where `created` comes from, in seconds since 1970; the system's clock unless set.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whether Nova answers a tool as OpenAI-style `tool_calls`; in `content` unless set. The service documents
    /// neither.
    #[must_use]
    pub fn nova_tool_calls(mut self, calls: bool) -> Self {
        self.tool_calls = calls;
        self
    }

    /// Binds, and serves in the background until the handle is shut down or dropped.
    ///
    /// # Errors
    /// When a setting is refused or the address cannot be bound; the error says what to do.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        let address = self.address;
        if !self.allow_non_loopback && !address.ip().is_loopback() {
            return Err(EmulatorError::NotLoopback { address });
        }
        let settings = self.settings()?;
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|source| EmulatorError::Bind { address, source })?;
        let address = listener.local_addr().map_err(|source| EmulatorError::Bind { address, source })?;
        Ok(server::start(listener, address, settings))
    }

    fn settings(self) -> Result<Settings, EmulatorError> {
        if let Some(key) = &self.key {
            check_key(key)?;
        }
        Ok(Settings {
            media_root: self.media_root.map(check_root).transpose()?,
            shape: self.shape,
            script: self.script,
            key: self.key,
            body_limit: self.body_limit,
            seed: self.seed,
            clock: self.clock,
            tool_calls: self.tool_calls,
        })
    }
}

fn check_key(key: &str) -> Result<(), EmulatorError> {
    let key = key.trim();
    if key.is_empty() {
        return Err(EmulatorError::EmptyKey);
    }
    if key.starts_with("sk-mavi-") || key.starts_with("sk-mai-") {
        return Err(EmulatorError::RealKey);
    }
    Ok(())
}

/// The folder by its real path, against which every file is held.
fn check_root(path: PathBuf) -> Result<PathBuf, EmulatorError> {
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) => return Err(EmulatorError::MediaRoot { path, why: error.to_string() }),
    };
    if !real.is_dir() {
        return Err(EmulatorError::MediaRoot { path, why: "it is no folder".to_owned() });
    }
    Ok(real)
}

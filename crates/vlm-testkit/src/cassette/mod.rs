//! Record and replay, around any provider: a test asks the real service once, and from then on a file.
//!
//! - A cassette is one readable JSON file: `version`, `provider`, `capabilities` by model, and `recordings`, each with its
//!   `operation`, `request` and `reply`. Pictures and films lie in `media/` beside it, each once, named by SHA-256; a
//!   replay does not need them. Cassettes of one folder share it, so what none of them names any more is not removed.
//! - Nothing is written that a [`Sanitizer`] was told to take out, and nothing at all while a secret is in it.
//! - A replay answers a request that equals a recorded one after both were sanitized. Each recording is played once: the
//!   second equal request gets the second equal recording. Between different requests no order is kept, so concurrent
//!   calls get the same answers each time.
//! - A request that was not recorded is an error of kind `Configuration` that shows what differs from the nearest
//!   recording. Nothing is ever sent in a replay.
//! - Deadlines and retries of a request ([`CallOptions`](vlm_core::CallOptions)) are neither written nor compared, since
//!   they are no part of what is asked; its `strict` is.
//!
//! Files are read at once, in the task that asks, and what is recorded stays in memory until it is written: this is for
//! tests.

mod failure;
mod file;
mod miss;
mod mode;
mod pieces;
mod record;
mod replay;
mod reply;
mod request;
mod sanitizer;
mod secrets;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use vlm_core::{Capabilities, Completion, CompletionStream, Error, ErrorKind, Request, Result, VisionProvider};

pub use mode::Mode;
pub use replay::Recording;
pub use sanitizer::Sanitizer;

use record::Recorder;
use replay::Player;
use reply::Operation;

/// A provider that records another, or answers as the recorded one did.
///
/// Call [`finish`](Self::finish) at the end of the test: it writes what was recorded, or says what was not asked for.
/// A recording that is dropped without it, as when a test panics, leaves the cassette as it was; what it had is kept
/// beside it (`cat.unfinished.json` for `cat.json`) and a warning is traced. Clones share everything.
///
/// ```
/// use vlm_core::VisionProviderExt;
/// use vlm_testkit::cassette::{Cassette, Mode, Sanitizer};
/// use vlm_testkit::fake::FakeProvider;
///
/// async fn what_is_it(mode: Mode, path: &std::path::Path) -> vlm_core::Result<String> {
///     let sanitizer = Sanitizer::new().secret("sk-the-key-of-this-run").field("user_id");
///     // Here would stand the real provider; it is made in a recording only, so that a replay needs no key.
///     let provider = || Ok(FakeProvider::new().answer("A cat."));
///     let cassette = Cassette::open(path, mode, sanitizer, provider)?;
///
///     let picture = &b"GIF89a\x01\0\x01\0\0\0\0;"[..];
///     let answer = cassette.model("any").ask("What is this?").attach(picture).await?;
///     cassette.finish()?;
///     Ok(answer.into_text())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vlm_core::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("cat.json");
/// assert_eq!(what_is_it(Mode::Record, &path).await?, "A cat.");
/// // From now on, and in CI; `Mode::from_env()` lets a variable choose.
/// assert_eq!(what_is_it(Mode::Replay, &path).await?, "A cat.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Cassette {
    inner: Arc<Inner>,
}

enum Inner {
    Record(Recorder),
    Replay(Box<Player>),
}

impl Cassette {
    /// Records or replays. The provider is made when there is something to record.
    ///
    /// # Errors
    /// As [`record`](Self::record) and [`replay`](Self::replay), and what `provider` fails with.
    pub fn open<P: VisionProvider>(
        path: impl Into<PathBuf>,
        mode: Mode,
        sanitizer: Sanitizer,
        provider: impl FnOnce() -> Result<P>,
    ) -> Result<Self> {
        match mode {
            Mode::Record => Self::record(path, provider()?, sanitizer),
            Mode::Replay => Self::replay(path, sanitizer),
        }
    }

    /// Asks `provider`, and keeps its replies until [`finish`](Self::finish) writes them. An older file is replaced.
    ///
    /// A call that is dropped before its reply is not recorded. A stream that is dropped is recorded as far as it was
    /// read; a replay that reads further gets an error there. A file that cannot be read is recorded by its name, with
    /// what the provider said of it.
    ///
    /// # Errors
    /// `Configuration` for a sanitizer that cannot do what it was told.
    pub fn record(path: impl Into<PathBuf>, provider: impl VisionProvider, sanitizer: Sanitizer) -> Result<Self> {
        let recorder = Recorder::new(path.into(), Box::new(provider), sanitizer)?;
        Ok(Self { inner: Arc::new(Inner::Record(recorder)) })
    }

    /// Answers from the file. It knows the [`capabilities`](VisionProvider::capabilities) of the models that were asked
    /// when it was recorded.
    ///
    /// # Errors
    /// `Configuration` when the file does not exist, is damaged or is of another version, and as
    /// [`record`](Self::record).
    pub fn replay(path: impl Into<PathBuf>, sanitizer: Sanitizer) -> Result<Self> {
        Ok(Self { inner: Arc::new(Inner::Replay(Box::new(Player::open(path.into(), sanitizer)?))) })
    }

    /// What it does.
    pub fn mode(&self) -> Mode {
        match &*self.inner {
            Inner::Record(_) => Mode::Record,
            Inner::Replay(_) => Mode::Replay,
        }
    }

    /// Ends a test. A recording is written, whole or not at all; of a replay, everything must have been asked for.
    ///
    /// # Errors
    /// `Configuration`. Of a recording: calls under way, a secret that is still there (the message says where, not
    /// which), a sanitizer that leaves nothing readable, a file that cannot be written. Of a replay: the recordings that
    /// nobody asked for.
    pub fn finish(&self) -> Result<()> {
        match &*self.inner {
            Inner::Record(recorder) => recorder.finish(),
            Inner::Replay(player) => player.finish(),
        }
    }

    /// The recordings that nobody has asked for yet; none while recording.
    pub fn unused(&self) -> Vec<Recording> {
        match &*self.inner {
            Inner::Record(_) => Vec::new(),
            Inner::Replay(player) => player.unused(),
        }
    }

    /// The content of a picture or film, by the `sha256` that a recorded request names.
    ///
    /// # Errors
    /// `Configuration` for what is no hash, or where no such content lies or its hash is another.
    pub fn content(&self, sha256: &str) -> Result<Bytes> {
        file::content(self.path(), sha256)
    }

    fn path(&self) -> &Path {
        match &*self.inner {
            Inner::Record(recorder) => recorder.path(),
            Inner::Replay(player) => player.path(),
        }
    }
}

#[async_trait]
impl VisionProvider for Cassette {
    fn id(&self) -> &str {
        match &*self.inner {
            Inner::Record(recorder) => recorder.id(),
            Inner::Replay(player) => player.provider(),
        }
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        match &*self.inner {
            Inner::Record(recorder) => recorder.capabilities(model),
            Inner::Replay(player) => player.capabilities(model),
        }
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        match &*self.inner {
            Inner::Record(recorder) => recorder.generate(request).await,
            Inner::Replay(player) => player.play(Operation::Generate, request)?.0.completion(),
        }
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        match &*self.inner {
            Inner::Record(recorder) => recorder.stream(request).await,
            Inner::Replay(player) => {
                let (reply, place) = player.play(Operation::Stream, request)?;
                reply.stream(&place)
            }
        }
    }
}

impl fmt::Debug for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cassette").field("mode", &self.mode()).field("path", &self.path()).finish_non_exhaustive()
    }
}

/// Something is wrong with the cassette, not with the request: nothing was sent.
fn trouble(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// A test that panicked elsewhere must not hide what this one is about.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

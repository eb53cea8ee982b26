//! What the media of a request are: files and bytes by their headers, URLs where an estimator may look at them.

use vlm_core::{Media, MediaError, Problem, ProblemKind, Request, Source};
use vlm_media::{Probe, ProbeError};

use crate::estimate::Unknown;
use crate::estimator::Estimator;

/// What came of looking: the facts stand in the request.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Files that cannot be read, and content that is no picture or film, or another than it is declared to be: no
    /// provider sends those.
    pub(crate) unusable: Vec<Problem>,
    /// Content that begins as a picture or film does, and whose header is broken: a provider would send it.
    pub(crate) damaged: Vec<Problem>,
    /// URLs that could not be looked at.
    pub(crate) unknown: Vec<Unknown>,
}

/// What one medium turned out to be; `None` where nobody looked.
type Look = Option<Result<Probe, Failure>>;

/// Why nothing was seen.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Of local content: it cannot be sent either.
    Local(ProbeError),
    /// Of a URL: the service may still read it.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "only URLs that are looked at can fail so"))]
    Remote(String),
}

impl Estimator {
    /// Looks at all media of `request` whose facts are not stated, and states them in it: for several estimates of one
    /// request, at several models say, each file is then read once.
    ///
    /// What cannot be found out stays unknown; of URLs it returns why. What is wrong with a file is told by each
    /// estimate.
    pub async fn inspect(&self, request: &mut Request) -> Vec<Unknown> {
        self.look(request).await.unknown
    }

    pub(crate) async fn look(&self, request: &mut Request) -> Seen {
        let mut looks: Vec<Look> = Vec::new();
        let sources: Vec<Option<Source>> =
            request.media().map(|media| media.facts().is_none().then(|| media.source().clone())).collect();
        let files = files(&sources).await;
        let mut files = files.into_iter();
        for source in &sources {
            looks.push(match source {
                Some(Source::Path(_)) => files.next().map(|file| file.map_err(Failure::Local)),
                Some(Source::Bytes(content)) => Some(vlm_media::probe_bytes(content).map_err(Failure::Local)),
                Some(Source::Url(url)) => self.look_at_url(url).await,
                _ => None,
            });
        }
        let mut seen = Seen::default();
        let mut looks = looks.into_iter();
        request.map_media(|path, media| {
            if let Some(look) = looks.next().flatten() {
                seen.take(path, media, look);
            }
        });
        seen
    }

    #[cfg(feature = "http")]
    async fn look_at_url(&self, url: &str) -> Look {
        let fetcher = self.fetcher.as_deref()?;
        Some(crate::remote::probe(fetcher, url).await.map_err(Failure::Remote))
    }

    #[cfg(not(feature = "http"))]
    #[expect(clippy::unused_async, reason = "with the feature `http` it waits for the network")]
    async fn look_at_url(&self, _url: &str) -> Look {
        None
    }
}

/// Probes all files among `sources`, off the async threads where there is a runtime.
async fn files(sources: &[Option<Source>]) -> Vec<Result<Probe, ProbeError>> {
    let path = |source: &Option<Source>| match source {
        Some(Source::Path(path)) => Some(path.clone()),
        _ => None,
    };
    let paths: Vec<_> = sources.iter().filter_map(path).collect();
    if paths.is_empty() {
        return Vec::new();
    }
    let work = move || -> Vec<_> { paths.iter().map(vlm_media::probe_file).collect() };
    match tokio::runtime::Handle::try_current() {
        // A task that is lost with its runtime has no results, and its media stay unknown.
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_default(),
        Err(_) => work(),
    }
}

impl Seen {
    fn take(&mut self, path: &str, media: &mut Media, look: Result<Probe, Failure>) {
        let probe = match look {
            Ok(probe) => probe,
            // Of a type that is not known here, its owner's word counts.
            Err(Failure::Local(error)) if is_unknown(&error) && media.declared_media_type().is_some() => return,
            Err(Failure::Local(error)) => {
                let told = if error.media_type().is_some() { &mut self.damaged } else { &mut self.unusable };
                return told.push(Problem::new(ProblemKind::Media, path, error.to_string()));
            }
            Err(Failure::Remote(why)) => {
                return self.unknown.push(Unknown::new(format!("the URL could not be looked at: {why}")).at(path));
            }
        };
        if let Some(declared) = media.declared_media_type().filter(|declared| !declared.same_format(&probe.media_type))
        {
            let mismatch = MediaError::TypeMismatch { declared: declared.clone(), found: probe.media_type };
            return self.unusable.push(Problem::new(ProblemKind::Media, path, mismatch.to_string()));
        }
        let mut known = media.clone().with_facts(probe.facts);
        if media.declared_media_type().is_none() {
            known = known.with_media_type(probe.media_type);
        }
        *media = known;
    }
}

fn is_unknown(error: &ProbeError) -> bool {
    match error {
        ProbeError::Unknown => true,
        ProbeError::File { error, .. } => is_unknown(error),
        _ => false,
    }
}

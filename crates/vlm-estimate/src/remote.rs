//! Looks at the header of a picture or film behind a URL: the pieces that its parser asks for, and no more.

use vlm_http::MediaFetcher;
use vlm_media::{Probe, Sparse, Step};

/// What is behind `url`; the error says why that could not be found out.
pub(crate) async fn probe(fetcher: &MediaFetcher, url: &str) -> Result<Probe, String> {
    let mut remote = fetcher.open(url).map_err(|problem| problem.to_string())?;
    let first = remote.read(0..vlm_media::PIECE).await.map_err(|problem| problem.to_string())?;
    let total = first.total.ok_or("its server does not say how long it is")?;
    let mut content = Sparse::new(total);
    content.insert(first.offset, &first.bytes);
    loop {
        match content.probe().map_err(|error| error.to_string())? {
            Step::Done(probe) => return Ok(probe),
            Step::Need { offset, length } => {
                let piece = remote.read(offset..offset.saturating_add(length)).await;
                let piece = piece.map_err(|problem| problem.to_string())?;
                if piece.bytes.is_empty() {
                    return Err("its server gave nothing where more should be".to_owned());
                }
                content.insert(piece.offset, &piece.bytes);
            }
            _ => return Err("it needs more than can be looked at".to_owned()),
        }
    }
}

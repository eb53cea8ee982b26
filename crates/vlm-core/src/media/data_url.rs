//! `data:` URLs of pictures and films: base64 only, strict alphabet.

use ::bytes::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{MediaError, MediaType};

/// The declared type and the content.
pub(super) fn decode(text: &str) -> Result<(MediaType, Bytes), MediaError> {
    let rest = match text.split_at_checked(5) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("data:") => rest,
        _ => return Err(MediaError::DataUrl("it does not begin with `data:`")),
    };
    let (head, payload) = rest.split_once(',').ok_or(MediaError::DataUrl("there is no comma before the content"))?;
    let (media_type, encoding) = head.rsplit_once(';').ok_or(MediaError::DataUrl("`;base64` is missing"))?;
    if !encoding.eq_ignore_ascii_case("base64") {
        return Err(MediaError::DataUrl("`;base64` is missing: other encodings are not taken"));
    }
    let declared = media_type.parse::<MediaType>()?;
    let content = STANDARD
        .decode(payload)
        .map_err(|_| MediaError::DataUrl("the content is not base64 (standard alphabet, with padding)"))?;
    if content.is_empty() {
        return Err(MediaError::DataUrl("the content is empty"));
    }
    Ok((declared, content.into()))
}

//! What a picture or film is, from its header alone: type, size as shown, duration, frames, codec, sound.
//!
//! Nothing is decoded. Content may be a file, bytes, any `Read + Seek`, or [pieces](Sparse) that are fetched as they
//! are needed. The [facts](vlm_core::MediaFacts) let a request be priced and judged before it is sent.
//!
//! ```
//! # let content = b"GIF89a\x40\x01\xC8\0\0\0\0;";
//! let picture = vlm_media::probe_bytes(content)?;
//! assert_eq!(picture.media_type.as_str(), "image/gif");
//! assert_eq!(picture.facts.size(), Some((320, 200)));
//! # Ok::<(), vlm_media::ProbeError>(())
//! ```
//!
//! | type | size | orientation | duration | frames, fps | codec, sound |
//! |---|---|---|---|---|---|
//! | JPEG, PNG, WebP, TIFF | yes | EXIF | - | - | - |
//! | GIF, BMP | yes | none exists | - | - | - |
//! | HEIC, HEIF, AVIF | of the primary picture | `irot`, `imir` | - | - | - |
//! | MP4, QuickTime, 3GPP | yes | of the track | yes | yes | yes |
//! | WebM, Matroska | yes | not read | yes | where the track states its frame duration | yes |
//! | AVI | yes | none exists | yes | yes | yes |
//! | MPEG transport stream | H.264, H.265, MPEG-2 | not read | yes | where the stream states its rate | yes |
//! | FLV, WMV, MPEG program stream | no | no | no | no | no |
//!
//! **Meaning.** Width and height are those of the frames as coded and cropped, after rotation; another shape of the
//! pixels (as in anamorphic films) is not applied, since models see the frames as they are decoded. Durations are those
//! of the track with the pictures; edit lists, which shift or repeat parts of it, are ignored. fps is the average, and
//! a hair beside a whole number (0.001) is that number. A duration of 0 or above 10⁷ s is not believed.
//!
//! **Limits.** At most [`MAX_PICTURE_READ`] bytes of a picture and [`MAX_FILM_READ`] of a film are read, whatever a
//! header claims. A probe holds a window of at most 64 KiB, and of a transport stream a frame of about as much;
//! [`Sparse`] content holds [`MAX_HELD`] bytes at most. No length field is allocated for; every walk
//! over boxes, elements or packets goes forward, and its steps are counted.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod boxes;
mod codec;
mod error;
mod file;
mod film;
mod found;
mod input;
mod orientation;
mod picture;
mod probe;
mod sparse;
mod timing;

pub use codec::Codec;
pub use error::ProbeError;
pub use file::probe_file;
pub use orientation::Orientation;
pub use probe::{MAX_FILM_READ, MAX_PICTURE_READ, Probe, probe, probe_bytes};
pub use sparse::{MAX_HELD, MAX_PIECES, PIECE, Sparse, Step};

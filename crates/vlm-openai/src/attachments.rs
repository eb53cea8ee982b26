//! The opened pictures and films of a request, placed in a body: URLs as they are, content as a slot that the body fills.

use vlm_core::{MediaKind, Request};
use vlm_http::{Attachments, MediaSlots};

use crate::wire::Placed;

/// Places each of them, in order. What cannot be placed was refused before.
pub(crate) fn place(attachments: Attachments, request: &Request, slots: &mut MediaSlots) -> Vec<Placed> {
    let places = attachments.into_attached().zip(request.media()).map(|(attached, media)| {
        let text = attached.into_url(media.media_type().as_ref(), slots);
        Placed { kind: media.kind().unwrap_or(MediaKind::Image), text, options: media.options().clone() }
    });
    places.collect()
}

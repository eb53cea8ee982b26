//! The opened pictures and films of a request, placed in a body: URLs as they are, content as a slot that the body fills.

use vlm_core::{MediaKind, MediaType, Request};
use vlm_http::{Attached, Attachments, MediaSlots};

use crate::families::Placed;

/// Places each of them, in order.
pub(crate) fn place(attachments: Attachments, request: &Request, slots: &mut MediaSlots) -> Vec<Placed> {
    let places = attachments.into_attached().zip(request.media()).map(|(attached, media)| {
        let media_type = media.media_type();
        let text = match attached {
            Attached::Url(url) => url,
            Attached::Content(payload) => {
                let name = media_type.as_ref().map_or("application/octet-stream", MediaType::as_str);
                slots.add(format!("data:{name};base64,"), payload)
            }
            // Refused before, with everything else that is wrong.
            _ => String::new(),
        };
        Placed { kind: media.kind().unwrap_or(MediaKind::Image), media_type, text }
    });
    places.collect()
}

//! Token counts.

use vlm_core::{ModalityTokens, Usage};
use vlm_http::RawObject;

/// Reads `usageMetadata`. Thinking is billed as output, so it is counted there; the service counts it beside the answer.
pub(crate) fn usage(counts: &RawObject<'_>) -> Usage {
    let mut usage = Usage::new();
    usage.input_tokens = counts.whole_number("promptTokenCount");
    usage.reasoning_tokens = counts.whole_number("thoughtsTokenCount");
    let answer = counts.whole_number("candidatesTokenCount");
    usage.output_tokens = match (answer, usage.reasoning_tokens) {
        (Some(answer), thoughts) => answer.checked_add(thoughts.unwrap_or_default()),
        // The service leaves out counts of zero.
        (None, thoughts) => thoughts,
    };
    usage.total_tokens = counts.whole_number("totalTokenCount");
    usage.cached_input_tokens = counts.whole_number("cachedContentTokenCount");
    usage.input_by_modality = by_modality(counts, "promptTokensDetails");
    usage.output_by_modality = by_modality(counts, "candidatesTokensDetails");
    usage
}

/// A list of `{"modality": "IMAGE", "tokenCount": 258}`; of modalities that are named twice, the sum.
fn by_modality(counts: &RawObject<'_>, name: &str) -> ModalityTokens {
    let mut tokens = ModalityTokens::default();
    for detail in counts.objects(name) {
        let slot = match detail.text("modality").as_deref() {
            Some("TEXT") => &mut tokens.text,
            Some("IMAGE") => &mut tokens.image,
            Some("VIDEO") => &mut tokens.video,
            Some("AUDIO") => &mut tokens.audio,
            _ => continue,
        };
        if let Some(count) = detail.whole_number("tokenCount") {
            *slot = Some(slot.unwrap_or_default().saturating_add(count));
        }
    }
    tokens
}

//! Token counts.

use vlm_core::{ModalityTokens, Usage};
use vlm_http::RawObject;

/// Reads `usageMetadata`. Thinking is billed as output, so it is counted there; the service counts it beside the answer.
pub(crate) fn usage(counts: &RawObject<'_>) -> Usage {
    let mut usage = Usage::new();
    usage.input_tokens = counts.whole_number("promptTokenCount");
    usage.reasoning_tokens = counts.whole_number("thoughtsTokenCount");
    usage.total_tokens = counts.whole_number("totalTokenCount");
    usage.output_tokens = output(counts, &usage);
    usage.cached_input_tokens = counts.whole_number("cachedContentTokenCount");
    usage.input_by_modality = by_modality(counts, "promptTokensDetails");
    usage.output_by_modality = by_modality(counts, "candidatesTokensDetails");
    usage
}

/// Answer and thinking together; the service leaves out counts of zero. Nothing where the sum of all says otherwise: then
/// one of the counts is missing or wrong.
fn output(counts: &RawObject<'_>, usage: &Usage) -> Option<u64> {
    let output = match (counts.whole_number("candidatesTokenCount"), usage.reasoning_tokens) {
        (Some(answer), thoughts) => answer.checked_add(thoughts.unwrap_or_default())?,
        (None, thoughts) => thoughts?,
    };
    let Some((input, total)) = usage.input_tokens.zip(usage.total_tokens) else { return Some(output) };
    let tools = counts.whole_number("toolUsePromptTokenCount").unwrap_or_default();
    let sum = input.checked_add(tools)?.checked_add(output)?;
    (sum == total).then_some(output)
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

//! What error codes mean: rules that are shared by the servers, and those of one server.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use vlm_core::ErrorKind;

/// What one error code means.
///
/// ```
/// use vlm_core::ErrorKind;
/// use vlm_openai::ErrorRule;
///
/// let rule = ErrorRule::new("queue_full", ErrorKind::Overloaded).with_advice("Try again in a minute.");
/// assert_eq!(rule.kind, ErrorKind::Overloaded);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorRule {
    /// The `code` or the `type` of the error, whatever its case; empty for any.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub code: Cow<'static, str>,
    /// Words that its message must contain, whatever their case; empty for any.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub words: Cow<'static, str>,
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What to do, where there is more to say than of any error of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Cow<'static, str>>,
}

impl ErrorRule {
    /// What `code` means.
    pub fn new(code: impl Into<Cow<'static, str>>, kind: ErrorKind) -> Self {
        Self { code: code.into(), words: Cow::Borrowed(""), kind, advice: None }
    }

    /// Narrows the rule to errors whose message contains `words`.
    #[must_use]
    pub fn with_words(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.words = words.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Whether an error with these codes and this message is meant.
    pub(crate) fn fits(&self, codes: &[&str], message: &str) -> bool {
        let code = self.code.is_empty() || codes.iter().any(|code| code.eq_ignore_ascii_case(&self.code));
        code && (self.words.is_empty() || contains(message, &self.words))
    }
}

fn contains(message: &str, words: &str) -> bool {
    message.to_lowercase().contains(&words.to_lowercase())
}

const TOO_LONG: &str = "Send fewer or smaller pictures, a shorter prompt, or ask for fewer answer tokens; or use a model with more context.";
const NO_MODEL: &str = "Check the model's name, and whether the key's project may use it.";
const UNREACHABLE: &str = "The service could not fetch the media: give a public https URL, or send the content itself.";

/// Codes of OpenAI's own service (its guide to error codes) that others have taken over.
pub(super) fn common() -> Vec<ErrorRule> {
    use ErrorKind::*;
    let rule = ErrorRule::new;
    let mut rules = vec![
        // Too large for the limit of tokens per minute: no wait helps.
        rule("rate_limit_exceeded", TooLarge).with_words("request too large").with_advice(TOO_LONG),
        rule("tokens", TooLarge).with_words("request too large").with_advice(TOO_LONG),
        rule("context_length_exceeded", TooLarge).with_advice(TOO_LONG),
        rule("string_above_max_length", TooLarge).with_advice(TOO_LONG),
        rule("insufficient_quota", Quota),
        rule("billing_hard_limit_reached", Quota),
        rule("billing_not_active", Quota).with_advice("Check the account's billing: it is not active."),
        rule("rate_limit_exceeded", RateLimited),
        rule("invalid_api_key", Auth),
        rule("model_not_found", NotFound).with_advice(NO_MODEL),
        rule("unsupported_country_region_territory", Permission)
            .with_advice("The service does not answer in this country or region."),
        rule("invalid_image_url", BadRequest).with_advice(UNREACHABLE),
        // Reasoning models; the same code without these words is any other mistake in the prompt.
        rule("invalid_prompt", Blocked).with_words("usage policy"),
        rule("server_overloaded", Overloaded),
        rule("engine_overloaded", Overloaded),
    ];
    let blocked = ["content_policy_violation", "content_filter", "moderation_blocked", "ResponsibleAIPolicyViolation"];
    rules.extend(blocked.map(|code| rule(code, Blocked)));
    rules
}

/// DashScope's codes: each in the spelling of its compatible mode and of its native one, which comes through at times.
pub(super) fn dashscope() -> Vec<ErrorRule> {
    use ErrorKind::*;
    let rule = ErrorRule::new;
    let mut rules = vec![
        rule("", BadRequest).with_words("Failed to download multimodal content").with_advice(UNREACHABLE),
        rule("", BadRequest).with_words("Download the media resource timed out").with_advice(UNREACHABLE),
        rule("BadRequest.TooLarge", TooLarge),
        rule("", TooLarge).with_words("Exceeded limit on max bytes per data-uri item"),
        rule("", TooLarge).with_words("Multimodal file size is too large"),
        rule("", TooLarge).with_words("Range of input length should be").with_advice(TOO_LONG),
        // Tokens per minute, except where it speaks of the free quota: that one does not come back.
        rule("insufficient_quota", Quota).with_words("free allocated quota exceeded"),
        rule("Throttling.AllocationQuota", Quota).with_words("free allocated quota exceeded"),
        rule("insufficient_quota", RateLimited),
        rule("", Overloaded).with_words("system capacity limits"),
    ];
    let unreachable = ["BadRequest.InputDownloadFailed", "InvalidURL.Timeout", "InvalidURL.ConnectionRefused"];
    rules.extend(unreachable.map(|code| rule(code, BadRequest).with_advice(UNREACHABLE)));
    let mut add = |kind, codes: &[&'static str]| rules.extend(codes.iter().map(|code| rule(code, kind)));
    add(Blocked, &["DataInspectionFailed", "data_inspection_failed"]);
    add(
        Quota,
        &[
            "Arrearage",
            "AllocationQuota.FreeTierOnly",
            "CommodityNotPurchased",
            "PrepaidBillOverdue",
            "PostpaidBillOverdue",
        ],
    );
    add(Auth, &["InvalidApiKey"]);
    add(Permission, &["AccessDenied", "access_denied", "AccessDenied.Unpurchased", "Model.AccessDenied"]);
    add(Permission, &["App.AccessDenied", "Workspace.AccessDenied"]);
    add(NotFound, &["ModelNotFound", "model_not_supported", "WorkSpaceNotFound"]);
    add(RateLimited, &["Throttling", "Throttling.RateQuota", "LimitRequests", "limit_requests"]);
    add(RateLimited, &["Throttling.BurstRate", "limit_burst_rate", "Throttling.AllocationQuota"]);
    add(Overloaded, &["ModelServingError", "ModelUnavailable"]);
    rules.extend(common());
    rules
}

/// vLLM: the types are the names of its exceptions.
pub(super) fn vllm() -> Vec<ErrorRule> {
    use ErrorKind::*;
    let mut rules = vec![
        ErrorRule::new("BadRequestError", TooLarge).with_words("maximum context length").with_advice(TOO_LONG),
        ErrorRule::new("BadRequestError", TooLarge)
            .with_words("longer than the maximum model length")
            .with_advice(TOO_LONG),
        ErrorRule::new("NotFoundError", NotFound)
            .with_advice("Check the model's name: the server lists its own at /v1/models."),
    ];
    rules.extend(common());
    rules
}

/// llama.cpp's server.
pub(super) fn llama_cpp() -> Vec<ErrorRule> {
    use ErrorKind::*;
    let mut rules = vec![
        ErrorRule::new("exceed_context_size_error", TooLarge).with_advice(TOO_LONG),
        ErrorRule::new("unavailable_error", Overloaded)
            .with_advice("The server is still loading its model; try again later."),
        ErrorRule::new("not_supported_error", Unsupported)
            .with_advice("Start the server with what this needs: for pictures, a model with a projector (--mmproj)."),
        ErrorRule::new("authentication_error", Auth),
        ErrorRule::new("permission_error", Permission),
        ErrorRule::new("not_found_error", NotFound),
    ];
    rules.extend(common());
    rules
}

/// Ollama: its errors are known by their words.
pub(super) fn ollama() -> Vec<ErrorRule> {
    let pull = "Get the model first: ollama pull NAME.";
    let mut rules = vec![ErrorRule::new("", ErrorKind::NotFound).with_words("try pulling it first").with_advice(pull)];
    rules.push(ErrorRule::new("not_found_error", ErrorKind::NotFound).with_advice(pull));
    rules.extend(common());
    rules
}

/// OpenRouter's codes are statuses, which need no rule; moderation is known by what comes with it.
pub(super) fn openrouter() -> Vec<ErrorRule> {
    let mut rules = vec![
        ErrorRule::new("402", ErrorKind::Quota)
            .with_advice("Add credits to the account, or ask for fewer answer tokens."),
        ErrorRule::new("400", ErrorKind::TooLarge).with_words("maximum context length").with_advice(TOO_LONG),
        ErrorRule::new("403", ErrorKind::Blocked).with_words("flagged"),
        ErrorRule::new("404", ErrorKind::NotFound)
            .with_words("no endpoints found")
            .with_advice("No host offers the model with what the request needs: check its name, or ask for less."),
    ];
    rules.extend(common());
    rules
}

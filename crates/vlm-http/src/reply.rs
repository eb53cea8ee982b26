//! A complete reply, as a provider's decoder sees it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;
use vlm_core::{Completion, Cost, ErrorKind};

use crate::fault::{Fault, RetryClass};
use crate::redact::Scrubber;

/// Headers in which services put their id for a call.
static REQUEST_IDS: [HeaderName; 6] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-requestid"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("cf-ray"),
];

/// A reply that was read to its end: any status, any content.
///
/// Of an error reply only the first 64 KiB are read. `Debug` shows neither header values nor content.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    cut: bool,
    scrubber: Arc<Scrubber>,
}

impl Reply {
    /// A reply from parts, for tests of decoders.
    pub fn new(status: u16, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), cut: false, scrubber: Arc::default() }
    }

    /// Says with what its text is scrubbed, and whether the body is only the beginning.
    pub(crate) fn with_scrubber(mut self, scrubber: Arc<Scrubber>, cut: bool) -> Self {
        self.scrubber = scrubber;
        self.cut = cut;
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body without a byte order mark at its start: what a JSON parser should see.
    pub fn json_bytes(&self) -> &[u8] {
        self.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.body)
    }

    /// Decodes the body as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] when the JSON stops before its end, [`ErrorKind::Protocol`] when there is none or it is
    /// something else; the beginning of the body goes along. The parser's words do not: they may quote the answer.
    pub fn decode_json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(self.json_bytes()).map_err(|error| self.not_json(&error))
    }

    /// The fault of a body that a JSON parser refuses, for decoders that parse on their own.
    pub fn not_json(&self, error: &serde_json::Error) -> Fault {
        let place = format!("line {}, column {}", error.line(), error.column());
        if self.json_bytes().trim_ascii().is_empty() {
            let fault = Fault::new(ErrorKind::Protocol, "the reply is empty");
            return fault.with_class(RetryClass::R2).with_status(self.status);
        }
        let fault = match error.classify() {
            serde_json::error::Category::Eof => {
                Fault::new(ErrorKind::Truncated, format!("the reply stops in the middle of its JSON ({place})"))
            }
            _ if std::str::from_utf8(&self.body).is_err() => Fault::new(ErrorKind::Protocol, "the reply is not UTF-8"),
            serde_json::error::Category::Data => {
                Fault::new(ErrorKind::Protocol, format!("the reply has another shape than documented ({place})"))
            }
            _ => Fault::new(ErrorKind::Protocol, format!("the reply is not JSON ({place})")),
        };
        fault.with_status(self.status).with_service_message(self.excerpt(200))
    }

    /// Finishes what a decoder made of this reply: the answer, or what a fault holds of one, gets its cost and the reply's
    /// bytes.
    ///
    /// ```
    /// use vlm_core::{Completion, Cost, PriceSchedule};
    /// use vlm_http::{Fault, Reply};
    ///
    /// fn decode(reply: &Reply, prices: &PriceSchedule) -> Result<Completion, Fault> {
    ///     let outcome = match reply.status() {
    ///         200 => Ok(Completion::new()), // and what the body says
    ///         status => Err(Fault::from_status(status)),
    ///     };
    ///     reply.complete(outcome, |answer| prices.cost(&answer.usage))
    /// }
    /// ```
    ///
    /// # Errors
    /// The decoder's.
    pub fn complete(
        &self,
        outcome: Result<Completion, impl Into<Fault>>,
        cost: impl Fn(&Completion) -> Cost,
    ) -> Result<Completion, Fault> {
        let finish = |mut answer: Completion| {
            answer.cost = cost(&answer);
            answer.raw = self.body.clone().into();
            answer
        };
        match outcome {
            Ok(answer) => Ok(finish(answer)),
            Err(fault) => Err(fault.into().map_partial(finish)),
        }
    }

    /// Whether the body is incomplete, which happens to error replies only.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The media type without parameters, in lower case; empty when there is none.
    pub fn content_type(&self) -> String {
        essence(&self.headers)
    }

    /// The beginning of the body as text for a person, scrubbed; what is not UTF-8 is replaced.
    pub fn excerpt(&self, characters: usize) -> String {
        self.scrubber.excerpt(String::from_utf8_lossy(&self.body).trim(), characters)
    }

    /// The service's id for the call, from the usual headers.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }
}

/// The media type without parameters, in lower case.
pub(crate) fn essence(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The charset that the content type names, if it is not one that UTF-8 readers can read.
pub(crate) fn foreign_charset(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let charset = value.split(';').skip(1).find_map(|parameter| {
        let (name, charset) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| charset.trim().trim_matches('"').to_ascii_lowercase())
    })?;
    (!matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii")).then_some(charset)
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| headers.get(name)?.to_str().ok()).filter(|id| !id.trim().is_empty())
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("content_type", &self.content_type())
            .field("body_bytes", &self.body.len())
            .field("cut", &self.cut)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::Value;

    use super::*;

    fn reply(body: &'static [u8]) -> Reply {
        Reply::new(200, HeaderMap::new(), body)
    }

    fn typed(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn json_is_decoded_or_the_fault_says_why() {
        assert_eq!(reply(b"\xEF\xBB\xBF{} \n").decode_json::<Value>().expect("JSON"), serde_json::json!({}));
        let bomb = Box::leak("[".repeat(100_000).into_boxed_str()).as_bytes();
        let cases: [(&[u8], ErrorKind, RetryClass); 9] = [
            (b"", ErrorKind::Protocol, RetryClass::R2),
            (b" \n", ErrorKind::Protocol, RetryClass::R2),
            (b"{\"a\":", ErrorKind::Truncated, RetryClass::R3),
            (b"<html>", ErrorKind::Protocol, RetryClass::R0),
            (b"{}garbage", ErrorKind::Protocol, RetryClass::R0),
            (b"{}{}", ErrorKind::Protocol, RetryClass::R0),
            (b"{\"a\":\"\xFF\"}", ErrorKind::Protocol, RetryClass::R0),
            (b"{\"a\":1e999}", ErrorKind::Protocol, RetryClass::R0),
            (bomb, ErrorKind::Protocol, RetryClass::R0),
        ];
        for (body, kind, class) in cases {
            let fault = reply(body).decode_json::<Value>().expect_err("not JSON");
            assert_eq!((fault.kind(), fault.class()), (kind, class), "{:?}", body.get(..20));
        }
    }

    #[test]
    fn a_decoder_never_quotes_the_answer_in_its_own_words() {
        let fault = reply(b"{\"n\": \"planted\"}").decode_json::<std::collections::HashMap<String, u8>>();
        let fault = fault.expect_err("another shape");
        assert!(!format!("{fault:?}").contains("planted"));
    }

    #[test]
    fn an_answer_and_what_a_fault_holds_of_one_get_cost_and_bytes() {
        let reply = reply(b"{}");
        let cost = |answer: &Completion| Cost::Unknown { reason: format!("of {} choices", answer.choices.len()) };
        let of_none = Cost::Unknown { reason: "of 0 choices".to_owned() };
        let answer = reply.complete(Ok::<_, Fault>(Completion::new()), cost).expect("an answer");
        assert_eq!((answer.raw.to_text().as_ref(), &answer.cost), ("{}", &of_none));
        let fault = || Fault::new(ErrorKind::Blocked, "no");
        let partial = |fault| reply.complete(Err(fault), cost).expect_err("a fault").into_partial();
        let kept = partial(fault().with_partial(Completion::new())).expect("what there was");
        assert_eq!((kept.raw.to_text().as_ref(), &kept.cost), ("{}", &of_none));
        assert_eq!(partial(fault()), None);
    }

    #[test]
    fn content_types_and_charsets() {
        assert_eq!(essence(&typed(" Text/Event-Stream ; charset=x")), "text/event-stream");
        assert_eq!(essence(&HeaderMap::new()), "");
        for fine in ["application/json", "a/b; charset=UTF-8", "a/b;charset=\"utf8\"", "a/b; x=y", "a/b; charset"] {
            assert_eq!(foreign_charset(&typed(fine)), None, "{fine}");
        }
        assert_eq!(foreign_charset(&typed("a/b; q=1; Charset=GB18030")).as_deref(), Some("gb18030"));
    }

    #[test]
    fn excerpts_are_short_and_never_fail() {
        assert_eq!(reply(b"  <html>\xFF</html> ").excerpt(7), "<html>\u{FFFD}…");
        assert_eq!(reply(b"short").excerpt(200), "short");
    }
}

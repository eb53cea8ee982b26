//! What the head of a reply to a range request promises, held against what was asked.

use std::ops::Range;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, StatusCode};
use url::Url;

use super::problem::{FetchProblem, shown};

/// How far from the start a piece may begin to be read from a server that ignores ranges.
pub(super) const NEAR: u64 = 256 << 10;

/// How the body is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bytes to drop first.
    pub(super) skip: u64,
    /// Bytes to keep then; what follows is not read.
    pub(super) take: u64,
    /// The length of the whole.
    pub(super) total: Option<u64>,
    /// Whether the server has promised all of them. Otherwise an early end of the body is the end of the media.
    pub(super) promised: bool,
}

/// Judges the head of a reply that is no redirect. `range` is not empty.
pub(super) fn judge(
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
    range: &Range<u64>,
) -> Result<Plan, FetchProblem> {
    match status {
        StatusCode::PARTIAL_CONTENT | StatusCode::OK if is_encoded(headers) => {
            Err(FetchProblem::Encoded { url: shown(url) })
        }
        StatusCode::PARTIAL_CONTENT => {
            part(headers, range).map_err(|what| FetchProblem::WrongRange { url: shown(url), what })
        }
        StatusCode::OK => whole(url, headers, range),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let total = match content_range(headers) {
                Ok(Some(ContentRange::Nothing { total })) => total,
                _ => None,
            };
            Err(past_end(url, range, total))
        }
        _ => Err(FetchProblem::Status { url: shown(url), status: status.as_u16() }),
    }
}

pub(super) fn past_end(url: &Url, range: &Range<u64>, total: Option<u64>) -> FetchProblem {
    FetchProblem::PastEnd { url: shown(url), offset: range.start, total }
}

/// A 206: it must say that it is what was asked, or the beginning of it.
fn part(headers: &HeaderMap, range: &Range<u64>) -> Result<Plan, &'static str> {
    let (first, last, total) = match content_range(headers)? {
        Some(ContentRange::Part { first, last, total }) => (first, last, total),
        Some(ContentRange::Nothing { .. }) => return Err("a Content-Range that holds nothing"),
        None => return Err("a part that has no Content-Range"),
    };
    if first != range.start {
        return Err("a part that begins elsewhere");
    }
    if last >= range.end {
        return Err("a part that is longer");
    }
    match last.checked_sub(first) {
        Some(more) if total.is_none_or(|total| last < total) => {
            Ok(Plan { skip: 0, take: more + 1, total, promised: true })
        }
        _ => Err("a Content-Range that contradicts itself"),
    }
}

/// A 200: everything comes, from the start.
fn whole(url: &Url, headers: &HeaderMap, range: &Range<u64>) -> Result<Plan, FetchProblem> {
    let total = only(headers, &CONTENT_LENGTH).ok().flatten().and_then(number);
    if total.is_some_and(|total| range.start >= total) {
        return Err(past_end(url, range, total));
    }
    if range.start > NEAR {
        return Err(FetchProblem::NoRanges { url: shown(url), offset: range.start });
    }
    let end = total.map_or(range.end, |total| total.min(range.end));
    Ok(Plan { skip: range.start, take: end - range.start, total, promised: total.is_some() })
}

/// Whether the bytes are other than those of the media.
fn is_encoded(headers: &HeaderMap) -> bool {
    let other_than = |name: HeaderName, plain: &str| {
        headers.get_all(name).iter().any(|value| {
            value.as_bytes().split(|byte| *byte == b',').any(|coding| {
                let coding = coding.trim_ascii();
                !coding.is_empty()
                    && !coding.eq_ignore_ascii_case(plain.as_bytes())
                    && !coding.eq_ignore_ascii_case(b"identity")
            })
        })
    };
    other_than(CONTENT_ENCODING, "identity") || other_than(TRANSFER_ENCODING, "chunked")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentRange {
    /// `bytes 0-99/1234`, or `*` for a length that is not known.
    Part { first: u64, last: u64, total: Option<u64> },
    /// `bytes */1234`.
    Nothing { total: Option<u64> },
}

fn content_range(headers: &HeaderMap) -> Result<Option<ContentRange>, &'static str> {
    match only(headers, &CONTENT_RANGE)? {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or("a Content-Range that cannot be read"),
    }
}

fn parse(text: &str) -> Option<ContentRange> {
    let (unit, rest) = text.trim().split_once(' ')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (range, total) = rest.trim().split_once('/')?;
    let total = match total.trim() {
        "*" => None,
        digits => Some(number(digits)?),
    };
    if range.trim() == "*" {
        return Some(ContentRange::Nothing { total });
    }
    let (first, last) = range.split_once('-')?;
    Some(ContentRange::Part { first: number(first)?, last: number(last)?, total })
}

/// The value of a header that may stand there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, &'static str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| "a header that cannot be read"),
        (Some(_), Some(_)) => Err("a header that stands there twice"),
    }
}

/// Digits only: the standard parser would take a sign.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;

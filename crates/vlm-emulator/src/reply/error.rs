//! Error bodies: the documented envelope, the envelope inside HTTP 200, `status: errored`, and Spring's.

use http::StatusCode;
use serde::Serialize;

use super::{Stamp, json};
use crate::fault::ErrorBody;

/// A status, the type of the body and the body.
#[derive(Debug)]
pub(crate) struct ErrorReply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

const JSON: &str = "application/json";

#[derive(Serialize)]
struct Envelope<'a, C: Serialize> {
    code: C,
    msg: &'a str,
    data: (),
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<bool>,
}

/// `{"code": …, "msg": …, "data": null}`, the HTTP status equal to the code.
pub(crate) fn envelope(status: u16, message: &str) -> ErrorReply {
    let body = json(&Envelope { code: status, msg: message, data: (), success: None, failed: None });
    ErrorReply { status, content_type: JSON, body }
}

/// The envelope with a code of its own inside HTTP 200. Other codes than `0429` were seen with two flags beside.
pub(crate) fn envelope_in_200(code: &str, message: Option<&str>) -> ErrorReply {
    let known = match code {
        "0001" => "The network is abnormal, please try again later",
        "0401" => "Unauthorized",
        "0402" => "Insufficient credit",
        "0409" => "Service is busy",
        "0429" => "Rate limit exceeded",
        _ => "Request failed",
    };
    let flags = (code != "0429").then_some(());
    let body = json(&Envelope {
        code,
        msg: message.unwrap_or(known),
        data: (),
        success: flags.map(|()| false),
        failed: flags.map(|()| true),
    });
    ErrorReply { status: 200, content_type: JSON, body }
}

/// `{"status": "errored", "choices": [], "error": {…}}` inside HTTP 200.
pub(crate) fn errored(code: &str, message: &str) -> ErrorReply {
    #[derive(Serialize)]
    struct Errored<'a> {
        status: &'static str,
        choices: [(); 0],
        error: Detail<'a>,
    }
    let body = json(&Errored { status: "errored", choices: [], error: Detail { code, message } });
    ErrorReply { status: 200, content_type: JSON, body }
}

/// Code and message of an upstream error.
#[derive(Debug, Serialize)]
pub(crate) struct Detail<'a> {
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
}

/// The form of Spring, which stands in front of the service.
pub(crate) fn spring(status: u16, path: &str, stamp: &Stamp) -> ErrorReply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Spring<'a> {
        timestamp: String,
        path: &'a str,
        status: u16,
        error: &'a str,
        request_id: String,
    }
    let body = json(&Spring {
        timestamp: timestamp(stamp.created),
        path,
        status,
        error: reason(status),
        request_id: stamp.uuid()[..8].to_owned(),
    });
    ErrorReply { status, content_type: JSON, body }
}

/// An ordered HTTP status, in the form ordered.
pub(crate) fn ordered(status: u16, form: ErrorBody, message: Option<&str>, path: &str, stamp: &Stamp) -> ErrorReply {
    match form {
        ErrorBody::Spring => spring(status, path, stamp),
        ErrorBody::Documented if matches!(status, 404 | 503) && message.is_none() => spring(status, path, stamp),
        ErrorBody::Documented | ErrorBody::Envelope => envelope(status, message.unwrap_or(documented(status))),
        ErrorBody::Html => {
            let title = format!("{status} {}", reason(status));
            let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
            ErrorReply { status, content_type: "text/html", body: page.into_bytes() }
        }
        ErrorBody::Empty => ErrorReply { status, content_type: JSON, body: Vec::new() },
    }
}

/// The message that the service's pages show for a status.
fn documented(status: u16) -> &'static str {
    match status {
        400 => "Request has exceeded the limit.",
        401 => "Unauthorized",
        402 => "Insufficient balance",
        429 => "Rate limit exceeded",
        500 => "Internal server error",
        other => reason(other),
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

/// A time in the form of RFC 3339.
fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days to date, after Howard Hinnant: years begin in March, eras have 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000+00:00");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00.000+00:00");
        assert_eq!(timestamp(1_767_100_000), "2025-12-30T13:06:40.000+00:00");
    }
}

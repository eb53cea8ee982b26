//! What a status, or a failure below HTTP, means. Providers refine it by the body; the loop decides what to do.

use vlm_core::{ConnectCause, Delivery, ErrorKind, LimitedPart, TimeoutPhase, TransportPhase};

use crate::fault::{Fault, RetryClass};
use crate::transport::{TransportError, TransportFault};

/// From this size on, a connection that breaks while sending may mean that the service refuses the size.
const LARGE_BODY: u64 = 1 << 20;

impl Fault {
    /// What a status means when the body says nothing better. Statuses that stand for success are a fault here too:
    /// the caller found something wrong with the reply.
    pub fn from_status(status: u16) -> Self {
        use ErrorKind::*;
        use RetryClass::*;
        let first_byte = Timeout(TimeoutPhase::FirstByte);
        let (kind, class, message) = match status {
            301 | 302 | 303 | 307 | 308 => (Redirected, R0, "the service redirects, which is not followed"),
            400 => (BadRequest, R0, "the service calls the request malformed"),
            401 => (Auth, R0, "the service does not accept the key"),
            402 => (Quota, R0, "the balance is used up"),
            403 => (Permission, R0, "the key may not do this"),
            404 => (NotFound, R0, "the service does not know this path or model"),
            405 | 415 => (Unsupported, R0, "the service does not take this method or media type"),
            408 => (first_byte, R2, "the service gave up waiting for the request"),
            409 => (Conflict, R0, "the service sees a duplicate or is busy with this"),
            413 => (TooLarge, R0, "the request is too large for the service"),
            422 => (Unprocessable, R0, "the service refuses the content of the request"),
            425 => (Server, R1, "the service does not take the request this early"),
            429 => (RateLimited, R1, "the service asks for fewer calls"),
            501 | 505 | 511 => (Server, R0, "the service cannot do this"),
            503 | 529 => (Overloaded, R1, "the service is overloaded"),
            524 => (first_byte, R3, "the service behind the gateway is too slow"),
            _ if (500..600).contains(&status) => (Server, R2, "the service failed"),
            _ if (400..500).contains(&status) => (BadRequest, R0, "the service refuses the request"),
            _ => (Protocol, R0, "the service answers with an unexpected status"),
        };
        let fault = Self::new(kind, message).with_class(class).with_status(status);
        if status == 425 { fault.once() } else { fault }
    }

    /// A deadline of ours that passed.
    pub(crate) fn timeout(phase: TimeoutPhase, delivery: Delivery) -> Self {
        let message = match phase {
            TimeoutPhase::Queue => "the call waited too long on this side",
            TimeoutPhase::Connect => "no connection came about within the deadline",
            TimeoutPhase::FirstByte => "no reply came within the deadline",
            TimeoutPhase::Idle => "nothing moved for as long as the idle deadline",
            TimeoutPhase::Progress => "the stream lives but brings no content within the deadline",
            _ => "the call took longer than its total deadline",
        };
        let fault = Self::new(ErrorKind::Timeout(phase), message).with_delivery(delivery);
        match (phase, delivery) {
            // Nothing is left of the call's time.
            (TimeoutPhase::Total, _) => fault.with_class(RetryClass::R0),
            (_, Delivery::NotSent) => fault.with_class(RetryClass::R1),
            _ => fault,
        }
    }

    /// A failure below HTTP, on the way to `host` or back.
    pub(crate) fn below_http(error: TransportError, host: &str, body: u64) -> Self {
        let (kind, class) = meaning(error.fault());
        let mut message = format!("{host}: {}", error.fault());
        let sending = kind == ErrorKind::Transport(TransportPhase::Sending);
        if sending && body > LARGE_BODY {
            message.push_str("; the service may have refused the size");
        }
        let mut fault = Self::new(kind, message).with_delivery(error.delivery());
        if error.fault() == TransportFault::Reset {
            fault = fault.on_purpose();
        }
        // What was surely not sent can be repeated, unless it would fail again.
        fault = match (class, error.delivery()) {
            (RetryClass::R3, Delivery::NotSent) => fault.with_class(RetryClass::R1),
            _ => fault.with_class(class),
        };
        match error.into_source() {
            Some(source) => fault.with_source(source),
            None => fault,
        }
    }

    /// A part of a reply is larger than the limit.
    pub(crate) fn too_large(part: LimitedPart, limit: u64) -> Self {
        let what = match part {
            LimitedPart::Head => "head of the reply",
            LimitedPart::Body => "reply",
            LimitedPart::Line => "line of the stream",
            LimitedPart::Event => "event of the stream",
            _ => "stream",
        };
        Self::new(ErrorKind::ResponseTooLarge(part), format!("the {what} is larger than the limit of {limit} bytes"))
    }
}

fn meaning(fault: TransportFault) -> (ErrorKind, RetryClass) {
    use RetryClass::*;
    match fault {
        TransportFault::Configuration(_) => (ErrorKind::Configuration, R0),
        TransportFault::Certificate => (ErrorKind::Connect(ConnectCause::Tls), R0),
        TransportFault::Connect(ConnectCause::Proxy) => (ErrorKind::Connect(ConnectCause::Proxy), R0),
        TransportFault::Connect(cause) => (ErrorKind::Connect(cause), R1),
        TransportFault::ConnectTimeout => (ErrorKind::Timeout(TimeoutPhase::Connect), R1),
        TransportFault::Broken(phase) => (ErrorKind::Transport(phase), R3),
        TransportFault::RefusedUnprocessed => (ErrorKind::Transport(TransportPhase::AwaitingHead), R1),
        TransportFault::Reset => (ErrorKind::Transport(TransportPhase::AwaitingHead), R3),
        TransportFault::HeadTooLarge => (ErrorKind::ResponseTooLarge(LimitedPart::Head), R0),
        TransportFault::NotHttp => (ErrorKind::Protocol, R0),
        TransportFault::Truncated => (ErrorKind::Truncated, R3),
        TransportFault::Undecodable => (ErrorKind::Protocol, R3),
        TransportFault::TimedOut(TransportPhase::Body) => (ErrorKind::Timeout(TimeoutPhase::Idle), R3),
        TransportFault::TimedOut(_) => (ErrorKind::Timeout(TimeoutPhase::FirstByte), R3),
        TransportFault::NoRuntime => (ErrorKind::Transport(TransportPhase::Sending), R0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_kind_and_class() {
        use ErrorKind::*;
        use RetryClass::*;
        let first_byte = Timeout(TimeoutPhase::FirstByte);
        let expected = [
            (&[301, 302, 303, 307, 308][..], Redirected, R0),
            (&[100, 204, 205, 206, 300, 304, 600, 999], Protocol, R0),
            (&[400, 418, 431, 451], BadRequest, R0),
            (&[401], Auth, R0),
            (&[402], Quota, R0),
            (&[403], Permission, R0),
            (&[404], NotFound, R0),
            (&[405, 415], Unsupported, R0),
            (&[408], first_byte, R2),
            (&[409], Conflict, R0),
            (&[413], TooLarge, R0),
            (&[422], Unprocessable, R0),
            (&[425], Server, R1),
            (&[429], RateLimited, R1),
            (&[501, 505, 511], Server, R0),
            (&[500, 502, 504, 520, 521, 522, 523, 599], Server, R2),
            (&[503, 529], Overloaded, R1),
            (&[524], first_byte, R3),
        ];
        for (statuses, kind, class) in expected {
            for status in statuses {
                let fault = Fault::from_status(*status);
                assert_eq!((fault.kind(), fault.class()), (kind, class), "{status}");
                assert_eq!(fault.status(), Some(*status));
            }
        }
    }

    #[test]
    fn a_large_body_that_broke_hints_at_its_size() {
        let message = |body| {
            let error = TransportError::new(TransportFault::Broken(TransportPhase::Sending));
            Fault::below_http(error, "https://example.com", body).message().to_owned()
        };
        assert!(message(LARGE_BODY + 1).contains("refused the size"));
        assert!(!message(LARGE_BODY).contains("refused the size"));
    }

    #[test]
    fn what_was_surely_not_sent_is_safe_to_repeat() {
        let error = TransportError::new(TransportFault::Broken(TransportPhase::Sending));
        let fault = Fault::below_http(error.with_delivery(Delivery::NotSent), "host", 0);
        assert_eq!(fault.class(), RetryClass::R1);
        let fault = Fault::below_http(TransportError::new(TransportFault::Certificate), "host", 0);
        assert_eq!((fault.class(), fault.delivery()), (RetryClass::R0, Delivery::NotSent));
    }
}

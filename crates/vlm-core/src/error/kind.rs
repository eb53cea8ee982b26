//! The kinds of failure, each distinguishable by `match`, each with advice for a person.

use std::fmt;

/// What kind of failure an [`Error`](crate::Error) is.
///
/// Three groups: the request or the set-up is wrong and nothing was sent; the way to the service failed; the service
/// answered with something else than an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request asks for something that the model, the route or this client cannot do; refused before sending.
    InvalidRequest,
    /// Key, base URL or another setting is missing or wrong; nothing was sent.
    Configuration,
    /// A spending limit would be passed; nothing was sent.
    Budget,
    /// Too many failures in a row: the circuit breaker is open; nothing was sent.
    CircuitOpen,

    /// No connection came about.
    Connect(ConnectCause),
    /// A deadline passed.
    Timeout(TimeoutPhase),
    /// The connection broke.
    Transport(TransportPhase),
    /// The reply ended before its end.
    Truncated,
    /// The reply is larger than the limit.
    ResponseTooLarge(LimitedPart),
    /// The service redirects; redirects are never followed.
    Redirected,
    /// The reply cannot be understood.
    Protocol,

    /// The key is missing, wrong or expired.
    Auth,
    /// The key may not do this.
    Permission,
    /// The balance or the credits are used up.
    Quota,
    /// The service calls the request malformed.
    BadRequest,
    /// A 400 that speaks of a limit: a rate limit or a wrong parameter, the service does not tell.
    AmbiguousLimit,
    /// No such path, model or asset.
    NotFound,
    /// Method or media type not supported.
    Unsupported,
    /// The service refuses the size of the request.
    TooLarge,
    /// Well-formed, but refused.
    Unprocessable,
    /// The operation is a duplicate, or the resource is busy.
    Conflict,
    /// Too many calls.
    RateLimited,
    /// The service is overloaded.
    Overloaded,
    /// The service failed.
    Server,
    /// The upstream model failed or could not fetch the media; reported inside a successful reply.
    Upstream,
    /// The request or the answer was refused by a content policy.
    Blocked,
    /// A successful reply without any choice.
    Empty,
    /// The answer is complete but does not fit the type that was asked for.
    Schema,

    /// A defect of this client.
    Internal,
}

/// Why no connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectCause {
    /// The host name does not resolve.
    Dns,
    /// Nobody listens there.
    Refused,
    /// No route to the host.
    Unreachable,
    /// The TLS handshake or the certificate check failed.
    Tls,
    /// The proxy refused.
    Proxy,
    /// Anything else.
    Other,
}

/// Which deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// Waiting for a local permit.
    Queue,
    /// Name lookup, TCP and TLS together.
    Connect,
    /// Request written, no reply head.
    FirstByte,
    /// Between two pieces of a body.
    Idle,
    /// Bytes arrive but no content.
    Progress,
    /// The whole call, all attempts and waits included.
    Total,
}

/// Where the connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransportPhase {
    /// While the request was written.
    Sending,
    /// After the request, before a reply head.
    AwaitingHead,
    /// In the reply's body.
    Body,
}

/// Which part of a reply passed its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LimitedPart {
    /// Status line and headers.
    Head,
    /// A whole body.
    Body,
    /// One line of an event stream.
    Line,
    /// One event of an event stream.
    Event,
    /// An event stream as a whole.
    Stream,
}

impl ErrorKind {
    /// True where the service states that it did no work for the call.
    pub(crate) fn is_refusal(self) -> bool {
        use ErrorKind::*;
        matches!(
            self,
            InvalidRequest
                | Configuration
                | Budget
                | CircuitOpen
                | Auth
                | Permission
                | Quota
                | BadRequest
                | AmbiguousLimit
                | NotFound
                | Unsupported
                | TooLarge
                | Unprocessable
                | Conflict
                | RateLimited
                | Overloaded
                | Redirected
        )
    }

    /// General advice for this kind.
    pub fn advice(self) -> &'static str {
        use ErrorKind::*;
        match self {
            InvalidRequest => "Change the request as each problem says; nothing was sent and nothing was billed.",
            Configuration => "Correct the setting that the message names; nothing was sent.",
            Budget => "Raise the limit or ask for less; nothing was sent.",
            CircuitOpen => "The service failed several times in a row; wait until it is probed again.",
            Connect(ConnectCause::Tls) => {
                "The server's certificate or handshake is not acceptable; check the base URL, the clock and the trusted roots."
            }
            Connect(_) => "Check the base URL, the network and the proxy settings; nothing was sent.",
            Timeout(TimeoutPhase::Queue) => {
                "Too many calls wait on this side; lower the concurrency or raise the limit."
            }
            Timeout(TimeoutPhase::Connect) => "The service cannot be reached in time; check the network.",
            Timeout(_) => {
                "The service was too slow for the deadline; raise it, or ask for less. A repeated call may be billed again."
            }
            Transport(_) | Truncated => {
                "The connection broke. The service may have done the work: a repeated call may be billed again."
            }
            ResponseTooLarge(_) => "The reply is larger than the limit; raise the limit if such replies are expected.",
            Redirected => "Redirects are not followed, to keep the key where it belongs; correct the base URL.",
            Protocol => "The reply is not what the service documents; check the base URL, or a proxy in between.",
            Auth => "Check the key: is it set, complete, of this service and not expired?",
            Permission => "The key may not do this: check the account and its IP rules.",
            Quota => "The balance is used up: top it up.",
            BadRequest | Unprocessable => "Change the request as the service's message says.",
            AmbiguousLimit => {
                "The service answers so both to too many calls and to wrong parameters: slow down, and check model and media."
            }
            NotFound => "Check the base URL and the model's name.",
            Unsupported => "Check the base URL: the service does not take this method or type there.",
            TooLarge => "Send smaller media, or pass them by URL.",
            Conflict => "The service is busy with this or sees a duplicate; try again later with care.",
            RateLimited => "Make fewer calls at once, or wait as long as the service asks.",
            Overloaded => "The service is overloaded; try again later.",
            Server => "The service failed; try again later.",
            Upstream => {
                "The model behind the service failed; often it could not fetch the media. Check that URLs are public."
            }
            Blocked => "A content policy refused; change the prompt or the media.",
            Empty => {
                "The service answered without a choice; often the media was not accessible. Check that URLs are public."
            }
            Schema => "The answer does not fit the type that was asked for; its text and usage are kept in the error.",
            Internal => "This is a defect of the client: please report it.",
        }
    }
}

impl fmt::Display for ErrorKind {
    /// The kind's stable name, as serialized, payload after a dot: `timeout.first_byte`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => f.write_str(&name),
            Ok(serde_json::Value::Object(map)) => {
                for (name, payload) in &map {
                    write!(f, "{name}.{}", payload.as_str().unwrap_or_default())?;
                }
                Ok(())
            }
            _ => write!(f, "{self:?}"),
        }
    }
}

//! One request from its head to its answer: paths and verbs, key, type, body, contract, faults, reply.
//!
//! What is wrong with a request is said before any fault is applied, so that a fault never hides a misreading.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};

use crate::PREFIX;
use crate::answer::{self, Answer};
use crate::doc::Doc;
use crate::family::Endpoint;
use crate::fault::{Fault, StreamShape};
use crate::journal::{KeyForm, Recorded, abbreviated, key};
use crate::media::{Home, serve};
use crate::pace;
use crate::plan::{End, Failure, Plan};
use crate::reply::error::{self, ErrorReply};
use crate::reply::{self, Stamp};
use crate::request;
use crate::server::App;
use crate::stream;

/// Bytes beyond the limit that are read and dropped, so that the client is still listening when it is refused.
const DRAINED: u64 = 64 * 1024 * 1024;

/// Answers any request.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let mut record = Recorded::new(&parts.method, &path, &parts.headers);
    if let Some(inside) = path.strip_prefix("/media/") {
        record.endpoint = Some("media");
        return media(&app, inside, &parts.method, &parts.headers, record).await;
    }
    let Some(endpoint) = endpoint(&path) else {
        record.body_bytes = read_body(body, 0).await.1;
        let reply = error::spring(404, &path, &app.stamp());
        return refuse(&app, record, reply, format!("no such path: {path}"));
    };
    record.endpoint = Some(endpoint.name());
    if parts.method != Method::POST {
        record.body_bytes = read_body(body, 0).await.1;
        let message = format!("Request method '{}' not supported", parts.method);
        let mut response = refuse(&app, record, error::envelope(405, &message), message);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    chat(&app, endpoint, &parts.headers, body, record).await
}

/// The paths of the contract, with and without the prefix of the service.
fn endpoint(path: &str) -> Option<Endpoint> {
    match path.strip_prefix(PREFIX).unwrap_or(path) {
        "/vu/chat/completions" => Some(Endpoint::Vu),
        "/iu/chat/completions" => Some(Endpoint::Iu),
        _ => None,
    }
}

async fn media(app: &App, inside: &str, method: &Method, headers: &HeaderMap, mut record: Recorded) -> Response {
    if *method != Method::GET && *method != Method::HEAD {
        let message = format!("Request method '{method}' not supported");
        return refuse(app, record, error::envelope(405, &message), message);
    }
    let root = app.settings.media_root.as_deref();
    let response = serve::serve(root, inside, headers, *method == Method::HEAD).await;
    record.status = response.status().as_u16();
    app.journal.add(record);
    response
}

async fn chat(app: &Arc<App>, endpoint: Endpoint, headers: &HeaderMap, body: Body, mut record: Recorded) -> Response {
    // The body is read even where the head is refused: an answer before its end would break the client's writing.
    let (body, length) = read_body(body, app.settings.body_limit).await;
    record.body_bytes = length;
    let plan = match plan(app, headers) {
        Ok(plan) => plan,
        Err(message) => return refuse(app, record, error::envelope(400, &message), message),
    };
    let body = match check_head(app, headers).and(body) {
        Ok(body) => body,
        Err((status, message)) => return refuse(app, record, error::envelope(status, &message), message),
    };
    let home = app.home(headers.get(header::HOST).and_then(|host| host.to_str().ok()));
    let order = plan.clone();
    // Base64 and pictures are decoded here: too long for the thread that serves sockets.
    let read = tokio::task::spawn_blocking(move || understand(&body, endpoint, &home, &order)).await;
    let Ok((kept, understood)) = read else {
        let message = "the emulator failed while it read the request";
        return refuse(app, record, error::envelope(500, message), message.to_owned());
    };
    record.body = kept;
    match understood {
        Ok(answer) => finish(app, record, &plan, &answer).await,
        Err(Refusal::Contract(problems)) => {
            let reply = error::envelope(400, &problems.join("; "));
            record.problems = problems;
            respond(app, record, reply)
        }
        Err(Refusal::Media(why)) => refuse(app, record, error::errored("INVALID_ARGUMENT", &why), why),
    }
}

/// Status and message of a request that is not read further.
type Unread = (u16, String);

/// The whole body and its length. Beyond the limit, bytes are counted and dropped.
async fn read_body(body: Body, limit: u64) -> (Result<Vec<u8>, Unread>, u64) {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0_u64;
    while let Some(part) = stream.next().await {
        let Ok(part) = part else {
            return (Err((400, "the body broke off".to_owned())), length);
        };
        length += part.len() as u64;
        if length <= limit {
            bytes.extend_from_slice(&part);
        } else {
            bytes = Vec::new();
            if length > limit.saturating_add(DRAINED) {
                break;
            }
        }
    }
    if length > limit {
        let message = format!("the body is longer than {limit} bytes, which is this emulator's limit");
        return (Err((413, message)), length);
    }
    (Ok(bytes), length)
}

/// The plan of the script's next step and of the request's own order.
fn plan(app: &App, headers: &HeaderMap) -> Result<Plan, String> {
    let mut faults = app.next_step();
    for order in headers.get_all("x-emulate") {
        let order = order.to_str().map_err(|_| "x-emulate is no text".to_owned())?;
        faults.extend(Fault::parse(order).map_err(|error| format!("x-emulate: {error}"))?);
    }
    let mut plan = Plan::of(faults);
    plan.tool_calls |= app.settings.tool_calls;
    Ok(plan)
}

fn check_head(app: &App, headers: &HeaderMap) -> Result<(), Unread> {
    let (form, given) = key(headers);
    let wrong = app.settings.key.as_deref().is_some_and(|wanted| wanted.trim() != given);
    if form == KeyForm::Absent || given.is_empty() || wrong {
        return Err((401, "Unauthorized".to_owned()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = format!("Content-Type '{kind}' is not supported; send application/json");
        return Err((415, message));
    }
    Ok(())
}

/// Why there is no answer.
enum Refusal {
    /// The request is not as the contract states it.
    Contract(Vec<String>),
    /// The media cannot be used.
    Media(String),
}

/// Reads and answers a body; gives back what the journal keeps of it, too.
fn understand(
    body: &[u8],
    endpoint: Endpoint,
    home: &Home,
    plan: &Plan,
) -> (serde_json::Value, Result<Answer, Refusal>) {
    let doc = match Doc::parse(body) {
        Ok(doc) => doc,
        Err(why) => {
            let problem = format!("the body is no JSON: {why}");
            return (serde_json::Value::Null, Err(Refusal::Contract(vec![problem])));
        }
    };
    let answer = request::read(&doc, endpoint)
        .map_err(Refusal::Contract)
        .and_then(|call| answer::compose(&call, home, plan).map_err(Refusal::Media));
    (abbreviated(&doc), answer)
}

/// Sends what was ordered, or the answer.
async fn finish(app: &App, mut record: Recorded, plan: &Plan, answer: &Answer) -> Response {
    let stamp = app.stamp();
    let sent = match &plan.failure {
        Some(failure) => failed(failure, plan, &record.path, &stamp),
        None => answered(app, plan, answer, &stamp),
    };
    record.status = sent.status;
    app.journal.add(record);
    if let Some(time) = plan.delay {
        pace::wait(time, &mut app.closing.clone()).await;
    }
    send(app, sent, plan)
}

/// An answer before it goes out.
struct Sent {
    status: u16,
    content_type: &'static str,
    parts: Vec<Bytes>,
    /// Whether its length is announced.
    whole: bool,
}

impl From<ErrorReply> for Sent {
    fn from(reply: ErrorReply) -> Self {
        Self { status: reply.status, content_type: reply.content_type, parts: vec![reply.body.into()], whole: true }
    }
}

fn failed(failure: &Failure, plan: &Plan, path: &str, stamp: &Stamp) -> Sent {
    let message = plan.message.as_deref();
    match failure {
        Failure::Status(status) => error::ordered(*status, plan.body, message, path, stamp),
        Failure::Envelope(code) => error::envelope_in_200(code, message),
        Failure::Errored(code) => error::errored(code, message.unwrap_or("The upstream model refused the request")),
    }
    .into()
}

fn answered(app: &App, plan: &Plan, answer: &Answer, stamp: &Stamp) -> Sent {
    let shape = plan.shape.unwrap_or_else(|| app.shape());
    if answer.stream && shape != StreamShape::JsonBody {
        return Sent {
            status: 200,
            content_type: "text/event-stream",
            parts: stream::events(answer, stamp, shape, plan),
            whole: false,
        };
    }
    let mut body = reply::whole(answer, stamp);
    if plan.malformed {
        // Without its last third no reply is JSON.
        body.truncate(body.len() * 2 / 3);
    }
    Sent { status: 200, content_type: "application/json", parts: vec![body.into()], whole: true }
}

fn send(app: &App, sent: Sent, plan: &Plan) -> Response {
    let length: usize = sent.parts.iter().map(Bytes::len).sum();
    let mut response = Response::new(pace::body(sent.parts, plan.pace, app.closing.clone()));
    *response.status_mut() = StatusCode::from_u16(sent.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(sent.content_type));
    if sent.whole {
        let announced = match plan.pace.end {
            End::Whole => length,
            // A body that breaks off must have announced more than it sends.
            End::Cut(most) | End::Stall(most) => length.max(most.min(length).saturating_add(1)),
        };
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(announced));
    }
    for (name, value) in &plan.headers {
        headers.insert(name.clone(), value.clone());
    }
    response
}

/// Answers with an error, and keeps in the journal what was wrong.
fn refuse(app: &App, mut record: Recorded, reply: ErrorReply, problem: String) -> Response {
    record.problems.push(problem);
    respond(app, record, reply)
}

fn respond(app: &App, mut record: Recorded, reply: ErrorReply) -> Response {
    record.status = reply.status;
    app.journal.add(record);
    send(app, reply.into(), &Plan::default())
}

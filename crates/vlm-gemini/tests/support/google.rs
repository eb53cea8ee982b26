//! The service: uploads with sessions, files with states, answers in the order that was given.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::http::{self, Answer, Recorded};

/// What happens to the next requests. What is not ordered goes well.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// Replies to questions.
    pub(crate) answers: VecDeque<Answer>,
    /// Replies to the start of an upload.
    pub(crate) starts: VecDeque<Answer>,
    /// Of uploads: so many bytes are taken, then the connection is closed.
    pub(crate) cuts: VecDeque<usize>,
    /// Uploads that arrive whole, and whose reply is lost.
    pub(crate) lost_replies: usize,
    /// Uploads whose connection stays open after so many bytes.
    pub(crate) stalls: VecDeque<usize>,
    /// How often a file is still being processed.
    pub(crate) polls: usize,
    /// Why the file cannot be processed.
    pub(crate) failure: Option<String>,
    /// Replies to questions about a file.
    pub(crate) states: VecDeque<Answer>,
    /// Replies to deletions.
    pub(crate) deletions: VecDeque<Answer>,
}

#[derive(Debug, Default)]
struct State {
    orders: Orders,
    journal: Vec<Recorded>,
    /// What arrived of the upload in progress.
    received: Vec<u8>,
    /// How long it shall be.
    announced: usize,
    complete: bool,
    media_type: String,
    uploads: usize,
}

/// A service on a port of its own.
#[derive(Debug)]
pub(crate) struct Google {
    address: String,
    state: Arc<Mutex<State>>,
    connections: Arc<AtomicUsize>,
    left: watch::Receiver<usize>,
    hung_up: Arc<Notify>,
}

impl Google {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (state, connections) = (Arc::new(Mutex::new(State::default())), Arc::new(AtomicUsize::new(0)));
        let (leaves, left) = watch::channel(0);
        let leaves = Arc::new(leaves);
        let (shared, counter, own) = (state.clone(), connections.clone(), address.clone());
        let hung_up = Arc::new(Notify::new());
        let hang_up = hung_up.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let (shared, own, leaves) = (shared.clone(), own.clone(), leaves.clone());
                let hang_up = hang_up.clone();
                tokio::spawn(async move {
                    let left = tokio::select! {
                        left = serve(socket, &shared, &own) => left,
                        () = hang_up.notified() => false,
                    };
                    if left {
                        leaves.send_modify(|count| *count += 1);
                    }
                });
            }
        });
        Self { address, state, connections, left, hung_up }
    }

    /// Closes every connection that is open.
    pub(crate) fn hang_up(&self) {
        self.hung_up.notify_waiters();
    }

    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// Changes what happens next.
    pub(crate) fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut lock(&self.state).orders);
    }

    /// Gives these answers to the next questions.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.order(|orders| orders.answers.extend(answers));
    }

    /// Every request so far.
    pub(crate) fn journal(&self) -> Vec<Recorded> {
        lock(&self.state).journal.clone()
    }

    /// Method and path of every request so far, without queries, and uploads with their command.
    pub(crate) fn calls(&self) -> Vec<String> {
        let call = |request: &Recorded| {
            let path = request.target.split('?').next().unwrap_or_default();
            let command = request.header("x-goog-upload-command").unwrap_or_default();
            format!("{} {path} {command}", request.method).trim().to_owned()
        };
        self.journal().iter().map(call).collect()
    }

    pub(crate) fn last(&self) -> Recorded {
        self.journal().pop().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// What arrived of the last upload.
    pub(crate) fn received(&self) -> Vec<u8> {
        lock(&self.state).received.clone()
    }

    /// Waits until a client has closed a connection that was kept open.
    pub(crate) async fn client_left(&self) {
        self.left.clone().wait_for(|count| *count > 0).await.unwrap();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one request; true when the client left before its end.
async fn serve(mut socket: TcpStream, state: &Mutex<State>, own: &str) -> bool {
    let Some(mut request) = http::read_head(&mut socket).await else { return false };
    let sends = request.header("x-goog-upload-command") == Some("upload, finalize");
    let (cut, stall) = match sends {
        true => {
            let orders = &mut lock(state).orders;
            (orders.cuts.pop_front(), orders.stalls.pop_front())
        }
        false => (None, None),
    };
    let most = cut.or(stall).unwrap_or(usize::MAX);
    let whole = http::read_body(&mut socket, &mut request, most).await;
    let answer = {
        let mut state = lock(state);
        state.journal.push(request.clone());
        if sends {
            state.received.extend_from_slice(&request.body);
        }
        match (cut, stall) {
            (Some(_), _) => Answer::Close,
            (_, Some(_)) => Answer::Hang,
            _ if !whole => return true,
            _ => state.answer(&request, own),
        }
    };
    http::write(&mut socket, &answer).await
}

impl State {
    fn answer(&mut self, request: &Recorded, own: &str) -> Answer {
        let path = request.target.split('?').next().unwrap_or_default();
        let command = request.header("x-goog-upload-command");
        match (request.method.as_str(), path, command) {
            ("POST", "/upload/v1beta/files", Some("start")) => self.start(request, own),
            ("POST", "/upload/v1beta/files", Some("query")) => self.progress(),
            ("POST", "/upload/v1beta/files", Some("upload, finalize")) => self.finish(),
            ("GET", "/v1beta/files/f1", _) => {
                let next = self.orders.states.pop_front();
                next.unwrap_or_else(|| Answer::json(200, &self.file()))
            }
            ("DELETE", _, _) => self.orders.deletions.pop_front().unwrap_or_else(|| Answer::json(200, &json!({}))),
            ("POST", path, None) if path.starts_with("/v1beta/models/") => {
                let next = self.orders.answers.pop_front();
                next.unwrap_or_else(|| Answer::json(200, &super::answer("A cup of coffee.")))
            }
            _ => super::refusal(404, "NOT_FOUND"),
        }
    }

    fn start(&mut self, request: &Recorded, own: &str) -> Answer {
        if let Some(ordered) = self.orders.starts.pop_front() {
            return ordered;
        }
        assert_eq!(request.header("x-goog-upload-protocol"), Some("resumable"));
        let header = |name: &str| request.header(name).unwrap().to_owned();
        self.announced = header("x-goog-upload-header-content-length").parse().unwrap();
        self.media_type = header("x-goog-upload-header-content-type");
        (self.received, self.complete) = (Vec::new(), false);
        self.uploads += 1;
        let session = format!("{own}/upload/v1beta/files?upload_id=session-{}&upload_protocol=resumable", self.uploads);
        Answer::json(200, &json!({})).with_header("x-goog-upload-url", &session)
    }

    fn progress(&self) -> Answer {
        if self.complete {
            return Answer::json(200, &json!({"file": self.described()})).with_header("x-goog-upload-status", "final");
        }
        Answer::json(200, &json!({}))
            .with_header("x-goog-upload-status", "active")
            .with_header("x-goog-upload-size-received", &self.received.len().to_string())
    }

    fn finish(&mut self) -> Answer {
        assert_eq!(self.received.len(), self.announced, "an upload ends with its last byte");
        self.complete = true;
        if self.orders.lost_replies > 0 {
            self.orders.lost_replies -= 1;
            return Answer::Close;
        }
        let file = self.file();
        Answer::json(200, &json!({"file": file})).with_header("x-goog-upload-status", "final")
    }

    /// The file, one step further.
    fn file(&mut self) -> Value {
        let file = self.described();
        self.orders.polls = self.orders.polls.saturating_sub(1);
        file
    }

    fn described(&self) -> Value {
        let state = match &self.orders.failure {
            _ if self.orders.polls > 0 => "PROCESSING",
            Some(_) => "FAILED",
            None => "ACTIVE",
        };
        let mut file = json!({
            "name": "files/f1",
            "uri": "https://generativelanguage.googleapis.com/v1beta/files/f1",
            "mimeType": self.media_type,
            "sizeBytes": self.announced.to_string(),
            "expirationTime": "2026-11-29T10:00:00Z",
            "state": state,
        });
        if let (Some(message), "FAILED") = (&self.orders.failure, state) {
            file["error"] = json!({"code": 3, "message": message});
        }
        file
    }
}

//! A server that speaks HTTP/2 over TLS, frame by frame: what it does with each request is a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use vlm_http::TransportConfig;

/// Whom the certificate vouches for.
const NAMES: [&str; 2] = ["127.0.0.1", "service.example"];

/// What the server does once it has a whole request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Answers `{}`.
    Answer,
    /// Answers with a head, the beginning of a body, and a reset of this code.
    Begin(u32),
    /// Resets the stream with this code.
    Reset(u32),
    /// Says that it goes away, with a code; requests up to this stream were looked at, and are answered.
    GoAway(u32, u32),
    /// Says that it goes away without having looked at requests above this stream, and closes the connection at once.
    Leave(u32),
    /// Leaves the request waiting.
    Keep,
    /// Closes the connection.
    Close,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// `:status: 200`, as the static table of HPACK has it.
const STATUS_200: &[u8] = &[0x88];

pub(crate) struct Http2 {
    pub(crate) port: u16,
    certificate: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    acts: VecDeque<Act>,
    connections: usize,
    requests: usize,
}

impl Http2 {
    /// Does one act for each request, in the order in which they come, and the last one for every further request.
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(NAMES.map(str::to_owned)).unwrap().self_signed(&key).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth();
        let mut config = config.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { acts: acts.into_iter().collect(), ..State::default() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), shared.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    state.lock().unwrap().connections += 1;
                    let mut peer = Peer { stream, state, kept: Vec::new() };
                    // Whoever goes away first ends it.
                    let _ = peer.serve().await;
                });
            }
        });
        Self { port, certificate: pem(certificate.der()), state }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}/v1/chat", self.port)
    }

    /// Its certificate, as PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Settings of a client that trusts this server.
    pub(crate) fn trusted(&self) -> TransportConfig {
        TransportConfig::new().extra_root(self.certificate.clone())
    }

    /// How many requests came, on how many connections.
    pub(crate) fn seen(&self) -> (usize, usize) {
        let state = self.state.lock().unwrap();
        (state.requests, state.connections)
    }
}

fn pem(certificate: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

struct Peer<S> {
    stream: S,
    state: Arc<Mutex<State>>,
    /// Streams of requests that wait for their answer.
    kept: Vec<u32>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    async fn serve(&mut self) -> std::io::Result<()> {
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface).await?;
        self.send(SETTINGS, 0, 0, &[]).await?;
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await?;
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            self.stream.read_exact(&mut payload).await?;
            let (kind, flags, id) = (head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]]));
            match kind {
                SETTINGS | PING if flags & ACK == 0 => {
                    let echo = if kind == PING { payload } else { Vec::new() };
                    self.send(kind, ACK, 0, &echo).await?;
                }
                HEADERS | DATA if flags & END_STREAM != 0 => {
                    let act = self.next();
                    self.kept.push(id);
                    self.act(act, id).await?;
                    if matches!(act, Act::Close | Act::Leave(_)) {
                        return self.stream.shutdown().await;
                    }
                }
                _ => {}
            }
        }
    }

    fn next(&self) -> Act {
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        if state.acts.len() > 1 { state.acts.pop_front().unwrap() } else { state.acts[0] }
    }

    async fn act(&mut self, act: Act, id: u32) -> std::io::Result<()> {
        match act {
            Act::Answer => {
                self.kept.retain(|kept| *kept != id);
                self.answer(id).await
            }
            Act::Begin(code) => {
                self.send(HEADERS, END_HEADERS, id, STATUS_200).await?;
                self.send(DATA, 0, id, b"{\"a\":").await?;
                self.send(RST_STREAM, 0, id, &code.to_be_bytes()).await
            }
            Act::Reset(code) => self.send(RST_STREAM, 0, id, &code.to_be_bytes()).await,
            Act::GoAway(last, code) => {
                self.go_away(last, code).await?;
                for id in std::mem::take(&mut self.kept).into_iter().filter(|id| *id <= last) {
                    self.answer(id).await?;
                }
                Ok(())
            }
            Act::Leave(last) => self.go_away(last, 0).await,
            Act::Keep | Act::Close => Ok(()),
        }
    }

    async fn go_away(&mut self, last: u32, code: u32) -> std::io::Result<()> {
        self.send(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat()).await
    }

    async fn answer(&mut self, id: u32) -> std::io::Result<()> {
        self.send(HEADERS, END_HEADERS, id, STATUS_200).await?;
        self.send(DATA, END_STREAM, id, b"{}").await
    }

    async fn send(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend_from_slice(&id.to_be_bytes());
        frame.extend_from_slice(payload);
        self.stream.write_all(&frame).await?;
        self.stream.flush().await
    }
}

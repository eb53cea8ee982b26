//! A proxy that opens tunnels to one server, and notes what it learns.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Learnt {
    heads: Vec<String>,
    /// What clients sent through tunnels.
    passed: Vec<u8>,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    learnt: Arc<Mutex<Learnt>>,
}

impl Proxy {
    /// Every tunnel leads to this port of this machine, whatever host it was asked for.
    pub(crate) async fn start(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let learnt = Arc::new(Mutex::new(Learnt::default()));
        let shared = learnt.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, target, shared.clone()));
            }
        });
        Self { port, learnt }
    }

    /// The heads of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.learnt.lock().unwrap().heads.clone()
    }

    /// What clients sent through tunnels, as text.
    pub(crate) fn passed(&self) -> String {
        String::from_utf8_lossy(&self.learnt.lock().unwrap().passed).into_owned()
    }
}

async fn tunnel(mut client: TcpStream, target: u16, learnt: Arc<Mutex<Learnt>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let connect = head.starts_with("CONNECT ");
    learnt.lock().unwrap().heads.push(head);
    if !connect {
        return client.write_all(b"HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\n\r\n").await;
    }
    let server = TcpStream::connect(("127.0.0.1", target)).await?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::spawn(pass(from_server, to_client, None));
    pass(from_client, to_server, Some(learnt)).await
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    learnt: Option<Arc<Mutex<Learnt>>>,
) -> std::io::Result<()> {
    let mut piece = vec![0; 16 << 10];
    loop {
        let count = from.read(&mut piece).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        if let Some(learnt) = &learnt {
            learnt.lock().unwrap().passed.extend_from_slice(&piece[..count]);
        }
        to.write_all(&piece[..count]).await?;
    }
}

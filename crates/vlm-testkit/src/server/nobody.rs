//! Addresses at which nobody answers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// An address on which nobody listens: whoever connects is refused. Held until it is dropped.
#[derive(Debug)]
pub struct Refusing {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl Refusing {
    /// Takes a port and does not listen on it.
    ///
    /// # Errors
    /// No port of loopback can be had.
    pub fn bind() -> io::Result<Self> {
        let socket = any_port()?;
        Ok(Self { address: socket.local_addr()?, _socket: socket })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// How many connections may fill the queue of one that accepts none.
const QUEUE: usize = 32;

/// How long a connection may take on loopback before it is taken for one that hangs.
const HANGS: Duration = Duration::from_millis(200);

/// An address on which somebody listens and accepts nobody: whoever connects waits. Held until it is dropped.
#[derive(Debug)]
pub struct Silent {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Silent {
    /// Listens on a port and fills its queue.
    ///
    /// # Errors
    /// No port of loopback can be had, or the system goes on to complete connections however full the queue is
    /// ([`io::ErrorKind::Unsupported`]).
    pub async fn bind() -> io::Result<Self> {
        let listener = any_port().and_then(|socket| socket.listen(1))?;
        let address = listener.local_addr()?;
        let mut waiting = Vec::new();
        for _ in 0..QUEUE {
            match tokio::time::timeout(HANGS, TcpStream::connect(address)).await {
                Ok(connected) => waiting.push(connected?),
                Err(_) => return Ok(Self { address, _listener: listener, _waiting: waiting }),
            }
        }
        Err(io::Error::new(io::ErrorKind::Unsupported, "the queue of connections does not fill"))
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn any_port() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    Ok(socket)
}

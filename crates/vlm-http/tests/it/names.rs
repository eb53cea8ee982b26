//! Names of hosts: without an address, with several, and with one that changes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use vlm_core::{ConnectCause, Delivery, ErrorKind};
use vlm_http::{Deadlines, HttpClient, RetryPolicy, TransportConfig};

use crate::support::server::{Server, Step, json};
use crate::support::{call, judge, ms, secs};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const BESIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

fn client(config: TransportConfig) -> HttpClient {
    let builder = HttpClient::builder("test").retry(RetryPolicy::new().backoff(ms(1), ms(1)));
    builder.deadlines(Deadlines::new().connect(secs(5))).transport_config(config).build().unwrap()
}

/// A client for which every name has these addresses.
fn found_at(addresses: &[IpAddr]) -> HttpClient {
    let addresses = addresses.to_vec();
    client(TransportConfig::new().lookup(move |_| Ok(addresses.clone())))
}

fn url(port: u16) -> String {
    format!("http://service.localhost:{port}/?planted")
}

/// A server that answers whatever comes.
async fn answering() -> Server {
    Server::start(vec![vec![Step::Read, json("200 OK", "", "{}")]]).await
}

#[tokio::test]
async fn a_name_without_an_address_is_told_and_nothing_is_sent() {
    let nowhere = || Err(io::Error::new(io::ErrorKind::NotFound, "no such host"));
    let unknown = client(TransportConfig::new().lookup(move |_| nowhere()));
    for client in [unknown, found_at(&[])] {
        let error = client.send(call(&url(9)), judge).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Dns), "{error:?}");
        assert_eq!((error.delivery(), error.attempts(), error.is_retryable()), (Delivery::NotSent, 3, true));
        assert!(error.message().contains("service.localhost:9"), "{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn a_name_of_this_machine_leads_nowhere_else() {
    let error = found_at(&["192.0.2.1".parse().unwrap()]).send(call(&url(80)), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect(ConnectCause::Dns), Delivery::NotSent));
    let server = answering().await;
    let client = found_at(&["192.0.2.1".parse().unwrap(), HERE]);
    assert_eq!(client.send(call(&url(server.port)), judge).await.unwrap().1.attempts, 1);
}

#[tokio::test]
async fn an_address_that_refuses_is_passed_over() {
    let server = answering().await;
    for dead in [BESIDE, IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let client = found_at(&[dead, HERE]);
        assert_eq!(client.send(call(&url(server.port)), judge).await.unwrap().1.attempts, 1, "{dead}");
    }
    assert_eq!(server.seen().len(), 2);
}

/// Listens at an address, and has so many connections waiting that no further one comes about. None where the machine
/// has no such address, or completes connections that nobody accepts.
async fn silent(address: SocketAddr) -> Option<(TcpListener, Vec<TcpStream>)> {
    let socket = TcpSocket::new_v6().ok()?;
    socket.bind(address).ok()?;
    let listener = socket.listen(1).ok()?;
    let mut waiting = Vec::new();
    for _ in 0..32 {
        match tokio::time::timeout(ms(200), TcpStream::connect(address)).await {
            Ok(connected) => waiting.push(connected.ok()?),
            Err(_) => return Some((listener, waiting)),
        }
    }
    None
}

#[tokio::test]
async fn one_family_of_addresses_that_is_silent_does_not_keep_the_other_waiting() {
    let server = answering().await;
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, server.port));
    let held = silent(address).await;
    let client = found_at(&[address.ip(), HERE]);
    let began = Instant::now();
    assert_eq!(client.send(call(&url(server.port)), judge).await.unwrap().1.attempts, 1);
    // Well within the five seconds that connecting may take.
    assert!(began.elapsed() < secs(2), "{:?}", began.elapsed());
    drop(held);
}

/// Where the service is now, for the lookup.
type Place = Arc<Mutex<IpAddr>>;

fn following(place: &Place, config: TransportConfig) -> HttpClient {
    let place = place.clone();
    client(config.lookup(move |_| Ok(vec![*place.lock().unwrap()])))
}

// Elsewhere a machine has one loopback address.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_service_that_moves_is_found_at_its_new_address() {
    let fine = || json("200 OK", "", "{}");
    // The first connection stays open for the service; the second one is closed after one answer.
    for (script, idle) in [(vec![Step::Read, fine(), Step::Read], ms(20)), (vec![Step::Read, fine()], secs(15))] {
        let old = Server::start(vec![script]).await;
        let new = Server::start_at((BESIDE, old.port).into(), vec![vec![Step::Read, fine()]]).await;
        let place = Place::new(Mutex::new(HERE));
        let client = following(&place, TransportConfig::new().pool_idle(idle));
        client.send(call(&url(old.port)), judge).await.unwrap();
        *place.lock().unwrap() = BESIDE;
        // Longer than an idle connection is kept, or than the close takes to be seen.
        tokio::time::sleep(ms(40)).await;
        assert_eq!(client.send(call(&url(old.port)), judge).await.unwrap().1.attempts, 1);
        assert_eq!((old.seen().len(), new.seen().len()), (1, 1), "{idle:?}");
    }
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_pinned_host_is_still_the_host_that_its_certificate_names() {
    use crate::support::http2::{Act, Http2};

    let server = Http2::start([Act::Answer]).await;
    let pinned = |name: &str| (client(server.trusted().lookup(|_| Ok(vec![HERE]))), name.to_owned());
    let (trusted, name) = pinned("service.example");
    trusted.send(call(&format!("https://{name}:{}/", server.port)), judge).await.unwrap();
    let (other, name) = pinned("another.example");
    let error = other.send(call(&format!("https://{name}:{}/", server.port)), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect(ConnectCause::Tls), 1), "{error:?}");
    assert_eq!(server.seen().0, 1);
}

//! The server says what its script says, byte for byte, and notes what it was told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vlm_testkit::server::{Framing, Gate, Refusing, Reply, Server, Step, Turn};

const GET: &str = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url().strip_prefix("http://").unwrap()).await.unwrap()
}

/// Everything that comes until the server closes the connection.
async fn exchange(server: &Server, request: &str) -> String {
    let mut stream = connect(server).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    // A reset ends it, too.
    let _ = stream.read_to_end(&mut all).await;
    String::from_utf8(all).unwrap()
}

/// The reply to a request, on a connection that is closed after it.
async fn said(reply: Reply) -> String {
    let server = Server::start([reply.into_turn().then(Step::Close)]).await.unwrap();
    exchange(&server, GET).await
}

#[tokio::test]
async fn a_reply_is_framed_as_told() {
    let plain = || Reply::new(200).body("hello");
    assert_eq!(said(plain()).await, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    let chunked = plain().framing(Framing::Chunked).split_at(2).header("x-a", "b");
    assert_eq!(
        said(chunked).await,
        "HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    );
    let closed = plain().framing(Framing::UntilClose);
    assert_eq!(said(closed).await, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello");
    let claimed = plain().framing(Framing::Claimed(99));
    assert_eq!(said(claimed).await, "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhello");
    assert_eq!(said(Reply::new(204)).await, "HTTP/1.1 204 Other\r\n\r\n");
    let events = Reply::events(["data: a\n\n", "data: b\n\n"]);
    assert!(said(events).await.ends_with("9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn faults_come_at_their_offsets() {
    let plain = || Reply::new(200).body("hello");
    assert!(said(plain().cut_at(3)).await.ends_with("content-length: 5\r\n\r\nhel"));
    assert!(said(plain().cut_at(99)).await.ends_with("\r\n\r\nhello"));
    assert!(said(plain().framing(Framing::Chunked).cut_at(5)).await.ends_with("5\r\nhello\r\n"));
    assert_eq!(said(plain().cut_head_at(8)).await, "HTTP/1.1");
    assert_eq!(said(plain().cut_head_at(0)).await, "");
    assert!(said(plain().after("first ")).await.starts_with("first HTTP/1.1 200"));
    let server = Server::start([Turn::on_accept([Step::Write("early".into()), Step::Close])]).await.unwrap();
    assert_eq!(exchange(&server, "").await, "early");
    assert_eq!((server.connections(), server.requests().len()), (1, 0));
    let server = Server::start([]).await.unwrap();
    assert_eq!(exchange(&server, GET).await, "");
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let server = Server::start([Turn::reset()]).await.unwrap();
    let mut stream = connect(&server).await;
    stream.write_all(GET.as_bytes()).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn requests_are_noted_and_turns_come_in_order() {
    let turns = [Reply::json("1").into_turn(), Reply::json("2").into_turn().then(Step::Close)];
    let server = Server::start(turns).await.unwrap();
    let length = "POST /x HTTP/1.1\r\nX-Key: a key\r\nContent-Length: 4\r\n\r\nbody";
    let chunks = "POST /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\n\r\n";
    let all = exchange(&server, &format!("{length}{chunks}")).await;
    assert!(all.find("\r\n\r\n1").unwrap() < all.find("\r\n\r\n2").unwrap());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for (request, target) in requests.iter().zip(["/x", "/y"]) {
        assert_eq!((&*request.method, &*request.target, &request.body[..]), ("POST", target, &b"body"[..]));
        assert!(request.is_whole());
        assert_eq!(request.connection, 0);
    }
    assert_eq!(requests[0].header("x-key"), Some("a key"));
    assert!(!format!("{:?}", requests[0]).contains("a key"), "{:?}", requests[0]);
    // The last turn again, for whoever comes later.
    assert!(exchange(&server, GET).await.ends_with("\r\n\r\n2"));
    assert_eq!((server.connections(), server.requests()[2].path()), (2, "/a"));
}

#[tokio::test]
async fn an_answer_can_be_made_from_its_request() {
    let server = Server::answering(|request| {
        let echo = format!("{} {}", request.target, String::from_utf8_lossy(&request.body));
        Reply::json(echo).into_turn().then(Step::Close)
    });
    let server = server.await.unwrap();
    let all = exchange(&server, "POST /q HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").await;
    assert!(all.ends_with("\r\n\r\n/q hi"), "{all}");
}

#[tokio::test]
async fn a_gate_holds_a_reply_until_it_is_opened() {
    let gate = Gate::new();
    let reply = Reply::new(200).framing(Framing::UntilClose).body("hello").wait_at(2, &gate);
    let server = Server::start([reply.into_turn()]).await.unwrap();
    let mut stream = connect(&server).await;
    stream.write_all(GET.as_bytes()).await.unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"\r\n\r\nhe") {
        first.push(stream.read_u8().await.unwrap());
    }
    gate.open();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "llo");
}

#[tokio::test]
async fn a_client_that_goes_away_is_noticed() {
    let flood = Turn::new([Step::WriteForEver(vec![b'a'; 64 << 10].into())]);
    let waiting = Turn::new([Step::Wait(Gate::new())]);
    let server = Server::start([Turn::silence(), flood, waiting]).await.unwrap();
    for gone in 1..=3 {
        let mut stream = connect(&server).await;
        stream.write_all(GET.as_bytes()).await.unwrap();
        assert!(server.arrived(gone).await);
        drop(stream);
        assert!(server.closed(gone).await, "{gone}");
    }
    // Half a request is one that did not arrive.
    let mut stream = connect(&server).await;
    stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf").await.unwrap();
    drop(stream);
    assert!(server.closed(4).await);
    assert!(!server.requests()[3].is_whole());
}

#[tokio::test]
async fn a_server_that_is_dropped_is_gone() {
    let server = Server::start([Turn::silence()]).await.unwrap();
    let mut stream = connect(&server).await;
    stream.write_all(GET.as_bytes()).await.unwrap();
    assert!(server.arrived(1).await);
    let address = server.url();
    drop(server);
    assert!(stream.read_u8().await.is_err());
    assert!(TcpStream::connect(address.strip_prefix("http://").unwrap()).await.is_err());
    let nobody = Refusing::bind().unwrap();
    let refused = TcpStream::connect(nobody.url().strip_prefix("http://").unwrap()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn pieces_of_a_seed_are_the_same_every_time() {
    let reply = |seed| Reply::new(200).framing(Framing::Chunked).body("a".repeat(200)).split_randomly(seed, 20);
    assert_eq!(said(reply(7)).await, said(reply(7)).await);
    assert_ne!(said(reply(7)).await, said(reply(8)).await);
}

//! A server whose certificate nobody vouches for: it hears no request, and the call is not repeated.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use url::Url;
use vlm_core::{Billed, ConnectCause, Delivery, ErrorKind};
use vlm_http::{Body, Call, HttpClient};

/// What one connection got to hear after the handshake.
async fn heard(listener: TcpListener, acceptor: TlsAcceptor) -> std::io::Result<Vec<u8>> {
    let (connection, _) = listener.accept().await?;
    let mut text = Vec::new();
    acceptor.accept(connection).await?.read_to_end(&mut text).await?;
    Ok(text)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let mut expired = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let cases = [
        ("made by itself", CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap()),
        ("of another name", CertificateParams::new(vec!["another.example".to_owned()]).unwrap()),
        ("expired", expired),
    ];
    for (name, parameters) in cases {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(heard(listener, TlsAcceptor::from(Arc::new(config))));

        let client = HttpClient::builder("test").build().unwrap();
        let call = Call::post(url, Body::from_json_bytes("{\"key\": 1}"));
        let error = client.send(call, |_| Ok(())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Tls), "{name}: {error:?}");
        assert_eq!((error.delivery(), error.attempts(), error.billed()), (Delivery::NotSent, 1, Billed::No), "{name}");
        assert!(!error.is_retryable(), "{name}");
        // The client says why and goes, before it has said anything else.
        let outcome = server.await.unwrap();
        assert!(!matches!(&outcome, Ok(text) if !text.is_empty()), "{name}: the server heard {outcome:?}");
    }
}

//! Proxies: a tunnel that opens, and which one is used when builder and environment name different ones.

use std::process::Command;

use vlm_http::{HttpClient, ProxyChoice, TransportConfig};

use crate::support::http2::{Act, Http2};
use crate::support::proxy::Proxy;
use crate::support::server::{Server, Step, json};
use crate::support::{call, judge};

/// A host that exists for a proxy only.
const SERVICE: &str = "https://service.example/path?planted=query";

/// The variables that name proxies, in either spelling.
const VARIABLES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// Settings of a client that finds no host by itself.
fn nowhere(config: TransportConfig) -> TransportConfig {
    config.lookup(|_| Err(std::io::Error::other("no such host")))
}

fn address(proxy: &Proxy) -> String {
    format!("http://user:planted@127.0.0.1:{}", proxy.port)
}

/// The proxy learnt where to, who it is asked by, and nothing else.
fn learnt_host_and_port_only(proxy: &Proxy) {
    let heads = proxy.heads();
    let [head] = &heads[..] else { panic!("one tunnel: {heads:?}") };
    assert!(head.starts_with("CONNECT service.example:443 HTTP/1.1\r\n") && !head.contains("path"), "{head}");
    // `user:planted`
    assert!(head.to_ascii_lowercase().contains("\r\nproxy-authorization: basic dxnlcjpwbgfudgvk\r\n"), "{head}");
    let passed = proxy.passed();
    // The name of the host stands in the handshake; what follows it is not to be read.
    assert!(passed.contains("service.example") && !passed.contains("path") && !passed.contains("planted"));
}

#[tokio::test]
async fn a_tunnel_that_opens() {
    let server = Http2::start([Act::Answer]).await;
    let proxy = Proxy::start(server.port).await;
    let config = nowhere(server.trusted()).proxy(ProxyChoice::Explicit(address(&proxy)));
    let client = HttpClient::builder("test").transport_config(config).build().unwrap();
    let (body, stats) = client.send(call(SERVICE).header("x-key", "planted"), judge).await.unwrap();
    assert_eq!((body.as_ref(), stats.attempts, server.seen()), (b"{}".as_slice(), 1, (1, 1)));
    learnt_host_and_port_only(&proxy);
}

/// What the calls of a program in another process came to: the lines of its one test.
async fn in_environment(server: &Http2, plain: &Server, explicit: &Proxy, variables: &[(&str, String)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["proxies::calls_of_a_program", "--exact", "--ignored", "--nocapture"]);
    for variable in VARIABLES {
        command.env_remove(variable).env_remove(variable.to_ascii_lowercase());
    }
    command.env("TEST_PLAIN", plain.url()).env("TEST_TLS", server.url());
    command.env("TEST_ROOT", server.certificate()).env("TEST_PROXY", address(explicit));
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    // The servers of this process go on meanwhile.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[expect(clippy::disallowed_methods, reason = "a test that another test gives its addresses to")]
fn given(name: &str) -> String {
    std::env::var(name).unwrap()
}

#[tokio::test]
#[ignore = "run by the test of the environment, in a process of its own"]
async fn calls_of_a_program() {
    let config = || nowhere(TransportConfig::new().extra_root(given("TEST_ROOT")));
    let explicit = || config().proxy(ProxyChoice::Explicit(given("TEST_PROXY")));
    for (name, url, config) in [
        ("nothing set", SERVICE.to_owned(), config()),
        ("a proxy of its own", SERVICE.to_owned(), explicit()),
        ("no proxy", SERVICE.to_owned(), config().proxy(ProxyChoice::None)),
        ("this machine", given("TEST_PLAIN"), config()),
        ("this machine over TLS", given("TEST_TLS"), config()),
        ("this machine past a proxy of its own", given("TEST_PLAIN"), explicit()),
    ] {
        let client = HttpClient::builder("test").transport_config(config).build().unwrap();
        let outcome = client.send(call(&url).max_attempts(Some(1)), judge).await;
        let said = outcome.map_or_else(|error| error.kind().to_string(), |_| "an answer".to_owned());
        println!("[{name}: {said}]");
    }
}

#[cfg(feature = "system-proxy")]
#[tokio::test]
async fn what_a_builder_says_of_proxies_wins_over_the_environment() {
    let server = Http2::start([Act::Answer]).await;
    let plain = Server::start(vec![vec![Step::Read, json("200 OK", "", "{}")]]).await;
    let (usual, own) = (Proxy::start(server.port).await, Proxy::start(server.port).await);
    let mut variables: Vec<_> = VARIABLES[..3].iter().map(|name| (*name, address(&usual))).collect();
    let said = in_environment(&server, &plain, &own, &variables).await;
    for expected in [
        "[nothing set: an answer]",
        "[a proxy of its own: an answer]",
        // Past every proxy the host has no address.
        "[no proxy: connect.dns]",
        "[this machine: an answer]",
        "[this machine over TLS: an answer]",
        "[this machine past a proxy of its own: an answer]",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    // One call each: of the builder's proxy the environment's learns nothing, and of this machine neither.
    learnt_host_and_port_only(&usual);
    learnt_host_and_port_only(&own);

    variables.push(("NO_PROXY", "service.example".to_owned()));
    let said = in_environment(&server, &plain, &own, &variables).await;
    assert!(said.contains("[nothing set: connect.dns]"), "{said}");
    // The builder's own proxy is asked although the environment makes an exception.
    assert!(said.contains("[a proxy of its own: an answer]"), "{said}");
    assert_eq!((usual.heads().len(), own.heads().len()), (1, 2));
}

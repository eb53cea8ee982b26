//! Settings that are refused, and routes.

use vlm_core::ErrorKind;

use super::*;

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
#[test]
fn bad_settings_are_refused_without_quoting_them() {
    let configs = [
        TransportConfig::new().connect_timeout(Duration::ZERO),
        TransportConfig::new().proxy(ProxyChoice::Explicit("http://user:planted@[".into())),
        TransportConfig::new().extra_root("planted, not PEM"),
    ];
    for config in configs {
        let error = ReqwestTransport::new(config).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
    }
}

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
#[test]
fn the_proxys_password_is_never_shown() {
    let config = TransportConfig::new().proxy(ProxyChoice::Explicit("http://user:planted@proxy.example:8080".into()));
    let transport = ReqwestTransport::new(config).expect("valid");
    assert!(!format!("{transport:?}").contains("planted"), "{transport:?}");
    assert!(format!("{transport:?}").contains("proxy.example"), "{transport:?}");
}

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
#[test]
fn plain_http_leaves_this_machine_never() {
    let transport = ReqwestTransport::new(TransportConfig::new()).expect("valid");
    for url in ["http://example.com/", "ftp://example.com/", "http://10.0.0.1/"] {
        let error = transport.client(&url.parse().expect(url)).expect_err(url);
        assert!(matches!(error.fault(), TransportFault::Configuration(_)), "{error}");
    }
    assert!(transport.client(&"http://127.0.0.1:1/".parse().expect("valid")).is_ok());
}

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
#[test]
fn a_guarded_transport_asks_no_proxy() {
    let config = TransportConfig::new().proxy(ProxyChoice::Explicit("http://proxy.example:8080".into()));
    let transport = ReqwestTransport::guarded(config, guard::system()).expect("valid");
    assert_eq!(transport.config.proxy, ProxyChoice::None);
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]
#[test]
fn a_missing_crypto_provider_is_an_error_not_a_panic() {
    let error = ReqwestTransport::new(TransportConfig::new()).expect_err("nobody installed one");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("install_default"), "{error}");
}

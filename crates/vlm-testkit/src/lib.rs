//! Proves a vision-language provider right: a [conformance suite](mod@conformance) that any provider can run, and a
//! [scripted server](server) that does whatever a service can do wrong, byte by byte. For the tests of programs there is a
//! [fake provider and a fake service](fake), which need no server, and [cassettes](cassette), which record any provider and replay it.
//!
//! A provider implements one small trait, [`Subject`](conformance::Subject), and calls one macro:
//!
//! ```ignore
//! // tests/conformance.rs of the provider
//! vlm_testkit::conformance!(AcmeSubject);
//!
//! #[test]
//! fn what_ran() {
//!     insta::assert_snapshot!(conformance::report());
//! }
//! ```
//!
//! [The module](mod@conformance) shows the whole of it. Everything runs on loopback, and nothing here needs a key or the internet.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod capture;
pub mod cassette;
pub mod conformance;
pub mod fake;
pub mod server;

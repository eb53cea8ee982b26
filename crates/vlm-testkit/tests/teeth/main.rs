//! The suite has teeth: a provider that is right passes all of it, and each of many providers that are wrong in one
//! thing fails just the checks about that thing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bites;
mod defect;
mod plain;
mod subject;
mod transport;
mod wire;

use defect::Defect;
use subject::PlainSubject;

vlm_testkit::conformance!(right: PlainSubject(Defect::None));

#[test]
fn what_ran_on_the_right_one() {
    insta::assert_snapshot!(right::report());
}

//! The macro that makes one test per promise.

/// Makes a module of tests, one per promise of a provider, and a function `report()` that says how all of them ended.
///
/// `conformance!(subject)` makes a module `conformance`; `conformance!(name: subject)` makes a module `name`, so that
/// one file can hold several subjects. The expression is a [`Subject`](crate::conformance::Subject), evaluated once.
/// [`conformance`](mod@crate::conformance) has an example.
#[macro_export]
macro_rules! conformance {
    ($module:ident: $subject:expr $(,)?) => {
        mod $module {
            #[allow(unused_imports, reason = "the subject may stand in any form")]
            use super::*;

            fn suite() -> &'static $crate::conformance::Suite {
                static SUITE: ::std::sync::OnceLock<$crate::conformance::Suite> = ::std::sync::OnceLock::new();
                SUITE.get_or_init(|| $crate::conformance::Suite::new($subject))
            }

            /// How each check ended; made to be a snapshot.
            #[allow(dead_code, reason = "whether it is asked for is the caller's choice")]
            pub(crate) fn report() -> $crate::conformance::Report {
                suite().report()
            }

            $crate::__conformance_tests!();
        }
    };
    ($subject:expr $(,)?) => {
        $crate::conformance!(conformance: $subject);
    };
}

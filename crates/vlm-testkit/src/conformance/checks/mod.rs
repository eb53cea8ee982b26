//! All checks, by topic. The list below is the only one: table and tests are made from it.

mod answers;
mod identity;
mod requests;

use super::check::Check;

/// Lists every check: name, module and promise.
macro_rules! checks {
    ($($module:ident { $($name:ident: $promise:literal,)* })*) => {
        /// All checks, in the order of the report.
        pub(crate) const CHECKS: &[Check] = &[$($(
            Check { name: stringify!($name), promise: $promise, run: |bench| Box::pin($module::$name(bench)) },
        )*)*];

        /// One test per check, in a module that has a function `suite()`.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __conformance_tests {
            () => {$($(
                #[test]
                fn $name() {
                    suite().assert(stringify!($name));
                }
            )*)*};
        }
    };
}

checks! {
    identity {
        id_is_short_and_stable: "The id is short, lower case and the same for ever; errors carry it.",
        capabilities_are_pure: "Capabilities need neither a runtime nor a connection, and do not change.",
        the_model_is_listed: "The model under test is described as listed, under its own name.",
    }
    requests {
        parts_keep_their_order: "Parts keep their order, whoever says them, and none is dropped.",
        the_model_is_named: "The service is told which model is asked, and whether to stream.",
    }
    answers {
        an_answer_is_read: "Text, id, model, finish reason and usage are read from an answer.",
        folding_a_stream_gives_the_answer: "Folding the events of a stream gives the answer that generate gives.",
    }
}

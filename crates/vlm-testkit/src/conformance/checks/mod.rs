//! All checks, by topic. The list below is the only one: table and tests are made from it.

mod answers;
mod errors;
mod identity;
mod requests;
mod retries;
mod transport;

use super::check::Check;
use super::subject::Endpoint;

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
    errors {
        error_auth: "A missing or wrong key is told as that.",
        error_permission: "A key that may not do this is told as that.",
        error_quota: "A used-up balance is told as that.",
        error_not_found: "An unknown model or path is told as that.",
        error_bad_request: "A request that the service calls malformed is told as that.",
        error_unprocessable: "A request that is well-formed and refused is told as that.",
        error_unsupported: "A method or media type that the service does not take is told as that.",
        error_too_large: "A request that is too large for the service is told as that.",
        error_conflict: "A duplicate, or a busy resource, is told as that.",
        error_blocked: "A refusal by a content policy is told as that.",
        error_upstream: "A failure of the model behind the service is told as that.",
        error_rate_limited: "Too many calls are told as that, and repeated.",
        error_overloaded: "An overloaded service is told as that, and repeated.",
        error_server: "A failure of the service is told as that, and repeated.",
        errors_inside_a_success: "Errors inside a successful reply are told as what they are.",
        no_choice_is_an_error: "A successful reply without a choice is an error.",
        a_broken_error_body_keeps_its_status: "The status of an error counts, whatever its body is.",
        an_unexpected_success_is_no_answer: "A status that the service does not document is no answer.",
        redirects_are_not_followed: "Redirects are not followed: the key stays where it belongs.",
        nonsense_is_no_answer: "A successful reply that is no answer is an error, of the kind that fits.",
    }
    retries {
        passing_faults_are_survived: "A fault after which the service did no work is repeated, byte for byte.",
        attempts_are_bounded: "The number of attempts is that of the provider, or of the call.",
        a_long_delay_is_told_and_not_waited_for: "A delay above the limit ends the call at once, and is told.",
        a_delay_that_is_none_is_ignored: "A delay that cannot be read, or is past, is no delay.",
        a_short_delay_is_obeyed: "The service's delay is waited for before the next attempt.",
        the_service_may_say_whether_to_repeat: "What the service says about a retry counts.",
        nothing_is_repeated_that_may_have_been_billed: "A call whose outcome is unknown is not repeated.",
        an_uncertain_call_is_repeated_when_asked: "A call whose outcome is unknown is repeated if the caller says so.",
        a_connection_that_dies_at_once_is_replaced_once: "A connection that dies at once is replaced, once.",
    }
    transport {
        nobody_listens: "A refused connection is told as that, as not sent and as free.",
        a_head_cut_anywhere_is_an_error: "A head that ends early is an error, wherever it ends.",
        what_is_not_http_is_an_error: "A reply that is not HTTP is told as that.",
        a_head_without_end_is_an_error: "A head that is too large is told as that.",
        informational_replies_are_passed_over: "Informational replies do not count.",
        compression_is_neither_asked_for_nor_read: "A compressed reply is refused; none is asked for.",
        connections_are_used_again_and_replaced: "A connection is used again while it is open.",
        a_reply_cut_anywhere_is_an_error: "A reply that ends early is an error, wherever it ends.",
        a_length_that_is_too_short_is_an_error: "A reply that is longer than it says is no answer.",
    }
}

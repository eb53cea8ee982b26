//! All checks, by topic. The list below is the only one: table and tests are made from it.

mod answers;
mod cancel;
mod errors;
mod identity;
mod limits;
mod load;
mod oddities;
mod refusals;
mod requests;
mod retries;
mod silence;
mod streams;
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
        media_arrive_unchanged: "Every byte of a picture arrives, from memory and from a file.",
        options_of_media_arrive: "Every option that the model takes of a picture or film arrives with it, as it was set.",
        urls_are_passed_on_as_they_are: "The service is given URLs as they were given.",
        films_keep_their_place: "Films keep their place among pictures and texts.",
        the_model_is_named: "The service is told which model is asked, and whether to stream.",
        settings_arrive: "Every sampling setting that the model takes arrives as it was set.",
        what_is_not_set_is_not_sent: "What is not set is left to the service.",
        thinking_is_set: "The switch and the budget of thinking arrive as they were set.",
        a_schema_is_passed_on: "A schema is passed on, with all its properties.",
        a_schema_keeps_its_order: "The properties of a schema keep their order: it is that of the answer.",
        the_key_stands_in_the_head_only: "The key goes once, in the head of the request.",
        the_extras_of_others_are_not_sent: "Settings that another provider knows change nothing.",
    }
    refusals {
        everything_wrong_is_told_at_once: "Everything that is wrong is told in one error, before a connection is opened.",
        what_the_model_cannot_do_is_refused: "What the model cannot do is refused before a connection is opened.",
        media_that_cannot_be_used_are_refused: "Files and URLs that cannot be used are refused before a connection.",
        what_is_odd_is_warned_of_or_refused_when_strict: "What is odd is sent with a warning; a strict call refuses it.",
        an_unlisted_model_is_passed_through: "A model that is not listed is passed through, with a warning.",
        a_model_that_cannot_be_is_refused: "A name that no model can have is refused.",
    }
    answers {
        an_answer_is_read: "Text, id, model, finish reason and usage are read from an answer.",
        folding_a_stream_gives_the_answer: "Folding the events of a stream gives the answer that generate gives.",
        missing_usage_stays_unknown: "Usage that is not reported is unknown, not 0, and so is its cost.",
        the_cost_is_that_of_the_price_list: "The cost is what the price list says of the usage.",
        the_raw_reply_is_kept: "The reply is kept byte for byte.",
        unknown_fields_survive: "Fields that nobody knows harm nothing, and stand in the raw reply.",
        an_empty_text_is_an_answer: "An answer without text is an answer.",
        any_text_survives: "A text is read as it was written, whatever it contains.",
        every_choice_is_read: "Of several choices, each is read, with its own text.",
        the_end_of_an_answer_is_told: "Why an answer ended is told.",
        odd_dress_is_no_error: "An answer counts by its content, not by the headers around it.",
    }
    oddities {
        one_odd_value_harms_nothing_else: "A value of the wrong kind loses at most itself, and no count is made up.",
        odd_usage_does_not_lose_the_answer: "Usage that cannot be read is unknown, and the answer is kept.",
        details_of_usage_are_right_or_unknown: "Cached tokens and tokens of reasoning are as reported, or unknown.",
        reasoning_stands_apart: "Visible reasoning is told apart from the text.",
        large_answers_are_read_in_little_time: "Reading takes time in proportion to the bytes, however they come.",
        broken_characters_in_a_stream_are_replaced: "What is not UTF-8 in a stream is replaced, with a warning.",
        a_file_that_changes_is_never_mixed: "A file that changes between two attempts ends the call, or is sent as it was.",
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
        errors_say_what_they_are_about: "An error names provider, model, operation and time, and gives advice.",
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
        a_rate_limit_is_heard_by_every_call: "A delay that one call is told holds for every call of the provider.",
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
        a_refusal_while_sending_is_told: "A refusal that comes while the request is being sent is told, or its hint is.",
        random_faults_make_no_other_answer: "Whatever happens to the bytes of a reply, no other answer comes out.",
    }
    streams {
        a_stream_ends_once: "A stream has one end, its folded events are its answer, and nothing follows.",
        a_stream_split_anywhere_is_whole: "However the bytes of a stream are split, the answer is the same.",
        a_stream_cut_anywhere_is_whole_or_an_error: "A stream that breaks off is an error that keeps the text so far.",
        a_broken_stream_keeps_what_it_cost: "The error of a stream that breaks off has usage, cost and raw reply so far.",
        a_missing_end_mark_is_noticed: "A stream without its end mark is an error, or carries a warning.",
        nothing_is_repeated_after_the_first_event: "Nothing is repeated once an event was handed out.",
        a_stream_that_is_refused_at_once_is_repeated: "A stream that is refused before its first event is repeated.",
        an_error_in_a_stream_keeps_what_came: "An error in a stream is told as what it is, and the text so far is kept.",
        what_follows_the_end_is_not_read: "The first end mark ends a stream; nobody waits for the connection.",
        an_answer_that_comes_whole_is_streamed: "An answer that comes whole, although a stream was asked for, is streamed.",
        the_grammar_of_streams_is_read: "Line ends, comments and unknown fields are read as the standard says.",
        an_empty_stream_is_an_error: "A stream without an event is an error.",
        an_event_that_is_nonsense_is_an_error: "An event that is no event of the service is an error.",
        an_unknown_event_is_passed_over: "An event of an unknown shape changes nothing.",
    }
    limits {
        the_first_byte_has_a_deadline: "A reply that does not begin meets the first-byte deadline.",
        silence_within_a_reply_has_a_deadline: "A reply that falls silent meets the idle deadline.",
        a_call_has_a_deadline_over_everything: "The total deadline covers attempts and waits, per provider or per call.",
        a_reply_that_drips_has_a_deadline: "A reply that never falls silent and never ends meets the total deadline.",
        connecting_has_a_deadline: "A connection that nobody accepts meets its own deadline, and nothing was sent.",
        sending_has_a_deadline: "A service that stops reading meets the idle deadline.",
        a_stream_without_content_has_a_deadline: "A stream of pings meets the progress deadline.",
        a_slow_reader_is_no_error: "Deadlines of a stream run while the network is waited for, and not the reader.",
        a_reply_has_a_limit: "A reply above its limit is not read on, and its connection is closed.",
        an_endless_error_keeps_its_status: "An error without end is told by its status.",
        a_stream_has_limits: "A line, an event or a stream above its limit ends the stream.",
    }
    cancel {
        a_dropped_call_closes_its_connection: "Dropping a call closes its connection and leaves the provider usable.",
        a_dropped_stream_closes_its_connection: "Dropping a stream closes its connection and leaves the provider usable.",
        a_call_dropped_before_it_starts_sends_nothing: "A call that is never awaited sends nothing.",
    }
    load {
        many_calls_do_not_mix: "Many calls at once on one provider each get their own answer, or their own error.",
    }
    silence {
        nothing_secret_is_shown: "Key, prompt, media, schema, and queries of URLs stand in no Debug, error or log.",
        a_key_that_the_service_repeats_is_taken_out: "A key that the service repeats is taken out of its words.",
    }
}

//! Each defect, and the checks that it fails: all of them, and no other.

use vlm_testkit::conformance::{Outcome, Suite};

use crate::defect::Defect;
use crate::subject::{Exempted, PlainSubject};

/// Sweeps over every byte, and deadlines that must pass: run only for the defects that are about them.
const SLOW: [&str; 20] = [
    "a_reply_that_drips_has_a_deadline",
    "connecting_has_a_deadline",
    "sending_has_a_deadline",
    "a_rate_limit_is_heard_by_every_call",
    "large_answers_are_read_in_little_time",
    "a_reply_cut_anywhere_is_an_error",
    "a_head_cut_anywhere_is_an_error",
    "a_stream_cut_anywhere_is_whole_or_an_error",
    "a_stream_split_anywhere_is_whole",
    "a_slow_reader_is_no_error",
    "a_call_has_a_deadline_over_everything",
    "a_stream_without_content_has_a_deadline",
    "silence_within_a_reply_has_a_deadline",
    "the_first_byte_has_a_deadline",
    "an_uncertain_call_is_repeated_when_asked",
    "nothing_is_repeated_that_may_have_been_billed",
    "a_short_delay_is_obeyed",
    "a_refusal_while_sending_is_told",
    "random_faults_make_no_other_answer",
    "nothing_secret_is_shown",
];

/// The checks that a defect fails, in the order of the suite.
fn caught(defect: Defect, also: &[&str]) -> Vec<&'static str> {
    let suite = Suite::new(PlainSubject(defect));
    let checks = Suite::checks().iter().map(|check| check.name);
    let run = checks.filter(|name| !SLOW.contains(name) || also.contains(name));
    run.filter(|name| matches!(suite.outcome(name), Outcome::Failed(_))).collect()
}

/// One test per defect: it fails these checks, and no other.
macro_rules! bites {
    ($($name:ident: $defect:ident => [$($check:ident),* $(,)?],)*) => {$(
        #[test]
        fn $name() {
            let expected = [$(stringify!($check)),*];
            assert_eq!(caught(Defect::$defect, &expected), expected);
        }
    )*};
}

bites! {
    has_a_loud_id: HasALoudId => [id_is_short_and_stable, errors_say_what_they_are_about],
    changes_its_capabilities: ChangesItsCapabilities => [capabilities_are_pure],
    drops_the_last_part: DropsTheLastPart => [
        parts_keep_their_order, media_arrive_unchanged, options_of_media_arrive, urls_are_passed_on_as_they_are,
        films_keep_their_place, many_calls_do_not_mix,
    ],
    shows_pictures_first: ShowsPicturesFirst => [
        parts_keep_their_order, media_arrive_unchanged, urls_are_passed_on_as_they_are, films_keep_their_place,
    ],
    joins_texts: JoinsTexts => [parts_keep_their_order],
    sends_each_picture_once: SendsEachPictureOnce => [parts_keep_their_order],
    cuts_large_pictures: CutsLargePictures => [media_arrive_unchanged],
    loses_options: LosesOptions => [options_of_media_arrive],
    unescapes_urls: UnescapesUrls => [urls_are_passed_on_as_they_are],
    forgets_the_temperature: ForgetsTheTemperature => [settings_arrive],
    sets_what_nobody_set: SetsWhatNobodySet => [what_is_not_set_is_not_sent],
    loses_the_schema: LosesTheSchema => [a_schema_is_passed_on, a_schema_keeps_its_order],
    sorts_the_schema: SortsTheSchema => [a_schema_keeps_its_order],
    forgets_to_ask_for_a_stream: ForgetsToAskForAStream => [the_model_is_named],
    puts_the_key_into_the_body: PutsTheKeyIntoTheBody => [the_key_stands_in_the_head_only],
    sends_the_extras_of_others: SendsTheExtrasOfOthers => [the_extras_of_others_are_not_sent],
    sends_before_it_refuses: SendsBeforeItRefuses => [
        everything_wrong_is_told_at_once, what_the_model_cannot_do_is_refused,
        media_that_cannot_be_used_are_refused, what_is_odd_is_warned_of_or_refused_when_strict,
        a_model_that_cannot_be_is_refused,
    ],
    tells_one_problem_at_a_time: TellsOneProblemAtATime => [everything_wrong_is_told_at_once],
    streams_what_it_refuses: StreamsWhatItRefuses => [
        everything_wrong_is_told_at_once, what_the_model_cannot_do_is_refused,
        media_that_cannot_be_used_are_refused, what_is_odd_is_warned_of_or_refused_when_strict,
    ],
    ignores_strict: IgnoresStrict => [what_is_odd_is_warned_of_or_refused_when_strict],
    keeps_warnings_to_itself: KeepsWarningsToItself => [
        what_is_odd_is_warned_of_or_refused_when_strict, an_unlisted_model_is_passed_through,
    ],
    repeats_uncertain_calls: RepeatsUncertainCalls => [
        nothing_is_repeated_that_may_have_been_billed, a_connection_that_dies_at_once_is_replaced_once,
    ],
    repeats_after_the_first_event: RepeatsAfterTheFirstEvent => [
        a_broken_stream_keeps_what_it_cost, a_missing_end_mark_is_noticed, nothing_is_repeated_after_the_first_event,
        an_error_in_a_stream_keeps_what_came, an_event_that_is_nonsense_is_an_error, a_stream_has_limits,
    ],
    ignores_delays: IgnoresDelays => [
        a_long_delay_is_told_and_not_waited_for, a_delay_that_is_none_is_ignored, a_short_delay_is_obeyed,
    ],
    ignores_delays_in_bodies: IgnoresDelaysInBodies => [
        a_long_delay_is_told_and_not_waited_for, a_short_delay_is_obeyed,
    ],
    miscounts_attempts: MiscountsAttempts => [
        error_rate_limited, error_overloaded, error_server, errors_inside_a_success, attempts_are_bounded,
        a_connection_that_dies_at_once_is_replaced_once, nobody_listens,
    ],
    forgets_the_model: ForgetsTheModel => [errors_say_what_they_are_about],
    takes_auth_for_a_failure: TakesAuthForAFailure => [
        error_auth, a_broken_error_body_keeps_its_status, an_endless_error_keeps_its_status,
    ],
    takes_quota_for_a_rate_limit: TakesQuotaForARateLimit => [error_quota],
    takes_errors_for_answers: TakesErrorsForAnswers => [
        errors_inside_a_success, no_choice_is_an_error, nonsense_is_no_answer,
    ],
    answers_without_a_choice: AnswersWithoutAChoice => [no_choice_is_an_error, nonsense_is_no_answer],
    reads_lossily: ReadsLossily => [nonsense_is_no_answer],
    ignores_what_follows: IgnoresWhatFollows => [nonsense_is_no_answer],
    denies_unknown_fields: DeniesUnknownFields => [unknown_fields_survive, an_unknown_event_is_passed_over],
    counts_missing_usage_as_zero: CountsMissingUsageAsZero => [
        missing_usage_stays_unknown, one_odd_value_harms_nothing_else, odd_usage_does_not_lose_the_answer,
    ],
    forgets_the_price_of_input: ForgetsThePriceOfInput => [the_cost_is_that_of_the_price_list],
    loses_the_usage_of_streams: LosesTheUsageOfStreams => [
        an_answer_is_read, folding_a_stream_gives_the_answer, unknown_fields_survive,
        an_empty_text_is_an_answer, any_text_survives, the_end_of_an_answer_is_told,
        details_of_usage_are_right_or_unknown, reasoning_stands_apart,
    ],
    drops_the_raw_reply: DropsTheRawReply => [
        the_raw_reply_is_kept, unknown_fields_survive, a_broken_stream_keeps_what_it_cost,
    ],
    trims_texts: TrimsTexts => [
        an_answer_is_read, folding_a_stream_gives_the_answer, unknown_fields_survive, any_text_survives,
        every_choice_is_read, reasoning_stands_apart, broken_characters_in_a_stream_are_replaced,
        an_error_in_a_stream_keeps_what_came, a_stream_has_limits, a_dropped_call_closes_its_connection,
        a_dropped_stream_closes_its_connection,
    ],
    reads_one_choice: ReadsOneChoice => [every_choice_is_read],
    always_stops: AlwaysStops => [the_end_of_an_answer_is_told],
    panics_without_text: PanicsWithoutText => [an_empty_text_is_an_answer],
    swallows_cuts: SwallowsCuts => [
        a_stream_cut_anywhere_is_whole_or_an_error, a_broken_stream_keeps_what_it_cost, a_missing_end_mark_is_noticed,
        nothing_is_repeated_after_the_first_event, a_stream_has_limits,
    ],
    forgets_what_a_broken_stream_cost: ForgetsWhatABrokenStreamCost => [a_broken_stream_keeps_what_it_cost],
    reads_past_the_end: ReadsPastTheEnd => [a_missing_end_mark_is_noticed, what_follows_the_end_is_not_read],
    ignores_errors_in_streams: IgnoresErrorsInStreams => [an_error_in_a_stream_keeps_what_came],
    dies_of_unknown_events: DiesOfUnknownEvents => [an_unknown_event_is_passed_over],
    forgets_the_deadline_of_a_call: ForgetsTheDeadlineOfACall => [a_call_has_a_deadline_over_everything],
    goes_on_when_dropped: GoesOnWhenDropped => [a_dropped_call_closes_its_connection],
    mixes_calls: MixesCalls => [many_calls_do_not_mix],
    prints_the_key: PrintsTheKey => [nothing_secret_is_shown],
    quotes_the_prompt: QuotesThePrompt => [nothing_secret_is_shown],
    logs_the_body: LogsTheBody => [nothing_secret_is_shown],
    keeps_the_key_in_words: KeepsTheKeyInWords => [a_key_that_the_service_repeats_is_taken_out],
    says_its_thoughts: SaysItsThoughts => [reasoning_stands_apart],
    hides_lost_characters: HidesLostCharacters => [broken_characters_in_a_stream_are_replaced],
    makes_up_counts: MakesUpCounts => [one_odd_value_harms_nothing_else, odd_usage_does_not_lose_the_answer],
    dies_of_odd_usage: DiesOfOddUsage => [odd_usage_does_not_lose_the_answer],
    ignores_deadlines: IgnoresDeadlines => [the_first_byte_has_a_deadline],
    ignores_limits: IgnoresLimits => [a_reply_has_a_limit, a_stream_has_limits],
    follows_redirects: FollowsRedirects => [redirects_are_not_followed],
    reads_streams_to_their_end: ReadsStreamsToTheirEnd => [a_dropped_stream_closes_its_connection],
}

/// What is said of every error is looked at wherever there is one.
#[test]
fn says_not_sent() {
    let caught = caught(Defect::SaysNotSent, &[]);
    for check in ["error_auth", "error_rate_limited", "redirects_are_not_followed", "nonsense_is_no_answer"] {
        assert!(caught.contains(&check), "{check} is not among {caught:?}");
    }
}

/// A name of a check that nobody knows is no exemption.
#[test]
fn an_exemption_that_does_nothing_is_an_error() {
    for (exemptions, words) in [
        (&[("no_such_check", "…")][..], "there is no check `no_such_check`"),
        (&[("an_answer_is_read", "…")], "not needed"),
    ] {
        let suite = Suite::new(Exempted(Defect::None, exemptions));
        let Outcome::Failed(what) = suite.outcome("an_answer_is_read") else { panic!("it passes") };
        assert!(what.contains(words), "{what}");
    }
    let needed = Suite::new(Exempted(Defect::AlwaysStops, &[("the_end_of_an_answer_is_told", "it always stops")]));
    assert_eq!(needed.outcome("the_end_of_an_answer_is_told"), Outcome::Exempted("it always stops".to_owned()));
    assert_eq!(needed.outcome("an_answer_is_read"), Outcome::Passed);
    assert!(needed.report().to_string().contains("the_end_of_an_answer_is_told: exempted, it always stops"));
}

//! The admission: each rule with a case, everything at once, and what a strict review is.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::capability::SamplingCapability;
use crate::media::{MediaFacts, MediaType};
use crate::options::Thinking;
use crate::tests::values::{PNG, any_number, capabilities, cases, finite, full_capabilities, request};
use crate::{CallOptions, ErrorKind};

fn good() -> Request {
    Request::new("m").message(Message::user("What is this?"))
}

/// The findings about a request that is good but for `change`, each as `kind path: message (advice)`.
fn findings(capabilities: &Capabilities, change: impl FnOnce(&mut Request)) -> (Vec<String>, Vec<String>) {
    let mut request = good();
    change(&mut request);
    let review = Admission::review(capabilities, &request);
    let problems = review.problems.iter().map(|problem| format!("{:?} {problem}", problem.kind)).collect();
    let warnings = review.warnings.iter().map(|warning| format!("{:?} {warning}", warning.kind)).collect();
    (problems, warnings)
}

/// A request changed so has exactly these problems, and nothing is warned of.
#[track_caller]
fn check(change: impl FnOnce(&mut Request), expected: &[&str]) {
    assert_eq!(
        findings(&full_capabilities(), change),
        (expected.iter().map(|text| (*text).to_owned()).collect(), vec![])
    );
}

/// A request changed so is sent with exactly these warnings; in a strict call they are what is wrong with it.
#[track_caller]
fn check_warned(capabilities: &Capabilities, change: impl Fn(&mut Request), expected: &[&str]) {
    let (problems, warnings) = findings(capabilities, &change);
    assert_eq!(
        (problems, warnings.as_slice()),
        (vec![], &expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()[..])
    );
    let (problems, warnings) = findings(capabilities, |request| {
        change(request);
        request.call.strict = true;
    });
    let unsupported = |text: &&str| format!("Unsupported {}", text.split_once(' ').unwrap().1);
    assert_eq!((problems, warnings), (expected.iter().map(unsupported).collect(), vec![]));
}

/// The problems of a question with this medium.
#[track_caller]
fn check_media(media: Media, expected: &[&str]) {
    check(|request| request.messages[0].parts.push(Part::Media(media)), expected);
}

fn picture() -> Media {
    Media::url("https://h.org/a.png")
}

fn film() -> Media {
    Media::url("https://h.org/a.mp4")
}

#[test]
fn a_good_request_has_no_findings() {
    check(|_| {}, &[]);
    check(|request| request.messages.insert(0, Message::system("Be brief.")), &[]);
    let full = good()
        .message(Message::user("And these?").with(picture().max_pixels(9)).with(film().fps(1.0)))
        .thinking(Thinking::budget(4096))
        .json_schema("scene", json!({}));
    assert_eq!(full_capabilities().admit(&full).unwrap(), []);
}

#[test]
fn the_model_is_named_and_best_known() {
    for name in ["", " ", "\n"] {
        check(|request| request.model = name.to_owned(), &["Missing model: no model is named"]);
    }
    let unlisted = Capabilities { listed: false, ..full_capabilities() };
    let warning = "UnknownModel model: `qwen:qwen3-vl-plus` is not in the list of known models; whether it exists is for the service to say";
    check_warned(&unlisted, |_| {}, &[warning]);
}

#[test]
fn something_is_asked_by_the_user_last() {
    check(|request| request.messages.clear(), &["Missing messages: there is no message: ask something"]);
    let last = "Invalid messages: the last message must be the user's";
    check(|request| request.messages.push(Message::system("x")), &[last]);
    let no_text = "Missing messages[0]: the user message has no text: say what you want to know";
    for text in ["", " \n\t", "\u{a0}"] {
        check(|request| request.messages[0] = Message::user(text), &[no_text]);
        check(|request| request.messages[0] = Message::user(text).with(picture()), &[no_text]);
    }
    check(|request| request.messages[0].parts.clear(), &[no_text]);
    check(|request| request.messages[0] = Message::user("").with(picture()).with("What is it?"), &[]);
    let empty_system = "Missing messages[0]: the system message has no text: give it one, or leave it out";
    check(|request| request.messages.insert(0, Message::system("")), &[empty_system]);
}

#[test]
fn assistant_turns_need_support() {
    let turn = |request: &mut Request| request.messages.insert(0, Message::assistant("A cat."));
    let doubtful = "Undocumented messages[0].role: an assistant turn: earlier answers are not documented";
    check_warned(&full_capabilities(), turn, &[doubtful]);
    let without = Capabilities { assistant_turns: Support::none("put it into the question"), ..full_capabilities() };
    let refused = "Unsupported messages[0].role: an assistant turn is not supported (put it into the question)";
    assert_eq!(findings(&without, turn), (vec![refused.to_owned()], vec![]));
    assert_eq!(findings(&Capabilities::text_only("m"), turn), (vec![], vec![]));
}

#[test]
fn media_stand_in_the_users_turns_only() {
    let shown = |role| Message { role, ..Message::user("x").with(picture()) };
    check(
        |request| request.messages.insert(0, shown(Role::System)),
        &["Unsupported messages[0].parts[1]: only a message of the user can show pictures and films"],
    );
    let free = Capabilities { assistant_turns: Support::Full, ..full_capabilities() };
    let (problems, _) = findings(&free, |request| request.messages.insert(0, shown(Role::Assistant)));
    assert_eq!(problems, ["Unsupported messages[0].parts[1]: only a message of the user can show pictures and films"]);
}

#[test]
fn each_source_needs_support() {
    let none = Capabilities::text_only("m");
    let ways = [
        (picture(), "a picture by URL", "this model takes no pictures"),
        (Media::path("a.png"), "a picture from a file", "this model takes no pictures"),
        (Media::bytes(PNG), "a picture as content", "this model takes no pictures"),
        (Media::file_id("x").image(), "a picture by file id", "this model takes no pictures"),
        (film(), "a film by URL", "this model takes no films"),
        (Media::path("a.mp4"), "a film from a file", "this model takes no films"),
    ];
    for (media, what, advice) in ways {
        let expected = format!("Unsupported messages[0].parts[1]: {what} is not supported ({advice})");
        let found = findings(&none, |request| request.messages[0].parts.push(media.into()));
        assert_eq!(found, (vec![expected], vec![]));
    }
    let clip = |request: &mut Request| request.messages[0].parts.push(Media::path("a.mp4").into());
    let doubtful = "Undocumented messages[0].parts[1]: a film from a file: films by content are not documented";
    check_warned(&full_capabilities(), clip, &[doubtful]);
    check_media(Media::file_id("x").video(), &[]);
}

#[test]
fn media_can_be_taken_by_url_only() {
    let only = Capabilities { video: MediaCapability::url_only("give a URL"), ..full_capabilities() };
    assert!(only.video.is_available());
    let problems = |media: Media| findings(&only, |request| request.messages[0].parts.push(media.into())).0;
    assert_eq!(problems(film()), Vec::<String>::new());
    let ways = [(Media::path("a.mp4"), "from a file"), (Media::file_id("x").video(), "by file id")];
    for (media, way) in ways {
        let expected = format!("Unsupported messages[0].parts[1]: a film {way} is not supported (give a URL)");
        assert_eq!(problems(media), [expected]);
    }
}

#[test]
fn the_kind_must_be_known() {
    let unknown = "Media messages[0].parts[1]: it is not known whether this is a picture or a film \
                   (say so with Media::image() or Media::video())";
    for media in [Media::url("https://h.org/x"), Media::path("x.txt"), Media::path("x")] {
        check_media(media.clone(), &[unknown]);
        check_media(media.clone().image(), &[]);
    }
    let (problems, _) =
        findings(&full_capabilities(), |request| request.messages[0].parts.push(Media::file_id("x").into()));
    assert_eq!(problems, [unknown]);
    // Its options are judged all the same.
    let rate = "OutOfRange messages[0].parts[1].options.fps: NaN is not a rate above 0";
    check_media(Media::path("x").fps(f64::NAN), &[rate, unknown]);
}

#[test]
fn content_must_be_there_and_be_what_it_is_said_to_be() {
    let path = "Media messages[0].parts[1]:";
    let empty = format!("{path} the content is empty");
    check_media(Media::bytes(""), &[&empty]);
    check_media(Media::bytes("").image(), &[&empty]);
    check_media(Media::bytes("").with_media_type(MediaType::PNG), &[&empty]);
    let unknown =
        format!("{path} the content is no known picture or film (say what it is with Media::with_media_type())");
    check_media(Media::bytes("text named .jpg"), &[&unknown]);
    check_media(Media::bytes("text named .jpg").image(), &[&unknown]);
    let no_jpeg = format!("{path} the content is not image/jpeg as declared, nor another known picture or film");
    check_media(Media::bytes("text named .jpg").with_media_type(MediaType::JPEG), &[&no_jpeg]);
    let png = format!("{path} the content is image/png, not image/jpeg as declared; correct the declared type");
    check_media(Media::bytes(PNG).with_media_type(MediaType::JPEG), &[&png]);
    let no_film = format!("{path} declared as a film, but image/png is none");
    check_media(picture().video(), &[&no_film]);
    let doubtful =
        Admission::review(&full_capabilities(), &good().message(Message::user("x").with(Media::bytes(PNG).video())));
    assert_eq!(doubtful.problems.len(), 1);
    check_media(Media::bytes(PNG), &[]);
}

#[test]
fn content_has_a_largest_size() {
    let sized = |bytes: usize| {
        let mut content = PNG.to_vec();
        content.resize(bytes, 0);
        Media::bytes(content)
    };
    check_media(sized(999), &[]);
    check_media(sized(1000), &[]);
    let large = "Media messages[0].parts[1]: 1001 bytes are above the limit of 1000 \
                 (make it smaller, give a URL, or raise the provider's limit for content)";
    check_media(sized(1001), &[large]);
}

#[test]
fn media_types_must_be_taken() {
    let gif = "Media messages[0].parts[1]: image/gif is no picture this model takes (convert it to one of image/jpeg, image/png)";
    check_media(Media::url("https://h.org/a.gif"), &[gif]);
    check_media(picture().with_media_type(MediaType::GIF), &[gif]);
    check_media(Media::bytes("GIF89a"), &[gif]);
    // Another name of a container that is taken, and no name at all.
    check_media(Media::url("https://h.org/a.mov"), &[]);
    check_media(Media::url("https://h.org/x").image(), &[]);
    let any = Capabilities { image: MediaCapability::url_and_inline(9), ..full_capabilities() };
    let found = findings(&any, |request| request.messages[0].parts.push(Media::path("a.gif").into()));
    assert_eq!(found, (vec![], vec![]), "where the service does not say");
}

#[test]
fn options_belong_to_their_kind_and_model() {
    let options = "messages[0].parts[1].options";
    let second = Duration::from_secs;
    check_media(picture().min_pixels(1).max_pixels(2).detail(crate::Detail::Low), &[]);
    check_media(film().fps(1.0).start(second(0)).end(second(1)).max_frames(3), &[]);
    for (media, name) in [
        (picture().fps(1.0), "fps"),
        (picture().start(second(1)), "start"),
        (picture().end(second(1)), "end"),
        (picture().max_frames(1), "max_frames"),
        (picture().total_pixels(1), "total_pixels"),
    ] {
        check_media(media, &[&format!("Invalid {options}.{name}: `{name}` is an option of films")]);
    }
    check_media(
        film().detail(crate::Detail::Low),
        &[&format!("Invalid {options}.detail: `detail` is an option of pictures")],
    );
    for (media, name) in [(film().total_pixels(1), "total_pixels"), (film().min_pixels(1), "min_pixels")] {
        check_media(media, &[&format!("Unsupported {options}.{name}: `{name}` is not supported (leave it out)")]);
    }
    check_media(picture().max_pixels(0), &[&format!("OutOfRange {options}.max_pixels: must be above 0")]);
    check_media(
        picture().min_pixels(3).max_pixels(2),
        &[&format!("OutOfRange {options}.min_pixels: 3 is above max_pixels, 2")],
    );
    check_media(
        film().start(second(2)).end(second(2)),
        &[&format!("OutOfRange {options}.start: 2s does not lie before the end, 2s")],
    );
    for (fps, shown) in
        [(0.0, "0"), (-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")]
    {
        check_media(film().fps(fps), &[&format!("OutOfRange {options}.fps: {shown} is not a rate above 0")]);
    }
}

#[test]
fn media_have_a_largest_number_over_all_turns() {
    let with = |pictures: usize, films: usize| {
        move |request: &mut Request| {
            request.messages.insert(0, Message::user("Look:"));
            for (count, media) in [(pictures, picture()), (films, film())] {
                for at in 0..count {
                    request.messages[at % 2].parts.push(media.clone().into());
                }
            }
        }
    };
    check(with(4, 1), &[]);
    check(with(5, 1), &["OutOfRange messages: 5 pictures are above the limit of 4"]);
    check(
        with(6, 2),
        &[
            "OutOfRange messages: 6 pictures are above the limit of 4",
            "OutOfRange messages: 2 films are above the limit of 1",
        ],
    );
}

/// Sets one real-valued setting.
type SetReal = fn(&mut Sampling, f64);

#[test]
fn sampling_lies_in_its_ranges() {
    let reals: [(&str, SetReal, f64, f64); 4] = [
        ("temperature", |sampling, value| sampling.temperature = Some(value), 0.0, 2.0),
        ("top_p", |sampling, value| sampling.top_p = Some(value), 0.0, 1.0),
        ("frequency_penalty", |sampling, value| sampling.frequency_penalty = Some(value), -2.0, 2.0),
        ("presence_penalty", |sampling, value| sampling.presence_penalty = Some(value), -2.0, 2.0),
    ];
    for (name, set, low, high) in reals {
        for inside in [low, (low + high) / 2.0, high, -0.0] {
            check(|request| set(&mut request.sampling, inside), &[]);
        }
        for outside in [low.next_down(), high.next_up(), f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            let expected = format!("OutOfRange sampling.{name}: {outside} is outside {low} to {high}");
            check(|request| set(&mut request.sampling, outside), &[&expected]);
        }
    }
    check(
        |request| request.sampling.max_tokens = Some(0),
        &["OutOfRange sampling.max_tokens: 0 is outside 1 to 4294967295"],
    );
    check(|request| request.sampling.max_tokens = Some(u32::MAX), &[]);
    for (n, fits) in [(0, false), (1, true), (4, true), (5, false)] {
        let refusal = format!("OutOfRange sampling.n: {n} is outside 1 to 4");
        let expected: &[&str] = if fits { &[] } else { &[&refusal] };
        check(|request| request.sampling.n = Some(n), expected);
    }
}

#[test]
fn a_setting_without_a_range_is_refused() {
    let ranges = SamplingCapability { temperature: None, n: None, stop: None, ..SamplingCapability::default() };
    let without = Capabilities { sampling: ranges, ..full_capabilities() };
    let found = findings(&without, |request| {
        request.sampling.temperature = Some(1.0);
        request.sampling.n = Some(1);
        request.sampling.stop = vec!["a".to_owned()];
    });
    let expected = [
        "Unsupported sampling.temperature: this model does not take it (leave it out)",
        "Unsupported sampling.n: this model does not take it (leave it out)",
        "Unsupported sampling.stop: 1 stop sequences, but this model takes none (leave them out)",
    ];
    assert_eq!(found, (expected.map(str::to_owned).to_vec(), vec![]));
    assert_eq!(findings(&without, |_| {}), (vec![], vec![]), "what is not set is not judged");
}

#[test]
fn stop_sequences_are_few_and_not_empty() {
    let stop = |stop: &[&str]| {
        let stop: Vec<String> = stop.iter().map(|text| (*text).to_owned()).collect();
        move |request: &mut Request| request.sampling.stop = stop
    };
    check(stop(&["a", "b"]), &[]);
    check(stop(&["a", "b", "c"]), &["OutOfRange sampling.stop: 3 stop sequences are above the limit of 2"]);
    check(stop(&["a", ""]), &["Invalid sampling.stop: an empty stop sequence would end every answer at once"]);
    check(stop(&[" "]), &[]);
}

#[test]
fn thinking_needs_a_switch_a_budget_and_a_range() {
    let think = |enabled, budget| move |request: &mut Request| request.thinking = Thinking { enabled, budget };
    for (enabled, budget) in
        [(None, None), (Some(true), None), (Some(false), None), (None, Some(1)), (Some(true), Some(4096))]
    {
        check(think(enabled, budget), &[]);
    }
    for budget in [0, 4097] {
        let expected = format!("OutOfRange thinking.budget: {budget} is outside 1 to 4096");
        check(think(Some(true), Some(budget)), &[&expected]);
    }
    check(think(Some(false), Some(1)), &["Invalid thinking.budget: thinking is off: a budget means nothing"]);

    let (switch, budget) = (Support::none("choose another model"), Support::none("leave it out"));
    let without = Capabilities { thinking_switch: switch, thinking_budget: budget, ..full_capabilities() };
    let no_switch =
        "Unsupported thinking.enabled: switching thinking on or off is not supported (choose another model)";
    let no_budget = "Unsupported thinking.budget: a thinking budget is not supported (leave it out)";
    let cases = [
        (think(Some(true), None), vec![no_switch]),
        (think(Some(false), None), vec![no_switch]),
        // The budget says already that it shall think.
        (think(Some(true), Some(9999)), vec![no_budget]),
        (think(None, Some(1)), vec![no_budget]),
    ];
    for (change, expected) in cases {
        assert_eq!(findings(&without, change).0, expected);
    }
    // A doubtful budget is judged further, in a strict call too.
    let doubtful = Capabilities { thinking_budget: Support::doubtful("not documented"), ..full_capabilities() };
    for (strict, count) in [(false, (1, 1)), (true, (2, 0))] {
        let (problems, warnings) = findings(&doubtful, |request| {
            think(Some(true), Some(5000))(request);
            request.call.strict = strict;
        });
        assert_eq!((problems.len(), warnings.len()), count, "{problems:?}");
    }
    let open = Capabilities { thinking_budget: Support::Full, thinking_range: None, ..full_capabilities() };
    let unbounded = findings(&open, think(Some(true), Some(5000)));
    assert_eq!(unbounded, (vec![], vec![]), "without a known range any budget is passed on");
}

#[test]
fn the_form_of_the_answer_needs_support() {
    let output = |output: Output| move |request: &mut Request| request.output = output;
    check(
        output(Output::Json),
        &["Unsupported output: JSON without a schema is not supported (ask for JSON in the prompt)"],
    );
    let schema = |name: &str, value| output(Output::JsonSchema(JsonSchema::new(name, value)));
    check(schema("a_Scene-1", json!({})), &[]);
    check(schema(&"a".repeat(64), json!({"type": "object"})), &[]);
    let name = "Invalid output.name: a schema's name is 1 to 64 letters, digits, `_` or `-`";
    for wrong in ["", "a b", "ä", "a.b", &"a".repeat(65)] {
        check(schema(wrong, json!({})), &[name]);
    }
    for wrong in [json!(true), json!([]), json!(null), json!("object")] {
        check(schema("a", wrong), &["Invalid output.schema: a schema is a JSON object"]);
    }
    let (problems, _) = findings(&Capabilities::text_only("m"), schema("", json!(1)));
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn a_call_needs_an_attempt_and_time() {
    let call = |call: CallOptions| move |request: &mut Request| request.call = call;
    let attempts = |count| CallOptions { max_attempts: Some(count), ..CallOptions::default() };
    check(call(attempts(1)), &[]);
    check(call(attempts(0)), &["OutOfRange call.max_attempts: at least one attempt is needed"]);
    let timeout = |timeout| CallOptions { timeout: Some(timeout), ..CallOptions::default() };
    check(call(timeout(Duration::from_nanos(1))), &[]);
    check(call(timeout(Duration::ZERO)), &["OutOfRange call.timeout: a deadline of zero leaves no time to answer"]);
}

/// As many faults as there are rules: each is named, in one error.
#[test]
fn everything_that_is_wrong_is_listed_at_once() {
    let mut request = Request::new(" ")
        .message(Message::user("").with(Media::bytes("")).with(picture().fps(1.0)))
        .message(Message::system("x").with(picture()))
        .json_schema("a b", json!([]))
        .thinking(Thinking { enabled: Some(false), budget: Some(9999) })
        .temperature(f64::NAN)
        .max_tokens(0);
    request.sampling.stop = vec![String::new(); 3];
    request.call = CallOptions { timeout: Some(Duration::ZERO), max_attempts: Some(0), ..CallOptions::default() };
    let error = full_capabilities().admit(&request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let lines: Vec<String> = error.problems().iter().map(Problem::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"));
    for line in &lines {
        assert!(error.to_string().contains(line.as_str()), "{line}");
    }
}

#[test]
fn a_provider_adds_its_own_findings() {
    let mut review = Admission::review(&full_capabilities(), &good());
    review.warn(Warning::new(WarningKind::Unwise, "odd").at("x"));
    assert!(review.support(&Support::Full, "stream", "streaming"));
    assert!(review.support(&Support::doubtful("not documented"), "stream", "streaming"));
    assert_eq!(review.problems(), []);
    assert_eq!(review.finish().unwrap().len(), 2);

    let mut review = Admission::new(true);
    review.warn(Warning::new(WarningKind::Unwise, "odd"));
    assert!(
        review.support(&Support::doubtful("not documented"), "stream", "streaming"),
        "its details are still judged"
    );
    assert!(!review.support(&Support::none("do not"), "stream", "streaming"));
    review.refuse(Problem::new(ProblemKind::Media, "y", "bad"));
    let lines: Vec<String> = review.finish().unwrap_err().problems().iter().map(Problem::to_string).collect();
    let expected =
        ["request: odd", "stream: streaming: not documented", "stream: streaming is not supported (do not)", "y: bad"];
    assert_eq!(lines, expected);
}

proptest! {
    #![proptest_config(cases(512))]

    /// Whatever is asked of whatever model: no panic, and a strict review finds the same as a lenient one.
    #[test]
    fn a_strict_review_turns_warnings_into_problems(capabilities in capabilities(), request in request(any_number())) {
        let review = |strict: bool| {
            let mut request = request.clone();
            request.call.strict = strict;
            Admission::review(&capabilities, &request)
        };
        let (lenient, strict) = (review(false), review(true));
        prop_assert!(strict.warnings.is_empty());
        let as_problems = lenient.warnings.iter().map(|warning| {
            let mut review = Admission::new(true);
            review.warn(warning.clone());
            review.problems.remove(0)
        });
        let sorted = |problems: Vec<Problem>| {
            let mut lines: Vec<String> = problems.iter().map(|problem| format!("{problem:?}")).collect();
            lines.sort();
            lines
        };
        let expected = sorted(lenient.problems.iter().cloned().chain(as_problems).collect());
        prop_assert_eq!(sorted(strict.problems.clone()), expected);
        match (lenient.finish(), strict.finish()) {
            (Ok(warnings), strict) => prop_assert_eq!(warnings.is_empty(), strict.is_ok()),
            (Err(lenient), strict) => {
                prop_assert!(!lenient.problems().is_empty() && strict.is_err());
                prop_assert_eq!(lenient.to_string().lines().count(), 1);
            }
        }
    }

    /// No problem is reported twice in the same words.
    #[test]
    fn no_problem_comes_twice(capabilities in capabilities(), request in request(finite())) {
        let review = Admission::review(&capabilities, &request);
        for (at, problem) in review.problems.iter().enumerate() {
            prop_assert!(!review.problems[..at].contains(problem), "{}", problem);
        }
    }
}

#[test]
fn what_is_known_of_media_is_held_against_the_limits() {
    let sized = |width, height| picture().with_facts(MediaFacts::picture(width, height));
    check_media(sized(10, 2000), &[]);
    check_media(sized(9, 9), &["Media messages[0].parts[1]: 9x9 pixels: each side must have 10 or more (enlarge it)"]);
    check_media(
        sized(8001, 20),
        &[
            "Media messages[0].parts[1]: 8001x20 pixels: no side may have more than 8000 (shrink it)",
            "Media messages[0].parts[1]: 8001x20 pixels: one side may be at most 200 times the other (crop it)",
        ],
    );
    let lasting = |seconds| {
        let facts = MediaFacts::film(640, 480, Duration::from_secs(seconds));
        Media::url("https://example.org/a.mp4").with_facts(facts)
    };
    check_media(lasting(2), &[]);
    check_media(
        lasting(3601),
        &[
            "Media messages[0].parts[1]: the film lasts 3601 s: 3600 s at most are taken (cut it, or ask about its parts one by one)",
        ],
    );
    // Of what nothing is known, nothing is said.
    check_media(picture().with_facts(MediaFacts::new()), &[]);
}

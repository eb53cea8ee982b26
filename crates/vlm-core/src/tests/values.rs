//! Values for tests: one full example of each type, and strategies that make arbitrary ones.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Map, Value, json};

use crate::{
    CallOptions, Capabilities, Choice, Completion, Cost, Currency, Detail, FinishReason, JsonSchema, Media,
    MediaCapability, MediaFacts, MediaLimits, MediaOption, MediaOptions, MediaType, Message, ModalityTokens, Money,
    Output, Part, PriceSchedule, PriceTier, RawReply, Request, Role, Sampling, SamplingCapability, SchemaDialect,
    StreamEvent, Support, Thinking, Usage, Warning, WarningKind,
};

/// The same cases in every run.
pub(crate) fn cases(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(20_261_123), ..Config::default() }
}

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1A\n rest";

// ---- One full example of each.

pub(crate) fn full_request() -> Request {
    let picture = Media::url("https://example.org/a.png").max_pixels(1_000_000).detail(Detail::High);
    let film = Media::path("clips/b.mp4")
        .min_pixels(1)
        .fps(0.5)
        .start(Duration::from_millis(1500))
        .end(Duration::from_secs(9))
        .max_frames(16)
        .total_pixels(5_000_000)
        .with_facts(
            MediaFacts::film(640, 426, Duration::from_secs(6))
                .with_frames(144, 24.0)
                .with_sound(false)
                .with_bytes(87_820),
        );
    let sampling = Sampling {
        temperature: Some(0.2),
        top_p: Some(0.9),
        max_tokens: Some(300),
        frequency_penalty: Some(-0.5),
        presence_penalty: Some(0.5),
        n: Some(2),
        stop: vec!["END".to_owned()],
    };
    let schema = JsonSchema::new("scene", json!({"type": "object"})).with_description("What is seen.");
    let call = CallOptions {
        timeout: Some(Duration::from_secs(30)),
        max_attempts: Some(2),
        retry_ambiguous: Some(true),
        strict: true,
    };
    Request::new("qwen:qwen3-vl-plus")
        .message(Message::system("Answer briefly."))
        .message(Message::user("What is this?").with(picture).with("And this?").with(film))
        .message(Message::assistant("A cat."))
        .message(Message::user("Sure?").with(Media::bytes(PNG)).with(Media::file_id("file-1").video()))
        .sampling(sampling)
        .thinking(Thinking::budget(1024))
        .output(Output::JsonSchema(schema))
        .extra("memories", "enable_search", json!(true))
        .call(call)
}

pub(crate) fn full_completion() -> Completion {
    Completion {
        id: Some("chat-1".to_owned()),
        model: Some("qwen3-vl-plus".to_owned()),
        created: Some(1_760_000_000),
        choices: vec![
            Choice { finish: FinishReason::Stop, reasoning: Some("It purrs.".to_owned()), ..Choice::new(0, "A cat.") },
            Choice { finish: FinishReason::Other("eos".to_owned()), ..Choice::new(1, "A pet.") },
        ],
        usage: full_usage(),
        cost: exact_cost(),
        warnings: vec![full_warning()],
        metadata: map([("meta", json!({"provider": "qwen"}))]),
        raw: RawReply::from(Bytes::from_static(b"{\"id\": \"chat-1\"}")),
    }
}

pub(crate) fn full_usage() -> Usage {
    Usage {
        input_tokens: Some(34_578),
        output_tokens: Some(561),
        total_tokens: Some(35_139),
        cached_input_tokens: Some(100),
        reasoning_tokens: Some(60),
        input_by_modality: ModalityTokens { text: Some(20), image: Some(558), video: Some(34_000), audio: Some(0) },
        output_by_modality: ModalityTokens { text: Some(561), ..ModalityTokens::default() },
    }
}

pub(crate) fn full_warning() -> Warning {
    Warning::new(WarningKind::Undocumented, "an assistant turn: it may be ignored").at("messages[2].role")
}

pub(crate) fn exact_cost() -> Cost {
    Cost::Exact {
        amount: money("0.0121329"),
        tier: tier(Some(128_000), "0.00000031", "0.00000252"),
        currency: Currency::USD,
    }
}

/// One of each kind.
pub(crate) fn every_event() -> Vec<StreamEvent> {
    let text = "A cat".to_owned();
    let full = full_completion();
    vec![
        StreamEvent::Start { id: full.id, model: full.model, created: full.created },
        StreamEvent::Text { choice: 0, text: text.clone() },
        StreamEvent::Reasoning { choice: 1, text },
        StreamEvent::Finish { choice: 0, reason: FinishReason::Length },
        StreamEvent::Usage { usage: full.usage },
        StreamEvent::Warning { warning: full_warning() },
        StreamEvent::Metadata { metadata: full.metadata },
        StreamEvent::End { cost: full.cost, raw: full.raw },
    ]
}

pub(crate) fn full_capabilities() -> Capabilities {
    let picture = MediaCapability {
        media_types: vec![MediaType::JPEG, MediaType::PNG],
        max_count: Some(4),
        options: vec![MediaOption::MinPixels, MediaOption::MaxPixels, MediaOption::Detail],
        limits: MediaLimits {
            min_side: Some(10),
            max_side: Some(8000),
            max_aspect_ratio: Some(200),
            max_pixels: Some(40_000_000),
            ..MediaLimits::default()
        },
        ..MediaCapability::url_and_inline(1000)
    };
    let film = MediaCapability {
        media_types: vec![MediaType::MP4],
        inline: Support::doubtful("films by content are not documented"),
        file_id: Support::Full,
        max_count: Some(1),
        options: vec![MediaOption::Fps, MediaOption::Start, MediaOption::End, MediaOption::MaxFrames],
        limits: MediaLimits {
            min_duration: Some(Duration::from_secs(2)),
            max_duration: Some(Duration::from_secs(3600)),
            min_frames: Some(2),
            max_frames: Some(100_000),
            max_url_bytes: Some(2 << 30),
            ..MediaLimits::default()
        },
        ..MediaCapability::url_and_inline(2000)
    };
    Capabilities {
        image: picture,
        video: film,
        assistant_turns: Support::doubtful("earlier answers are not documented"),
        thinking_switch: Support::Full,
        thinking_budget: Support::Full,
        thinking_range: Some(1..=4096),
        json: Support::none("ask for JSON in the prompt"),
        json_schema: Support::Full,
        schema_dialect: SchemaDialect::JsonSchema,
        sampling: SamplingCapability { n: Some(1..=4), stop: Some(2), ..SamplingCapability::default() },
        max_input_tokens: Some(256_000),
        max_output_tokens: Some(32_000),
        default_max_tokens: Some(1024),
        thinking_beyond_max_tokens: true,
        token_rules: Some("qwen3-vl-plus".into()),
        price: Some(qwen3_vl_plus()),
        ..Capabilities::text_only("qwen:qwen3-vl-plus")
    }
}

pub(crate) fn qwen3_vl_plus() -> PriceSchedule {
    PriceSchedule::new(vec![
        tier(Some(32_000), "0.00000021", "0.00000168"),
        tier(Some(128_000), "0.00000031", "0.00000252"),
        tier(Some(256_000), "0.00000063", "0.00000503"),
    ])
    .unwrap()
}

pub(crate) fn tier(up_to: Option<u64>, input: &str, output: &str) -> PriceTier {
    PriceTier::new(up_to, money(input), money(output))
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

// ---- Strategies.

/// Any characters, control characters and all.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect())
}

/// Numbers that JSON can hold.
pub(crate) fn finite() -> BoxedStrategy<f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![NEGATIVE | NORMAL | POSITIVE | SUBNORMAL | ZERO, -2.0..3.0].boxed()
}

/// All numbers, NaN and infinities too; often in a usual range.
pub(crate) fn any_number() -> BoxedStrategy<f64> {
    prop_oneof![proptest::num::f64::ANY, -2.0..3.0, Just(f64::NAN), Just(f64::INFINITY)].boxed()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        finite().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(text(), inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), value(), 0..3).prop_map(|map| map.into_iter().collect())
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(Duration::ZERO), any::<Duration>(), (0u64..20).prop_map(Duration::from_secs)]
}

fn media_options(number: BoxedStrategy<f64>) -> impl Strategy<Value = MediaOptions> {
    let details = prop_oneof![Just(Detail::Low), Just(Detail::High), Just(Detail::Auto)];
    let pixels = || of(prop_oneof![0u64..4, any::<u64>()]);
    (pixels(), pixels(), of(details), of(number), of(duration()), of(duration()), of(0u32..3), pixels()).prop_map(
        |(min_pixels, max_pixels, detail, fps, start, end, max_frames, total_pixels)| MediaOptions {
            min_pixels,
            max_pixels,
            detail,
            fps,
            start,
            end,
            max_frames,
            total_pixels,
        },
    )
}

pub(crate) fn media(number: BoxedStrategy<f64>) -> impl Strategy<Value = Media> {
    let content = prop_oneof![
        vec(any::<u8>(), 0..12),
        Just(PNG.to_vec()),
        Just(b"\0\0\0\x18ftypisom....".to_vec()),
        Just(vec![0xFF, 0xD8, 0xFF, 0xE0])
    ];
    let media = prop_oneof![
        text().prop_map(Media::url),
        "https://[a-z]{1,3}\\.org/[a-z]{1,3}\\.(png|mp4|txt)".prop_map(Media::url),
        text().prop_map(Media::path),
        content.prop_map(Media::bytes),
        text().prop_map(Media::file_id),
    ];
    let types = proptest::sample::select(vec![MediaType::PNG, MediaType::JPEG, MediaType::MP4, MediaType::MPEG]);
    let options = prop_oneof![Just(MediaOptions::new()).boxed(), media_options(number).boxed()];
    (media, of(any::<bool>()), of(types), options, of(facts())).prop_map(
        |(media, is_film, media_type, options, facts)| {
            let media = match is_film {
                Some(true) => media.video(),
                Some(false) => media.image(),
                None => media,
            };
            let media = media.with_options(options);
            let media = match facts {
                Some(facts) => media.with_facts(facts),
                None => media,
            };
            match media_type {
                Some(media_type) => media.with_media_type(media_type),
                None => media,
            }
        },
    )
}

fn facts() -> impl Strategy<Value = MediaFacts> {
    let side = || of(prop_oneof![0u32..20, any::<u32>()]);
    (side(), side(), of(any::<u64>()), of(duration()), of(any::<u64>()), of(finite()), of(any::<bool>())).prop_map(
        |(width, height, bytes, duration, frames, fps, sound)| MediaFacts {
            width,
            height,
            bytes,
            duration,
            frames,
            fps,
            sound,
        },
    )
}

fn message(number: BoxedStrategy<f64>) -> impl Strategy<Value = Message> {
    let role = prop_oneof![Just(Role::User), Just(Role::User), Just(Role::System), Just(Role::Assistant)];
    let part = prop_oneof![text().prop_map(Part::text), media(number).prop_map(Part::Media)];
    (role, vec(part, 0..4)).prop_map(|(role, parts)| Message::new(role, parts))
}

fn sampling(number: BoxedStrategy<f64>) -> impl Strategy<Value = Sampling> {
    let n = || of(number.clone());
    (n(), n(), of(any::<u32>()), n(), n(), of(0u32..6), vec(text(), 0..4)).prop_map(
        |(temperature, top_p, max_tokens, frequency_penalty, presence_penalty, n, stop)| Sampling {
            temperature,
            top_p,
            max_tokens,
            frequency_penalty,
            presence_penalty,
            n,
            stop,
        },
    )
}

fn output() -> impl Strategy<Value = Output> {
    let schema = (prop_oneof![text(), Just("scene".to_owned())], of(text()), value())
        .prop_map(|(name, description, schema)| JsonSchema { name, description, schema });
    prop_oneof![Just(Output::Text), Just(Output::Json), schema.prop_map(Output::JsonSchema)]
}

fn call() -> impl Strategy<Value = CallOptions> {
    (of(duration()), of(0u32..3), of(any::<bool>()), any::<bool>()).prop_map(
        |(timeout, max_attempts, retry_ambiguous, strict)| CallOptions {
            timeout,
            max_attempts,
            retry_ambiguous,
            strict,
        },
    )
}

pub(crate) fn request(number: BoxedStrategy<f64>) -> impl Strategy<Value = Request> {
    let sampling = prop_oneof![Just(Sampling::default()).boxed(), sampling(number.clone()).boxed()];
    let thinking = prop_oneof![
        Just(Thinking::default()).boxed(),
        (of(any::<bool>()), of(0u32..5000)).prop_map(|(enabled, budget)| Thinking { enabled, budget }).boxed()
    ];
    let output = prop_oneof![Just(Output::Text).boxed(), output().boxed()];
    let call = prop_oneof![Just(CallOptions::default()).boxed(), call().boxed()];
    let plain = Just(vec![Message::user("What is this?")]);
    let messages = prop_oneof![plain.boxed(), vec(message(number), 0..4).boxed()];
    (text(), messages, sampling, thinking, output, btree_map(text(), object(), 0..2), call).prop_map(
        |(model, messages, sampling, thinking, output, extras, call)| Request {
            model,
            messages,
            sampling,
            thinking,
            output,
            extras,
            call,
        },
    )
}

fn support() -> impl Strategy<Value = Support> {
    prop_oneof![
        Just(Support::Full),
        Just(Support::doubtful("not documented")),
        Just(Support::none("do something else"))
    ]
}

fn media_capability() -> impl Strategy<Value = MediaCapability> {
    let types = prop_oneof![Just(vec![]), Just(vec![MediaType::PNG, MediaType::MP4])];
    let options = prop_oneof![Just(vec![]), Just(vec![MediaOption::MinPixels, MediaOption::Fps, MediaOption::Detail])];
    (support(), support(), support(), types, of(0u64..20), of(0u32..3), options, limits()).prop_map(
        |(url, inline, file_id, media_types, max_inline_bytes, max_count, options, limits)| MediaCapability {
            url,
            inline,
            file_id,
            media_types,
            max_inline_bytes,
            max_count,
            options,
            limits,
        },
    )
}

fn limits() -> impl Strategy<Value = MediaLimits> {
    let side = || of(prop_oneof![0u32..30, any::<u32>()]);
    let count = || of(prop_oneof![0u64..30, any::<u64>()]);
    let length = || of(duration());
    (side(), side(), side(), count(), length(), length(), count(), count(), count()).prop_map(
        |(
            min_side,
            max_side,
            max_aspect_ratio,
            max_pixels,
            min_duration,
            max_duration,
            min_frames,
            max_frames,
            bytes,
        )| {
            MediaLimits {
                min_side,
                max_side,
                max_aspect_ratio,
                max_pixels,
                min_duration,
                max_duration,
                min_frames,
                max_frames,
                max_url_bytes: bytes,
            }
        },
    )
}

pub(crate) fn capabilities() -> impl Strategy<Value = Capabilities> {
    let range = || of((finite(), finite()).prop_map(|(from, to)| RangeInclusive::new(from, to)));
    let ranges = (range(), range(), range(), range(), of(Just(1u32..=500)), of(Just(1u32..=2)), of(0u32..3)).prop_map(
        |(temperature, top_p, frequency_penalty, presence_penalty, max_tokens, n, stop)| SamplingCapability {
            temperature,
            top_p,
            frequency_penalty,
            presence_penalty,
            max_tokens,
            n,
            stop,
        },
    );
    let ranges = prop_oneof![Just(SamplingCapability::default()).boxed(), ranges.boxed()];
    let supports = [(); 5].map(|()| support().boxed());
    (any::<bool>(), media_capability(), media_capability(), ranges, supports, of(Just(1u32..=4096))).prop_map(
        |(listed, image, video, sampling, supports, thinking_range)| {
            let [assistant_turns, thinking_switch, thinking_budget, json, json_schema] = supports;
            Capabilities {
                listed,
                image,
                video,
                sampling,
                assistant_turns,
                thinking_switch,
                thinking_budget,
                thinking_range,
                json,
                json_schema,
                ..Capabilities::text_only("a model")
            }
        },
    )
}

pub(crate) fn usage() -> impl Strategy<Value = Usage> {
    let count = || of(prop_oneof![0u64..9, any::<u64>()]);
    let modality = || {
        (count(), count(), count(), count()).prop_map(|(text, image, video, audio)| ModalityTokens {
            text,
            image,
            video,
            audio,
        })
    };
    (count(), count(), count(), count(), count(), modality(), modality()).prop_map(
        |(input, output, total, cached, reasoning, input_by_modality, output_by_modality)| Usage {
            input_tokens: input,
            output_tokens: output,
            total_tokens: total,
            cached_input_tokens: cached,
            reasoning_tokens: reasoning,
            input_by_modality,
            output_by_modality,
        },
    )
}

pub(crate) fn any_money() -> impl Strategy<Value = Money> {
    prop_oneof![any::<u128>(), any::<u64>().prop_map(u128::from), 0u128..2_000_000_000_000]
        .prop_map(Money::from_pico_usd)
}

fn cost() -> impl Strategy<Value = Cost> {
    let tier = (of(any::<u64>()), any_money(), any_money()).prop_map(|(up_to, i, o)| PriceTier::new(up_to, i, o));
    let currency = || prop_oneof![Just(Currency::USD), "[A-Z]{3}".prop_map(|code| code.parse().unwrap())];
    prop_oneof![
        (any_money(), tier, currency()).prop_map(|(amount, tier, currency)| Cost::Exact { amount, tier, currency }),
        (any_money(), text(), currency()).prop_map(|(amount, missing, currency)| Cost::AtLeast {
            amount,
            missing,
            currency
        }),
        text().prop_map(|reason| Cost::Unknown { reason }),
    ]
}

fn warning() -> impl Strategy<Value = Warning> {
    let kind = prop_oneof![Just(WarningKind::UnknownModel), Just(WarningKind::Ignored), Just(WarningKind::LossyText)];
    (kind, of(text()), text()).prop_map(|(kind, path, message)| Warning { kind, path, message })
}

fn finish() -> impl Strategy<Value = FinishReason> {
    let known = ["stop", "length", "content_filter", "tool_calls", "unknown", "eos"];
    prop_oneof![proptest::sample::select(known.to_vec()).prop_map(str::to_owned), text()].prop_map(FinishReason::from)
}

pub(crate) fn raw() -> impl Strategy<Value = RawReply> {
    vec(vec(any::<u8>(), 0..5), 0..3).prop_map(|pieces| {
        let mut raw = RawReply::new();
        pieces.into_iter().for_each(|piece| raw.push(piece.into()));
        raw
    })
}

/// Answers whose choices are sorted by their index.
pub(crate) fn completion() -> impl Strategy<Value = Completion> {
    let choices = btree_map(0u32..9, (text(), of(text()), finish()), 0..3).prop_map(|choices| {
        let choice = |(index, (text, reasoning, finish))| Choice { index, text, reasoning, finish };
        choices.into_iter().map(choice).collect()
    });
    let warnings = vec(warning(), 0..3);
    (of(text()), of(text()), of(any::<u64>()), choices, usage(), cost(), warnings, object(), raw()).prop_map(
        |(id, model, created, choices, usage, cost, warnings, metadata, raw)| Completion {
            id,
            model,
            created,
            choices,
            usage,
            cost,
            warnings,
            metadata,
            raw,
        },
    )
}

pub(crate) fn event() -> impl Strategy<Value = StreamEvent> {
    prop_oneof![
        (of(text()), of(text()), of(any::<u64>())).prop_map(|(id, model, created)| StreamEvent::Start {
            id,
            model,
            created
        }),
        (0u32..3, text()).prop_map(|(choice, text)| StreamEvent::Text { choice, text }),
        (0u32..3, text()).prop_map(|(choice, text)| StreamEvent::Reasoning { choice, text }),
        (0u32..3, finish()).prop_map(|(choice, reason)| StreamEvent::Finish { choice, reason }),
        usage().prop_map(|usage| StreamEvent::Usage { usage }),
        warning().prop_map(|warning| StreamEvent::Warning { warning }),
        object().prop_map(|metadata| StreamEvent::Metadata { metadata }),
    ]
}

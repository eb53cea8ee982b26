//! The worked examples of the vendors' documents, and which model goes by which rules.

#![allow(clippy::unwrap_used)]

use vlm_tokens::gemini::{Gemini, Generation, Resolution};
use vlm_tokens::nova::Nova;
use vlm_tokens::openai::{Detail, OpenAi};
use vlm_tokens::qwen::{Hosted, presets};
use vlm_tokens::{Clip, Confidence, PartialClip, RuleError, Rules, Size, Timing, Tokens, rules_for};

const fn size(width: u32, height: u32) -> Size {
    Size::new(width, height)
}

#[test]
fn qwen_pictures() {
    let qwen3 = Hosted::new(presets::QWEN3_VL);
    let presets =
        [qwen3, qwen3.high_resolution(true), Hosted::new(presets::QWEN_VL_MAX), Hosted::new(presets::QWEN2_5_VL)];
    for (picture, counts) in [
        (size(640, 480), [302, 302, 302, 393]),
        (size(1920, 1080), [2042, 2042, 1224, 1224]),
        (size(3840, 2160), [2481, 8162, 1224, 1224]),
        (size(4032, 3024), [2496, 11_846, 1232, 1232]),
        (size(2480, 3508), [2522, 8582, 1262, 1262]),
    ] {
        for (rules, count) in presets.iter().zip(counts) {
            assert_eq!(rules.image(picture).unwrap().tokens.likely, count, "{picture:?} {}", rules.preset.name);
        }
    }
    assert_eq!(qwen3.image(size(1920, 1080)).unwrap().resized, Some(size(1920, 1088)));
    assert_eq!(qwen3.image(size(3840, 2160)).unwrap().resized, Some(size(2144, 1184)));
}

#[test]
fn qwen_ranges_hold_the_other_reading() {
    let disputed = Hosted::new(presets::QWEN_VL_MAX);
    let tokens = disputed.image(size(3840, 2160)).unwrap().tokens;
    assert_eq!((tokens.likely, tokens.high, tokens.confidence), (1224, 2481, Confidence::Approximate));
    let settled = disputed.pixels(4_096, 1_310_720).image(size(3840, 2160)).unwrap().tokens;
    assert_eq!((settled.likely, settled.confidence), (1224, Confidence::Documented));
    let small = disputed.image(size(640, 480)).unwrap().tokens;
    assert_eq!((small.likely, small.confidence), (302, Confidence::Documented));
    // A side under half a cell: the packages differ, and what the service does is not known.
    let thin = Hosted::new(presets::QWEN2_5_VL).image(size(872, 10)).unwrap().tokens;
    assert_eq!((thin.low, thin.likely, thin.confidence), (21, 33, Confidence::Approximate));
    // One page says that older models have no high resolution.
    let older = Hosted::new(presets::QWEN2_5_VL).high_resolution(true).image(size(4032, 3024)).unwrap().tokens;
    assert!(older.low <= 1232 && older.likely > 10_000, "{older:?}");
}

#[test]
fn qwen_limits() {
    let rules = Hosted::new(presets::QWEN3_VL);
    assert_eq!(rules.image(size(9, 9)), Err(RuleError::SideTooShort { side: 9, limit: 10 }));
    assert!(rules.image(size(10, 10)).is_ok());
    assert!(rules.image(size(2000, 10)).is_ok());
    assert_eq!(rules.image(size(2001, 10)).unwrap_err().code(), "aspect_ratio");
    assert_eq!(rules.pixels(10_000, 5_000).image(size(100, 100)).unwrap_err().code(), "min_gt_max");
    let clip = Clip::new(size(640, 480), 10.0);
    assert_eq!(rules.video(&clip.sampled_at(0.05)).unwrap_err().code(), "frames_per_second");
    for (seconds, taken) in [(1.0, false), (2.0, true), (3600.0, true), (3601.0, false)] {
        assert_eq!(rules.video(&Clip::new(size(640, 480), seconds)).is_ok(), taken, "{seconds} s");
    }
    for (pictures, taken) in [(3, false), (4, true), (2000, true), (2001, false)] {
        assert_eq!(rules.frames(pictures, size(640, 480)).is_ok(), taken, "{pictures} pictures");
    }
    assert_eq!(rules.message_overhead(1), Tokens::exact(8));
    let still = Clip::with_frames(size(640, 480), Timing::new(1, 0.5));
    assert_eq!(rules.video(&still).unwrap_err().code(), "too_few_frames");
}

#[test]
fn qwen_films_of_which_only_the_length_is_known() {
    let rules = Hosted::new(presets::QWEN3_VL);
    let within = |tokens: Tokens, count: u64| (tokens.low..=tokens.high).contains(&count);
    // The half second at the end is left out of a film whose frames are known, and its pair with it.
    let length = rules.video(&Clip::new(size(640, 480), 10.5)).unwrap().tokens;
    let counted = rules.video(&Clip::with_frames(size(640, 480), Timing::new(315, 30.0))).unwrap().tokens;
    assert_eq!((length.likely, counted.likely), (3002 + 300, 3002));
    assert!(within(length, counted.likely), "{length:?}");
    // Of a film with a frame a second no more frames can be taken than it has.
    let mut known = PartialClip::new();
    (known.size, known.seconds) = (Some(size(640, 480)), Some(60.0));
    let any = rules_for("qwen3-vl-plus").unwrap().any_video(&known).unwrap();
    let slow = rules.video(&Clip::with_frames(size(640, 480), Timing::new(60, 1.0))).unwrap().tokens;
    assert!(any.low <= slow.likely && any.likely > slow.likely, "{any:?} {slow:?}");
}

#[test]
fn gemini_pictures_and_films() {
    let (two, three) = (Gemini::new(Generation::Two), Gemini::new(Generation::Three));
    for (picture, likely, high) in [
        (size(384, 384), 258, None),
        (size(960, 540), 1548, None),
        (size(1024, 1024), 1032, None),
        (size(1920, 1080), 1548, None),
        (size(3840, 2160), 1548, Some(3870)),
    ] {
        let tokens = two.image(picture).unwrap().tokens;
        assert_eq!(tokens.likely, likely, "{picture:?}");
        let (expected, sure) = high.map_or((Tokens::documented(likely).high, true), |high| (high, false));
        assert_eq!((tokens.high, tokens.confidence == Confidence::Documented), (expected, sure), "{picture:?}");
    }
    for (resolution, second, third, frame) in [
        (Resolution::Unset, None, Some(1120), Some((258, 70))),
        (Resolution::Low, Some(64), Some(280), Some((66, 70))),
        (Resolution::Medium, Some(256), Some(560), Some((258, 70))),
        (Resolution::High, None, Some(1120), Some((258, 280))),
        (Resolution::UltraHigh, None, Some(2240), None),
    ] {
        let likely = |rules: Gemini| rules.resolution(resolution).image(size(800, 600)).ok().map(|p| p.tokens.likely);
        if second.is_some() || resolution == Resolution::UltraHigh {
            assert_eq!(likely(two), second, "{resolution:?}");
        }
        assert_eq!(likely(three), third, "{resolution:?}");
        let film = |rules: Gemini| {
            let clip = Clip::new(size(640, 480), 9.5);
            rules.resolution(resolution).video(&clip).ok().map(|film| film.tokens.likely)
        };
        assert_eq!(film(two), frame.map(|(two, _)| 10 * (two + 37)), "{resolution:?}");
        assert_eq!(film(three), frame.map(|(_, three)| 10 * (three + 30)), "{resolution:?}");
    }
    let silent = Clip::new(size(640, 480), 12.0).sampled_at(24.0).silent();
    assert_eq!(three.video(&silent).unwrap().frames, 288);
    assert!((16_200..=24_300).contains(&three.video(&silent).unwrap().tokens.likely));
    assert!(three.video(&silent.sampled_at(25.0)).is_err());
    let mut short = PartialClip::new();
    short.sample_fps = Some(10.0);
    let any = Rules::Gemini(two).any_video(&short).unwrap();
    let blink = two.video(&Clip::new(size(640, 480), 0.1).sampled_at(10.0).silent()).unwrap();
    assert!(any.low <= blink.tokens.likely, "{any:?} {blink:?}");
}

#[test]
fn openai_tiles() {
    for (model, picture, detail, count, seen) in [
        ("gpt-4o", size(1024, 1024), Detail::High, 765, Some(size(768, 768))),
        ("gpt-4o", size(2048, 4096), Detail::Auto, 1105, Some(size(768, 1536))),
        ("gpt-4o", size(1920, 1080), Detail::Auto, 1105, Some(size(1365, 768))),
        ("gpt-5", size(1920, 1080), Detail::Auto, 910, Some(size(1365, 768))),
        ("gpt-4o", size(4096, 4096), Detail::Low, 85, None),
        ("gpt-4o-mini", size(512, 512), Detail::High, 2833 + 5667, Some(size(512, 512))),
        ("o1", size(100, 100), Detail::High, 225, Some(size(100, 100))),
    ] {
        let found = OpenAi::of(model).unwrap().detail(detail).image(picture).unwrap();
        assert_eq!((found.tokens, found.resized), (Tokens::exact(count), seen), "{model} {picture:?}");
    }
    assert!(OpenAi::of("gpt-4o").unwrap().detail(Detail::Original).image(size(10, 10)).is_err());
}

#[test]
fn openai_patches() {
    for (model, picture, detail, count, seen) in [
        ("gpt-5.4", size(1024, 1024), Detail::High, 1229, size(1024, 1024)),
        ("gpt-5.4", size(2048, 2048), Detail::High, 3000, size(1600, 1600)),
        ("gpt-5.4", size(1920, 1080), Detail::High, 2448, size(1920, 1080)),
        ("gpt-4.1-mini", size(1800, 2400), Detail::Auto, 4977, size(1536, 2048)),
        ("o4-mini", size(1800, 2400), Detail::Auto, 2498, size(1056, 1408)),
        // More patches than the budget, and fewer pixels: by the formula 39 times 63 patches.
        ("gpt-5.4", size(1254, 2005), Detail::High, 2949, size(1248, 1995)),
    ] {
        let found = OpenAi::of(model).unwrap().detail(detail).image(picture).unwrap();
        assert_eq!((found.tokens.likely, found.resized), (count, Some(seen)), "{model} {picture:?}");
    }
    // The earlier edition of the guide is within the range.
    let both = OpenAi::of("gpt-4.1-mini").unwrap().image(size(1800, 2400)).unwrap().tokens;
    assert_eq!((both.low, both.likely, both.confidence), (2353, 4977, Confidence::Approximate));
    let large = OpenAi::of("gpt-5.6").unwrap().image(size(8000, 6000));
    assert_eq!(large, Err(RuleError::TooManyPatches { patches: 47_000, limit: 30_000 }));
    assert!(OpenAi::of("gpt-5.6").unwrap().detail(Detail::High).image(size(8000, 6000)).is_ok());
}

#[test]
fn nova_pictures_and_films() {
    for (picture, about) in [
        (size(900, 450), 800),
        (size(900, 900), 1300),
        (size(1400, 900), 1800),
        (size(1800, 900), 2400),
        (size(1300, 1300), 2600),
    ] {
        assert_eq!(Nova::One.image(picture).unwrap().tokens.likely, about, "{picture:?}");
        assert_eq!(Nova::Two.image(picture).unwrap().tokens.likely, 230, "{picture:?}");
    }
    assert!(Nova::One.image(size(8001, 100)).is_err());
    for (seconds, count) in [(10.0, 2_880), (30.0, 8_640), (9.2, 2_880), (960.0, 276_480), (5000.0, 276_480)] {
        let film = Nova::One.video(&Clip::new(size(640, 480), seconds)).unwrap();
        assert_eq!((film.tokens.likely, film.resized), (count, Some(size(672, 672))), "{seconds} s");
    }
    assert_eq!(Nova::Premier.video(&Clip::new(size(640, 480), 5000.0)).unwrap().frames, 3200);
    assert!(Nova::Two.video(&Clip::new(size(640, 480), 5.0)).is_err());
}

#[test]
fn names_lead_to_rules() {
    for (model, preset) in [
        ("qwen:qwen3-vl-plus", presets::QWEN3_VL),
        ("qwen3-vl-flash-2025-10-15", presets::QWEN3_VL),
        ("qwen:qwen-vl-max-latest", presets::QWEN_VL_MAX),
        ("qwen:qwen-vl-max-2025-04-08", presets::QWEN2_5_VL_MAX),
        ("qwen:qwen-vl-plus", presets::QWEN_VL_PLUS),
        ("qwen:qwen-vl-plus-2025-05-07", presets::QWEN2_5_VL),
        ("qwen3.7-plus", presets::QWEN3_5),
    ] {
        assert_eq!(rules_for(model), Some(Rules::Qwen(Hosted::new(preset))), "{model}");
    }
    for (model, generation) in
        [("gemini:gemini-2.5-flash-lite-preview-09-2025", Generation::Two), ("gemini-3-pro-preview", Generation::Three)]
    {
        assert_eq!(rules_for(model), Some(Rules::Gemini(Gemini::new(generation))), "{model}");
    }
    for (model, nova) in [
        ("nova:us.amazon.nova-lite-v1:0", Nova::One),
        ("nova:us.amazon.nova-pro-v1:0", Nova::One),
        ("nova:us.amazon.nova-premier-v1:0", Nova::Premier),
        ("amazon.nova-2-lite-v1:0", Nova::Two),
    ] {
        assert_eq!(rules_for(model), Some(Rules::Nova(nova)), "{model}");
    }
    for model in [
        "gpt:gpt-5.2",
        "gpt-5.2-2025-12-11",
        "gpt-5.2-chat-latest",
        "gpt-5.1-2025-11-13",
        "gpt-5.1-chat-latest",
        "gpt-5-2025-08-07",
        "gpt-5-chat-latest",
        "gpt-5-mini-2025-08-07",
        "gpt-5-nano",
        "o1-2024-12-17",
        "o3-2025-04-16",
        "gpt:o4-mini",
        "gpt-4.1",
        "gpt-4.1-mini-2025-04-14",
        "gpt-4.1-nano",
        "gpt-4o-2024-05-13",
        "chatgpt-4o-latest",
        "gpt-4o-mini-2024-07-18",
        "gpt-4-turbo-2024-04-09",
    ] {
        assert!(matches!(rules_for(model), Some(Rules::OpenAi(_))), "{model}");
        assert!(rules_for(model).unwrap().video(&Clip::new(size(640, 480), 5.0)).is_err(), "{model}");
    }
    for model in ["", "gpt-3", "qwen:", "us.amazon.nova-micro-v1:0", "gemini-1.5-pro", "é-2024-05-13", "日本語日本語"]
    {
        assert_eq!(rules_for(model), None, "{model}");
    }
}

//! What holds for every size and length: no panic, never zero, never above the limit, the range around the number.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use vlm_tokens::gemini::{Gemini, Generation, Resolution};
use vlm_tokens::openai::{Detail, OpenAi};
use vlm_tokens::qwen::{
    Hosted, PixelLimits, Preset, ProcessorOptions, Resizer, UtilsOptions, presets, resize, transformers_qwen2,
    transformers_qwen3, utils_film, utils_frame_list,
};
use vlm_tokens::{Clip, Confidence, PartialClip, Size, Timing, Tokens, rules_for, text};

const PRESETS: [Preset; 6] = [
    presets::QWEN3_VL,
    presets::QWEN3_5,
    presets::QWEN_VL_MAX,
    presets::QWEN_VL_PLUS,
    presets::QWEN2_5_VL_MAX,
    presets::QWEN2_5_VL,
];

const MODELS: [&str; 24] = [
    "qwen3-vl-plus",
    "qwen3.5-plus",
    "qwen-vl-max",
    "qwen-vl-plus",
    "qwen-vl-max-2025-04-08",
    "qwen-vl-plus-2025-01-25",
    "gemini-2.5-pro",
    "gemini-3-flash-preview",
    "us.amazon.nova-lite-v1:0",
    "us.amazon.nova-premier-v1:0",
    "us.amazon.nova-2-lite-v1:0",
    "gpt-4o",
    "gpt-4-turbo",
    "gpt-4o-mini",
    "gpt-5",
    "o3",
    "o4-mini",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-5.2",
    "gpt-5.4-nano",
    "gpt-5.6",
];

fn side() -> impl Strategy<Value = u32> {
    prop_oneof![0..300_u32, 300..20_000_u32, any::<u32>()]
}

fn size() -> impl Strategy<Value = Size> {
    (side(), side()).prop_map(|(width, height)| Size::new(width, height))
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.0..100.0_f64,
        0.0..10_000.0_f64,
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
    ]
}

fn detail() -> impl Strategy<Value = Detail> {
    prop_oneof![Just(Detail::Auto), Just(Detail::Low), Just(Detail::High), Just(Detail::Original)]
}

fn ordered(tokens: &Tokens) -> bool {
    tokens.low <= tokens.likely
        && tokens.likely <= tokens.high
        && tokens.likely > 0
        && (tokens.confidence != Confidence::Exact || tokens.is_certain())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_picture_gives_a_range_or_an_error(size in size()) {
        for model in MODELS {
            let rules = rules_for(model).unwrap();
            if let Ok(picture) = rules.image(size) {
                prop_assert!(ordered(&picture.tokens), "{model} {size:?} {picture:?}");
                if let Some(resized) = picture.resized {
                    prop_assert!(resized.width > 0 && resized.height > 0, "{model} {size:?} {picture:?}");
                }
                let turned = rules.image(size.transposed()).unwrap();
                prop_assert_eq!(picture.tokens, turned.tokens, "{} {:?}", model, size);
                prop_assert_eq!(picture.resized.map(Size::transposed), turned.resized, "{} {:?}", model, size);
            } else {
                prop_assert!(rules.image(size.transposed()).is_err());
            }
        }
    }

    #[test]
    fn any_film_gives_a_range_or_an_error(
        size in size(), seconds in float(), fps in float(), sample in float(), frames in any::<u64>(), few in 0..20_000_u64,
    ) {
        for model in MODELS {
            let rules = rules_for(model).unwrap();
            let clips = [
                Clip::new(size, seconds),
                Clip::new(size, seconds).sampled_at(sample),
                Clip::with_frames(size, Timing::new(frames, fps)),
                Clip::with_frames(size, Timing::new(few, fps)).sampled_at(sample).silent(),
            ];
            for clip in clips {
                if let Ok(film) = rules.video(&clip) {
                    prop_assert!(ordered(&film.tokens) && film.frames > 0, "{model} {clip:?} {film:?}");
                }
            }
            if let Ok(film) = rules.frames(few, size) {
                prop_assert!(few == 0 || ordered(&film.tokens), "{model} {few} {film:?}");
            }
        }
    }

    #[test]
    fn a_picture_of_unknown_size_takes_no_more_and_no_less(size in size(), set in prop::option::of((1_u64..5_000_000, 1_u64..20_000_000))) {
        for model in MODELS {
            let mut rules = rules_for(model).unwrap();
            if let (vlm_tokens::Rules::Qwen(hosted), Some((min, max))) = (&mut rules, set) {
                *hosted = hosted.pixels(min.min(max), min.max(max));
            }
            let any = rules.any_image();
            prop_assert!(any.low <= any.likely && any.high.is_none_or(|high| any.likely <= high), "{model} {any:?}");
            if let Ok(picture) = rules.image(size) {
                prop_assert!(any.low <= picture.tokens.likely, "{model} {size:?} {any:?} {picture:?}");
                prop_assert!(any.high.is_none_or(|high| picture.tokens.likely <= high), "{model} {size:?} {any:?} {picture:?}");
            }
        }
    }

    #[test]
    fn a_film_of_which_something_is_unknown_takes_no_more_and_no_less(
        size in size(), seconds in 0.1..4000.0_f64, fps in 1.0..120.0_f64, timed in any::<bool>(), sound in any::<bool>(),
        sample in prop::option::of(0.1..10.0_f64), hidden in 0_u8..16,
    ) {
        for model in MODELS {
            let rules = rules_for(model).unwrap();
            let frames = (seconds * fps).round().max(1.0) as u64;
            let mut clip = if timed { Clip::with_frames(size, Timing::new(frames, fps)) } else { Clip::new(size, seconds) };
            (clip.sound, clip.sample_fps) = (sound, sample);
            let mut known = PartialClip::new();
            known.sample_fps = sample;
            known.size = (hidden & 1 == 0).then_some(size);
            known.seconds = (hidden & 2 == 0).then_some(clip.seconds);
            known.timing = clip.timing.filter(|_| hidden & 4 == 0);
            known.sound = (hidden & 8 == 0).then_some(sound);
            let (Ok(film), Ok(any)) = (rules.video(&clip), rules.any_video(&known)) else { continue };
            prop_assert!(any.low <= any.likely && any.high.is_none_or(|high| any.likely <= high), "{model} {any:?}");
            prop_assert!(any.low <= film.tokens.likely, "{model} {clip:?} {known:?} {any:?} {film:?}");
            prop_assert!(any.high.is_none_or(|high| film.tokens.likely <= high), "{model} {clip:?} {known:?} {any:?} {film:?}");
        }
    }

    #[test]
    fn the_packages_never_panic(
        size in size(), frames in any::<u64>(), few in 0..5_000_u64, fps in float(), sample in float(),
        limits in any::<(u64, u64, u64)>(), factor in prop_oneof![Just(28_u32), Just(32), any::<u32>()],
    ) {
        let mut options = UtilsOptions::default();
        for timing in [Timing::new(frames, fps), Timing::new(few, fps)] {
            let _ = utils_film(size, timing, factor, &options);
            for capped in [false, true] {
                let processor = ProcessorOptions::new(sample, limits.0, limits.1).capped(capped);
                let _ = transformers_qwen2(size, timing, &processor);
                let _ = transformers_qwen3(size, timing, &processor);
                let _ = transformers_qwen3(size, timing, &ProcessorOptions::QWEN3_VL);
            }
        }
        (options.fps, options.nframes) = (Some(sample), Some(frames));
        (options.min_pixels, options.max_pixels, options.total_pixels) = (Some(limits.0), Some(limits.1), Some(limits.2));
        let _ = utils_film(size, Timing::new(few, fps), factor, &options);
        let _ = utils_frame_list(size, frames, factor, &options);
        options.nframes = None;
        (options.min_frames, options.max_frames) = (Some(frames), Some(few));
        let _ = utils_film(size, Timing::new(few, fps), factor, &options);
        for resizer in [Resizer::Hosted, Resizer::QwenVlUtils, Resizer::Transformers] {
            let _ = resize(size, PixelLimits::new(factor, limits.0, limits.1), resizer);
        }
    }

    #[test]
    fn a_qwen_picture_keeps_to_its_limit(size in size(), high in any::<bool>()) {
        for preset in PRESETS {
            let rules = Hosted::new(preset).high_resolution(high);
            if let Ok(picture) = rules.image(size) {
                let limit = rules.image_limits().max_pixels;
                let resized = picture.resized.unwrap();
                prop_assert!(resized.pixels() <= limit, "{} {size:?} {resized:?}", preset.name);
                prop_assert!(resized.pixels() >= rules.image_limits().min_pixels, "{} {size:?} {resized:?}", preset.name);
                prop_assert!(picture.tokens.likely <= 16_384 + 2);
                let factor = preset.image.factor;
                prop_assert!(resized.width % factor == 0 && resized.height % factor == 0);
            }
        }
    }

    #[test]
    fn a_qwen_picture_between_the_limits_grows_with_its_sides(
        width in 300..1500_u32, height in 300..1500_u32, wider in 0..200_u32, higher in 0..200_u32,
    ) {
        let rules = Hosted::new(presets::QWEN3_VL).high_resolution(true);
        let small = rules.image(Size::new(width, height)).unwrap();
        let large = rules.image(Size::new(width + wider, height + higher)).unwrap();
        prop_assert!(small.tokens.likely <= large.tokens.likely);
    }

    #[test]
    fn a_longer_film_never_costs_less(seconds in 2.0..600.0_f64, more in 0.0..60.0_f64) {
        let size = Size::new(320, 256);
        for model in ["qwen3-vl-plus", "gemini-2.5-pro", "gemini-3-pro-preview", "us.amazon.nova-pro-v1:0"] {
            let rules = rules_for(model).unwrap();
            let short = rules.video(&Clip::new(size, seconds)).unwrap();
            let long = rules.video(&Clip::new(size, seconds + more)).unwrap();
            prop_assert!(short.tokens.likely <= long.tokens.likely, "{model} {seconds} {more}");
        }
    }

    #[test]
    fn openai_keeps_to_tiles_and_budgets(size in size(), detail in detail()) {
        for (model, most) in [
            ("gpt-4o", 85 + 8 * 170), ("gpt-5", 70 + 8 * 140), ("gpt-5.2", 6144 * 120 / 100 + 1),
            ("o4-mini", 1536 * 172 / 100 + 1), ("gpt-5.4", 10_000 * 120 / 100), ("gpt-5.6", 36_000),
        ] {
            if let Ok(picture) = OpenAi::of(model).unwrap().detail(detail).image(size) {
                prop_assert!(picture.tokens.likely <= most, "{model} {detail:?} {size:?} {picture:?}");
                prop_assert!(ordered(&picture.tokens));
            }
        }
    }

    #[test]
    fn gemini_three_does_not_look_at_the_size(size in size()) {
        prop_assume!(size.width > 0 && size.height > 0);
        let rules = Gemini::new(Generation::Three);
        for resolution in [Resolution::Unset, Resolution::Low, Resolution::Medium, Resolution::High] {
            let rules = rules.resolution(resolution);
            prop_assert_eq!(rules.image(size).unwrap(), rules.image(Size::new(1, 1)).unwrap());
        }
    }

    #[test]
    fn any_text_and_name_are_taken(text in any::<String>(), messages in any::<u64>()) {
        let tokens = text::estimate(&text);
        prop_assert!(text.is_empty() || ordered(&tokens), "{tokens:?}");
        if let Some(rules) = rules_for(&text) {
            rules.message_overhead(messages);
        }
        for model in MODELS {
            let overhead = rules_for(model).unwrap().message_overhead(messages);
            prop_assert!(overhead.low <= overhead.likely && overhead.likely <= overhead.high);
        }
    }

    #[test]
    fn sums_keep_the_range(counts in prop::collection::vec((any::<u64>(), 0..200_u64), 0..5)) {
        let sum: Tokens = counts.iter().map(|&(count, percent)| Tokens::within(count, percent)).sum();
        prop_assert!(sum.low <= sum.likely && sum.likely <= sum.high);
    }
}

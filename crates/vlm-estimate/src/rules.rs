//! The token rules of a model with the settings of one request and one part: rates, pixels, detail.

use serde_json::Value;
use vlm_core::{Capabilities, Detail, MediaFacts, MediaOptions, Request};
use vlm_tokens::gemini::Resolution;
use vlm_tokens::{PartialClip, Rules, Size, Timing, openai, rules_for};

/// The rules that the model goes by, where they are known, with what the request's extras say of media in general.
pub(crate) fn of_model(capabilities: &Capabilities, request: &Request, provider: &str) -> Option<Rules> {
    let mut rules = rules_for(capabilities.token_rules.as_deref()?)?;
    let extras = request.extras.get(provider);
    let said = |names: &[&str]| extras.and_then(|extras| extras.values().find_map(|value| find(value, names)));
    match &mut rules {
        Rules::Qwen(hosted) => {
            hosted.high_resolution = said(&["vl_high_resolution_images"]).and_then(Value::as_bool) == Some(true);
        }
        Rules::Gemini(gemini) => {
            let named = said(&["mediaResolution", "media_resolution"]).and_then(Value::as_str);
            if let Some(resolution) = named.and_then(resolution) {
                gemini.resolution = resolution;
            }
        }
        _ => {}
    }
    Some(rules)
}

/// The first value of one of these names, however deep: extras are as their service takes them.
fn find<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let fields = value.as_object()?;
    names.iter().find_map(|name| fields.get(*name)).or_else(|| fields.values().find_map(|inner| find(inner, names)))
}

fn resolution(name: &str) -> Option<Resolution> {
    match name.trim_start_matches("MEDIA_RESOLUTION_") {
        "LOW" => Some(Resolution::Low),
        "MEDIUM" => Some(Resolution::Medium),
        "HIGH" => Some(Resolution::High),
        "ULTRA_HIGH" => Some(Resolution::UltraHigh),
        _ => None,
    }
}

/// The same rules with the options of one picture or film.
pub(crate) fn with_options(mut rules: Rules, options: &MediaOptions) -> Rules {
    match &mut rules {
        Rules::Qwen(hosted) => {
            hosted.min_pixels = options.min_pixels.or(hosted.min_pixels);
            hosted.max_pixels = options.max_pixels.or(hosted.max_pixels);
            hosted.total_pixels = options.total_pixels.or(hosted.total_pixels);
            if let Some(most) = options.max_frames {
                hosted.preset.video.max_frames = hosted.preset.video.max_frames.min(u64::from(most));
            }
        }
        Rules::OpenAi(rules) => {
            rules.detail = match options.detail {
                Some(Detail::Low) => openai::Detail::Low,
                Some(Detail::High) => openai::Detail::High,
                _ => openai::Detail::Auto,
            };
        }
        _ => {}
    }
    rules
}

/// What is known of a picture's size, as the rules take it.
pub(crate) fn size(facts: Option<&MediaFacts>) -> Option<Size> {
    facts.and_then(MediaFacts::size).map(|(width, height)| Size::new(width, height))
}

/// What is known of a film, as the rules take it: cut where the options say so.
pub(crate) fn clip(facts: Option<&MediaFacts>, options: &MediaOptions) -> PartialClip {
    let mut clip = PartialClip::new();
    clip.sample_fps = options.fps;
    let Some(facts) = facts else { return clip };
    clip.size = size(Some(facts));
    clip.sound = facts.sound;
    let fps = facts.fps.filter(|fps| fps.is_finite() && *fps > 0.0);
    clip.timing = facts.frames.filter(|frames| *frames > 0).zip(fps).map(|(frames, fps)| Timing::new(frames, fps));
    clip.seconds = facts.duration.map(|duration| duration.as_secs_f64());
    if options.start.is_some() || options.end.is_some() {
        cut(&mut clip, options);
    }
    clip
}

/// Keeps what lies between the start and the end that were asked for.
fn cut(clip: &mut PartialClip, options: &MediaOptions) {
    let start = options.start.unwrap_or_default().as_secs_f64();
    let end = options.end.map(|end| end.as_secs_f64());
    let length = match (clip.length(), end) {
        (Some(length), Some(end)) => length.min(end) - start,
        (Some(length), None) => length - start,
        // Of a film of unknown length no more than this is looked at, and it is likely there.
        (None, Some(end)) => end - start,
        (None, None) => return,
    };
    clip.seconds = Some(length.max(0.0));
    clip.timing = clip.timing.map(|timing| Timing::new((length.max(0.0) * timing.fps).round() as u64, timing.fps));
}

//! The parts of one message: texts, pictures, films, and films given as lists of frames (`frames.rs` says which).

use serde::Serialize;
use serde_json::{Map, Value};
use vlm_core::{Detail, MediaKind, MediaOption, MediaOptions, Message, Part, Role};

use super::Placed;
use super::frames::{Run, runs};
use crate::extras::Extras;
use crate::profile::{OptionPlace, Profile};

/// A message of one text is a plain string, which every server takes; others are lists of parts.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Plain(String),
    Parts(Vec<Item<'a>>),
}

/// `{"type": "text", …}`, `{"type": "image_url", …}`, `{"type": "video_url", …}`, `{"type": "video", …}`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Text {
        text: &'a str,
    },
    ImageUrl {
        image_url: Url<'a>,
        #[serde(flatten)]
        beside: Map<String, Value>,
    },
    VideoUrl {
        video_url: Url<'a>,
        #[serde(flatten)]
        beside: Map<String, Value>,
    },
    Video {
        video: Vec<&'a str>,
        #[serde(flatten)]
        beside: &'a Map<String, Value>,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Url<'a> {
    url: &'a str,
    #[serde(flatten)]
    inside: Map<String, Value>,
}

pub(super) fn content<'a>(
    message: &'a Message,
    placed: Vec<&'a Placed>,
    extras: &'a Extras,
    profile: &Profile,
) -> Content<'a> {
    if message.role == Role::System {
        return Content::Plain(message.text());
    }
    if let [Part::Text { text }] = message.parts.as_slice() {
        return Content::Plain(text.clone());
    }
    let frames = extras.frame_list.as_ref();
    let mut media = placed.into_iter();
    let mut items = Vec::new();
    for run in runs(&message.parts) {
        match (run, frames) {
            (Run::Text(text), _) => items.push(Item::Text { text }),
            (Run::Pictures { count, .. }, Some(beside)) if count > 1 => {
                let video = media.by_ref().take(count).map(|frame| frame.text.as_str()).collect();
                items.push(Item::Video { video, beside });
            }
            (Run::Pictures { count, .. }, _) => {
                items.extend(media.by_ref().take(count).map(|placed| item(placed, profile)));
            }
            (Run::Film, _) => items.extend(media.next().map(|placed| item(placed, profile))),
        }
    }
    Content::Parts(items)
}

fn item<'a>(placed: &'a Placed, profile: &Profile) -> Item<'a> {
    let (inside, beside) = fields(&placed.options, profile);
    let url = Url { url: &placed.text, inside };
    match placed.kind {
        MediaKind::Video => Item::VideoUrl { video_url: url, beside },
        _ => Item::ImageUrl { image_url: url, beside },
    }
}

/// The options that are set, each where the profile says: in the object that holds the URL, or beside it.
fn fields(options: &MediaOptions, profile: &Profile) -> (Map<String, Value>, Map<String, Value>) {
    let (mut inside, mut beside) = (Map::new(), Map::new());
    for option in options.set() {
        let rule = profile.media_options.iter().find(|rule| rule.option == option);
        if let (Some(rule), Some(value)) = (rule, value(options, option)) {
            let fields = if rule.place == OptionPlace::Inside { &mut inside } else { &mut beside };
            fields.insert(rule.field.to_string(), value);
        }
    }
    (inside, beside)
}

fn value(options: &MediaOptions, option: MediaOption) -> Option<Value> {
    let seconds = |time: std::time::Duration| Value::from(time.as_secs_f64());
    match option {
        MediaOption::MinPixels => options.min_pixels.map(Value::from),
        MediaOption::MaxPixels => options.max_pixels.map(Value::from),
        MediaOption::TotalPixels => options.total_pixels.map(Value::from),
        MediaOption::MaxFrames => options.max_frames.map(Value::from),
        MediaOption::Fps => options.fps.map(Value::from),
        MediaOption::Start => options.start.map(seconds),
        MediaOption::End => options.end.map(seconds),
        MediaOption::Detail => options.detail.map(|detail| Value::from(word(detail))),
        _ => None,
    }
}

fn word(detail: Detail) -> &'static str {
    match detail {
        Detail::Low => "low",
        Detail::High => "high",
        _ => "auto",
    }
}

//! The parts of one message: texts, pictures, films, and films given as lists of frames.

use serde::Serialize;
use serde_json::{Map, Value};
use vlm_core::{
    Admission, Detail, Media, MediaKind, MediaOption, MediaOptions, Message, Part, Problem, ProblemKind, Request, Role,
};

use super::Placed;
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
            (Run::Pictures { count, .. } | Run::Film { count }, _) => {
                items.extend(media.by_ref().take(count).map(|placed| item(placed, profile)));
            }
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

/// Parts of one sort that follow each other.
enum Run<'a> {
    Text(&'a str),
    /// Pictures with nothing between them; `at` is the first one's place in the message.
    Pictures {
        at: usize,
        count: usize,
    },
    Film {
        count: usize,
    },
}

/// Parts in their order, with pictures that follow each other taken together.
fn runs(parts: &[Part]) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match (part, runs.last_mut()) {
            (Part::Text { text }, _) => runs.push(Run::Text(text)),
            (Part::Media(media), Some(Run::Pictures { count, .. })) if !is_film(media) => *count += 1,
            (Part::Media(media), _) if is_film(media) => runs.push(Run::Film { count: 1 }),
            (Part::Media(_), _) => runs.push(Run::Pictures { at, count: 1 }),
            _ => {}
        }
    }
    runs
}

fn is_film(media: &Media) -> bool {
    media.kind() == Some(MediaKind::Video)
}

/// Judges lists of frames: how many pictures one has, and that none of them has options of its own.
pub(super) fn review(request: &Request, extras: &Extras, profile: &Profile, admission: &mut Admission) {
    let (Some(_), Some(range)) = (&extras.frame_list, &profile.frame_list) else { return };
    let mut lists = 0;
    for (turn, message) in request.messages.iter().enumerate() {
        for run in runs(&message.parts) {
            let Run::Pictures { at, count } = run else { continue };
            if count < 2 {
                continue;
            }
            lists += 1;
            if !u32::try_from(count).is_ok_and(|count| range.contains(&count)) {
                let message =
                    format!("{count} pictures in a row; a list of frames has {} to {}", range.start(), range.end());
                admission.refuse(Problem::new(
                    ProblemKind::OutOfRange,
                    format!("messages[{turn}].parts[{at}]"),
                    message,
                ));
            }
            let of_their_own = (at..at + count)
                .filter(|at| message.parts[*at].as_media().is_some_and(|media| !media.options().is_empty()));
            for at in of_their_own {
                let message = "a frame has no options of its own";
                let problem =
                    Problem::new(ProblemKind::Unsupported, format!("messages[{turn}].parts[{at}].options"), message);
                admission.refuse(problem.with_advice("set them once, in the extra `frame_list`"));
            }
        }
    }
    if lists == 0 {
        let path = format!("extras.{}.frame_list", profile.id);
        let message = "no two pictures follow each other in any message, so there is no list of frames";
        admission.refuse(Problem::new(ProblemKind::Invalid, path, message));
    }
}

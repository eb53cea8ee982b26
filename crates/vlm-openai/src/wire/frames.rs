//! Films that are given as lists of frames: which pictures of a message belong together, and whether they can.

use std::ops::{Range, RangeInclusive};

use vlm_core::{Admission, Media, MediaKind, Message, Part, Problem, ProblemKind, Request};

use crate::extras::Extras;
use crate::profile::Profile;

/// Parts of one sort that follow each other.
pub(super) enum Run<'a> {
    Text(&'a str),
    /// Pictures with nothing between them; `at` is the first one's place in the message.
    Pictures {
        at: usize,
        count: usize,
    },
    Film,
}

/// Parts in their order, with pictures that follow each other taken together.
pub(super) fn runs(parts: &[Part]) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match (part, runs.last_mut()) {
            (Part::Text { text }, _) => runs.push(Run::Text(text)),
            (Part::Media(media), _) if is_film(media) => runs.push(Run::Film),
            (Part::Media(_), Some(Run::Pictures { count, .. })) => *count += 1,
            (Part::Media(_), _) => runs.push(Run::Pictures { at, count: 1 }),
            _ => {}
        }
    }
    runs
}

fn is_film(media: &Media) -> bool {
    media.kind() == Some(MediaKind::Video)
}

/// Judges every list of frames that the extras ask for.
pub(super) fn review(request: &Request, extras: &Extras, profile: &Profile, admission: &mut Admission) {
    let (Some(_), Some(lengths)) = (&extras.frame_list, &profile.frame_list) else { return };
    let mut none = true;
    for (turn, message) in request.messages.iter().enumerate() {
        for frames in lists(message) {
            none = false;
            review_list(turn, message, frames, lengths, admission);
        }
    }
    if none {
        let path = format!("extras.{}.frame_list", profile.id);
        let message = "no two pictures follow each other in any message, so there is no list of frames";
        admission.refuse(Problem::new(ProblemKind::Invalid, path, message));
    }
}

/// The places of the frames of each list; a picture that stands alone is none.
fn lists(message: &Message) -> Vec<Range<usize>> {
    let lists = runs(&message.parts).into_iter().filter_map(|run| match run {
        Run::Pictures { at, count } if count > 1 => Some(at..at + count),
        _ => None,
    });
    lists.collect()
}

/// How many frames there are, and that none of them has options of its own.
fn review_list(
    turn: usize,
    message: &Message,
    frames: Range<usize>,
    lengths: &RangeInclusive<u32>,
    admission: &mut Admission,
) {
    let count = frames.len();
    if !u32::try_from(count).is_ok_and(|count| lengths.contains(&count)) {
        let path = format!("messages[{turn}].parts[{}]", frames.start);
        let said = format!("{count} pictures in a row; a list of frames has {} to {}", lengths.start(), lengths.end());
        admission.refuse(Problem::new(ProblemKind::OutOfRange, path, said));
    }
    for at in frames {
        if message.parts[at].as_media().is_some_and(|media| !media.options().is_empty()) {
            let path = format!("messages[{turn}].parts[{at}].options");
            let problem = Problem::new(ProblemKind::Unsupported, path, "a frame has no options of its own");
            admission.refuse(problem.with_advice("set them once, in the extra `frame_list`"));
        }
    }
}

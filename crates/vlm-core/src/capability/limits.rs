//! Limits on what a picture or film is (sides, length, frames), and which of them some facts break.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Problem, ProblemKind};
use crate::media::{MediaFacts, Source};

/// What the content of a picture or film may be, for one model. A limit that is not known is `None`.
///
/// They are judged by [`Capabilities::admit`](super::Capabilities::admit) for media whose
/// [facts](crate::Media::with_facts) are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaLimits {
    /// Pixels of the shorter side, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_side: Option<u32>,
    /// Pixels of the longer side, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_side: Option<u32>,
    /// The longer side divided by the shorter one, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_aspect_ratio: Option<u32>,
    /// Pixels in all (width × height), at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// Length of a film, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_duration: Option<Duration>,
    /// Length of a film, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<Duration>,
    /// Frames of a film, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_frames: Option<u64>,
    /// Frames of a film, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_frames: Option<u64>,
    /// Bytes of what a URL leads to, at most. Content that is sent has a limit of its own, `max_inline_bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_url_bytes: Option<u64>,
}

impl MediaLimits {
    /// True when no limit is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Everything about `facts` that passes a limit, each with what to do. The path of each problem is empty.
    pub fn broken_by(&self, facts: &MediaFacts, source: &Source) -> Vec<Problem> {
        let mut problems = self.sides(facts);
        problems.extend(self.length(facts));
        if let (Source::Url(_), Some(bytes), Some(limit)) = (source, facts.bytes, self.max_url_bytes)
            && bytes > limit
        {
            problems.push(problem(format!("{bytes} bytes are above the limit of {limit} by URL"), "make it smaller"));
        }
        problems
    }

    fn sides(&self, facts: &MediaFacts) -> Vec<Problem> {
        let Some((width, height)) = facts.size() else { return Vec::new() };
        let (short, long) = (width.min(height), width.max(height));
        let mut problems = Vec::new();
        let mut add = |passed: bool, message: String, advice: &'static str| {
            if passed {
                problems.push(problem(format!("{width}x{height} pixels: {message}"), advice));
            }
        };
        if short == 0 {
            add(true, "a side has none".to_owned(), "check that the file is whole");
            return problems;
        }
        if let Some(limit) = self.min_side {
            add(short < limit, format!("each side must have {limit} or more"), "enlarge it");
        }
        if let Some(limit) = self.max_side {
            add(long > limit, format!("no side may have more than {limit}"), "shrink it");
        }
        if let Some(limit) = self.max_aspect_ratio {
            let passed = u64::from(long) > u64::from(short) * u64::from(limit);
            add(passed, format!("one side may be at most {limit} times the other"), "crop it");
        }
        if let Some(limit) = self.max_pixels {
            add(u64::from(width) * u64::from(height) > limit, format!("at most {limit} in all are taken"), "shrink it");
        }
        problems
    }

    fn length(&self, facts: &MediaFacts) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(duration) = facts.duration {
            let seconds = tidy(duration);
            if let Some(limit) = self.min_duration.filter(|limit| duration < *limit) {
                let message = format!("the film lasts {seconds} s: {} s or more are taken", tidy(limit));
                problems.push(problem(message, "send a longer film, or pictures of it"));
            }
            if let Some(limit) = self.max_duration.filter(|limit| duration > *limit) {
                let message = format!("the film lasts {seconds} s: {} s at most are taken", tidy(limit));
                problems.push(problem(message, "cut it, or ask about its parts one by one"));
            }
        }
        if let Some(frames) = facts.frames {
            if let Some(limit) = self.min_frames.filter(|limit| frames < *limit) {
                problems
                    .push(problem(format!("{frames} frames: {limit} or more are needed"), "send a picture instead"));
            }
            if let Some(limit) = self.max_frames.filter(|limit| frames > *limit) {
                problems.push(problem(format!("{frames} frames: {limit} at most are taken"), "cut the film"));
            }
        }
        problems
    }
}

fn problem(message: String, advice: &'static str) -> Problem {
    Problem::new(ProblemKind::Media, "", message).with_advice(advice)
}

/// Seconds with up to three decimals.
fn tidy(duration: Duration) -> String {
    let text = format!("{:.3}", duration.as_secs_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    //! Each limit at its edge: the limit itself is taken, one beyond is not.

    use super::*;

    fn broken(limits: &MediaLimits, facts: &MediaFacts) -> usize {
        limits.broken_by(facts, &Source::Url("https://example.org/a".to_owned())).len()
    }

    #[test]
    fn a_limit_itself_is_taken_and_one_beyond_is_not() {
        let limits = MediaLimits {
            min_side: Some(10),
            max_side: Some(8000),
            max_aspect_ratio: Some(200),
            max_pixels: Some(1_000_000),
            ..MediaLimits::default()
        };
        let sizes = [
            ((10, 10), 0),
            ((9, 10), 1),
            ((10, 2000), 0),
            ((2001, 10), 1),
            ((8000, 40), 0),
            ((8001, 41), 1),
            ((1000, 1000), 0),
            ((1001, 1000), 1),
            ((0, 5), 1),
            ((u32::MAX, 1), 4),
        ];
        for ((width, height), expected) in sizes {
            assert_eq!(broken(&limits, &MediaFacts::picture(width, height)), expected, "{width}x{height}");
        }
        assert_eq!(broken(&limits, &MediaFacts::new()), 0);
        assert_eq!(broken(&MediaLimits::default(), &MediaFacts::picture(1, u32::MAX)), 0);
    }

    #[test]
    fn films_have_a_length_and_frames() {
        let limits = MediaLimits {
            min_duration: Some(Duration::from_secs(2)),
            max_duration: Some(Duration::from_secs(600)),
            min_frames: Some(2),
            max_frames: Some(100),
            max_url_bytes: Some(1000),
            ..MediaLimits::default()
        };
        let lasting = |millis| MediaFacts::film(64, 64, Duration::from_millis(millis));
        for (millis, expected) in [(1999, 1), (2000, 0), (600_000, 0), (600_001, 1)] {
            assert_eq!(broken(&limits, &lasting(millis)), expected, "{millis} ms");
        }
        for (frames, expected) in [(1, 1), (2, 0), (100, 0), (101, 1)] {
            assert_eq!(broken(&limits, &lasting(5000).with_frames(frames, 1.0)), expected, "{frames} frames");
        }
        assert_eq!(broken(&limits, &lasting(5000).with_bytes(1000)), 0);
        assert_eq!(broken(&limits, &lasting(5000).with_bytes(1001)), 1);
        let local = limits.broken_by(&lasting(5000).with_bytes(1001), &Source::Path("a.mp4".into()));
        assert!(local.is_empty(), "content has a limit of its own");
    }

    #[test]
    fn a_problem_says_what_is_and_what_may_be() {
        let limits = MediaLimits { min_duration: Some(Duration::from_secs(2)), ..MediaLimits::default() };
        let facts = MediaFacts::film(64, 64, Duration::from_millis(1500));
        let problems = limits.broken_by(&facts, &Source::Path("a.mp4".into()));
        assert_eq!(problems[0].message, "the film lasts 1.5 s: 2 s or more are taken");
        assert_eq!(problems[0].advice.as_deref(), Some("send a longer film, or pictures of it"));
    }
}

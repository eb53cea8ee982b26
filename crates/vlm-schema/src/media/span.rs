//! A stretch of a film.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::error::TimeError;
use super::timecode::{Timecode, ends_schema};

/// A stretch of a film, from `start` up to but not including `end`.
///
/// `start` is never after `end`: such an answer is refused when read. A span may be empty; an empty span contains
/// nothing and overlaps nothing.
///
/// ```
/// use vlm_schema::media::TimeSpan;
///
/// let intro = TimeSpan::new("00:00".parse()?, "00:12".parse()?)?;
/// let title: TimeSpan = serde_json::from_str(r#"{"start": "00:10", "end": 14.5}"#)?;
/// assert!(intro.overlaps(&title));
/// assert_eq!(intro.merge(&title).unwrap().to_string(), "00:00:00.000 - 00:00:14.500");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct TimeSpan {
    start: Timecode,
    end: Timecode,
}

#[derive(Deserialize)]
struct Ends {
    start: Timecode,
    end: Timecode,
}

impl TryFrom<Ends> for TimeSpan {
    type Error = TimeError;

    fn try_from(Ends { start, end }: Ends) -> Result<Self, TimeError> {
        Self::new(start, end)
    }
}

impl TimeSpan {
    /// From `start` to `end`.
    ///
    /// # Errors
    ///
    /// [`TimeError::Inverted`] if it would end before it starts.
    pub fn new(start: Timecode, end: Timecode) -> Result<Self, TimeError> {
        if start > end {
            return Err(TimeError::Inverted { start, end });
        }
        Ok(Self { start, end })
    }

    /// When it begins.
    pub const fn start(&self) -> Timecode {
        self.start
    }

    /// When it ends.
    pub const fn end(&self) -> Timecode {
        self.end
    }

    /// How long it lasts.
    pub fn length(&self) -> Duration {
        self.end.as_duration().saturating_sub(self.start.as_duration())
    }

    /// Whether it has no length.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether the moment lies in it; the end no longer does.
    pub fn contains(&self, moment: Timecode) -> bool {
        (self.start..self.end).contains(&moment)
    }

    /// What both have in common; nothing if that has no length.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }

    /// Whether both have a stretch in common. Spans that only meet do not overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.intersection(other).is_some()
    }

    /// Both as one span, if they overlap or meet.
    pub fn merge(&self, other: &Self) -> Option<Self> {
        let meet = self.start <= other.end && other.start <= self.end;
        meet.then(|| Self { start: self.start.min(other.start), end: self.end.max(other.end) })
    }

    /// The same moments as few spans: sorted, and joined where they overlap or meet.
    pub fn merge_all(spans: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut spans: Vec<_> = spans.into_iter().collect();
        spans.sort_unstable();
        let mut merged: Vec<Self> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) => match last.merge(&span) {
                    Some(both) => *last = both,
                    None => merged.push(span),
                },
                None => merged.push(span),
            }
        }
        merged
    }

    /// Later by so much: for a clip that was cut out of a film at this moment.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        Self { start: self.start.later(by), end: self.end.later(by) }
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} - {}", self.start, self.end)
    }
}

impl JsonSchema for TimeSpan {
    fn schema_name() -> Cow<'static, str> {
        "TimeSpan".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::TimeSpan").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (start, end) = ends_schema();
        json_schema!({
            "type": "object",
            "description": "A stretch of the film.",
            "properties": { "start": start, "end": end },
            "required": ["start", "end"],
        })
    }
}

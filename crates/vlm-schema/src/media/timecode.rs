//! A moment of a film.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::TimeError;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const LIMIT: &str = "9999:59:59.999";

/// A moment of a film: the time from its start, to the millisecond.
///
/// Written as `HH:MM:SS.mmm`. Read as well are `MM:SS`, `HH:MM:SS`, both with a fraction after a point or a comma,
/// seconds as a string with or without `s` (`"12.5s"`), and seconds as a number. Fractions beyond milliseconds are
/// rounded, halves up. Of `MM:SS` the minutes may pass 59; beside hours they may not.
///
/// ```
/// use vlm_schema::media::Timecode;
///
/// let moment: Timecode = "01:15".parse()?;
/// assert_eq!(moment.to_string(), "00:01:15.000");
/// assert_eq!(moment, "75s".parse()?);
/// assert_eq!(serde_json::from_str::<Timecode>("75.0")?, moment);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timecode {
    millis: u64,
}

impl Timecode {
    /// The start of the film.
    pub const ZERO: Self = Self { millis: 0 };
    /// The last moment that can be written: `9999:59:59.999`.
    pub const MAX: Self = Self { millis: 10_000 * HOUR - 1 };

    /// So many milliseconds from the start; at most [`MAX`](Self::MAX).
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.millis { Self::MAX } else { Self { millis } }
    }

    /// So many seconds from the start, rounded to milliseconds, halves up.
    ///
    /// # Errors
    ///
    /// Seconds that are not finite, negative or beyond [`MAX`](Self::MAX).
    pub fn from_seconds(seconds: f64) -> Result<Self, TimeError> {
        let text = || seconds.to_string();
        if !seconds.is_finite() {
            return Err(TimeError::NotFinite { value: seconds });
        }
        if seconds < 0.0 {
            return Err(TimeError::Negative { text: text() });
        }
        let millis = (seconds * 1e3).round();
        if millis > Self::MAX.millis as f64 {
            return Err(TimeError::TooLong { text: clip(&text()), limit: LIMIT });
        }
        Ok(Self { millis: millis as u64 })
    }

    /// Milliseconds from the start.
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// Seconds from the start.
    pub fn as_seconds(self) -> f64 {
        self.millis as f64 / 1e3
    }

    /// The time from the start.
    pub const fn as_duration(self) -> Duration {
        Duration::from_millis(self.millis)
    }

    /// Later by so much; at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.millis.saturating_add(by))
    }

    /// Earlier by so much; not before the start.
    #[must_use]
    pub fn earlier(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self { millis: self.millis.saturating_sub(by) }
    }
}

impl From<Timecode> for Duration {
    fn from(moment: Timecode) -> Self {
        moment.as_duration()
    }
}

impl fmt::Display for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes) = (self.millis / HOUR, self.millis / MINUTE % 60);
        let (seconds, millis) = (self.millis / SECOND % 60, self.millis % SECOND);
        f.pad(&format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"))
    }
}

impl FromStr for Timecode {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let form = || TimeError::Form { text: clip(text) };
        let trimmed = text.trim();
        if let Some(rest) = trimmed.strip_prefix('-') {
            // Only what would be a time without its sign is a negative one.
            return Err(rest.parse::<Self>().map_or_else(|_| form(), |_| TimeError::Negative { text: clip(text) }));
        }
        let (clock, in_seconds) = match trimmed.strip_suffix('s') {
            Some(seconds) => (seconds.trim_end(), true),
            None => (trimmed, !trimmed.contains(':')),
        };
        let (whole, fraction) = match clock.split_once(['.', ',']) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (clock, None),
        };
        let fraction = fraction.map_or(Some(0), millis_of_fraction).ok_or_else(form)?;
        let mut units = [0u64; 3];
        let mut count = 0;
        for part in whole.split(':') {
            let unit = units.get_mut(count).ok_or_else(form)?;
            *unit = digits(part).ok_or_else(form)?;
            count += 1;
        }
        if (count == 1) != in_seconds {
            return Err(form());
        }
        let (hours, minutes, seconds) = match count {
            1 => (0, 0, units[0]),
            2 => (0, units[0], units[1]),
            _ => (units[0], units[1], units[2]),
        };
        for (unit, value, limited) in [("minutes", minutes, count == 3), ("seconds", seconds, count > 1)] {
            if limited && value > 59 {
                return Err(TimeError::Overflow { text: clip(text), unit, value });
            }
        }
        // Parts have at most nine digits, so this stays far below 64 bits.
        let millis = hours * HOUR + minutes * MINUTE + seconds * SECOND + fraction;
        if millis > Self::MAX.millis {
            return Err(TimeError::TooLong { text: clip(text), limit: LIMIT });
        }
        Ok(Self { millis })
    }
}

/// One to nine ASCII digits.
fn digits(part: &str) -> Option<u64> {
    let plain = (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| part.parse().ok())?
}

fn millis_of_fraction(fraction: &str) -> Option<u64> {
    if fraction.is_empty() || fraction.len() > 18 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |digit| u64::from(digit - b'0'));
    Some(digit(0) * 100 + digit(1) * 10 + digit(2) + u64::from(digit(3) >= 5))
}

/// The start of a text, for an error: no control characters, which a terminal would obey.
fn clip(text: &str) -> String {
    const SHOWN: usize = 40;
    let visible = |char: char| if char.is_control() { ' ' } else { char };
    let mut shown: String = text.chars().take(SHOWN).map(visible).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

impl Serialize for Timecode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timecode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moment;

        impl Visitor<'_> for Moment {
            type Value = Timecode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as \"00:01:15.000\", or seconds")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timecode, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Timecode, E> {
                Timecode::from_seconds(seconds).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Timecode, E> {
                self.visit_f64(seconds as f64)
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Timecode, E> {
                self.visit_f64(seconds as f64)
            }
        }

        deserializer.deserialize_any(Moment)
    }
}

impl JsonSchema for Timecode {
    fn schema_name() -> Cow<'static, str> {
        "Timecode".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Timecode").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        moment_schema("A time from the start of the film, written HH:MM:SS.mmm, such as 00:01:15.500.")
    }
}

/// The schema of a moment, told in these words.
pub(super) fn moment_schema(description: &str) -> Schema {
    json_schema!({
        "type": "string",
        "description": description,
        // Every string that is read, not only the form asked for: a full check must not refuse what the type takes.
        "pattern": "^\\s*(([0-9]{1,9}:)?[0-9]{1,9}:[0-9]{1,9}([.,][0-9]{1,18})?|[0-9]{1,9}([.,][0-9]{1,18})?\\s*s?)\\s*$",
    })
}

/// The schemas of the two ends of a span.
pub(super) fn ends_schema() -> (Schema, Schema) {
    (
        moment_schema("When it begins, from the start of the film, written HH:MM:SS.mmm, such as 00:01:15.500."),
        moment_schema("When it ends, written HH:MM:SS.mmm; not before the start."),
    )
}

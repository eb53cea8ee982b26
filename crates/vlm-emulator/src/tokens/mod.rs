//! How many input tokens a request takes: the published rules of each family, and what this emulator does where a
//! rule is silent.
//!
//! A film whose length cannot be read (a container other than MP4 or QuickTime) counts as the shortest film that the
//! family's rule knows: four frames for Qwen, one second for Gemini and Nova. Usage is then a lower bound.

mod gemini;
mod nova;
mod openai;
mod qwen;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use text::{count as text_tokens, cut};

use crate::family::Family;

/// What the rules need to know of a film.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct FilmFacts {
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) seconds: Option<f64>,
    pub(crate) frames: Option<u64>,
    pub(crate) fps: Option<f64>,
    /// `None` where the container was not read.
    pub(crate) sound: Option<bool>,
}

/// Tokens of a picture of this size; the error says why the family refuses it.
pub(crate) fn picture(family: Family, id: &str, width: u32, height: u32) -> Result<u64, String> {
    match family {
        Family::Qwen => qwen::Constants::of(id).picture(width, height),
        Family::Gemini => Ok(gemini::picture(id, width, height)),
        Family::Nova => Ok(nova::picture(id, width, height)),
        Family::Gpt => Ok(openai::picture(id, width, height)),
    }
}

/// Tokens of a film; the error says why the family refuses it.
pub(crate) fn film(family: Family, id: &str, film: &FilmFacts) -> Result<u64, String> {
    match family {
        Family::Qwen => qwen::Constants::of(id).film(film),
        Family::Gemini => Ok(gemini::film(id, film)),
        Family::Nova => Ok(nova::film(id, film)),
        Family::Gpt => Err("gpt models take no video".to_owned()),
    }
}

/// Tokens that the chat template adds for this many messages.
pub(crate) fn overhead(family: Family, messages: usize) -> u64 {
    let per_message = match family {
        // Start, role, newline, end, newline.
        Family::Qwen => 5,
        Family::Gpt => 4,
        // Documented as a few.
        Family::Gemini | Family::Nova => 3,
    };
    messages as u64 * per_message + 3
}

/// `value` as a count; a negative or unreadable one is 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

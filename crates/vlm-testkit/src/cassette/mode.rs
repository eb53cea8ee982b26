//! Whether a cassette records or replays: said by the caller, or by the environment where the caller asks it.

use vlm_core::Result;

use super::trouble;

/// What a [`Cassette`](super::Cassette) does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Answers from the file; nothing is sent.
    #[default]
    Replay,
    /// Asks the provider, and writes a new file.
    Record,
}

impl Mode {
    /// The variable that [`from_env`](Self::from_env) reads.
    pub const VARIABLE: &str = "VLM_CASSETTES";

    /// Reads `VLM_CASSETTES`: `record`, or `replay` as when it is not set or empty.
    ///
    /// # Errors
    /// `Configuration` for any other word.
    #[expect(clippy::disallowed_methods, reason = "the environment is read in `from_env` only")]
    pub fn from_env() -> Result<Self> {
        match std::env::var_os(Self::VARIABLE) {
            Some(word) => Self::named(&word.to_string_lossy()),
            None => Ok(Self::default()),
        }
    }

    fn named(word: &str) -> Result<Self> {
        match word {
            "" | "replay" => Ok(Self::Replay),
            "record" => Ok(Self::Record),
            _ => Err(trouble(format!("{} is neither `record` nor `replay`", Self::VARIABLE))),
        }
    }
}

#[cfg(test)]
mod tests {
    //! The words; the environment itself is not touched.

    use super::Mode;

    #[test]
    fn only_two_words_are_known() {
        assert_eq!(Mode::named("record").unwrap(), Mode::Record);
        assert_eq!((Mode::named("").unwrap(), Mode::named("replay").unwrap()), (Mode::Replay, Mode::default()));
        assert!(Mode::named("rec").unwrap_err().to_string().contains("VLM_CASSETTES is neither"));
    }
}

//! Which generation a model's id belongs to: wire forms differ between generations more than between models.

/// A generation of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// 2.0.
    Two,
    /// 2.5.
    TwoFive,
    /// 3, with its minor version.
    Three(u32),
    /// 4 and later.
    Later,
    /// An id that does not tell, such as an alias or a tuned model.
    Unknown,
}

impl Generation {
    /// Reads `gemini-3.1-pro-preview` as 3.1.
    pub(crate) fn of(id: &str) -> Self {
        let Some(version) = id.strip_prefix("gemini-").and_then(|rest| rest.split('-').next()) else {
            return Self::Unknown;
        };
        let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
        match (major.parse::<u32>(), minor.parse::<u32>()) {
            (Ok(2), Ok(0..=4)) => Self::Two,
            (Ok(2), Ok(_)) => Self::TwoFive,
            (Ok(3), Ok(minor)) => Self::Three(minor),
            (Ok(4..), Ok(_)) => Self::Later,
            _ => Self::Unknown,
        }
    }

    /// Whether each picture can have a resolution of its own.
    pub(crate) fn has_part_resolution(self) -> bool {
        matches!(self, Self::Three(_) | Self::Later)
    }
}

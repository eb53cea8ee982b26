//! The name of a model, as it stands in the address of a call.

use vlm_core::{Problem, ProblemKind};

use crate::models;

/// A model's id: one plain segment of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModelName(String);

impl ModelName {
    /// Takes an id, or the service's own `models/` before one.
    pub(crate) fn parse(name: &str) -> Result<Self, Problem> {
        let id = name.strip_prefix("models/").unwrap_or(name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !id.is_empty() && id.bytes().all(plain) && !id.bytes().all(|byte| byte == b'.') {
            return Ok(Self(id.to_owned()));
        }
        let (kind, message) = match name.trim().is_empty() {
            true => (ProblemKind::Missing, "no model is named".to_owned()),
            false => (ProblemKind::Invalid, format!("`{}` is no model id", name.escape_debug())),
        };
        Err(Problem::new(kind, "model", message).with_advice(suggestion(id)))
    }

    /// The id.
    pub(crate) fn id(&self) -> &str {
        &self.0
    }
}

/// The known ids nearest to `name`, as advice.
fn suggestion(name: &str) -> String {
    // What stands before a colon or slash may be the provider's name.
    let bare = name.rsplit([':', '/']).next().unwrap_or(name);
    let near = models::nearest(bare);
    match near.as_slice() {
        [] => "write for example gemini-2.5-flash".to_owned(),
        names => format!("did you mean {}?", names.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    //! Names stay in their segment.

    use super::*;

    #[test]
    fn only_plain_segments_are_names() {
        for name in ["gemini-2.5-flash", "models/gemini-2.5-flash", "my_tuned.model-1"] {
            assert!(ModelName::parse(name).is_ok(), "{name}");
        }
        for name in ["", " ", "a/b", "..", "a?b", "a:b", "models/", "gemini-2.5-flash:countTokens", "é", "a\nb"] {
            assert!(ModelName::parse(name).is_err(), "{name}");
        }
        let problem = ModelName::parse("gemini:gemini-2.5-flash").unwrap_err();
        assert!(problem.to_string().contains("did you mean gemini-2.5-flash"), "{problem}");
    }
}

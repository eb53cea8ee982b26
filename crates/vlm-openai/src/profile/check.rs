//! Do the parts of a profile fit together? Checked once, when a provider is built from it.

use vlm_core::{Capabilities, MediaCapability};

use super::{Auth, Profile};
use crate::extras::{FRAME, OF_ALL};

/// The fields of a content part that are no options.
const OF_PARTS: &[&str] = &["type", "text", "url", "image_url", "video_url", "video"];

impl Profile {
    /// Says the first thing that contradicts itself.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !is_plain(&self.id, "_-") || self.id.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(format!("the id `{}` is not lower-case letters, digits, `_` and `-`", self.id));
        }
        check_path(&self.path)?;
        if let Auth::Header(name) = &self.auth
            && !is_plain(name, "-_")
        {
            return Err(format!("`{name}` is no name of a header for the key"));
        }
        self.check_fields()?;
        if self.frame_list.as_ref().is_some_and(|range| range.is_empty() || *range.start() < 2) {
            return Err("a list of frames has two pictures or more".to_owned());
        }
        self.models.iter().chain([&self.unlisted]).try_for_each(|model| self.check_model(model))
    }

    fn check_fields(&self) -> Result<(), String> {
        if !matches!(&*self.max_tokens_field, "max_tokens" | "max_completion_tokens") {
            return Err(format!(
                "the field `{}` is neither max_tokens nor max_completion_tokens",
                self.max_tokens_field
            ));
        }
        for path in [&self.thinking_switch, &self.thinking_budget].into_iter().flatten() {
            let root = path.split('.').next().unwrap_or_default();
            if !path.split('.').all(|name| is_plain(name, "_")) || FRAME.contains(&root) {
                return Err(format!("`{path}` is no path to a field for thinking"));
            }
        }
        if let (Some(switch), Some(budget)) = (&self.thinking_switch, &self.thinking_budget)
            && (begins_with(switch, budget) || begins_with(budget, switch))
        {
            return Err(format!("thinking cannot be written to both `{switch}` and `{budget}`"));
        }
        let taken = |name: &str| FRAME.contains(&name) || OF_ALL.contains(&name);
        if let Some(rule) = self.extras.iter().find(|rule| taken(&rule.name) || !is_plain(&rule.name, "_")) {
            return Err(format!("the extra `{}` has a name that is taken, or none at all", rule.name));
        }
        let unusable = |field: &str| !is_plain(field, "_") || OF_PARTS.contains(&field);
        match self.media_options.iter().find(|rule| unusable(&rule.field)) {
            Some(rule) => Err(format!("`{}` is no name of a field for {}", rule.field, rule.option.name())),
            None => Ok(()),
        }
    }

    fn check_model(&self, model: &Capabilities) -> Result<(), String> {
        let name = if model.model.is_empty() { "models that are not listed" } else { &model.model };
        if model.thinking_switch.is_available() && self.thinking_switch.is_none() {
            return Err(format!("{name}: thinking can be switched, but no field for it is named"));
        }
        if model.thinking_budget.is_available() && self.thinking_budget.is_none() {
            return Err(format!("{name}: thinking can be limited, but no field for it is named"));
        }
        for media in [&model.image, &model.video] {
            self.check_media(media).map_err(|option| {
                format!("{name}: the option {option} is taken, but no rule says how it is written")
            })?;
            if media.file_id.is_available() {
                return Err(format!("{name}: file ids are taken, but the protocol has no place for them"));
            }
        }
        Ok(())
    }

    fn check_media(&self, media: &MediaCapability) -> Result<(), &'static str> {
        let written = |option| self.media_options.iter().any(|rule| rule.option == option);
        media.options.iter().find(|option| !written(**option)).map_or(Ok(()), |option| Err(option.name()))
    }
}

/// Letters, digits and some other signs; not empty.
fn is_plain(name: &str, also: &str) -> bool {
    !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || also.contains(sign))
}

/// Whether one path is the other or leads through it.
fn begins_with(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A path stays below its base: no way up, no query, nothing that is not a plain segment.
fn check_path(path: &str) -> Result<(), String> {
    let plain = |segment: &str| is_plain(segment, "-_.") && segment != "." && segment != "..";
    if path.trim_matches('/').split('/').all(plain) {
        return Ok(());
    }
    Err(format!("`{path}` is no path below the base URL: write plain segments such as chat/completions"))
}

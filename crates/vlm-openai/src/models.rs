//! The models that are listed, and what each can do, as data: `models.json` says how a model differs from what its
//! profile assumes of any. Each row names the page that decides; they were read as public copies in autumn 2026.

use std::time::Duration;

use serde::Deserialize;
use vlm_core::{Capabilities, MediaLimits, SchemaDialect, Support};

const BUILT_IN: &str = include_str!("models.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    service: String,
    models: Vec<String>,
    max_input_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    #[serde(default)]
    reasoning: Reasoning,
    /// Whether stop sequences are taken.
    #[serde(default = "yes")]
    stop: bool,
    /// Whether JSON without a schema is documented; where it is not, what the profile assumes stands.
    #[serde(default = "yes")]
    json: bool,
    #[serde(default)]
    schema: Schema,
    films: Option<Films>,
    #[serde(rename = "source")]
    _source: String,
}

/// Whether a model reasons before it answers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reasoning {
    #[default]
    Never,
    /// As the call says; sampling settings are taken only while it does not.
    Optional,
    /// Always; of the sampling settings only the defaults are taken.
    Always,
    /// The profile's switch and budget for thinking apply.
    Switch,
}

/// Whether a model keeps to a schema.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Schema {
    #[default]
    Strict,
    None,
}

#[derive(Clone, Copy, Deserialize)]
struct Films {
    seconds: u64,
    url_bytes: u64,
}

fn yes() -> bool {
    true
}

/// The listed models of a service, each as a copy of `assumed` with what is known of it.
pub(crate) fn listed(service: &str, assumed: &Capabilities) -> Vec<Capabilities> {
    // A test reads the embedded list, so a broken one cannot be released.
    let rows: Vec<Row> = serde_json::from_str(BUILT_IN).unwrap_or_default();
    let rows = rows.iter().filter(|row| row.service == service);
    rows.flat_map(|row| row.models.iter().map(|name| row.capabilities(name, assumed))).collect()
}

impl Row {
    fn capabilities(&self, name: &str, assumed: &Capabilities) -> Capabilities {
        let mut model = assumed.clone();
        model.model = name.to_owned();
        model.listed = true;
        model.token_rules = Some(name.to_owned().into());
        model.max_input_tokens = self.max_input_tokens;
        model.max_output_tokens = self.max_output_tokens;
        if self.json {
            model.json = Support::Full;
        }
        if self.schema == Schema::None {
            model.json_schema =
                Support::none("this model takes no schema: ask for JSON and describe its shape in the prompt");
            model.schema_dialect = SchemaDialect::JsonObject;
        }
        if !self.stop {
            model.sampling.stop = None;
        }
        self.reason(&mut model);
        if let Some(films) = self.films {
            limit(&mut model.video.limits, films);
            // No qwen-vl model gives more than one answer.
            model.sampling.n = Some(1..=1);
        }
        model
    }

    fn reason(&self, model: &mut Capabilities) {
        match self.reasoning {
            Reasoning::Switch => (model.thinking_switch, model.thinking_budget) = (Support::Full, Support::Full),
            Reasoning::Always => {
                let sampling = &mut model.sampling;
                (sampling.temperature, sampling.top_p) = (Some(1.0..=1.0), Some(1.0..=1.0));
                (sampling.frequency_penalty, sampling.presence_penalty) = (None, None);
            }
            // Where a profile has a switch at all, its other models do not think.
            Reasoning::Never if model.thinking_switch.is_available() => {
                let never = || Support::none("this model does not think: leave it out");
                (model.thinking_switch, model.thinking_budget) = (never(), never());
                model.thinking_range = None;
                model.thinking_beyond_max_tokens = false;
            }
            Reasoning::Never | Reasoning::Optional => {}
        }
    }
}

/// From 2 s and two frames on.
fn limit(limits: &mut MediaLimits, films: Films) {
    limits.min_duration = Some(Duration::from_secs(2));
    limits.max_duration = Some(Duration::from_secs(films.seconds));
    limits.min_frames = Some(2);
    limits.max_url_bytes = Some(films.url_bytes);
}

#[cfg(test)]
mod tests {
    //! The list is readable, its names are single, and what it says of a few models is what their makers say.

    use std::collections::BTreeSet;

    use super::*;
    use crate::profile::Profile;

    #[test]
    fn the_built_in_list_is_readable_and_names_each_model_once() {
        let rows: Vec<Row> = serde_json::from_str(BUILT_IN).unwrap();
        let names: Vec<&String> = rows.iter().flat_map(|row| &row.models).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let listed = Profile::openai().models.len() + Profile::dashscope().models.len();
        assert_eq!(listed, names.len(), "every row belongs to a profile");
    }

    #[test]
    fn every_listed_model_has_token_rules() {
        for model in Profile::openai().models.iter().chain(&Profile::dashscope().models) {
            let rules = model.token_rules.as_deref().unwrap();
            assert!(vlm_tokens::rules_for(rules).is_some(), "{rules}");
        }
    }

    #[test]
    fn the_models_as_they_are() {
        let lines = |profile: Profile| -> Vec<String> {
            let line = |model: &Capabilities| {
                let tokens = |count: Option<u64>| count.map_or("?".to_owned(), |count| count.to_string());
                format!(
                    "{}: {} in, {} out; temperature {:?}, stop {:?}; schema {:?}; thinking {}; films {:?}",
                    model.model,
                    tokens(model.max_input_tokens),
                    tokens(model.max_output_tokens),
                    model.sampling.temperature,
                    model.sampling.stop,
                    model.schema_dialect,
                    model.thinking_switch.is_available(),
                    model.video.limits.max_duration,
                )
            };
            profile.models.iter().map(line).collect()
        };
        insta::assert_snapshot!("openai", lines(Profile::openai()).join("\n"));
        insta::assert_snapshot!("dashscope", lines(Profile::dashscope()).join("\n"));
    }

    #[test]
    fn reasoning_models_take_no_temperature_but_the_default() {
        let refused = |name: &str, temperature: f64| {
            let request = vlm_core::Request::new(name).message(vlm_core::Message::user("?")).temperature(temperature);
            Profile::openai().model(name).admit(&request).is_err()
        };
        assert!(refused("o3", 0.2) && refused("gpt-5-mini", 0.0));
        assert!(!refused("o3", 1.0) && !refused("gpt-4.1", 0.2) && !refused("gpt-5.2", 0.2));
    }
}

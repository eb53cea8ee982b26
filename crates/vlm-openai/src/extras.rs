//! The extras that only this provider knows: `request.extra("openai", name, value)`, under the profile's id.

use serde_json::{Map, Value};
use vlm_core::{Problem, ProblemKind, Request};

use crate::profile::{ExtraForm, ExtraRule, Profile};

/// What a request's extras say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extras {
    /// Fields for the top of the body.
    pub(crate) body: Map<String, Value>,
    /// Runs of pictures are the frames of films, with these options.
    pub(crate) frame_list: Option<Map<String, Value>>,
    /// Whether a schema is sent as a strict one, whatever it looks like.
    pub(crate) strict_schema: Option<bool>,
}

/// Names that the frame itself writes; writing them twice would make two keys of one name, or two limits.
pub(crate) const FRAME: &[&str] = &[
    "model",
    "messages",
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "n",
    "stop",
    "stream",
    "stream_options",
    "response_format",
];

const BODY: &str = "body";
const FRAME_LIST: &str = "frame_list";
const STRICT_SCHEMA: &str = "strict_schema";

/// The extras that no profile has to name.
pub(crate) const OF_ALL: &[&str] = &[BODY, FRAME_LIST, STRICT_SCHEMA];

/// The options of a film that is given as a list of frames.
const FRAME_OPTIONS: &[&str] = &["fps", "min_pixels", "max_pixels", "total_pixels"];

impl Extras {
    /// Reads them; everything that is wrong goes to `problems`.
    pub(crate) fn read(request: &Request, profile: &Profile, problems: &mut Vec<Problem>) -> Self {
        let mut extras = Self::default();
        for (name, value) in request.extras.get(&*profile.id).into_iter().flatten() {
            if let Err(message) = extras.take(name, value, request, profile) {
                let path = format!("extras.{}.{name}", profile.id);
                problems.push(Problem::new(ProblemKind::Invalid, path, message));
            }
        }
        extras
    }

    fn take(&mut self, name: &str, value: &Value, request: &Request, profile: &Profile) -> Result<(), String> {
        match (name, value) {
            (BODY, Value::Object(body)) => self.take_body(body, request, profile),
            (BODY, _) => Err("this extra is a JSON object".to_owned()),
            (FRAME_LIST, Value::Object(options)) if profile.frame_list.is_some() => {
                check_frame_options(options)?;
                self.frame_list = Some(options.clone());
                Ok(())
            }
            (FRAME_LIST, _) if profile.frame_list.is_some() => Err("this extra is a JSON object".to_owned()),
            (STRICT_SCHEMA, Value::Bool(strict)) if profile.strict_schemas => {
                self.strict_schema = Some(*strict);
                Ok(())
            }
            (STRICT_SCHEMA, _) if profile.strict_schemas => Err("this extra is true or false".to_owned()),
            _ => {
                let rule = profile.extras.iter().find(|rule| rule.name == name);
                let rule = rule.ok_or_else(|| format!("the extras here are {}", names(profile)))?;
                check(&rule.form, value)?;
                free(name, request, profile)?;
                set_once(&mut self.body, name, value)
            }
        }
    }

    fn take_body(&mut self, body: &Map<String, Value>, request: &Request, profile: &Profile) -> Result<(), String> {
        let taken: Vec<&String> = body.keys().filter(|key| FRAME.contains(&key.as_str())).collect();
        if !taken.is_empty() {
            return Err(format!("{taken:?} are set by the request itself"));
        }
        for (name, value) in body {
            free(name, request, profile)?;
            set_once(&mut self.body, name, value)?;
        }
        Ok(())
    }
}

fn set_once(body: &mut Map<String, Value>, name: &str, value: &Value) -> Result<(), String> {
    match body.insert(name.to_owned(), value.clone()) {
        Some(before) if before != *value => Err(format!("`{name}` is set twice, to different values")),
        _ => Ok(()),
    }
}

/// Whether a field is not one that the request's own thinking is written to.
fn free(name: &str, request: &Request, profile: &Profile) -> Result<(), String> {
    let thinks = request.thinking.enabled.is_some() || request.thinking.budget.is_some();
    let roots = [&profile.thinking_switch, &profile.thinking_budget];
    let mut roots = roots.into_iter().flatten().filter_map(|path| path.split('.').next());
    match thinks && roots.any(|root| root == name) {
        true => Err(format!("`{name}` is where the request's thinking goes: set it in one place only")),
        false => Ok(()),
    }
}

fn names(profile: &Profile) -> String {
    let mut names: Vec<&str> = profile.extras.iter().map(|rule: &ExtraRule| &*rule.name).collect();
    if profile.frame_list.is_some() {
        names.push(FRAME_LIST);
    }
    if profile.strict_schemas {
        names.push(STRICT_SCHEMA);
    }
    names.push(BODY);
    names.join(", ")
}

fn check(form: &ExtraForm, value: &Value) -> Result<(), String> {
    let fits = match form {
        ExtraForm::Word(words) => value.as_str().is_some_and(|word| words.iter().any(|known| known == word)),
        ExtraForm::Text => value.is_string(),
        ExtraForm::Whole => value.is_u64(),
        ExtraForm::Number => value.is_number(),
        ExtraForm::Flag => value.is_boolean(),
        ExtraForm::Object => value.is_object(),
        ExtraForm::List => value.is_array(),
    };
    if fits {
        return Ok(());
    }
    Err(match form {
        ExtraForm::Word(words) => {
            format!("it is one of {}; a newer word can be sent in the extra `body`", words.join(", "))
        }
        ExtraForm::Text => "it is a text".to_owned(),
        ExtraForm::Whole => "it is a whole number, 0 or more".to_owned(),
        ExtraForm::Number => "it is a number".to_owned(),
        ExtraForm::Flag => "it is true or false".to_owned(),
        ExtraForm::Object => "it is a JSON object".to_owned(),
        ExtraForm::List => "it is a list".to_owned(),
    })
}

fn check_frame_options(options: &Map<String, Value>) -> Result<(), String> {
    for (name, value) in options {
        let number = value.as_f64().filter(|number| *number > 0.0);
        match (name.as_str(), number) {
            ("fps", Some(_)) => {}
            (name, Some(_)) if FRAME_OPTIONS.contains(&name) && value.is_u64() => {}
            (name, _) if FRAME_OPTIONS.contains(&name) => return Err(format!("`{name}` is a number above 0")),
            _ => return Err(format!("the options of a list of frames are {}", FRAME_OPTIONS.join(", "))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Each extra with what it may be; what is wrong is told with all of the others.

    use serde_json::json;
    use vlm_core::Thinking;

    use super::*;

    fn read(profile: &Profile, request: Request) -> Result<Extras, Vec<String>> {
        let mut problems = Vec::new();
        let extras = Extras::read(&request, profile, &mut problems);
        match problems.is_empty() {
            true => Ok(extras),
            false => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn named_extras_and_the_body_go_to_the_top() {
        let request = Request::new("gpt-5")
            .extra("openai", "reasoning_effort", json!("low"))
            .extra("openai", "body", json!({"logprobs": true, "seed": 7}))
            .extra("openai", "seed", json!(7))
            .extra("another", "reasoning_effort", json!(5));
        let extras = read(&Profile::openai(), request).unwrap();
        assert_eq!(Value::Object(extras.body), json!({"reasoning_effort": "low", "logprobs": true, "seed": 7}));
    }

    #[test]
    fn values_are_judged() {
        let (openai, dashscope, openrouter) = (Profile::openai(), Profile::dashscope(), Profile::openrouter());
        for (profile, name, value, words) in [
            (&openai, "reasoning_effort", json!("much"), "one of none, minimal"),
            (&openai, "reasoning_effort", json!(3), "one of"),
            (&openai, "seed", json!(-1), "whole number"),
            (&openai, "store", json!("yes"), "true or false"),
            (&openai, "metadata", json!([]), "JSON object"),
            (&openai, "user", json!(1), "a text"),
            (&openai, "body", json!("x"), "JSON object"),
            (&openai, "body", json!({"model": "x", "stream": true}), "[\"model\", \"stream\"] are set"),
            (&openai, "frame_list", json!({}), "the extras here are reasoning_effort"),
            (&openai, "strict_schema", json!(1), "true or false"),
            (&openai, "colour", json!(1), "strict_schema, body"),
            (&dashscope, "frame_list", json!(2), "JSON object"),
            (&dashscope, "frame_list", json!({"fps": 0}), "above 0"),
            (&dashscope, "frame_list", json!({"max_pixels": 1.5}), "above 0"),
            (&dashscope, "frame_list", json!({"speed": 1}), "options of a list"),
            (&dashscope, "repetition_penalty", json!("1"), "a number"),
            (&openrouter, "models", json!({}), "a list"),
        ] {
            let id = profile.id.to_string();
            let problems = read(profile, Request::new("m").extra(id.clone(), name, value)).unwrap_err();
            assert!(problems[0].starts_with(&format!("extras.{id}.{name}")), "{problems:?}");
            assert!(problems[0].contains(words), "{problems:?}");
        }
        let twice = Request::new("m").extra("openai", "body", json!({"seed": 8})).extra("openai", "seed", json!(7));
        assert!(read(&openai, twice).unwrap_err()[0].contains("set twice"));
    }

    #[test]
    fn thinking_is_written_in_one_place() {
        let kwargs = json!({"enable_thinking": true});
        let request = || Request::new("m").extra("vllm", "chat_template_kwargs", kwargs.clone());
        assert!(read(&Profile::vllm(), request()).is_ok());
        let both = request().thinking(Thinking::off());
        assert!(read(&Profile::vllm(), both).unwrap_err()[0].contains("one place only"));
    }
}

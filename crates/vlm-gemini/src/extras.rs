//! The extras that only this provider knows: `request.extra("gemini", name, value)`.

use serde_json::{Map, Value};
use vlm_core::{Problem, ProblemKind, Request};

/// The provider's id.
pub(crate) const ID: &str = "gemini";

/// What a request's extras say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extras {
    pub(crate) body: Map<String, Value>,
    pub(crate) generation_config: Map<String, Value>,
    pub(crate) safety_settings: Option<Value>,
    pub(crate) cached_content: Option<String>,
    pub(crate) thinking_level: Option<String>,
    pub(crate) include_thoughts: Option<bool>,
}

/// Names that the frame itself writes; writing them twice would make two keys of one name.
const FRAME: &[&str] = &["contents", "systemInstruction", "generationConfig", "safetySettings", "cachedContent"];

/// The same inside `generationConfig`.
const CONFIG: &[&str] = &[
    "temperature",
    "topP",
    "maxOutputTokens",
    "candidateCount",
    "stopSequences",
    "presencePenalty",
    "frequencyPenalty",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "thinkingConfig",
];

const NAMES: &str =
    "the extras here are body, generation_config, safety_settings, cached_content, thinking_level and include_thoughts";

impl Extras {
    /// Reads them; everything that is wrong goes to `problems`.
    pub(crate) fn read(request: &Request, problems: &mut Vec<Problem>) -> Self {
        let mut extras = Self::default();
        for (name, value) in request.extras.get(ID).into_iter().flatten() {
            if let Err(message) = extras.set(name, value) {
                problems.push(Problem::new(ProblemKind::Invalid, format!("extras.{ID}.{name}"), message));
            }
        }
        extras
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match (name, value) {
            ("body", Value::Object(fields)) => self.body = untaken(fields, FRAME)?,
            ("generation_config", Value::Object(fields)) => self.generation_config = untaken(fields, CONFIG)?,
            ("safety_settings", Value::Array(_)) => self.safety_settings = Some(value.clone()),
            ("cached_content", Value::String(name)) => self.cached_content = Some(name.clone()),
            ("thinking_level", Value::String(level)) => self.thinking_level = Some(level.clone()),
            ("include_thoughts", Value::Bool(yes)) => self.include_thoughts = Some(*yes),
            ("body" | "generation_config", _) => return Err("this extra is a JSON object".to_owned()),
            ("safety_settings", _) => return Err("this extra is a JSON array of settings".to_owned()),
            ("cached_content" | "thinking_level", _) => return Err("this extra is a string".to_owned()),
            ("include_thoughts", _) => return Err("this extra is true or false".to_owned()),
            _ => return Err(NAMES.to_owned()),
        }
        Ok(())
    }
}

/// The fields, unless the request itself sets one of them.
fn untaken(fields: &Map<String, Value>, taken: &[&str]) -> Result<Map<String, Value>, String> {
    // The service reads both spellings of a name as one field.
    let is_taken = |key: &&String| taken.iter().any(|name| *name == key.as_str() || snake(name) == key.as_str());
    let twice: Vec<&String> = fields.keys().filter(is_taken).collect();
    if twice.is_empty() { Ok(fields.clone()) } else { Err(format!("{twice:?} are set by the request itself")) }
}

/// `topP` as `top_p`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

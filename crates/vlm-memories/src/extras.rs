//! The extras that only this provider knows: `request.extra("memories", name, value)`.

use serde_json::{Map, Value};
use vlm_core::{Problem, ProblemKind, Request};

use crate::family::{Endpoint, Family};

/// The provider's id.
pub(crate) const ID: &str = "memories";

/// What a request's extras say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extras {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) body: Map<String, Value>,
}

/// Names that the frame itself writes; writing them twice would make two keys of one name.
const FRAME: &[&str] = &[
    "model",
    "messages",
    "temperature",
    "max_tokens",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "n",
    "stop",
    "stream",
    "response_format",
    "extra_body",
    "metadata",
];

impl Extras {
    /// Reads them; everything that is wrong goes to `problems`.
    pub(crate) fn read(request: &Request, family: Option<Family>, problems: &mut Vec<Problem>) -> Self {
        let mut extras = Self::default();
        for (name, value) in request.extras.get(ID).into_iter().flatten() {
            let path = format!("extras.{ID}.{name}");
            let mut refuse = |message: String| problems.push(Problem::new(ProblemKind::Invalid, path.clone(), message));
            match (name.as_str(), value) {
                ("endpoint", value) => match serde_json::from_value(value.clone()) {
                    Ok(endpoint) => extras.endpoint = Some(endpoint),
                    Err(_) => refuse("the endpoint is \"vu\" or \"iu\"".to_owned()),
                },
                ("metadata", Value::Object(_)) if family == Some(Family::Gpt) => {
                    refuse("gpt takes no metadata here".to_owned());
                }
                ("metadata", Value::Object(metadata)) => extras.metadata = metadata.clone(),
                ("body", Value::Object(body)) => {
                    let taken: Vec<&String> = body.keys().filter(|key| FRAME.contains(&key.as_str())).collect();
                    match taken.as_slice() {
                        [] => extras.body = body.clone(),
                        _ => refuse(format!("{taken:?} are set by the request itself")),
                    }
                }
                ("metadata" | "body", _) => refuse("this extra is a JSON object".to_owned()),
                _ => refuse("the extras here are endpoint, metadata and body".to_owned()),
            }
        }
        extras
    }
}

//! What is said when nothing was recorded for a request: the nearest recording, field by field.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use vlm_core::{Delivery, Error, ErrorKind};

use super::file::Entry;
use super::reply::Operation;
use super::secrets::Secrets;

/// Differences that are shown.
const MAX_SHOWN: usize = 6;

/// Characters of a text that are shown, and of what is common before the first that differs.
const MAX_VALUE: usize = 60;
const MAX_COMMON: usize = 20;

/// What is shown in place of a value in which a secret of the sanitizer stands.
const SECRET: &str = "[secret]";

pub(super) fn miss(path: &Path, operation: Operation, request: &Value, entries: &[Entry], secrets: &Secrets) -> Error {
    let asked = fields(operation, request);
    let differences = entries.iter().map(|entry| differences(&asked, &fields(entry.operation, &entry.request)));
    let nearest = differences.enumerate().min_by_key(|(_, differences)| differences.len());
    let message = match nearest {
        None => format!("{} has no recording", path.display()),
        Some((_, same)) if same.is_empty() => {
            let count =
                entries.iter().filter(|entry| entry.operation == operation && entry.request == *request).count();
            format!("{} has {count} of this request, and it is asked once more", path.display())
        }
        Some((index, differences)) => {
            format!(
                "{} has no such request; recording {} differs: {}",
                path.display(),
                index + 1,
                shown(&differences, secrets)
            )
        }
    };
    Error::new(ErrorKind::Configuration, format!("{message}. To record it anew, open it with Mode::Record"))
        .with_delivery(Delivery::NotSent)
        .with_operation(operation.name())
        .with_advice(
            "If the request is meant, record the cassette anew: open it with Mode::Record, or set VLM_CASSETTES=record \
             where the mode comes from Mode::from_env. If not, make the request as it was recorded.",
        )
}

/// One difference: the path, what was asked, what was recorded.
struct Difference {
    path: String,
    asked: Option<Value>,
    recorded: Option<Value>,
}

type Fields = BTreeMap<String, Value>;

fn fields(operation: Operation, request: &Value) -> Fields {
    let mut fields = Fields::new();
    fields.insert("operation".to_owned(), operation.name().into());
    collect(request, String::new(), &mut fields);
    fields
}

/// Every leaf with its path; an empty list or object is one as well.
fn collect(value: &Value, path: String, fields: &mut Fields) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                collect(value, format!("{path}{dot}{name}"), fields);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{index}]"), fields);
            }
        }
        leaf => {
            fields.insert(path, leaf.clone());
        }
    }
}

fn differences(asked: &Fields, recorded: &Fields) -> Vec<Difference> {
    let mut paths: Vec<&String> = asked.keys().chain(recorded.keys()).collect();
    paths.sort();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| asked.get(*path) != recorded.get(*path));
    differing
        .map(|path| Difference {
            path: path.clone(),
            asked: asked.get(path).cloned(),
            recorded: recorded.get(path).cloned(),
        })
        .collect()
}

fn shown(differences: &[Difference], secrets: &Secrets) -> String {
    let mut parts: Vec<String> =
        differences.iter().take(MAX_SHOWN).map(|difference| difference.shown(secrets)).collect();
    if differences.len() > MAX_SHOWN {
        parts.push(format!("and {} more", differences.len() - MAX_SHOWN));
    }
    parts.join("; ")
}

impl Difference {
    fn shown(&self, secrets: &Secrets) -> String {
        let common = match (&self.asked, &self.recorded) {
            (Some(Value::String(asked)), Some(Value::String(recorded))) => {
                asked.chars().zip(recorded.chars()).take_while(|(a, b)| a == b).count()
            }
            _ => 0,
        };
        let shown = |value: &Option<Value>| match value {
            Some(value) if secrets.find_in(value, "").is_some() => SECRET.to_owned(),
            Some(Value::String(text)) => format!("{:?}", short(text, common)),
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let path = if secrets.find(self.path.as_bytes()).is_some() { SECRET } else { &self.path };
        format!("{path} is {}, was {}", shown(&self.asked), shown(&self.recorded))
    }
}

/// The part of a text around the first character that differs.
fn short(text: &str, common: usize) -> String {
    let length = text.chars().count();
    if length <= MAX_VALUE {
        return text.to_owned();
    }
    let skipped = common.saturating_sub(MAX_COMMON).min(length);
    let kept: String = text.chars().skip(skipped).take(MAX_VALUE).collect();
    let (before, after) = (if skipped > 0 { "…" } else { "" }, if skipped + MAX_VALUE < length { "…" } else { "" });
    format!("{before}{kept}{after}")
}

//! Fields that no provider knows, put into every object of a reply.

use bytes::Bytes;
use serde_json::{Value, json};

use super::wire::Form;

/// The name of the unknown field.
pub(crate) const UNKNOWN: &str = "x_vlm_testkit";

/// The same reply with an unknown field in every object.
pub(crate) fn grown(form: &Form) -> Form {
    form.with_events(form.events.iter().map(|event| if form.streamed { grown_event(event) } else { grown_json(event) }))
}

/// The `data` lines of an event, each by itself; what is no JSON stays as it is.
fn grown_event(event: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(event);
    let lines = text.split('\n').map(|line| match line.strip_prefix("data:") {
        Some(data) => {
            let data = grown_json(&Bytes::copy_from_slice(data.trim().as_bytes()));
            format!("data: {}", String::from_utf8_lossy(&data))
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

fn grown_json(text: &Bytes) -> Bytes {
    match serde_json::from_slice::<Value>(text) {
        Ok(mut value) => {
            grow(&mut value);
            value.to_string().into()
        }
        Err(_) => text.clone(),
    }
}

fn grow(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(grow);
            fields.insert(UNKNOWN.to_owned(), json!({ "deep": [1, null, "x"] }));
        }
        Value::Array(values) => values.iter_mut().for_each(grow),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    //! Every object grows, and nothing else changes.

    use super::*;
    use crate::conformance::Wire;

    #[test]
    fn every_object_of_a_reply_grows() {
        let form = grown(&Wire::json(200, &json!({ "a": [{ "b": 1 }], "c": "x" })).0.unwrap());
        let value: Value = serde_json::from_slice(&form.body()).unwrap();
        assert_eq!(value["c"], "x");
        assert!(value[UNKNOWN].is_object() && value["a"][0][UNKNOWN].is_object());
    }

    #[test]
    fn events_grow_and_marks_stay() {
        let form = grown(&Wire::data(["{\"a\":1}", "[DONE]"]).0.unwrap());
        assert!(String::from_utf8_lossy(&form.events[0]).starts_with("data: {\"a\":1,\"x_vlm_testkit\""));
        assert!(form.events[0].ends_with(b"\n\n"));
        assert_eq!(&form.events[1][..], b"data: [DONE]\n\n");
    }
}

//! How much may come back, and what says so.

use serde_json::json;
use vlm_core::Thinking;
use vlm_estimate::{EstimateExt, Estimator, OutputLimit};

use crate::support::{Silent, qwen};

#[tokio::test]
async fn the_limit_is_the_requests_the_services_or_the_models() {
    let ask = |model: &Silent| model.model().ask("?");
    let output = ask(&qwen()).estimate().await.unwrap().output;
    assert_eq!((output.max, output.limited_by, output.typical), (Some(1024), OutputLimit::ServiceDefault, 256));
    let output = ask(&qwen()).max_tokens(50).estimate().await.unwrap().output;
    assert_eq!((output.max, output.limited_by, output.typical), (Some(50), OutputLimit::Request, 50));
    let output = ask(&qwen()).max_tokens(1_000_000).estimate().await.unwrap().output;
    assert_eq!(output.max, Some(32_768), "no more than the model gives");
    let mut unstated = qwen();
    unstated.0.default_max_tokens = None;
    let output = ask(&unstated).estimate().await.unwrap().output;
    assert_eq!((output.max, output.limited_by), (Some(32_768), OutputLimit::Model));
    unstated.0.max_output_tokens = None;
    let estimate = ask(&unstated).estimate().await.unwrap();
    assert_eq!((estimate.output.max, estimate.output.limited_by), (None, OutputLimit::Nothing));
    assert_eq!((estimate.cost.high, estimate.max_tokens()), (None, None));
    assert!(estimate.unknown.iter().any(|unknown| unknown.message.contains("set max_tokens")));
}

#[tokio::test]
async fn thinking_is_billed_beside_the_limit_where_the_service_does_so() {
    let ask = |thinking| qwen().model().ask("?").max_tokens(100).thinking(thinking).estimate();
    assert_eq!(ask(Thinking::off()).await.unwrap().output.max, Some(100));
    assert_eq!(ask(Thinking::budget(500)).await.unwrap().output.max, Some(600));
    assert_eq!(ask(Thinking::on()).await.unwrap().output.max, Some(82_020));
    let mut within = qwen();
    within.0.thinking_beyond_max_tokens = false;
    let ask = within.model().ask("?").max_tokens(100).thinking(Thinking::budget(500));
    assert_eq!(ask.estimate().await.unwrap().output.max, Some(100));
}

#[tokio::test]
async fn several_answers_are_several_outputs() {
    let output = qwen().model().ask("?").max_tokens(100).with(|request| request.sampling.n = Some(3));
    let output = output.estimate().await.unwrap().output;
    assert_eq!((output.max, output.typical), (Some(300), 300));
}

#[tokio::test]
async fn a_typical_answer_is_a_rule_of_thumb_or_ones_own() {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    let typed = qwen().model().ask("?").json_schema("thing", schema).estimate().await.unwrap();
    assert_eq!(typed.output.typical, 32);
    let estimator = Estimator::new().typical_output(700);
    let own = qwen().model().ask("?").estimate_by(&estimator).await.unwrap();
    assert_eq!(own.output.typical, 700);
}

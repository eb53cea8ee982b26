//! Small completions, from the request as a user writes it to the answer with its usage and cost.

use vlm_core::{Error, Model, VisionProviderExt};

use crate::canned::{Canned, block_on};

const OPENAI: &str = include_str!("../../vlm-openai/tests/fixtures/replies/openai.json");
const MEMORIES: &str = include_str!("../../vlm-memories/tests/fixtures/replies/qwen.json");

pub(crate) fn openai(times: usize) -> Result<usize, String> {
    block_on(async { ask(&Canned::json(OPENAI).openai()?.model("gpt-4o"), times).await })
}

pub(crate) fn memories(times: usize) -> Result<usize, String> {
    block_on(async { ask(&Canned::json(MEMORIES).memories()?.model("qwen:qwen3-vl-plus"), times).await })
}

/// The length of all answers together.
async fn ask(model: &Model, times: usize) -> Result<usize, Error> {
    let mut came = 0;
    for _ in 0..times {
        let answer = model
            .ask("What is in this picture?")
            .attach("https://example.com/picture.jpg")
            .temperature(0.2)
            .max_tokens(300)
            .await?;
        came += answer.text().len();
    }
    Ok(came)
}

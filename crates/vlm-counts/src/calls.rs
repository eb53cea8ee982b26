//! Small completions, from the request as a user writes it to the answer with its usage and cost.

use vlm_core::{Ask, Error, Model, VisionProviderExt};

use crate::canned::{Canned, block_on};

const OPENAI: &str = include_str!("../../vlm-openai/tests/fixtures/replies/openai.json");
const MEMORIES: &str = include_str!("../../vlm-memories/tests/fixtures/replies/qwen.json");

pub(crate) fn openai(times: usize) -> Result<usize, String> {
    block_on(async { repeat(&Canned::json(OPENAI).openai()?.model("gpt-4o"), with_picture, times).await })
}

pub(crate) fn openai_text(times: usize) -> Result<usize, String> {
    block_on(async { repeat(&Canned::json(OPENAI).openai()?.model("gpt-4o"), text, times).await })
}

pub(crate) fn memories(times: usize) -> Result<usize, String> {
    block_on(async {
        repeat(&Canned::json(MEMORIES).memories()?.model("qwen:qwen3-vl-plus"), with_picture, times).await
    })
}

pub(crate) fn memories_text(times: usize) -> Result<usize, String> {
    block_on(async { repeat(&Canned::json(MEMORIES).memories()?.model("qwen:qwen3-vl-plus"), text, times).await })
}

fn with_picture(model: &Model) -> Ask {
    model.ask("What is in this picture?").attach("https://example.com/picture.jpg").temperature(0.2).max_tokens(300)
}

fn text(model: &Model) -> Ask {
    model.ask("What is a picture?").max_tokens(300)
}

/// The length of all answers together.
async fn repeat(model: &Model, question: fn(&Model) -> Ask, times: usize) -> Result<usize, Error> {
    let mut came = 0;
    for _ in 0..times {
        came += question(model).await?.text().len();
    }
    Ok(came)
}

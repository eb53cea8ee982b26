//! A picture of 1 MiB on its way into a request. From memory: files are read by threads, whose counts differ from run to
//! run.

use vlm_core::{Error, Media, Model, VisionProviderExt};

use crate::canned::{Canned, block_on};

const REPLY: &str = include_str!("../../vlm-openai/tests/fixtures/replies/openai.json");
const LENGTH: usize = 1 << 20;

pub(crate) fn picture(times: usize) -> Result<usize, String> {
    let content = content();
    block_on(async { ask(&model()?, times, || Media::bytes(content.clone())).await })
}

/// Begins as a PNG does; the pixels behind are never looked at.
fn content() -> bytes::Bytes {
    let mut content = include_bytes!("../../../media/coffee.png")[..64 << 10].to_vec();
    content.resize(LENGTH, 0xA5);
    content.into()
}

fn model() -> Result<Model, Error> {
    Ok(Canned::json(REPLY).openai()?.model("gpt-4o"))
}

async fn ask(model: &Model, times: usize, picture: impl Fn() -> Media) -> Result<usize, Error> {
    let mut came = 0;
    for _ in 0..times {
        came += model.ask("What is in this picture?").attach(picture()).await?.text().len();
    }
    Ok(came)
}

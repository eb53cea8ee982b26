//! This SDK, used as its documentation says and with everything on: retry, deadlines, limits, usage, cost, warnings.

use std::hint::black_box;
use std::path::Path;

use vlm_core::{Completion, Model, VisionProviderExt as _};
use vlm_memories::Memories;
use vlm_openai::OpenAi;

use super::{Answer, Contender};
use crate::Result;
use crate::case::{Case, KEY, Load, MAX_TOKENS, PROMPT, Shape};

/// The SDK's handle to a model.
#[derive(Clone, Debug)]
pub struct Sdk {
    model: Model,
}

impl Contender for Sdk {
    fn new(load: &Load, case: Case) -> Result<Self> {
        let url = load.base_url(case);
        let name = load.shape.model();
        let model = match load.shape {
            Shape::OpenAi => OpenAi::builder(KEY).base_url(url).build()?.model(name),
            Shape::Memories => Memories::builder(KEY).base_url(url).build()?.model(name),
        };
        Ok(Self { model })
    }

    async fn ask(&self) -> Result<Answer> {
        answer(&self.model.ask(PROMPT).max_tokens(MAX_TOKENS).await?)
    }

    async fn ask_about(&self, picture: &Path) -> Result<Answer> {
        answer(&self.model.ask(PROMPT).attach(picture).max_tokens(MAX_TOKENS).await?)
    }

    async fn stream(&self) -> Result<Answer> {
        let mut stream = self.model.ask(PROMPT).max_tokens(MAX_TOKENS).stream().await?;
        let mut read = 0;
        while let Some(text) = stream.next_text().await? {
            read += text.len();
        }
        let answer = answer(stream.partial())?;
        if read == answer.text { Ok(answer) } else { Err("the pieces are not the whole".into()) }
    }
}

fn answer(completion: &Completion) -> Result<Answer> {
    if !completion.cost.is_exact() {
        return Err("the answer has no exact price".into());
    }
    let _ = black_box(&completion.warnings);
    let counted = completion.usage.input_tokens.zip(completion.usage.output_tokens);
    let (input, output) = counted.ok_or("the answer has no token counts")?;
    Ok(Answer::new(completion.text().len(), input, output))
}

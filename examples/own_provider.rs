//! A provider of your own: four methods. This one answers from a table, without any service.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use async_trait::async_trait;
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, FinishReason, MediaCapability, Request, Result, VisionProvider,
    VisionProviderExt,
};
use vlm_examples::sample;

#[derive(Clone, Debug)]
struct Museum;

#[async_trait]
impl VisionProvider for Museum {
    fn id(&self) -> &str {
        "museum"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let mut capabilities = Capabilities::text_only(model);
        capabilities.image = MediaCapability::url_and_inline(20 << 20);
        Ok(capabilities)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let warnings = self.capabilities(&request.model)?.admit(request)?;
        let mut choice = Choice::new(0, format!("{} picture(s), all of them on loan.", request.media().count()));
        choice.finish = FinishReason::Stop;
        let mut answer = Completion::new();
        answer.choices.push(choice);
        answer.warnings = warnings;
        Ok(answer)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        Ok(CompletionStream::whole(self.generate(request).await?))
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let model = Museum.model("guide");
    let answer = model.ask("What hangs here?").attach(sample("chelsea.png")).attach(sample("coffee.png")).await?;
    println!("{}", answer.text());

    let refused = model.ask("And this?").attach(sample("launch-and-coffee.mp4")).await.err().ok_or("a film")?;
    println!("{refused}");
    Ok(())
}

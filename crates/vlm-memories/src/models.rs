//! The models that memories.ai lists, and what each can do, as data.
//!
//! The list is the vendor's price table. Facts about the upstream models (thinking ranges, context sizes) come from
//! their makers' documentation; where memories.ai says nothing, nothing is claimed.

mod media;

use std::ops::RangeInclusive;

use vlm_core::{Capabilities, MediaCapability, PriceSchedule, SchemaDialect, Support};

use crate::family::Family;
use crate::pricing;

/// Limits for content that is sent inline; the service states none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InlineLimits {
    pub(crate) image: u64,
    pub(crate) video: u64,
}

impl Default for InlineLimits {
    fn default() -> Self {
        Self { image: 20 << 20, video: 100 << 20 }
    }
}

/// The full names of all listed models, family by family.
pub(crate) fn names() -> impl Iterator<Item = String> {
    Family::ALL.into_iter().flat_map(|family| {
        let listed = pricing::built_in().iter().filter(move |(prefix, _, _)| *prefix == family.prefix());
        listed.map(|(family, id, _)| format!("{family}:{id}"))
    })
}

/// Up to three listed names that look like `name`, nearest first.
pub(crate) fn nearest(name: &str) -> Vec<String> {
    let whole = name.to_ascii_lowercase();
    // What stands before the colon may be a wrong family, or a part of an id that has colons of its own.
    let bare = whole.split_once(':').map_or(whole.as_str(), |(_, id)| id);
    let likeness = |id: &str| strsim::jaro_winkler(&whole, id).max(strsim::jaro_winkler(bare, id));
    let mut scored: Vec<(f64, String)> = pricing::built_in()
        .iter()
        .map(|(family, id, _)| (likeness(id), format!("{family}:{id}")))
        .filter(|(score, _)| *score > 0.8)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// What a model can do. Ids that are not listed are taken for ordinary models of their family.
pub(crate) fn capabilities(
    family: Family,
    id: &str,
    inline: InlineLimits,
    price: Option<&PriceSchedule>,
) -> Capabilities {
    let mut model = Capabilities::text_only(format!("{family}:{id}"));
    model.listed = pricing::built_in().get(family.prefix(), id).is_some();
    model.price = price.cloned();
    model.image = MediaCapability::url_and_inline(inline.image);
    model.video = films(family, inline);
    model.token_rules = Some(model.model.clone().into());
    // The documented default of `max_tokens`, where a request does not set it.
    model.default_max_tokens = Some(if family == Family::Qwen { 1024 } else { 1000 });
    match family {
        Family::Qwen => qwen(&mut model, id),
        Family::Gemini => gemini(&mut model, id),
        Family::Nova => nova(&mut model, id),
        Family::Gpt => gpt(&mut model, id),
    }
    // Of models that are not listed nothing is known.
    if model.listed {
        media::limit(&mut model, family, id);
    }
    model
}

fn films(family: Family, inline: InlineLimits) -> MediaCapability {
    let instead = "give a public https URL, or use a nova model, which takes the film itself";
    match family {
        Family::Qwen => MediaCapability::url_only(format!("qwen takes films by URL only: {instead}")),
        Family::Gemini => MediaCapability::url_only(format!("gemini takes films by URL only: {instead}")),
        Family::Nova => MediaCapability::url_and_inline(inline.video),
        Family::Gpt => {
            MediaCapability::none("gpt models see pictures only: use a qwen, gemini or nova model for films")
        }
    }
}

fn qwen(model: &mut Capabilities, id: &str) {
    model.assistant_turns = Support::doubtful("qwen documents only system and user turns here; it may be refused");
    model.schema_dialect = SchemaDialect::JsonSchema;
    model.json = Support::none("qwen gives JSON by a schema only: give a schema");
    model.json_schema = Support::Full;
    let thinks = id.starts_with("qwen3-vl") || !model.listed;
    let thinking = || match thinks {
        true => Support::Full,
        false => Support::doubtful("this model's maker says that it does not think"),
    };
    (model.thinking_switch, model.thinking_budget) = (thinking(), thinking());
    model.thinking_range = Some(1..=81_920);
    // `max_tokens` limits the answer without the text of the thinking.
    model.thinking_beyond_max_tokens = true;
    let (input, output) = match thinks {
        true => (260_096, 32_768),
        false => (129_024, 8_192),
    };
    limits(model, input, output);
}

fn gemini(model: &mut Capabilities, id: &str) {
    model.json = Support::Full;
    model.json_schema = Support::Full;
    model.schema_dialect = SchemaDialect::GeminiSchema;
    let (switch, budget, range) = gemini_thinking(id);
    (model.thinking_switch, model.thinking_budget, model.thinking_range) = (switch, budget, range);
    limits(model, 1_048_576, if id.starts_with("gemini-2.0") { 8_192 } else { 65_536 });
}

/// The switch is sent as a budget of 0, or of -1 for as much as the model likes.
fn gemini_thinking(id: &str) -> (Support, Support, Option<RangeInclusive<u32>>) {
    let as_budget = || Support::doubtful("sent as a thinking budget of 0 or -1, Google's convention");
    if id.starts_with("gemini-2.0") {
        let none = || Support::none("Gemini 2.0 does not think: leave it out");
        (none(), none(), None)
    } else if id.starts_with("gemini-2.5-pro") {
        (Support::doubtful("Gemini 2.5 Pro always thinks; set a budget instead"), Support::Full, Some(128..=32_768))
    } else if id.starts_with("gemini-2.5") {
        (as_budget(), Support::Full, Some(0..=24_576))
    } else {
        (as_budget(), Support::doubtful("Gemini 3 knows levels of thinking, not budgets"), None)
    }
}

fn nova(model: &mut Capabilities, id: &str) {
    model.schema_dialect = SchemaDialect::JsonSchema;
    model.json = Support::none("nova gives JSON by a schema only: give a schema");
    model.json_schema = Support::Full;
    no_thinking(model, "nova has no control of thinking here: leave it out");
    let context = if id.contains("premier") || id.contains("nova-2") { 1_000_000 } else { 300_000 };
    limits(model, context, if id.contains("nova-2") { 64_000 } else { 10_000 });
}

fn gpt(model: &mut Capabilities, id: &str) {
    model.json = Support::Full;
    model.schema_dialect = SchemaDialect::JsonObject;
    model.json_schema =
        Support::none("gpt gives JSON without a schema here: ask for JSON and describe its shape in the prompt");
    no_thinking(model, "gpt has no control of thinking here: leave it out");
    let (input, output) = match id {
        _ if id.starts_with("gpt-4.1") => (1_047_576, 32_768),
        _ if id.starts_with("gpt-5") => (272_000, 128_000),
        _ if id.starts_with('o') => (200_000, 100_000),
        _ => (128_000, 16_384),
    };
    limits(model, input, output);
}

/// True for the lines to which OpenAI itself refuses `max_tokens` and any temperature but the default.
pub(crate) fn is_reasoning_gpt(id: &str) -> bool {
    ["o1", "o3", "o4", "gpt-5"].iter().any(|line| id.starts_with(line)) && !id.contains("chat")
}

fn no_thinking(model: &mut Capabilities, note: &'static str) {
    model.thinking_switch = Support::none(note);
    model.thinking_budget = Support::none(note);
}

/// Of models that are not listed nothing is known.
fn limits(model: &mut Capabilities, input: u64, output: u64) {
    if model.listed {
        model.max_input_tokens = Some(input);
        model.max_output_tokens = Some(output);
    }
}

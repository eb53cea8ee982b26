//! The models of the Gemini API, and what each can do, as data.
//!
//! Facts come from the pages of ai.google.dev as they stood in autumn 2026; where they say nothing, nothing is claimed.

mod generation;
mod table;

use std::ops::RangeInclusive;

use vlm_core::{Capabilities, MediaCapability, MediaOption, MediaType, PriceList, SchemaDialect, Support};

use crate::pricing;
use crate::settings::Upload;
pub(crate) use generation::Generation;
pub(crate) use table::{Control, Model};

/// The largest file that the Files API takes, in bytes.
pub(crate) const MAX_FILE: u64 = 2 << 30;

/// The most that the service fetches from a URL, in bytes.
const MAX_FETCHED: u64 = 100_000_000;

const IMAGES: [MediaType; 5] = [MediaType::PNG, MediaType::JPEG, MediaType::WEBP, MediaType::HEIC, MediaType::HEIF];

const FILMS: [MediaType; 8] = [
    MediaType::MP4,
    MediaType::MPEG,
    MediaType::QUICKTIME,
    MediaType::AVI,
    MediaType::FLV,
    MediaType::WEBM,
    MediaType::WMV,
    MediaType::THREE_GP,
];

/// What of the settings bears on what a model can be given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content {
    pub(crate) upload: Upload,
    /// The largest request body that holds media itself, in bytes.
    pub(crate) inline_limit: u64,
}

/// The ids of all listed models.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    table::MODELS.iter().map(|model| model.id)
}

/// Up to three listed ids that look like `name`, nearest first.
pub(crate) fn nearest(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let mut scored: Vec<(f64, &str)> =
        names().map(|id| (strsim::jaro_winkler(&name, id), id)).filter(|(score, _)| *score > 0.8).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, id)| id).collect()
}

/// What a model can do. Ids that are not listed are taken for ordinary models of their generation.
pub(crate) fn capabilities(id: &str, content: Content, prices: &PriceList) -> Capabilities {
    let generation = Generation::of(id);
    let model = Model::of(id);
    let mut known = Capabilities::text_only(id);
    known.listed = table::MODELS.iter().any(|model| model.id == id);
    known.price = prices.get(pricing::GROUP, id).cloned();
    known.image = pictures(generation, content);
    known.video = films(generation, content);
    known.sampling.n = Some(1..=8);
    known.sampling.stop = Some(5);
    known.json = Support::Full;
    known.json_schema = Support::Full;
    known.schema_dialect = dialect(generation);
    (known.thinking_switch, known.thinking_budget, known.thinking_range) = thinking(&model.control);
    // Only the rules of these generations are known.
    known.token_rules = matches!(generation, Generation::Two | Generation::TwoFive | Generation::Three(_))
        .then(|| id.to_owned().into());
    if known.listed {
        known.max_input_tokens = Some(1_048_576);
        known.max_output_tokens = Some(u64::from(model.output));
        // Where a request sets none, the service takes the model's limit.
        known.default_max_tokens = Some(model.output);
        known.image.max_count = Some(3600);
        known.video.max_count = (generation != Generation::Two).then_some(10);
    }
    known
}

/// The form in which this generation takes a schema.
pub(crate) fn dialect(generation: Generation) -> SchemaDialect {
    match generation {
        Generation::Two | Generation::Unknown => SchemaDialect::GeminiSchema,
        _ => SchemaDialect::GeminiJsonSchema,
    }
}

fn media(content: Content) -> MediaCapability {
    let largest = match content.upload {
        // As base64, three bytes take four.
        Upload::Never => content.inline_limit / 4 * 3,
        Upload::WhenLarge | Upload::Always => MAX_FILE,
    };
    let mut media = MediaCapability::url_and_inline(largest);
    media.file_id = Support::Full;
    media.limits.max_url_bytes = Some(MAX_FETCHED);
    media
}

fn pictures(generation: Generation, content: Content) -> MediaCapability {
    let mut pictures = media(content);
    if matches!(generation, Generation::Two | Generation::Unknown) {
        pictures.url = Support::doubtful("URLs are documented from Gemini 2.5 on; give the content instead");
    }
    if generation.has_part_resolution() {
        pictures.options = vec![MediaOption::Detail];
    }
    pictures.media_types = IMAGES.to_vec();
    pictures
}

fn films(generation: Generation, content: Content) -> MediaCapability {
    let mut films = media(content);
    films.url = Support::doubtful(match generation {
        Generation::Two | Generation::Unknown => "of this model, only YouTube URLs are documented, as a preview",
        _ => "YouTube URLs are a preview, and other films by URL are documented for short ones only: upload the film",
    });
    films.options = vec![MediaOption::Fps, MediaOption::Start, MediaOption::End];
    films.media_types = FILMS.to_vec();
    films
}

/// The switch and the budget of the neutral request, as far as the model has them.
fn thinking(control: &Control) -> (Support, Support, Option<RangeInclusive<u32>>) {
    match control {
        Control::None => {
            let none = || Support::none("this model does not think: leave it out");
            (none(), none(), None)
        }
        Control::Budget { range, off: true } => (Support::Full, Support::Full, Some(range.clone())),
        Control::Budget { range, off: false } => {
            let always = "this model always thinks: off is sent as its smallest budget";
            (Support::doubtful(always), Support::Full, Some(range.clone()))
        }
        Control::Levels { budget, .. } => {
            let switch =
                "this model knows levels: on is sent as its highest, off as its lowest, at which it may think a little";
            let budget = match budget {
                true => Support::doubtful("this model documents levels; a budget is taken for compatibility only"),
                false => Support::none("this model takes no budget: set the extra `thinking_level` instead"),
            };
            (Support::doubtful(switch), budget, None)
        }
    }
}

#[cfg(test)]
mod tests;

//! `vlm models`: the listed models as a table or as JSON.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use vlm_core::{Capabilities, Currency, MediaCapability, Money, PriceSchedule};

use crate::args::ModelsArgs;
use crate::exit::Failure;
use crate::report::Report;
use crate::{registry, spending};

/// A model, and how it is named on the command line.
#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    provider: String,
    #[serde(flatten)]
    model: Capabilities,
}

pub(crate) fn run(args: &ModelsArgs, report: &mut Report) -> Result<(), Failure> {
    let prices = spending::prices(&args.prices)?;
    let wanted = |name: &str| args.provider.as_ref().is_none_or(|provider| provider == name);
    let (mut models, mut unlisted) = (Vec::new(), Vec::new());
    for backend in registry::all().into_iter().filter(|backend| wanted(&backend.name())) {
        let listed = registry::catalogue(&*backend, &prices)?.models;
        if listed.is_empty() {
            unlisted.push(format!("{}/… ({})", backend.name(), backend.about()));
        }
        models.extend(listed.into_iter().map(|model| Listed {
            name: registry::full(&*backend, &model.model),
            provider: backend.name(),
            model,
        }));
    }
    if let Some(family) = &args.model_family {
        models.retain(|listed| listed.name.split_once(':').is_some_and(|(of, _)| of == family));
    }
    if args.json {
        return report.json_pretty(&models);
    }
    if !models.is_empty() {
        report.text(&format!("{}\n", table(&models)))?;
    }
    report.note("limits: how many pictures and films one request may have, and how long a film may be; --json has all");
    report.note("prices: $ per 1M tokens; a tier is chosen by the request's input tokens and rates all of it");
    report.note("other models of these providers can be asked too; they get a warning and no price");
    if args.model_family.is_none() && !unlisted.is_empty() {
        report.note(&format!("any model of: {}", unlisted.join(", ")));
    }
    Ok(())
}

/// One line per model and price tier.
fn table(models: &[Listed]) -> String {
    let mut table = Table::new();
    let header = ["MODEL", "PICTURES", "FILMS", "CONTEXT", "ANSWER", "TIER", "IN $", "OUT $"];
    table.load_style(presets::NOTHING).set_header(header);
    for Listed { name, model, .. } in models {
        for (at, tier) in tiers(model.price.as_ref()).into_iter().enumerate() {
            let first = at == 0;
            let shown = |text: String| if first { text } else { String::new() };
            let [bound, input, output] = tier;
            table.add_row([
                shown(name.clone()),
                shown(forms(&model.image)),
                shown(forms(&model.video)),
                shown(model.max_input_tokens.map_or_else(|| "?".to_owned(), short)),
                shown(model.max_output_tokens.map_or_else(|| "?".to_owned(), short)),
                bound,
                input,
                output,
            ]);
        }
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if column.index > 2 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// The forms in which something is taken, how many, and how long a film may be: `url,file to 256`, `url to 64, 2s-1h`.
fn forms(media: &MediaCapability) -> String {
    let forms = [(&media.url, "url"), (&media.inline, "file"), (&media.file_id, "id")];
    let taken: Vec<&str> = forms.iter().filter(|(support, _)| support.is_available()).map(|(_, name)| *name).collect();
    if taken.is_empty() {
        return "-".to_owned();
    }
    let count = media.max_count.map(|count| format!(" to {count}")).unwrap_or_default();
    let length = match (media.limits.min_duration, media.limits.max_duration) {
        (None, None) => String::new(),
        (least, most) => {
            format!(", {}-{}", least.map_or_else(String::new, length), most.map_or_else(String::new, length))
        }
    };
    format!("{}{count}{length}", taken.join(","))
}

/// `2s`, `20min`, `1h`.
fn length(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}min", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Bound and prices of each tier; one line of question marks where nothing is known.
fn tiers(price: Option<&PriceSchedule>) -> Vec<[String; 3]> {
    let Some(price) = price else { return vec![["".to_owned(), "?".to_owned(), "?".to_owned()]] };
    let several = price.tiers().len() > 1;
    let tier = |tier: &vlm_core::PriceTier| {
        let bound = match tier.up_to_input_tokens {
            Some(bound) => format!("to {}", short(bound)),
            None if several => "above".to_owned(),
            None => String::new(),
        };
        let shown = |per_token: Money| match price.currency() {
            Currency::USD => per_token.times(1_000_000).to_decimal(),
            other => other.show(per_token.times(1_000_000)),
        };
        [bound, shown(tier.input_per_token), shown(tier.output_per_token)]
    };
    price.tiers().iter().map(tier).collect()
}

/// `128k`, `1.05M`: as exact as a table needs.
fn short(tokens: u64) -> String {
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => format!("{}k", (tokens + 500) / 1_000),
        _ => {
            let hundredths = (tokens + 5_000) / 10_000;
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            format!("{}M", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        let shown = [999, 1_000, 32_000, 129_024, 1_000_000, 1_048_576].map(short);
        assert_eq!(shown, ["999", "1k", "32k", "129k", "1M", "1.05M"]);
    }

    #[test]
    fn lengths_are_short() {
        assert_eq!([2, 90, 600, 3600, 0].map(Duration::from_secs).map(length), ["2s", "90s", "10min", "1h", "0s"]);
    }

    #[test]
    fn a_model_without_a_price_says_so() {
        assert_eq!(tiers(None), [["", "?", "?"]]);
        let model = Capabilities::text_only("qwen:new");
        assert!(table(&[Listed { name: "qwen:new".to_owned(), provider: "memories".to_owned(), model }]).contains('?'));
    }
}

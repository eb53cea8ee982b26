//! `vlm models`: the listed models as a table or as JSON.

use comfy_table::{CellAlignment, Table, presets};
use vlm_core::{Capabilities, MediaCapability, PriceSchedule};

use crate::args::ModelsArgs;
use crate::exit::Failure;
use crate::provider;
use crate::report::Report;

pub(crate) fn run(args: &ModelsArgs, report: &mut Report) -> Result<(), Failure> {
    let mut models = provider::catalogue()?.models();
    if let Some(family) = &args.model_family {
        models.retain(|model| model.model.split(':').next() == Some(family));
    }
    if args.json {
        return report.json_pretty(&models);
    }
    report.text(&format!("{}\n", table(&models)))?;
    report.note("prices: $ per 1M tokens; a tier is chosen by the request's input tokens and rates all of it");
    report.note("other models of these families can be asked too; they get a warning and no price");
    Ok(())
}

/// One line per model and price tier.
fn table(models: &[Capabilities]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["MODEL", "PICTURES", "FILMS", "CONTEXT", "TIER", "IN $", "OUT $"]);
    for model in models {
        for (at, tier) in tiers(model.price.as_ref()).into_iter().enumerate() {
            let first = at == 0;
            let shown = |text: String| if first { text } else { String::new() };
            let [bound, input, output] = tier;
            table.add_row([
                shown(model.model.clone()),
                shown(forms(&model.image)),
                shown(forms(&model.video)),
                shown(model.max_input_tokens.map_or_else(|| "?".to_owned(), short)),
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

/// The forms in which something is taken.
fn forms(media: &MediaCapability) -> String {
    let forms = [(&media.url, "url"), (&media.inline, "file"), (&media.file_id, "id")];
    let taken: Vec<&str> = forms.iter().filter(|(support, _)| support.is_available()).map(|(_, name)| *name).collect();
    if taken.is_empty() { "-".to_owned() } else { taken.join(",") }
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
        [bound, tier.input_per_token.times(1_000_000).to_decimal(), tier.output_per_token.times(1_000_000).to_decimal()]
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
    fn a_model_without_a_price_says_so() {
        assert_eq!(tiers(None), [["", "?", "?"]]);
        assert!(table(&[Capabilities::text_only("qwen:new")]).contains('?'));
    }
}

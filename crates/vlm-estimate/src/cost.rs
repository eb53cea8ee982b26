//! What the estimated tokens cost: the range, the likely amount, and the price tier with its reason.

use vlm_core::{Capabilities, PriceSchedule, PriceTier, Usage};

use crate::estimate::{CostEstimate, OutputEstimate, Unknown};
use crate::tokens::TokenRange;

/// The cost of these tokens, of which so many are sound; what cannot be told goes to `unknown`.
pub(crate) fn estimate(
    capabilities: &Capabilities,
    input: TokenRange,
    sound: TokenRange,
    output: OutputEstimate,
    unknown: &mut Vec<Unknown>,
) -> CostEstimate {
    let Some(schedule) = &capabilities.price else {
        unknown.push(Unknown::new("no price is known for this model: give a price list of your own"));
        return CostEstimate::default();
    };
    let within = |range: TokenRange| range.low..=range.high.unwrap_or(u64::MAX);
    let bounds = schedule.bounds_with_audio(&within(input), &within(sound), &(0..=output.max.unwrap_or(u64::MAX)));
    let bounded = input.high.is_some() && output.max.is_some();
    if bounded && bounds.high.is_none() {
        unknown.push(Unknown::new(above(schedule)));
    }
    let mut usage = Usage::new().with_tokens(input.likely, output.typical);
    usage.input_by_modality.audio = Some(sound.likely);
    let likely = schedule.cost(&usage).amount();
    CostEstimate {
        low: bounds.low,
        likely,
        high: bounds.high.filter(|_| bounded),
        currency: schedule.currency(),
        tier: schedule.tier(input.likely).copied(),
        tier_reason: (schedule.tiers().len() > 1).then(|| reason(schedule, input)),
    }
}

fn above(schedule: &PriceSchedule) -> String {
    let last = schedule.tiers().last().and_then(|tier| tier.up_to_input_tokens).unwrap_or_default();
    format!("the input may pass the last price tier, which ends at {last} tokens: no price is known above it")
}

/// Why the likely tier, and what the range may make of it.
fn reason(schedule: &PriceSchedule, input: TokenRange) -> String {
    let mut text = match schedule.tier(input.likely) {
        Some(tier) => format!("{} input tokens fall into the tier {}", input.likely, named(tier)),
        None => format!("{} input tokens lie above the last tier", input.likely),
    };
    let high = input.high.unwrap_or(u64::MAX);
    let others = between(schedule, input.low, high).filter(|tier| Some(*tier) != schedule.tier(input.likely));
    let others: Vec<String> = others.map(named).collect();
    if !others.is_empty() {
        text.push_str(&format!("; within the range it may be the tier {}", others.join(" or ")));
    }
    if let Some(bound) = schedule
        .tiers()
        .iter()
        .filter_map(|tier| tier.up_to_input_tokens)
        .find(|bound| bound.is_multiple_of(1000) && input.low <= bound / 1000 * 1024 && high > *bound)
    {
        let other = bound / 1000 * 1024;
        text.push_str(&format!("; up to {other} tokens it is the lower one if the service means 1,024 by K"));
    }
    text
}

/// The tiers that a number of input tokens from `low` to `high` may fall into.
fn between(schedule: &PriceSchedule, low: u64, high: u64) -> impl Iterator<Item = &PriceTier> {
    let mut from = 0;
    schedule.tiers().iter().filter(move |tier| {
        let to = tier.up_to_input_tokens.unwrap_or(u64::MAX);
        let inside = low <= to && high >= from;
        from = to.saturating_add(1);
        inside
    })
}

fn named(tier: &PriceTier) -> String {
    match tier.up_to_input_tokens {
        Some(bound) => format!("up to {bound}"),
        None => "without an upper bound".to_owned(),
    }
}

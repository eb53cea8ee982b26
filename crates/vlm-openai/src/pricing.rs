//! What the services charge per token: the built-in price list, by service (a profile's id) and model. A list of your own
//! has the same form.
//!
//! The figures were read from public copies of the vendors' pages; each line of `prices.json` names the page that
//! decides and the month of the reading. DashScope's are those of its international region. A tier is chosen by the
//! input tokens of the request, its upper bound is inclusive, and it rates the whole request; above the last bounded
//! tier there is no price. Thousand means 1,000: DashScope does not say whether its "32K" is 32,000 or 32,768.
//! Of models without a line the price is unknown, and is said to be; so is that of an answer from another tier of
//! service than the standard one. Where a line has no price for cached input, that is rated as any other.
//!
//! ```
//! use vlm_core::Usage;
//! use vlm_openai::pricing;
//!
//! let schedule = pricing::built_in().get("openai", "gpt-4.1-mini").unwrap();
//! let cost = schedule.cost(&Usage::new().with_tokens(2_000, 500));
//! assert_eq!(cost.to_string(), "$0.0016");
//! ```

use std::sync::LazyLock;

use vlm_core::{Cost, PriceList, PriceSchedule, Usage};

const BUILT_IN: &str = include_str!("prices.json");

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// The vendors' prices as this release knows them, by service and model.
pub fn built_in() -> &'static PriceList {
    &BUILT_IN_LIST
}

/// What an answer cost. Other tiers of service than the standard one have prices of their own, which no list here
/// holds.
pub(crate) fn charge(schedule: Option<&PriceSchedule>, usage: &Usage, service_tier: Option<&str>) -> Cost {
    match (schedule, service_tier) {
        (None, _) => Cost::default(),
        (Some(_), Some(tier)) if !matches!(tier, "" | "auto" | "default" | "standard") => {
            Cost::Unknown { reason: format!("no price is known for the service tier `{tier}`") }
        }
        (Some(schedule), _) => schedule.cost(usage),
    }
}

#[cfg(test)]
mod tests;

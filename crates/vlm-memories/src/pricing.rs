//! What memories.ai charges per token: the built-in price list, by family and model id. A list of your own has the same
//! form.
//!
//! The figures are those of the vendor's pages (each line of `prices.json` names its page), read in November 2026.
//! Thousand means 1,000. A tier is chosen by the input tokens of the request, its upper bound is inclusive, and it rates
//! the whole request; above the last bounded tier there is no price.
//!
//! ```
//! use vlm_core::Usage;
//! use vlm_memories::pricing;
//!
//! let schedule = pricing::built_in().get("qwen", "qwen3-vl-plus").unwrap();
//! let cost = schedule.cost(&Usage::new().with_tokens(34_578, 561));
//! assert_eq!(cost.to_string(), "$0.0121329");
//! ```

use std::sync::LazyLock;

use vlm_core::PriceList;

const BUILT_IN: &str = include_str!("prices.json");

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// The vendor's prices as this release knows them, by [family](crate::Family) and model id.
pub fn built_in() -> &'static PriceList {
    &BUILT_IN_LIST
}

#[cfg(test)]
mod tests;

//! What Google charges per token: the built-in price list, by the group `google` and model id. A list of your own has the
//! same form.
//!
//! The figures are those of the paid tier; each line of `prices.json` says where it was read, and when. A tier is chosen
//! by the input tokens of the request, its upper bound is inclusive, and it rates the whole request. Thinking is billed
//! as output. Sound has a price of its own for some models.
//!
//! ```
//! use vlm_core::Usage;
//! use vlm_gemini::pricing;
//!
//! let schedule = pricing::built_in().get(pricing::GROUP, "gemini-2.5-flash").unwrap();
//! let mut usage = Usage::new().with_tokens(16_983, 37);
//! usage.input_by_modality.audio = Some(1_000); // sound costs $1 a million, the rest $0.30
//! assert_eq!(schedule.cost(&usage).to_string(), "$0.0058874");
//! ```

use std::sync::LazyLock;

use vlm_core::PriceList;

const BUILT_IN: &str = include_str!("prices.json");

/// The group of this service's models in a price list.
pub const GROUP: &str = "google";

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// Google's prices as this release knows them.
pub fn built_in() -> &'static PriceList {
    &BUILT_IN_LIST
}

#[cfg(test)]
mod tests;

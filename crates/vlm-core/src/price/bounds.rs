//! Between which amounts a call will cost, when its tokens are known only as a range.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::PriceSchedule;
use crate::money::{Currency, Money};

/// The least and the most that a call can cost. An end that no price tier covers is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostBounds {
    /// The least.
    pub low: Option<Money>,
    /// The most: what a budget must set aside.
    pub high: Option<Money>,
    /// The currency of both.
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
}

impl PriceSchedule {
    /// The least and the most that so many tokens cost.
    ///
    /// Every tier that the input may fall into is looked at, because a tier rates the whole request: one token more of
    /// input may raise, or lower, the price of everything.
    ///
    /// ```
    /// use vlm_core::{PriceSchedule, PriceTier};
    ///
    /// let per_token = |text: &str| text.parse().unwrap();
    /// let tiers = vec![
    ///     PriceTier::new(Some(100), per_token("0.001"), per_token("0.01")),
    ///     PriceTier::new(Some(200), per_token("0.002"), per_token("0.02")),
    /// ];
    /// let schedule = PriceSchedule::new(tiers).unwrap();
    /// let bounds = schedule.bounds(&(90..=110), &(0..=10));
    /// assert_eq!(bounds.low.unwrap().to_string(), "$0.09");
    /// assert_eq!(bounds.high.unwrap().to_string(), "$0.42");
    /// assert_eq!(schedule.bounds(&(90..=300), &(0..=10)).high, None); // above the last tier
    /// ```
    ///
    /// Where sound has a price of its own, any part of the input may be sound; [`bounds_with_audio`] is closer.
    ///
    /// [`bounds_with_audio`]: Self::bounds_with_audio
    pub fn bounds(&self, input: &RangeInclusive<u64>, output: &RangeInclusive<u64>) -> CostBounds {
        self.bounds_with_audio(input, &(0..=u64::MAX), output)
    }

    /// The least and the most that so many tokens cost, of whose input so many are sound.
    pub fn bounds_with_audio(
        &self,
        input: &RangeInclusive<u64>,
        audio: &RangeInclusive<u64>,
        output: &RangeInclusive<u64>,
    ) -> CostBounds {
        let mut bounds = CostBounds { low: None, high: None, currency: self.currency };
        let mut from = 0;
        for tier in &self.tiers {
            let to = tier.up_to_input_tokens.unwrap_or(u64::MAX);
            let (first, last) = ((*input.start()).max(from), (*input.end()).min(to));
            if first <= last {
                let (least, most) = tier.input_bounds(first..=last, audio);
                let low = least + tier.output_per_token.times(*output.start());
                let high = most + tier.output_per_token.times(*output.end());
                bounds.low = Some(bounds.low.map_or(low, |known| known.min(low)));
                bounds.high = Some(bounds.high.map_or(high, |known| known.max(high)));
            }
            from = to.saturating_add(1);
        }
        let covered =
            self.tiers.last().is_some_and(|last| last.up_to_input_tokens.is_none_or(|end| *input.end() <= end));
        if !covered {
            bounds.high = None;
        }
        bounds
    }
}

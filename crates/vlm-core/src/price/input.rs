//! What input costs in a tier, where a part of it is sound or came from the service's cache, and what of that is known.

use std::ops::RangeInclusive;

use super::PriceTier;
use crate::money::Money;
use crate::usage::Usage;

/// Input tokens by what they are rated as.
#[derive(Clone, Copy)]
struct Split {
    audio: u64,
    cached: u64,
    /// Of the cached ones, those of sound.
    cached_audio: u64,
}

impl PriceTier {
    /// The least and the most that so many input tokens cost, by what else was reported of them.
    ///
    /// Where sound has a price of its own, and the service split its count by modality, no count of sound means none;
    /// where it did not split it, any part may be sound. Which part of the cached input was sound is never reported.
    pub(super) fn input_cost(&self, tokens: u64, usage: &Usage) -> (Money, Money) {
        let audio = match usage.input_by_modality.audio {
            Some(audio) => audio.min(tokens)..=audio.min(tokens),
            None if usage.input_by_modality.is_empty() && self.audio_input_per_token.is_some() => 0..=tokens,
            None => 0..=0,
        };
        let cached = usage.cached_input_tokens.unwrap_or_default().min(tokens);
        // The cost is linear between these counts of sound, so that its ends are among them.
        let kinks = [0, cached, tokens - cached, tokens].map(|count| count.clamp(*audio.start(), *audio.end()));
        let costs = kinks.into_iter().flat_map(|audio| {
            // What is cached and not sound must fit into what is not sound.
            let least = cached.saturating_sub(tokens - audio);
            [least, cached.min(audio)].map(|cached_audio| self.rated(tokens, Split { audio, cached, cached_audio }))
        });
        let ends = |known: Option<(Money, Money)>, cost: Money| {
            Some(known.map_or((cost, cost), |(least, most)| (least.min(cost), most.max(cost))))
        };
        costs.fold(None, ends).unwrap_or_default()
    }

    /// The least and the most that a number of input tokens cost, of which so many may be sound, and any part cached.
    pub(super) fn input_bounds(&self, tokens: RangeInclusive<u64>, audio: &RangeInclusive<u64>) -> (Money, Money) {
        let (first, last) = tokens.into_inner();
        let priced = |tokens: u64, pick: fn(Money, Money) -> Money| {
            let text = pick(self.input_per_token, self.cached_input());
            let sound = pick(self.audio_input(), self.cached_audio_input());
            let of = |audio: u64| text.times(tokens - audio.min(tokens)) + sound.times(audio.min(tokens));
            pick(of(*audio.start()), of(*audio.end()))
        };
        (priced(first, Money::min), priced(last, Money::max))
    }

    /// What one input token costs at the least, whatever it is.
    pub(super) fn cheapest_input(&self) -> Money {
        self.input_per_token.min(self.cached_input()).min(self.audio_input()).min(self.cached_audio_input())
    }

    fn rated(&self, tokens: u64, split: Split) -> Money {
        let Split { audio, cached, cached_audio } = split;
        self.input_per_token.times(tokens - audio - (cached - cached_audio))
            + self.cached_input().times(cached - cached_audio)
            + self.audio_input().times(audio - cached_audio)
            + self.cached_audio_input().times(cached_audio)
    }

    fn cached_input(&self) -> Money {
        self.cached_input_per_token.unwrap_or(self.input_per_token)
    }

    fn audio_input(&self) -> Money {
        self.audio_input_per_token.unwrap_or(self.input_per_token)
    }

    fn cached_audio_input(&self) -> Money {
        match self.audio_input_per_token {
            Some(sound) => self.cached_audio_input_per_token.unwrap_or(sound),
            None => self.cached_input(),
        }
    }
}

//! When and how often to ask again.

use vlm_core::{Model, Money};

/// When and how often an answer that does not fit is asked again.
///
/// First as a repair: schema, answer and errors as text, without the media. Then, if allowed, as the full question with
/// the errors, which costs the media again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReaskPolicy {
    /// Text-only repairs; 1 unless said otherwise.
    pub repairs: u32,
    /// Full questions after the first; 0 unless said otherwise.
    pub full: u32,
    /// No further attempt once the attempts took so many tokens.
    pub max_tokens: Option<u64>,
    /// No further attempt once the attempts cost so much, or an attempt's cost is not known.
    pub max_cost: Option<Money>,
    /// Who repairs, where it shall be another, cheaper model.
    pub repair_model: Option<Model>,
}

impl Default for ReaskPolicy {
    fn default() -> Self {
        Self { repairs: 1, full: 0, max_tokens: None, max_cost: None, repair_model: None }
    }
}

impl ReaskPolicy {
    /// Never asks again.
    pub fn never() -> Self {
        Self { repairs: 0, ..Self::default() }
    }

    /// Sets the number of text-only repairs.
    #[must_use]
    pub fn repairs(mut self, repairs: u32) -> Self {
        self.repairs = repairs;
        self
    }

    /// Sets the number of full questions after the first.
    #[must_use]
    pub fn full(mut self, full: u32) -> Self {
        self.full = full;
        self
    }

    /// Stops once so many tokens were taken.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u64) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Stops once so much was spent.
    #[must_use]
    pub fn max_cost(mut self, cost: Money) -> Self {
        self.max_cost = Some(cost);
        self
    }

    /// Has another model do the repairs.
    #[must_use]
    pub fn repair_model(mut self, model: Model) -> Self {
        self.repair_model = Some(model);
        self
    }
}

//! Settings of uploads: when content goes through the Files API, and how its processing is waited for.

use std::time::Duration;

/// When pictures and films go through the Files API instead of standing in the request itself.
///
/// An uploaded file is kept by the service for 48 hours, unless it is deleted; the answer's metadata name it under
/// `uploaded_files`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Upload {
    /// Never: a request that is too large to hold them is refused.
    Never,
    /// Where the request would be larger than the [limit](crate::GeminiBuilder::inline_limit) otherwise: the largest
    /// first, as many as needed.
    #[default]
    WhenLarge,
    /// Always.
    Always,
}

/// How often the service is asked whether it has processed an uploaded file.
///
/// ```
/// use std::time::Duration;
/// use vlm_gemini::WaitPolicy;
///
/// let policy = WaitPolicy::default().first(Duration::from_secs(2)).factor(2.0).cap(Duration::from_secs(7));
/// let delays: Vec<u64> = policy.delays().take(4).map(|delay| delay.as_secs()).collect();
/// assert_eq!(delays, [2, 4, 7, 7]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct WaitPolicy {
    /// The wait before the first question. Default 1 s.
    pub first: Duration,
    /// By how much each wait is longer than the one before; below 1 counts as 1. Default 1.5.
    pub factor: f64,
    /// The longest wait between two questions. Default 10 s.
    pub cap: Duration,
    /// All waits together, at most. Default 600 s.
    pub total: Duration,
}

impl Default for WaitPolicy {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            factor: 1.5,
            cap: Duration::from_secs(10),
            total: Duration::from_secs(600),
        }
    }
}

impl WaitPolicy {
    /// Sets the wait before the first question.
    #[must_use]
    pub fn first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// Sets by how much each wait is longer than the one before.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the longest wait between two questions.
    #[must_use]
    pub fn cap(mut self, wait: Duration) -> Self {
        self.cap = wait;
        self
    }

    /// Sets the most that all waits may take together.
    #[must_use]
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// The waits in order, without end; each is above zero, so that a service is never asked in a tight loop.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + use<> {
        const SHORTEST: Duration = Duration::from_millis(10);
        let cap = self.cap.max(SHORTEST);
        // `max` takes a factor that is not a number for 1.
        let factor = self.factor.max(1.0);
        let longer = move |wait: &Duration| {
            let next = wait.as_secs_f64() * factor;
            Some(Duration::try_from_secs_f64(next).unwrap_or(cap).min(cap))
        };
        std::iter::successors(Some(self.first.clamp(SHORTEST, cap)), longer)
    }
}

#[cfg(test)]
mod tests {
    //! Waits grow up to their bound, whatever the numbers are.

    use super::*;

    #[test]
    fn odd_numbers_make_no_tight_loop_and_no_panic() {
        for factor in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0, 1.0] {
            let policy = WaitPolicy::default().factor(factor);
            assert!(policy.delays().take(5).all(|delay| delay == Duration::from_secs(1)), "{factor}");
        }
        let endless = WaitPolicy::default().factor(f64::INFINITY).cap(Duration::MAX);
        assert_eq!(endless.delays().nth(3), Some(Duration::MAX));
        let zero = WaitPolicy::default().first(Duration::ZERO).cap(Duration::ZERO);
        assert_eq!(zero.delays().nth(9), Some(Duration::from_millis(10)));
    }
}

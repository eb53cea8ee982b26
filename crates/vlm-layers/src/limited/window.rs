//! At most so many starts in any minute: the starts of the last minute, and when the next may follow.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// The calls that started within the last minute. Its size is bounded by what it allows.
#[derive(Debug)]
pub(super) struct Window {
    most: usize,
    starts: VecDeque<Instant>,
}

impl Window {
    pub(super) fn new(most: usize) -> Self {
        Self { most, starts: VecDeque::new() }
    }

    /// Counts a start at this moment, or says when there is room for one.
    pub(super) fn take(&mut self, now: Instant) -> Result<Instant, Instant> {
        self.forget(now);
        match self.starts.front() {
            Some(&oldest) if self.starts.len() >= self.most => Err(oldest + MINUTE),
            _ => {
                self.starts.push_back(now);
                Ok(now)
            }
        }
    }

    /// Takes a start back that came to nothing.
    pub(super) fn give_back(&mut self, start: Instant) {
        if let Some(at) = self.starts.iter().rposition(|other| *other == start) {
            self.starts.remove(at);
        }
    }

    /// Whether nothing started within the last minute.
    pub(super) fn is_empty(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.starts.is_empty()
    }

    fn forget(&mut self, now: Instant) {
        while self.starts.front().is_some_and(|start| *start + MINUTE <= now) {
            self.starts.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    //! No minute, wherever it begins, has more starts than are allowed; and none is made to wait without need.

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_start_waits_for_the_oldest_to_be_a_minute_old() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut window = Window::new(2);
        assert_eq!(window.take(at(0)), Ok(at(0)));
        assert_eq!(window.take(at(10)), Ok(at(10)));
        assert_eq!(window.take(at(59)), Err(at(60)));
        assert_eq!(window.take(at(60)), Ok(at(60)));
        assert_eq!(window.take(at(60)), Err(at(70)));
        window.give_back(at(60));
        window.give_back(at(3));
        assert_eq!(window.take(at(61)), Ok(at(61)));
        assert!(!window.is_empty(at(120)) && window.is_empty(at(121)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_minute_has_more(most in 1..6usize, steps in prop::collection::vec(0..40u64, 1..120)) {
            let begin = Instant::now();
            let (mut window, mut now, mut starts) = (Window::new(most), begin, Vec::new());
            for step in steps {
                now += Duration::from_secs(step);
                match window.take(now) {
                    Ok(start) => starts.push(start),
                    Err(then) => prop_assert!(then > now && then <= now + MINUTE),
                }
            }
            for (at, start) in starts.iter().enumerate() {
                let within = starts[at..].iter().take_while(|other| **other < *start + MINUTE).count();
                prop_assert!(within <= most);
            }
        }
    }
}

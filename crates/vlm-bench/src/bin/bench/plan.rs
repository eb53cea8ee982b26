//! How much of each case is done.

use std::path::Path;
use std::time::Duration;

use super::options::Options;
use vlm_bench::case::{Case, Load, Shape};
use vlm_bench::server::Settings;

/// How long the server of [`Case::Slow`] takes.
pub(crate) const LATENCY: Duration = Duration::from_millis(20);

/// The sizes of a run.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    small: usize,
    pictures: usize,
    pub(crate) picture_bytes: usize,
    events: usize,
    large_events: usize,
    slow: usize,
    slow_in_flight: usize,
    held: usize,
    rounds: usize,
    /// Rounds of what needs no server.
    pub(crate) local_rounds: usize,
}

impl Sizes {
    pub(crate) fn of(options: &Options) -> Self {
        let mut sizes = match options {
            Options { smoke: true, .. } => SMOKE,
            Options { quick: true, .. } => QUICK,
            _ => FULL,
        };
        sizes.rounds = options.rounds.unwrap_or(sizes.rounds);
        sizes
    }

    /// Whether as many requests are in flight as goals speak of: what is shared weighs more on fewer.
    pub(crate) fn is_full(&self) -> bool {
        self.held >= FULL.held
    }

    pub(crate) fn server(&self) -> Settings {
        Settings { events: self.events, large_events: self.large_events, latency: LATENCY, held: self.held }
    }

    /// Thousands of connections leave the system with as many to forget: fewer rounds do there.
    pub(crate) fn rounds(&self, case: Case) -> usize {
        if case == Case::Held { self.rounds.min(3) } else { self.rounds }
    }

    pub(crate) fn load(&self, case: Case, shape: Shape, address: &str, picture: &Path) -> Load {
        let (requests, warm_up, in_flight) = match case {
            Case::Small => (self.small, self.small / 10, 1),
            Case::Picture => (self.pictures, 2, 1),
            Case::Stream256 | Case::Stream1 | Case::StreamSplit | Case::Large => (1, 1, 1),
            Case::Slow => (self.slow, 2 * self.slow_in_flight, self.slow_in_flight),
            Case::Held => (self.held, 0, self.held),
        };
        Load {
            address: address.to_owned(),
            shape,
            case,
            requests,
            warm_up,
            in_flight,
            events: self.server().events_of(case),
            picture: picture.to_owned(),
        }
    }
}

const FULL: Sizes = Sizes {
    small: 4000,
    pictures: 20,
    picture_bytes: 8 << 20,
    events: 200_000,
    large_events: 64,
    slow: 2000,
    slow_in_flight: 256,
    held: 10_000,
    rounds: 9,
    local_rounds: 15,
};

const QUICK: Sizes =
    Sizes { small: 1000, pictures: 8, events: 50_000, large_events: 16, held: 2000, rounds: 3, ..FULL };

const SMOKE: Sizes = Sizes {
    small: 3,
    pictures: 1,
    picture_bytes: 200_000,
    events: 300,
    large_events: 1,
    slow: 8,
    slow_in_flight: 4,
    held: 5,
    rounds: 1,
    local_rounds: 1,
};

//! Rounds: in each, every contender does the same load once, and figures are compared within a round.

use super::picture::Picture;
use super::process::{Programs, ServerProcess, Who};
use vlm_bench::Result;
use vlm_bench::case::{Case, Load};
use vlm_bench::drive::{FIRST, Taken};

/// What all contenders took, round by round, in the order of [`Who::ALL`].
#[derive(Debug)]
pub(crate) struct Rounds {
    pub(crate) taken: Vec<[Taken; 3]>,
    /// From one further round, in which allocations were counted.
    pub(crate) counted: [Taken; 3],
}

/// One figure of a contender's run.
pub(crate) type Figure<'a> = &'a dyn Fn(&Taken) -> Option<f64>;

impl Rounds {
    /// The median of a figure, for each contender.
    pub(crate) fn medians(&self, figure: Figure<'_>) -> [Option<f64>; 3] {
        std::array::from_fn(|who| median(self.taken.iter().filter_map(|round| figure(&round[who])).collect()))
    }

    /// The least of a figure, for each contender: of the time on the clock, what is more is the machine's doing.
    pub(crate) fn least(&self, figure: Figure<'_>) -> [Option<f64>; 3] {
        std::array::from_fn(|who| self.taken.iter().filter_map(|round| figure(&round[who])).reduce(f64::min))
    }

    /// The median of the first contender's figure over that of another, compared within each round.
    pub(crate) fn ratio(&self, figure: Figure<'_>, other: Who) -> Option<f64> {
        median(self.ratios(figure, other))
    }

    /// The least and the greatest of those ratios.
    pub(crate) fn spread(&self, figure: Figure<'_>, other: Who) -> Option<(f64, f64)> {
        let ratios = self.ratios(figure, other);
        Some((ratios.iter().copied().reduce(f64::min)?, ratios.iter().copied().reduce(f64::max)?))
    }

    fn ratios(&self, figure: Figure<'_>, other: Who) -> Vec<f64> {
        let ratio = |round: &[Taken; 3]| Some(figure(&round[0])? / figure(&round[other as usize])?);
        self.taken.iter().filter_map(ratio).filter(|ratio| ratio.is_finite()).collect()
    }
}

pub(crate) fn run(
    programs: &Programs,
    server: &mut ServerProcess,
    picture: &Picture,
    load: &Load,
    rounds: usize,
) -> Result<Rounds> {
    let mut one = |who: Who, counted: bool| -> Result<Taken> {
        let taken = programs.contender(who, load, counted)?;
        let first = if load.in_flight > 1 { FIRST } else { 0 };
        let (length, checksum) = match load.case {
            Case::Picture => (picture.encoded, picture.checksum),
            _ => (0, 0),
        };
        server.seen()?.check(first + load.warm_up + load.requests, length, checksum)?;
        Ok(taken)
    };
    let counted = in_turns(0, |who| one(who, true))?;
    let taken = (0..rounds).map(|round| in_turns(round, |who| one(who, false))).collect::<Result<_>>()?;
    Ok(Rounds { taken, counted })
}

/// Runs all contenders, each round beginning with another.
fn in_turns(round: usize, mut one: impl FnMut(Who) -> Result<Taken>) -> Result<[Taken; 3]> {
    let count = Who::ALL.len();
    let mut taken: [Option<Taken>; 3] = [None, None, None];
    for turn in 0..count {
        let at = (round + turn) % count;
        taken[at] = Some(one(Who::ALL[at])?);
    }
    match taken {
        [Some(sdk), Some(reqwest), Some(hyper)] => Ok([sdk, reqwest, hyper]),
        _ => Err("a contender was left out".into()),
    }
}

/// The middle of some figures; `None` where there are none.
pub(crate) fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => None,
        length if length % 2 == 1 => Some(figures[middle]),
        _ => Some((figures[middle - 1] + figures[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn taken(cpu: u64) -> Taken {
        Taken { cpu: Duration::from_secs(cpu), wall: Duration::ZERO, growth: None, allocations: None }
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // The machine was slow in the second round, for all alike.
        let rounds = Rounds {
            taken: [[2, 1, 1], [20, 10, 10], [3, 1, 1]].map(|round| round.map(taken)).to_vec(),
            counted: [1, 1, 1].map(taken),
        };
        let cpu = |taken: &Taken| Some(taken.cpu.as_secs_f64());
        assert_eq!(rounds.ratio(&cpu, Who::Reqwest), Some(2.0));
        assert_eq!(rounds.spread(&cpu, Who::Reqwest), Some((2.0, 3.0)));
        assert_eq!(rounds.least(&cpu), [Some(2.0), Some(1.0), Some(1.0)]);
        assert_eq!(rounds.medians(&cpu), [Some(3.0), Some(1.0), Some(1.0)]);
        assert_eq!(rounds.ratio(&|taken| taken.growth.map(|bytes| bytes as f64), Who::Hyper), None);
    }

    #[test]
    fn every_round_begins_with_another() {
        let mut order = Vec::new();
        for round in 0..3 {
            let _ = in_turns(round, |who| {
                order.push(who as usize);
                Ok(taken(who as u64))
            })
            .expect("all ran");
        }
        assert_eq!(order, [0, 1, 2, 1, 2, 0, 2, 0, 1]);
    }
}

//! The rows of the table: what is compared, in which unit, and what was promised.

use super::plan::{LATENCY, Sizes};
use super::process::Who;
use super::rounds::{Figure, Rounds};
use vlm_bench::case::{Case, Load};
use vlm_bench::drive::Taken;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Bytes,
    /// Things, such as allocations.
    Count,
    /// So many times something else.
    Times,
}

/// What was promised of the first contender's figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// Nothing: the figure is for information.
    None,
    /// At most so many times what another takes.
    Against(Who, f64),
    /// At most so much.
    AtMost(f64),
}

/// How a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// Missed, within a bound that stands with its reason in [`KNOWN`].
    Explained(&'static str),
    /// Nothing was promised, or the figure is not known here.
    Open,
}

/// A limit that lies elsewhere.
#[derive(Debug)]
struct Known {
    case: &'static str,
    measure: &'static str,
    /// What the figure or ratio may be instead.
    bound: f64,
    reason: &'static str,
}

/// Goals that are not met, each with a bound that is, and the reason.
const KNOWN: &[Known] = &[
    Known { case: "small", measure: "CPU per request", bound: 1.5, reason: WHOLE_ANSWER },
    Known { case: "slow", measure: "CPU per request", bound: 1.5, reason: WHOLE_ANSWER },
    Known { case: "small", measure: "allocations per request", bound: 1.75, reason: OWNED },
    Known { case: "large", measure: "CPU per event", bound: 1.4, reason: RAW_REPLY },
    Known { case: "slow", measure: "wall over the ideal, at best", bound: 1.35, reason: TWO_CORES },
];

const WHOLE_ANSWER: &str = "both programs send through reqwest, and this SDK does about 50,000 instructions more: \
    40 % of them read the whole reply (finish, usage by kind, metadata, price, raw bytes) where the other reads three \
    fields, 20 % check and write the request, 20 % are deadlines, limits and the retry budget. `cargo xtask counts` \
    holds them.";

const OWNED: &str = "reqwest makes more than thirty of them for everybody. Of the rest, a third are the answer's own texts, lists \
    and metadata, which outlive the reply, and the others are the request's, its headers and the futures of the layers.";

const RAW_REPLY: &str = "the raw reply is kept, up to a limit, so the buffers of the network are not used again, and the \
    pages of new ones are the system's work: 1.2 to 1.35 in single runs.";

const TWO_CORES: &str = "the server and the client share two cores, and 256 replies come at once: the floor itself takes \
    1.1 to 1.2 times the ideal, and a busy machine makes it more. Next to the reqwest program, the wall is the same.";

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) case: &'static str,
    /// By which protocol; empty where none is spoken.
    pub(crate) shape: &'static str,
    /// What was measured of it.
    pub(crate) measure: &'static str,
    pub(crate) unit: Unit,
    /// By contender, in the order of [`Who::ALL`].
    pub(crate) figures: [Option<f64>; 3],
    /// The first contender's figure over each of the others.
    pub(crate) ratios: [Option<f64>; 2],
    /// The least and the greatest of each ratio over the rounds.
    pub(crate) spreads: [Option<(f64, f64)>; 2],
    pub(crate) goal: Goal,
}

impl Row {
    /// A row of this SDK alone.
    pub(crate) fn alone(case: &'static str, measure: &'static str, unit: Unit, figure: f64, goal: Goal) -> Self {
        Self {
            case,
            shape: "",
            measure,
            unit,
            figures: [Some(figure), None, None],
            ratios: [None; 2],
            spreads: [None; 2],
            goal,
        }
    }

    fn compared(
        load: &Load,
        measure: &'static str,
        unit: Unit,
        goal: Goal,
        rounds: &Rounds,
        figure: Figure<'_>,
    ) -> Self {
        Self {
            case: load.case.name(),
            shape: load.shape.name(),
            measure,
            unit,
            figures: rounds.medians(figure),
            ratios: [Who::Reqwest, Who::Hyper].map(|who| rounds.ratio(figure, who)),
            spreads: [Who::Reqwest, Who::Hyper].map(|who| rounds.spread(figure, who)),
            goal,
        }
    }

    pub(crate) fn name(&self) -> String {
        [self.case, self.shape, self.measure].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// How far the ratios of single rounds lie apart, for who watches the run.
    pub(crate) fn noise(&self) -> Option<String> {
        let [(low, high), (bare_low, bare_high)] = [self.spreads[0]?, self.spreads[1]?];
        let measure = self.measure;
        Some(format!("  {measure}: {low:.2} to {high:.2} of reqwest, {bare_low:.2} to {bare_high:.2} of hyper"))
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let judged = match self.goal {
            Goal::None => None,
            Goal::Against(Who::Reqwest, most) => self.ratios[0].map(|ratio| (ratio, most)),
            Goal::Against(_, most) => self.ratios[1].map(|ratio| (ratio, most)),
            Goal::AtMost(most) => self.figures[0].map(|figure| (figure, most)),
        };
        match judged {
            None => Verdict::Open,
            Some((figure, most)) if figure <= most => Verdict::Met,
            Some((figure, _)) => {
                let known = KNOWN.iter().find(|known| known.case == self.case && known.measure == self.measure);
                known
                    .filter(|known| figure <= known.bound)
                    .map_or(Verdict::Missed, |known| Verdict::Explained(known.reason))
            }
        }
    }
}

/// The rows of one case and protocol.
pub(crate) fn of_case(load: &Load, sizes: &Sizes, rounds: &Rounds) -> Vec<Row> {
    let requests = load.requests as f64;
    let items = if load.case.is_streamed() { requests * load.events as f64 } else { requests };
    let cpu = |taken: &Taken| Some(taken.cpu.as_secs_f64() / items);
    let memory = |taken: &Taken| Some(taken.growth? as f64 / load.in_flight as f64);
    let row = |measure, unit, goal, figure: Figure<'_>| Row::compared(load, measure, unit, goal, rounds, figure);
    let reqwest = Goal::Against(Who::Reqwest, 1.0);
    match load.case {
        Case::Small => vec![
            row("CPU per request", Unit::Seconds, reqwest, &cpu),
            allocations(load, "allocations per request", reqwest, rounds, items),
        ],
        Case::Picture => vec![
            row("CPU per request", Unit::Seconds, Goal::Against(Who::Hyper, 1.25), &cpu),
            row("memory growth", Unit::Bytes, Goal::AtMost(2.0 * MEBIBYTE), &memory),
        ],
        Case::Stream256 | Case::Stream1 | Case::StreamSplit => vec![
            row("CPU per event", Unit::Seconds, Goal::Against(Who::Hyper, 1.3), &cpu),
            allocations(load, "allocations per event", Goal::AtMost(AMORTISED), rounds, items),
        ],
        Case::Large => vec![row("CPU per event", Unit::Seconds, Goal::Against(Who::Hyper, 1.3), &cpu)],
        Case::Slow => {
            let ideal = load.requests.div_ceil(load.in_flight) as f64 * LATENCY.as_secs_f64();
            let wall = |taken: &Taken| Some(taken.wall.as_secs_f64() / ideal);
            vec![
                row("CPU per request", Unit::Seconds, reqwest, &cpu),
                Row {
                    figures: rounds.least(&wall),
                    ..row("wall over the ideal, at best", Unit::Times, Goal::AtMost(1.1), &wall)
                },
                row("memory per request in flight", Unit::Bytes, Goal::None, &memory),
            ]
        }
        Case::Held => {
            let goal = if sizes.is_full() { Goal::AtMost(64.0 * 1024.0) } else { Goal::None };
            vec![row("memory per request in flight", Unit::Bytes, goal, &memory)]
        }
    }
}

const MEBIBYTE: f64 = 1_048_576.0;
/// One for each event, and those of the call itself spread over all of them.
const AMORTISED: f64 = 1.005;

/// Allocations come from the round that counts them.
fn allocations(load: &Load, measure: &'static str, goal: Goal, rounds: &Rounds, items: f64) -> Row {
    let figures = rounds.counted.each_ref().map(|taken| Some(taken.allocations? as f64 / items));
    let [sdk, reqwest, hyper] = figures;
    let ratio = |other: Option<f64>| Some(sdk? / other?).filter(|ratio| ratio.is_finite());
    Row {
        case: load.case.name(),
        shape: load.shape.name(),
        measure,
        unit: Unit::Count,
        figures,
        ratios: [ratio(reqwest), ratio(hyper)],
        spreads: [None; 2],
        goal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(figure: f64, ratios: [Option<f64>; 2], goal: Goal) -> Row {
        Row { ratios, ..Row::alone("invented", "CPU per request", Unit::Seconds, figure, goal) }
    }

    #[test]
    fn a_goal_is_held_against_its_own_figure() {
        let ratios = [Some(0.9), Some(1.4)];
        assert_eq!(row(5.0, ratios, Goal::Against(Who::Reqwest, 1.0)).verdict(), Verdict::Met);
        assert_eq!(row(5.0, ratios, Goal::Against(Who::Hyper, 1.3)).verdict(), Verdict::Missed);
        assert_eq!(row(5.0, ratios, Goal::AtMost(5.0)).verdict(), Verdict::Met);
        assert_eq!(row(5.1, ratios, Goal::AtMost(5.0)).verdict(), Verdict::Missed);
        assert_eq!(row(5.0, ratios, Goal::None).verdict(), Verdict::Open);
        assert_eq!(row(5.0, [None, None], Goal::Against(Who::Reqwest, 1.0)).verdict(), Verdict::Open);
    }

    #[test]
    fn known_limits_have_a_reason_and_a_bound_of_their_own() {
        for known in KNOWN {
            assert!(!known.case.is_empty() && !known.measure.is_empty());
            assert!(known.reason.len() > 20 && known.bound > 0.0, "{known:?}");
        }
    }
}

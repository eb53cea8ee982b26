//! `vlm extract --each`: the items of a list, each printed on a line of its own as soon as it is whole and fits.

use serde::Serialize;
use serde_json::Value;
use vlm_core::Completion;
use vlm_schema::decode::Repair;
use vlm_schema::extract::{ElementStream, Extract, ExtractError, ExtractErrorKind, Ledger, Mismatch};
use vlm_schema::schema::Schema;

use crate::answer::warnings;
use crate::exit::{About, Failure};
use crate::in_order::InOrder;
use crate::report::Report;
use crate::waiting::Waiting;
use crate::{dialect, misfit};

/// What to do about an answer that does not fit.
const AGAIN: &str = "ask without --each, which has answers corrected";

/// One item, as `--json` prints it.
#[derive(Serialize)]
struct Item<'a> {
    index: usize,
    value: InOrder<'a>,
}

/// The last line that `--json` prints.
#[derive(Serialize)]
struct Ending<'a> {
    model: &'a str,
    elapsed_seconds: f64,
    /// How many items fit.
    items: usize,
    repairs: &'a [Repair],
    lost: Vec<dialect::PrintedLost<'a>>,
    ledger: &'a Ledger,
    completion: &'a Completion,
}

/// A list whose items are printed.
pub(crate) struct Each {
    /// The schema of an item.
    pub(crate) schema: Schema,
    pub(crate) waiting: Waiting,
    /// As objects with their index, and one with everything else at the end.
    pub(crate) json: bool,
}

/// What has come so far.
#[derive(Default)]
struct Tally {
    /// How many items came, and how many of them fit.
    seen: usize,
    fit: usize,
    mismatches: Vec<Mismatch>,
    ending: Option<ExtractError>,
}

impl Each {
    /// Asks, and prints the items as they come. What fits is printed, whatever else is wrong.
    pub(crate) async fn print(
        self,
        items: Extract<Vec<Value>>,
        about: About,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut stream = match self.waiting.patiently(items.elements(), report).await {
            Ok(stream) => stream,
            Err(error) => return Err(misfit::failed(error, &self.waiting, about, AGAIN, report)),
        };
        let tally = self.items(&mut stream, report).await?;
        if tally.fit == 0
            && let Some(error) = tally.ending
        {
            return Err(misfit::failed(error, &self.waiting, about, AGAIN, report));
        }
        let ledger = stream.ledger();
        if self.json {
            report.json_line(&Ending {
                model: &self.waiting.model,
                elapsed_seconds: self.waiting.elapsed_seconds(),
                items: tally.fit,
                repairs: stream.repairs(),
                lost: dialect::printed(stream.lost()),
                ledger: &ledger,
                completion: stream.completion(),
            })?;
        }
        warnings(stream.completion(), report);
        misfit::repairs(stream.repairs(), report);
        misfit::lost(stream.lost(), report);
        misfit::spent(&ledger, &self.waiting, report);
        tally.outcome(about)
    }

    async fn items(&self, stream: &mut ElementStream<Value>, report: &mut Report) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        loop {
            // Once there is something to see, a pause is no silence.
            let next =
                if tally.seen > 0 { stream.next().await } else { self.waiting.patiently(stream.next(), report).await };
            let item = match next {
                None => return Ok(tally),
                Some(Ok(item)) => item,
                Some(Err(error)) if matches!(error.kind(), ExtractErrorKind::Misfit(_)) => {
                    tally.seen += 1;
                    tally.mismatches.extend_from_slice(error.mismatches());
                    continue;
                }
                Some(Err(error)) => {
                    tally.ending = Some(error);
                    continue;
                }
            };
            let value = InOrder::new(self.schema.answer(), &item);
            if self.json {
                report.json_line(&Item { index: tally.seen, value })?;
            } else {
                report.json_line(&value)?;
            }
            tally.seen += 1;
            tally.fit += 1;
        }
    }
}

impl Tally {
    fn outcome(self, about: About) -> Result<(), Failure> {
        let left_out = self.seen - self.fit;
        let details = misfit::listed(&self.mismatches);
        match self.ending {
            Some(error) => Err(misfit::why(error, about, AGAIN).with_details(details)),
            None if left_out == 0 => Ok(()),
            None => {
                let message = format!("{left_out} of {} items do not fit the schema and were left out", self.seen);
                let hint = format!("say in the schema's descriptions what is meant, or {AGAIN}");
                Err(Failure::unusable(message, hint).with_details(details))
            }
        }
    }
}

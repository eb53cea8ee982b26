//! The process of one contender: it does its load, and says on one line what that took.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::Result;
use crate::case::{Case, Load};
use crate::contender::Contender;
use crate::measure;
use crate::replies::Answer;

/// Requests that make everything ready which is made once in a process, before many are under way.
pub const FIRST: usize = 10;

/// Counts the allocations of the process so far.
pub type Counter = fn() -> usize;

/// What the measured requests of a process took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// User and system time of the whole process.
    pub cpu: Duration,
    /// From the first request to the last answer.
    pub wall: Duration,
    /// The most memory in use, above what was in use before; `None` where the system does not say.
    pub growth: Option<u64>,
    /// Allocations and reallocations, in the process that counts them.
    pub allocations: Option<usize>,
}

/// Does a load from the start: runtime, warm-up, measure.
///
/// # Errors
/// An answer that did not come, or is not the one that was expected.
pub fn run<C: Contender>(load: &Load, counter: Option<Counter>) -> Result<Taken> {
    let _ = measure::raise_open_files();
    runtime(load)?.block_on(async {
        if load.in_flight > 1 {
            repeat::<C>(load, Case::Small, FIRST, 1).await?;
        }
        let contender = C::new(load, load.case)?;
        requests(&contender, load, load.warm_up).await?;
        measure::forget_peak();
        let memory = measure::resident();
        let allocations = counter.map(|count| count());
        let (cpu, start) = (measure::cpu(), Instant::now());
        requests(&contender, load, load.requests).await?;
        Ok(Taken {
            wall: start.elapsed(),
            cpu: measure::cpu().saturating_sub(cpu),
            growth: measure::peak().zip(memory).map(|(peak, before)| peak.saturating_sub(before)),
            allocations: counter.zip(allocations).map(|(count, before)| count() - before),
        })
    })
}

/// One thread where one request is under way at a time, two where many are: the same for every contender.
fn runtime(load: &Load) -> Result<Runtime> {
    let mut builder = if load.in_flight > 1 { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    Ok(builder.worker_threads(2).enable_all().build()?)
}

async fn repeat<C: Contender>(load: &Load, case: Case, requests: usize, in_flight: usize) -> Result<()> {
    let load = Load { case, in_flight, ..load.clone() };
    self::requests(&C::new(&load, case)?, &load, requests).await
}

async fn requests<C: Contender>(contender: &C, load: &Load, count: usize) -> Result<()> {
    if load.in_flight == 1 {
        for _ in 0..count {
            request(contender, load).await?;
        }
        return Ok(());
    }
    let left = Arc::new(AtomicUsize::new(count));
    let load = Arc::new(load.clone());
    let mut workers = JoinSet::new();
    for _ in 0..load.in_flight.min(count) {
        let (contender, load, left) = (contender.clone(), Arc::clone(&load), Arc::clone(&left));
        let _ = workers.spawn(async move {
            let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            while take().is_ok() {
                request(&contender, &load).await?;
            }
            Ok(())
        });
    }
    while let Some(done) = workers.join_next().await {
        let done: Result<()> = done?;
        done?;
    }
    Ok(())
}

async fn request<C: Contender>(contender: &C, load: &Load) -> Result<()> {
    let answer = match load.case {
        case if case.is_streamed() => contender.stream().await?,
        Case::Picture => contender.ask_about(&load.picture).await?,
        _ => contender.ask().await?,
    };
    let wanted = Answer::expected(load.case, load.events);
    if answer == wanted { Ok(()) } else { Err(format!("{answer:?} was read, {wanted:?} was sent").into()) }
}

//! The loop: ask, judge, and ask again as the policy allows.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use vlm_core::{Ask, Completion, Cost, Error, Model, Request};

use super::error::{ExtractError, ExtractErrorKind};
use super::judge::{Judge, Verdict};
use super::ledger::{AttemptKind, Ledger};
use super::plan::Plan;
use super::policy::ReaskPolicy;
use super::{Extract, Extracted, reask};
use crate::schema::Schema;

/// What is needed to ask: the model, the request with its schema, and the plan they came from.
pub(super) struct Prepared {
    pub(super) model: Model,
    pub(super) request: Request,
    pub(super) plan: Arc<Plan>,
}

/// A failure before anything was asked.
pub(super) fn refuse(kind: ExtractErrorKind) -> ExtractError {
    ExtractError::new(kind, Ledger::default(), None)
}

/// Everything that can fail before anything is sent.
pub(super) fn prepare(ask: Ask, schema: &Schema) -> Result<Prepared, ExtractError> {
    let model = ask.model().clone();
    let plan = Arc::new(plan(&model, schema)?);
    let mut request = ask.into_request().map_err(|error| refuse(ExtractErrorKind::Call(error)))?;
    plan.apply(&mut request);
    Ok(Prepared { model, request, plan })
}

fn plan(model: &Model, schema: &Schema) -> Result<Plan, ExtractError> {
    let capabilities = model.capabilities().map_err(|error| refuse(ExtractErrorKind::Call(error)))?;
    Plan::new(schema, &capabilities).map_err(|error| refuse(ExtractErrorKind::Dialect(error)))
}

pub(super) async fn run<T: DeserializeOwned>(extract: Extract<T>) -> Result<Extracted<T>, ExtractError> {
    let Extract { ask, schema, decoding, policy, hook } = extract;
    let schema = schema.map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
    let judge = Judge::new(&schema, decoding, hook).map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
    let asked = prepare(ask, &schema)?;
    // A repair may go to a model with another dialect; that it cannot take the schema is better known now.
    let repairer = match &policy.repair_model {
        Some(model) => (model.clone(), Arc::new(plan(model, &schema)?)),
        None => (asked.model.clone(), Arc::clone(&asked.plan)),
    };
    let mut reasks = Reasks { left: (policy.repairs, policy.full), policy, repairer, asked };
    let mut ledger = Ledger::default();
    let mut next = reasks.first();
    loop {
        let completion = call(&next, &mut ledger).await?;
        let kind = match judge.judge(&next.plan.lowered, &completion) {
            Verdict::Fits { value, repairs } => {
                let lost = next.plan.lowered.lost.clone();
                return Ok(Extracted { value, completion, repairs, lost, ledger });
            }
            Verdict::Unusable(kind) => kind,
        };
        let error = ExtractError::new(kind, Ledger::default(), Some(completion));
        ledger.reject(error.to_string());
        match reasks.again(&ledger, &error) {
            Some(again) => next = again,
            None => return Err(error.with_ledger(ledger)),
        }
    }
}

/// One attempt.
struct Next {
    kind: AttemptKind,
    model: Model,
    request: Request,
    plan: Arc<Plan>,
}

async fn call(next: &Next, ledger: &mut Ledger) -> Result<Completion, ExtractError> {
    match next.model.provider().generate(&next.request).await {
        Ok(completion) => {
            ledger.add(next.kind, next.model.name(), &completion);
            Ok(completion)
        }
        Err(error) => Err(call_failed(next.kind, next.model.name(), error, std::mem::take(ledger))),
    }
}

/// A failed call may have been paid for: what it reported belongs to the books.
pub(super) fn call_failed(kind: AttemptKind, model: &str, error: Error, mut ledger: Ledger) -> ExtractError {
    let mut nothing = Completion::new();
    nothing.cost = Cost::Unknown { reason: "the failed call reported no usage".to_owned() };
    ledger.add(kind, model, error.partial().unwrap_or(&nothing));
    ledger.reject(error.message().to_owned());
    ExtractError::new(ExtractErrorKind::Call(error), ledger, None)
}

/// What may still be asked.
struct Reasks {
    policy: ReaskPolicy,
    /// Repairs and full questions left.
    left: (u32, u32),
    repairer: (Model, Arc<Plan>),
    asked: Prepared,
}

impl Reasks {
    fn first(&self) -> Next {
        let Prepared { model, request, plan } = &self.asked;
        Next { kind: AttemptKind::First, model: model.clone(), request: request.clone(), plan: Arc::clone(plan) }
    }

    /// The next attempt, if there is to be one.
    fn again(&mut self, ledger: &Ledger, error: &ExtractError) -> Option<Next> {
        let errors = errors_to_tell(error)?;
        if is_spent(&self.policy, ledger) {
            return None;
        }
        let answer = error.text().unwrap_or_default();
        if self.left.0 > 0 {
            self.left.0 -= 1;
            let (model, plan) = self.repairer.clone();
            let request = reask::repair(model.name(), &plan, answer, &errors, &self.asked.request);
            return Some(Next { kind: AttemptKind::Repair, model, request, plan });
        }
        if self.left.1 > 0 {
            self.left.1 -= 1;
            let request = reask::full(&self.asked.request, answer, &errors);
            return Some(Next { kind: AttemptKind::Full, request, ..self.first() });
        }
        None
    }
}

/// What a model can do something about; an answer that was cut off or filtered would only be so again.
fn errors_to_tell(error: &ExtractError) -> Option<Vec<String>> {
    match error.kind() {
        ExtractErrorKind::NotJson(reason) => Some(vec![reason.to_string()]),
        ExtractErrorKind::Misfit(mismatches) => Some(mismatches.iter().map(ToString::to_string).collect()),
        _ => None,
    }
}

/// True when a limit is reached. Under a limit of money, an unknown cost counts as reaching it.
fn is_spent(policy: &ReaskPolicy, ledger: &Ledger) -> bool {
    let tokens = policy.max_tokens.is_some_and(|limit| ledger.total_tokens() >= limit);
    let unknown = ledger.attempts().iter().any(|attempt| matches!(attempt.cost, Cost::Unknown { .. }));
    tokens || policy.max_cost.is_some_and(|limit| unknown || ledger.total_cost() >= limit)
}

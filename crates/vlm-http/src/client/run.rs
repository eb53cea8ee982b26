//! The loop around one attempt: pauses, retries, and the error in the end.

use std::time::Duration;

use tracing::debug;
use vlm_core::{Delivery, Error, ErrorKind, TransportPhase};

use super::attempt::{Failure, First, Judge};
use super::{HttpClient, Opened};
use crate::call::Call;
use crate::context::Context;
use crate::fault::{Fault, RetryClass};
use crate::redact::{self, Scrubber};
use crate::retry::{Failed, Retries, spread};

/// What remains of attempts that failed.
#[derive(Default)]
struct Past {
    last: Option<Fault>,
    retryable: bool,
    /// Some attempt may have made the service work, although a later one was not even sent.
    worked: bool,
}

impl HttpClient {
    pub(super) async fn run<T>(
        &self,
        call: &Call,
        judge: Judge<'_, T>,
        first: Option<First<'_>>,
    ) -> Result<Opened<T>, Error> {
        let context = self.context(call, first.is_some());
        if let Some(fault) = self.unfit(call) {
            return Err(context.error(fault, 0, false));
        }
        let mut retries = Retries::new(&self.inner.retry, call.max_attempts, call.retry_ambiguous);
        let mut past = Past::default();
        loop {
            if let Err(pause) = self.wait_for_pause(&context).await {
                return Err(past.paused(&context, retries.attempts, pause));
            }
            if let Err(problem) = call.body.check_files().await {
                let fault = Fault::new(ErrorKind::InvalidRequest, problem.to_string())
                    .with_delivery(past.delivery())
                    .with_source(problem);
                return Err(context.error(fault, retries.attempts, false));
            }
            retries.attempts += 1;
            let began = context.clock.now();
            debug!(
                provider = &*context.provider,
                operation = &*context.operation,
                model = context.model.as_deref(),
                host = context.host,
                attempt = retries.attempts,
                body_bytes = call.body.len(),
                "attempt starts"
            );
            let failure = match self.attempt(&context, call, judge, first, retries.attempts).await {
                Ok(opened) => {
                    self.inner.shared.succeeded(self.inner.retry.quota, retries.last_cost);
                    return Ok(opened);
                }
                Err(failure) => failure,
            };
            let wait = self.judge_failure(&context, &mut retries, &mut past, failure, began);
            match wait {
                Some(wait) => context.clock.sleep(wait).await,
                None => return Err(past.into_error(&context, retries.attempts)),
            }
        }
    }

    fn context(&self, call: &Call, streaming: bool) -> Context {
        let inner = &*self.inner;
        let usual = if streaming { inner.deadlines.total_streaming } else { inner.deadlines.total };
        let total = call.total.filter(|total| !total.is_zero()).or(usual);
        let started = inner.clock.now();
        Context {
            provider: inner.provider.clone(),
            operation: call.operation.clone(),
            model: call.model.clone(),
            host: redact::origin(&call.url),
            scrubber: Scrubber::and(&inner.scrubber, &call.secrets),
            clock: inner.clock.clone(),
            started,
            deadline: total.map(|total| started.saturating_add(total)),
        }
    }

    /// Why the call cannot be tried at all.
    fn unfit(&self, call: &Call) -> Option<Fault> {
        if let Some(mistake) = &call.mistake {
            let fault = Fault::new(ErrorKind::Configuration, mistake.clone());
            return Some(fault.with_delivery(Delivery::NotSent));
        }
        if !self.inner.clock.is_available() {
            let message = "there is no tokio runtime to send the request on";
            let fault = Fault::new(ErrorKind::Transport(TransportPhase::Sending), message);
            return Some(fault.with_delivery(Delivery::NotSent));
        }
        None
    }

    /// Waits as long as the service asked all calls to wait; gives up, with what is left of the pause, when the call's
    /// time would be over before.
    async fn wait_for_pause(&self, context: &Context) -> Result<(), Duration> {
        loop {
            let pause = self.inner.shared.pause(context.clock.now());
            if pause.is_zero() {
                return Ok(());
            }
            if context.left().is_some_and(|left| left <= pause) {
                return Err(pause);
            }
            debug!(host = context.host, ?pause, "the service asked for a pause");
            context.clock.sleep(pause + spread(pause, &*self.inner.random)).await;
        }
    }

    /// Notes a failed attempt and decides: how long to wait for the next one, or none.
    fn judge_failure(
        &self,
        context: &Context,
        retries: &mut Retries,
        past: &mut Past,
        failure: Failure,
        began: Duration,
    ) -> Option<Duration> {
        let Failure { fault, should_retry } = failure;
        let now = context.clock.now();
        let shared = &self.inner.shared;
        if let Some(ordered) = fault.retry_after().filter(|delay| *delay <= self.inner.retry.max_server_delay) {
            shared.pause_until(now.saturating_add(ordered));
        }
        let failed = Failed { should_retry, took: now.saturating_sub(began), left: context.left() };
        let verdict = retries.judge(&fault, failed, shared, &*self.inner.random);
        debug!(
            provider = &*context.provider,
            operation = &*context.operation,
            host = context.host,
            attempt = retries.attempts,
            kind = %fault.kind(),
            status = fault.status(),
            took = ?failed.took,
            retryable = verdict.retryable,
            retry_in = ?verdict.wait,
            "attempt failed"
        );
        past.note(fault, verdict.retryable);
        verdict.wait
    }
}

impl Past {
    fn note(&mut self, fault: Fault, retryable: bool) {
        let unsure = matches!(fault.class(), RetryClass::R2 | RetryClass::R3);
        self.worked |= unsure && fault.delivery() != Delivery::NotSent;
        self.last = Some(fault);
        self.retryable = retryable;
    }

    /// How far the call got, all attempts together.
    fn delivery(&self) -> Delivery {
        match self.last.as_ref().map(Fault::delivery) {
            None | Some(Delivery::NotSent) if self.worked => Delivery::MaybeSent,
            None => Delivery::NotSent,
            Some(delivery) => delivery,
        }
    }

    /// The error of the last attempt.
    fn into_error(self, context: &Context, attempts: u32) -> Error {
        let delivery = self.delivery();
        let retryable = self.retryable;
        let fault = self.last.unwrap_or_else(|| Fault::new(ErrorKind::Internal, "the call ended without a fault"));
        context.error(fault.with_delivery(delivery), attempts, retryable)
    }

    /// The pause that the service asked for is longer than the call may take.
    fn paused(self, context: &Context, attempts: u32, pause: Duration) -> Error {
        if self.last.is_some() {
            return self.into_error(context, attempts);
        }
        let fault =
            Fault::new(ErrorKind::RateLimited, "the service asked for a pause that outlasts this call's deadline")
                .with_delivery(Delivery::NotSent)
                .with_retry_after(pause);
        context.error(fault, attempts, true)
    }
}

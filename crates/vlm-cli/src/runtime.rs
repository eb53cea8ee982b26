//! The async runtime of one command, which ends when its work does or at Ctrl-C.

use std::future::Future;

use crate::exit::Failure;

/// Runs `work` to its end, or drops it at Ctrl-C: calls are cancelled and connections closed by that.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let local = |what: &'static str| move |source| Failure::Local { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(local("the runtime cannot be started"))?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            signal = tokio::signal::ctrl_c() => match signal {
                Ok(()) => Err(Failure::Interrupted { billable: false }),
                Err(source) => Err(local("Ctrl-C cannot be watched for")(source)),
            },
            outcome = work => outcome,
        }
    });
    // A file that is still being read would be waited for otherwise.
    runtime.shutdown_background();
    outcome
}

//! A check: its name, its promise, how it ends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::bench::Bench;

/// How a check ends.
pub(crate) type Checked = Result<(), Stop>;

/// Why a check went no further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The promise does not apply: the model cannot do it, or the service never says it.
    Skip(String),
    /// The promise is broken; with small deadlines, it may also be that this machine is too busy.
    Fail(String),
    /// The promise is broken, however busy this machine is.
    Broken(String),
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Checked> + 'a>>;

/// One promise of a provider, and how it is checked.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Check {
    /// The name: of the test, in the report and in exemptions.
    pub name: &'static str,
    /// The promise, in one sentence.
    pub promise: &'static str,
    pub(crate) run: for<'a> fn(&'a Bench) -> Running<'a>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).field("promise", &self.promise).finish_non_exhaustive()
    }
}

/// Ends a check with what is wrong.
macro_rules! fail {
    ($($words:tt)*) => {
        return Err($crate::conformance::check::Stop::Fail(format!($($words)*)))
    };
}

/// Ends a check because its promise does not apply.
macro_rules! skip {
    ($($words:tt)*) => {
        return Err($crate::conformance::check::Stop::Skip(format!($($words)*)))
    };
}

/// Ends a check with what is wrong, unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($words:tt)*) => {
        if !$holds {
            $crate::conformance::check::fail!($($words)*);
        }
    };
}

pub(crate) use {ensure, fail, skip};

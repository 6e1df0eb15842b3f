//! Clients that a function does not use at each event.

use std::fmt;
use std::sync::LazyLock;

use crate::environment::Environment;

/// An SDK client that is made when it is first used.
///
/// Making one takes as many instructions as all of a bare function's start (each parses a table of AWS's partitions),
/// and most wake-ups need RDS alone: nothing is due, or the event is of no interest.
pub(crate) struct Lazy<C>(LazyLock<C, Box<dyn FnOnce() -> C + Send>>);

impl<C> Lazy<C> {
    /// A client for that environment, made by `make`.
    pub(crate) fn new(environment: &Environment, make: impl FnOnce(&Environment) -> C + Send + 'static) -> Lazy<C> {
        let environment = environment.clone();
        Lazy(LazyLock::new(Box::new(move || make(&environment))))
    }

    /// Makes it, unless it is made.
    pub(crate) fn prepare(&self) {
        LazyLock::force(&self.0);
    }
}

impl<C> std::ops::Deref for Lazy<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> fmt::Debug for Lazy<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy")
    }
}

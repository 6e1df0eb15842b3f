//! A deterministic simulation of everything that can happen to an echo.
//!
//! The real stages run over the simulated RDS, in one process and in virtual time. A [`town::Town`] is
//! the world around them; a [`port::Port`] is what a stage sees of it, and where trouble comes in; the
//! [`watch`] looks on and says what must never happen. [`life`] lets one seed decide a whole lifetime;
//! [`exhaust`] tries every order of the calls of a few invocations.

pub mod calm;
pub mod exhaust;
pub mod functions;
pub mod hands;
pub mod ledger;
pub mod life;
pub mod plan;
pub mod port;
pub mod tally;
pub mod town;
pub mod trouble;
pub mod watch;

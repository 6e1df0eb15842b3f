//! A simulated Amazon RDS: one pure world model with virtual time, and two fronts to it.
//!
//! [`world`] is the model: no clock, no I/O, no async; the same calls at the same virtual times give the
//! same answers, identifiers and events. [`in_process`] offers it behind the ports of the stages, for
//! simulations; [`http`] offers it over the RDS Query protocol to anything that talks to AWS.

pub mod http;
pub mod in_process;
pub mod wire;
pub mod world;

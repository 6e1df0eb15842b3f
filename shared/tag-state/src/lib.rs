//! The pure heart of RDS Echo.
//!
//! Observed facts, the settings and the time go in; a decision comes out: do this, wait for that, or
//! refuse because. Nothing here reads a clock, the environment, a file or the network, so that the
//! functions, the command line and the simulation can share it and every case can be tested.

pub mod approval;
pub mod calls;
pub mod facts;
pub mod parameter;
pub mod status;

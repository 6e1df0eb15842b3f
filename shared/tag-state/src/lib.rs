//! The pure heart of RDS Echo.
//!
//! Observed facts, the settings and the time go in; a decision comes out: do this, wait for that, or
//! refuse because. Nothing here reads a clock, the environment, a file or the network, so that the
//! functions, the command line and the simulation can share it and every case can be tested.

pub mod announce;
pub mod approval;
pub mod attempt;
pub mod calls;
pub mod check;
pub mod decide;
pub mod facts;
pub mod gauges;
pub mod hold;
pub mod name;
pub mod overview;
pub mod own;
pub mod parameter;
pub mod permissions;
pub mod predecessor;
pub mod proof;
pub mod reason;
pub mod refusal;
pub mod remark;
pub mod settings;
pub mod stage;
pub mod status;
pub mod tags;
pub mod text;
pub mod version;
pub mod wake;
mod worded;

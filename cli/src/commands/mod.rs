//! The commands, each in its own file; those that change something share `act`.

pub mod act;
pub mod check;
pub mod confirm;
pub mod plan;
pub mod samples;
pub mod status;
pub mod watch;

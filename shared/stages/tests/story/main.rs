//! The stages over the simulated world: what each does, and what it does where one chosen thing goes wrong.
//! Everything going wrong at once is in `tests/simulation`.
#![allow(missing_docs, reason = "tests")]

mod common;

mod answering;
mod asking;
mod checking;
mod cycles;
mod ending;
mod keeping;
mod promoting;
mod refusing;
mod rehearsing;
mod retiring;
mod returning;
mod roles;
mod setting_up;
mod staying;
mod telling;
mod trouble;

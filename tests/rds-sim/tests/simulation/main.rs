//! The simulated RDS, from outside: its life, its refusals, and its two fronts.

mod both_fronts;
mod in_process;
mod lifecycle;
mod lookups;
mod modifications;
mod offers;
mod refusals;
mod resources;
mod support;

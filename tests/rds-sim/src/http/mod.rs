//! The world over HTTP: the RDS Query protocol at `/`, and the control interface at `/_sim/`.

mod api;
mod clock;
mod control;
mod publish;
mod query;
mod server;
mod xml;

pub use clock::Clock;
pub use publish::Publisher;
pub use server::{Simulator, serve};

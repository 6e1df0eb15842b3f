//! One module a stage: observe, decide, act, in a crash-safe order, over the ports. No SDK.
//!
//! Every stage can be entered again at any point, because each reads the truth afresh and writes in
//! an order in which each step can be repeated.

pub mod adopt;
mod advance;
pub mod answer;
pub mod approve;
pub mod check;
mod follow;
pub mod forget;
pub mod function;
pub mod hold;
pub mod metrics;
pub mod modify;
pub mod new;
mod observe;
pub mod permissions;
pub mod ports;
mod post;
pub mod promote;
pub mod reboot;
pub mod rehearsal;
pub mod report;
pub mod request_approval;
mod retention;
pub mod retire;
pub mod rollback;
mod trouble;

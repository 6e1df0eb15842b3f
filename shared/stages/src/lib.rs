//! One module a stage: observe, decide, act, in a crash-safe order, over the ports. No SDK.

pub mod ports;

//! The adapters over real HTTP: the exact requests that they send, and what they make of AWS's answers.

mod cloudwatch;
mod eventbridge;
mod events;
mod iam;
mod kms;
mod lookups;
mod loopback;
mod proofs;
mod rds;
mod rds_errors;
mod route53;
mod sesv2;
mod surroundings;
mod transport;

//! The stages' ports carried out with the AWS SDK for Rust, and what starts a Lambda function.
//! Nothing is decided here: each method is one AWS operation (or one listing), and each failure becomes
//! a [`stages::ports::CallError`] in exactly one place.

mod calls;
pub mod cloudwatch;
pub mod environment;
mod errors;
pub mod eventbridge;
pub mod function_url;
pub mod iam;
pub mod kms;
pub mod lambda;
mod lazy;
mod log;
pub mod lookups;
mod query;
pub mod rds;
pub mod route53;
pub mod sesv2;
mod transport;

pub use cloudwatch::CloudWatch;
pub use environment::{Environment, Patience, Unusable};
pub use eventbridge::EventBridge;
pub use iam::Iam;
pub use kms::Kms;
pub use lookups::Aws;
pub use rds::Rds;
pub use route53::Route53;
pub use sesv2::Ses;
pub use transport::UnreadableBundle;

//! A Lambda function that does nothing. What it needs to start and to answer, every function on `lambda_runtime`
//! needs: `make bench` measures the stages against it.
//!
//! There are two of it. With the feature `as-documented` it is what the runtime's documentation begins with, and what
//! the bars are measured from. Without, it leaves out what our functions leave out too, and is the leanest that there
//! can be.

use std::net::UdpSocket;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

/// Where it tells, by an empty datagram, that an event has reached it; where this is not set, it tells nobody.
const TELLS: &str = "FLOOR_TELLS";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[cfg(feature = "as-documented")]
    lambda_runtime::tracing::init_default_subscriber();
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        if let Some(address) = address() {
            UdpSocket::bind("127.0.0.1:0")?.send_to(&[], address)?;
        }
        Ok::<Value, Error>(Value::Null)
    }))
    .await
}

#[expect(clippy::disallowed_methods, reason = "this is the edge: the one place that reads the environment")]
fn address() -> Option<String> {
    std::env::var(TELLS).ok()
}

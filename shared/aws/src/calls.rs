//! What a run asks of AWS: counted by an interceptor that all clients share, and told in the run's log line.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_rds::config::interceptors::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef};
use aws_sdk_rds::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use serde_json::{Value, json};

/// The calls since it was last emptied. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

/// All calls of one operation.
#[derive(Debug)]
struct Call {
    /// As IAM names actions: `rds:DescribeDBInstances`.
    name: String,
    times: u32,
    /// Of these; a lookup that found nothing has not failed.
    failed: u32,
    took: Duration,
    /// The last one's, which AWS Support asks for.
    request_id: Option<String>,
}

/// When a call began, by the clock that nobody sets.
#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Calls {
    /// Takes them out: JSON, in the order of each operation's first call.
    pub(crate) fn take(&self) -> Value {
        let calls = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let told = calls.into_iter().map(|call| {
            json!({
                "call": call.name,
                "times": call.times,
                "failed": call.failed,
                "ms": milliseconds(call.took),
                "request_id": call.request_id,
            })
        });
        told.collect()
    }

    fn add(&self, name: String, failed: bool, took: Duration, request_id: Option<String>) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = u32::from(failed);
        match calls.iter_mut().find(|call| call.name == name) {
            Some(call) => {
                call.times += 1;
                call.failed += failed;
                call.took += took;
                call.request_id = request_id;
            }
            None => calls.push(Call { name, times: 1, failed, took, request_id }),
        }
    }
}

fn action(operation: &Metadata) -> String {
    let service = match operation.service() {
        "EventBridge" => "events".to_owned(),
        "SESv2" => "ses".to_owned(),
        other => other.to_lowercase().replace(' ', ""),
    };
    format!("{service}:{}", operation.name())
}

/// Whole milliseconds.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The clock for lengths of time; nothing is decided by it.
#[expect(clippy::disallowed_methods, reason = "this is the edge: it measures how long a call took, for the log")]
pub(crate) fn tick() -> Instant {
    Instant::now()
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Began(tick()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let name = config.load::<Metadata>().map_or_else(String::new, action);
        let took = config.load::<Began>().map_or(Duration::ZERO, |began| began.0.elapsed());
        // "No such thing" is an answer to who only looks: whether a name is free is asked so.
        let missing =
            name.contains(":Describe") && context.response().is_some_and(|response| response.status().as_u16() == 404);
        let failed = !missing && context.output_or_error().is_none_or(|answer| answer.is_err());
        let request_id = context.response().and_then(|response| {
            let id = response.headers().get("x-amzn-requestid").or_else(|| response.headers().get("x-amz-request-id"));
            id.map(ToOwned::to_owned)
        });
        self.add(name, failed, took, request_id);
        Ok(())
    }
}

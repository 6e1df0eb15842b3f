//! [`Announcer`] with Amazon EventBridge's default bus.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use stages::ports::{Announcer, Answer, CallError};
use tag_state::calls::Announcement;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, classify};
use crate::lazy::Lazy;

/// The source that all our announcements name; rules and the roles' conditions match it.
const SOURCE: &str = "rds-echo";
const OPERATION: &str = "PutEvents";

/// The EventBridge client.
#[derive(Debug)]
pub struct EventBridge(Lazy<aws_sdk_eventbridge::Client>);

impl EventBridge {
    /// A client for the EventBridge of the function's region.
    pub fn new(environment: &Environment) -> EventBridge {
        EventBridge(Lazy::new(environment, |environment| {
            let config = aws_sdk_eventbridge::config::Builder::from(&environment.sdk_config(Service::EventBridge));
            aws_sdk_eventbridge::Client::from_conf(config.interceptor(environment.calls()).build())
        }))
    }
}

impl Announcer for EventBridge {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        let entry = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(announcement.detail_type)
            .set_resources((!announcement.arn.is_empty()).then(|| vec![announcement.arn.clone()]))
            .detail(&announcement.detail)
            .build();
        let output = self
            .0
            .put_events()
            .entries(entry)
            .send()
            .await
            .map_err(|error| call_error(OPERATION, &announcement.arn, &error))?;
        if output.failed_entry_count() == 0 {
            return Ok(());
        }
        // PutEvents answers 200 even where it took none of the entries.
        let entry = output.entries().first();
        let code = entry.and_then(|entry| entry.error_code());
        let message = entry.and_then(|entry| entry.error_message());
        Err(CallError {
            operation: OPERATION,
            subject: announcement.arn.clone(),
            failure: classify(code, message, 400),
            code: code.map(ToOwned::to_owned),
            message: message.unwrap_or("the entry was not accepted").to_owned(),
        })
    }
}

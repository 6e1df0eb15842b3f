use aws::EventBridge;
use serde_json::json;
use stages::ports::{Announcer as _, Failure};
use tag_state::calls::Announcement;

use crate::loopback::Loopback;

fn announcement() -> Announcement {
    Announcement {
        detail_type: "Echo Stage Changed",
        arn: "arn:aws:rds:us-east-1:123456789012:db:dev-2026-11-22".to_owned(),
        detail: r#"{"echo":"dev"}"#.to_owned(),
    }
}

#[tokio::test]
async fn an_announcement_names_our_source_and_the_instance() {
    let server = Loopback::answering(200, r#"{"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}"#);
    EventBridge::new(&server.environment()).announce(&announcement()).await.expect("accepted");
    let asked = server.asked();
    assert_eq!(asked.header("x-amz-target"), "AWSEvents.PutEvents");
    assert_eq!(
        asked.json(),
        json!({"Entries": [{
            "Source": "rds-echo",
            "DetailType": "Echo Stage Changed",
            "Resources": ["arn:aws:rds:us-east-1:123456789012:db:dev-2026-11-22"],
            "Detail": "{\"echo\":\"dev\"}",
        }]})
    );
}

#[tokio::test]
async fn an_entry_that_was_not_taken_is_a_failure_although_the_call_succeeds() {
    for (code, failure) in [
        ("NotAuthorizedForSourceException", Failure::Refused),
        ("ThrottlingException", Failure::Unknown),
        ("InternalFailure", Failure::Unknown),
    ] {
        let body = json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": code, "ErrorMessage": "not taken"}]});
        let server = Loopback::answering(200, &body.to_string());
        let error = EventBridge::new(&server.environment()).announce(&announcement()).await.expect_err(code);
        assert_eq!((error.failure, error.code.as_deref(), error.message.as_str()), (failure, Some(code), "not taken"));
    }
}

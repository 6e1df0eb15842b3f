//! What all adapters share: retries, lost answers, and what is unknown after them.

use aws::Rds;
use stages::ports::{Failure, Rds as _};

use crate::loopback::{Loopback, Reply};

fn error(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>Rate exceeded</Message></Error></ErrorResponse>")
}

#[tokio::test]
async fn a_throttled_call_is_made_three_times_and_is_then_unknown() {
    let server = Loopback::answering(400, &error("Throttling"));
    let failed = Rds::new(&server.environment()).reboot("dev-2026-11-22").await.expect_err("throttled");
    assert_eq!(failed.failure, Failure::Unknown);
    assert_eq!(
        failed.to_string(),
        "RebootDBInstance of dev-2026-11-22 failed: Throttling: Rate exceeded (request id request-1)"
    );
    assert_eq!(server.all_asked().len(), 3);
}

#[tokio::test]
async fn a_retry_that_meets_the_effect_of_its_first_attempt_says_so() {
    let taken = error("DBInstanceAlreadyExists");
    let server = Loopback::start(vec![Reply::HangUp, Reply::Answer(400, taken)]);
    let restore = tag_state::calls::Restore {
        identifier: "dev-2026-11-22".to_owned(),
        snapshot: "rds:production-2026-11-22".to_owned(),
        parameters: tag_state::parameter::Parameters::new(),
        tags: tag_state::facts::Tags::new(),
    };
    let failed = Rds::new(&server.environment()).restore(&restore).await.expect_err("the first one was applied");
    assert_eq!(failed.failure, Failure::AlreadyExists);
    assert_eq!(server.all_asked().len(), 2);
}

#[tokio::test]
async fn a_call_whose_answers_are_all_lost_is_unknown() {
    let server = Loopback::start(vec![Reply::HangUp]);
    let failed = Rds::new(&server.environment()).reboot("dev-2026-11-22").await.expect_err("no answer");
    assert_eq!((failed.failure, failed.code), (Failure::Unknown, None));
    assert!(failed.message.starts_with("dispatch failure: "), "says what happened: {}", failed.message);
}

#[tokio::test]
async fn an_answer_that_nobody_can_read_is_unknown() {
    let server = Loopback::answering(200, "<html>a proxy's login page");
    let failed = Rds::new(&server.environment()).instance("dev-2026-11-22").await.expect_err("no XML");
    assert_eq!(failed.failure, Failure::Unknown);
}

#[tokio::test]
async fn requests_are_signed_with_the_functions_own_session() {
    let server =
        Loopback::answering(200, "<RebootDBInstanceResponse><RebootDBInstanceResult/></RebootDBInstanceResponse>");
    Rds::new(&server.environment()).reboot("dev-2026-11-22").await.expect("accepted");
    let asked = server.asked();
    assert_eq!(asked.header("x-amz-security-token"), "session");
    assert!(asked.header("authorization").contains("Credential=AKIDEXAMPLE/"), "{asked:?}");
    assert!(asked.header("authorization").contains("/us-east-1/rds/aws4_request"), "{asked:?}");
}

//! Every error code that RDS documents for our calls, over the wire.

use aws::Rds;
use stages::ports::{Answer, CallError, Failure, Rds as _};
use tag_state::calls::{Modify, Restore};
use tag_state::facts::Tags;
use tag_state::parameter::Parameters;

use crate::loopback::Loopback;
use crate::proofs::{INSTANCE, delete};

/// The RDS adapter before a server that answers every call with this error.
fn rds_saying(status: u16, code: &str, message: &str) -> (Rds, Loopback) {
    let body = format!(
        "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    );
    let server = Loopback::answering(status, &body);
    (Rds::new(&server.environment()), server)
}

fn restore() -> Restore {
    Restore {
        identifier: INSTANCE.to_owned(),
        snapshot: "rds:production-2026-11-22".to_owned(),
        parameters: Parameters::new(),
        tags: Tags::new(),
    }
}

fn told<T>(answer: Answer<T>) -> CallError {
    answer.err().expect("a failure")
}

#[tokio::test]
async fn each_code_of_a_restore() {
    for (status, code, failure) in [
        (400, "DBInstanceAlreadyExists", Failure::AlreadyExists),
        (404, "DBSnapshotNotFound", Failure::NotFound),
        (400, "InvalidDBSnapshotState", Failure::WrongState),
        (400, "InsufficientDBInstanceCapacity", Failure::Refused),
        (400, "InstanceQuotaExceeded", Failure::Refused),
        (400, "StorageQuotaExceeded", Failure::Refused),
        (404, "OptionGroupNotFoundFault", Failure::Refused),
        (404, "DBParameterGroupNotFound", Failure::Refused),
        (404, "DBSubnetGroupNotFoundFault", Failure::Refused),
        (400, "KMSKeyNotAccessibleFault", Failure::Refused),
        (400, "InvalidRestoreFault", Failure::Refused),
        (400, "InvalidParameterCombination", Failure::Refused),
    ] {
        let (rds, _server) = rds_saying(status, code, "no");
        let error = told(rds.restore(&restore()).await);
        assert_eq!((error.failure, error.code.as_deref()), (failure, Some(code)));
        assert_eq!(error.operation, "RestoreDBInstanceFromDBSnapshot");
    }
}

#[tokio::test]
async fn each_code_of_a_modify() {
    for (status, code, message, failure) in [
        (400, "InvalidDBInstanceState", "is modifying", Failure::WrongState),
        (404, "DBInstanceNotFound", "gone", Failure::NotFound),
        (400, "InvalidParameterCombination", "No modifications were requested", Failure::NothingToModify),
        (400, "InvalidParameterCombination", "iops needs io1", Failure::Refused),
        (400, "InvalidParameterValue", "no such class", Failure::Refused),
        (404, "DBParameterGroupNotFound", "no such group", Failure::Refused),
    ] {
        let (rds, _server) = rds_saying(status, code, message);
        let error = told(rds.modify(&Modify::protection(INSTANCE, true)).await);
        assert_eq!((error.failure, error.code.as_deref()), (failure, Some(code)), "{message}");
    }
}

#[tokio::test]
async fn each_code_of_a_delete() {
    let protected = "Cannot delete protected DB Instance, please disable deletion protection and try again.";
    for (status, code, message, failure) in [
        (400, "InvalidDBInstanceState", "already being deleted", Failure::WrongState),
        (404, "DBInstanceNotFound", "gone", Failure::NotFound),
        (400, "SnapshotQuotaExceeded", "100 are enough", Failure::Refused),
        (400, "DBSnapshotAlreadyExists", "taken", Failure::AlreadyExists),
        (400, "InvalidParameterCombination", protected, Failure::Refused),
    ] {
        let (rds, _server) = rds_saying(status, code, message);
        let error = told(rds.delete(&delete(true)).await);
        assert_eq!((error.failure, error.code.as_deref(), error.subject.as_str()), (failure, Some(code), INSTANCE));
    }
}

#[tokio::test]
async fn each_code_of_a_reboot_and_of_tagging() {
    for (status, code, failure) in [
        (400, "InvalidDBInstanceState", Failure::WrongState),
        (404, "DBInstanceNotFound", Failure::NotFound),
        (403, "AccessDenied", Failure::Refused),
    ] {
        let (rds, _server) = rds_saying(status, code, "no");
        assert_eq!(told(rds.reboot(INSTANCE).await).failure, failure);
        let arn = "arn:aws:rds:us-east-1:123456789012:db:dev-2026-11-22";
        assert_eq!(told(rds.add_tags(arn, &Tags::new()).await).failure, failure);
    }
}

#[tokio::test]
async fn what_rds_does_not_know_is_none_and_not_a_failure() {
    let (rds, _server) = rds_saying(404, "DBInstanceNotFound", "DBInstance dev-2026-11-22 not found.");
    assert_eq!(rds.instance(INSTANCE).await, Ok(None));
    let (rds, _server) = rds_saying(404, "DBSnapshotNotFound", "not found");
    assert_eq!(rds.snapshot("rds:production-2026-11-22").await, Ok(None));
    let (rds, _server) = rds_saying(403, "AccessDenied", "not authorized");
    assert_eq!(told(rds.instance(INSTANCE).await).failure, Failure::Refused, "not seeing it is not its absence");
}

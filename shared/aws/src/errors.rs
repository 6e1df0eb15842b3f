//! The one conversion from the SDK's errors to [`CallError`]: what the caller does next is decided by AWS's
//! error code, never by the text (one documented exception).

use std::error::Error;

use aws_sdk_rds::config::http::HttpResponse;
use aws_sdk_rds::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rds::operation::RequestId as _;
use stages::ports::{CallError, Failure};

/// The error of a call, said of `subject`.
pub(crate) fn call_error<E>(operation: &'static str, subject: &str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let code = error.code().map(ToOwned::to_owned);
    let mut message = match error.message() {
        Some(message) => message.to_owned(),
        None => chain(error),
    };
    if let Some(request_id) = error.request_id() {
        message = format!("{message} (request id {request_id})");
    }
    CallError { operation, subject: subject.to_owned(), failure: failure(error), code, message }
}

/// An answer that says something else than AWS documents.
pub(crate) fn unexpected(operation: &'static str, subject: &str, message: &str) -> CallError {
    CallError {
        operation,
        subject: subject.to_owned(),
        failure: Failure::Unknown,
        code: None,
        message: message.to_owned(),
    }
}

/// A call that was not made because it cannot be.
pub(crate) fn not_asked(operation: &'static str, subject: &str, message: String) -> CallError {
    CallError { operation, subject: subject.to_owned(), failure: Failure::Refused, code: None, message }
}

fn failure<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Failure {
    match error {
        SdkError::ServiceError(service) => {
            let meta = service.err().meta();
            classify(meta.code(), meta.message(), service.raw().status().as_u16())
        }
        // Never left this process, and would not the next time either.
        SdkError::ConstructionFailure(_) => Failure::Refused,
        // May have arrived and been applied, with the answer lost or unreadable.
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => Failure::Unknown,
        // The SDK's enum is open.
        _ => Failure::Unknown,
    }
}

/// What an error code means to the caller. RDS codes are those on the wire (`DBInstanceNotFound`), which
/// the API reference lists under names with `Fault`.
pub(crate) fn classify(code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    let Some(code) = code else {
        return by_status(status);
    };
    match code {
        "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBSnapshotNotFound"
        | "DBSnapshotNotFoundFault"
        | "NoSuchHostedZone"
        | "NotFoundException" => Failure::NotFound,

        "DBInstanceAlreadyExists"
        | "DBInstanceAlreadyExistsFault"
        | "DBSnapshotAlreadyExists"
        | "DBSnapshotAlreadyExistsFault" => Failure::AlreadyExists,

        "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBSnapshotState"
        | "InvalidDBSnapshotStateFault"
        | "PriorRequestNotComplete" => Failure::WrongState,

        "InvalidChangeBatch" => Failure::Changed,

        // The exception: RDS has no code of its own for it.
        "InvalidParameterCombination"
            if message.is_some_and(|message| message.contains("No modifications were requested")) =>
        {
            Failure::NothingToModify
        }

        // Not applied, but nothing is wrong with the call: the same one later may succeed.
        // `InternalFailure` and `InternalException` also stand in PutEvents' entries, which have no status.
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "LimitExceededException"
        | "BandwidthLimitExceeded"
        | "RequestTimeout"
        | "RequestTimeoutException"
        | "InternalFailure"
        | "InternalException"
        | "ServiceUnavailable" => Failure::Unknown,

        _ => by_status(status),
    }
}

/// Only a 4xx says that nothing was done. An answer that the SDK cannot read comes here too, with the status 200.
fn by_status(status: u16) -> Failure {
    match status {
        429 => Failure::Unknown,
        400..=499 => Failure::Refused,
        _ => Failure::Unknown,
    }
}

/// The error and what caused it, in one line. (The SDK's own display says only "dispatch failure".)
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Wrappers that print their cause themselves would say it twice.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_our_calls_can_meet_says_what_to_do_next() {
        let protected = "Cannot delete protected DB Instance, please disable deletion protection and try again.";
        let table = [
            ("DBInstanceNotFound", 404, Failure::NotFound),
            ("DBSnapshotNotFound", 404, Failure::NotFound),
            ("NoSuchHostedZone", 404, Failure::NotFound),
            ("NotFoundException", 400, Failure::NotFound),
            ("DBInstanceAlreadyExists", 400, Failure::AlreadyExists),
            ("DBSnapshotAlreadyExists", 400, Failure::AlreadyExists),
            ("InvalidDBInstanceState", 400, Failure::WrongState),
            ("InvalidDBSnapshotState", 400, Failure::WrongState),
            ("PriorRequestNotComplete", 400, Failure::WrongState),
            ("InvalidChangeBatch", 400, Failure::Changed),
            ("InvalidParameterCombination", 400, Failure::Refused),
            ("InvalidParameterValue", 400, Failure::Refused),
            // Other things that were not found are settings to correct, not the instance.
            ("DBParameterGroupNotFound", 404, Failure::Refused),
            ("OptionGroupNotFoundFault", 404, Failure::Refused),
            ("DBSubnetGroupNotFoundFault", 404, Failure::Refused),
            ("DBSecurityGroupNotFound", 404, Failure::Refused),
            ("CertificateNotFound", 404, Failure::Refused),
            ("DomainNotFoundFault", 404, Failure::Refused),
            ("AuthorizationNotFound", 404, Failure::Refused),
            ("BackupPolicyNotFoundFault", 404, Failure::Refused),
            ("InstanceQuotaExceeded", 400, Failure::Refused),
            ("StorageQuotaExceeded", 400, Failure::Refused),
            ("SnapshotQuotaExceeded", 400, Failure::Refused),
            ("DBInstanceAutomatedBackupQuotaExceeded", 400, Failure::Refused),
            ("InsufficientDBInstanceCapacity", 400, Failure::Refused),
            ("InvalidRestoreFault", 400, Failure::Refused),
            ("InvalidSubnet", 400, Failure::Refused),
            ("InvalidVPCNetworkStateFault", 400, Failure::Refused),
            ("InvalidDBClusterStateFault", 400, Failure::Refused),
            ("InvalidDBSecurityGroupState", 400, Failure::Refused),
            ("KMSKeyNotAccessibleFault", 400, Failure::Refused),
            ("DBUpgradeDependencyFailure", 400, Failure::Refused),
            ("DBSubnetGroupDoesNotCoverEnoughAZs", 400, Failure::Refused),
            ("NetworkTypeNotSupported", 400, Failure::Refused),
            ("ProvisionedIopsNotAvailableInAZFault", 400, Failure::Refused),
            ("StorageTypeNotSupported", 400, Failure::Refused),
            ("AccessDenied", 403, Failure::Refused),
            ("AccessDeniedException", 400, Failure::Refused),
            ("ExpiredToken", 403, Failure::Refused),
            ("InvalidInput", 400, Failure::Refused),
            ("MessageRejected", 400, Failure::Refused),
            ("MailFromDomainNotVerifiedException", 400, Failure::Refused),
            ("DisabledException", 400, Failure::Refused),
            ("Throttling", 400, Failure::Unknown),
            ("ThrottlingException", 400, Failure::Unknown),
            ("TooManyRequestsException", 429, Failure::Unknown),
            ("InternalFailure", 500, Failure::Unknown),
            ("KMSInternalException", 500, Failure::Unknown),
            ("KeyUnavailableException", 500, Failure::Unknown),
            ("ServiceUnavailable", 503, Failure::Unknown),
            ("NeverHeardOf", 400, Failure::Refused),
            ("NeverHeardOf", 502, Failure::Unknown),
        ];
        for (code, status, failure) in table {
            assert_eq!(classify(Some(code), Some(protected), status), failure, "{code} {status}");
        }
        assert_eq!(classify(None, None, 503), Failure::Unknown);
        assert_eq!(classify(None, None, 400), Failure::Refused);
        assert_eq!(classify(None, None, 200), Failure::Unknown);
    }

    #[test]
    fn a_modify_that_changes_nothing_is_told_from_a_bad_one() {
        let code = Some("InvalidParameterCombination");
        assert_eq!(classify(code, Some("No modifications were requested"), 400), Failure::NothingToModify);
        assert_eq!(classify(code, Some("iops needs a storage type"), 400), Failure::Refused);
        assert_eq!(classify(code, None, 400), Failure::Refused);
    }
}

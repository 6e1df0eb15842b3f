//! What the API answers when it refuses: the wire's codes with their HTTP statuses.

use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($variant:ident $wire:literal $status:literal;)*) => {
        /// The error codes that this world answers by itself, as botocore's model of the API
        /// (2014-10-31) spells them, with the common ones of the Query protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is the API's own error of that name")]
        pub enum Code { $($variant),* }

        impl Code {
            const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code on the wire.
            pub const fn wire(self) -> &'static str {
                match self { $(Code::$variant => $wire),* }
            }

            /// The HTTP status that it comes with.
            pub const fn http_status(self) -> u16 {
                match self { $(Code::$variant => $status),* }
            }
        }
    };
}

codes! {
    AccessDenied "AccessDenied" 403;
    AuthorizationNotFound "AuthorizationNotFound" 404;
    CertificateNotFound "CertificateNotFound" 404;
    DbInstanceAlreadyExists "DBInstanceAlreadyExists" 400;
    DbInstanceNotFound "DBInstanceNotFound" 404;
    DbParameterGroupAlreadyExists "DBParameterGroupAlreadyExists" 400;
    DbParameterGroupNotFound "DBParameterGroupNotFound" 404;
    DbSecurityGroupNotFound "DBSecurityGroupNotFound" 404;
    DbSnapshotAlreadyExists "DBSnapshotAlreadyExists" 400;
    DbSnapshotNotFound "DBSnapshotNotFound" 404;
    DbSubnetGroupAlreadyExists "DBSubnetGroupAlreadyExists" 400;
    DbSubnetGroupNotFound "DBSubnetGroupNotFoundFault" 404;
    DbSubnetGroupDoesNotCoverEnoughAzs "DBSubnetGroupDoesNotCoverEnoughAZs" 400;
    DbUpgradeDependencyFailure "DBUpgradeDependencyFailure" 400;
    InstanceQuotaExceeded "InstanceQuotaExceeded" 400;
    InsufficientDbInstanceCapacity "InsufficientDBInstanceCapacity" 400;
    InternalFailure "InternalFailure" 500;
    InvalidAction "InvalidAction" 400;
    InvalidDbInstanceState "InvalidDBInstanceState" 400;
    InvalidDbSnapshotState "InvalidDBSnapshotState" 400;
    InvalidParameterCombination "InvalidParameterCombination" 400;
    InvalidParameterValue "InvalidParameterValue" 400;
    InvalidRestore "InvalidRestoreFault" 400;
    InvalidSubnet "InvalidSubnet" 400;
    InvalidVpcNetworkState "InvalidVPCNetworkStateFault" 400;
    KmsKeyNotAccessible "KMSKeyNotAccessibleFault" 400;
    MissingAction "MissingAction" 400;
    MissingParameter "MissingParameter" 400;
    OptionGroupAlreadyExists "OptionGroupAlreadyExistsFault" 400;
    OptionGroupNotFound "OptionGroupNotFoundFault" 404;
    ProvisionedIopsNotAvailableInAz "ProvisionedIopsNotAvailableInAZFault" 400;
    ServiceUnavailable "ServiceUnavailable" 503;
    SnapshotQuotaExceeded "SnapshotQuotaExceeded" 400;
    StorageQuotaExceeded "StorageQuotaExceeded" 400;
    StorageTypeNotSupported "StorageTypeNotSupported" 400;
    Throttling "Throttling" 400;
}

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The code on the wire.
    pub code: Cow<'static, str>,
    /// The HTTP status.
    pub http_status: u16,
    /// What the API says to it.
    pub message: Cow<'static, str>,
}

impl ApiError {
    /// An error of this world.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError { code: Cow::Borrowed(code.wire()), http_status: code.http_status(), message: message.into() }
    }

    /// A planted error of any code; one that this world does not know comes with HTTP status 400.
    pub fn planted(code: &str) -> ApiError {
        match Code::ALL.iter().find(|known| known.wire() == code) {
            Some(Code::Throttling) => ApiError::new(Code::Throttling, "Rate exceeded"),
            Some(known) => ApiError::new(*known, "planted by the simulation"),
            None => ApiError {
                code: Cow::Owned(code.to_owned()),
                http_status: 400,
                message: Cow::Borrowed("planted by the simulation"),
            },
        }
    }

    /// Whether it has this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.wire()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

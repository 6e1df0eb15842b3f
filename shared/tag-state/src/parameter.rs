//! The DB instance settings that users can ask for, each under the name that the RDS API gives it.
//!
//! One table serves the settings (`rdsecho.new.X`, `rdsecho.mod.X`), the comparison of wanted with
//! actual, and the two API calls. Which call takes which parameter is from the RDS API models
//! (`RestoreDBInstanceFromDBSnapshot`, `ModifyDBInstance`, `DBInstance`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The shape of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text, as the API takes it.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number, zero or more.
    Number,
    /// Names separated by commas; their order means nothing.
    List,
}

/// A parameter's value, wanted or actual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// See [`Kind::Text`].
    Text(String),
    /// See [`Kind::Flag`].
    Flag(bool),
    /// See [`Kind::Number`].
    Number(i64),
    /// See [`Kind::List`].
    List(BTreeSet<String>),
}

/// What is wanted of an instance, or what it has.
pub type Parameters = BTreeMap<Parameter, Value>;

macro_rules! parameters {
    ($($(#[doc = $doc:literal])* $variant:ident $key:literal $kind:ident $restore:literal $modify:literal;)*) => {
        /// A setting of a DB instance that the restore or the modify call takes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Parameter { $($(#[doc = $doc])* $variant),* }

        impl Parameter {
            /// Every parameter, in the order of this table.
            pub const ALL: &'static [Parameter] = &[$(Parameter::$variant),*];

            /// The name behind `rdsecho.new.` and `rdsecho.mod.`: the API's own, in camelCase.
            pub const fn key(self) -> &'static str {
                match self { $(Parameter::$variant => $key),* }
            }

            /// What it is, for people: the text that documents it here.
            pub const fn meaning(self) -> &'static str {
                match self { $(Parameter::$variant => concat!($($doc),*).trim_ascii()),* }
            }

            /// The shape of its value.
            pub const fn kind(self) -> Kind {
                match self { $(Parameter::$variant => Kind::$kind),* }
            }

            /// Whether `RestoreDBInstanceFromDBSnapshot` takes it.
            pub const fn restorable(self) -> bool {
                match self { $(Parameter::$variant => $restore),* }
            }

            /// Whether `ModifyDBInstance` takes it.
            pub const fn modifiable(self) -> bool {
                match self { $(Parameter::$variant => $modify),* }
            }
        }
    };
}

parameters! {
    /// Size of the storage in GiB; never smaller than the snapshot's.
    AllocatedStorage "allocatedStorage" Number true true;
    /// Whether minor engine upgrades happen by themselves in the maintenance window.
    AutoMinorVersionUpgrade "autoMinorVersionUpgrade" Flag true true;
    /// The zone to restore into; not together with Multi-AZ.
    AvailabilityZone "availabilityZone" Text true false;
    /// Days that automated backups are kept; 0 switches them off.
    BackupRetentionPeriod "backupRetentionPeriod" Number true true;
    /// The certificate authority of the server certificate.
    CaCertificateIdentifier "caCertificateIdentifier" Text true true;
    /// Whether the instance's tags go to its snapshots.
    CopyTagsToSnapshot "copyTagsToSnapshot" Flag true true;
    /// The instance class, such as `db.t4g.medium`.
    DbInstanceClass "dbInstanceClass" Text true true;
    /// The DB parameter group; a change applies after the reboot.
    DbParameterGroupName "dbParameterGroupName" Text true true;
    /// The DB subnet group, and with it the VPC.
    DbSubnetGroupName "dbSubnetGroupName" Text true false;
    /// Log types that go to CloudWatch Logs.
    EnableCloudwatchLogsExports "enableCloudwatchLogsExports" List true true;
    /// Whether IAM users may log in to the database.
    EnableIamDatabaseAuthentication "enableIAMDatabaseAuthentication" Flag true true;
    /// Whether Performance Insights collects.
    EnablePerformanceInsights "enablePerformanceInsights" Flag false true;
    /// The engine to restore into; must be compatible with the snapshot's.
    Engine "engine" Text true false;
    /// The engine version to upgrade to.
    EngineVersion "engineVersion" Text false true;
    /// Provisioned operations a second.
    Iops "iops" Number true true;
    /// The licence model.
    LicenseModel "licenseModel" Text true true;
    /// Whether RDS makes a master password for each copy and keeps it in Secrets Manager; `false` leaves production's
    /// valid on it.
    ManageMasterUserPassword "manageMasterUserPassword" Flag false true;
    /// The KMS key of that secret.
    MasterUserSecretKmsKeyId "masterUserSecretKmsKeyId" Text false true;
    /// Upper limit in GiB of storage autoscaling.
    MaxAllocatedStorage "maxAllocatedStorage" Number false true;
    /// Seconds between two samples of Enhanced Monitoring; 0 switches it off.
    MonitoringInterval "monitoringInterval" Number false true;
    /// The role with which Enhanced Monitoring writes.
    MonitoringRoleArn "monitoringRoleArn" Text false true;
    /// Whether there is a standby in another zone.
    MultiAz "multiAz" Flag true true;
    /// The option group.
    OptionGroupName "optionGroupName" Text true true;
    /// The port that the database listens on (`DBPortNumber` in the modify call).
    Port "port" Number true true;
    /// The daily time of automated backups, `hh24:mi-hh24:mi` UTC.
    PreferredBackupWindow "preferredBackupWindow" Text true true;
    /// The weekly time of maintenance, `ddd:hh24:mi-ddd:hh24:mi` UTC.
    PreferredMaintenanceWindow "preferredMaintenanceWindow" Text false true;
    /// Whether the instance has a public address.
    PubliclyAccessible "publiclyAccessible" Flag true true;
    /// Storage throughput in MiB/s (gp3).
    StorageThroughput "storageThroughput" Number true true;
    /// The storage type, such as `gp3`.
    StorageType "storageType" Text true true;
    /// The VPC security groups; without them a restore takes the VPC's default.
    VpcSecurityGroupIds "vpcSecurityGroupIds" List true true;
}

impl Parameter {
    /// The parameter whose [`key`](Self::key) this is.
    pub fn by_key(key: &str) -> Option<Parameter> {
        Self::ALL.iter().copied().find(|parameter| parameter.key() == key)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::List(names) => {
                for (place, name) in names.iter().enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                    }
                    f.write_str(name)?;
                }
                Ok(())
            }
        }
    }
}

impl Value {
    /// Whether an instance that has `self` already has what `wanted` asks for. RDS stores identifiers
    /// of groups and classes in lower case, so texts compare without case.
    pub fn satisfies(&self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Value::Text(actual), Value::Text(wanted)) => actual.eq_ignore_ascii_case(wanted),
            (Value::Flag(actual), Value::Flag(wanted)) => actual == wanted,
            (Value::Number(actual), Value::Number(wanted)) => actual == wanted,
            (Value::List(actual), Value::List(wanted)) => actual == wanted,
            (Value::Text(_) | Value::Flag(_) | Value::Number(_) | Value::List(_), _) => false,
        }
    }
}

//! The table of all settings. What is documented of them is made from it, and the reader reads no other.

mod rows;

use crate::parameter::{Kind, Parameter};
use rows::{FLAG, MODIFICATION, RESTORE, ROWS};

pub(super) use rows::PARTS;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its whole name, such as `rdsecho.promote.ttl`.
    pub name: String,
    /// The title of the section that it belongs to, such as `Promotion`.
    pub part: &'static str,
    /// What it is, in sentences.
    pub meaning: String,
    /// What its value may be, with the unit of a number.
    pub allowed: &'static str,
    /// What holds where it is not set; `None` where that is no value of its own.
    pub default: Option<String>,
    /// A value that could be meant; all examples together are good settings.
    pub example: &'static str,
    /// Whether nothing runs without it.
    pub required: bool,
    /// Whether it holds several values, separated by commas: given twice in a file, they add up.
    pub list: bool,
}

const PREFIX: &str = "rdsecho.";

/// Every setting there is, in the order of a settings file: part by part, and the parameters of the restore and
/// of the modification (from [`Parameter::ALL`]) at the end of theirs.
pub fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    for part in PARTS {
        keys.extend(ROWS.iter().filter(|row| row.part == part).map(|row| Key {
            name: format!("{PREFIX}{}", row.name),
            part,
            meaning: row.meaning.to_owned(),
            allowed: row.allowed,
            default: row.default.map(str::to_owned),
            example: row.example,
            required: row.required,
            list: row.list,
        }));
        for call in CALLS.iter().filter(|call| call.part == part) {
            let taken = Parameter::ALL.iter().copied().filter(|parameter| (call.takes)(*parameter));
            keys.extend(taken.map(|parameter| Key {
                name: format!("{PREFIX}{}{parameter}", call.section),
                part,
                meaning: parameter.meaning().to_owned(),
                allowed: allowed(parameter.kind()),
                default: call.defaults.iter().find(|(of, _)| *of == parameter).map(|(_, value)| (*value).to_owned()),
                example: example(parameter),
                required: false,
                list: parameter.kind() == Kind::List,
            }));
        }
    }
    keys
}

/// A call whose parameters are settings.
struct Call {
    section: &'static str,
    part: &'static str,
    takes: fn(Parameter) -> bool,
    defaults: &'static [(Parameter, &'static str)],
}

const CALLS: [Call; 2] = [
    Call { section: "new.", part: RESTORE, takes: Parameter::restorable, defaults: &[] },
    Call {
        section: "mod.",
        part: MODIFICATION,
        takes: Parameter::modifiable,
        defaults: &[(Parameter::ManageMasterUserPassword, "true")],
    },
];

/// Whether this is the whole name of a setting: as a search of [`keys`], without making them, because this is
/// asked for each key that is read.
pub(super) fn knows(name: &str) -> bool {
    let Some(name) = name.strip_prefix(PREFIX) else { return false };
    let parameter = |call: &Call| name.strip_prefix(call.section).and_then(Parameter::by_key).is_some_and(call.takes);
    ROWS.iter().any(|row| row.name == name) || CALLS.iter().any(parameter)
}

/// Whether this setting holds several values; so did the security groups of EC2-Classic.
pub(super) fn is_list(name: &str) -> bool {
    name == "rdsecho.mod.dbSecurityGroups" || keys().iter().any(|key| key.list && key.name == name)
}

const fn allowed(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text, as the RDS API takes it",
        Kind::Flag => FLAG,
        Kind::Number => "a whole number, zero or more",
        Kind::List => "names separated by commas",
    }
}

const fn example(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::AllocatedStorage => "100",
        Parameter::AutoMinorVersionUpgrade => "true",
        Parameter::AvailabilityZone => "us-east-1a",
        Parameter::BackupRetentionPeriod => "0",
        Parameter::CaCertificateIdentifier => "rds-ca-rsa2048-g1",
        Parameter::CopyTagsToSnapshot => "true",
        Parameter::DbInstanceClass => "db.t4g.medium",
        Parameter::DbParameterGroupName => "development",
        Parameter::DbSubnetGroupName => "development",
        Parameter::EnableCloudwatchLogsExports => "error,slowquery",
        Parameter::EnableIamDatabaseAuthentication => "true",
        Parameter::EnablePerformanceInsights => "false",
        Parameter::Engine => "mysql",
        Parameter::EngineVersion => "8.0.39",
        Parameter::Iops => "3000",
        Parameter::LicenseModel => "general-public-license",
        Parameter::ManageMasterUserPassword => "true",
        Parameter::MasterUserSecretKmsKeyId => "alias/development",
        Parameter::MaxAllocatedStorage => "1000",
        Parameter::MonitoringInterval => "60",
        Parameter::MonitoringRoleArn => "arn:aws:iam::123456789012:role/rds-monitoring",
        Parameter::MultiAz => "false",
        Parameter::OptionGroupName => "default:mysql-8-0",
        Parameter::Port => "3306",
        Parameter::PreferredBackupWindow => "03:00-03:30",
        Parameter::PreferredMaintenanceWindow => "sun:04:00-sun:04:30",
        Parameter::PubliclyAccessible => "false",
        Parameter::StorageThroughput => "125",
        Parameter::StorageType => "gp3",
        Parameter::VpcSecurityGroupIds => "sg-0123456789abcdef0,sg-0fedcba9876543210",
    }
}

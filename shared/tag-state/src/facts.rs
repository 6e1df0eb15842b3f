//! What AWS told us: plain data, as read, with nothing concluded from it.

mod lookups;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::parameter::{Parameter, Parameters, Value};

pub use lookups::{
    EngineVersion, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, SnapshotType, StorageKey,
    SubnetGroup,
};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// One DB instance as DescribeDBInstances shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// `DBInstanceIdentifier`; RDS stores it in lower case.
    pub identifier: String,
    /// `DBInstanceArn`, what tags are written to.
    pub arn: String,
    /// `DbiResourceId`: unique for ever, unlike the identifier, which can be used again.
    pub resource_id: String,
    /// `DBInstanceStatus`; see [`crate::status::classify`].
    pub status: String,
    /// `InstanceCreateTime`; absent while it is still creating.
    pub created: Option<Timestamp>,
    /// The endpoint's address; absent while it is still creating.
    pub address: Option<String>,
    /// `Engine`, for texts.
    pub engine: String,
    /// `EngineVersion`, for texts.
    pub engine_version: String,
    /// What it has of all that can be asked for. `DbParameterGroupName` and `OptionGroupName` are the
    /// names of the first group listed.
    /// Shared: instances are passed on often, and changed never.
    pub actual: Arc<Parameters>,
    /// The names of what stands in `PendingModifiedValues`.
    pub pending: BTreeSet<String>,
    /// `ParameterApplyStatus` of each DB parameter group: `in-sync`, `pending-reboot`, `applying`, ...
    pub parameter_group_statuses: Vec<String>,
    /// `Status` of each option group membership: `in-sync`, `pending-apply`, `applying`, ...
    pub option_group_statuses: Vec<String>,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `MasterUserSecret`: where RDS keeps the master password; absent where it does not.
    pub secret: Option<Secret>,
    /// `TagList`.
    pub tags: Tags,
}

impl Instance {
    /// What it has of this parameter, where RDS shows it.
    pub fn has(&self, parameter: Parameter) -> Option<&Value> {
        self.actual.get(&parameter)
    }
}

/// The secret in Secrets Manager that holds an instance's master password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// `SecretArn`.
    pub arn: String,
    /// `SecretStatus`: `creating`, `active`, `rotating` or `impaired` (RDS API reference, MasterUserSecret).
    pub status: String,
    /// `KmsKeyId`: the key that it is encrypted with.
    pub key: Option<String>,
}

/// One DB snapshot as DescribeDBSnapshots shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// `DBSnapshotIdentifier`; automated ones begin with `rds:`.
    pub identifier: String,
    /// `DBSnapshotArn`.
    pub arn: String,
    /// `DBInstanceIdentifier`: the instance it was taken of.
    pub source: String,
    /// `Status`; only `available` ones can be restored.
    pub status: String,
    /// `SnapshotType`: `automated`, `manual`, ...
    pub snapshot_type: String,
    /// When the data is from: `OriginalSnapshotCreateTime`, else `SnapshotCreateTime`
    /// (a copy resets the latter). Absent while it is being made.
    pub created: Option<Timestamp>,
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub engine_version: String,
    /// `AllocatedStorage` in GiB.
    pub allocated_storage: Option<i64>,
    /// `StorageType`.
    pub storage_type: Option<String>,
    /// `Iops`.
    pub iops: Option<i64>,
    /// `StorageThroughput` in MiB/s.
    pub throughput: Option<i64>,
    /// `Port`.
    pub port: Option<i64>,
    /// `AvailabilityZone` of the instance at that time.
    pub zone: Option<String>,
    /// `VpcId` of the instance at that time.
    pub vpc: Option<String>,
    /// `OptionGroupName`.
    pub option_group: Option<String>,
    /// `KmsKeyId`: what it is encrypted with.
    pub kms_key: Option<String>,
    /// `LicenseModel`.
    pub license: Option<String>,
    /// `Encrypted`.
    pub encrypted: bool,
    /// `DbiResourceId` of the instance.
    pub resource_id: String,
    /// `TagList`: its own, among them those that it was given by its instance.
    pub tags: Tags,
}

/// One of RDS's events, as DescribeEvents shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// `RDS-EVENT-0005` and so on, where it is told: DescribeEvents does not.
    pub id: Option<String>,
    /// `failure`, `availability` and so on.
    pub categories: Vec<String>,
    /// What RDS says.
    pub message: String,
}

/// The record set that a name has, as far as a CNAME promotion cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// There is none of any type at that name.
    Absent,
    /// One plain CNAME.
    Cname {
        /// What it points at, as stored (perhaps with a trailing dot).
        value: String,
        /// Its time to live in seconds; a swap must name it exactly.
        ttl: i64,
    },
    /// Something that must not be swapped: an alias, a weighted or otherwise routed record, several
    /// values, or a record of another type; said in words.
    Other(String),
}

/// One hosted zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its id, without a prefix.
    pub id: String,
    /// Its name, without the trailing dot.
    pub name: String,
    /// Whether only some VPCs see it.
    pub private: bool,
}

/// The hosted zone that a name is in: the one with the longest matching end. A private and a public zone can have the
/// same name, and then nobody can tell which one is meant.
///
/// # Errors
/// Says that there is none, or names those that it could be.
pub fn zone_of<'a>(name: &str, zones: &'a [Zone]) -> Result<&'a Zone, String> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let holds = |zone: &&Zone| {
        let end = zone.name.to_ascii_lowercase();
        name.strip_suffix(&end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let longest = zones.iter().filter(holds).map(|zone| zone.name.len()).max();
    let best: Vec<&Zone> = zones.iter().filter(holds).filter(|zone| Some(zone.name.len()) == longest).collect();
    match best[..] {
        [] => Err(format!("this account has no hosted zone that {name} is in")),
        [zone] => Ok(zone),
        _ => {
            let kind = |zone: &Zone| if zone.private { "private" } else { "public" };
            let all: Vec<String> = best.iter().map(|zone| format!("{} ({})", zone.id, kind(zone))).collect();
            Err(format!("{name} could be in any of the hosted zones {}", all.join(", ")))
        }
    }
}

/// DNS names compare without case and without the trailing dot.
pub fn same_host(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    bare(one) == bare(other)
}

impl Record {
    /// Whether it is a plain CNAME that points at this instance's endpoint.
    pub fn points_at(&self, instance: &Instance) -> bool {
        match (self, &instance.address) {
            (Record::Cname { value, .. }, Some(address)) => same_host(value, address),
            (Record::Absent | Record::Cname { .. } | Record::Other(_), _) => false,
        }
    }
}

//! What there is in the world: DB instances and DB snapshots.

use std::sync::Arc;

use jiff::Timestamp;
use tag_state::facts::{Instance, Secret, Snapshot, Tags};
use tag_state::parameter::{Parameter, Parameters, Value};

use super::create;
use crate::wire;

/// How far the instance is with a changed parameter or option group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupStatus {
    /// In effect.
    InSync,
    /// Being assigned.
    Applying,
    /// Assigned; in effect after a reboot (parameter groups).
    PendingReboot,
    /// Waits for the maintenance window (option groups).
    PendingApply,
}

impl GroupStatus {
    /// As the API says it.
    pub const fn name(self) -> &'static str {
        match self {
            GroupStatus::InSync => "in-sync",
            GroupStatus::Applying => "applying",
            GroupStatus::PendingReboot => "pending-reboot",
            GroupStatus::PendingApply => "pending-apply",
        }
    }
}

/// The master password that RDS keeps in Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterUserSecret {
    /// `SecretArn`.
    pub arn: String,
    /// `KmsKeyId`.
    pub kms_key_id: String,
    /// `SecretStatus`: `creating`, then `active`.
    pub status: String,
}

/// A modification that has been accepted and is not yet applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modification {
    /// The new values. `EnableCloudwatchLogsExports` holds the whole new set.
    pub parameters: Parameters,
    /// Whether the master password is to be reset.
    pub master_password: bool,
}

impl Modification {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty() && !self.master_password
    }

    /// Takes over what a later modification asks for.
    pub(crate) fn merge(&mut self, later: Modification) {
        self.parameters.extend(later.parameters);
        self.master_password |= later.master_password;
    }
}

/// A DB instance.
#[derive(Clone, Debug)]
pub struct DbInstance {
    /// `DBInstanceIdentifier`, in lower case.
    pub identifier: String,
    /// `DBInstanceArn`.
    pub arn: String,
    /// `DbiResourceId`.
    pub resource_id: String,
    /// `DBInstanceStatus`.
    pub status: String,
    /// `InstanceCreateTime`; absent while creating.
    pub created: Option<Timestamp>,
    /// The endpoint's address; absent while creating.
    pub address: Option<String>,
    /// `MasterUsername`.
    pub master_username: String,
    /// The secret of a managed master password.
    pub secret: Option<MasterUserSecret>,
    /// What CloudWatch counts as its connections; `None`: it has no data.
    pub connections: Option<i64>,
    /// What is in effect, or assigned.
    pub parameters: Arc<Parameters>,
    /// How far the DB parameter group is.
    pub parameter_group: GroupStatus,
    /// How far the option group is.
    pub option_group: GroupStatus,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `KmsKeyId`: what its storage is encrypted with.
    pub kms_key: Option<String>,
    /// `TagList`.
    pub tags: Tags,
    /// Waits for the maintenance window (`ApplyImmediately` was false).
    pub pending: Modification,
    /// Accepted, and about to be applied or being applied.
    pub in_flight: Modification,
    /// The time to start applying came while the instance was busy with something else.
    pub(crate) start_waits: bool,
    /// Where this restore is to end, if not well.
    pub(crate) ends_in: Option<String>,
    /// The snapshot that it was restored from.
    pub restored_from: Option<String>,
}

impl DbInstance {
    /// The text of a parameter, empty where there is none.
    pub fn text(&self, parameter: Parameter) -> &str {
        match self.parameters.get(&parameter) {
            Some(Value::Text(text)) => text,
            Some(Value::Flag(_) | Value::Number(_) | Value::List(_)) | None => "",
        }
    }

    /// The number of a parameter, 0 where there is none.
    pub fn number(&self, parameter: Parameter) -> i64 {
        match self.parameters.get(&parameter) {
            Some(Value::Number(number)) => *number,
            Some(Value::Flag(_) | Value::Text(_) | Value::List(_)) | None => 0,
        }
    }

    /// Whether a parameter is on.
    pub fn flag(&self, parameter: Parameter) -> bool {
        matches!(self.parameters.get(&parameter), Some(Value::Flag(true)))
    }

    /// What `PendingModifiedValues` shows: the waiting and the in-flight values that RDS shows there.
    pub fn pending_values(&self) -> impl Iterator<Item = (&'static str, Parameter, &Value)> {
        let all = self.pending.parameters.iter().filter(|(parameter, _)| {
            // The same parameter in flight is the one that counts.
            !self.in_flight.parameters.contains_key(parameter)
        });
        all.chain(self.in_flight.parameters.iter())
            .filter_map(|(parameter, value)| Some((wire::names(*parameter).pending?, *parameter, value)))
    }

    /// Whether a new master password is pending.
    pub fn pending_password(&self) -> bool {
        self.pending.master_password || self.in_flight.master_password
    }

    /// What DescribeDBInstances tells of it.
    pub fn facts(&self) -> Instance {
        let mut pending: std::collections::BTreeSet<String> =
            self.pending_values().map(|(name, _, _)| name.to_owned()).collect();
        if self.pending_password() {
            pending.insert("MasterUserPassword".to_owned());
        }
        let mut actual = self.parameters.clone();
        if self.address.is_none() {
            // The endpoint tells the port.
            Arc::make_mut(&mut actual).remove(&Parameter::Port);
        }
        let key = Parameter::MasterUserSecretKmsKeyId;
        if let Some(secret) = &self.secret {
            Arc::make_mut(&mut actual).insert(key, Value::Text(secret.kms_key_id.clone()));
        } else if actual.contains_key(&key) {
            Arc::make_mut(&mut actual).remove(&key);
        }
        Instance {
            identifier: self.identifier.clone(),
            arn: self.arn.clone(),
            resource_id: self.resource_id.clone(),
            status: self.status.clone(),
            created: self.created,
            address: self.address.clone(),
            engine: self.text(Parameter::Engine).to_owned(),
            engine_version: self.text(Parameter::EngineVersion).to_owned(),
            actual,
            pending,
            parameter_group_statuses: vec![self.parameter_group.name().to_owned()],
            option_group_statuses: vec![self.option_group.name().to_owned()],
            deletion_protection: self.deletion_protection,
            secret: self.secret.as_ref().map(|secret| Secret {
                arn: secret.arn.clone(),
                status: secret.status.clone(),
                key: Some(secret.kms_key_id.clone()),
            }),
            tags: self.tags.clone(),
        }
    }
}

/// The types of snapshots that RDS has.
pub const SNAPSHOT_TYPES: &[&str] = &["automated", "manual", "awsbackup", "shared", "public"];

/// A DB snapshot.
#[derive(Clone, Debug)]
pub struct DbSnapshot {
    /// `DBSnapshotIdentifier`; automated ones begin with `rds:`, shared ones are ARNs.
    pub identifier: String,
    /// `DBSnapshotArn`.
    pub arn: String,
    /// `DBInstanceIdentifier`: the instance that it was taken of.
    pub source: String,
    /// `DbiResourceId` of that instance.
    pub source_resource_id: String,
    /// `Status`: `creating`, then `available`.
    pub status: String,
    /// `SnapshotType`: `automated`, `manual`, `awsbackup`, `shared` or `public`.
    pub snapshot_type: String,
    /// `SnapshotCreateTime`; absent while it is made.
    pub created: Option<Timestamp>,
    /// `OriginalSnapshotCreateTime`: that of the first one, where this is a copy.
    pub original_created: Option<Timestamp>,
    /// `InstanceCreateTime` of the instance.
    pub instance_created: Option<Timestamp>,
    /// `MasterUsername` of the instance.
    pub master_username: String,
    /// `VpcId` of the instance.
    pub vpc: String,
    /// `KmsKeyId`: what it is encrypted with.
    pub kms_key: Option<String>,
    /// The instance's settings when it was taken.
    pub parameters: Parameters,
    /// `TagList`: its own tags.
    pub tags: Tags,
    /// The instance's tags when it was taken: what a restore without tags gets (Amazon RDS User Guide, restoring from a snapshot).
    pub source_tags: Tags,
}

impl DbSnapshot {
    /// What DescribeDBSnapshots tells of it.
    pub fn facts(&self) -> Snapshot {
        let text = |parameter| create::text(&self.parameters, parameter).map(str::to_owned);
        let number = |parameter| create::number(&self.parameters, parameter);
        Snapshot {
            identifier: self.identifier.clone(),
            arn: self.arn.clone(),
            source: self.source.clone(),
            status: self.status.clone(),
            snapshot_type: self.snapshot_type.clone(),
            created: self.original_created.or(self.created),
            engine: text(Parameter::Engine).unwrap_or_default(),
            engine_version: text(Parameter::EngineVersion).unwrap_or_default(),
            allocated_storage: number(Parameter::AllocatedStorage),
            storage_type: text(Parameter::StorageType),
            iops: number(Parameter::Iops),
            throughput: number(Parameter::StorageThroughput),
            port: number(Parameter::Port),
            zone: text(Parameter::AvailabilityZone),
            vpc: Some(self.vpc.clone()),
            option_group: text(Parameter::OptionGroupName),
            kms_key: self.kms_key.clone(),
            license: text(Parameter::LicenseModel),
            encrypted: self.kms_key.is_some(),
            resource_id: self.source_resource_id.clone(),
            tags: self.tags.clone(),
        }
    }
}

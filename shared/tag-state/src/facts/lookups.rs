//! What AWS told us of the things that settings name, beside instances and records.

use std::collections::BTreeSet;

/// A kind of snapshot, by the name that DescribeDBSnapshots filters by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SnapshotType {
    /// RDS makes them by itself, within the backup window.
    Automated,
    /// A person or a program makes them.
    Manual,
    /// AWS Backup makes them.
    Awsbackup,
    /// Another account made them, and lets this one restore them.
    Shared,
}

impl SnapshotType {
    /// All of them.
    pub const ALL: [SnapshotType; 4] =
        [SnapshotType::Automated, SnapshotType::Manual, SnapshotType::Awsbackup, SnapshotType::Shared];

    /// What the RDS API and the settings call it.
    pub const fn name(self) -> &'static str {
        match self {
            SnapshotType::Automated => "automated",
            SnapshotType::Manual => "manual",
            SnapshotType::Awsbackup => "awsbackup",
            SnapshotType::Shared => "shared",
        }
    }

    /// The kind of that name.
    pub fn by_name(name: &str) -> Option<SnapshotType> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One engine version as DescribeDBEngineVersions shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineVersion {
    /// `DBParameterGroupFamily`, such as `mysql8.0`.
    pub family: String,
    /// `ValidUpgradeTarget`: the versions of this engine that it can be upgraded to; `None` where RDS does not say.
    pub upgrades: Option<Vec<String>>,
}

/// One DB parameter group as DescribeDBParameterGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterGroup {
    /// `DBParameterGroupName`.
    pub name: String,
    /// `DBParameterGroupFamily`, such as `mysql8.0`.
    pub family: String,
}

/// One option group as DescribeOptionGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionGroup {
    /// `OptionGroupName`.
    pub name: String,
    /// `EngineName`.
    pub engine: String,
    /// `MajorEngineVersion`, such as `8.0`.
    pub major_version: String,
    /// `VpcId`: the only VPC whose instances can have it, whatever `AllowsVpcAndNonVpcInstanceMemberships` says; where
    /// there is none, all can.
    pub vpc: Option<String>,
    /// Whether one of its options is `Persistent` or `Permanent`: what was restored with it cannot be without.
    pub persistent: bool,
}

/// One DB subnet group as DescribeDBSubnetGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetGroup {
    /// `DBSubnetGroupName`.
    pub name: String,
    /// `VpcId`.
    pub vpc: String,
    /// `SubnetGroupStatus`: `Complete` where all is well.
    pub status: String,
    /// The availability zones of its subnets.
    pub zones: BTreeSet<String>,
}

/// One security group as EC2's DescribeSecurityGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `GroupId`.
    pub id: String,
    /// `VpcId`.
    pub vpc: String,
}

/// One combination that can be had, as DescribeOrderableDBInstanceOptions shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Orderable {
    /// `DBInstanceClass`.
    pub class: String,
    /// `EngineVersion`.
    pub version: String,
    /// `StorageType`.
    pub storage_type: String,
    /// `AvailabilityZones`.
    pub zones: BTreeSet<String>,
    /// `MultiAZCapable`.
    pub multi_az: bool,
    /// `Vpc`.
    pub vpc: bool,
    /// `MinStorageSize` in GiB.
    pub min_storage: Option<i64>,
    /// `MaxStorageSize` in GiB.
    pub max_storage: Option<i64>,
    /// `MinIopsPerDbInstance`.
    pub min_iops: Option<i64>,
    /// `MaxIopsPerDbInstance`.
    pub max_iops: Option<i64>,
    /// `MinIopsPerGib` and `MaxIopsPerGib`; a least that is not said is none.
    pub iops_per_gib: Option<(f64, f64)>,
    /// `MinStorageThroughputPerDbInstance` in MiB/s.
    pub min_throughput: Option<i64>,
    /// `MaxStorageThroughputPerDbInstance` in MiB/s.
    pub max_throughput: Option<i64>,
    /// `MinStorageThroughputPerIops` and `MaxStorageThroughputPerIops`, in MiB/s for each operation a second; a least that
    /// is not said is none.
    pub throughput_per_iops: Option<(f64, f64)>,
    /// `SupportsIops`.
    pub supports_iops: bool,
    /// `SupportsStorageThroughput`.
    pub supports_throughput: bool,
    /// `SupportsStorageAutoscaling`, where RDS says.
    pub supports_autoscaling: Option<bool>,
    /// `SupportsEnhancedMonitoring`, where RDS says.
    pub supports_monitoring: Option<bool>,
    /// `SupportsPerformanceInsights`, where RDS says.
    pub supports_insights: Option<bool>,
}

/// How much of what an account may have in a region it has, as DescribeAccountAttributes shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// `AccountQuotaName`: `DBInstances`, `AllocatedStorage`, `ManualSnapshots`, ...
    pub name: String,
    /// `Used`.
    pub used: i64,
    /// `Max`.
    pub max: i64,
}

/// A KMS key that storage is encrypted with, as DescribeKey shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageKey {
    /// `Enabled`.
    pub enabled: bool,
    /// Whether its `KeyUsage` is `ENCRYPT_DECRYPT`.
    pub encrypts: bool,
    /// `KeyState`, for texts.
    pub state: String,
    /// Whether its `KeyManager` is `AWS`, as of `aws/rds`: RDS uses it without anybody's permission.
    pub of_aws: bool,
}

/// What SES lets this account do, as GetAccount shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccount {
    /// `ProductionAccessEnabled`: whether it is out of the sandbox, and may mail whomever it likes.
    pub production: bool,
    /// `SendingEnabled`.
    pub sending: bool,
}

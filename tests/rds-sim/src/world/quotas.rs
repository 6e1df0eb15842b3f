//! What an account may have at most in a region.

use tag_state::parameter::Parameter;

use super::error::{ApiError, Code};
use super::{GroupKind, World};

/// DB instances in a region, by default (Amazon RDS User Guide, quotas).
pub const INSTANCE_QUOTA: usize = 40;
/// Manual snapshots in a region, by default (Amazon RDS User Guide, quotas).
pub const MANUAL_SNAPSHOT_QUOTA: usize = 100;
/// GiB of storage of all DB instances in a region, by default (Amazon RDS User Guide, quotas).
pub const STORAGE_QUOTA: i64 = 100_000;

/// What there may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// DB instances.
    pub instances: usize,
    /// GiB of storage of all instances.
    pub storage: i64,
    /// Manual snapshots.
    pub manual_snapshots: usize,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas { instances: INSTANCE_QUOTA, storage: STORAGE_QUOTA, manual_snapshots: MANUAL_SNAPSHOT_QUOTA }
    }
}

/// One `AccountQuota`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountQuota {
    /// `AccountQuotaName`.
    pub name: &'static str,
    /// `Used`.
    pub used: i64,
    /// `Max`.
    pub max: i64,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl World {
    /// What the account may have at most, to change it as Service Quotas can.
    pub fn quotas_mut(&mut self) -> &mut Quotas {
        &mut self.quotas
    }

    /// DescribeAccountAttributes.
    pub fn describe_account_attributes(&self) -> Vec<AccountQuota> {
        let quota = |name, used, max| AccountQuota { name, used, max };
        vec![
            quota("AllocatedStorage", self.used_storage(), self.quotas.storage),
            quota("DBInstances", count(self.instances.len()), count(self.quotas.instances)),
            quota("DBParameterGroups", count(self.made_groups(GroupKind::Parameter)), 50),
            quota("DBSubnetGroups", count(self.made_groups(GroupKind::Subnet)), 50),
            quota("ManualSnapshots", count(self.manual_snapshots()), count(self.quotas.manual_snapshots)),
            quota("OptionGroups", count(self.made_groups(GroupKind::Option)), 20),
        ]
    }

    pub(super) fn manual_snapshots(&self) -> usize {
        self.snapshots.values().filter(|snapshot| snapshot.snapshot_type == "manual").count()
    }

    fn used_storage(&self) -> i64 {
        self.instances.values().map(|instance| instance.number(Parameter::AllocatedStorage)).sum()
    }

    /// Refuses `more` GiB that are too many.
    pub(super) fn check_storage_quota(&self, more: i64) -> Result<(), ApiError> {
        if self.used_storage().saturating_add(more) <= self.quotas.storage {
            return Ok(());
        }
        let message = format!("Storage quota exceeded: the account's instances may have {} GiB.", self.quotas.storage);
        Err(ApiError::new(Code::StorageQuotaExceeded, message))
    }
}

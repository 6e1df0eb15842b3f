//! The world behind the port [`Lookups`]: what is RDS's own as RDS answers it, the rest from the world's surroundings.

use std::collections::BTreeSet;

use stages::ports::{Answer, CallError, Failure, Identity, Lookups};
use tag_state::check::identities;
use tag_state::facts::{
    EngineVersion, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, StorageKey, SubnetGroup,
    Zone,
};

use super::SimulatedRds;
use crate::world::operation::Operation;
use crate::world::{DEFAULT_VPC, DescribeOffers, Group, GroupKind, Offer, Surroundings, Upgrade};

impl SimulatedRds {
    /// A call to something that is not RDS.
    async fn ask<T>(&self, operation: &'static str, subject: &str, look: impl FnOnce(&Surroundings) -> T) -> Answer<T> {
        let hangs = self.world().surroundings().hanging.contains(operation);
        if hangs {
            std::future::pending::<()>().await;
        }
        let world = self.world();
        if world.surroundings().denied.contains(operation) {
            return Err(CallError {
                operation,
                subject: subject.to_owned(),
                failure: Failure::Refused,
                code: Some("AccessDenied".to_owned()),
                message: format!("not authorized to perform {operation}"),
            });
        }
        Ok(look(world.surroundings()))
    }

    /// The one group of that name, `None` where there is none.
    fn group(&self, operation: Operation, kind: GroupKind, named: &str) -> Answer<Option<(String, Group)>> {
        const NOT_FOUND: &[&str] =
            &["DBParameterGroupNotFound", "OptionGroupNotFoundFault", "DBSubnetGroupNotFoundFault"];
        match self.call(operation, named, |world| world.describe_groups(kind, Some(named))) {
            Ok(found) => Ok(found.into_iter().next()),
            Err(error) if error.code.as_deref().is_some_and(|code| NOT_FOUND.contains(&code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn orderable(offer: Offer) -> Orderable {
    let storage = offer.storage;
    type Range = (i64, i64);
    let least = |range: Range| range.0;
    let most = |range: Range| range.1;
    Orderable {
        class: offer.class,
        version: offer.version,
        storage_type: storage.name.to_owned(),
        zones: offer.zones,
        multi_az: offer.multi_az,
        vpc: true,
        min_storage: Some(storage.size.0),
        max_storage: Some(storage.size.1),
        min_iops: storage.iops.map(least),
        max_iops: storage.iops.map(most),
        iops_per_gib: storage.iops_per_gib,
        min_throughput: storage.throughput.map(least),
        max_throughput: storage.throughput.map(most),
        throughput_per_iops: storage.throughput_per_iops,
        supports_iops: storage.iops.is_some(),
        supports_throughput: storage.throughput.is_some(),
        supports_autoscaling: Some(storage.grows()),
        supports_monitoring: Some(true),
        supports_insights: Some(offer.insights),
    }
}

impl Lookups for SimulatedRds {
    async fn identity(&self) -> Answer<Identity> {
        let account = self.world().settings().account.clone();
        self.ask("GetCallerIdentity", "the credentials", |around| {
            let user = || format!("arn:aws:iam::{account}:user/tester");
            Identity { arn: around.caller.clone().unwrap_or_else(user), account: account.clone() }
        })
        .await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        let found = self.group(Operation::DescribeDbParameterGroups, GroupKind::Parameter, name)?;
        Ok(found.and_then(|(name, group)| match group {
            Group::Parameter { family } => Some(ParameterGroup { name, family }),
            Group::Option { .. } | Group::Subnet { .. } => None,
        }))
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        let found = self.group(Operation::DescribeOptionGroups, GroupKind::Option, name)?;
        Ok(found.and_then(|(name, group)| match group {
            Group::Option { engine, major_version, vpc } => {
                Some(OptionGroup { name, engine, major_version, vpc, persistent: false })
            }
            Group::Parameter { .. } | Group::Subnet { .. } => None,
        }))
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        let found = self.group(Operation::DescribeDbSubnetGroups, GroupKind::Subnet, name)?;
        Ok(found.and_then(|(name, group)| match group {
            Group::Subnet { vpc, status, zones } => Some(SubnetGroup { name, vpc, status, zones }),
            Group::Parameter { .. } | Group::Option { .. } => None,
        }))
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        self.ask("DescribeSecurityGroups", "the security groups", |around| {
            let found = |id: &String| {
                around.vpc_of(id, DEFAULT_VPC).map(|vpc| SecurityGroup { id: id.clone(), vpc: vpc.to_owned() })
            };
            ids.iter().filter_map(found).collect()
        })
        .await
    }

    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
        self.call(Operation::DescribeDbEngineVersions, version, |world| {
            let found = world.describe_engine_versions(Some(engine), Some(version));
            let upgrades = |found: Vec<Upgrade>| Some(found.into_iter().map(|upgrade| upgrade.version).collect());
            Ok(found
                .into_iter()
                .next()
                .map(|found| EngineVersion { family: found.family, upgrades: upgrades(found.upgrades) }))
        })
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        let (mut found, mut marker): (Vec<Orderable>, Option<String>) = (Vec::new(), None);
        loop {
            let page = self.call(Operation::DescribeOrderableDbInstanceOptions, class, |world| {
                world.describe_offers(&DescribeOffers {
                    engine,
                    version: Some(version),
                    class: Some(class),
                    max_records: None,
                    marker: marker.as_deref(),
                })
            })?;
            found.extend(page.items.into_iter().map(orderable));
            if page.marker.is_none() {
                return Ok(found);
            }
            marker = page.marker;
        }
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        self.call(Operation::DescribeAccountAttributes, "the account", |world| {
            let quota = |quota: crate::world::AccountQuota| Quota {
                name: quota.name.to_owned(),
                used: quota.used,
                max: quota.max,
            };
            Ok(world.describe_account_attributes().into_iter().map(quota).collect())
        })
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        self.ask("DescribeKey", key_id, |around| around.storage_key(key_id)).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        self.ask("ListHostedZones", "the account", |around| around.zones.clone()).await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        self.ask("DescribeKey", key_id, |around| around.mac_key.clone()).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        self.ask("GetEmailIdentity", address, |around| {
            let verified = |list: &BTreeSet<String>| identities(address).iter().any(|one| list.contains(one));
            around.verified.as_ref().is_none_or(verified)
        })
        .await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        self.ask("GetAccount", "the account", |around| around.mail_account.clone()).await
    }

    /// Where something hangs, time goes by.
    async fn enough(&self) {
        let hangs = !self.world().surroundings().hanging.is_empty();
        if !hangs {
            std::future::pending().await
        }
    }
}

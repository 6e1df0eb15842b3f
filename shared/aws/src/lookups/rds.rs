//! What RDS itself knows of the things that settings name.

use std::collections::BTreeSet;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{OrderableDbInstanceOption, UpgradeTarget};
use stages::ports::{Answer, CallError};
use tag_state::facts::{EngineVersion, OptionGroup, Orderable, ParameterGroup, Quota, SubnetGroup};

use crate::errors::call_error;

/// The most that a page takes.
const PAGE: i32 = 100;

/// "Not found" is an answer here. The codes are those of the RDS API reference.
fn not_there<T>(error: CallError) -> Answer<Option<T>> {
    const CODES: &[&str] =
        &["DBParameterGroupNotFound", "OptionGroupNotFoundFault", "OptionGroupNotFound", "DBSubnetGroupNotFoundFault"];
    if error.code.as_deref().is_some_and(|code| CODES.contains(&code)) { Ok(None) } else { Err(error) }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

pub(super) async fn parameter_group(rds: &Client, name: &str) -> Answer<Option<ParameterGroup>> {
    match rds.describe_db_parameter_groups().db_parameter_group_name(name).send().await {
        Ok(output) => Ok(output.db_parameter_groups().first().map(|group| ParameterGroup {
            name: text(group.db_parameter_group_name()),
            family: text(group.db_parameter_group_family()),
        })),
        Err(error) => not_there(call_error("DescribeDBParameterGroups", name, &error)),
    }
}

pub(super) async fn option_group(rds: &Client, name: &str) -> Answer<Option<OptionGroup>> {
    match rds.describe_option_groups().option_group_name(name).send().await {
        Ok(output) => Ok(output.option_groups_list().first().map(|group| OptionGroup {
            name: text(group.option_group_name()),
            engine: text(group.engine_name()),
            major_version: text(group.major_engine_version()),
            vpc: group.vpc_id().filter(|vpc| !vpc.is_empty()).map(ToOwned::to_owned),
            persistent: group
                .options()
                .iter()
                .any(|option| option.persistent() == Some(true) || option.permanent() == Some(true)),
        })),
        Err(error) => not_there(call_error("DescribeOptionGroups", name, &error)),
    }
}

pub(super) async fn subnet_group(rds: &Client, name: &str) -> Answer<Option<SubnetGroup>> {
    match rds.describe_db_subnet_groups().db_subnet_group_name(name).send().await {
        Ok(output) => Ok(output.db_subnet_groups().first().map(|group| SubnetGroup {
            name: text(group.db_subnet_group_name()),
            vpc: text(group.vpc_id()),
            status: text(group.subnet_group_status()),
            zones: group
                .subnets()
                .iter()
                .filter_map(|subnet| subnet.subnet_availability_zone()?.name())
                .map(ToOwned::to_owned)
                .collect(),
        })),
        Err(error) => not_there(call_error("DescribeDBSubnetGroups", name, &error)),
    }
}

/// RDS takes a major version here as well, and then answers all of it: only the one that was asked for counts.
/// Versions that can be created no more are left out, as nobody asks for all.
pub(super) async fn engine_version(rds: &Client, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
    let mut pages = rds
        .describe_db_engine_versions()
        .engine(engine)
        .engine_version(version)
        .max_records(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let subject = || format!("{engine} {version}");
        let page = page.map_err(|error| call_error("DescribeDBEngineVersions", &subject(), &error))?;
        let found = page.db_engine_versions().iter().find(|found| found.engine_version() == Some(version));
        if let Some(found) = found
            && let Some(family) = found.db_parameter_group_family()
        {
            // Of some engines others are listed, too: those that a copy of it can be migrated to.
            let same = |target: &&UpgradeTarget| target.engine().is_none_or(|of| of.eq_ignore_ascii_case(engine));
            let version = |target: &UpgradeTarget| target.engine_version().map(ToOwned::to_owned);
            let upgrades = found.valid_upgrade_target.as_ref();
            let upgrades = upgrades.map(|targets| targets.iter().filter(same).filter_map(version).collect());
            return Ok(Some(EngineVersion { family: family.to_owned(), upgrades }));
        }
    }
    Ok(None)
}

pub(super) async fn orderable(rds: &Client, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
    let mut pages = rds
        .describe_orderable_db_instance_options()
        .engine(engine)
        .engine_version(version)
        .db_instance_class(class)
        .max_records(PAGE)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let subject = || format!("{class} with {engine} {version}");
        let page = page.map_err(|error| call_error("DescribeOrderableDBInstanceOptions", &subject(), &error))?;
        found.extend(page.orderable_db_instance_options().iter().map(option));
    }
    Ok(found)
}

fn option(option: &OrderableDbInstanceOption) -> Orderable {
    let number = |value: Option<i32>| value.map(i64::from);
    let ratio = |least: Option<f64>, most: Option<f64>| most.map(|most| (least.unwrap_or(0.0), most));
    Orderable {
        class: text(option.db_instance_class()),
        version: text(option.engine_version()),
        storage_type: text(option.storage_type()),
        zones: option
            .availability_zones()
            .iter()
            .filter_map(|zone| zone.name())
            .map(ToOwned::to_owned)
            .collect::<BTreeSet<_>>(),
        multi_az: option.multi_az_capable().unwrap_or(false),
        vpc: option.vpc().unwrap_or(false),
        min_storage: number(option.min_storage_size()),
        max_storage: number(option.max_storage_size()),
        min_iops: number(option.min_iops_per_db_instance()),
        max_iops: number(option.max_iops_per_db_instance()),
        iops_per_gib: ratio(option.min_iops_per_gib(), option.max_iops_per_gib()),
        min_throughput: number(option.min_storage_throughput_per_db_instance()),
        max_throughput: number(option.max_storage_throughput_per_db_instance()),
        throughput_per_iops: ratio(option.min_storage_throughput_per_iops(), option.max_storage_throughput_per_iops()),
        supports_iops: option.supports_iops().unwrap_or(false),
        supports_throughput: option.supports_storage_throughput().unwrap_or(false),
        supports_autoscaling: option.supports_storage_autoscaling(),
        supports_monitoring: option.supports_enhanced_monitoring(),
        supports_insights: option.supports_performance_insights(),
    }
}

pub(super) async fn quotas(rds: &Client) -> Answer<Vec<Quota>> {
    let answer = rds.describe_account_attributes().send().await;
    let output = answer.map_err(|error| call_error("DescribeAccountAttributes", "the account", &error))?;
    let quota = |quota: &aws_sdk_rds::types::AccountQuota| {
        Some(Quota { name: text(quota.account_quota_name()), used: quota.used()?, max: quota.max()? })
    };
    Ok(output.account_quotas().iter().filter_map(quota).collect())
}

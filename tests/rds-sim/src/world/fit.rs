//! Whether what an instance would have goes together: what RDS refuses at once, before hours go by.

use std::collections::BTreeSet;

use tag_state::parameter::{Parameter, Parameters, Value};

use super::create::{number, text};
use super::error::{ApiError, Code};
use super::groups::{DEFAULT_VPC, Group, GroupKind};
use super::offers::Offer;
use super::{World, engine};

fn combination(message: String) -> Result<(), ApiError> {
    Err(ApiError::new(Code::InvalidParameterCombination, message))
}

/// Which of these a change is about; what it leaves alone is not looked at again.
const OF_OFFERS: &[Parameter] = &[
    Parameter::DbInstanceClass,
    Parameter::StorageType,
    Parameter::AllocatedStorage,
    Parameter::Iops,
    Parameter::StorageThroughput,
    Parameter::MultiAz,
    Parameter::AvailabilityZone,
    Parameter::EngineVersion,
    Parameter::EnablePerformanceInsights,
    Parameter::MaxAllocatedStorage,
];

/// With less storage gp3 takes neither operations nor throughput, and with more it takes so many at least (RDS User Guide,
/// gp3 storage).
fn gp3_takes_more_from(engine: &str) -> Option<i64> {
    match engine {
        "mariadb" | "mysql" | "postgres" | "db2-ae" | "db2-se" => Some(400),
        _ => engine.starts_with("oracle-").then_some(200),
    }
}
const LEAST_IOPS: i64 = 12_000;
const LEAST_THROUGHPUT: i64 = 500;

impl World {
    /// Refuses what a new instance cannot have. `asked` is what the call itself says.
    pub(super) fn check_new_fits(&self, then: &Parameters, asked: &Parameters) -> Result<(), ApiError> {
        self.check_families(then, then)?;
        self.check_offer(then, asked)?;
        self.check_network(then)?;
        self.check_storage_quota(number(then, Parameter::AllocatedStorage).unwrap_or(0))
    }

    /// Refuses a change that does not fit what the instance would then have.
    pub(super) fn check_change_fits(&self, then: &Parameters, change: &Parameters) -> Result<(), ApiError> {
        self.check_families(then, change)?;
        if OF_OFFERS.iter().any(|parameter| change.contains_key(parameter)) {
            self.check_offer(then, change)?;
        }
        if change.contains_key(&Parameter::VpcSecurityGroupIds) {
            self.check_network(then)?;
        }
        Ok(())
    }

    /// Parameter group and option group are made for a version.
    fn check_families(&self, then: &Parameters, named: &Parameters) -> Result<(), ApiError> {
        let (name, version) = engine_of(then);
        if let Some(group) = text(named, Parameter::DbParameterGroupName)
            && let Some(Group::Parameter { family }) = self.group(GroupKind::Parameter, group)
        {
            let needed = engine::family(name, version);
            if family != needed {
                return combination(format!(
                    "The parameter group {group} with DBParameterGroupFamily {family} can't be used for this instance. \
                     Use a parameter group with DBParameterGroupFamily {needed}."
                ));
            }
        }
        if let Some(group) = text(named, Parameter::OptionGroupName)
            && let Some(Group::Option { engine, major_version, vpc }) = self.group(GroupKind::Option, group)
        {
            let needed = engine::major_version(name, version);
            // A default group's name has dashes for dots, so that it is compared as a name.
            if group != engine::default_option_group(name, version) && (engine != name || major_version != needed) {
                return combination(format!(
                    "The option group {group} is for {engine} {major_version} and can't be used with {name} {needed}."
                ));
            }
            let of_instance = self.vpc_of(then);
            if vpc.is_some_and(|vpc| vpc != of_instance) {
                return combination(format!("The option group {group} can't be used in {of_instance}."));
            }
        }
        Ok(())
    }

    fn check_offer(&self, then: &Parameters, asked: &Parameters) -> Result<(), ApiError> {
        let (name, version) = engine_of(then);
        let class = text(then, Parameter::DbInstanceClass).unwrap_or_default();
        let offers = self.offers(name, Some(version), Some(class));
        let Some(first) = offers.first() else {
            let license = engine::engine(name).map_or("license-included", |engine| engine.license);
            return combination(format!(
                "RDS does not support creating a DB instance with the following combination: DBInstanceClass={class}, \
                 Engine={name}, EngineVersion={version}, LicenseModel={license}. For supported combinations of instance \
                 class and database engine version, see the documentation."
            ));
        };
        let storage_type = text(then, Parameter::StorageType).unwrap_or_default();
        let Some(offer) = offers.iter().find(|offer| offer.storage.name == storage_type) else {
            let message = format!("Storage type {storage_type} is not supported with {} and {name}.", first.class);
            return Err(ApiError::new(Code::StorageTypeNotSupported, message));
        };
        check_storage(then, offer, name)?;
        check_gp3(then, asked, offer, name)?;
        check_autoscaling(then, asked, offer, name)?;
        if asked.get(&Parameter::EnablePerformanceInsights) == Some(&Value::Flag(true)) && !offer.insights {
            let message = "Performance Insights not supported for this configuration, please disable this feature.";
            return combination(message.to_owned());
        }
        let multi_az = then.get(&Parameter::MultiAz) == Some(&Value::Flag(true));
        if multi_az && !offer.multi_az {
            return combination(format!("{name} does not support Multi-AZ with {class}."));
        }
        // Where a zone is not asked for, RDS takes one that has it.
        match text(asked, Parameter::AvailabilityZone) {
            Some(zone) if !multi_az && !offer.zones.contains(zone) => Err(ApiError::new(
                Code::InsufficientDbInstanceCapacity,
                format!("Cannot create {class} in {zone} because of insufficient capacity there."),
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Subnet group and security groups share a VPC.
    fn check_network(&self, then: &Parameters) -> Result<(), ApiError> {
        let subnets = text(then, Parameter::DbSubnetGroupName).unwrap_or("default");
        let vpc = self.vpc_of(then);
        if let Some(Group::Subnet { status, zones, .. }) = self.group(GroupKind::Subnet, subnets) {
            if status != "Complete" {
                let message = format!("DB subnet group {subnets} is {status}.");
                return Err(ApiError::new(Code::InvalidVpcNetworkState, message));
            }
            if zones.len() < 2 {
                let message = format!("DB subnet group {subnets} covers {} of at least 2 zones.", zones.len());
                return Err(ApiError::new(Code::DbSubnetGroupDoesNotCoverEnoughAzs, message));
            }
        }
        let none = BTreeSet::new();
        let groups = match then.get(&Parameter::VpcSecurityGroupIds) {
            Some(Value::List(groups)) => groups,
            Some(Value::Text(_) | Value::Flag(_) | Value::Number(_)) | None => &none,
        };
        for group in groups.iter().filter(|group| *group != super::create::DEFAULT_SECURITY_GROUP) {
            match self.surroundings.vpc_of(group, &vpc) {
                Some(other) if other != vpc => {
                    return combination(format!(
                        "The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and \
                         the EC2 security group is in {other}"
                    ));
                }
                Some(_) => {}
                None => {
                    let message = format!("Invalid security group, groupId={group}, groupName=.");
                    return Err(ApiError::new(Code::InvalidParameterValue, message));
                }
            }
        }
        Ok(())
    }

    /// The VPC of the subnet group.
    pub(super) fn vpc_of(&self, parameters: &Parameters) -> String {
        let subnets = text(parameters, Parameter::DbSubnetGroupName).unwrap_or("default");
        match self.group(GroupKind::Subnet, subnets) {
            Some(Group::Subnet { vpc, .. }) => vpc,
            Some(Group::Parameter { .. } | Group::Option { .. }) | None => DEFAULT_VPC.to_owned(),
        }
    }
}

fn engine_of(parameters: &Parameters) -> (&str, &str) {
    let text = |parameter| text(parameters, parameter).unwrap_or_default();
    (text(Parameter::Engine), text(Parameter::EngineVersion))
}

fn check_gp3(then: &Parameters, asked: &Parameters, offer: &Offer, name: &str) -> Result<(), ApiError> {
    let (Some(threshold), "gp3") = (gp3_takes_more_from(name), offer.storage.name) else { return Ok(()) };
    let has_less = number(then, Parameter::AllocatedStorage).is_some_and(|size| size < threshold);
    for (parameter, what, least) in
        [(Parameter::Iops, "IOPS", LEAST_IOPS), (Parameter::StorageThroughput, "storage throughput", LEAST_THROUGHPUT)]
    {
        let Some(wanted) = number(asked, parameter) else { continue };
        if has_less {
            return combination(format!(
                "You can't specify IOPS or storage throughput for engine {name} and a storage size less than {threshold}."
            ));
        }
        if wanted < least {
            return combination(format!("Invalid {what} for engine name {name} and storage type gp3: {wanted}"));
        }
    }
    Ok(())
}

/// A limit leaves room for the least growth, which is a tenth, and is none that the storage type cannot have.
fn check_autoscaling(then: &Parameters, asked: &Parameters, offer: &Offer, name: &str) -> Result<(), ApiError> {
    let Some(limit) = number(asked, Parameter::MaxAllocatedStorage) else { return Ok(()) };
    let size = number(then, Parameter::AllocatedStorage).unwrap_or(0);
    let storage = offer.storage;
    if !storage.grows() || limit * 100 < size * 110 || limit > storage.size.1 {
        let kind = storage.name;
        return combination(format!(
            "Invalid max storage size for engine name {name} and storage type {kind}: {limit}"
        ));
    }
    Ok(())
}

fn check_storage(then: &Parameters, offer: &Offer, name: &str) -> Result<(), ApiError> {
    let storage = offer.storage;
    let ranges = [
        (Parameter::AllocatedStorage, "storage size", Some(storage.size)),
        (Parameter::Iops, "IOPS", storage.iops),
        (Parameter::StorageThroughput, "storage throughput", storage.throughput),
    ];
    for (parameter, what, range) in ranges {
        let Some(wanted) = number(then, parameter) else { continue };
        let Some((least, most)) = range else {
            return combination(format!("You can't specify {what} for storage type {}.", storage.name));
        };
        if !(least..=most).contains(&wanted) {
            return combination(format!(
                "Invalid {what} for engine name {name} and storage type {}: {wanted}",
                storage.name
            ));
        }
    }
    // In RDS's own words, which are the same for both.
    let ratios = [
        (Parameter::Iops, Parameter::AllocatedStorage, "iops to storage (GB)", storage.iops_per_gib),
        (Parameter::StorageThroughput, Parameter::Iops, "storage throughput to iops", storage.throughput_per_iops),
    ];
    for (one, other, what, range) in ratios {
        let (Some(one), Some(other), Some((least, most))) = (number(then, one), number(then, other), range) else {
            continue;
        };
        let ratio = one as f64 / other as f64;
        if !(least..=most).contains(&ratio) {
            return combination(format!(
                "Invalid {what} ratio for engine name {name} and storage type {}: {ratio:.4}",
                storage.name
            ));
        }
    }
    if storage.name.starts_with("io") && number(then, Parameter::Iops).is_none() {
        return combination(format!("You must specify IOPS for storage type {}.", storage.name));
    }
    Ok(())
}

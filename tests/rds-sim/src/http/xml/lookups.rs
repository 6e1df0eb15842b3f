//! Groups, engine versions, what can be ordered, and quotas.

use super::Xml;
use crate::world::{AccountQuota, EngineVersion, Group, Offer};

/// One group, in the element that its kind has.
pub(in crate::http) fn group(xml: &mut Xml, (name, group): &(String, Group)) {
    match group {
        Group::Parameter { family } => xml.element("DBParameterGroup", |xml| {
            xml.text("DBParameterGroupName", name);
            xml.text("DBParameterGroupFamily", family);
            xml.text("Description", name);
        }),
        Group::Option { engine, major_version, vpc } => xml.element("OptionGroup", |xml| {
            xml.text("OptionGroupName", name);
            xml.text("OptionGroupDescription", name);
            xml.text("EngineName", engine);
            xml.text("MajorEngineVersion", major_version);
            xml.element("Options", |_| {});
            // RDS says so of every one; a VPC narrows it.
            xml.text("AllowsVpcAndNonVpcInstanceMemberships", true);
            xml.optional("VpcId", vpc.as_ref());
        }),
        Group::Subnet { vpc, status, zones } => xml.element("DBSubnetGroup", |xml| {
            xml.text("DBSubnetGroupName", name);
            xml.text("DBSubnetGroupDescription", name);
            xml.text("VpcId", vpc);
            xml.text("SubnetGroupStatus", status);
            xml.element("Subnets", |xml| zones.iter().for_each(|zone| subnet(xml, vpc, zone)));
        }),
    }
}

fn subnet(xml: &mut Xml, vpc: &str, zone: &str) {
    xml.element("Subnet", |xml| {
        xml.text("SubnetIdentifier", format!("subnet-{}-{zone}", vpc.trim_start_matches("vpc-")));
        xml.element("SubnetAvailabilityZone", |xml| xml.text("Name", zone));
        xml.text("SubnetStatus", "Active");
    });
}

/// A list of groups.
pub(in crate::http) fn groups_of(xml: &mut Xml, list: &str, groups: &[(String, Group)]) {
    xml.element(list, |xml| groups.iter().for_each(|one| group(xml, one)));
}

/// `DBEngineVersions`.
pub(in crate::http) fn engine_versions(xml: &mut Xml, versions: &[EngineVersion]) {
    xml.element("DBEngineVersions", |xml| {
        for version in versions {
            xml.element("DBEngineVersion", |xml| {
                xml.text("Engine", &version.engine);
                xml.text("MajorEngineVersion", &version.major);
                xml.text("EngineVersion", &version.version);
                xml.text("DBParameterGroupFamily", &version.family);
                xml.text("Status", "available");
                xml.element("ValidUpgradeTarget", |xml| {
                    for upgrade in &version.upgrades {
                        xml.element("UpgradeTarget", |xml| {
                            xml.text("Engine", &version.engine);
                            xml.text("EngineVersion", &upgrade.version);
                            xml.text("AutoUpgrade", "false");
                            xml.text("IsMajorVersionUpgrade", if upgrade.is_major { "true" } else { "false" });
                        });
                    }
                });
            });
        }
    });
}

/// `OrderableDBInstanceOptions`.
pub(in crate::http) fn offers(xml: &mut Xml, offers: &[Offer]) {
    xml.element("OrderableDBInstanceOptions", |xml| {
        for offer in offers {
            xml.element("OrderableDBInstanceOption", |xml| self::offer(xml, offer));
        }
    });
}

fn offer(xml: &mut Xml, offer: &Offer) {
    let storage = offer.storage;
    xml.text("Engine", &offer.engine);
    xml.text("EngineVersion", &offer.version);
    xml.text("DBInstanceClass", &offer.class);
    xml.text("LicenseModel", offer.license);
    xml.element("AvailabilityZones", |xml| {
        for zone in &offer.zones {
            xml.element("AvailabilityZone", |xml| xml.text("Name", zone));
        }
    });
    xml.text("MultiAZCapable", offer.multi_az);
    xml.text("Vpc", true);
    xml.text("StorageType", storage.name);
    xml.text("SupportsIops", storage.iops.is_some());
    xml.text("SupportsStorageThroughput", storage.throughput.is_some());
    xml.text("SupportsStorageAutoscaling", storage.grows());
    xml.text("SupportsEnhancedMonitoring", true);
    xml.text("SupportsPerformanceInsights", offer.insights);
    xml.text("MinStorageSize", storage.size.0);
    xml.text("MaxStorageSize", storage.size.1);
    xml.optional("MinIopsPerDbInstance", storage.iops.map(|range| range.0));
    xml.optional("MaxIopsPerDbInstance", storage.iops.map(|range| range.1));
    xml.optional("MinIopsPerGib", storage.iops_per_gib.map(|range| range.0));
    xml.optional("MaxIopsPerGib", storage.iops_per_gib.map(|range| range.1));
    xml.optional("MinStorageThroughputPerDbInstance", storage.throughput.map(|range| range.0));
    xml.optional("MaxStorageThroughputPerDbInstance", storage.throughput.map(|range| range.1));
    xml.optional("MinStorageThroughputPerIops", storage.throughput_per_iops.map(|range| range.0));
    xml.optional("MaxStorageThroughputPerIops", storage.throughput_per_iops.map(|range| range.1));
}

/// `AccountQuotas`.
pub(in crate::http) fn account_quotas(xml: &mut Xml, quotas: &[AccountQuota]) {
    xml.element("AccountQuotas", |xml| {
        for quota in quotas {
            xml.element("AccountQuota", |xml| {
                xml.text("AccountQuotaName", quota.name);
                xml.text("Used", quota.used);
                xml.text("Max", quota.max);
            });
        }
    });
}

//! Whether RDS sells what is wanted: the class, and the storage that goes with it.

use std::collections::BTreeSet;

use super::groups::is_regional;
use super::storage::{Shape, number};
use super::{Finding, key};
use crate::facts::{Orderable, SubnetGroup};
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;

/// With at least so much storage gp3 takes operations and throughput, of which there are so many at least then. Below it
/// both are RDS's affair: "You can't specify IOPS or storage throughput for engine postgres and a storage size less than
/// 400" (RDS User Guide, gp3 storage). SQL Server knows no such size.
fn gp3_takes_more_from(engine: &str) -> Option<i64> {
    match engine.to_ascii_lowercase() {
        engine if engine.starts_with("oracle-") => Some(200),
        engine if engine.starts_with("db2-") => Some(400),
        engine if ["mariadb", "mysql", "postgres"].contains(&engine.as_str()) => Some(400),
        _ => None,
    }
}
const LEAST_IOPS: i64 = 12_000;
const LEAST_THROUGHPUT: i64 = 500;

/// What is to be had of RDS.
pub(super) struct Demand<'a> {
    pub(super) settings: &'a Settings,
    pub(super) shape: &'a Shape,
    pub(super) engine: &'a str,
    pub(super) class: &'a str,
    /// Where it will be, as far as that is known.
    pub(super) subnets: Option<&'a SubnetGroup>,
    /// Whether it stays like this: what only the modification sets belongs to that.
    pub(super) stays: bool,
}

fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

impl Demand<'_> {
    fn key(&self, parameter: Parameter) -> String {
        key(self.settings, parameter)
    }

    /// Each demand in turn: what is left of the offers, and which of them nothing was left of.
    pub(super) fn offered(&self, offers: &[Orderable]) -> Vec<Finding> {
        let Demand { shape, engine, class, .. } = self;
        let named = self.key(Parameter::DbInstanceClass);
        let version = &shape.version;
        let mut left: Vec<&Orderable> = offers.iter().filter(|offer| offer.vpc).collect();
        if left.is_empty() {
            let says = format!("RDS offers no {class} for {engine} {version} in this region: name another class");
            return vec![Finding::bad(named, says)];
        }
        if let Some(zone) = &shape.zone {
            left.retain(|offer| offer.zones.contains(zone));
            if left.is_empty() {
                let what = self.key(Parameter::AvailabilityZone);
                // Of the others RDS tells only whoever asks for them by their group.
                if !is_regional(zone) {
                    return vec![Finding::doubtful(what, format!("nobody knows whether RDS offers {class} in {zone}"))];
                }
                let says =
                    format!("RDS offers no {class} for {engine} {version} in {zone}: name another zone, or none");
                return vec![Finding::bad(what, says)];
            }
        }
        if shape.multi_az {
            left.retain(|offer| offer.multi_az);
            if left.is_empty() {
                let says = format!("RDS offers no {class} for {engine} {version} in several zones: name another class");
                return vec![Finding::bad(self.key(Parameter::MultiAz), says)];
            }
        }
        if let Some(finding) = self.where_subnets_are(&mut left) {
            return vec![finding];
        }
        let mut with = String::new();
        if let Some(storage_type) = &shape.storage_type {
            let types: Vec<&str> = left.iter().map(|offer| offer.storage_type.as_str()).collect();
            let types = types.join(", ");
            left.retain(|offer| offer.storage_type.eq_ignore_ascii_case(storage_type));
            if left.is_empty() {
                let says = format!(
                    "RDS offers no {storage_type} with {class} for {engine} {version}, only {types}: name one of those"
                );
                return vec![Finding::bad(self.key(Parameter::StorageType), says)];
            }
            with = format!(" with {storage_type}");
        }
        let mut found = vec![Finding::good(named, format!("RDS offers {class} for {engine} {version}{with}"))];
        // Without a storage type nobody knows which of the offers it is. With one, what a single offer takes is good.
        if shape.storage_type.is_some() {
            let each = left.iter().map(|offer| self.fits(offer));
            found.extend(each.min_by_key(Vec::len).unwrap_or_default());
        }
        found
    }

    /// It can be had in a zone of the subnet group; in two of them, where it has a standby.
    fn where_subnets_are(&self, left: &mut Vec<&Orderable>) -> Option<Finding> {
        // What is offered in other zones than the region's was not asked for.
        let group = self.subnets.filter(|group| group.zones.iter().all(|zone| is_regional(zone)))?;
        let there: BTreeSet<String> = left.iter().flat_map(|offer| offer.zones.iter().cloned()).collect();
        let needed = if self.shape.multi_az { 2 } else { 1 };
        left.retain(|offer| offer.zones.intersection(&group.zones).count() >= needed);
        if !left.is_empty() || group.zones.len() < needed {
            return None;
        }
        let Demand { shape, engine, class, .. } = self;
        let (version, name) = (&shape.version, &group.name);
        let of = if needed == 2 { "two of the zones" } else { "the zones" };
        let says = format!(
            "RDS offers no {class} for {engine} {version} in {of} of the subnet group {name}, {}, but in {}: name another \
             class, or add a subnet there",
            listed(&group.zones),
            listed(&there)
        );
        Some(Finding::bad(self.key(Parameter::DbInstanceClass), says))
    }

    /// The numbers are in the offer's ranges.
    fn fits(&self, offer: &Orderable) -> Vec<Finding> {
        let Demand { shape, engine, .. } = self;
        let of = &offer.storage_type;
        let iops = number(&shape.wanted, Parameter::Iops);
        let throughput = number(&shape.wanted, Parameter::StorageThroughput);
        let threshold = gp3_takes_more_from(engine).filter(|_| of.eq_ignore_ascii_case("gp3"));
        let mut found = Vec::new();
        let mut range = |parameter: Parameter, is: i64, unit: &str, least: Option<i64>, most: Option<i64>| {
            let too_few = least.filter(|least| is < *least).map(|least| format!("at least {least}"));
            let too_many = most.filter(|most| is > *most).map(|most| format!("at most {most}"));
            if let Some(limit) = too_few.or(too_many) {
                let says = format!("{is} {unit}, and {of} has {limit} with {}: change it", offer.class);
                found.push(Finding::bad(self.key(parameter), says));
            }
        };
        if let Some(size) = shape.size {
            range(Parameter::AllocatedStorage, size, "GiB", offer.min_storage, offer.max_storage);
        }
        if let Some((threshold, size)) = threshold.zip(shape.size).filter(|(threshold, size)| size < threshold) {
            for parameter in [Parameter::Iops, Parameter::StorageThroughput] {
                let says = format!(
                    "RDS takes none with gp3 for {engine} below {threshold} GiB, and it has {size}: leave it out, or raise \
                     allocatedStorage"
                );
                let wanted = shape.wanted.contains_key(&parameter);
                found.extend(wanted.then(|| Finding::bad(self.key(parameter), says)));
            }
        } else {
            let known = threshold.filter(|_| shape.size.is_some());
            if let Some(iops) = iops.filter(|_| offer.supports_iops) {
                let least = offer.min_iops.max(known.map(|_| LEAST_IOPS));
                range(Parameter::Iops, iops, "operations a second", least, offer.max_iops);
            }
            if let Some(throughput) = throughput.filter(|_| offer.supports_throughput) {
                let least = offer.min_throughput.max(known.map(|_| LEAST_THROUGHPUT));
                range(Parameter::StorageThroughput, throughput, "MiB/s", least, offer.max_throughput);
            }
        }
        found.extend(self.ratios(offer, iops, throughput));
        if iops.is_some() && !offer.supports_iops {
            let says = format!("{of} takes none: leave it out, or name another storageType");
            found.push(Finding::bad(self.key(Parameter::Iops), says));
        }
        if throughput.is_some() && !offer.supports_throughput {
            let says = format!("{of} takes none: leave it out, or name gp3 in storageType");
            found.push(Finding::bad(self.key(Parameter::StorageThroughput), says));
        }
        let by_name = shape.wanted.contains_key(&Parameter::StorageType);
        if by_name && iops.is_none() && matches!(of.as_str(), "io1" | "io2") {
            let says = format!("{of} has provisioned operations only: set iops beside it");
            found.push(Finding::bad(self.key(Parameter::StorageType), says));
        }
        if self.stays {
            found.extend(self.takes_the_rest(offer));
        }
        found
    }

    fn ratios(&self, offer: &Orderable, iops: Option<i64>, throughput: Option<i64>) -> Vec<Finding> {
        let of = &offer.storage_type;
        let mut found = Vec::new();
        let mut ratio =
            |parameter: Parameter, one: Option<i64>, other: Option<i64>, what: &str, range: Option<(f64, f64)>| {
                let (Some(one), Some(other), Some((least, most))) = (one, other, range) else { return };
                let is = one as f64 / other as f64;
                if !(least..=most).contains(&is) {
                    let limit = if is < least { format!("at least {least}") } else { format!("at most {most}") };
                    let says = format!(
                        "{one} for {other} {what} are {is:.4} for each, and {of} has {limit}: change one of them"
                    );
                    found.push(Finding::bad(self.key(parameter), says));
                }
            };
        ratio(Parameter::Iops, iops, self.shape.size, "GiB", offer.iops_per_gib);
        ratio(Parameter::StorageThroughput, throughput, iops, "operations a second", offer.throughput_per_iops);
        found
    }

    /// What only the modification sets can be had with this class and storage.
    fn takes_the_rest(&self, offer: &Orderable) -> Vec<Finding> {
        let set = &self.settings.modify.parameters;
        let mut found = Vec::new();
        let most = number(set, Parameter::MaxAllocatedStorage).zip(offer.max_storage);
        if let Some((size, most)) = most.filter(|(size, most)| size > most) {
            let of = &offer.storage_type;
            let says = format!("{size} GiB, and {of} has at most {most} with {}: lower it", offer.class);
            found.push(Finding::bad(self.key(Parameter::MaxAllocatedStorage), says));
        }
        let supports = [
            (Parameter::MaxAllocatedStorage, "storage autoscaling", offer.supports_autoscaling),
            (Parameter::MonitoringInterval, "Enhanced Monitoring", offer.supports_monitoring),
            (Parameter::EnablePerformanceInsights, "Performance Insights", offer.supports_insights),
        ];
        for (parameter, name, is_there) in supports {
            let off = [Value::Number(0), Value::Flag(false)];
            if is_there == Some(false) && set.get(&parameter).is_some_and(|value| !off.contains(value)) {
                let (engine, version, of) = (self.engine, &self.shape.version, &offer.storage_type);
                let says = format!(
                    "RDS has no {name} with {} and {of} for {engine} {version}: leave it out, or name another class",
                    offer.class
                );
                found.push(Finding::bad(self.key(parameter), says));
            }
        }
        found
    }
}

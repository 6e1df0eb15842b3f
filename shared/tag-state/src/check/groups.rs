//! The groups that the settings name: each is there, and fits the engine and the network.

use std::collections::BTreeSet;

use super::{Finding, Seen, Sight, engine, named, parts};
use crate::decide::new::at_restore;
use crate::facts::{OptionGroup, Snapshot};
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;

/// The version that an instance has when it gets a group of that part.
fn version_then(settings: &Settings, snapshot: &Snapshot, part: &str) -> String {
    let upgraded = settings.modify.parameters.get(&Parameter::EngineVersion).map(Value::to_string);
    upgraded.filter(|_| part == "mod").unwrap_or_else(|| snapshot.engine_version.clone())
}

fn missing(what: &str, name: &str) -> Finding {
    Finding::bad(what, format!("there is no {name} in this region: make it, or name another"))
}

/// Each DB parameter group is there, and of the family of its version.
pub(super) fn parameter_groups(settings: &Settings, snapshot: Option<&Snapshot>, sight: &Sight) -> Vec<Finding> {
    let parameter = Parameter::DbParameterGroupName;
    let mut found = Vec::new();
    for (part, value) in parts(settings, parameter) {
        let (what, name) = (format!("rdsecho.{part}.{parameter}"), value.to_string());
        let group = match sight.parameter_groups.get(&name) {
            None => continue,
            Some(Err(error)) => {
                found.push(Finding::unseen(what, error));
                continue;
            }
            Some(Ok(None)) => {
                found.push(missing(&what, &name));
                continue;
            }
            Some(Ok(Some(group))) => group,
        };
        let version = snapshot.map(|snapshot| version_then(settings, snapshot, part));
        let family = version.as_ref().and_then(|version| sight.families.get(version));
        found.push(match (version, family) {
            (Some(version), Some(Ok(Some(family)))) if !family.eq_ignore_ascii_case(&group.family) => {
                let is = &group.family;
                Finding::bad(
                    what,
                    format!("{name} is of the family {is}, and {version} needs {family}: name one of those"),
                )
            }
            (Some(_), Some(Ok(Some(family)))) => {
                Finding::good(what, format!("{name} is there, of the family {family}"))
            }
            (_, _) => Finding::doubtful(
                what,
                format!("{name} is there, of the family {}; which one is needed could not be found out", group.family),
            ),
        });
    }
    found
}

/// Each option group is there, and fits engine, major version and VPC.
pub(super) fn option_groups(settings: &Settings, snapshot: Option<&Snapshot>, sight: &Sight) -> Vec<Finding> {
    let parameter = Parameter::OptionGroupName;
    let mut found = Vec::new();
    for (part, value) in parts(settings, parameter) {
        let (what, name) = (format!("rdsecho.{part}.{parameter}"), value.to_string());
        let group = match sight.option_groups.get(&name) {
            None => continue,
            Some(Err(error)) => {
                found.push(Finding::unseen(what, error));
                continue;
            }
            Some(Ok(None)) => {
                found.push(missing(&what, &name));
                continue;
            }
            Some(Ok(Some(group))) => group,
        };
        let OptionGroup { engine: of, major_version, .. } = group;
        let needed = snapshot.map(|one| (engine(settings, one), version_then(settings, one, part)));
        found.push(match (needed, elsewhere(group, sight)) {
            (Some((engine, version)), _) if !of.eq_ignore_ascii_case(&engine) || !is_of(&version, major_version) => {
                Finding::bad(
                    what,
                    format!(
                        "{name} is for {of} {major_version}, and {engine} {version} is restored: name one for that"
                    ),
                )
            }
            (_, Some(finding)) => Finding { what, ..finding },
            (Some(_), None) => Finding::good(what, format!("{name} is there, for {of} {major_version}")),
            (None, None) => Finding::doubtful(
                what,
                format!("{name} is there, for {of} {major_version}; what is needed could not be found out"),
            ),
        });
    }
    found
}

fn is_of(version: &str, major: &str) -> bool {
    version.strip_prefix(major).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// An option group with some options belongs to a VPC.
fn elsewhere(group: &OptionGroup, sight: &Sight) -> Option<Finding> {
    let vpc = group.vpc.as_ref().filter(|_| !group.any_vpc)?;
    let name = &group.name;
    match &sight.subnet_group {
        Some(Ok(Some(subnets))) if subnets.vpc == *vpc => None,
        Some(Ok(Some(subnets))) => {
            let (there, is) = (&subnets.name, &subnets.vpc);
            Some(Finding::bad(
                "",
                format!("{name} is for {vpc}, and the subnet group {there} is in {is}: name groups of one VPC"),
            ))
        }
        Some(Ok(None) | Err(_)) | None => Some(Finding::doubtful(
            "",
            format!("{name} is for {vpc} only: name a subnet group of it in rdsecho.new.dbSubnetGroupName"),
        )),
    }
}

/// The subnet group and the security groups are there and share a VPC.
pub(super) fn network(settings: &Settings, sight: &Sight) -> Vec<Finding> {
    let mut found: Vec<Finding> = subnets(settings, sight).into_iter().collect();
    let parameter = Parameter::VpcSecurityGroupIds;
    let named_all = named(settings, parameter);
    let groups = match &sight.security_groups {
        None => return found,
        Some(Err(error)) => {
            let what = super::key(settings, parameter);
            found.push(Finding::unseen(what, error));
            return found;
        }
        Some(Ok(groups)) => groups,
    };
    let subnets_are = sight.subnet_group.as_ref().and_then(|seen: &Seen<_>| seen.as_ref().ok()?.as_ref());
    let in_vpcs: BTreeSet<&str> =
        groups.iter().filter(|group| named_all.contains(&group.id)).map(|group| group.vpc.as_str()).collect();
    for (part, value) in parts(settings, parameter) {
        let what = format!("rdsecho.{part}.{parameter}");
        let Value::List(ids) = value else { continue };
        let there = |id: &&String| groups.iter().any(|group| group.id == **id);
        let gone: Vec<&str> = ids.iter().filter(|id| !there(id)).map(String::as_str).collect();
        let abroad: Vec<String> = groups
            .iter()
            .filter(|group| ids.contains(&group.id) && subnets_are.is_some_and(|subnets| subnets.vpc != group.vpc))
            .map(|group| format!("{} is in {}", group.id, group.vpc))
            .collect();
        found.push(if !gone.is_empty() {
            Finding::bad(what, format!("there is no {} in this region: make it, or name another", gone.join(", ")))
        } else if let (Some(subnets), false) = (subnets_are, abroad.is_empty()) {
            let (name, vpc) = (&subnets.name, &subnets.vpc);
            let says = format!("{}, and the subnet group {name} in {vpc}: name groups of one VPC", abroad.join(", "));
            Finding::bad(what, says)
        } else if in_vpcs.len() > 1 {
            let vpcs = in_vpcs.iter().copied().collect::<Vec<_>>().join(" and ");
            Finding::bad(what, format!("they are in {vpcs}: name groups of one VPC"))
        } else if subnets_are.is_none() {
            let vpc = in_vpcs.iter().copied().collect::<String>();
            let says =
                format!("all are in {vpc}; without rdsecho.new.dbSubnetGroupName the restore goes to the default VPC");
            Finding::doubtful(what, says)
        } else {
            Finding::good(what, format!("{} of the subnet group's VPC", ids.len()))
        });
    }
    found
}

fn subnets(settings: &Settings, sight: &Sight) -> Option<Finding> {
    let parameter = Parameter::DbSubnetGroupName;
    let what = format!("rdsecho.new.{parameter}");
    let wanted = at_restore(settings);
    let name = wanted.get(&parameter)?.to_string();
    let group = match sight.subnet_group.as_ref()? {
        Err(error) => return Some(Finding::unseen(what, error)),
        Ok(None) => return Some(missing(&what, &name)),
        Ok(Some(group)) => group,
    };
    let zones = group.zones.iter().cloned().collect::<Vec<_>>().join(", ");
    let zone = wanted.get(&Parameter::AvailabilityZone).map(Value::to_string);
    let both = named(settings, Parameter::MultiAz).contains("true");
    Some(match zone {
        Some(zone) if !group.zones.contains(&zone) => Finding::bad(
            what,
            format!("{name} has no subnet in {zone}, only in {zones}: name another zone, or add one"),
        ),
        Some(_) | None if both && group.zones.len() < 2 => {
            Finding::bad(what, format!("{name} has subnets in {zones} only, and multiAz needs two zones: add one"))
        }
        Some(_) | None if !group.status.eq_ignore_ascii_case("complete") => {
            Finding::doubtful(what, format!("{name} is {}: look at its subnets", group.status))
        }
        Some(_) | None => Finding::good(what, format!("{name} is there, in {}, {zones}", group.vpc)),
    })
}

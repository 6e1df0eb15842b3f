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

/// Whether it is restored into another engine, whose versions have other numbers: until it is upgraded nobody knows which
/// one it has.
fn is_guessed(settings: &Settings, snapshot: &Snapshot, part: &str) -> bool {
    let said = part == "mod" && settings.modify.parameters.contains_key(&Parameter::EngineVersion);
    !said && !engine(settings, snapshot).eq_ignore_ascii_case(&snapshot.engine)
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
        let known = snapshot.is_some_and(|snapshot| !is_guessed(settings, snapshot, part));
        let family = version.as_ref().filter(|_| known).and_then(|version| sight.families.get(version));
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
        let guessed = snapshot.is_some_and(|snapshot| is_guessed(settings, snapshot, part));
        let fits = |version: &str| guessed || is_of(version, major_version);
        found.push(match (needed, elsewhere(group, sight)) {
            (Some((engine, version)), _) if !of.eq_ignore_ascii_case(&engine) || !fits(&version) => Finding::bad(
                what,
                format!("{name} is for {of} {major_version}, and {engine} {version} is restored: name one for that"),
            ),
            (_, Some(finding)) => Finding { what, ..finding },
            (Some(_), None) if !guessed => Finding::good(what, format!("{name} is there, for {of} {major_version}")),
            (_, None) => Finding::doubtful(
                what,
                format!("{name} is there, for {of} {major_version}; what is needed could not be found out"),
            ),
        });
    }
    found.extend(snapshot.and_then(|snapshot| inherited(settings, snapshot, sight)));
    found
}

fn is_of(version: &str, major: &str) -> bool {
    version.strip_prefix(major).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The group that the restore takes over from the snapshot, where none is named for it. Where that is one's own, it can be
/// bound to the VPC that the source is in.
pub fn inherited_option_group<'a>(settings: &Settings, snapshot: &'a Snapshot) -> Option<&'a str> {
    let name = snapshot.option_group.as_deref().filter(|name| !name.starts_with("default:"))?;
    let named = at_restore(settings, None).contains_key(&Parameter::OptionGroupName);
    // Another account's cannot be looked at.
    (!named && settings.snapshots.account.is_none()).then_some(name)
}

/// RDS takes the snapshot's option group over into its own VPC only.
fn inherited(settings: &Settings, snapshot: &Snapshot, sight: &Sight) -> Option<Finding> {
    let what = format!("rdsecho.new.{}", Parameter::OptionGroupName);
    let name = inherited_option_group(settings, snapshot)?;
    let group = match sight.option_groups.get(name)? {
        Err(error) => return Some(Finding::unseen(what, error)),
        Ok(None) => return None,
        Ok(Some(group)) => group,
    };
    let subnets = sight.subnet_group.as_ref().and_then(|seen| seen.as_ref().ok()?.as_ref());
    let from = group.vpc.as_ref().or(snapshot.vpc.as_ref().filter(|_| group.persistent))?;
    let why = match (&group.vpc, group.persistent) {
        (Some(vpc), true) => format!("is for {vpc} and has options that cannot be left out"),
        (Some(vpc), false) => format!("is for {vpc}"),
        (None, _) => "has options that cannot be left out".to_owned(),
    };
    let with = if group.persistent { ", with the same persistent options" } else { "" };
    let remedy = match subnets {
        Some(subnets) if subnets.vpc == *from => return None,
        Some(subnets) => {
            format!("the subnet group {} is in {}: name an option group for that{with}", subnets.name, subnets.vpc)
        }
        None => {
            format!("without rdsecho.new.dbSubnetGroupName the restore goes to the default VPC: name one in {from}")
        }
    };
    Some(Finding::doubtful(what, format!("is not set; the snapshot's own, {name}, {why}, and {remedy}")))
}

/// An option group with some options belongs to a VPC.
fn elsewhere(group: &OptionGroup, sight: &Sight) -> Option<Finding> {
    let vpc = group.vpc.as_ref()?;
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

/// Whether it is one of the region's own zones, such as `us-east-1a`; a Local Zone, such as `us-west-2-lax-1a`, is none,
/// and can be the only zone of a subnet group.
pub(super) fn is_regional(zone: &str) -> bool {
    zone.split('-').filter(|part| part.starts_with(|first: char| first.is_ascii_digit())).count() <= 1
}

fn subnets(settings: &Settings, sight: &Sight) -> Option<Finding> {
    let parameter = Parameter::DbSubnetGroupName;
    let what = format!("rdsecho.new.{parameter}");
    let wanted = at_restore(settings, None);
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
        Some(_) | None if group.zones.len() < 2 && group.zones.iter().all(|zone| is_regional(zone)) => {
            Finding::bad(what, format!("{name} has subnets in {zones} only, and RDS demands two zones: add one"))
        }
        Some(_) | None if !group.status.eq_ignore_ascii_case("complete") => {
            Finding::doubtful(what, format!("{name} is {}: look at its subnets", group.status))
        }
        Some(_) | None => Finding::good(what, format!("{name} is there, in {}, {zones}", group.vpc)),
    })
}

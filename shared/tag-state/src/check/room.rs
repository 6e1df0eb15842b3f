//! Whether there is room: for another instance, its identifier, its storage, its tags, its final snapshot.

use jiff::Timestamp;

use super::{Finding, Seen, Sight, parts};
use crate::decide::Decision;
use crate::decide::new::{identifier, ours};
use crate::decide::retire::final_snapshot_name;
use crate::facts::Snapshot;
use crate::own::OwnInstance;
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;
use crate::tags::MOST_TAGS;

/// The longest identifier of a snapshot (RDS API reference, `DBSnapshotIdentifier`).
const LONGEST_SNAPSHOT: usize = 255;

fn own(settings: &Settings, sight: &Sight) -> Vec<OwnInstance> {
    match &sight.instances {
        Some(Ok(named)) => ours(settings, named.clone()).unwrap_or_default(),
        Some(Err(_)) | None => Vec::new(),
    }
}

/// No stranger is in the way, not too many are alive, and an identifier is left.
pub(super) fn instances(settings: &Settings, sight: &Sight, now: Timestamp) -> Vec<Finding> {
    const WHAT: &str = "instances";
    let named = match &sight.instances {
        None => return Vec::new(),
        // Not doubtful: without this every stage fails.
        Some(Err(error)) => {
            return vec![Finding::bad(WHAT, format!("{error}: every stage needs rds:DescribeDBInstances"))];
        }
        Some(Ok(named)) => named,
    };
    let own = match ours(settings, named.clone()) {
        Ok(own) => own,
        Err(stranger) => {
            return vec![Finding::bad(WHAT, format!("{stranger}; nothing new is restored until then"))];
        }
    };
    let count = Finding::good(WHAT, format!("{} of at most {}", own.len(), settings.max_instances));
    let next = match identifier(settings, &own, now) {
        Decision::Act(next) => Finding::good("identifier", format!("the next one is {next}")),
        Decision::Wait { reason, .. } | Decision::Nothing(reason) => {
            Finding::good("identifier", format!("nothing is restored now: {reason}"))
        }
        // It may be over tomorrow, or when the next one is retired.
        Decision::Refuse(reason) => Finding::doubtful("identifier", format!("nothing is restored now: {reason}")),
    };
    vec![count, next]
}

/// An instance can carry all tags that it may be given, and so can its final snapshot, which may get them all.
pub(super) fn tags(settings: &Settings, sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "tags";
    let most = settings.most_tags();
    if most > MOST_TAGS {
        let says = format!(
            "up to {most} on one instance or its final snapshot, and RDS allows {MOST_TAGS}: name fewer approvers, or \
             fewer tags of your own"
        );
        return vec![Finding::bad(WHAT, says)];
    }
    let ours = settings.name.tag_prefix();
    let of_others = own(settings, sight).into_iter().filter_map(|own| {
        let known = |key: &str| {
            key.starts_with(&ours)
                || settings.new.tags.contains_key(key)
                || settings.promote.tags.contains_key(key)
                // AWS's own do not count.
                || key.starts_with("aws:")
        };
        let others = own.facts().tags.keys().filter(|key| !known(key)).count();
        let says = format!(
            "{} carries {others} that are not this echo's, and may need {most} more: RDS allows {MOST_TAGS}, so remove some",
            own.identifier()
        );
        (others + most > MOST_TAGS).then(|| Finding::doubtful(WHAT, says))
    });
    let crowded: Vec<Finding> = of_others.collect();
    if crowded.is_empty() {
        return vec![Finding::good(WHAT, format!("up to {most} of {MOST_TAGS} on one instance"))];
    }
    crowded
}

/// The account may have one more instance, and its storage.
pub(super) fn quotas(settings: &Settings, snapshot: Option<&Snapshot>, sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "quotas";
    let quotas = match &sight.quotas {
        None => return Vec::new(),
        Some(Err(error)) => return vec![Finding::unseen(WHAT, error)],
        Some(Ok(quotas)) => quotas,
    };
    // What it has in the end, even where the restore does not take it yet.
    let wanted = parts(settings, Parameter::AllocatedStorage).into_iter().filter_map(|(_, value)| match value {
        Value::Number(size) => Some(*size),
        Value::Text(_) | Value::Flag(_) | Value::List(_) => None,
    });
    let size = wanted.max().or_else(|| snapshot?.allocated_storage).unwrap_or_default();
    let mut found = Vec::new();
    let mut said = Vec::new();
    for quota in quotas {
        let (used, max) = (quota.used, quota.max);
        let (needs, unit) = match quota.name.as_str() {
            "DBInstances" => (1, "instances"),
            "AllocatedStorage" => (size, "GiB of storage"),
            "ManualSnapshots" if !settings.retire.skip_final_snapshot => (1, "manual snapshots"),
            _ => continue,
        };
        if used.saturating_add(needs) <= max {
            said.push(format!("{used} of {max} {unit}"));
            continue;
        }
        let says =
            format!("{used} of {max} {unit} are used, and {needs} more are needed: ask AWS for more, or free some");
        // A final snapshot comes days later, when there may be room.
        let is_later = quota.name == "ManualSnapshots";
        found.push(if is_later { Finding::doubtful(WHAT, says) } else { Finding::bad(WHAT, says) });
    }
    if found.is_empty() {
        found.push(Finding::good(WHAT, said.join(", ")));
    }
    found
}

/// The names of the final snapshots of these instances, where they can be known before they are made.
pub fn final_snapshots(settings: &Settings, identifiers: &[String]) -> Vec<String> {
    let template = &settings.retire.final_snapshot;
    if settings.retire.skip_final_snapshot || template.contains("{date}") {
        return Vec::new();
    }
    let echo = settings.name.as_str();
    identifiers.iter().map(|identifier| final_snapshot_name(template, echo, identifier, "")).collect()
}

/// The names of the final snapshots are free, and can be names.
pub(super) fn finals(sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "rdsecho.retire.finalDbSnapshotIdentifier";
    let mut found = Vec::new();
    let mut free = Vec::new();
    for (name, seen) in &sight.final_snapshots {
        let seen: &Seen<bool> = seen;
        if name.len() > LONGEST_SNAPSHOT {
            let says = format!("{name} is longer than {LONGEST_SNAPSHOT} characters: shorten it");
            found.push(Finding::bad(WHAT, says));
            continue;
        }
        match seen {
            Err(error) => found.push(Finding::unseen(WHAT, error)),
            Ok(true) => found.push(Finding::doubtful(
                WHAT,
                format!("there is a snapshot {name} already: the next one gets a number behind it; delete it if nobody needs it"),
            )),
            Ok(false) => free.push(name.as_str()),
        }
    }
    if found.is_empty() && !free.is_empty() {
        let are = if free.len() == 1 { "is" } else { "are" };
        found.push(Finding::good(WHAT, format!("{} {are} free", free.join(", "))));
    }
    found
}

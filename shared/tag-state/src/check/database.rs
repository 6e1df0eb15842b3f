//! What is restored, whether it can be read, and what the settings mean to do with it.

use jiff::{SignedDuration, Timestamp};

use super::{Finding, Sight, parts};
use crate::decide::Decision;
use crate::decide::new::snapshot;
use crate::facts::Snapshot;
use crate::parameter::{Parameter, Value};
use crate::settings::{Settings, Source};

/// Automated backups come every day: data that is older says that they are off, or fail.
const DOUBTFUL_AGE: SignedDuration = SignedDuration::from_hours(48);

/// There is a snapshot to restore, of the kinds that may be, and its data is young enough.
pub(super) fn source(settings: &Settings, sight: &Sight, now: Timestamp) -> Vec<Finding> {
    const WHAT: &str = "rdsecho.snapshot.dbInstanceIdentifier";
    const AGE: &str = "rdsecho.snapshot.maxAgeHours";
    let snapshots = match &sight.snapshots {
        None => return Vec::new(),
        Some(Err(error)) => return vec![Finding::unseen(WHAT, error)],
        Some(Ok(snapshots)) => snapshots,
    };
    let latest = match snapshot(settings, snapshots, None) {
        Decision::Act(latest) => latest,
        Decision::Wait { reason, .. } | Decision::Refuse(reason) | Decision::Nothing(reason) => {
            let Source::LatestSnapshotOf(source) = &settings.source;
            let of_source = snapshots.iter().filter(|one| one.source.eq_ignore_ascii_case(source));
            let others: Vec<String> = of_source.map(|one| format!("{} is {}", one.identifier, one.status)).collect();
            let types: Vec<&str> = settings.snapshots.types.iter().map(|kind| kind.name()).collect();
            let others = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
            let says = format!("{reason} (rdsecho.snapshot.types is {}{others})", types.join(","));
            return vec![Finding::bad(WHAT, says)];
        }
    };
    let age = latest.created.map_or(SignedDuration::ZERO, |created| now.duration_since(created));
    let Snapshot { identifier, snapshot_type, engine, engine_version, .. } = latest;
    let size = latest.allocated_storage.map_or(String::new(), |size| format!(", {size} GiB"));
    let hours = age.as_hours();
    let says = format!("{identifier} ({snapshot_type}, {engine} {engine_version}{size}), {hours} hours old");
    match settings.snapshots.max_age {
        None if age > DOUBTFUL_AGE => vec![Finding::doubtful(
            WHAT,
            format!("{says}: check that backups of the source are on, and say in {AGE} how old they may be"),
        )],
        None => vec![Finding::good(WHAT, says)],
        Some(most) if age > most => {
            let most = most.as_hours();
            let remedy = "check that backups of the source are on, or raise it";
            vec![Finding::good(WHAT, says), Finding::bad(AGE, format!("{hours} hours are more than {most}: {remedy}"))]
        }
        Some(most) => vec![
            Finding::good(WHAT, says),
            Finding::good(AGE, format!("{hours} hours are at most {}", most.as_hours())),
        ],
    }
}

/// What the snapshot is encrypted with can be used.
pub(super) fn key(snapshot: &Snapshot, sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "storage key";
    let Some(name) = snapshot.kms_key.as_ref().filter(|_| snapshot.encrypted) else { return Vec::new() };
    vec![match &sight.storage_key {
        None => return Vec::new(),
        Some(Err(error)) => Finding::unseen(WHAT, error),
        Some(Ok(None)) => Finding::bad(
            WHAT,
            format!(
                "there is no {name}, which {} is encrypted with: it cannot be restored any more",
                snapshot.identifier
            ),
        ),
        Some(Ok(Some(key))) if !key.encrypts => {
            Finding::bad(WHAT, format!("{name} does not encrypt: copy the snapshot with a key that does"))
        }
        Some(Ok(Some(key))) if !key.enabled => Finding::bad(
            WHAT,
            format!(
                "{name} is {}: enable it, or cancel its deletion, or copy the snapshot with another one",
                key.state
            ),
        ),
        Some(Ok(Some(_))) => Finding::good(WHAT, format!("{name} can be used")),
    }]
}

/// What is meant otherwise than it stands there, perhaps.
pub(super) fn intentions(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for parameter in Parameter::ALL.iter().copied() {
        if let [(_, new), (_, modified)] = parts(settings, parameter)[..]
            && !new.satisfies(modified)
        {
            let says =
                format!("it is restored with {new}, and modified to {modified} afterwards: set one of them only");
            found.push(Finding::doubtful(format!("rdsecho.new.{parameter}"), says));
        }
    }
    let password = Parameter::ManageMasterUserPassword;
    if settings.modify.parameters.get(&password) == Some(&Value::Flag(false)) {
        let says = "production's master password stays valid on the copy: leave this out, and RDS makes another one";
        found.push(Finding::doubtful(format!("rdsecho.mod.{password}"), says));
    }
    if let (Some(zone), Some(Value::Flag(true))) =
        (settings.new.parameters.get(&Parameter::AvailabilityZone), settings.new.parameters.get(&Parameter::MultiAz))
    {
        let says = format!("RDS refuses the zone {zone} together with multiAz: leave one of them out");
        found.push(Finding::bad(format!("rdsecho.new.{}", Parameter::AvailabilityZone), says));
    }
    found
}

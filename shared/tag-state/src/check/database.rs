//! What is restored, whether it can be read, and what the settings mean to do with it.

use jiff::{SignedDuration, Timestamp};

use super::{Finding, Seen, Sight, parts};
use crate::decide::Decision;
use crate::decide::new::snapshot;
use crate::facts::{Snapshot, SnapshotType, StorageKey};
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
            let others = if others.is_empty() {
                "; a member of an Aurora or Multi-AZ DB cluster has none, and cannot be the source".to_owned()
            } else {
                format!("; {}", others.join(", "))
            };
            let says = format!("{reason} (rdsecho.snapshot.types is {}{others})", types.join(","));
            return vec![Finding::bad(WHAT, says)];
        }
    };
    let age = latest.created.map_or(SignedDuration::ZERO, |created| now.duration_since(created));
    let Snapshot { identifier, snapshot_type, engine, engine_version, .. } = latest;
    let size = latest.allocated_storage.map_or(String::new(), |size| format!(", {size} GiB"));
    let hours = age.as_hours();
    let says = format!("{identifier} ({snapshot_type}, {engine} {engine_version}{size}), {hours} hours old");
    let most = settings.snapshots.max_age;
    let mut found = vec![if latest.encrypted && snapshot_type == SnapshotType::Shared.name() {
        Finding::doubtful(
            WHAT,
            format!(
                "{says}: RDS restores no instance from a DB snapshot that is both shared and encrypted; copy it into \
                 this account, with rdsecho.snapshot.types=manual and without rdsecho.snapshot.account"
            ),
        )
    } else if most.is_none() && age > DOUBTFUL_AGE {
        Finding::doubtful(
            WHAT,
            format!("{says}: check that backups of the source are on, and say in {AGE} how old they may be"),
        )
    } else {
        Finding::good(WHAT, says)
    }];
    found.extend(most.map(|most| {
        let minutes = age.as_mins() % 60;
        let most_hours = most.as_hours();
        if age > most {
            let remedy = "check that backups of the source are on, or raise it";
            Finding::bad(AGE, format!("{hours} h {minutes} min are more than {most_hours} h: {remedy}"))
        } else {
            Finding::good(AGE, format!("{hours} h {minutes} min are at most {most_hours} h"))
        }
    }));
    found
}

/// What the snapshot is encrypted with can be used.
pub(super) fn key(snapshot: &Snapshot, sight: &Sight) -> Option<Finding> {
    let name = snapshot.kms_key.as_ref().filter(|_| snapshot.encrypted)?;
    let gone = format!("which {} is encrypted with: it cannot be restored any more", snapshot.identifier);
    let other = "copy the snapshot with another one";
    usable("storage key", name, sight.storage_key.as_ref()?, (&gone, other))
}

/// What the secret of the master password is to be encrypted with can be used.
pub(super) fn secret_key(settings: &Settings, sight: &Sight) -> Option<Finding> {
    let parameter = Parameter::MasterUserSecretKmsKeyId;
    let name = settings.modify.parameters.get(&parameter)?.to_string();
    let (gone, other) = ("which is to encrypt the secret of the master password: name another one", "name another one");
    usable(&format!("rdsecho.mod.{parameter}"), &name, sight.secret_key.as_ref()?, (gone, other))
}

/// A key is there, encrypts, and is enabled; else what is to be done, where it is gone, and where it is no good.
fn usable(what: &str, name: &str, seen: &Seen<Option<StorageKey>>, (gone, other): (&str, &str)) -> Option<Finding> {
    Some(match seen {
        Err(error) => Finding::unseen(what, error),
        Ok(None) => Finding::bad(what, format!("there is no {name}, {gone}")),
        Ok(Some(key)) if !key.encrypts => Finding::bad(what, format!("{name} does not encrypt: {other}")),
        Ok(Some(key)) if !key.enabled => {
            Finding::bad(what, format!("{name} is {}: enable it, or cancel its deletion, or {other}", key.state))
        }
        Ok(Some(_)) => Finding::good(what, format!("{name} can be used")),
    })
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

//! What an instance will be like: its class and its storage, which has to hold the data.

use super::offers::Demand;
use super::{Finding, Seen, Sight, engine, key};
use crate::decide::new::{at_restore, keeps_its_size};
use crate::facts::{Instance, Orderable, Snapshot};
use crate::parameter::{Parameter, Parameters, Value};
use crate::settings::Settings;

/// What an instance is like after the restore, or after the modification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The engine version.
    pub(super) version: String,
    /// The class; `None` where it is the source's, and that is not known.
    pub(super) class: Option<String>,
    /// The storage type, where anybody knows it.
    pub(super) storage_type: Option<String>,
    /// Its size in GiB.
    pub(super) size: Option<i64>,
    /// The zone that is asked for.
    pub(super) zone: Option<String>,
    /// Whether there is a standby.
    pub(super) multi_az: bool,
    /// What is asked for by name: only that can be wrong.
    pub(super) wanted: Parameters,
}

pub(super) fn number(parameters: &Parameters, parameter: Parameter) -> Option<i64> {
    match parameters.get(&parameter)? {
        Value::Number(number) => Some(*number),
        Value::Text(_) | Value::Flag(_) | Value::List(_) => None,
    }
}

fn text(parameters: &Parameters, parameter: Parameter) -> Option<String> {
    parameters.get(&parameter).map(Value::to_string)
}

impl Shape {
    fn of(wanted: Parameters, before: &Shape) -> Shape {
        let multi_az = wanted.get(&Parameter::MultiAz);
        Shape {
            version: text(&wanted, Parameter::EngineVersion).unwrap_or_else(|| before.version.clone()),
            class: text(&wanted, Parameter::DbInstanceClass).or_else(|| before.class.clone()),
            storage_type: text(&wanted, Parameter::StorageType).or_else(|| before.storage_type.clone()),
            size: number(&wanted, Parameter::AllocatedStorage).or(before.size),
            zone: text(&wanted, Parameter::AvailabilityZone).or_else(|| before.zone.clone()),
            multi_az: multi_az.map_or(before.multi_az, |value| *value == Value::Flag(true)),
            wanted,
        }
    }

    /// After the restore; and after the modification, where that leaves another one.
    pub(super) fn all(settings: &Settings, snapshot: &Snapshot, source: Option<&Instance>) -> Vec<Shape> {
        let snapshots = Shape {
            version: snapshot.engine_version.clone(),
            class: source.and_then(|source| source.has(Parameter::DbInstanceClass)).map(Value::to_string),
            storage_type: snapshot.storage_type.clone(),
            size: snapshot.allocated_storage,
            zone: None,
            multi_az: false,
            wanted: Parameters::new(),
        };
        let restored = Shape::of(at_restore(settings, Some(&snapshot.engine)), &snapshots);
        let modified = Shape::of(settings.modify.parameters.clone(), &restored);
        let same = Shape { wanted: restored.wanted.clone(), ..modified.clone() } == restored
            && modified.wanted.iter().all(|(parameter, value)| {
                !STORAGE.contains(parameter) || restored.wanted.get(parameter) == Some(value)
            });
        if same { vec![restored] } else { vec![restored, modified] }
    }
}

const STORAGE: [Parameter; 4] =
    [Parameter::AllocatedStorage, Parameter::Iops, Parameter::StorageThroughput, Parameter::StorageType];

/// Class and storage can be had, and hold the data.
pub(super) fn shapes(settings: &Settings, snapshot: &Snapshot, sight: &Sight) -> Vec<Finding> {
    let source = sight.source.as_ref().and_then(|seen| seen.as_ref().ok()?.as_ref());
    let engine = engine(settings, snapshot);
    let subnets = sight.subnet_group.as_ref().and_then(|seen| seen.as_ref().ok()?.as_ref());
    let mut found = size(settings, snapshot);
    // RDS upgrades at the restore what it offers no more, and the versions of another engine have other numbers.
    let converted = !engine.eq_ignore_ascii_case(&snapshot.engine);
    let is_withdrawn = |shape: &Shape| matches!(sight.families.get(&shape.version), Some(Ok(None)));
    let is_restored = |shape: &Shape| shape.version == snapshot.engine_version;
    let all = Shape::all(settings, snapshot, source);
    for (place, shape) in all.iter().enumerate() {
        let stays = place + 1 == all.len();
        let Some(class) = &shape.class else {
            found.push(unknown_class(settings, sight));
            continue;
        };
        let what = key(settings, Parameter::DbInstanceClass);
        let seen: Option<&Seen<Vec<Orderable>>> = sight.orderable.get(&(shape.version.clone(), class.clone()));
        let finding = match seen {
            None => continue,
            Some(Err(error)) => vec![Finding::unseen(what, error)],
            // That there is no such version is said of the setting that names it.
            Some(Ok(offers)) if offers.is_empty() && !is_restored(shape) && is_withdrawn(shape) => continue,
            Some(Ok(offers)) if offers.is_empty() && is_restored(shape) && (converted || is_withdrawn(shape)) => {
                let version = &shape.version;
                vec![Finding::doubtful(
                    what,
                    format!(
                        "nobody knows which version {engine} {version} becomes at the restore, nor whether RDS offers \
                         {class} for that: upgrade the source, or make sure of it"
                    ),
                )]
            }
            Some(Ok(offers)) => Demand { settings, shape, engine: &engine, class, subnets, stays }.offered(offers),
        };
        found.extend(finding.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
    }
    found
}

fn unknown_class(settings: &Settings, sight: &Sight) -> Finding {
    let what = format!("rdsecho.new.{}", Parameter::DbInstanceClass);
    match (&sight.source, &settings.snapshots.account) {
        (Some(Err(error)), _) => Finding::unseen(what, error),
        (_, Some(account)) => Finding::doubtful(
            what,
            format!(
                "is not set, and the source that it is taken from is in the account {account}, which cannot be looked \
                 into: set it, or nobody knows whether class and storage can be had"
            ),
        ),
        (Some(Ok(_)) | None, None) => Finding::doubtful(
            what,
            "is not set, and the source that it would be taken from is gone: set it, or nobody knows what is restored",
        ),
    }
}

/// No storage becomes smaller.
fn size(settings: &Settings, snapshot: &Snapshot) -> Vec<Finding> {
    let parameter = Parameter::AllocatedStorage;
    let mut found = Vec::new();
    let mut least = snapshot.allocated_storage.map(|size| (size, "the snapshot's".to_owned()));
    for (part, value) in super::parts(settings, parameter) {
        let what = format!("rdsecho.{part}.{parameter}");
        let Value::Number(size) = value else { continue };
        if part == "new" && keeps_its_size(&snapshot.engine) {
            let says =
                format!("RDS takes no size at the restore of {}: set rdsecho.mod.{parameter} instead", snapshot.engine);
            found.push(Finding::bad(&what, says));
        }
        if let Some((least, whose)) = least.as_ref().filter(|(least, _)| size < least) {
            let says = format!(
                "{size} GiB are less than {whose} {least}, and storage cannot shrink: raise it, or leave it out"
            );
            found.push(Finding::bad(&what, says));
        }
        least = Some((*size, "the restore's".to_owned()));
    }
    let most = Parameter::MaxAllocatedStorage;
    if let (Some(most_size), Some((size, whose))) = (number(&settings.modify.parameters, most), least) {
        // RDS grows it by a tenth at least, and takes no limit that leaves no room for that.
        let needed = size.saturating_mul(110).saturating_add(99) / 100;
        if most_size < needed {
            let says = format!(
                "{most_size} GiB are not 110 % of {whose} {size}: raise it to {needed} at least, or leave it out"
            );
            found.push(Finding::bad(format!("rdsecho.mod.{most}"), says));
        }
    }
    found
}

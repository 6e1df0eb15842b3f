//! Whether RDS sells what is wanted: the class, and the storage that goes with it.

use super::{Finding, Seen, Sight, engine, key};
use crate::decide::new::at_restore;
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
    storage_type: Option<String>,
    size: Option<i64>,
    zone: Option<String>,
    multi_az: bool,
    /// What is asked for by name: only that can be wrong.
    wanted: Parameters,
}

fn number(parameters: &Parameters, parameter: Parameter) -> Option<i64> {
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
        let restored = Shape::of(at_restore(settings), &snapshots);
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
    let mut found = size(settings, snapshot);
    for shape in Shape::all(settings, snapshot, source) {
        let Some(class) = &shape.class else {
            found.push(unknown_class(sight));
            continue;
        };
        let what = key(settings, Parameter::DbInstanceClass);
        let seen: Option<&Seen<Vec<Orderable>>> = sight.orderable.get(&(shape.version.clone(), class.clone()));
        let finding = match seen {
            None => continue,
            Some(Err(error)) => vec![Finding::unseen(what, error)],
            Some(Ok(offers)) => offered(settings, &shape, &engine, class, offers),
        };
        found.extend(finding.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
    }
    found
}

fn unknown_class(sight: &Sight) -> Finding {
    let what = format!("rdsecho.new.{}", Parameter::DbInstanceClass);
    match &sight.source {
        Some(Err(error)) => Finding::unseen(what, error),
        Some(Ok(_)) | None => Finding::doubtful(
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
        if let Some((least, whose)) = least.as_ref().filter(|(least, _)| size < least) {
            let says = format!(
                "{size} GiB are less than {whose} {least}, and storage cannot shrink: raise it, or leave it out"
            );
            found.push(Finding::bad(&what, says));
        }
        least = Some((*size, "the restore's".to_owned()));
    }
    let most = Parameter::MaxAllocatedStorage;
    if let (Some(most_size), Some((size, whose))) = (number(&settings.modify.parameters, most), least)
        && most_size <= size
    {
        let says = format!("{most_size} GiB are no more than {whose} {size}: raise it, or leave it out");
        found.push(Finding::bad(format!("rdsecho.mod.{most}"), says));
    }
    found
}

/// Each demand in turn: what is left of the offers, and which of them nothing was left of.
fn offered(settings: &Settings, shape: &Shape, engine: &str, class: &str, offers: &[Orderable]) -> Vec<Finding> {
    let named = key(settings, Parameter::DbInstanceClass);
    let version = &shape.version;
    let mut left: Vec<&Orderable> = offers.iter().filter(|offer| offer.vpc).collect();
    if left.is_empty() {
        let says = format!("RDS offers no {class} for {engine} {version} in this region: name another class");
        return vec![Finding::bad(named, says)];
    }
    if let Some(zone) = &shape.zone {
        left.retain(|offer| offer.zones.contains(zone));
        if left.is_empty() {
            let says = format!("RDS offers no {class} for {engine} {version} in {zone}: name another zone, or none");
            return vec![Finding::bad(key(settings, Parameter::AvailabilityZone), says)];
        }
    }
    if shape.multi_az {
        left.retain(|offer| offer.multi_az);
        if left.is_empty() {
            let says = format!("RDS offers no {class} for {engine} {version} in several zones: name another class");
            return vec![Finding::bad(key(settings, Parameter::MultiAz), says)];
        }
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
            return vec![Finding::bad(key(settings, Parameter::StorageType), says)];
        }
        with = format!(" with {storage_type}");
    }
    let mut found = vec![Finding::good(named, format!("RDS offers {class} for {engine} {version}{with}"))];
    // Without a storage type nobody knows which of the offers it is.
    if let (Some(_), [offer, ..]) = (&shape.storage_type, &left[..]) {
        found.extend(fits(settings, shape, offer));
    }
    found
}

/// The numbers are in the offer's ranges.
fn fits(settings: &Settings, shape: &Shape, offer: &Orderable) -> Vec<Finding> {
    let of = &offer.storage_type;
    let mut found = Vec::new();
    let mut range = |parameter: Parameter, is: i64, unit: &str, least: Option<i64>, most: Option<i64>| {
        let too_few = least.filter(|least| is < *least).map(|least| format!("at least {least}"));
        let too_many = most.filter(|most| is > *most).map(|most| format!("at most {most}"));
        if let Some(limit) = too_few.or(too_many) {
            let says = format!("{is} {unit}, and {of} has {limit} with {}: change it", offer.class);
            found.push(Finding::bad(key(settings, parameter), says));
        }
    };
    if let Some(size) = shape.size {
        range(Parameter::AllocatedStorage, size, "GiB", offer.min_storage, offer.max_storage);
    }
    let iops = number(&shape.wanted, Parameter::Iops);
    if let Some(iops) = iops.filter(|_| offer.supports_iops) {
        range(Parameter::Iops, iops, "operations a second", offer.min_iops, offer.max_iops);
    }
    let throughput = number(&shape.wanted, Parameter::StorageThroughput);
    if let Some(throughput) = throughput.filter(|_| offer.supports_throughput) {
        range(Parameter::StorageThroughput, throughput, "MiB/s", offer.min_throughput, offer.max_throughput);
    }
    let mut ratio =
        |parameter: Parameter, one: Option<i64>, other: Option<i64>, what: &str, range: Option<(f64, f64)>| {
            let (Some(one), Some(other), Some((least, most))) = (one, other, range) else { return };
            let is = one as f64 / other as f64;
            if !(least..=most).contains(&is) {
                let limit = if is < least { format!("at least {least}") } else { format!("at most {most}") };
                let says =
                    format!("{one} for {other} {what} are {is:.4} for each, and {of} has {limit}: change one of them");
                found.push(Finding::bad(key(settings, parameter), says));
            }
        };
    ratio(Parameter::Iops, iops, shape.size, "GiB", offer.iops_per_gib);
    ratio(Parameter::StorageThroughput, throughput, iops, "operations a second", offer.throughput_per_iops);
    if iops.is_some() && !offer.supports_iops {
        let says = format!("{of} takes none: leave it out, or name another storageType");
        found.push(Finding::bad(key(settings, Parameter::Iops), says));
    }
    if throughput.is_some() && !offer.supports_throughput {
        let says = format!("{of} takes none: leave it out, or name gp3 in storageType");
        found.push(Finding::bad(key(settings, Parameter::StorageThroughput), says));
    }
    let by_name = shape.wanted.contains_key(&Parameter::StorageType);
    if by_name && iops.is_none() && matches!(of.as_str(), "io1" | "io2") {
        let says = format!("{of} has provisioned operations only: set iops beside it");
        found.push(Finding::bad(key(settings, Parameter::StorageType), says));
    }
    found
}

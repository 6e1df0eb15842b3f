//! Whether to restore a new instance, under which identifier, and from which snapshot.

use jiff::{Timestamp, tz::TimeZone};

use super::{Decision, GiveUp, give_up};
use crate::attempt::{self, Attempt};
use crate::calls::Restore;
use crate::decide::request::given_up;
use crate::facts::{Instance, Snapshot, SnapshotType, Tags};
use crate::name::{Edition, utc_date};
use crate::own::OwnInstance;
use crate::parameter::{Parameter, Parameters, Value};
use crate::reason::Reason;
use crate::settings::{Settings, Source};
use crate::stage::{Move, Stage};
use crate::status::{Class, classify};
use crate::tags::{TagWriter, stamp};

/// As many editions of a day as an identifier has room for.
const MOST_EDITIONS: u32 = 99;

/// Whether an instance is on its way to a promotion. Given-up ones (failed, cancelled, expired,
/// forgotten) are not, and neither block a new one nor count for the minimum age.
pub fn in_flight(settings: &Settings, own: &OwnInstance, now: Timestamp) -> bool {
    match own.stage() {
        Stage::New | Stage::Modified => true,
        Stage::Rebooted => given_up(settings, own, now).is_none(),
        Stage::Promoted | Stage::Forgotten | Stage::Retired => false,
    }
}

/// Which instances are given up now. Two restores can have started at the turn of a day, each unseen by the
/// other: the later identifier goes. And where as many are alive as may be, those go whose request was
/// cancelled or ran out, unless they are held: they would be in the way of the next one for ever.
pub fn superfluous(settings: &Settings, own: &[OwnInstance], now: Timestamp) -> Vec<(OwnInstance, GiveUp)> {
    let mut flying: Vec<&OwnInstance> = own.iter().filter(|own| in_flight(settings, own, now)).collect();
    flying.sort_by_key(|own| own.edition());
    let later = flying.iter().skip(1).map(|later| {
        let reason = Reason::InFlight { instance: flying[0].identifier().to_owned(), stage: flying[0].stage() };
        (*later, reason)
    });
    let full = own.len() >= settings.max_instances;
    // One that is held would not make room.
    let goes = |own: &&OwnInstance| own.stage() == Stage::Rebooted && own.tags().held(now).is_none();
    let waiting = own.iter().filter(|own| full && goes(own));
    let closed = waiting.filter_map(|own| Some((own, given_up(settings, own, now)?)));
    later
        .chain(closed)
        .filter_map(|(own, reason)| Some((own.clone(), give_up(settings, own, Move::Supersede, reason, now)?)))
        .collect()
}

/// Sorts what is named like this echo's into ours; a stranger among them stops everything, because it
/// may be what a person cares about.
///
/// # Errors
/// The first stranger, with why it is not ours.
pub fn ours(settings: &Settings, named: Vec<Instance>) -> Result<Vec<OwnInstance>, Reason> {
    named
        .into_iter()
        .filter(|instance| settings.name.resembles(&instance.identifier))
        .map(|instance| {
            let identifier = instance.identifier.clone();
            OwnInstance::recognise(&settings.name, instance)
                .map_err(|why| Reason::StrangerInTheWay { instance: identifier, why: why.to_string() })
        })
        .collect()
}

/// The identifier of a new instance, if one is to be restored now.
pub fn identifier(settings: &Settings, own: &[OwnInstance], now: Timestamp) -> Decision<String> {
    if let Some(flying) = own.iter().filter(|own| in_flight(settings, own, now)).min_by_key(|own| own.edition()) {
        let reason = Reason::InFlight { instance: flying.identifier().to_owned(), stage: flying.stage() };
        return Decision::wait(reason);
    }
    let newest = own.iter().filter(|own| own.stage() == Stage::Promoted).max_by_key(|own| own.edition());
    if let Some(newest) = newest {
        // Where RDS shows no creation time, it was at the latest at the end of the day in its name.
        let born = newest.facts().created.unwrap_or_else(|| end_of_day(newest.edition()).min(now));
        let until = born.checked_add(settings.new.minimum_age).unwrap_or(Timestamp::MAX);
        if now < until {
            return Decision::wait_until(Reason::TooYoung { instance: newest.identifier().to_owned(), until }, until);
        }
    }
    if let Some(last) = attempt::row(own)
        && attempt::of(last).number > settings.troubles.retries
    {
        let failed = attempt::of(last).number;
        return Decision::Refuse(Reason::RetriesUsedUp { instance: last.identifier().to_owned(), failed });
    }
    if own.len() >= settings.max_instances {
        return Decision::Refuse(Reason::TooMany { count: own.len(), held: held(own, now) });
    }
    // Behind the highest of the day: a lower one that is free again would make it older than those before it.
    let date = utc_date(now);
    // A restore whose answer is lost is tried again, and the two must meet in one identifier.
    let going = |own: &&OwnInstance| own.edition().date == date && classify(&own.facts().status) == Class::Going;
    if let Some(going) = own.iter().find(going) {
        return Decision::wait(Reason::IdentifierInFlux { instance: going.identifier().to_owned() });
    }
    let taken = own.iter().map(OwnInstance::edition).filter(|edition| edition.date == date);
    let number = taken.map(|edition| edition.number).max().map_or(1, |highest| highest.saturating_add(1));
    if number > MOST_EDITIONS {
        return Decision::Refuse(Reason::NoIdentifierLeft {});
    }
    Decision::Act(settings.name.identifier(Edition { date, number }))
}

/// Those that a person keeps, and so stay for as long: the first to ask about where there is no room.
fn held(own: &[OwnInstance], now: Timestamp) -> String {
    let held = own.iter().filter_map(|own| Some((own.identifier(), own.tags().held(now)?)));
    let each: Vec<String> = held
        .map(|(identifier, hold)| match hold.until() {
            Some(until) => format!("{identifier} (until {})", stamp(until)),
            None => format!("{identifier} (without an end)"),
        })
        .collect();
    if each.is_empty() {
        return String::new();
    }
    format!("; held, until somebody runs rds-echo release: {}", each.join(", "))
}

fn end_of_day(edition: Edition) -> Timestamp {
    let tomorrow = edition.date.tomorrow().and_then(|day| day.to_zoned(TimeZone::UTC));
    tomorrow.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// The snapshot to restore: the one with the youngest data that is available. Where an event named a
/// snapshot, only if that is one of the source's.
pub fn snapshot<'a>(settings: &Settings, snapshots: &'a [Snapshot], named: Option<&str>) -> Decision<&'a Snapshot> {
    let Source::LatestSnapshotOf(source) = &settings.source;
    let from_source = || {
        let named = snapshots.iter().filter(|snapshot| snapshot.source.eq_ignore_ascii_case(source));
        named.filter(|snapshot| !is_shared(snapshot) || is_of(snapshot, settings.snapshots.account.as_deref()))
    };
    if let Some(named) = named.filter(|named| !from_source().any(|snapshot| snapshot.arn == *named)) {
        return Decision::Nothing(Reason::OtherSnapshot { snapshot: named.to_owned() });
    }
    from_source()
        .filter(|snapshot| snapshot.status == "available" && snapshot.created.is_some())
        .max_by_key(|snapshot| snapshot.created)
        .map_or_else(|| Decision::Refuse(Reason::NoSnapshot { source: source.clone() }), Decision::Act)
}

fn is_shared(snapshot: &Snapshot) -> bool {
    snapshot.snapshot_type == SnapshotType::Shared.name()
}

/// Whether a snapshot belongs to an account, as its ARN says.
fn is_of(snapshot: &Snapshot, account: Option<&str>) -> bool {
    account.is_some() && snapshot.arn.split(':').nth(4) == account
}

/// The parameters of the restore call: those of `rdsecho.new`, and those of `rdsecho.mod` that a restore takes too, so
/// that modify has little left to do and a mistake shows at the start. What `rdsecho.new` says is not overruled. `engine`
/// is the snapshot's; without one the storage may be another.
pub fn at_restore(settings: &Settings, engine: Option<&str>) -> Parameters {
    let mut parameters = settings.new.parameters.clone();
    for (parameter, value) in &settings.modify.parameters {
        if parameter.restorable() && !waits_for_modify(settings, *parameter, value, engine) {
            parameters.entry(*parameter).or_insert_with(|| value.clone());
        }
    }
    parameters
}

/// Whether the restore takes no size: "This setting isn't valid for RDS for SQL Server" (RDS API reference,
/// RestoreDBInstanceFromDBSnapshot, AllocatedStorage).
pub fn keeps_its_size(engine: &str) -> bool {
    engine.to_ascii_lowercase().starts_with("sqlserver-")
}

/// Whether a setting of the modification cannot be had before it.
fn waits_for_modify(settings: &Settings, parameter: Parameter, value: &Value, engine: Option<&str>) -> bool {
    const STORAGE: [Parameter; 3] = [Parameter::Iops, Parameter::StorageThroughput, Parameter::StorageType];
    let (new, modify) = (&settings.new.parameters, &settings.modify.parameters);
    let groups = [Parameter::DbParameterGroupName, Parameter::OptionGroupName];
    // They are for the version that it is upgraded to.
    (groups.contains(&parameter) && modify.contains_key(&Parameter::EngineVersion))
        // The restore refuses both together.
        || (parameter == Parameter::MultiAz && *value == Value::Flag(true) && new.contains_key(&Parameter::AvailabilityZone))
        // They belong together: half of one and half of the other is no storage.
        || (STORAGE.contains(&parameter) && STORAGE.iter().any(|one| new.contains_key(one)))
        // What goes with a size comes with it.
        || ((STORAGE.contains(&parameter) || parameter == Parameter::AllocatedStorage)
            && engine.is_some_and(keeps_its_size))
}

/// The tag that says which try the next restore is, for its call: one more than the last of a row of failures that is
/// still there, else the first.
pub fn attempt_tag(settings: &Settings, own: &[OwnInstance]) -> Tags {
    let next = Attempt::begun(attempt::row(own).map_or(1, |last| attempt::of(last).number.saturating_add(1)));
    TagWriter::new(&settings.name).text("attempt", &next.to_string()).finish()
}

/// The restore call. All tags go in it: the instance is never without them, and never with the snapshot's.
pub fn restore(settings: &Settings, identifier: String, snapshot: &Snapshot, now: Timestamp) -> Restore {
    let tags = TagWriter::new(&settings.name)
        .with(&settings.new.tags)
        .text("managed", "true")
        .stage(Stage::New, now)
        .text("id", &identifier)
        .text("snapshot", &snapshot.identifier);
    let tags = match snapshot.created {
        Some(created) => tags.time("data-from", created),
        None => tags,
    };
    let tags = tags.finish();
    // Another account's is named by its ARN.
    let named = if is_shared(snapshot) { &snapshot.arn } else { &snapshot.identifier };
    Restore { identifier, snapshot: named.clone(), parameters: at_restore(settings, Some(&snapshot.engine)), tags }
}

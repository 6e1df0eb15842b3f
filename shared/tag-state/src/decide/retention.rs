//! Which final snapshots have lived long enough. Nothing is deleted unless the settings ask for it, and only what
//! retire itself has marked.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Decision;
use crate::facts::Snapshot;
use crate::name::EchoName;
use crate::proof::Disposable;
use crate::reason::Reason;
use crate::settings::{Keep, Settings};
use crate::tags::final_mark_key;

/// How many go in one run. What is left waits for the next one: a mistake in the settings does not cost all at once.
pub const MOST_AT_ONCE: usize = 3;

/// The listing of all manual snapshots comes about once an hour. Nothing remembers the last one; instead, those wake-ups
/// list that fall into the first minutes of a period. The period is a prime number of minutes, so that no schedule,
/// whatever its rate and phase, misses those minutes again and again.
const PERIOD: i64 = 61 * 60;
const WINDOW: i64 = 5 * 60;

/// Whether a wake-up at that moment looks after the final snapshots.
pub fn is_due(settings: &Settings, now: Timestamp) -> bool {
    settings.retire.keep.is_some() && now.as_second().rem_euclid(PERIOD) < WINDOW
}

/// Whether this is a final snapshot that retire has marked: a manual one, of one of this echo's instances, whose tag
/// `final` is its own identifier. All other tags it may have from its instance, as a snapshot has that a person took
/// of it, and a copy of it has its tags; none of them has this one with its own identifier.
pub fn is_ours(name: &EchoName, snapshot: &Snapshot) -> bool {
    snapshot.snapshot_type == "manual"
        && name.edition(&snapshot.source).is_some()
        && snapshot.tags.get(&final_mark_key(name)) == Some(&snapshot.identifier)
}

/// The final snapshots that may go, the oldest first, and no more than [`MOST_AT_ONCE`]. `in_use` are those that
/// an instance is being restored from.
pub fn expired<'a>(
    settings: &Settings,
    snapshots: &'a [Snapshot],
    in_use: &BTreeSet<String>,
    now: Timestamp,
) -> Vec<&'a Snapshot> {
    let Some(keep) = settings.retire.keep else { return Vec::new() };
    // One that is still being made, or has failed, is none that could be kept instead of another.
    let whole = |snapshot: &&Snapshot| snapshot.status == "available" && snapshot.created.is_some();
    let mut finals: Vec<&Snapshot> =
        snapshots.iter().filter(|snapshot| is_ours(&settings.name, snapshot)).filter(whole).collect();
    finals.sort_by_key(|snapshot| (snapshot.created, &snapshot.identifier));
    finals.truncate(finals.len().saturating_sub(keep.newest.unwrap_or(0)));
    finals.retain(|snapshot| is_old(keep, snapshot, now) && !in_use.contains(&snapshot.identifier));
    finals.truncate(MOST_AT_ONCE);
    finals
}

fn is_old(keep: Keep, snapshot: &Snapshot, now: Timestamp) -> bool {
    let Some(longest) = keep.younger_than else { return true };
    snapshot.created.is_some_and(|created| now.duration_since(created) > longest)
}

/// Whether one of them may go, by what it is right before its delete.
pub fn confirm(
    settings: &Settings,
    chosen: &Snapshot,
    fresh: Option<&Snapshot>,
    now: Timestamp,
) -> Decision<Disposable> {
    let kept = |why: &str| Decision::Nothing(Reason::KeptSnapshot { why: why.to_owned() });
    let (Some(keep), Some(fresh)) = (settings.retire.keep, fresh) else { return kept("it is gone already") };
    if !is_ours(&settings.name, fresh) {
        return kept("it does not carry its mark any more");
    }
    if fresh.identifier != chosen.identifier || fresh.created != chosen.created || fresh.source != chosen.source {
        return kept("it is another one by now");
    }
    if fresh.status != "available" {
        return kept("RDS is at work on it");
    }
    if !is_old(keep, fresh, now) {
        return kept("it is not old enough");
    }
    let age = fresh.created.map_or(SignedDuration::ZERO, |created| now.duration_since(created));
    let newest = keep.newest.map(|newest| format!("it is none of the {newest} newest"));
    let old = keep.younger_than.map(|longest| format!("older than {} days", longest.as_hours() / 24));
    let why: Vec<String> = newest.into_iter().chain(old).collect();
    let why = format!("{}; it is {} days old", why.join(" and "), age.as_hours() / 24);
    Decision::Act(Disposable::new(fresh.identifier.clone(), why))
}

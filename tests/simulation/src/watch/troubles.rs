//! 10, failures: none is kept quiet, none is told again that was noted, nothing is given up that has not failed, and no
//! row of tries is longer than it may be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rds_sim::world::World;
use serde_json::Value;
use tag_state::calls::{Announcement, Restore};
use tag_state::facts::{Instance, Tags};

use super::Watch;
use crate::ledger::Life;
use crate::port::Process;

/// The most announcements of one trouble in one stage, whatever goes wrong with the note of it.
const MOST_TOLD: u32 = 12;
/// What the tag `failure` of one begins with that was given up because of its status.
const BY_STATUS: &str = "its status is ";

/// What was seen of failures.
#[derive(Clone, Debug, Default)]
pub(super) struct Troubles {
    /// Instances that a read has shown in a status of failure.
    failed: BTreeSet<String>,
    /// Announcements of trouble, by DbiResourceId, code, and since when the instance was in its stage.
    told: BTreeMap<(String, String, String), u32>,
}

fn is_failure(status: &str) -> bool {
    const OTHERS: [&str; 6] = [
        "failed",
        "restore-error",
        "storage-full",
        "insufficient-capacity",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
    ];
    status.starts_with("incompatible-") || OTHERS.contains(&status)
}

/// Day and number of an identifier, for the order of instances.
fn edition(identifier: &str) -> (String, u32) {
    let (day, number) = identifier.split_at(identifier.len().min("dev-2026-11-22".len()));
    (day.to_owned(), number.trim_start_matches('-').parse().unwrap_or(1))
}

impl Watch {
    /// A read has shown an instance.
    pub fn saw(&mut self, instance: &Instance) {
        if is_failure(&instance.status) {
            self.troubles.failed.insert(instance.resource_id.clone());
        }
    }

    fn is_given_up(&self, tags: &Tags) -> bool {
        matches!(self.get(tags, "stage"), Some("forgotten" | "retired"))
            && self.get(tags, "failure").is_some_and(|failure| failure.starts_with(BY_STATUS))
    }

    /// 10. Only what has failed is given up for that.
    pub(super) fn judge_given_up(&mut self, world: &World, process: &Process, identifier: &str, tags: &Tags) {
        let Some(instance) = world.instances().get(identifier).filter(|_| self.is_given_up(tags)) else { return };
        if !self.troubles.failed.contains(&instance.resource_id) {
            self.violated(process, 12, &format!("gives {identifier} up, which has not failed"));
        }
    }

    /// 10. A row of tries is as long as it may be, and counted from those that failed.
    pub(super) fn judge_attempt(&mut self, process: &Process, restore: &Restore) {
        let reads = process.reads.borrow();
        let Some(listing) = reads.listing else { return };
        let shown = |life: &Life| life.tags_shown(listing, reads.stale.contains(&life.identifier)).cloned();
        let there = self.ledger.lives.values().filter(|life| life.ours && life.lived_at(listing));
        let tells = there.filter_map(|life| {
            let tags = shown(life)?;
            let was_set_up = self.get(&tags, "took").is_some_and(|took| took.contains("modified "))
                || matches!(self.get(&tags, "stage"), Some("rebooted" | "promoted"));
            let number: u32 = self.get(&tags, "attempt").and_then(|it| it.split(' ').next()?.parse().ok()).unwrap_or(1);
            (self.is_given_up(&tags) || was_set_up)
                .then(|| (edition(&life.identifier), self.is_given_up(&tags).then_some(number)))
        });
        let expected =
            tells.max_by(|one, other| one.0.cmp(&other.0)).and_then(|(_, last)| last).map_or(1, |last| last + 1);
        let attempt: u32 = self.get(&restore.tags, "attempt").and_then(|text| text.parse().ok()).unwrap_or_default();
        if attempt != expected || attempt > 1 + self.settings.troubles.retries {
            let what = format!("restores {} as try {attempt}, and {expected} is next", restore.identifier);
            self.violated(process, 12, &what);
        }
    }

    /// 10. What was noted as told is not told again.
    pub(super) fn judge_trouble(&mut self, world: &World, process: &Process, announcement: &Announcement) {
        let Some((identifier, code)) = told(announcement) else { return };
        let Some(instance) = world.instances().get(&identifier) else { return };
        let Some(shown) = self.shown_tags(world, process, &identifier) else { return };
        let since = self.get(&shown, "since").unwrap_or_default().to_owned();
        let times = self.troubles.told.get(&(instance.resource_id.clone(), code.clone(), since.clone()));
        let too_often = times.is_some_and(|times| *times >= MOST_TOLD);
        let noted = self.get(&shown, "trouble").is_some_and(|mark| {
            let latest = mark.split(" : ").next().unwrap_or_default().split(" + ").next().unwrap_or_default();
            let mut words = latest.split(' ');
            let (word, at) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            // Times of one form compare as texts.
            word == code && words.next().is_none() && at >= since.as_str()
        });
        if noted || too_often {
            self.violated(process, 12, &format!("tells {code} of {identifier} once more"));
        }
    }

    /// Trouble was announced.
    pub(super) fn troubled(&mut self, world: &World, announcement: &Announcement) {
        let Some((identifier, code)) = told(announcement) else { return };
        let Some(instance) = world.instances().get(&identifier) else { return };
        let since = self.get(&instance.tags, "since").unwrap_or_default().to_owned();
        *self.troubles.told.entry((instance.resource_id.clone(), code, since)).or_default() += 1;
    }

    /// 10. One that was given up before that moment because it had failed, and nobody was told.
    pub fn untold(&self, before: Timestamp) -> Option<String> {
        let alive = self.ledger.lives.iter().filter(|(_, life)| life.ours && life.gone.is_none() && !life.tampered);
        let mut failed = alive.filter(|(_, life)| {
            life.tags
                .last()
                .is_some_and(|write| self.is_given_up(&write.after) && self.since(&write.after) < Some(before))
        });
        let told = |resource: &str| self.troubles.told.keys().any(|(one, code, _)| one == resource && code == "failed");
        failed.find(|(resource, _)| !told(resource)).map(|(_, life)| life.identifier.clone())
    }
}

/// The instance and the code of an announced trouble.
fn told(announcement: &Announcement) -> Option<(String, String)> {
    let detail: Value = serde_json::from_str(&announcement.detail).ok()?;
    let text = |key: &str| detail[key].as_str().map(str::to_owned);
    (announcement.detail_type == "Echo Trouble").then(|| text("instance").zip(text("code")))?
}

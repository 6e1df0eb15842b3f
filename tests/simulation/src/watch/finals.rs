//! 15. to 17.: what is left when an instance is gone, who is still on it, and whose password it has.

use jiff::SignedDuration;
use rds_sim::world::World;
use tag_state::facts::Tags;
use tag_state::status::{Class, classify};

use super::Watch;
use crate::port::Process;

impl Watch {
    /// 15. Only a final snapshot that a delete of ours has made is marked, and with its own identifier.
    pub(super) fn judge_mark(&mut self, process: &Process, arn: &str, tags: &Tags) {
        let identifier = arn.rsplit(':').next().unwrap_or_default();
        if !self.finals.contains(identifier) {
            self.violated(process, 13, &format!("marks the snapshot {identifier}, which is not its own"));
        }
        if self.get(tags, "final") != Some(identifier) || tags.len() != 1 {
            self.violated(process, 13, &format!("marks the snapshot {identifier} with {tags:?}"));
        }
    }

    /// 15. Only such a snapshot is deleted, if somebody wants that, and never so many that fewer are left than that.
    pub(super) fn judge_snapshot(&mut self, world: &World, process: &Process, identifier: &str) {
        let Some(keep) = self.settings.retire.keep else {
            return self.violated(process, 13, &format!("deletes the snapshot {identifier}, and all are to be kept"));
        };
        if !self.finals.contains(identifier) {
            return self.violated(process, 13, &format!("deletes the snapshot {identifier}, which is not its own"));
        }
        let read = process.reads.borrow().snapshots.get(identifier).cloned().flatten();
        let Some(read) = read else {
            return self.violated(process, 13, &format!("deletes the snapshot {identifier} without a last look"));
        };
        if self.get(&read.tags, "final") != Some(identifier) {
            self.violated(process, 13, &format!("deletes the snapshot {identifier}, which has no mark"));
        }
        let age = read.created.map_or(SignedDuration::ZERO, |created| process.now.duration_since(created));
        if keep.younger_than.is_some_and(|longest| age <= longest) {
            self.violated(process, 13, &format!("deletes the snapshot {identifier} of {} h", age.as_hours()));
        }
        let good = |name: &&String| world.snapshots().get(*name).is_some_and(|one| one.status == "available");
        let left = self.finals.iter().filter(|name| *name != identifier).filter(good).count();
        if keep.newest.is_some_and(|newest| left < newest) && world.snapshots().contains_key(identifier) {
            self.violated(process, 13, &format!("deletes the snapshot {identifier}, so that {left} are left"));
        }
    }

    /// 16. Where somebody wants to know, nothing that runs is destroyed unless nobody was connected at the last look.
    pub(super) fn judge_clients(&mut self, process: &Process, identifier: &str) {
        if self.settings.retire.connection_minutes.is_none() {
            return;
        }
        let (shown, asked) = {
            let reads = process.reads.borrow();
            (reads.single.get(identifier).cloned(), reads.connections.get(identifier).copied())
        };
        let Some((looked, Some(shown))) = shown else { return };
        match classify(&shown.status) {
            Class::Stopped | Class::Failed => return,
            Class::Ready | Class::Busy | Class::Going | Class::Unknown => {}
        }
        if asked.is_none_or(|(step, connections)| step < looked || connections != Some(0)) {
            self.violated(process, 14, &format!("destroys {identifier}, to which were connected: {asked:?}"));
        }
    }

    /// 17. What is promoted has a password of its own, unless the settings say otherwise.
    pub(super) fn judge_password(&mut self, world: &World, process: &Process, value: &str) {
        if !self.settings.manages_password() {
            return;
        }
        let Some(instance) = world.instances().values().find(|one| one.address.as_deref() == Some(value)) else {
            return;
        };
        let shown = process.reads.borrow().single.get(&instance.identifier).cloned();
        let secret = shown.and_then(|(_, shown)| shown).and_then(|shown| shown.secret);
        if secret.as_ref().is_none_or(|secret| secret.status != "active") {
            let what = format!("promotes {} with the secret {secret:?}", instance.identifier);
            self.violated(process, 15, &what);
        }
    }
}

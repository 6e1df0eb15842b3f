//! 10. and 11.: what a person holds stays, and where a person may point the CNAME.

use jiff::Timestamp;
use rds_sim::world::World;
use stages::report::{Did, Report};
use tag_state::calls::Swap;
use tag_state::facts::{Record, Tags};
use tag_state::settings::{Approval, Reboot};

use super::{Watch, points};
use crate::functions::Command;
use crate::port::Process;
use crate::town::Town;

/// What a person was told: that it is held until then.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    resource: String,
    until: Timestamp,
    step: u64,
}

/// Whether a process moves the CNAME because a person says so, and asks nobody else.
pub(super) fn by_a_persons_word(process: &Process) -> bool {
    matches!(process.name, "rollback" | "rollback --keep" | "promote --to")
}

impl Town {
    /// A person has got an answer.
    pub(crate) fn answered(&self, command: &Command, report: &Report) {
        let until = match command {
            Command::Hold(_, until) | Command::RollbackKeeping(until) => *until,
            Command::Rollback
            | Command::PromoteTo(_)
            | Command::Release(_)
            | Command::Forget(_)
            | Command::Adopt(_)
            | Command::Request { .. }
            | Command::Answer { .. }
            | Command::Plan => return,
        };
        let held = report.outcomes.iter().find(|one| one.did == Did::Acted && one.what.starts_with("held until"));
        let Some(identifier) = held.and_then(|one| one.instance.as_ref()) else { return };
        let world = self.rds.world();
        let Some(instance) = world.instances().get(identifier) else { return };
        let mut watch = self.watch.borrow_mut();
        let step = watch.ledger.step;
        watch.promises.push(Promise { resource: instance.resource_id.clone(), until, step });
    }
}

impl Watch {
    /// Whether tags hold an instance at that moment; what cannot be read does.
    fn held(&self, tags: &Tags, now: Timestamp) -> bool {
        let until = self.get(tags, "hold").map(|value| value.split(' ').next().unwrap_or_default());
        until.is_some_and(|until| until.parse::<Timestamp>().map_or(true, |until| now < until))
    }

    /// Whether a person was told that it is held now, and nobody has said otherwise since.
    pub fn is_promised(&self, resource: &str, now: Timestamp) -> bool {
        self.promises.iter().filter(|promise| promise.resource == resource && now < promise.until).any(|promise| {
            let Some(life) = self.ledger.lives.get(resource) else { return false };
            let mut since = life.tags.iter().filter(|write| write.step > promise.step);
            let told = life.tags_shown(promise.step, false).and_then(|tags| self.get(tags, "hold"));
            since.all(|write| self.get(&write.after, "hold") == told)
        })
    }

    /// 10. What is held is not condemned, as far as the last read could show.
    pub(super) fn judge_condemned(&mut self, process: &Process, identifier: &str, shown: &Tags) {
        if self.held(shown, process.now) {
            self.violated(process, 10, &format!("condemns {identifier}, which is held"));
        }
    }

    /// 10. And not destroyed: neither where the last look shows the hold, nor where a person was told of it.
    pub(super) fn judge_held(&mut self, world: &World, process: &Process, identifier: &str, shown: &Tags) {
        let Some(instance) = world.instances().get(identifier) else { return };
        if self.held(shown, process.now) || self.is_promised(&instance.resource_id, world.now()) {
            self.violated(process, 10, &format!("destroys {identifier}, which is held"));
        }
    }

    /// 10. The one that the CNAME leaves is held before it does.
    pub(super) fn judge_kept(&mut self, world: &World, zone: &Record, process: &Process, swap: &Swap) {
        if process.name != "rollback --keep" || zone != swap.old() {
            return;
        }
        let left = world.instances().values().find(|one| points(zone, one.address.as_deref()));
        let Some(left) = left.filter(|one| self.ledger.lives.get(&one.resource_id).is_some_and(|life| life.ours))
        else {
            return;
        };
        // Somebody else may have let it go since.
        let looked = {
            let reads = process.reads.borrow();
            reads.single.get(&left.identifier).map(|(step, _)| *step).or(reads.listing)
        };
        let life = &self.ledger.lives[&left.resource_id];
        let shown = looked.and_then(|step| life.tags_shown(step, false)).and_then(|tags| self.get(tags, "hold"));
        let since = life.tags.iter().filter(|write| looked.is_some_and(|step| write.step > step));
        let let_go = since.clone().any(|write| self.get(&write.after, "hold") != shown);
        if !life.tampered && !let_go && !self.held(&left.tags, process.now) {
            self.violated(process, 10, &format!("leaves {}, and has not held it before", left.identifier));
        }
    }

    /// 11. What a person names must not be retired, nor waiting for others to answer.
    pub(super) fn judge_persons_choice(&mut self, process: &Process, identifier: &str, shown: &Tags) {
        match self.get(shown, "stage") {
            Some("forgotten" | "promoted") => {}
            Some("rebooted") if process.name == "promote --to" => {
                let Approval::Required { window, .. } = &self.settings.promote.approval else {
                    return self.violated(process, 11, &format!("takes {identifier}, which waits for promote"));
                };
                let closed = self.asked(shown).is_some_and(|asked| {
                    self.cancelled(shown, asked).is_some() || process.now > asked.expires + *window
                });
                if !closed {
                    self.violated(process, 11, &format!("takes {identifier}, about which people are asked"));
                }
            }
            other => {
                let what = format!("takes {identifier}, whose stage is {other:?}");
                self.violated(process, 11, &what);
            }
        }
    }

    /// 11. And it lives, and was set up once. (4.: what was never in use has all settings in effect.)
    pub(super) fn judge_return(&mut self, world: &World, process: &Process, value: &str) {
        let Some((instance, looked, shown)) = self.target(world, process, value) else { return };
        let Some(life) = self.ledger.lives.get(&instance.resource_id).filter(|life| life.ours) else {
            return self.violated(process, 2, &format!("promotes {}, which is not ours", instance.identifier));
        };
        let changed_by_us = life.changed_by_us.iter().any(|step| *step > looked);
        let before = {
            let reads = process.reads.borrow();
            let stale = reads.listed_stale.contains(&instance.identifier);
            reads.listing.and_then(|step| life.tags_shown(step, stale)).cloned()
        };
        let never_rebooted = self.settings.reboot == Reboot::Always && life.reboots.is_empty() && !life.tampered;
        if instance.status != "available" && changed_by_us || shown.status != "available" {
            let what = format!("returns to {}, which is {}", instance.identifier, instance.status);
            self.violated(process, 4, &what);
        }
        if self.get(&shown.tags, "stage") != Some("promoted") {
            let what =
                format!("returns to {}, whose stage is {:?}", instance.identifier, self.get(&shown.tags, "stage"));
            self.violated(process, 11, &what);
        }
        let given_up = |tags: &Tags| {
            self.get(tags, "stage") == Some("rebooted") || self.get(tags, "failure").is_some_and(|why| !why.is_empty())
        };
        if process.name != "promote --to" || !before.is_some_and(|before| given_up(&before)) {
            return;
        }
        if never_rebooted {
            self.violated(process, 11, &format!("promotes {}, which was never rebooted", instance.identifier));
        }
        let lacking = self.lacks(&shown).filter(|what| what != "it is not protected");
        if let Some(missing) = lacking {
            self.violated(process, 4, &format!("promotes {}: {missing}", instance.identifier));
        }
    }
}

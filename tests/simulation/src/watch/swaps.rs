//! 3., 4. and 5.: what the CNAME is moved to, and from what.

use std::collections::BTreeSet;

use rds_sim::world::World;
use rds_sim::world::model::DbInstance;
use tag_state::approval::Action;
use tag_state::calls::Swap;
use tag_state::facts::{Instance, Record};
use tag_state::settings::{Approval, Reboot};

use super::Watch;
use crate::ledger::By;
use crate::port::Process;

impl Watch {
    /// 3. and 4.: approved, available, set up.
    pub(super) fn judge_swap(&mut self, world: &World, process: &Process, swap: &Swap) {
        let Some((instance, looked, shown)) = self.target(world, process, swap.value()) else { return };
        let Some(life) = self.ledger.lives.get(&instance.resource_id).filter(|life| life.ours) else {
            return self.violated(process, 2, &format!("promotes {}, which is not ours", instance.identifier));
        };
        let changed_by_us = life.changed_by_us.iter().any(|step| *step > looked);
        let never_rebooted = self.settings.reboot == Reboot::Always && life.reboots.is_empty() && !life.tampered;
        // RDS does not show all that is on its way.
        let on_its_way = (!instance.in_flight.is_empty()).then(|| "changes are on their way".to_owned());
        if let Some(missing) = self.lacks(&instance.facts()).or(on_its_way)
            && (changed_by_us || self.lacks(&shown).is_some())
        {
            self.violated(process, 4, &format!("promotes {}: {missing}", instance.identifier));
        }
        if never_rebooted {
            self.violated(process, 4, &format!("promotes {}, which was never rebooted", instance.identifier));
        }
        if self.get(&shown.tags, "stage") != Some("rebooted") {
            self.violated(process, 4, &format!("promotes {}, which is not rebooted", instance.identifier));
        }
        let Approval::Required { approvers, approvals, window, .. } = &self.settings.promote.approval else { return };
        let Some(asked) = self.asked(&shown.tags) else {
            return self.violated(process, 3, &format!("promotes {}, about which nobody was asked", shown.identifier));
        };
        let pressed: BTreeSet<&String> = self
            .presses
            .iter()
            .filter(|press| {
                press.claim.resource_id == shown.resource_id
                    && press.claim.request == asked.number
                    && press.claim.expires == asked.expires
                    && press.claim.action == Action::Confirm
                    && press.at <= asked.expires
                    && approvers.contains(&press.claim.approver)
            })
            .map(|press| &press.claim.approver)
            .collect();
        let mut wrong = Vec::new();
        if pressed.len() < *approvals {
            wrong.push(format!("{} of {approvals} confirmed", pressed.len()));
        }
        if let Some(key) = self.cancelled(&shown.tags, asked) {
            wrong.push(format!("{key} was to be seen"));
        }
        if process.now > asked.expires + *window {
            wrong.push("too late".to_owned());
        }
        if !wrong.is_empty() {
            self.violated(process, 3, &format!("promotes {}: {}", shown.identifier, wrong.join("; ")));
        }
    }

    /// Whom a swap is to, when the process looked at it last, and what it saw.
    pub(super) fn target<'a>(
        &mut self,
        world: &'a World,
        process: &Process,
        value: &str,
    ) -> Option<(&'a DbInstance, u64, Instance)> {
        let instance = world.instances().values().find(|one| one.address.as_deref() == Some(value));
        let looked = instance.and_then(|one| process.reads.borrow().single.get(&one.identifier).cloned());
        match (instance, looked) {
            (Some(instance), Some((step, Some(shown)))) => Some((instance, step, shown)),
            (Some(instance), _) => {
                self.violated(process, 4, &format!("promotes {} without a last look", instance.identifier));
                None
            }
            // A person may have destroyed it since.
            (None, _) => None,
        }
    }

    /// What a promoted instance must have and this one has not.
    pub(super) fn lacks(&self, shown: &Instance) -> Option<String> {
        let mut wanted = self.settings.modify.parameters.iter();
        let lacking = wanted.find(|(parameter, value)| !shown.has(**parameter).is_some_and(|has| has.satisfies(value)));
        let mut groups = shown.parameter_group_statuses.iter().chain(&shown.option_group_statuses);
        if shown.status != "available" {
            Some(format!("it is {}", shown.status))
        } else if !shown.pending.is_empty() {
            Some("changes are pending".to_owned())
        } else if let Some((parameter, value)) = lacking {
            Some(format!("{parameter} is not {value}"))
        } else if groups.any(|status| status != "in-sync") {
            Some("a group is not in sync".to_owned())
        } else if !shown.deletion_protection {
            Some("it is not protected".to_owned())
        } else {
            None
        }
    }

    /// 5. A swap replaces exactly what was read.
    pub(super) fn swapped(
        &mut self,
        world: &World,
        process: Option<&Process>,
        before: &Record,
        old: &Record,
        value: &str,
        ttl: i64,
    ) {
        if let Some(process) = process {
            if before != old {
                self.violated(process, 5, &format!("replaced {before:?}, which it had never read"));
            }
            let target = world.instances().values().find(|one| one.address.as_deref() == Some(value));
            process.reads.borrow_mut().swapped_to = target.map(|one| one.identifier.clone());
        }
        self.moved(By::Us, Record::Cname { value: value.to_owned(), ttl });
    }
}

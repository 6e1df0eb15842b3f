//! 1. and 8.: the end.

use jiff::SignedDuration;
use rds_sim::world::World;
use tag_state::facts::Record;

use super::{Watch, points};
use crate::ledger::By;
use crate::port::Process;

/// Between the point of no return and the delete.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);

impl Watch {
    /// 1. Never what is in use or promoted; 8. and not without its final snapshot.
    pub(super) fn judge_delete(
        &mut self,
        world: &World,
        zone: &Record,
        process: &Process,
        identifier: &str,
        final_snapshot: Option<&str>,
    ) {
        let Some(instance) = world.instances().get(identifier) else { return };
        let (single, record) = {
            let reads = process.reads.borrow();
            (reads.single.get(identifier).cloned(), reads.record.clone())
        };
        let (Some((looked, Some(shown))), Some((looked_at_record, shown_record))) = (single, record) else {
            return self.violated(process, 1, &format!("destroys {identifier} without a last look"));
        };
        self.judge_held(world, process, identifier, &shown.tags);
        let mut wrong = Vec::new();
        if !matches!(shown_record, Record::Cname { .. }) || points(&shown_record, shown.address.as_deref()) {
            wrong.push("the CNAME, as read, does not speak for it".to_owned());
        }
        if self.get(&shown.tags, "stage") != Some("retired") {
            wrong.push(format!("its stage, as read, is {:?}", self.get(&shown.tags, "stage")));
        }
        if self.since(&shown.tags).is_none_or(|since| process.now < since + PAUSE) {
            wrong.push("the pause is not over".to_owned());
        }
        // What came after the last look counts where we did it ourselves.
        let moved = self.ledger.moved_by_person_after(looked_at_record);
        if points(zone, instance.address.as_deref()) && !moved {
            wrong.push("the CNAME points at it".to_owned());
        }
        let by_us = self.life(world, identifier).is_some_and(|life| {
            life.tags.iter().any(|write| {
                write.step > looked && write.by == By::Us && self.get(&write.after, "stage") == Some("promoted")
            })
        });
        if self.get(&instance.tags, "stage") == Some("promoted") && by_us && !moved {
            wrong.push("it is promoted".to_owned());
        }
        if !wrong.is_empty() {
            self.violated(process, 1, &format!("destroys {identifier}: {}", wrong.join("; ")));
        }
        let impossible =
            matches!(&*shown.status, "failed" | "incompatible-restore" | "incompatible-network" | "creating");
        let wanted = !self.settings.retire.skip_final_snapshot && !impossible;
        if wanted != final_snapshot.is_some() {
            let what = format!("destroys {identifier} ({}) with the final snapshot {final_snapshot:?}", shown.status);
            self.violated(process, 8, &what);
        }
    }
}

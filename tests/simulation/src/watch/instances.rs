//! 2. What is not ours is never changed; and what was rebooted is not rebooted again.

use rds_sim::world::World;
use rds_sim::world::model::GroupStatus;

use super::Watch;
use crate::port::Process;

impl Watch {
    /// 2. Only what a restore of ours has made.
    pub(super) fn judge_change(&mut self, world: &World, process: &Process, identifier: &str) {
        let Some(instance) = world.instances().get(identifier) else { return };
        let last_read = {
            let reads = process.reads.borrow();
            let single = reads.single.get(identifier).map(|(step, _)| *step);
            reads.listing.max(single)
        };
        let life = self.ledger.lives.get(&instance.resource_id);
        let ours = life.is_some_and(|life| life.ours && life.identifier == identifier);
        // Somebody may have put another one in its place since.
        let replaced = life.is_some_and(|life| last_read.is_some_and(|read| life.born > read));
        if !ours && !replaced {
            self.violated(process, 2, &format!("changes {identifier}, which is not ours"));
        }
    }

    /// A reboot that the tags and the world show to have been done is not done again.
    pub(super) fn judge_reboot(&mut self, world: &World, process: &Process, identifier: &str) {
        let (Some(instance), Some(life)) = (world.instances().get(identifier), self.life(world, identifier)) else {
            return;
        };
        let reads = process.reads.borrow();
        let read = reads.single.get(identifier).map(|(step, _)| *step).max(reads.listing);
        let known = life.reboots.iter().any(|step| read.is_some_and(|read| *step < read));
        let stale = reads.stale.contains(identifier);
        let in_sync = instance.parameter_group == GroupStatus::InSync;
        if known && in_sync && !stale && !life.tampered {
            self.violated(process, 4, &format!("reboots {identifier} again"));
        }
    }
}

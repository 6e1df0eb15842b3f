//! 6. How many are in flight, and alive.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rds_sim::world::World;
use tag_state::calls::Restore;
use tag_state::facts::Tags;
use tag_state::settings::Approval;

use super::Watch;
use crate::ledger::Life;
use crate::port::Process;

/// Two restores may be in flight where their wake-ups lie on both sides of midnight, this near to it.
const TURN_OF_DAY: SignedDuration = SignedDuration::from_mins(30);

impl Watch {
    /// 6. One in flight, and no more alive than allowed, as far as the listing could show.
    pub(super) fn judge_restore(&mut self, process: &Process, restore: &Restore) {
        let reads = process.reads.borrow();
        let Some(listing) = reads.listing else {
            return self.violated(process, 6, "restores without having looked");
        };
        let shown = |life: &Life| life.tags_shown(listing, reads.stale.contains(&life.identifier)).cloned();
        let there: Vec<&Life> = self.ledger.lives.values().filter(|life| life.ours && life.lived_at(listing)).collect();
        let flying = there
            .iter()
            .find(|life| shown(life).is_some_and(|tags| self.in_flight(&tags, process.now)))
            .map(|life| life.identifier.clone());
        if let Some(flying) = flying {
            let what = format!("restores {} while {flying} is in flight", restore.identifier);
            self.violated(process, 6, &what);
        } else if there.len() >= self.settings.max_instances {
            let what = format!("restores {} while {} are alive", restore.identifier, there.len());
            self.violated(process, 6, &what);
        }
    }

    /// Whether tags say that an instance is on its way to a promotion.
    fn in_flight(&self, tags: &Tags, now: Timestamp) -> bool {
        match self.get(tags, "stage") {
            Some("new" | "modified") => true,
            Some("rebooted") => match self.asked(tags) {
                None => true,
                Some(asked) => self.cancelled(tags, asked).is_none() && now <= asked.expires + self.window(),
            },
            _ => false,
        }
    }

    fn window(&self) -> SignedDuration {
        match &self.settings.promote.approval {
            Approval::Required { window, .. } => *window,
            Approval::None | Approval::Typed => SignedDuration::from_hours(24 * 365),
        }
    }

    /// 6. Two in flight only at the turn of a day, never three.
    pub(super) fn judge_in_flight(&mut self, world: &World, process: Option<&Process>, newest: &str) {
        let now = world.now();
        let flying: Vec<String> = self
            .ledger
            .lives
            .values()
            .filter(|life| life.ours && life.gone.is_none() && !life.tampered)
            .filter(|life| life.tags.last().is_some_and(|write| self.in_flight(&write.after, now)))
            .map(|life| life.identifier.clone())
            .collect();
        let midnight = now.as_second().rem_euclid(86_400);
        let near = TURN_OF_DAY.as_secs();
        let at_turn = midnight < near || midnight > 86_400 - near;
        let dates: BTreeSet<&str> = flying.iter().filter_map(|one| one.get(..14)).collect();
        if flying.len() > 2 || flying.len() == 2 && !(at_turn && dates.len() == 2) {
            let by = process.map_or("a late call".to_owned(), |process| format!("{}#{}", process.name, process.number));
            let what = format!("{} in flight after the restore of {newest}: {flying:?}", flying.len());
            self.violation(&format!("invariant 6: {by} {what}"));
        }
    }
}

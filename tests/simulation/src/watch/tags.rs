//! 5. and 1.: a stage is only entered where the last read allows it.

use rds_sim::world::World;
use tag_state::facts::{Record, Tags};

use super::holds::by_a_persons_word;
use super::{Watch, points};
use crate::port::Process;

impl Watch {
    /// What a stage's tag says must be what was read, and nothing is condemned that is to be kept.
    pub(super) fn judge_tags(&mut self, world: &World, process: &Process, identifier: &str, tags: &Tags) {
        let Some(shown) = self.shown_tags(world, process, identifier) else { return };
        let record = process.reads.borrow().record.clone();
        let swapped_to = process.reads.borrow().swapped_to.clone();
        let address = world.instances().get(identifier).and_then(|one| one.address.clone());
        let read_here = record.as_ref().is_some_and(|(_, record)| points(record, address.as_deref()));
        let here = swapped_to.as_deref().map_or(read_here, |swapped| swapped == identifier);
        match self.get(tags, "stage") {
            Some("promoted") if !here && by_a_persons_word(process) => {
                self.judge_persons_choice(process, identifier, &shown);
            }
            Some("promoted") if !here => {
                self.violated(process, 5, &format!("calls {identifier} promoted, and the CNAME is elsewhere"));
            }
            Some("forgotten") if here => {
                self.violated(process, 5, &format!("forgets {identifier}, which the CNAME points at"));
            }
            Some("retired") => {
                self.judge_condemned(process, identifier, &shown);
                let kept_until = self.since(&shown).map(|since| since + self.settings.retire.grace);
                let is_cname = record.as_ref().is_some_and(|(_, record)| matches!(record, Record::Cname { .. }));
                if self.get(&shown, "stage") != Some("forgotten")
                    || here
                    || !is_cname
                    || kept_until.is_some_and(|until| process.now < until)
                {
                    self.violated(process, 1, &format!("condemns {identifier}, which is to be kept"));
                }
            }
            _ => {}
        }
        if self.get(tags, "final").is_some() {
            self.violated(process, 13, &format!("writes the mark of final snapshots to {identifier}"));
        }
        if let Some(notified) = self.get(tags, "notified").map(str::to_owned) {
            self.judge_notified(world, process, identifier, &notified);
        }
        self.judge_click(world, process, identifier, &shown, tags);
    }
}

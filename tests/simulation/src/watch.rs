//! Who looks on: judges every call that changes something, by what the caller's last read could show.
//! What a person or AWS did after that read is nobody's fault; what we did is.
//!
//! Nothing here asks the code under test for its opinion: tags, requests and set-up are read afresh.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use rds_sim::world::World;
use rds_sim::world::model::{DbInstance, GroupStatus};
use stages::ports::CallError;
use tag_state::approval::{Action, Claim};
use tag_state::calls::{Mail, Restore, Swap};
use tag_state::facts::{Instance, Record, Tags};
use tag_state::settings::{Approval, Reboot, Settings};

use crate::ledger::{By, Ledger, Life, Move, TagWrite};
use crate::port::{Call, Process, US, WriteRef};
use crate::trouble::Kind;

/// The most mails that one approver may get about one request, whatever goes wrong.
pub const MOST_MAILS: u32 = 12;
/// Between the point of no return and the delete.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Two restores may be in flight where their wake-ups lie on both sides of midnight, this near to it.
const TURN_OF_DAY: SignedDuration = SignedDuration::from_mins(30);

/// A button that was pressed, behind a link that was mailed.
#[derive(Clone, Debug)]
struct Press {
    claim: Claim,
    at: Timestamp,
}

/// The watch, with its ledger.
#[derive(Clone)]
pub struct Watch {
    settings: Rc<Settings>,
    /// What happened.
    pub ledger: Ledger,
    /// What must not have happened: a line for each.
    pub violations: Vec<String>,
    /// Promotions.
    pub promotions: u64,
    /// What went wrong, by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// Reads that showed an instance without the last write to its tags.
    pub stale_reads: u64,
    /// The world's time, for the trace.
    pub clock: Timestamp,
    trace: Option<Vec<String>>,
    tokens: BTreeSet<String>,
    mails: BTreeMap<(String, u32, String), u32>,
    attempts: BTreeSet<(String, u32, Timestamp, String)>,
    presses: Vec<Press>,
}

/// What the tags say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    number: u32,
    expires: Timestamp,
}

impl Watch {
    /// Sees nothing yet.
    pub fn new(settings: Rc<Settings>) -> Watch {
        Watch {
            settings,
            ledger: Ledger::default(),
            violations: Vec::new(),
            promotions: 0,
            faults: BTreeMap::new(),
            stale_reads: 0,
            clock: Timestamp::UNIX_EPOCH,
            trace: None,
            tokens: BTreeSet::new(),
            mails: BTreeMap::new(),
            attempts: BTreeSet::new(),
            presses: Vec::new(),
        }
    }

    /// Writes everything down from here on.
    pub fn start_trace(&mut self) {
        self.trace = Some(Vec::new());
    }

    /// What was written down.
    pub fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// Writes a line down, if anybody reads it.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:.0} {}", self.clock, line()));
        }
    }

    fn violated(&mut self, process: &Process, invariant: u8, what: &str) {
        let line = format!("invariant {invariant}: {}#{} {what}", process.name, process.number);
        self.say(|| format!("VIOLATION {line}"));
        self.violations.push(line);
    }

    /// A call is about to be made.
    pub fn sees(&mut self, process: &Process, call: Call<'_>, strike: Option<Kind>) {
        if let Some(kind) = strike {
            *self.faults.entry(kind).or_default() += 1;
        }
        if let Call::Write(WriteRef::Send(mail)) = call {
            for (claim, _) in links(mail).iter().filter_map(|token| Claim::parse(token)) {
                self.attempts.insert((claim.resource_id, claim.request, claim.expires, claim.approver));
            }
        }
        self.say(|| {
            let struck = strike.map(|kind| format!("  ** {kind} **")).unwrap_or_default();
            format!("  {}#{} {}{struck}", process.name, process.number, words(call))
        });
    }

    /// AWS refused a call.
    pub fn refused(&mut self, error: &CallError) {
        self.say(|| format!("    refused: {error}"));
    }

    /// A button is pressed; it counts where its link was mailed.
    pub fn pressed(&mut self, url: &str, at: Timestamp) {
        let Some(token) = url.rsplit('/').next().filter(|token| self.tokens.contains(*token)) else { return };
        if let Some((claim, _)) = Claim::parse(token) {
            self.presses.push(Press { claim, at });
        }
    }

    /// Whether somebody was mailed a link that is good until then.
    pub fn was_mailed(&self, person: &str, expires: Timestamp) -> bool {
        let mailed = self.tokens.iter().filter_map(|token| Claim::parse(token));
        mailed.into_iter().any(|(claim, _)| claim.approver == person && claim.expires == expires)
    }

    /// An instance has come into the world.
    pub fn appeared(&mut self, world: &World, identifier: &str, ours: bool) {
        let Some(instance) = world.instances().get(identifier) else { return };
        let step = self.ledger.advance();
        let by = if ours { US } else { By::Person };
        let first = TagWrite { step, at: world.now(), by, after: instance.tags.clone() };
        let life = Life {
            identifier: identifier.to_owned(),
            ours,
            born: step,
            born_at: world.now(),
            gone: None,
            tags: vec![first],
            changed_by_us: Vec::new(),
            reboots: Vec::new(),
            tampered: false,
        };
        self.ledger.lives.insert(instance.resource_id.clone(), life);
    }

    /// Tags of an instance have been written.
    pub fn tagged(&mut self, world: &World, identifier: &str, by: By) {
        let Some(instance) = world.instances().get(identifier) else { return };
        let step = self.ledger.advance();
        if let Some(life) = self.ledger.lives.get_mut(&instance.resource_id) {
            life.tags.push(TagWrite { step, at: world.now(), by, after: instance.tags.clone() });
            life.tampered |= by == By::Person;
        }
    }

    /// The CNAME has been changed.
    pub fn moved(&mut self, by: By, to: Record) {
        let step = self.ledger.advance();
        self.say(|| format!("    the CNAME is now {to:?}"));
        self.ledger.moves.push(Move { step, by, to });
    }

    /// Time has passed: somebody may be gone.
    pub fn world_moved(&mut self, world: &World) {
        let step = self.ledger.advance();
        for (resource, life) in self.ledger.lives.iter_mut().filter(|(_, life)| life.gone.is_none()) {
            let there = world.instances().get(&life.identifier).is_some_and(|one| one.resource_id == *resource);
            if !there {
                life.gone = Some(step);
            }
        }
    }

    /// The tags that an instance had before the last write, where that was less than `within` ago.
    pub fn tags_before_last_write(&self, resource: &str, now: Timestamp, within: SignedDuration) -> Option<&Tags> {
        let writes = &self.ledger.lives.get(resource)?.tags;
        let [.., before, last] = &writes[..] else { return None };
        (now.duration_since(last.at) < within).then_some(&before.after)
    }

    /// Our life of that identifier, where it is the one that the world has now.
    fn life(&self, world: &World, identifier: &str) -> Option<&Life> {
        self.ledger.lives.get(&world.instances().get(identifier)?.resource_id)
    }

    /// A call that changes something is about to be applied.
    pub fn judge(&mut self, world: &World, zone: &Record, process: &Process, write: WriteRef<'_>) {
        match write {
            WriteRef::Restore(restore) => self.judge_restore(process, restore),
            WriteRef::Modify(modify) => self.judge_change(world, process, &modify.identifier),
            WriteRef::Reboot(identifier) => {
                self.judge_change(world, process, identifier);
                self.judge_reboot(world, process, identifier);
            }
            WriteRef::AddTags(arn, tags) => {
                let identifier = arn.rsplit(':').next().unwrap_or_default();
                self.judge_change(world, process, identifier);
                self.judge_tags(world, process, identifier, tags);
            }
            WriteRef::Delete(delete) => {
                self.judge_change(world, process, delete.identifier());
                self.judge_delete(world, zone, process, delete.identifier(), delete.final_snapshot());
            }
            WriteRef::Swap(swap) => self.judge_swap(world, process, swap),
            WriteRef::Point(_, value) => self.judge_point(world, process, value),
            WriteRef::Send(mail) => self.judge_mail(process, mail),
            WriteRef::Announce(_) => {}
        }
    }

    /// 2. Only what a restore of ours has made.
    fn judge_change(&mut self, world: &World, process: &Process, identifier: &str) {
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

    /// 6. One in flight, and no more alive than allowed, as far as the listing could show.
    fn judge_restore(&mut self, process: &Process, restore: &Restore) {
        let reads = process.reads.borrow();
        let Some(listing) = reads.listing else {
            return self.violated(process, 6, "restores without having looked");
        };
        let shown = |life: &Life| {
            let stale = reads.stale.contains(&life.identifier);
            let mut known = life.tags.iter().rev().filter(|write| write.step <= listing);
            let last = known.next();
            if stale { known.next().or(last) } else { last }.map(|write| write.after.clone())
        };
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
            Approval::None => SignedDuration::from_hours(24 * 365),
        }
    }

    fn get<'a>(&self, tags: &'a Tags, suffix: &str) -> Option<&'a str> {
        tags.get(&self.settings.name.tag_key(suffix)).map(String::as_str)
    }

    fn asked(&self, tags: &Tags) -> Option<Asked> {
        Some(Asked {
            number: self.get(tags, "request")?.parse().ok()?,
            expires: self.get(tags, "expires")?.parse().ok()?,
        })
    }

    fn cancelled(&self, tags: &Tags, asked: Asked) -> Option<String> {
        let prefix = self.settings.name.tag_key("cancelled:");
        let number = format!("{} ", asked.number);
        tags.iter()
            .find(|(key, value)| key.starts_with(&prefix) && value.starts_with(&number))
            .map(|(key, _)| key.clone())
    }

    fn since(&self, tags: &Tags) -> Option<Timestamp> {
        self.get(tags, "since")?.parse().ok()
    }

    /// The tags that the process's last read of an instance showed.
    fn shown_tags(&self, world: &World, process: &Process, identifier: &str) -> Option<Tags> {
        let reads = process.reads.borrow();
        let single = reads.single.get(identifier);
        if let Some((step, shown)) = single
            && reads.listing.is_none_or(|listing| listing <= *step)
        {
            return shown.as_ref().map(|one| one.tags.clone());
        }
        let life = self.life(world, identifier)?;
        let mut known = life.tags.iter().rev().filter(|write| reads.listing.is_some_and(|read| write.step <= read));
        let last = known.next();
        let shown = if reads.stale.contains(identifier) { known.next().or(last) } else { last };
        shown.map(|write| write.after.clone())
    }

    /// A reboot that the tags and the world show to have been done is not done again.
    fn judge_reboot(&mut self, world: &World, process: &Process, identifier: &str) {
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

    fn judge_tags(&mut self, world: &World, process: &Process, identifier: &str, tags: &Tags) {
        let Some(shown) = self.shown_tags(world, process, identifier) else { return };
        let record = process.reads.borrow().record.clone();
        let swapped_to = process.reads.borrow().swapped_to.clone();
        let address = world.instances().get(identifier).and_then(|one| one.address.clone());
        let read_here = record.as_ref().is_some_and(|(_, record)| points(record, address.as_deref()));
        let here = swapped_to.as_deref().map_or(read_here, |swapped| swapped == identifier);
        match self.get(tags, "stage") {
            Some("promoted") if !here && process.name != "rollback" => {
                self.violated(process, 5, &format!("calls {identifier} promoted, and the CNAME is elsewhere"));
            }
            Some("forgotten") if here => {
                self.violated(process, 5, &format!("forgets {identifier}, which the CNAME points at"));
            }
            Some("retired") => {
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
        if let Some(notified) = self.get(tags, "notified").map(str::to_owned) {
            self.judge_notified(world, process, identifier, &notified);
        }
        self.judge_click(process, identifier, &shown, tags);
    }

    /// 7. Nobody is left out: where all are said to have been asked, each has been written to, or it was tried.
    fn judge_notified(&mut self, world: &World, process: &Process, identifier: &str, notified: &str) {
        let Some(instance) = world.instances().get(identifier) else { return };
        let mut parts = notified.split(' ');
        let (number, expires) =
            (parts.next().and_then(|part| part.parse().ok()), parts.next().and_then(|part| part.parse().ok()));
        let (Some(number), Some(expires)) = (number, expires) else {
            return self.violated(process, 7, &format!("writes {notified:?}, which names no request"));
        };
        let only: Vec<&str> = parts.collect();
        let left_out = self.settings.approvers().iter().find(|approver| {
            let tried = self.attempts.contains(&(instance.resource_id.clone(), number, expires, (*approver).clone()));
            (only.is_empty() || only.contains(&approver.as_str())) && !tried
        });
        if let Some(left_out) = left_out.cloned() {
            self.violated(process, 7, &format!("says that all were asked about {identifier}, and {left_out} was not"));
        }
    }

    /// 7. A click counts for the request that its link is of, and in time.
    fn judge_click(&mut self, process: &Process, identifier: &str, shown: &Tags, tags: &Tags) {
        let name = &self.settings.name;
        let (confirmed, cancelled) = (name.tag_key("confirmed:"), name.tag_key("cancelled:"));
        let Some(key) = tags.keys().find(|key| key.starts_with(&confirmed) || key.starts_with(&cancelled)).cloned()
        else {
            return;
        };
        let asked = self.asked(shown);
        let right = process.link.as_ref().is_some_and(|link| {
            let its_own = if link.action == Action::Confirm { &confirmed } else { &cancelled };
            key == format!("{its_own}{}", link.approver)
                && asked == Some(Asked { number: link.request, expires: link.expires })
                && self.get(shown, "stage") == Some("rebooted")
                && process.now <= link.expires
        });
        if !right {
            self.violated(process, 7, &format!("writes {key} on {identifier} for a link that is not of its request"));
        }
    }

    /// 1. Never what is in use or promoted; 8. and not without its final snapshot.
    fn judge_delete(
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
                write.step > looked && write.by == US && self.get(&write.after, "stage") == Some("promoted")
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

    /// 3. and 4.: approved, available, set up.
    fn judge_swap(&mut self, world: &World, process: &Process, swap: &Swap) {
        let Some((instance, looked, shown)) = self.target(world, process, swap.value()) else { return };
        let Some(life) = self.ledger.lives.get(&instance.resource_id).filter(|life| life.ours) else {
            return self.violated(process, 2, &format!("promotes {}, which is not ours", instance.identifier));
        };
        let changed_by_us = life.changed_by_us.iter().any(|step| *step > looked);
        let never_rebooted = self.settings.reboot == Reboot::Always && life.reboots.is_empty() && !life.tampered;
        if let Some(missing) = self.not_set_up(instance)
            && (changed_by_us || self.not_set_up_as_shown(&shown).is_some())
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

    /// The rollback's swap: at least it must live.
    fn judge_point(&mut self, world: &World, process: &Process, value: &str) {
        let Some((instance, looked, _)) = self.target(world, process, value) else { return };
        let changed_by_us = self
            .ledger
            .lives
            .get(&instance.resource_id)
            .is_some_and(|life| life.changed_by_us.iter().any(|step| *step > looked));
        if instance.status != "available" && changed_by_us {
            let what = format!("returns to {}, which is {} by our own doing", instance.identifier, instance.status);
            self.violated(process, 4, &what);
        }
    }

    /// Whom a swap is to, when the process looked at it last, and what it saw.
    fn target<'a>(
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
    fn not_set_up(&self, instance: &DbInstance) -> Option<String> {
        let wanted = &self.settings.modify.parameters;
        let lacking = wanted
            .iter()
            .find(|(parameter, value)| !instance.parameters.get(parameter).is_some_and(|has| has.satisfies(value)));
        if instance.status != "available" {
            Some(format!("it is {}", instance.status))
        } else if !instance.pending.is_empty() || !instance.in_flight.is_empty() {
            Some("changes are pending".to_owned())
        } else if let Some((parameter, value)) = lacking {
            Some(format!("{parameter} is not {value}"))
        } else if instance.parameter_group != GroupStatus::InSync || instance.option_group != GroupStatus::InSync {
            Some("a group is not in sync".to_owned())
        } else if !instance.deletion_protection {
            Some("it is not protected".to_owned())
        } else {
            None
        }
    }

    fn not_set_up_as_shown(&self, shown: &Instance) -> Option<String> {
        let wanted = &self.settings.modify.parameters;
        let lacking = wanted
            .iter()
            .find(|(parameter, value)| !shown.actual.get(parameter).is_some_and(|has| has.satisfies(value)));
        let groups = shown.parameter_group_statuses.iter().chain(&shown.option_group_statuses);
        let ok = shown.status == "available"
            && shown.pending.is_empty()
            && lacking.is_none()
            && groups.into_iter().all(|status| status == "in-sync")
            && shown.deletion_protection;
        (!ok).then(|| format!("as shown it was {}", shown.status))
    }

    /// 7. Mails are bounded.
    fn judge_mail(&mut self, process: &Process, mail: &Mail) {
        let links = links(mail);
        let sent = links
            .first()
            .and_then(|token| Claim::parse(token))
            .and_then(|(claim, _)| self.mails.get(&(claim.resource_id, claim.request, claim.approver)).copied());
        if sent.is_some_and(|sent| sent >= MOST_MAILS) {
            self.violated(process, 7, &format!("mails {} once more about the same request", mail.to));
        }
    }

    /// A call that changes something was applied. `before` is the CNAME before it; there is no process
    /// where its caller has given it up.
    pub fn applied(&mut self, world: &World, process: Option<&Process>, write: WriteRef<'_>, before: &Record) {
        match write {
            WriteRef::Restore(restore) => {
                self.appeared(world, &restore.identifier, true);
                self.judge_in_flight(world, process, &restore.identifier);
            }
            WriteRef::Modify(modify) => self.changed(world, &modify.identifier),
            WriteRef::Delete(delete) => self.changed(world, delete.identifier()),
            WriteRef::Reboot(identifier) => {
                self.changed(world, identifier);
                let step = self.ledger.advance();
                if let Some(life) = self.life_mut(world, identifier) {
                    life.reboots.push(step);
                }
            }
            WriteRef::AddTags(arn, _) => self.tagged(world, arn.rsplit(':').next().unwrap_or_default(), US),
            WriteRef::Swap(swap) => {
                self.promotions += 1;
                self.swapped(world, process, before, swap.old(), swap.value(), swap.ttl());
            }
            WriteRef::Point(old, value) => {
                self.swapped(world, process, before, old, value, self.settings.promote.ttl);
            }
            WriteRef::Send(mail) => {
                for token in links(mail) {
                    if let Some((claim, _)) = Claim::parse(&token).filter(|(claim, _)| claim.action == Action::Confirm)
                    {
                        *self.mails.entry((claim.resource_id, claim.request, claim.approver)).or_default() += 1;
                    }
                    self.tokens.insert(token);
                }
            }
            WriteRef::Announce(_) => {}
        }
    }

    fn life_mut(&mut self, world: &World, identifier: &str) -> Option<&mut Life> {
        self.ledger.lives.get_mut(&world.instances().get(identifier)?.resource_id)
    }

    fn changed(&mut self, world: &World, identifier: &str) {
        let step = self.ledger.advance();
        if let Some(life) = self.life_mut(world, identifier) {
            life.changed_by_us.push(step);
        }
    }

    /// 5. A swap replaces exactly what was read.
    fn swapped(
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
        self.moved(US, Record::Cname { value: value.to_owned(), ttl });
    }

    /// 6. Two in flight only at the turn of a day, never three.
    fn judge_in_flight(&mut self, world: &World, process: Option<&Process>, newest: &str) {
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
            let line = format!("invariant 6: {} in flight after the restore of {newest}: {flying:?}", flying.len());
            match process {
                Some(process) => self.violated(process, 6, &line),
                None => self.violations.push(line),
            }
        }
    }
}

/// Whether a record is a plain CNAME to this address.
pub fn points(record: &Record, address: Option<&str>) -> bool {
    match record {
        Record::Cname { value, .. } => address.is_some_and(|address| value.trim_end_matches('.') == address),
        Record::Absent | Record::Other(_) => false,
    }
}

/// The tokens in a mail.
pub fn links(mail: &Mail) -> Vec<String> {
    let lines = mail.text.lines().filter_map(|line| line.trim().strip_prefix("https://page.test/"));
    lines.map(str::to_owned).collect()
}

fn words(call: Call<'_>) -> String {
    match call {
        Call::Instance(identifier) => format!("looks at {identifier}"),
        Call::Instances => "lists the instances".to_owned(),
        Call::Snapshots => "lists the snapshots".to_owned(),
        Call::Snapshot => "looks at a snapshot".to_owned(),
        Call::Record => "reads the CNAME".to_owned(),
        Call::Generate => "has a link signed".to_owned(),
        Call::Verify => "has a signature verified".to_owned(),
        Call::Write(write) => match write {
            WriteRef::Restore(restore) => format!("restores {} from {}", restore.identifier, restore.snapshot),
            WriteRef::Modify(modify) => {
                let protection = match modify.deletion_protection {
                    Some(true) => ", protection on",
                    Some(false) => ", protection off",
                    None => "",
                };
                format!("modifies {} ({} settings{protection})", modify.identifier, modify.parameters.len())
            }
            WriteRef::Reboot(identifier) => format!("reboots {identifier}"),
            WriteRef::AddTags(arn, tags) => {
                let said: Vec<String> = tags
                    .iter()
                    .map(|(key, value)| {
                        let suffix = key.strip_prefix("rdsecho:dev:").unwrap_or(key);
                        let secret = suffix.starts_with("confirmed:");
                        format!("{suffix}={}", if secret { value.get(..22).unwrap_or(value) } else { value })
                    })
                    .collect();
                format!("tags {}: {}", arn.rsplit(':').next().unwrap_or_default(), said.join(", "))
            }
            WriteRef::Delete(delete) => {
                format!("DELETES {}, final snapshot {:?}", delete.identifier(), delete.final_snapshot())
            }
            WriteRef::Swap(swap) => format!("SWAPS the CNAME from {:?} to {}", swap.old(), swap.value()),
            WriteRef::Point(old, value) => format!("returns the CNAME from {old:?} to {value}"),
            WriteRef::Send(mail) => format!("mails {}", mail.to),
            WriteRef::Announce(announcement) => format!("announces {}", announcement.detail),
        },
    }
}

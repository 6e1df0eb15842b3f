//! Who looks on: judges every call that changes something, by what the caller's last read could show.
//! What a person or AWS did after that read is nobody's fault; what we did is.
//!
//! Nothing here asks the code under test for a decision: tags, requests and set-up are read afresh. Each
//! module has the promises whose numbers it names; `docs/SAFETY.md` has them all.

mod deletes;
mod finals;
mod holds;
mod instances;
mod requests;
mod restores;
mod swaps;
mod tags;
mod troubles;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use rds_sim::world::World;
use stages::ports::CallError;
use tag_state::approval::Claim;
use tag_state::calls::Mail;
use tag_state::facts::{Record, Tags};
use tag_state::settings::Settings;

use crate::ledger::{By, Ledger, Life, Move, TagWrite};
use crate::port::{Call, Process, WriteRef};
use crate::trouble::Kind;
use holds::{Promise, by_a_persons_word};
use troubles::Troubles;
use words::words;

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
    mails: BTreeMap<MailKind, u32>,
    attempts: BTreeSet<(String, u32, Timestamp, String)>,
    presses: Vec<Press>,
    promises: Vec<Promise>,
    /// The final snapshots that deletes of ours have made.
    finals: BTreeSet<String>,
    troubles: Troubles,
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
            promises: Vec::new(),
            finals: BTreeSet::new(),
            troubles: Troubles::default(),
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
        self.violation(&format!("invariant {invariant}: {}#{} {what}", process.name, process.number));
    }

    /// Something has happened that must not.
    pub fn violation(&mut self, line: &str) {
        self.say(|| format!("VIOLATION {line}"));
        self.violations.push(line.to_owned());
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
        let by = if ours { By::Us } else { By::Person };
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
        if process.name == "plan" {
            self.violated(process, 2, "changes something, and was to say only what would be done");
        }
        match write {
            WriteRef::Restore(restore) => {
                self.judge_restore(process, restore);
                self.judge_attempt(process, restore);
            }
            WriteRef::Modify(modify) => self.judge_change(world, process, &modify.identifier),
            WriteRef::Reboot(identifier) => {
                self.judge_change(world, process, identifier);
                self.judge_reboot(world, process, identifier);
            }
            WriteRef::AddTags(arn, tags) if arn.contains(":snapshot:") => self.judge_mark(process, arn, tags),
            WriteRef::AddTags(arn, tags) => {
                let identifier = arn.rsplit(':').next().unwrap_or_default();
                self.judge_change(world, process, identifier);
                self.judge_tags(world, process, identifier, tags);
                self.judge_given_up(world, process, identifier, tags);
            }
            WriteRef::Delete(delete) => {
                self.judge_change(world, process, delete.identifier());
                self.judge_delete(world, zone, process, delete.identifier(), delete.final_snapshot());
                self.judge_clients(process, delete.identifier());
            }
            WriteRef::DeleteSnapshot(delete) => self.judge_snapshot(world, process, delete.identifier()),
            WriteRef::Swap(swap) if by_a_persons_word(process) => {
                self.judge_kept(world, zone, process, swap);
                self.judge_return(world, process, swap.value());
            }
            WriteRef::Swap(swap) => {
                self.judge_swap(world, process, swap);
                self.judge_password(world, process, swap.value());
            }
            WriteRef::Send(mail) => self.judge_mail(process, mail),
            WriteRef::Announce(announcement) => self.judge_trouble(world, process, announcement),
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
        life.tags_shown(reads.listing?, reads.stale.contains(identifier)).cloned()
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
            WriteRef::Delete(delete) => {
                self.changed(world, delete.identifier());
                self.finals.extend(delete.final_snapshot().map(str::to_owned));
            }
            WriteRef::DeleteSnapshot(_) => {}
            WriteRef::Reboot(identifier) => {
                self.changed(world, identifier);
                let step = self.ledger.advance();
                if let Some(life) = self.life_mut(world, identifier) {
                    life.reboots.push(step);
                }
            }
            WriteRef::AddTags(arn, _) if arn.contains(":snapshot:") => {}
            WriteRef::AddTags(arn, _) => self.tagged(world, arn.rsplit(':').next().unwrap_or_default(), By::Us),
            WriteRef::Swap(swap) => {
                self.promotions += u64::from(process.is_none_or(|process| !by_a_persons_word(process)));
                self.swapped(world, process, before, swap.old(), swap.value(), swap.ttl());
            }
            WriteRef::Send(mail) => {
                // Who wants the mails again by hand gets them.
                let by_hand = process.is_some_and(|process| process.name == "request");
                if !by_hand {
                    *self.mails.entry(kind(mail)).or_default() += 1;
                }
                self.tokens.extend(links(mail));
            }
            WriteRef::Announce(announcement) => self.troubled(world, announcement),
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
}

/// Whether a record is a plain CNAME to this address.
pub fn points(record: &Record, address: Option<&str>) -> bool {
    match record {
        Record::Cname { value, .. } => address.is_some_and(|address| value.trim_end_matches('.') == address),
        Record::Absent | Record::Other(_) => false,
    }
}

/// Mails that say the same: of one request, to one person, with one headline.
type MailKind = (String, String, String);

fn kind(mail: &Mail) -> MailKind {
    let headline = mail.text.lines().next().unwrap_or_default();
    (mail.thread.clone(), mail.to.clone(), headline.to_owned())
}

/// The tokens in a mail.
pub fn links(mail: &Mail) -> Vec<String> {
    let lines = mail.text.lines().filter_map(|line| line.trim().strip_prefix("https://page.test/"));
    lines.map(str::to_owned).collect()
}

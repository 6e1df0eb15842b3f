//! What a stage sees of the town. Each call is a point at which others may come in between, and at
//! which something may go wrong; the watch looks on.

mod lookups;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;
use std::task::Poll;

use jiff::Timestamp;
use stages::ports::{Announcer, Answer, CallError, Dns, Failure, Macs, Mailer, Rds, Usage};
use tag_state::approval::{Claim, Mac};
use tag_state::calls::{Announcement, Delete, DeleteSnapshot, Mail, Modify, Restore, Swap};
use tag_state::facts::{Event, Instance, Record, Snapshot, SnapshotType, Tags};

use crate::town::{Town, refused};
use crate::trouble::{Kind, Trouble};

/// A call as the watch sees it.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the port's own call of that name")]
pub enum Call<'a> {
    Instance(&'a str),
    Instances,
    Snapshots,
    Snapshot,
    /// One of [`Lookups`](stages::ports::Lookups), by its name there.
    Lookup(&'static str),
    ManualSnapshots,
    Connections(&'a str),
    Record,
    Events,
    Generate,
    Verify,
    Write(WriteRef<'a>),
}

/// A call that changes something.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the port's own call of that name")]
pub enum WriteRef<'a> {
    Restore(&'a Restore),
    Modify(&'a Modify),
    Reboot(&'a str),
    AddTags(&'a str, &'a Tags),
    Delete(&'a Delete),
    DeleteSnapshot(&'a DeleteSnapshot),
    Swap(&'a Swap),
    Send(&'a Mail),
    Announce(&'a Announcement),
}

/// The same, to be applied later.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the port's own call of that name")]
pub enum Write {
    Restore(Restore),
    Modify(Modify),
    Reboot(String),
    AddTags(String, Tags),
    Delete(Delete),
    DeleteSnapshot(DeleteSnapshot),
    Swap(Swap),
    Send(Mail),
    Announce(Announcement),
}

impl WriteRef<'_> {
    fn to_owned(self) -> Write {
        match self {
            WriteRef::Restore(restore) => Write::Restore(restore.clone()),
            WriteRef::Modify(modify) => Write::Modify(modify.clone()),
            WriteRef::Reboot(identifier) => Write::Reboot(identifier.to_owned()),
            WriteRef::AddTags(arn, tags) => Write::AddTags(arn.to_owned(), tags.clone()),
            WriteRef::Delete(delete) => Write::Delete(delete.clone()),
            WriteRef::DeleteSnapshot(delete) => Write::DeleteSnapshot(delete.clone()),
            WriteRef::Swap(swap) => Write::Swap(swap.clone()),
            WriteRef::Send(mail) => Write::Send(mail.clone()),
            WriteRef::Announce(announcement) => Write::Announce(announcement.clone()),
        }
    }
}

impl Write {
    /// The call.
    pub fn borrow(&self) -> WriteRef<'_> {
        match self {
            Write::Restore(restore) => WriteRef::Restore(restore),
            Write::Modify(modify) => WriteRef::Modify(modify),
            Write::Reboot(identifier) => WriteRef::Reboot(identifier),
            Write::AddTags(arn, tags) => WriteRef::AddTags(arn, tags),
            Write::Delete(delete) => WriteRef::Delete(delete),
            Write::DeleteSnapshot(delete) => WriteRef::DeleteSnapshot(delete),
            Write::Swap(swap) => WriteRef::Swap(swap),
            Write::Send(mail) => WriteRef::Send(mail),
            Write::Announce(announcement) => WriteRef::Announce(announcement),
        }
    }
}

/// What a process has read last, and when, in steps.
#[derive(Debug, Default)]
pub struct Reads {
    /// The listing of instances.
    pub listing: Option<u64>,
    /// Instances read one by one, as shown; `None` where there was none.
    pub single: BTreeMap<String, (u64, Option<Instance>)>,
    /// Instances of the listing or read singly whose tags were shown without the last write.
    pub stale: BTreeSet<String>,
    /// Instances of the listing whose tags were.
    pub listed_stale: BTreeSet<String>,
    /// Snapshots read one by one, as shown; `None` where there was none.
    pub snapshots: BTreeMap<String, Option<Snapshot>>,
    /// How many are connected to an instance, as CloudWatch said, and when.
    pub connections: BTreeMap<String, (u64, Option<i64>)>,
    /// The CNAME, as shown.
    pub record: Option<(u64, Record)>,
    /// The targets that this process has swapped the CNAME to.
    pub swapped_to: Option<String>,
}

/// One run of a function, or of the rollback.
pub struct Process {
    /// The function.
    pub name: &'static str,
    /// Counts all processes of a lifetime.
    pub number: u64,
    /// When it began: what it takes for the time.
    pub now: Timestamp,
    /// The link that was opened, where it is a page's.
    pub link: Option<Claim>,
    /// What it has read.
    pub reads: RefCell<Reads>,
    stops_at_calls: bool,
    trouble: Trouble,
    calls: Cell<u32>,
    dead: Cell<bool>,
    heard: Cell<Option<u64>>,
}

impl Process {
    /// A new one. Where it `stops_at_calls`, others may come in before each of its calls.
    pub fn new(
        name: &'static str,
        number: u64,
        now: Timestamp,
        link: Option<Claim>,
        stops_at_calls: bool,
        trouble: Trouble,
    ) -> Process {
        Process {
            name,
            number,
            now,
            link,
            reads: RefCell::default(),
            stops_at_calls,
            trouble,
            calls: Cell::new(0),
            dead: Cell::new(false),
            heard: Cell::new(None),
        }
    }

    /// Whether it died at a call.
    pub fn is_dead(&self) -> bool {
        self.dead.get()
    }

    /// How many calls it made.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// Remembers a digest of all answers from here on.
    pub fn listen(&self) {
        self.heard.set(Some(0));
    }

    /// The digest of all answers since [`listen`](Self::listen).
    pub fn heard(&self) -> u64 {
        self.heard.get().unwrap_or_default()
    }

    fn hears(&self, answer: &impl fmt::Debug) {
        if let Some(before) = self.heard.get() {
            let mut hasher = DefaultHasher::new();
            (before, format!("{answer:?}")).hash(&mut hasher);
            self.heard.set(Some(hasher.finish()));
        }
    }

    async fn turn(&self) {
        if !self.stops_at_calls {
            return;
        }
        let mut waited = false;
        poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// A process's view of the town.
#[derive(Clone)]
pub struct Port {
    /// The town.
    pub town: Rc<Town>,
    /// The process.
    pub process: Rc<Process>,
}

impl Port {
    async fn call<T: fmt::Debug>(&self, call: Call<'_>, apply: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        self.process.turn().await;
        let answer = self.make(call, apply).await;
        self.process.hears(&answer);
        answer
    }

    /// A call before which nobody comes in: its answer does not hang on what others do, and each place where they could
    /// come in multiplies the orders that there are.
    async fn look_up<T: fmt::Debug>(&self, what: &'static str, apply: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        let answer = self.make(Call::Lookup(what), apply).await;
        self.process.hears(&answer);
        answer
    }

    async fn make<T>(&self, call: Call<'_>, apply: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        let number = self.process.calls.get() + 1;
        self.process.calls.set(number);
        let strike = self.process.trouble.of_call(number);
        self.town.watch.borrow_mut().sees(&self.process, call, strike);
        match strike {
            None => self.carry_out(call, &apply).await,
            Some(Kind::Fails) => Err(failed(call, None)),
            Some(Kind::Throttled) => Err(failed(call, Some("Throttling"))),
            Some(Kind::LosesItsAnswer) => self.carry_out(call, &apply).await.and(Err(failed(call, None))),
            Some(Kind::Repeats) => {
                // Whatever the first answer was, nobody heard it.
                let _ = self.carry_out(call, &apply).await;
                self.carry_out(call, &apply).await
            }
            Some(Kind::Late) => {
                if let Call::Write(write) = call {
                    self.town.judge(&self.process, write);
                    self.town.late.borrow_mut().push(write.to_owned());
                }
                Err(failed(call, None))
            }
            Some(Kind::DiesBefore) => self.die().await,
            Some(Kind::DiesAfter) => {
                let _ = self.carry_out(call, &apply).await;
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.process.dead.set(true);
        std::future::pending().await
    }

    async fn carry_out<T>(&self, call: Call<'_>, apply: &impl AsyncFn() -> Answer<T>) -> Answer<T> {
        let Call::Write(write) = call else { return apply().await };
        self.town.judge(&self.process, write);
        let before = self.town.zone.borrow().clone();
        let answer = apply().await;
        if let Err(error) = &answer {
            self.town.watch.borrow_mut().refused(error);
        } else {
            self.town.applied(Some(&self.process), write, &before);
        }
        answer
    }

    fn shown(&self, instance: &mut Instance) {
        self.town.watch.borrow_mut().saw(instance);
        if self.town.perhaps_stale(instance) {
            self.process.reads.borrow_mut().stale.insert(instance.identifier.clone());
        }
    }
}

fn failed(call: Call<'_>, code: Option<&str>) -> CallError {
    let mut error = refused("the call", &format!("{call:.0?}"), Failure::Unknown);
    error.code = code.map(str::to_owned);
    "it was struck".clone_into(&mut error.message);
    error
}

impl Town {
    fn judge(&self, process: &Process, write: WriteRef<'_>) {
        self.watch.borrow_mut().judge(&self.rds.world(), &self.zone.borrow(), process, write);
    }

    fn applied(&self, process: Option<&Process>, write: WriteRef<'_>, before: &Record) {
        self.watch.borrow_mut().applied(&self.rds.world(), process, write, before);
    }

    /// Applies a call whose caller has given it up.
    pub fn apply_late(&self, write: &Write) {
        let before = self.zone.borrow().clone();
        let answer = crate::functions::ready(async {
            match write {
                Write::Restore(restore) => self.rds.restore(restore).await.map(drop),
                Write::Modify(modify) => self.rds.modify(modify).await,
                Write::Reboot(identifier) => self.rds.reboot(identifier).await,
                Write::AddTags(arn, tags) => self.rds.add_tags(arn, tags).await,
                Write::Delete(delete) => self.rds.delete(delete).await,
                Write::DeleteSnapshot(delete) => self.rds.delete_snapshot(delete).await,
                Write::Swap(swap) => self.swap(swap),
                Write::Send(mail) => self.send(mail),
                Write::Announce(announcement) => {
                    self.bus.borrow_mut().push(announcement.clone());
                    Ok(())
                }
            }
        });
        if answer.is_ok() {
            self.applied(None, write.borrow(), &before);
        }
    }
}

impl Rds for Port {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        let mut found =
            self.call(Call::Instance(identifier), async || self.town.rds.instance(identifier).await).await?;
        self.process.reads.borrow_mut().stale.remove(identifier);
        if let Some(instance) = &mut found {
            self.shown(instance);
        }
        let step = self.town.watch.borrow().ledger.step;
        self.process.reads.borrow_mut().single.insert(identifier.to_owned(), (step, found.clone()));
        Ok(found)
    }

    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        let mut found = self.call(Call::Instances, async || self.town.rds.instances(prefix).await).await?;
        // What an earlier listing showed of them is past.
        self.process.reads.borrow_mut().stale.clear();
        for instance in &mut found {
            self.shown(instance);
        }
        let mut reads = self.process.reads.borrow_mut();
        reads.listing = Some(self.town.watch.borrow().ledger.step);
        reads.listed_stale = reads.stale.clone();
        Ok(found)
    }

    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>> {
        self.call(Call::Snapshots, async || self.town.rds.snapshots(instance, types).await).await
    }

    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        let found = self.call(Call::Snapshot, async || self.town.rds.snapshot(identifier).await).await?;
        self.process.reads.borrow_mut().snapshots.insert(identifier.to_owned(), found.clone());
        Ok(found)
    }

    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        self.call(Call::Write(WriteRef::Restore(restore)), async || self.town.rds.restore(restore).await).await
    }

    async fn modify(&self, modify: &Modify) -> Answer<()> {
        self.call(Call::Write(WriteRef::Modify(modify)), async || self.town.rds.modify(modify).await).await
    }

    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.call(Call::Write(WriteRef::Reboot(identifier)), async || self.town.rds.reboot(identifier).await).await
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.call(Call::Write(WriteRef::AddTags(arn, tags)), async || self.town.rds.add_tags(arn, tags).await).await
    }

    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.call(Call::Write(WriteRef::Delete(delete)), async || self.town.rds.delete(delete).await).await
    }

    async fn events(&self, identifier: &str, since: Timestamp) -> Answer<Vec<Event>> {
        self.call(Call::Events, async || self.town.rds.events(identifier, since).await).await
    }

    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>> {
        self.call(Call::ManualSnapshots, async || self.town.rds.manual_snapshots(prefix).await).await
    }

    async fn delete_snapshot(&self, delete: &DeleteSnapshot) -> Answer<()> {
        let write = WriteRef::DeleteSnapshot(delete);
        self.call(Call::Write(write), async || self.town.rds.delete_snapshot(delete).await).await
    }
}

impl Usage for Port {
    async fn connections(&self, instance: &str, minutes: i64, now: Timestamp) -> Answer<Option<i64>> {
        let call = Call::Connections(instance);
        let found = self.call(call, async || self.town.rds.connections(instance, minutes, now).await).await?;
        let step = self.town.watch.borrow().ledger.step;
        self.process.reads.borrow_mut().connections.insert(instance.to_owned(), (step, found));
        Ok(found)
    }
}

impl Dns for Port {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        let record = self.call(Call::Record, async || self.town.read_record(zone_id, name)).await?;
        let step = self.town.watch.borrow().ledger.step;
        self.process.reads.borrow_mut().record = Some((step, record.clone()));
        Ok(record)
    }

    async fn swap(&self, swap: &Swap) -> Answer<()> {
        self.call(Call::Write(WriteRef::Swap(swap)), async || self.town.swap(swap)).await
    }
}

impl Mailer for Port {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        self.call(Call::Write(WriteRef::Send(mail)), async || self.town.send(mail)).await
    }
}

impl Macs for Port {
    async fn generate(&self, _key_id: &str, message: &[u8]) -> Answer<Mac> {
        self.call(Call::Generate, async || Ok(Town::mac(message))).await
    }

    async fn verify(&self, _key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        self.call(Call::Verify, async || Ok(Town::mac(message) == *mac)).await
    }
}

impl Announcer for Port {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        self.call(Call::Write(WriteRef::Announce(announcement)), async || {
            self.town.bus.borrow_mut().push(announcement.clone());
            Ok(())
        })
        .await
    }
}

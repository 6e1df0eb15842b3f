//! Trouble between the stages and the world: one chosen call goes wrong in a chosen way.

use std::cell::Cell;
use std::rc::Rc;

use stages::ports::{Announcer, Answer, Dns, Failure, Macs, Mailer, Rds};
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Delete, Mail, Modify, Restore, Swap};
use tag_state::facts::{Instance, Record, Snapshot, Tags};

use super::refused;

/// How the chosen call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is not applied, and the caller is told so.
    Fails,
    /// It is applied, and the caller believes that it failed.
    LosesItsAnswer,
    /// The process dies before it.
    DiesBefore,
    /// The process dies after it.
    DiesAfter,
    /// It is applied twice, as a retry of the SDK's does whose first answer was lost; the second answer counts.
    Repeats,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Fails, Kind::LosesItsAnswer, Kind::DiesBefore, Kind::DiesAfter, Kind::Repeats];
}

/// Counts all calls, and strikes one of them.
#[derive(Clone)]
pub struct Trouble {
    struck: Option<(u64, Kind)>,
    meanwhile: Option<(u64, Rc<dyn Fn()>)>,
    count: Rc<Cell<u64>>,
    dead: Rc<Cell<bool>>,
}

impl Trouble {
    pub fn none() -> Trouble {
        Trouble { struck: None, meanwhile: None, count: Rc::default(), dead: Rc::default() }
    }

    /// Strikes the call of that number, counted from 1 over all functions.
    pub fn strike(number: u64, kind: Kind) -> Trouble {
        Trouble { struck: Some((number, kind)), ..Trouble::none() }
    }

    /// Lets something happen just before the call of that number.
    pub fn meanwhile(number: u64, happens: impl Fn() + 'static) -> Trouble {
        Trouble { meanwhile: Some((number, Rc::new(happens))), ..Trouble::none() }
    }

    pub fn calls(&self) -> u64 {
        self.count.get()
    }

    /// A dead process is followed by a new one at the next invocation.
    pub fn new_process(&self) {
        self.dead.set(false);
    }

    async fn call<T>(&self, call: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        let failed = || refused("a call", Failure::Unknown);
        if self.dead.get() {
            return Err(failed());
        }
        self.count.set(self.count.get() + 1);
        if let Some((_, happens)) = self.meanwhile.as_ref().filter(|(number, _)| *number == self.count.get()) {
            happens();
        }
        match self.struck.filter(|(number, _)| *number == self.count.get()).map(|(_, kind)| kind) {
            None => call().await,
            Some(Kind::Fails) => Err(failed()),
            Some(Kind::LosesItsAnswer) => call().await.and(Err(failed())),
            Some(Kind::DiesBefore) => {
                self.dead.set(true);
                Err(failed())
            }
            Some(Kind::DiesAfter) => {
                self.dead.set(true);
                call().await.and(Err(failed()))
            }
            Some(Kind::Repeats) => {
                let _ = call().await;
                call().await
            }
        }
    }
}

/// A port with trouble before it.
pub struct Troubled<P> {
    pub port: P,
    pub trouble: Trouble,
}

impl<P: Rds> Rds for Troubled<P> {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        self.trouble.call(async || self.port.instance(identifier).await).await
    }
    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        self.trouble.call(async || self.port.instances(prefix).await).await
    }
    async fn snapshots(&self, instance: &str) -> Answer<Vec<Snapshot>> {
        self.trouble.call(async || self.port.snapshots(instance).await).await
    }
    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        self.trouble.call(async || self.port.snapshot(identifier).await).await
    }
    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        self.trouble.call(async || self.port.restore(restore).await).await
    }
    async fn modify(&self, modify: &Modify) -> Answer<()> {
        self.trouble.call(async || self.port.modify(modify).await).await
    }
    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.trouble.call(async || self.port.reboot(identifier).await).await
    }
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.trouble.call(async || self.port.add_tags(arn, tags).await).await
    }
    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.trouble.call(async || self.port.delete(delete).await).await
    }
}

impl<P: Dns> Dns for Troubled<P> {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        self.trouble.call(async || self.port.record(zone_id, name).await).await
    }
    async fn swap(&self, swap: &Swap) -> Answer<()> {
        self.trouble.call(async || self.port.swap(swap).await).await
    }
}

impl<P: Mailer> Mailer for Troubled<P> {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        self.trouble.call(async || self.port.send(mail).await).await
    }
}

impl<P: Macs> Macs for Troubled<P> {
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac> {
        self.trouble.call(async || self.port.generate(key_id, message).await).await
    }
    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        self.trouble.call(async || self.port.verify(key_id, message, mac).await).await
    }
}

impl<P: Announcer> Announcer for Troubled<P> {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        self.trouble.call(async || self.port.announce(announcement).await).await
    }
}

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
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Fails, Kind::LosesItsAnswer, Kind::DiesBefore, Kind::DiesAfter];
}

/// Counts all calls, and strikes one of them.
#[derive(Clone)]
pub struct Trouble {
    struck: Option<(u64, Kind)>,
    count: Rc<Cell<u64>>,
    dead: Rc<Cell<bool>>,
}

impl Trouble {
    pub fn none() -> Trouble {
        Trouble { struck: None, count: Rc::default(), dead: Rc::default() }
    }

    /// Strikes the call of that number, counted from 1 over all functions.
    pub fn strike(number: u64, kind: Kind) -> Trouble {
        Trouble { struck: Some((number, kind)), ..Trouble::none() }
    }

    pub fn calls(&self) -> u64 {
        self.count.get()
    }

    /// A dead process is followed by a new one at the next invocation.
    pub fn new_process(&self) {
        self.dead.set(false);
    }

    async fn call<T>(&self, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let failed = || refused("a call", Failure::Unknown);
        if self.dead.get() {
            return Err(failed());
        }
        self.count.set(self.count.get() + 1);
        match self.struck.filter(|(number, _)| *number == self.count.get()).map(|(_, kind)| kind) {
            None => call.await,
            Some(Kind::Fails) => Err(failed()),
            Some(Kind::LosesItsAnswer) => call.await.and(Err(failed())),
            Some(Kind::DiesBefore) => {
                self.dead.set(true);
                Err(failed())
            }
            Some(Kind::DiesAfter) => {
                self.dead.set(true);
                call.await.and(Err(failed()))
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
        self.trouble.call(self.port.instance(identifier)).await
    }
    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        self.trouble.call(self.port.instances(prefix)).await
    }
    async fn snapshots(&self, instance: &str) -> Answer<Vec<Snapshot>> {
        self.trouble.call(self.port.snapshots(instance)).await
    }
    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        self.trouble.call(self.port.snapshot(identifier)).await
    }
    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        self.trouble.call(self.port.restore(restore)).await
    }
    async fn modify(&self, modify: &Modify) -> Answer<()> {
        self.trouble.call(self.port.modify(modify)).await
    }
    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.trouble.call(self.port.reboot(identifier)).await
    }
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.trouble.call(self.port.add_tags(arn, tags)).await
    }
    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.trouble.call(self.port.delete(delete)).await
    }
}

impl<P: Dns> Dns for Troubled<P> {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        self.trouble.call(self.port.record(zone_id, name)).await
    }
    async fn swap(&self, swap: &Swap) -> Answer<()> {
        self.trouble.call(self.port.swap(swap)).await
    }
}

impl<P: Mailer> Mailer for Troubled<P> {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        self.trouble.call(self.port.send(mail)).await
    }
}

impl<P: Macs> Macs for Troubled<P> {
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac> {
        self.trouble.call(self.port.generate(key_id, message)).await
    }
    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        self.trouble.call(self.port.verify(key_id, message, mac)).await
    }
}

impl<P: Announcer> Announcer for Troubled<P> {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        self.trouble.call(self.port.announce(announcement)).await
    }
}

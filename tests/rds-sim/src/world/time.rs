//! Virtual time: what RDS will do by itself, and when.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::events::{RdsEvent, Source};

/// How long things take, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the restore call to the end of `creating`.
    pub restore_seconds: u32,
    /// From CreateDBInstance to the end of `creating`.
    pub create_seconds: u32,
    /// A snapshot: the first one after a restore, a manual one, a final one.
    pub backup_seconds: u32,
    /// How long `available` lingers after ModifyDBInstance: documented nowhere, and seen by users of SDK waiters.
    pub modify_linger_seconds: u32,
    /// How long `modifying` takes.
    pub modify_seconds: u32,
    /// How long `rebooting` takes.
    pub reboot_seconds: u32,
    /// How long `deleting` takes, after the final snapshot.
    pub delete_seconds: u32,
    /// How long the secret of a managed master password is `creating`.
    pub secret_seconds: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            restore_seconds: 28 * 3600,
            create_seconds: 600,
            backup_seconds: 600,
            modify_linger_seconds: 45,
            modify_seconds: 300,
            reboot_seconds: 120,
            delete_seconds: 600,
            secret_seconds: 90,
        }
    }
}

/// Something that happened while time moved: an event, or a change of status without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// The instance.
    pub instance: String,
    /// The instance's status from then on; `deleted` when it is gone.
    pub status: String,
    /// The id of the event, where there was one.
    pub event_id: Option<&'static str>,
    /// Its message.
    pub message: Option<Cow<'static, str>>,
}

/// What stands in the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// `creating` ends.
    Created(String),
    /// A snapshot is complete.
    SnapshotDone { instance: String, snapshot: String },
    /// A modification begins to be applied.
    ModifyStart(String),
    /// A modification is applied.
    ModifyDone(String),
    /// A reboot is over.
    RebootDone(String),
    /// The instance is gone.
    DeleteDone(String),
    /// The secret of the master password is there.
    SecretReady(String),
}

impl Due {
    fn instance(&self) -> &str {
        match self {
            Due::Created(instance)
            | Due::SnapshotDone { instance, .. }
            | Due::ModifyStart(instance)
            | Due::ModifyDone(instance)
            | Due::RebootDone(instance)
            | Due::DeleteDone(instance)
            | Due::SecretReady(instance) => instance,
        }
    }

    /// Whether it goes on whatever becomes of the instance.
    fn is_elsewhere(&self) -> bool {
        matches!(self, Due::SnapshotDone { .. } | Due::SecretReady(_))
    }
}

/// What is due, in order of time, and of asking where times are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    dues: BTreeMap<(Timestamp, u64), Due>,
    asked: u64,
}

impl Agenda {
    fn add(&mut self, at: Timestamp, due: Due) {
        self.asked += 1;
        self.dues.insert((at, self.asked), due);
    }

    /// Strikes out what an instance was doing; its snapshots and its secret are finished all the same.
    pub(super) fn stop_work_on(&mut self, instance: &str) {
        self.dues.retain(|_, due| due.is_elsewhere() || due.instance() != instance);
    }

    /// Strikes out a snapshot that is no more.
    pub(super) fn forget_snapshot(&mut self, gone: &str) {
        self.dues.retain(|_, due| !matches!(due, Due::SnapshotDone { snapshot, .. } if snapshot == gone));
    }

    /// Whether the instance has something of that kind before it.
    pub(super) fn has(&self, wanted: &Due) -> bool {
        self.dues.values().any(|due| due == wanted)
    }
}

impl World {
    /// When the next thing will happen by itself, if anything will.
    pub fn next(&self) -> Option<Timestamp> {
        self.agenda.dues.first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves time to the next moment at which something happens, not past `until`, and lets all of that
    /// moment happen. `None` where nothing is due by then; time stands still.
    pub fn step(&mut self, until: Timestamp) -> Option<Vec<Happening>> {
        let at = self.next().filter(|at| *at <= until)?;
        self.now = self.now.max(at);
        self.trace = Some(Vec::new());
        while let Some(entry) = self.agenda.dues.first_entry()
            && entry.key().0 <= self.now
        {
            let due = entry.remove();
            let instance = due.instance().to_owned();
            let before = self.trace.as_ref().map_or(0, Vec::len);
            self.happen(due);
            if self.trace.as_ref().map_or(0, Vec::len) == before {
                self.note(&instance, None);
            }
        }
        self.trace.take()
    }

    /// Moves time forward, letting everything that is due on the way happen at its own time.
    /// A time in the past changes nothing.
    pub fn advance(&mut self, to: Timestamp) -> Vec<Happening> {
        let mut happened = Vec::new();
        while let Some(more) = self.step(to) {
            happened.extend(more);
        }
        self.now = self.now.max(to);
        happened
    }

    pub(super) fn schedule(&mut self, seconds: u32, due: Due) {
        let at = self.now.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX);
        self.agenda.add(at, due);
    }

    /// Tells a happening, while time moves.
    pub(super) fn record(&mut self, event: &RdsEvent) {
        let instance = match event.source {
            Source::Instance => event.identifier.clone(),
            Source::Snapshot => match self.snapshots.get(&event.identifier) {
                Some(snapshot) => snapshot.source.clone(),
                None => event.identifier.clone(),
            },
        };
        self.note(&instance, Some((event.id, event.message.clone())));
    }

    fn note(&mut self, instance: &str, event: Option<(&'static str, Cow<'static, str>)>) {
        let Some(trace) = &mut self.trace else { return };
        let status = self.instances.get(instance).map_or("deleted", |instance| &instance.status).to_owned();
        let (event_id, message) = event.unzip();
        trace.push(Happening { at: self.now, instance: instance.to_owned(), status, event_id, message });
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Created(instance) => self.finish_creating(&instance),
            Due::SnapshotDone { instance, snapshot } => self.finish_snapshot(&instance, &snapshot),
            Due::ModifyStart(instance) => self.start_modifying(&instance),
            Due::ModifyDone(instance) => self.finish_modifying(&instance),
            Due::RebootDone(instance) => self.finish_reboot(&instance),
            Due::DeleteDone(instance) => self.finish_deleting(&instance),
            Due::SecretReady(instance) => self.finish_secret(&instance),
        }
    }

    /// The instance is `available` again; a modification that had to wait begins now.
    pub(super) fn become_available(&mut self, identifier: &str) {
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        "available".clone_into(&mut instance.status);
        if std::mem::take(&mut instance.start_waits) {
            self.start_modifying(identifier);
        }
    }
}

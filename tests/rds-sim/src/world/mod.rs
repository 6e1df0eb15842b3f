//! The world model: DB instances and snapshots that live in virtual time.
//!
//! Nothing here reads a clock, the network or the environment, and nothing waits: a call is applied at
//! [`World::now`], and what RDS does by itself afterwards stands in an agenda until the time is moved.
//! Identifiers are made from a counter, so that the same calls at the same times give the same world.

mod create;
mod delete;
mod describe;
mod engine;
pub mod error;
pub mod events;
mod fit;
mod groups;
mod identifier;
pub mod model;
mod modify;
mod offers;
pub mod operation;
mod plant;
mod quotas;
mod snapshots;
mod surroundings;
mod tags;
mod time;

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

pub use create::{Create, Restore};
pub use delete::Delete;
pub use describe::{DescribeEvents, DescribeInstances, DescribeSnapshots, Page};
pub use groups::{DEFAULT_VPC, Group, GroupKind};
pub use modify::Modify;
pub use offers::{DescribeOffers, EngineVersion, Offer, Storage, Upgrade, Withdrawal};
pub use plant::{PlantedInstance, PlantedSnapshot};
pub use quotas::{AccountQuota, INSTANCE_QUOTA, MANUAL_SNAPSHOT_QUOTA, Quotas, STORAGE_QUOTA};
pub use snapshots::CreateSnapshot;
pub use surroundings::Surroundings;
pub use tags::Resource;
pub use time::{Happening, Timing};

use error::{ApiError, Code};
use events::{RdsEvent, Row, Source};
use groups::Groups;
use model::{DbInstance, DbSnapshot};
use operation::{Arrival, Desk, Fault, Operation};
use time::Agenda;

/// Events that DescribeEvents still knows.
const REMEMBERED_EVENTS: usize = 1000;

/// Where the world is, and when it begins.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account's twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The first moment.
    pub start: Timestamp,
}

/// The simulated RDS of one account in one region.
#[derive(Clone, Debug)]
pub struct World {
    settings: Settings,
    timing: Timing,
    now: Timestamp,
    instances: BTreeMap<String, DbInstance>,
    snapshots: BTreeMap<String, DbSnapshot>,
    groups: Groups,
    agenda: Agenda,
    made: u64,
    desk: Desk,
    outbox: Vec<RdsEvent>,
    history: VecDeque<RdsEvent>,
    trace: Option<Vec<Happening>>,
    next_restore: Option<String>,
    quotas: Quotas,
    withdrawn: Vec<Withdrawal>,
    surroundings: Surroundings,
}

impl World {
    /// An empty world.
    pub fn new(settings: Settings) -> World {
        World {
            now: settings.start,
            settings,
            timing: Timing::default(),
            instances: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            groups: Groups::default(),
            agenda: Agenda::default(),
            made: 0,
            desk: Desk::default(),
            outbox: Vec::new(),
            history: VecDeque::new(),
            trace: None,
            next_restore: None,
            quotas: Quotas::default(),
            withdrawn: Vec::new(),
            surroundings: Surroundings::default(),
        }
    }

    /// Where it is, and when it began.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How long things take.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// How long things take from here on; what is already under way keeps its time.
    pub fn timing_mut(&mut self) -> &mut Timing {
        &mut self.timing
    }

    /// All instances by identifier.
    pub fn instances(&self) -> &BTreeMap<String, DbInstance> {
        &self.instances
    }

    /// All snapshots by identifier.
    pub fn snapshots(&self) -> &BTreeMap<String, DbSnapshot> {
        &self.snapshots
    }

    /// The events since this was last asked.
    pub fn take_events(&mut self) -> Vec<RdsEvent> {
        std::mem::take(&mut self.outbox)
    }

    /// Counts a call, and tells whether a planted fault befalls it. A front asks this first.
    pub fn arrive(&mut self, operation: Operation) -> Arrival {
        self.desk.arrive(operation)
    }

    /// Plants a fault on the next calls of an operation.
    pub fn plant_fault(&mut self, fault: Fault) {
        self.desk.plant(fault);
    }

    /// How often each operation was called, those that were at all.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.desk.counts()
    }

    /// Lets the next restore end in this status instead of `available`.
    pub fn next_restore_ends_in(&mut self, status: &str) {
        self.next_restore = Some(status.to_owned());
    }

    /// Allows more instances than AWS does by default, as Service Quotas can.
    pub fn raise_instance_quota(&mut self, quota: usize) {
        self.quotas.instances = quota;
    }

    /// What is not RDS.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// What is not RDS, to change it.
    pub fn surroundings_mut(&mut self) -> &mut Surroundings {
        &mut self.surroundings
    }

    fn instance(&self, identifier: &str) -> Result<&DbInstance, ApiError> {
        self.instances.get(&*self.instance_key(identifier)).ok_or_else(|| instance_not_found(identifier))
    }

    fn instance_mut(&mut self, identifier: &str) -> Result<&mut DbInstance, ApiError> {
        let key = self.instance_key(identifier).into_owned();
        self.instances.get_mut(&key).ok_or_else(|| instance_not_found(identifier))
    }

    fn emit_of_instance(&mut self, identifier: &str, row: Row) {
        if let Some(instance) = self.instances.get(identifier) {
            let arn = instance.arn.clone();
            self.emit(Source::Instance, identifier.to_owned(), arn, row);
        }
    }

    fn emit_of_snapshot(&mut self, identifier: &str, row: Row) {
        if let Some(snapshot) = self.snapshots.get(identifier) {
            let arn = snapshot.arn.clone();
            self.emit(Source::Snapshot, identifier.to_owned(), arn, row);
        }
    }

    fn emit(&mut self, source: Source, identifier: String, arn: String, (id, category, message): Row) {
        let event = RdsEvent { at: self.now, source, identifier, arn, id, category, message };
        self.record(&event);
        if self.history.len() == REMEMBERED_EVENTS {
            self.history.pop_front();
        }
        self.history.push_back(event.clone());
        self.outbox.push(event);
    }
}

fn instance_not_found(identifier: &str) -> ApiError {
    ApiError::new(Code::DbInstanceNotFound, format!("DBInstance {identifier} not found."))
}

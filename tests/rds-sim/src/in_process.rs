//! The world behind the ports of the stages, in one process and without waiting.

mod lookups;

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeSet;
use std::rc::Rc;

use jiff::Timestamp;
use stages::ports::{Answer, CallError, Failure, Rds, Usage};
use tag_state::calls::{Delete, DeleteSnapshot, Modify, Restore};
use tag_state::facts::{Event, Instance, Snapshot, SnapshotType, Tags};
use tag_state::status::{Class, classify};

use crate::world::error::{ApiError, Code};
use crate::world::operation::{Arrival, Operation};
use crate::world::{self, DescribeEvents, DescribeInstances, DescribeSnapshots, World};

/// A client of the simulated RDS. Clones share one world.
#[derive(Clone, Debug)]
pub struct SimulatedRds {
    world: Rc<RefCell<World>>,
}

impl SimulatedRds {
    /// The first client of a world.
    pub fn new(world: World) -> SimulatedRds {
        SimulatedRds { world: Rc::new(RefCell::new(world)) }
    }

    /// The world, to look at.
    pub fn world(&self) -> Ref<'_, World> {
        self.world.borrow()
    }

    /// The world, to move its time, plant things in it, or take its events.
    pub fn world_mut(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    /// One call: counted, struck by a planted fault if there is one, carried out, answered.
    fn call<T>(
        &self,
        operation: Operation,
        subject: &str,
        carry_out: impl FnOnce(&mut World) -> Result<T, ApiError>,
    ) -> Answer<T> {
        let mut world = self.world.borrow_mut();
        let failed = |error: ApiError| call_error(operation, subject, error);
        match world.arrive(operation) {
            Arrival::Served => carry_out(&mut world).map_err(failed),
            Arrival::Refused(error) => Err(failed(error)),
            Arrival::AnswerLost => {
                // Whether it was applied or refused, nobody hears of it.
                drop(carry_out(&mut world));
                Err(CallError {
                    operation: operation.name(),
                    subject: subject.to_owned(),
                    failure: Failure::Unknown,
                    code: None,
                    message: "the answer was lost".to_owned(),
                })
            }
        }
    }
}

impl SimulatedRds {
    /// One listing of an instance's snapshots, of a type or of the automated and manual ones, from all pages.
    fn listing(&self, instance: &str, kind: Option<SnapshotType>) -> Answer<Vec<Snapshot>> {
        // Of what others share RDS shows everything.
        let of_instance = (kind != Some(SnapshotType::Shared)).then_some(instance);
        let (mut found, mut marker): (Vec<Snapshot>, Option<String>) = (Vec::new(), None);
        loop {
            let (more, next) = self.call(Operation::DescribeDbSnapshots, instance, |world| {
                let request = DescribeSnapshots {
                    instance: of_instance,
                    snapshot_type: kind.map(SnapshotType::name),
                    marker: marker.as_deref(),
                    ..Default::default()
                };
                let page = world.describe_snapshots(&request)?;
                let of_it = page.items.iter().filter(|snapshot| snapshot.source.eq_ignore_ascii_case(instance));
                Ok((of_it.map(|snapshot| snapshot.facts()).collect::<Vec<_>>(), page.marker))
            })?;
            found.extend(more);
            if next.is_none() {
                return Ok(found);
            }
            marker = next;
        }
    }
}

/// What a refusal means for the caller.
fn failure(error: &ApiError) -> Failure {
    const BY_CODE: &[(Code, Failure)] = &[
        (Code::DbInstanceNotFound, Failure::NotFound),
        (Code::DbSnapshotNotFound, Failure::NotFound),
        (Code::DbInstanceAlreadyExists, Failure::AlreadyExists),
        (Code::DbSnapshotAlreadyExists, Failure::AlreadyExists),
        (Code::InvalidDbInstanceState, Failure::WrongState),
        (Code::InvalidDbSnapshotState, Failure::WrongState),
        (Code::Throttling, Failure::Unknown),
    ];
    if error.is(Code::InvalidParameterCombination) && error.message.contains("No modifications were requested") {
        return Failure::NothingToModify;
    }
    if error.http_status >= 500 {
        return Failure::Unknown;
    }
    BY_CODE.iter().find(|(code, _)| error.is(*code)).map_or(Failure::Refused, |(_, failure)| *failure)
}

fn call_error(operation: Operation, subject: &str, error: ApiError) -> CallError {
    CallError {
        operation: operation.name(),
        subject: subject.to_owned(),
        failure: failure(&error),
        code: Some(error.code.into_owned()),
        message: error.message.into_owned(),
    }
}

/// Not found is an answer to a question, and an error for everything else.
fn known<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.failure == Failure::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Rds for SimulatedRds {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        known(self.call(Operation::DescribeDbInstances, identifier, |world| {
            let page =
                world.describe_instances(&DescribeInstances { identifier: Some(identifier), ..Default::default() })?;
            let missing = || ApiError::new(Code::DbInstanceNotFound, "no such instance");
            page.items.first().map(|instance| instance.facts()).ok_or_else(missing)
        }))
    }

    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        let prefix = prefix.to_lowercase();
        let (mut found, mut marker): (Vec<Instance>, Option<String>) = (Vec::new(), None);
        loop {
            let (more, next) = self.call(Operation::DescribeDbInstances, &prefix, |world| {
                let request = DescribeInstances { marker: marker.as_deref(), ..Default::default() };
                let page = world.describe_instances(&request)?;
                let ours = page.items.iter().filter(|instance| instance.identifier.starts_with(&prefix));
                Ok((ours.map(|instance| instance.facts()).collect::<Vec<_>>(), page.marker))
            })?;
            found.extend(more);
            if next.is_none() {
                return Ok(found);
            }
            marker = next;
        }
    }

    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>> {
        let own = [SnapshotType::Automated, SnapshotType::Manual].map(|kind| types.contains(&kind));
        let mut found = match own {
            [true, true] => self.listing(instance, None)?,
            [true, false] => self.listing(instance, Some(SnapshotType::Automated))?,
            [false, true] => self.listing(instance, Some(SnapshotType::Manual))?,
            [false, false] => Vec::new(),
        };
        for kind in [SnapshotType::Awsbackup, SnapshotType::Shared] {
            if types.contains(&kind) {
                found.extend(self.listing(instance, Some(kind))?);
            }
        }
        Ok(found)
    }

    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        known(self.call(Operation::DescribeDbSnapshots, identifier, |world| {
            let page =
                world.describe_snapshots(&DescribeSnapshots { snapshot: Some(identifier), ..Default::default() })?;
            let missing = || ApiError::new(Code::DbSnapshotNotFound, "no such snapshot");
            page.items.first().map(|snapshot| snapshot.facts()).ok_or_else(missing)
        }))
    }

    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        self.call(Operation::RestoreDbInstanceFromDbSnapshot, &restore.identifier, |world| {
            let request = world::Restore {
                identifier: &restore.identifier,
                snapshot: &restore.snapshot,
                parameters: &restore.parameters,
                tags: &restore.tags,
                deletion_protection: false,
            };
            Ok(world.restore(&request)?.facts())
        })
    }

    async fn modify(&self, modify: &Modify) -> Answer<()> {
        self.call(Operation::ModifyDbInstance, &modify.identifier, |world| {
            let request = world::Modify {
                identifier: &modify.identifier,
                parameters: &modify.parameters,
                disable_log_exports: &modify.disable_log_exports,
                deletion_protection: modify.deletion_protection,
                master_password: false,
                apply_immediately: modify.apply_immediately,
                allow_major_version_upgrade: modify.allow_major_version_upgrade,
            };
            world.modify(&request).map(|_| ())
        })
    }

    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.call(Operation::RebootDbInstance, identifier, |world| world.reboot(identifier).map(|_| ()))
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.call(Operation::AddTagsToResource, arn, |world| world.add_tags(arn, tags))
    }

    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.call(Operation::DeleteDbInstance, delete.identifier(), |world| {
            let request = world::Delete {
                identifier: delete.identifier(),
                skip_final_snapshot: delete.final_snapshot().is_none(),
                final_snapshot: delete.final_snapshot(),
                delete_automated_backups: true,
            };
            world.delete(&request).map(|_| ())
        })
    }

    async fn events(&self, identifier: &str, since: Timestamp) -> Answer<Vec<Event>> {
        self.call(Operation::DescribeEvents, identifier, |world| {
            let source_type = Some(world::events::Source::Instance.api_source_type());
            let request =
                DescribeEvents { source_identifier: Some(identifier), source_type, from: Some(since), to: None };
            Ok(world.describe_events(&request).into_iter().map(|event| event.facts()).collect())
        })
    }

    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>> {
        let prefix = prefix.to_lowercase();
        let (mut found, mut marker): (Vec<Snapshot>, Option<String>) = (Vec::new(), None);
        loop {
            let (more, next) = self.call(Operation::DescribeDbSnapshots, &prefix, |world| {
                let request = DescribeSnapshots {
                    snapshot_type: Some("manual"),
                    marker: marker.as_deref(),
                    ..Default::default()
                };
                let page = world.describe_snapshots(&request)?;
                let ours = page.items.iter().filter(|snapshot| snapshot.source.starts_with(&prefix));
                Ok((ours.map(|snapshot| snapshot.facts()).collect::<Vec<_>>(), page.marker))
            })?;
            found.extend(more);
            if next.is_none() {
                return Ok(found);
            }
            marker = next;
        }
    }

    async fn delete_snapshot(&self, delete: &DeleteSnapshot) -> Answer<()> {
        self.call(Operation::DeleteDbSnapshot, delete.identifier(), |world| {
            world.delete_snapshot(delete.identifier()).map(drop)
        })
    }
}

impl Usage for SimulatedRds {
    /// CloudWatch counts what it is planted to count, of instances that run.
    async fn connections(&self, instance: &str, _minutes: i64, _now: Timestamp) -> Answer<Option<i64>> {
        let world = self.world.borrow();
        let runs = |one: &&world::model::DbInstance| !matches!(classify(&one.status), Class::Stopped | Class::Failed);
        Ok(world.instances().get(&instance.to_lowercase()).filter(runs).and_then(|one| one.connections))
    }
}

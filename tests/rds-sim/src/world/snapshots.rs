//! Snapshots: those that RDS makes by itself, and those that somebody asks for.

use tag_state::facts::Tags;
use tag_state::parameter::Parameter;

use super::error::{ApiError, Code};
use super::model::{DbInstance, DbSnapshot};
use super::time::Due;
use super::{World, events, identifier, tags};

/// CreateDBSnapshot.
#[derive(Clone, Copy, Debug)]
pub struct CreateSnapshot<'a> {
    /// The instance.
    pub instance: &'a str,
    /// The snapshot's identifier.
    pub identifier: &'a str,
    /// Its tags.
    pub tags: &'a Tags,
}

impl World {
    /// CreateDBSnapshot: the instance is `backing-up` meanwhile.
    ///
    /// # Errors
    /// No such instance, one that is not available, an identifier that is taken or none, the quota.
    pub fn create_snapshot(&mut self, request: &CreateSnapshot<'_>) -> Result<&DbSnapshot, ApiError> {
        tags::check(request.tags)?;
        self.check_new_snapshot("DBSnapshotIdentifier", request.identifier)?;
        let instance = self.instance(request.instance)?;
        if instance.status != "available" {
            return Err(not_available(&instance.identifier));
        }
        let key = instance.identifier.clone();
        let snapshot = self.begin_manual_snapshot(&key, request.identifier)?;
        if !request.tags.is_empty() {
            self.snapshot_mut(&snapshot)?.tags = request.tags.clone();
        }
        "backing-up".clone_into(&mut self.instance_mut(&key)?.status);
        self.snapshot(&snapshot)
    }

    /// DeleteDBSnapshot: manual ones only.
    ///
    /// # Errors
    /// No such snapshot, one that is not manual, one that is not available.
    pub fn delete_snapshot(&mut self, named: &str) -> Result<DbSnapshot, ApiError> {
        let snapshot = self.snapshot(named)?;
        if snapshot.snapshot_type != "manual" || snapshot.status != "available" {
            let (kind, status) = (&snapshot.snapshot_type, &snapshot.status);
            let message = format!("Cannot delete the snapshot {named}: it is {kind} and {status}.");
            return Err(ApiError::new(Code::InvalidDbSnapshotState, message));
        }
        let (key, mut gone) = (snapshot.identifier.clone(), snapshot.clone());
        self.emit_of_snapshot(&key, events::SNAPSHOT_DELETED);
        self.snapshots.remove(&key);
        "deleted".clone_into(&mut gone.status);
        Ok(gone)
    }

    /// The snapshot of that identifier or ARN. Another account's is known by its ARN alone.
    pub(super) fn snapshot(&self, named: &str) -> Result<&DbSnapshot, ApiError> {
        let missing = || ApiError::new(Code::DbSnapshotNotFound, format!("DBSnapshot {named} not found."));
        let own = self.snapshot_arn("");
        let key = identifier::lower(named.strip_prefix(&own).unwrap_or(named));
        self.snapshots.get(&*key).ok_or_else(missing)
    }

    fn snapshot_mut(&mut self, key: &str) -> Result<&mut DbSnapshot, ApiError> {
        let missing = || ApiError::new(Code::DbSnapshotNotFound, format!("DBSnapshot {key} not found."));
        self.snapshots.get_mut(key).ok_or_else(missing)
    }

    /// Refuses an identifier that cannot be given to one more manual snapshot.
    pub(super) fn check_new_snapshot(&self, parameter: &str, named: &str) -> Result<(), ApiError> {
        identifier::check(parameter, named, 255)?;
        if self.snapshots.contains_key(&*identifier::lower(named)) {
            let message =
                format!("Cannot create the snapshot because a snapshot with the identifier {named} already exists.");
            return Err(ApiError::new(Code::DbSnapshotAlreadyExists, message));
        }
        if self.manual_snapshots() >= self.quotas.manual_snapshots {
            let message = format!("Cannot create more than {} manual snapshots.", self.quotas.manual_snapshots);
            return Err(ApiError::new(Code::SnapshotQuotaExceeded, message));
        }
        Ok(())
    }

    /// Begins a manual snapshot of an instance that is known to allow it, and answers its key.
    pub(super) fn begin_manual_snapshot(&mut self, instance: &str, named: &str) -> Result<String, ApiError> {
        let key = identifier::lower(named).into_owned();
        let snapshot = self.snapshot_of(self.instance(instance)?, &key, "manual");
        self.snapshots.insert(key.clone(), snapshot);
        self.emit_of_snapshot(&key, events::SNAPSHOT_CREATING);
        let due = Due::SnapshotDone { instance: instance.to_owned(), snapshot: key.clone() };
        self.schedule(self.timing.backup_seconds, due);
        Ok(key)
    }

    /// The backup that RDS makes of a new instance (it is `backing-up` already).
    pub(super) fn begin_automated_snapshot(&mut self, instance: &str) {
        let key = format!("rds:{instance}-{}", self.now.strftime("%Y-%m-%d-%H-%M"));
        let Some(source) = self.instances.get(instance) else { return };
        let snapshot = self.snapshot_of(source, &key, "automated");
        self.snapshots.insert(key.clone(), snapshot);
        self.emit_of_instance(instance, events::BACKING_UP);
        self.emit_of_snapshot(&key, events::AUTOMATED_CREATING);
        let due = Due::SnapshotDone { instance: instance.to_owned(), snapshot: key };
        self.schedule(self.timing.backup_seconds, due);
    }

    /// A snapshot as it is when it begins.
    pub(super) fn snapshot_of(&self, source: &DbInstance, key: &str, kind: &str) -> DbSnapshot {
        let copies_tags = source.flag(Parameter::CopyTagsToSnapshot);
        DbSnapshot {
            identifier: key.to_owned(),
            arn: self.snapshot_arn(key),
            source: source.identifier.clone(),
            source_resource_id: source.resource_id.clone(),
            status: "creating".to_owned(),
            snapshot_type: kind.to_owned(),
            created: None,
            original_created: None,
            instance_created: source.created,
            master_username: source.master_username.clone(),
            vpc: self.vpc_of(&source.parameters),
            kms_key: source.kms_key.clone(),
            parameters: (*source.parameters).clone(),
            tags: if copies_tags { source.tags.clone() } else { Tags::new() },
            source_tags: source.tags.clone(),
        }
    }

    pub(super) fn finish_snapshot(&mut self, instance: &str, key: &str) {
        let now = self.now;
        let Some(snapshot) = self.snapshots.get_mut(key) else { return };
        "available".clone_into(&mut snapshot.status);
        snapshot.created = Some(now);
        snapshot.original_created = Some(now);
        let automated = snapshot.snapshot_type == "automated";
        let backing_up = self.instances.get(instance).is_some_and(|instance| instance.status == "backing-up");
        if backing_up {
            self.become_available(instance);
        }
        if automated {
            self.emit_of_snapshot(key, events::AUTOMATED_CREATED);
            self.emit_of_instance(instance, events::BACKED_UP);
        } else {
            self.emit_of_snapshot(key, events::SNAPSHOT_CREATED);
        }
    }
}

/// Why there can be no snapshot now.
pub(super) fn not_available(instance: &str) -> ApiError {
    let message = format!(
        "Cannot create a snapshot because the database instance {instance} is not currently in the available state."
    );
    ApiError::new(Code::InvalidDbInstanceState, message)
}

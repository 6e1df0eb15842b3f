//! DeleteDBInstance: the final snapshot, deletion protection, and the end.

use tag_state::status::{Class, classify, final_snapshot_impossible};

use super::error::{ApiError, Code};
use super::model::DbInstance;
use super::time::Due;
use super::{World, events, snapshots};

/// DeleteDBInstance.
#[derive(Clone, Copy, Debug)]
pub struct Delete<'a> {
    /// The instance.
    pub identifier: &'a str,
    /// `SkipFinalSnapshot`.
    pub skip_final_snapshot: bool,
    /// `FinalDBSnapshotIdentifier`.
    pub final_snapshot: Option<&'a str>,
    /// `DeleteAutomatedBackups`; RDS's default is true.
    pub delete_automated_backups: bool,
}

impl World {
    /// DeleteDBInstance: the final snapshot is made while it is `deleting`; then it is gone.
    ///
    /// # Errors
    /// A protected instance, a status that does not allow it, both or neither of a final snapshot and its skipping.
    pub fn delete(&mut self, request: &Delete<'_>) -> Result<&DbInstance, ApiError> {
        let instance = self.instance(request.identifier)?;
        let combination = |message: &'static str| Err(ApiError::new(Code::InvalidParameterCombination, message));
        match (request.skip_final_snapshot, request.final_snapshot) {
            (true, Some(_)) => {
                return combination(
                    "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot",
                );
            }
            (false, None) => {
                return combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
            }
            (true, None) | (false, Some(_)) => {}
        }
        if instance.deletion_protection {
            return combination(
                "Cannot delete protected DB Instance, please disable deletion protection and try again.",
            );
        }
        let key = instance.identifier.clone();
        let class = classify(&instance.status);
        if class == Class::Going {
            let message = format!("Instance {key} is already being deleted.");
            return Err(ApiError::new(Code::InvalidDbInstanceState, message));
        }
        let mut seconds = self.timing.delete_seconds;
        let (takes_snapshot, status) = (request.final_snapshot.is_some(), instance.status.clone());
        self.check_final_snapshot(request, &key, &status)?;
        self.agenda.stop_work_on(&key);
        if let Some(named) = request.final_snapshot {
            self.begin_manual_snapshot(&key, named)?;
        }
        if takes_snapshot {
            seconds = seconds.saturating_add(self.timing.backup_seconds);
        }
        "deleting".clone_into(&mut self.instance_mut(&key)?.status);
        if request.delete_automated_backups {
            self.forget_automated_snapshots(&key);
        }
        self.schedule(seconds, Due::DeleteDone(key.clone()));
        self.instance(&key)
    }

    fn check_final_snapshot(&self, request: &Delete<'_>, key: &str, status: &str) -> Result<(), ApiError> {
        let Some(named) = request.final_snapshot else { return Ok(()) };
        let busy = match classify(status) {
            Class::Busy | Class::Going | Class::Unknown => true,
            Class::Ready | Class::Stopped | Class::Failed => false,
        };
        if busy || final_snapshot_impossible(status) {
            return Err(snapshots::not_available(key));
        }
        self.check_new_snapshot("FinalDBSnapshotIdentifier", named)
    }

    fn forget_automated_snapshots(&mut self, instance: &str) {
        let of_it = |kind: &str, source: &str| kind == "automated" && source == instance;
        let gone: Vec<String> = self
            .snapshots
            .values()
            .filter(|snapshot| of_it(&snapshot.snapshot_type, &snapshot.source))
            .map(|snapshot| snapshot.identifier.clone())
            .collect();
        for key in gone {
            self.snapshots.remove(&key);
            self.agenda.forget_snapshot(&key);
        }
    }

    pub(super) fn finish_deleting(&mut self, identifier: &str) {
        let Some(instance) = self.instances.remove(identifier) else { return };
        self.emit(events::Source::Instance, instance.identifier, instance.arn, events::DELETED);
    }
}

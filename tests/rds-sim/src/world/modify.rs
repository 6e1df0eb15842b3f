//! ModifyDBInstance and RebootDBInstance.

use std::collections::BTreeSet;
use std::sync::Arc;

use tag_state::parameter::{Parameter, Parameters, Value};
use tag_state::status::{Class, classify};

use super::error::{ApiError, Code};
use super::model::{DbInstance, GroupStatus, Modification};
use super::time::Due;
use super::{World, create, events, instance_not_found};
use crate::wire;

/// ModifyDBInstance.
#[derive(Clone, Copy, Debug)]
pub struct Modify<'a> {
    /// The instance.
    pub identifier: &'a str,
    /// The new values. `EnableCloudwatchLogsExports` holds the log types to export from now on.
    pub parameters: &'a Parameters,
    /// The log types to export no more.
    pub disable_log_exports: &'a [String],
    /// Switch deletion protection on or off.
    pub deletion_protection: Option<bool>,
    /// Whether a new master password is given.
    pub master_password: bool,
    /// Apply at once what else waits for the maintenance window.
    pub apply_immediately: bool,
    /// Consent to another major engine version.
    pub allow_major_version_upgrade: bool,
}

/// The status that an instance shows while a modification of nothing else is applied; else `modifying`.
const SPECIAL_STATUSES: &[(Parameter, &str)] = &[
    (Parameter::EnableCloudwatchLogsExports, "configuring-log-exports"),
    (Parameter::EnableIamDatabaseAuthentication, "configuring-iam-database-auth"),
    (Parameter::EngineVersion, "upgrading"),
    (Parameter::ManageMasterUserPassword, "resetting-master-credentials"),
    (Parameter::MonitoringInterval, "configuring-enhanced-monitoring"),
];

/// Statuses other than `available` in which a modification can be what helps.
const REPAIRABLE: &[&str] =
    &["incompatible-option-group", "incompatible-parameters", "storage-full", "storage-optimization"];

impl World {
    /// ModifyDBInstance: accepted values are pending, and the instance stays `available` for a while.
    /// Deletion protection changes at once.
    ///
    /// # Errors
    /// No such instance or group, a status that does not allow it, nothing to change, a bad combination.
    pub fn modify(&mut self, request: &Modify<'_>) -> Result<&DbInstance, ApiError> {
        let instance = self.instance(request.identifier)?;
        self.check_groups(request.parameters)?;
        let (key, status) = (instance.identifier.clone(), &instance.status);
        let wanted = wanted(instance, request)?;
        let mut then = (*instance.parameters).clone();
        then.extend(wanted.parameters.clone());
        if let Some(Value::Text(version)) = wanted.parameters.get(&Parameter::EngineVersion) {
            self.check_upgrade(instance, version, request.allow_major_version_upgrade)?;
        }
        self.check_change_fits(&then, &wanted.parameters)?;
        let protection = request.deletion_protection.filter(|wanted| *wanted != instance.deletion_protection);
        let allowed = match classify(status) {
            Class::Ready => true,
            Class::Busy | Class::Unknown => REPAIRABLE.contains(&&**status),
            Class::Failed | Class::Stopped => is_bare(request) || REPAIRABLE.contains(&&**status),
            Class::Going => false,
        };
        if !allowed {
            return Err(ApiError::new(Code::InvalidDbInstanceState, "Database instance is not in available state."));
        }
        let releases = request.apply_immediately && !instance.pending.is_empty();
        if wanted.is_empty() && protection.is_none() && !releases {
            return Err(ApiError::new(Code::InvalidParameterCombination, "No modifications were requested"));
        }
        let instance = self.instance_mut(&key)?;
        if let Some(protection) = protection {
            instance.deletion_protection = protection;
        }
        accept(instance, wanted, request.apply_immediately);
        let (flies, starts) = (!instance.in_flight.is_empty(), Due::ModifyStart(key.clone()));
        if flies && !instance.start_waits && !self.agenda.has(&starts) {
            self.schedule(self.timing.modify_linger_seconds, starts);
        }
        self.instance(&key)
    }

    /// RDS upgrades along the targets that it lists, and to another major version only where that is said to be meant.
    fn check_upgrade(&self, instance: &DbInstance, wanted: &str, allow_major: bool) -> Result<(), ApiError> {
        let refuse = |message: String| Err(ApiError::new(Code::InvalidParameterCombination, message));
        let (engine, has) = (instance.text(Parameter::Engine), instance.text(Parameter::EngineVersion));
        let targets = self.upgrades(engine, has);
        match targets.iter().find(|target| target.version == wanted) {
            None => refuse(format!("Cannot upgrade {engine} from {has} to {wanted}")),
            Some(target) if target.is_major && !allow_major => refuse(
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.".into(),
            ),
            Some(_) => Ok(()),
        }
    }

    /// The maintenance window comes: what waits for it begins to be applied now.
    ///
    /// # Errors
    /// No such instance.
    pub fn maintain(&mut self, identifier: &str) -> Result<(), ApiError> {
        let instance = self.instance_mut(identifier)?;
        let waiting = std::mem::take(&mut instance.pending);
        let key = instance.identifier.clone();
        if !waiting.is_empty() {
            instance.in_flight.merge(waiting);
            self.schedule(0, Due::ModifyStart(key));
        }
        Ok(())
    }

    pub(super) fn start_modifying(&mut self, identifier: &str) {
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        if instance.in_flight.is_empty() {
            return;
        }
        if instance.status != "available" && !REPAIRABLE.contains(&&*instance.status) {
            instance.start_waits = true;
            return;
        }
        applying_status(&instance.in_flight).clone_into(&mut instance.status);
        if instance.in_flight.parameters.contains_key(&Parameter::OptionGroupName) {
            instance.option_group = GroupStatus::Applying;
        }
        let group = instance.in_flight.parameters.get(&Parameter::DbParameterGroupName).cloned();
        if let Some(group) = &group {
            Arc::make_mut(&mut instance.parameters).insert(Parameter::DbParameterGroupName, group.clone());
            instance.parameter_group = GroupStatus::Applying;
        }
        let begun = announcements(instance, false);
        if let Some(group) = group {
            self.emit_of_instance(identifier, events::group_assigned(&group.to_string()));
        }
        for row in begun {
            self.emit_of_instance(identifier, row);
        }
        self.schedule(self.timing.modify_seconds, Due::ModifyDone(identifier.to_owned()));
    }

    pub(super) fn finish_modifying(&mut self, identifier: &str) {
        let Some(instance) = self.instances.get(identifier) else { return };
        let finished = announcements(instance, true);
        let manage = instance.in_flight.parameters.get(&Parameter::ManageMasterUserPassword).cloned();
        let mut new_values = (*instance.parameters).clone();
        new_values.extend(instance.in_flight.parameters.clone());
        let (resource_id, had) = (instance.resource_id.clone(), instance.secret.clone());
        let secret = match manage {
            Some(Value::Flag(true)) => Some(self.make_secret(identifier, &resource_id, &new_values)),
            Some(_) => None,
            None => had,
        };
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        let done = std::mem::take(&mut instance.in_flight);
        instance.parameters = new_values.into();
        instance.secret = secret;
        if done.parameters.contains_key(&Parameter::OptionGroupName) {
            instance.option_group = GroupStatus::InSync;
        }
        let regrouped = done.parameters.contains_key(&Parameter::DbParameterGroupName);
        if regrouped {
            instance.parameter_group = GroupStatus::PendingReboot;
        }
        self.become_available(identifier);
        for row in finished {
            self.emit_of_instance(identifier, row);
        }
        if regrouped {
            self.emit_of_instance(identifier, events::GROUP_UPDATED);
        }
    }

    /// RebootDBInstance.
    ///
    /// # Errors
    /// No such instance, or one that is not available.
    pub fn reboot(&mut self, identifier: &str) -> Result<&DbInstance, ApiError> {
        let instance = self.instance_mut(identifier)?;
        if instance.status != "available" && instance.status != "incompatible-parameters" {
            let message = format!("Instance {} is not in available state.", instance.identifier);
            return Err(ApiError::new(Code::InvalidDbInstanceState, message));
        }
        "rebooting".clone_into(&mut instance.status);
        let key = instance.identifier.clone();
        self.emit_of_instance(&key, events::SHUTDOWN);
        self.schedule(self.timing.reboot_seconds, Due::RebootDone(key.clone()));
        self.instances.get(&key).ok_or_else(|| instance_not_found(identifier))
    }

    pub(super) fn finish_reboot(&mut self, identifier: &str) {
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        instance.parameter_group = GroupStatus::InSync;
        self.become_available(identifier);
        self.emit_of_instance(identifier, events::RESTARTED);
    }
}

/// Whether nothing but deletion protection is asked for.
fn is_bare(request: &Modify<'_>) -> bool {
    request.parameters.is_empty() && request.disable_log_exports.is_empty() && !request.master_password
}

/// What of the request is not so already, nor on its way.
fn wanted(instance: &DbInstance, request: &Modify<'_>) -> Result<Modification, ApiError> {
    let mut wanted = Modification { parameters: Parameters::new(), master_password: request.master_password };
    let coming = |parameter: &Parameter| {
        let of = |parameters: &Parameters| parameters.get(parameter).cloned();
        of(&instance.in_flight.parameters)
            .or_else(|| of(&instance.pending.parameters))
            .or_else(|| of(&instance.parameters))
    };
    let mut asked = request.parameters.clone();
    let enabled = asked.remove(&Parameter::EnableCloudwatchLogsExports);
    if enabled.is_some() || !request.disable_log_exports.is_empty() {
        let mut types = names(coming(&Parameter::EnableCloudwatchLogsExports));
        types.extend(names(enabled));
        types.retain(|name| !request.disable_log_exports.contains(name));
        asked.insert(Parameter::EnableCloudwatchLogsExports, Value::List(types));
    }
    for (parameter, value) in asked {
        if !parameter.modifiable() {
            let message = format!("{parameter} cannot be modified");
            return Err(ApiError::new(Code::InvalidParameterCombination, message));
        }
        let empty = value == Value::List(BTreeSet::new());
        match coming(&parameter) {
            Some(had) if had.satisfies(&value) => {}
            None if empty => {}
            Some(_) | None => {
                wanted.parameters.insert(parameter, value);
            }
        }
    }
    check_change(instance, &wanted)?;
    Ok(wanted)
}

fn names(value: Option<Value>) -> BTreeSet<String> {
    match value {
        Some(Value::List(names)) => names,
        Some(Value::Text(_) | Value::Flag(_) | Value::Number(_)) | None => BTreeSet::new(),
    }
}

fn check_change(instance: &DbInstance, wanted: &Modification) -> Result<(), ApiError> {
    let refuse = |message: &'static str| Err(ApiError::new(Code::InvalidParameterCombination, message));
    let managed = instance.flag(Parameter::ManageMasterUserPassword);
    let manage = wanted.parameters.get(&Parameter::ManageMasterUserPassword);
    if wanted.master_password && (manage == Some(&Value::Flag(true)) || managed && manage.is_none()) {
        return refuse("You can't specify MasterUserPassword for an instance whose password is managed.");
    }
    let key = wanted.parameters.contains_key(&Parameter::MasterUserSecretKmsKeyId);
    if key && managed && manage.is_none() {
        return refuse("You can't change the KMS key of the secret of an instance whose password is managed already.");
    }
    if key && !managed && manage.is_none() {
        return refuse("A KMS key for the secret is only valid together with ManageMasterUserPassword.");
    }
    let size = create::number(&wanted.parameters, Parameter::AllocatedStorage);
    if size.is_some_and(|size| size < instance.number(Parameter::AllocatedStorage)) {
        return refuse("Invalid storage size for engine name: the new size must not be less than the current one.");
    }
    let mut then = (*instance.parameters).clone();
    then.remove(&Parameter::AvailabilityZone);
    then.extend(wanted.parameters.clone());
    create::check_combinations(&then)
}

/// Puts accepted values where they belong.
fn accept(instance: &mut DbInstance, wanted: Modification, apply_immediately: bool) {
    if apply_immediately {
        let waiting = std::mem::take(&mut instance.pending);
        instance.in_flight.merge(waiting);
        instance.in_flight.merge(wanted);
    } else {
        for (parameter, value) in wanted.parameters {
            let waits = wire::names(parameter).pending.is_some() || parameter == Parameter::OptionGroupName;
            let heap = if waits { &mut instance.pending } else { &mut instance.in_flight };
            heap.parameters.insert(parameter, value);
        }
        instance.in_flight.master_password |= wanted.master_password;
        if instance.pending.parameters.contains_key(&Parameter::OptionGroupName) {
            instance.option_group = GroupStatus::PendingApply;
        }
    }
}

fn applying_status(modification: &Modification) -> &'static str {
    let asks_for = |parameter: &Parameter| modification.parameters.contains_key(parameter);
    let plain = if modification.master_password { "resetting-master-credentials" } else { "modifying" };
    if modification.parameters.len() > 1 {
        return "modifying";
    }
    SPECIAL_STATUSES.iter().find(|(parameter, _)| asks_for(parameter)).map_or(plain, |(_, status)| status)
}

/// The events at the beginning or the end of what is in flight.
fn announcements(instance: &DbInstance, finished: bool) -> Vec<events::Row> {
    let new = &instance.in_flight;
    let mut rows = Vec::new();
    let changes = |parameter: Parameter| new.parameters.contains_key(&parameter);
    if changes(Parameter::DbInstanceClass) {
        rows.push(if finished { events::CLASS_APPLIED } else { events::CLASS_APPLYING });
    }
    let storage = [Parameter::AllocatedStorage, Parameter::StorageType, Parameter::Iops, Parameter::StorageThroughput];
    if storage.into_iter().any(changes) {
        rows.push(if finished { events::STORAGE_APPLIED } else { events::STORAGE_APPLYING });
    }
    match (new.parameters.get(&Parameter::MultiAz), finished) {
        (Some(Value::Flag(true)), false) => rows.push(events::MULTI_AZ_APPLYING),
        (Some(Value::Flag(true)), true) => rows.push(events::MULTI_AZ_APPLIED),
        (Some(_), false) => rows.push(events::SINGLE_AZ_APPLYING),
        (Some(_), true) => rows.push(events::SINGLE_AZ_APPLIED),
        (None, _) => {}
    }
    if !finished {
        return rows;
    }
    if new.master_password || changes(Parameter::ManageMasterUserPassword) {
        rows.push(events::PASSWORD_RESET);
    }
    if let Some(seconds) = create::number(&new.parameters, Parameter::MonitoringInterval) {
        rows.push(events::monitoring_changed(seconds));
    }
    match (
        instance.number(Parameter::BackupRetentionPeriod),
        create::number(&new.parameters, Parameter::BackupRetentionPeriod),
    ) {
        (0, Some(days)) if days > 0 => rows.push(events::BACKUPS_ON),
        (days, Some(0)) if days > 0 => rows.push(events::BACKUPS_OFF),
        (_, Some(_) | None) => {}
    }
    rows
}

//! CreateDBInstance and RestoreDBInstanceFromDBSnapshot: how an instance comes to be.

use std::collections::BTreeSet;

use tag_state::facts::Tags;
use tag_state::parameter::{Parameter, Parameters, Value};

use super::error::{ApiError, Code};
use super::model::{DbInstance, GroupStatus, MasterUserSecret, Modification};
use super::time::Due;
use super::{World, engine, events, identifier, tags};

/// RestoreDBInstanceFromDBSnapshot.
#[derive(Clone, Copy, Debug)]
pub struct Restore<'a> {
    /// The new instance's identifier.
    pub identifier: &'a str,
    /// The snapshot's identifier or ARN.
    pub snapshot: &'a str,
    /// What shall differ from the snapshot.
    pub parameters: &'a Parameters,
    /// Its tags; without any it gets those which the snapshot's instance had.
    pub tags: &'a Tags,
    /// Whether to protect it from deletion.
    pub deletion_protection: bool,
}

/// CreateDBInstance.
#[derive(Clone, Copy, Debug)]
pub struct Create<'a> {
    /// The new instance's identifier.
    pub identifier: &'a str,
    /// Its settings; engine and class must be among them.
    pub parameters: &'a Parameters,
    /// Its tags.
    pub tags: &'a Tags,
    /// `MasterUsername`.
    pub master_username: &'a str,
    /// Whether to protect it from deletion.
    pub deletion_protection: bool,
}

/// What a restore never takes over from the snapshot (RDS API reference): it takes these from the request,
/// else a default.
const NOT_RESTORED: &[Parameter] = &[
    Parameter::AvailabilityZone,
    Parameter::CopyTagsToSnapshot,
    Parameter::DbParameterGroupName,
    Parameter::DbSubnetGroupName,
    Parameter::EnableCloudwatchLogsExports,
    Parameter::EnableIamDatabaseAuthentication,
    Parameter::EnablePerformanceInsights,
    Parameter::ManageMasterUserPassword,
    Parameter::MasterUserSecretKmsKeyId,
    Parameter::MaxAllocatedStorage,
    Parameter::MonitoringInterval,
    Parameter::MonitoringRoleArn,
    Parameter::MultiAz,
    Parameter::PreferredMaintenanceWindow,
    Parameter::PubliclyAccessible,
    Parameter::VpcSecurityGroupIds,
];

/// The one that every VPC has, by a name that stands for its id.
pub(super) const DEFAULT_SECURITY_GROUP: &str = "sg-default";

pub(super) fn text(parameters: &Parameters, parameter: Parameter) -> Option<&str> {
    match parameters.get(&parameter) {
        Some(Value::Text(text)) => Some(text),
        Some(Value::Flag(_) | Value::Number(_) | Value::List(_)) | None => None,
    }
}

pub(super) fn number(parameters: &Parameters, parameter: Parameter) -> Option<i64> {
    match parameters.get(&parameter) {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Flag(_) | Value::Text(_) | Value::List(_)) | None => None,
    }
}

/// Combinations that RDS refuses, of what an instance would then have.
pub(super) fn check_combinations(parameters: &Parameters) -> Result<(), ApiError> {
    let multi_az = parameters.get(&Parameter::MultiAz) == Some(&Value::Flag(true));
    let wrong = if multi_az && parameters.contains_key(&Parameter::AvailabilityZone) {
        "Requesting a specific availability zone is not valid for Multi-AZ instances."
    } else if number(parameters, Parameter::MonitoringInterval).is_some_and(|seconds| seconds > 0)
        && !parameters.contains_key(&Parameter::MonitoringRoleArn)
    {
        "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
    } else if number(parameters, Parameter::MonitoringInterval)
        .is_some_and(|seconds| ![0, 1, 5, 10, 15, 30, 60].contains(&seconds))
    {
        "Invalid monitoring interval: it must be 0, 1, 5, 10, 15, 30 or 60 seconds."
    } else {
        return Ok(());
    };
    Err(ApiError::new(Code::InvalidParameterCombination, wrong))
}

impl World {
    /// RestoreDBInstanceFromDBSnapshot: answers the instance, `creating`.
    ///
    /// # Errors
    /// Those that the API model lists for the restore, as far as the world knows what they are about.
    pub fn restore(&mut self, request: &Restore<'_>) -> Result<&DbInstance, ApiError> {
        self.check_new(request.identifier, request.parameters, request.tags)?;
        let snapshot = self.snapshot(request.snapshot)?;
        if snapshot.status != "available" {
            let message = format!("DB snapshot {} is {}, not available.", snapshot.identifier, snapshot.status);
            return Err(ApiError::new(Code::InvalidDbSnapshotState, message));
        }
        let mut parameters = snapshot.parameters.clone();
        parameters.retain(|parameter, _| !NOT_RESTORED.contains(parameter));
        let least = number(&parameters, Parameter::AllocatedStorage).unwrap_or(0);
        if number(request.parameters, Parameter::AllocatedStorage).is_some_and(|size| size < least) {
            let message = "The allocated storage size can't be less than the source snapshot or backup size.";
            return Err(ApiError::new(Code::InvalidParameterValue, message));
        }
        let is_sql_server = text(&parameters, Parameter::Engine).is_some_and(|name| name.starts_with("sqlserver-"));
        if is_sql_server && request.parameters.contains_key(&Parameter::AllocatedStorage) {
            let message = "The allocated storage can't be specified at the restore of a SQL Server DB snapshot.";
            return Err(ApiError::new(Code::InvalidParameterCombination, message));
        }
        let tags = if request.tags.is_empty() { snapshot.source_tags.clone() } else { request.tags.clone() };
        let restored_from = Some(snapshot.identifier.clone());
        let master_username = snapshot.master_username.clone();
        let kms_key = snapshot.kms_key.clone();
        self.check_storage_key(kms_key.as_deref())?;
        let another = text(request.parameters, Parameter::StorageType)
            .is_some_and(|wanted| text(&parameters, Parameter::StorageType) != Some(wanted));
        if another {
            // They were those of the other type.
            parameters.retain(|parameter, _| !matches!(parameter, Parameter::Iops | Parameter::StorageThroughput));
        }
        parameters.extend(request.parameters.iter().map(|(parameter, value)| (*parameter, value.clone())));
        self.upgrade(&mut parameters);
        self.fill_in_defaults(&mut parameters);
        self.check_new_fits(&parameters, request.parameters)?;
        let ends_in = self.next_restore.take();
        let seconds = self.timing.restore_seconds;
        let instance = self.begin(request.identifier, parameters, tags, &master_username);
        instance.deletion_protection = request.deletion_protection;
        instance.kms_key = kms_key;
        instance.restored_from = restored_from;
        instance.ends_in = ends_in;
        let key = instance.identifier.clone();
        self.schedule(seconds, Due::Created(key.clone()));
        self.instance(&key)
    }

    /// CreateDBInstance: answers the instance, `creating`.
    ///
    /// # Errors
    /// The identifier is taken or none, a group is missing, the quota is reached, a value is wrong.
    pub fn create(&mut self, request: &Create<'_>) -> Result<&DbInstance, ApiError> {
        self.check_new(request.identifier, request.parameters, request.tags)?;
        let seconds = self.timing.create_seconds;
        let (mut parameters, tags) = (request.parameters.clone(), request.tags.clone());
        self.fill_in_defaults(&mut parameters);
        self.check_new_fits(&parameters, request.parameters)?;
        let instance = self.begin(request.identifier, parameters, tags, request.master_username);
        instance.deletion_protection = request.deletion_protection;
        let key = instance.identifier.clone();
        self.schedule(seconds, Due::Created(key.clone()));
        self.instance(&key)
    }

    /// What both calls, and planting, refuse.
    pub(super) fn check_new(&self, named: &str, parameters: &Parameters, tags: &Tags) -> Result<(), ApiError> {
        identifier::check("DBInstanceIdentifier", named, 63)?;
        if let Some(name) = text(parameters, Parameter::Engine)
            && engine::engine(name).is_none()
        {
            return Err(ApiError::new(Code::InvalidParameterValue, format!("Invalid DB engine: {name}")));
        }
        tags::check(tags)?;
        check_combinations(parameters)?;
        if self.instances.contains_key(&*identifier::lower(named)) {
            return Err(ApiError::new(Code::DbInstanceAlreadyExists, "DB instance already exists"));
        }
        self.check_groups(parameters)?;
        if self.instances.len() >= self.quotas.instances {
            let message = "Instance quota exceeded: cannot have more DB instances in this region.";
            return Err(ApiError::new(Code::InstanceQuotaExceeded, message));
        }
        Ok(())
    }

    /// A version that is offered no more becomes a newer one of its family.
    fn upgrade(&self, parameters: &mut Parameters) {
        let (Some(name), Some(version)) =
            (text(parameters, Parameter::Engine), text(parameters, Parameter::EngineVersion))
        else {
            return;
        };
        let becomes = self.version_at_restore(name, version);
        parameters.insert(Parameter::EngineVersion, Value::Text(becomes));
    }

    fn check_storage_key(&self, key: Option<&str>) -> Result<(), ApiError> {
        let Some(key) = key else { return Ok(()) };
        if self.surroundings.storage_key(key).is_some_and(|key| key.enabled && key.encrypts) {
            return Ok(());
        }
        let message = format!(
            "The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."
        );
        Err(ApiError::new(Code::KmsKeyNotAccessible, message))
    }

    /// Puts a new instance into the world, `creating`, with defaults for whatever is not given.
    pub(super) fn begin(
        &mut self,
        named: &str,
        mut parameters: Parameters,
        tags: Tags,
        master_username: &str,
    ) -> &mut DbInstance {
        let identifier = identifier::lower(named).into_owned();
        self.fill_in_defaults(&mut parameters);
        let resource_id = self.make_resource_id();
        let secret = (parameters.get(&Parameter::ManageMasterUserPassword) == Some(&Value::Flag(true)))
            .then(|| self.make_secret(&identifier, &resource_id, &parameters));
        let instance = DbInstance {
            arn: self.instance_arn(&identifier),
            resource_id,
            status: "creating".to_owned(),
            created: None,
            address: None,
            master_username: master_username.to_owned(),
            secret,
            connections: Some(0),
            parameters: parameters.into(),
            parameter_group: GroupStatus::InSync,
            option_group: GroupStatus::InSync,
            deletion_protection: false,
            kms_key: None,
            tags,
            pending: Modification::default(),
            in_flight: Modification::default(),
            start_waits: false,
            ends_in: None,
            restored_from: None,
            identifier: identifier.clone(),
        };
        self.instances.entry(identifier).insert_entry(instance).into_mut()
    }

    /// A secret that is being created.
    pub(super) fn make_secret(
        &mut self,
        identifier: &str,
        resource_id: &str,
        parameters: &Parameters,
    ) -> MasterUserSecret {
        let kms_key_id = text(parameters, Parameter::MasterUserSecretKmsKeyId).unwrap_or("alias/aws/secretsmanager");
        self.schedule(self.timing.secret_seconds, Due::SecretReady(identifier.to_owned()));
        let arn = self.secret_arn(resource_id);
        MasterUserSecret { arn, kms_key_id: kms_key_id.to_owned(), status: "creating".to_owned() }
    }

    pub(super) fn finish_secret(&mut self, identifier: &str) {
        let secret = self.instances.get_mut(identifier).and_then(|instance| instance.secret.as_mut());
        if let Some(secret) = secret.filter(|secret| secret.status == "creating") {
            "active".clone_into(&mut secret.status);
        }
    }

    fn fill_in_defaults(&self, parameters: &mut Parameters) {
        let name = text(parameters, Parameter::Engine).unwrap_or("postgres").to_owned();
        let engine = engine::engine(&name);
        let known = text(parameters, Parameter::EngineVersion).map(str::to_owned);
        let version = known.unwrap_or_else(|| engine.map_or("1.0", |engine| engine.version).to_owned());
        let said = |text: &str| Value::Text(text.to_owned());
        let defaults = [
            (Parameter::AllocatedStorage, Value::Number(100)),
            (Parameter::AutoMinorVersionUpgrade, Value::Flag(true)),
            (Parameter::AvailabilityZone, Value::Text(format!("{}a", self.settings.region))),
            (Parameter::BackupRetentionPeriod, Value::Number(1)),
            (Parameter::CaCertificateIdentifier, said("rds-ca-rsa2048-g1")),
            (Parameter::CopyTagsToSnapshot, Value::Flag(false)),
            (Parameter::DbInstanceClass, said("db.t4g.medium")),
            (Parameter::DbParameterGroupName, Value::Text(engine::default_parameter_group(&name, &version))),
            (Parameter::DbSubnetGroupName, said("default")),
            (Parameter::EnableCloudwatchLogsExports, Value::List(BTreeSet::new())),
            (Parameter::EnableIamDatabaseAuthentication, Value::Flag(false)),
            (Parameter::EnablePerformanceInsights, Value::Flag(false)),
            (Parameter::LicenseModel, said(engine.map_or("license-included", |engine| engine.license))),
            (Parameter::ManageMasterUserPassword, Value::Flag(false)),
            (Parameter::MonitoringInterval, Value::Number(0)),
            (Parameter::MultiAz, Value::Flag(false)),
            (Parameter::OptionGroupName, Value::Text(engine::default_option_group(&name, &version))),
            (Parameter::Port, Value::Number(engine.map_or(5432, |engine| engine.port))),
            (Parameter::PreferredBackupWindow, said("07:00-07:30")),
            (Parameter::PreferredMaintenanceWindow, said("sun:04:00-sun:04:30")),
            (Parameter::PubliclyAccessible, Value::Flag(false)),
            (Parameter::StorageType, said("gp3")),
            (Parameter::VpcSecurityGroupIds, Value::List([DEFAULT_SECURITY_GROUP.to_owned()].into())),
            (Parameter::Engine, Value::Text(name)),
            (Parameter::EngineVersion, Value::Text(version)),
        ];
        for (parameter, value) in defaults {
            parameters.entry(parameter).or_insert(value);
        }
    }

    /// `creating` ends: in a failure that was ordered, else in the first backup, else in `available`.
    pub(super) fn finish_creating(&mut self, identifier: &str) {
        let (now, address) = (self.now, self.address_of(identifier));
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        if let Some(status) = instance.ends_in.take() {
            self.fall_into(identifier, &status);
            return;
        }
        instance.created = Some(now);
        instance.address = Some(address);
        let backs_up = instance.number(Parameter::BackupRetentionPeriod) > 0;
        let restored_from = instance.restored_from.clone();
        if backs_up {
            "backing-up".clone_into(&mut instance.status);
        } else {
            "available".clone_into(&mut instance.status);
        }
        self.emit_of_instance(identifier, events::CREATED);
        if let Some(snapshot) = restored_from {
            self.emit_of_instance(identifier, events::restored(&snapshot));
        }
        if backs_up {
            self.begin_automated_snapshot(identifier);
        }
    }

    /// Puts an instance into a status by force: whatever RDS was doing with it stops.
    /// It gets its endpoint and creation time where the status means that it has run.
    pub(super) fn fall_into(&mut self, identifier: &str, status: &str) {
        self.agenda.stop_work_on(identifier);
        let (now, address) = (self.now, self.address_of(identifier));
        let Some(instance) = self.instances.get_mut(identifier) else { return };
        let was_stopped = matches!(&*instance.status, "stopped" | "starting");
        let never_ran = matches!(
            status,
            "creating"
                | "failed"
                | "restore-error"
                | "incompatible-restore"
                | "incompatible-network"
                | "insufficient-capacity"
        );
        if !never_ran {
            instance.created.get_or_insert(now);
            instance.address.get_or_insert(address);
        }
        status.clone_into(&mut instance.status);
        // What was being applied goes on when it is available again.
        instance.start_waits = !instance.in_flight.is_empty();
        let option_group = instance.text(Parameter::OptionGroupName).to_owned();
        if let Some(row) = events::fallen_into(status, identifier, &option_group) {
            self.emit_of_instance(identifier, row);
        } else if status == "available" {
            if was_stopped {
                self.emit_of_instance(identifier, events::STARTED);
            }
            self.become_available(identifier);
        }
    }
}

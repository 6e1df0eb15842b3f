//! Between RDS's types and the facts and parameters of the pure crate. Every parameter stands in each of the
//! three matches, so that a new one cannot be forgotten in any of them.

use std::collections::BTreeSet;

use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;
use aws_sdk_rds::operation::restore_db_instance_from_db_snapshot::builders::RestoreDBInstanceFromDBSnapshotFluentBuilder;
use aws_sdk_rds::primitives::DateTime;
use aws_sdk_rds::types::{
    CloudwatchLogsExportConfiguration, DbInstance, DbSnapshot, Event as Told, PendingModifiedValues, Tag,
};
use jiff::Timestamp;
use tag_state::calls::Modify;
use tag_state::facts::{Event, Instance, Secret, Snapshot, Tags};
use tag_state::parameter::{Parameter, Parameters, Value};

/// An instance as described; what RDS does not show stays empty.
pub(super) fn instance(described: &DbInstance) -> Instance {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Instance {
        identifier: text(described.db_instance_identifier()),
        arn: text(described.db_instance_arn()),
        resource_id: text(described.dbi_resource_id()),
        status: text(described.db_instance_status()),
        created: described.instance_create_time().and_then(timestamp),
        address: described.endpoint().and_then(|endpoint| endpoint.address()).map(ToOwned::to_owned),
        engine: text(described.engine()),
        engine_version: text(described.engine_version()),
        actual: Parameter::ALL
            .iter()
            .filter_map(|parameter| Some((*parameter, actual(described, *parameter)?)))
            .collect::<Parameters>()
            .into(),
        pending: described.pending_modified_values().map(pending).unwrap_or_default(),
        parameter_group_statuses: described
            .db_parameter_groups()
            .iter()
            .filter_map(|group| group.parameter_apply_status())
            .map(ToOwned::to_owned)
            .collect(),
        option_group_statuses: described
            .option_group_memberships()
            .iter()
            .filter_map(|group| group.status())
            .map(ToOwned::to_owned)
            .collect(),
        deletion_protection: described.deletion_protection().unwrap_or(false),
        secret: described.master_user_secret().map(|secret| Secret {
            arn: text(secret.secret_arn()),
            status: text(secret.secret_status()),
            key: secret.kms_key_id().map(ToOwned::to_owned),
        }),
        tags: tags(described.tag_list()),
    }
}

/// An event as described; `None` where RDS does not say when it was.
pub(super) fn event(described: &Told) -> Option<Event> {
    Some(Event {
        at: described.date().and_then(timestamp)?,
        id: None,
        categories: described.event_categories().to_vec(),
        message: described.message().unwrap_or_default().to_owned(),
    })
}

/// A snapshot as described.
pub(super) fn snapshot(described: &DbSnapshot) -> Snapshot {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Snapshot {
        identifier: text(described.db_snapshot_identifier()),
        arn: text(described.db_snapshot_arn()),
        source: text(described.db_instance_identifier()),
        status: text(described.status()),
        snapshot_type: text(described.snapshot_type()),
        created: described
            .original_snapshot_create_time()
            .or_else(|| described.snapshot_create_time())
            .and_then(timestamp),
        engine: text(described.engine()),
        engine_version: text(described.engine_version()),
        allocated_storage: described.allocated_storage().map(i64::from),
        storage_type: described.storage_type().map(ToOwned::to_owned),
        iops: described.iops().map(i64::from),
        throughput: described.storage_throughput().map(i64::from),
        port: described.port().map(i64::from),
        zone: described.availability_zone().map(ToOwned::to_owned),
        vpc: described.vpc_id().map(ToOwned::to_owned),
        option_group: described.option_group_name().map(ToOwned::to_owned),
        kms_key: described.kms_key_id().map(ToOwned::to_owned),
        license: described.license_model().map(ToOwned::to_owned),
        encrypted: described.encrypted().unwrap_or(false),
        resource_id: text(described.dbi_resource_id()),
        tags: tags(described.tag_list()),
    }
}

fn tags(list: &[Tag]) -> Tags {
    list.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))).collect()
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(time.subsec_nanos()).ok()?;
    Timestamp::new(time.secs(), nanoseconds).ok()
}

/// What an instance has of a parameter; `None` where RDS does not show it. Lists are always shown: RDS leaves
/// out empty ones.
fn actual(of: &DbInstance, parameter: Parameter) -> Option<Value> {
    let text = |value: Option<&str>| value.map(|value| Value::Text(value.to_owned()));
    let number = |value: Option<i32>| value.map(|value| Value::Number(value.into()));
    let flag = |value: Option<bool>| value.map(Value::Flag);
    match parameter {
        Parameter::AllocatedStorage => number(of.allocated_storage()),
        Parameter::AutoMinorVersionUpgrade => flag(of.auto_minor_version_upgrade()),
        Parameter::AvailabilityZone => text(of.availability_zone()),
        Parameter::BackupRetentionPeriod => number(of.backup_retention_period()),
        Parameter::CaCertificateIdentifier => text(of.ca_certificate_identifier()),
        Parameter::CopyTagsToSnapshot => flag(of.copy_tags_to_snapshot()),
        Parameter::DbInstanceClass => text(of.db_instance_class()),
        Parameter::DbParameterGroupName => {
            text(of.db_parameter_groups().first().and_then(|group| group.db_parameter_group_name()))
        }
        Parameter::DbSubnetGroupName => text(of.db_subnet_group().and_then(|group| group.db_subnet_group_name())),
        Parameter::EnableCloudwatchLogsExports => {
            Some(Value::List(of.enabled_cloudwatch_logs_exports().iter().cloned().collect()))
        }
        Parameter::EnableIamDatabaseAuthentication => flag(of.iam_database_authentication_enabled()),
        Parameter::EnablePerformanceInsights => flag(of.performance_insights_enabled()),
        Parameter::Engine => text(of.engine()),
        Parameter::EngineVersion => text(of.engine_version()),
        Parameter::Iops => number(of.iops()),
        Parameter::LicenseModel => text(of.license_model()),
        // There is a secret exactly where RDS manages the password.
        Parameter::ManageMasterUserPassword => Some(Value::Flag(of.master_user_secret().is_some())),
        Parameter::MasterUserSecretKmsKeyId => text(of.master_user_secret().and_then(|secret| secret.kms_key_id())),
        Parameter::MaxAllocatedStorage => number(of.max_allocated_storage()),
        Parameter::MonitoringInterval => number(of.monitoring_interval()),
        Parameter::MonitoringRoleArn => text(of.monitoring_role_arn()),
        Parameter::MultiAz => flag(of.multi_az()),
        Parameter::OptionGroupName => {
            text(of.option_group_memberships().first().and_then(|group| group.option_group_name()))
        }
        // DbInstancePort is 0 but for members of a cluster; the endpoint tells the port.
        Parameter::Port => number(
            of.endpoint()
                .and_then(|endpoint| endpoint.port())
                .or_else(|| of.db_instance_port().filter(|port| *port != 0)),
        ),
        Parameter::PreferredBackupWindow => text(of.preferred_backup_window()),
        Parameter::PreferredMaintenanceWindow => text(of.preferred_maintenance_window()),
        Parameter::PubliclyAccessible => flag(of.publicly_accessible()),
        Parameter::StorageThroughput => number(of.storage_throughput()),
        Parameter::StorageType => text(of.storage_type()),
        Parameter::VpcSecurityGroupIds => Some(Value::List(
            of.vpc_security_groups()
                .iter()
                .filter_map(|group| group.vpc_security_group_id())
                .map(ToOwned::to_owned)
                .collect(),
        )),
    }
}

/// The names, as the API spells them, of what stands in `PendingModifiedValues`. (The SDK's struct is open, so
/// the compiler cannot tell of a field that a newer SDK adds.)
fn pending(values: &PendingModifiedValues) -> BTreeSet<String> {
    let exports = values
        .pending_cloudwatch_logs_exports()
        .is_some_and(|exports| !exports.log_types_to_enable().is_empty() || !exports.log_types_to_disable().is_empty());
    [
        ("AdditionalStorageVolumes", !values.additional_storage_volumes().is_empty()),
        ("AllocatedStorage", values.allocated_storage().is_some()),
        ("AutomationMode", values.automation_mode().is_some()),
        ("BackupRetentionPeriod", values.backup_retention_period().is_some()),
        ("CACertificateIdentifier", values.ca_certificate_identifier().is_some()),
        ("DBCapacityReservationIdentifier", values.db_capacity_reservation_identifier().is_some()),
        ("DBInstanceClass", values.db_instance_class().is_some()),
        ("DBInstanceIdentifier", values.db_instance_identifier().is_some()),
        ("DBSubnetGroupName", values.db_subnet_group_name().is_some()),
        ("DedicatedLogVolume", values.dedicated_log_volume().is_some()),
        ("Engine", values.engine().is_some()),
        ("EngineVersion", values.engine_version().is_some()),
        ("IAMDatabaseAuthenticationEnabled", values.iam_database_authentication_enabled().is_some()),
        ("Iops", values.iops().is_some()),
        ("LicenseModel", values.license_model().is_some()),
        ("MasterUserPassword", values.master_user_password().is_some()),
        ("MultiAZ", values.multi_az().is_some()),
        ("MultiTenant", values.multi_tenant().is_some()),
        ("PendingCloudwatchLogsExports", exports),
        ("Port", values.port().is_some()),
        ("ProcessorFeatures", !values.processor_features().is_empty()),
        ("ResumeFullAutomationModeTime", values.resume_full_automation_mode_time().is_some()),
        ("StorageThroughput", values.storage_throughput().is_some()),
        ("StorageType", values.storage_type().is_some()),
    ]
    .into_iter()
    .filter(|(_, is_set)| *is_set)
    .map(|(name, _)| name.to_owned())
    .collect()
}

/// Puts a wanted setting into the restore call.
///
/// # Errors
/// Says why it cannot be: RDS's call does not take it, or its value has another shape than the parameter.
pub(super) fn restore(
    request: RestoreDBInstanceFromDBSnapshotFluentBuilder,
    parameter: Parameter,
    value: &Value,
) -> Result<RestoreDBInstanceFromDBSnapshotFluentBuilder, String> {
    let value = Wanted { parameter, value };
    Ok(match parameter {
        Parameter::AllocatedStorage => request.allocated_storage(value.number()?),
        Parameter::AutoMinorVersionUpgrade => request.auto_minor_version_upgrade(value.flag()?),
        Parameter::AvailabilityZone => request.availability_zone(value.text()?),
        Parameter::BackupRetentionPeriod => request.backup_retention_period(value.number()?),
        Parameter::CaCertificateIdentifier => request.ca_certificate_identifier(value.text()?),
        Parameter::CopyTagsToSnapshot => request.copy_tags_to_snapshot(value.flag()?),
        Parameter::DbInstanceClass => request.db_instance_class(value.text()?),
        Parameter::DbParameterGroupName => request.db_parameter_group_name(value.text()?),
        Parameter::DbSubnetGroupName => request.db_subnet_group_name(value.text()?),
        Parameter::EnableCloudwatchLogsExports => request.set_enable_cloudwatch_logs_exports(Some(value.list()?)),
        Parameter::EnableIamDatabaseAuthentication => request.enable_iam_database_authentication(value.flag()?),
        Parameter::Engine => request.engine(value.text()?),
        Parameter::Iops => request.iops(value.number()?),
        Parameter::LicenseModel => request.license_model(value.text()?),
        Parameter::MultiAz => request.multi_az(value.flag()?),
        Parameter::OptionGroupName => request.option_group_name(value.text()?),
        Parameter::Port => request.port(value.number()?),
        Parameter::PreferredBackupWindow => request.preferred_backup_window(value.text()?),
        Parameter::PubliclyAccessible => request.publicly_accessible(value.flag()?),
        Parameter::StorageThroughput => request.storage_throughput(value.number()?),
        Parameter::StorageType => request.storage_type(value.text()?),
        Parameter::VpcSecurityGroupIds => request.set_vpc_security_group_ids(Some(value.list()?)),
        Parameter::EnablePerformanceInsights
        | Parameter::EngineVersion
        | Parameter::ManageMasterUserPassword
        | Parameter::MasterUserSecretKmsKeyId
        | Parameter::MaxAllocatedStorage
        | Parameter::MonitoringInterval
        | Parameter::MonitoringRoleArn
        | Parameter::PreferredMaintenanceWindow => return Err(value.not_taken_by("restore")),
    })
}

/// Puts a wanted setting into the modify call; log exports go into [`log_exports`] instead.
///
/// # Errors
/// As [`restore`].
pub(super) fn modify(
    request: ModifyDBInstanceFluentBuilder,
    parameter: Parameter,
    value: &Value,
) -> Result<ModifyDBInstanceFluentBuilder, String> {
    let value = Wanted { parameter, value };
    Ok(match parameter {
        Parameter::AllocatedStorage => request.allocated_storage(value.number()?),
        Parameter::AutoMinorVersionUpgrade => request.auto_minor_version_upgrade(value.flag()?),
        Parameter::BackupRetentionPeriod => request.backup_retention_period(value.number()?),
        Parameter::CaCertificateIdentifier => request.ca_certificate_identifier(value.text()?),
        Parameter::CopyTagsToSnapshot => request.copy_tags_to_snapshot(value.flag()?),
        Parameter::DbInstanceClass => request.db_instance_class(value.text()?),
        Parameter::DbParameterGroupName => request.db_parameter_group_name(value.text()?),
        Parameter::EnableCloudwatchLogsExports => {
            value.list()?;
            request
        }
        Parameter::EnableIamDatabaseAuthentication => request.enable_iam_database_authentication(value.flag()?),
        Parameter::EnablePerformanceInsights => request.enable_performance_insights(value.flag()?),
        Parameter::EngineVersion => request.engine_version(value.text()?),
        Parameter::Iops => request.iops(value.number()?),
        Parameter::LicenseModel => request.license_model(value.text()?),
        Parameter::ManageMasterUserPassword => request.manage_master_user_password(value.flag()?),
        Parameter::MasterUserSecretKmsKeyId => request.master_user_secret_kms_key_id(value.text()?),
        Parameter::MaxAllocatedStorage => request.max_allocated_storage(value.number()?),
        Parameter::MonitoringInterval => request.monitoring_interval(value.number()?),
        Parameter::MonitoringRoleArn => request.monitoring_role_arn(value.text()?),
        Parameter::MultiAz => request.multi_az(value.flag()?),
        Parameter::OptionGroupName => request.option_group_name(value.text()?),
        // The one that the two calls name differently.
        Parameter::Port => request.db_port_number(value.number()?),
        Parameter::PreferredBackupWindow => request.preferred_backup_window(value.text()?),
        Parameter::PreferredMaintenanceWindow => request.preferred_maintenance_window(value.text()?),
        Parameter::PubliclyAccessible => request.publicly_accessible(value.flag()?),
        Parameter::StorageThroughput => request.storage_throughput(value.number()?),
        Parameter::StorageType => request.storage_type(value.text()?),
        Parameter::VpcSecurityGroupIds => request.set_vpc_security_group_ids(Some(value.list()?)),
        Parameter::AvailabilityZone | Parameter::DbSubnetGroupName | Parameter::Engine => {
            return Err(value.not_taken_by("modify"));
        }
    })
}

/// The change of log exports: a modify takes them as what to switch on and what to switch off.
pub(super) fn log_exports(modify: &Modify) -> Option<CloudwatchLogsExportConfiguration> {
    let enable = match modify.parameters.get(&Parameter::EnableCloudwatchLogsExports) {
        Some(Value::List(names)) => names.iter().cloned().collect(),
        Some(Value::Text(_) | Value::Flag(_) | Value::Number(_)) | None => Vec::new(),
    };
    let disable = modify.disable_log_exports.clone();
    let some = |names: Vec<String>| (!names.is_empty()).then_some(names);
    let (enable, disable) = (some(enable), some(disable));
    (enable.is_some() || disable.is_some()).then(|| {
        CloudwatchLogsExportConfiguration::builder().set_enable_log_types(enable).set_disable_log_types(disable).build()
    })
}

/// A wanted value on its way into a call. The settings give each parameter the shape that its kind says;
/// anything else is a mistake of ours, and is said instead of sent.
struct Wanted<'a> {
    parameter: Parameter,
    value: &'a Value,
}

impl Wanted<'_> {
    fn text(&self) -> Result<&str, String> {
        match self.value {
            Value::Text(text) => Ok(text),
            Value::Flag(_) | Value::Number(_) | Value::List(_) => Err(self.misshapen()),
        }
    }

    fn flag(&self) -> Result<bool, String> {
        match self.value {
            Value::Flag(flag) => Ok(*flag),
            Value::Text(_) | Value::Number(_) | Value::List(_) => Err(self.misshapen()),
        }
    }

    fn number(&self) -> Result<i32, String> {
        match self.value {
            Value::Number(number) => {
                i32::try_from(*number).map_err(|_| format!("{} cannot be {number}", self.parameter))
            }
            Value::Text(_) | Value::Flag(_) | Value::List(_) => Err(self.misshapen()),
        }
    }

    fn list(&self) -> Result<Vec<String>, String> {
        match self.value {
            Value::List(names) => Ok(names.iter().cloned().collect()),
            Value::Text(_) | Value::Flag(_) | Value::Number(_) => Err(self.misshapen()),
        }
    }

    fn misshapen(&self) -> String {
        format!("{} is a {:?}, which {} is not", self.parameter, self.parameter.kind(), self.value)
    }

    fn not_taken_by(&self, call: &str) -> String {
        format!("{} is not a parameter of the {call} call", self.parameter)
    }
}

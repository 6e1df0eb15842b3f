//! One table: what each parameter is called in requests, in `PendingModifiedValues` and in answers.
//!
//! Names are those of the API's model, 2014-10-31. The parameters that an instance shows in a structure
//! of its own (groups, endpoint, secret) have no plain element.

use tag_state::parameter::Parameter;

/// The names of one parameter on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The parameter.
    pub parameter: Parameter,
    /// In `CreateDBInstance` and `RestoreDBInstanceFromDBSnapshot`.
    pub create: &'static str,
    /// In `ModifyDBInstance`.
    pub modify: &'static str,
    /// In `PendingModifiedValues`, for the parameters which RDS shows there. These wait for the
    /// maintenance window; all others are applied as soon as possible in any case.
    pub pending: Option<&'static str>,
    /// As a plain element of `DBInstance`.
    pub shown: Option<&'static str>,
}

/// The same name everywhere, and pending until applied.
const fn waits(parameter: Parameter, name: &'static str) -> Names {
    Names { parameter, create: name, modify: name, pending: Some(name), shown: Some(name) }
}

/// The same name everywhere, and never pending.
const fn soon(parameter: Parameter, name: &'static str) -> Names {
    Names { parameter, create: name, modify: name, pending: None, shown: Some(name) }
}

/// Shown in a structure of its own, or under another name, and never pending.
const fn apart(parameter: Parameter, name: &'static str, shown: Option<&'static str>) -> Names {
    Names { parameter, create: name, modify: name, pending: None, shown }
}

use Parameter as P;

/// The table, in the order of [`Parameter::ALL`] (a test holds it to that).
pub const TABLE: &[Names] = &[
    waits(P::AllocatedStorage, "AllocatedStorage"),
    soon(P::AutoMinorVersionUpgrade, "AutoMinorVersionUpgrade"),
    soon(P::AvailabilityZone, "AvailabilityZone"),
    waits(P::BackupRetentionPeriod, "BackupRetentionPeriod"),
    waits(P::CaCertificateIdentifier, "CACertificateIdentifier"),
    soon(P::CopyTagsToSnapshot, "CopyTagsToSnapshot"),
    waits(P::DbInstanceClass, "DBInstanceClass"),
    apart(P::DbParameterGroupName, "DBParameterGroupName", None),
    apart(P::DbSubnetGroupName, "DBSubnetGroupName", None),
    Names {
        parameter: P::EnableCloudwatchLogsExports,
        create: "EnableCloudwatchLogsExports",
        modify: "CloudwatchLogsExportConfiguration",
        pending: Some("PendingCloudwatchLogsExports"),
        shown: Some("EnabledCloudwatchLogsExports"),
    },
    Names {
        parameter: P::EnableIamDatabaseAuthentication,
        create: "EnableIAMDatabaseAuthentication",
        modify: "EnableIAMDatabaseAuthentication",
        pending: Some("IAMDatabaseAuthenticationEnabled"),
        shown: Some("IAMDatabaseAuthenticationEnabled"),
    },
    apart(P::EnablePerformanceInsights, "EnablePerformanceInsights", Some("PerformanceInsightsEnabled")),
    waits(P::Engine, "Engine"),
    waits(P::EngineVersion, "EngineVersion"),
    waits(P::Iops, "Iops"),
    waits(P::LicenseModel, "LicenseModel"),
    apart(P::ManageMasterUserPassword, "ManageMasterUserPassword", None),
    apart(P::MasterUserSecretKmsKeyId, "MasterUserSecretKmsKeyId", None),
    soon(P::MaxAllocatedStorage, "MaxAllocatedStorage"),
    soon(P::MonitoringInterval, "MonitoringInterval"),
    soon(P::MonitoringRoleArn, "MonitoringRoleArn"),
    waits(P::MultiAz, "MultiAZ"),
    apart(P::OptionGroupName, "OptionGroupName", None),
    Names { parameter: P::Port, create: "Port", modify: "DBPortNumber", pending: Some("Port"), shown: None },
    soon(P::PreferredBackupWindow, "PreferredBackupWindow"),
    soon(P::PreferredMaintenanceWindow, "PreferredMaintenanceWindow"),
    soon(P::PubliclyAccessible, "PubliclyAccessible"),
    waits(P::StorageThroughput, "StorageThroughput"),
    waits(P::StorageType, "StorageType"),
    apart(P::VpcSecurityGroupIds, "VpcSecurityGroupIds", None),
];

/// The names of a parameter.
pub fn names(parameter: Parameter) -> &'static Names {
    &TABLE[parameter as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_parameter_in_its_place() {
        let places: Vec<Parameter> = TABLE.iter().map(|names| names.parameter).collect();
        assert_eq!(places, Parameter::ALL);
    }

    #[test]
    fn wire_names_are_the_keys_in_another_case() {
        for names in TABLE {
            assert_eq!(names.create.to_lowercase(), names.parameter.key().to_lowercase());
        }
    }
}

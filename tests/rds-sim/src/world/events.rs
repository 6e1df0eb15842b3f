//! The events that RDS sends, with the ids, categories and messages that its User Guide documents
//! (`USER_Events.Messages`), in the shape in which EventBridge delivers them.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};
use tag_state::facts::Event;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A DB instance.
    Instance,
    /// A DB snapshot.
    Snapshot,
}

impl Source {
    /// EventBridge's `detail-type`.
    pub const fn detail_type(self) -> &'static str {
        match self {
            Source::Instance => "RDS DB Instance Event",
            Source::Snapshot => "RDS DB Snapshot Event",
        }
    }

    /// `detail.SourceType`.
    pub const fn source_type(self) -> &'static str {
        match self {
            Source::Instance => "DB_INSTANCE",
            Source::Snapshot => "SNAPSHOT",
        }
    }

    /// `SourceType` of DescribeEvents.
    pub const fn api_source_type(self) -> &'static str {
        match self {
            Source::Instance => "db-instance",
            Source::Snapshot => "db-snapshot",
        }
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsEvent {
    /// When it happened.
    pub at: Timestamp,
    /// What it is about.
    pub source: Source,
    /// The instance's or snapshot's identifier.
    pub identifier: String,
    /// Its ARN: what rules match.
    pub arn: String,
    /// `EventID`, such as `RDS-EVENT-0005`.
    pub id: &'static str,
    /// `EventCategories` has this one.
    pub category: &'static str,
    /// `Message`.
    pub message: Cow<'static, str>,
}

impl RdsEvent {
    /// What DescribeEvents tells of it: everything but its id.
    pub fn facts(&self) -> Event {
        Event {
            at: self.at,
            id: None,
            categories: vec![self.category.to_owned()],
            message: self.message.clone().into_owned(),
        }
    }

    /// `detail` of the EventBridge event.
    pub fn detail(&self) -> Value {
        json!({
            "EventCategories": [self.category],
            "SourceType": self.source.source_type(),
            "SourceArn": self.arn,
            "Date": format!("{:.3}", self.at),
            "Message": self.message,
            "SourceIdentifier": self.identifier,
            "EventID": self.id,
        })
    }

    /// The whole event as a rule's target receives it.
    pub fn envelope(&self, number: u64, source: &str, account: &str, region: &str) -> Value {
        json!({
            "version": "0",
            "id": format!("00000000-0000-4000-8000-{number:012x}"),
            "detail-type": self.source.detail_type(),
            "source": source,
            "account": account,
            "time": format!("{:.0}", self.at),
            "region": region,
            "resources": [self.arn],
            "detail": self.detail(),
        })
    }
}

/// A row of the documented tables.
pub(crate) type Row = (&'static str, &'static str, Cow<'static, str>);

const fn row(id: &'static str, category: &'static str, message: &'static str) -> Row {
    (id, category, Cow::Borrowed(message))
}

pub(crate) const BACKING_UP: Row = row("RDS-EVENT-0001", "backup", "Backing up DB instance.");
pub(crate) const BACKED_UP: Row = row("RDS-EVENT-0002", "backup", "Finished DB instance backup.");
pub(crate) const DELETED: Row = row("RDS-EVENT-0003", "deletion", "DB instance deleted.");
pub(crate) const SHUTDOWN: Row = row("RDS-EVENT-0004", "availability", "DB instance shutdown.");
pub(crate) const CREATED: Row = row("RDS-EVENT-0005", "creation", "DB instance created.");
pub(crate) const RESTARTED: Row = row("RDS-EVENT-0006", "availability", "DB instance restarted.");
pub(crate) const STARTED: Row = row("RDS-EVENT-0088", "notification", "DB instance started.");
pub(crate) const GROUP_UPDATED: Row =
    row("RDS-EVENT-0092", "configuration change", "Finished updating DB parameter group.");
pub(crate) const PASSWORD_RESET: Row = row("RDS-EVENT-0016", "configuration change", "Reset master credentials.");
pub(crate) const CLASS_APPLYING: Row =
    row("RDS-EVENT-0012", "configuration change", "Applying modification to database instance class.");
pub(crate) const CLASS_APPLIED: Row =
    row("RDS-EVENT-0014", "configuration change", "Finished applying modification to DB instance class.");
pub(crate) const STORAGE_APPLYING: Row =
    row("RDS-EVENT-0018", "configuration change", "Applying modification to allocated storage.");
pub(crate) const STORAGE_APPLIED: Row =
    row("RDS-EVENT-0017", "configuration change", "Finished applying modification to allocated storage.");
pub(crate) const MULTI_AZ_APPLYING: Row =
    row("RDS-EVENT-0024", "configuration change", "Applying modification to convert to a Multi-AZ DB instance.");
pub(crate) const MULTI_AZ_APPLIED: Row = row(
    "RDS-EVENT-0025",
    "configuration change",
    "Finished applying modification to convert to a Multi-AZ DB instance.",
);
pub(crate) const SINGLE_AZ_APPLYING: Row = row(
    "RDS-EVENT-0030",
    "configuration change",
    "Applying modification to convert to a standard (Single-AZ) DB instance.",
);
pub(crate) const SINGLE_AZ_APPLIED: Row = row(
    "RDS-EVENT-0029",
    "configuration change",
    "Finished applying modification to convert to a standard (Single-AZ) DB instance.",
);
pub(crate) const BACKUPS_OFF: Row = row("RDS-EVENT-0028", "configuration change", "Disabled automated backups.");
pub(crate) const BACKUPS_ON: Row = row("RDS-EVENT-0032", "configuration change", "Enabled automated backups.");

pub(crate) const SNAPSHOT_CREATING: Row = row("RDS-EVENT-0040", "creation", "Creating manual snapshot.");
pub(crate) const SNAPSHOT_DELETED: Row = row("RDS-EVENT-0041", "deletion", "Deleted user snapshot.");
pub(crate) const SNAPSHOT_CREATED: Row = row("RDS-EVENT-0042", "creation", "Manual snapshot created.");
pub(crate) const AUTOMATED_CREATING: Row = row("RDS-EVENT-0090", "creation", "Creating automated snapshot.");
pub(crate) const AUTOMATED_CREATED: Row = row("RDS-EVENT-0091", "creation", "Automated snapshot created.");

pub(crate) fn restored(snapshot: &str) -> Row {
    ("RDS-EVENT-0043", "restoration", format!("Restored from snapshot {snapshot}.").into())
}

pub(crate) fn group_assigned(group: &str) -> Row {
    ("RDS-EVENT-0011", "configuration change", format!("Updated to use DBParameterGroup {group}.").into())
}

pub(crate) fn monitoring_changed(seconds: i64) -> Row {
    ("RDS-EVENT-0078", "configuration change", format!("Monitoring Interval changed to {seconds}.").into())
}

/// What RDS sends when an instance falls into this status, if it sends anything.
pub(crate) fn fallen_into(status: &str, identifier: &str, option_group: &str) -> Option<Row> {
    let failure = |id, message: String| Some((id, "failure", Cow::Owned(message)));
    match status {
        "failed" | "incompatible-restore" => failure(
            "RDS-EVENT-0031",
            format!("DB instance put into {status} state. RDS recommends that you initiate a point-in-time-restore."),
        ),
        "restore-error" => failure("RDS-EVENT-0278", "The DB instance creation failed. restore-error.".to_owned()),
        "incompatible-parameters" => failure(
            "RDS-EVENT-0035",
            "Database instance put into incompatible-parameters. A parameter is not valid for this class.".to_owned(),
        ),
        "incompatible-network" => {
            failure("RDS-EVENT-0036", "Database instance in incompatible-network. A subnet is not valid.".to_owned())
        }
        "incompatible-option-group" => Some((
            "RDS-EVENT-0086",
            "backup",
            format!(
                "We are unable to associate the option group {option_group} with the database instance {identifier}. \
                 Confirm that option group {option_group} is supported on your DB instance class and configuration. \
                 If so, verify all option group settings and retry."
            )
            .into(),
        )),
        "insufficient-capacity" => failure(
            "RDS-EVENT-0353",
            "The DB instance can't be created because of insufficient resources. Try another class or zone.".to_owned(),
        ),
        "inaccessible-encryption-credentials" | "inaccessible-encryption-credentials-recoverable" => Some((
            "RDS-EVENT-0419",
            "availability",
            format!(
                "Amazon RDS has been unable to access the KMS encryption key for database instance {identifier}. \
                 This database will be placed into an inaccessible state. Please refer to the troubleshooting \
                 section in the Amazon RDS documentation for further details."
            )
            .into(),
        )),
        "storage-full" => Some(row(
            "RDS-EVENT-0007",
            "low storage",
            "Allocated storage has been exhausted. Allocate additional storage to resolve.",
        )),
        "maintenance" => Some(row("RDS-EVENT-0026", "maintenance", "Applying off-line patches to DB instance.")),
        "stopped" => Some(row("RDS-EVENT-0087", "notification", "DB instance stopped.")),
        _ => None,
    }
}

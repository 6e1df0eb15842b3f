//! The calls that change something, as plain values: what a decision asks for and a port carries out.

use std::fmt;

use crate::facts::{Record, Tags};
use crate::parameter::Parameters;

/// RestoreDBInstanceFromDBSnapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The identifier of the new instance.
    pub identifier: String,
    /// Identifier of the snapshot (an ARN where it is shared from another account).
    pub snapshot: String,
    /// The wanted settings that a restore takes.
    pub parameters: Parameters,
    /// All tags, ours and the user's: a restore without tags inherits the snapshot's.
    pub tags: Tags,
}

/// ModifyDBInstance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modify {
    /// The instance.
    pub identifier: String,
    /// Only what differs.
    pub parameters: Parameters,
    /// The log types that are exported now and are wanted no more: RDS takes exports as a difference.
    pub disable_log_exports: Vec<String>,
    /// Switch deletion protection on or off; `None` leaves it.
    pub deletion_protection: Option<bool>,
    /// `ApplyImmediately`.
    pub apply_immediately: bool,
    /// `AllowMajorVersionUpgrade`: without it RDS refuses an engine version of another major one.
    pub allow_major_version_upgrade: bool,
}

impl Modify {
    /// Switches deletion protection and nothing else.
    pub fn protection(identifier: &str, on: bool) -> Modify {
        Modify {
            identifier: identifier.to_owned(),
            parameters: Parameters::new(),
            disable_log_exports: Vec::new(),
            deletion_protection: Some(on),
            apply_immediately: true,
            allow_major_version_upgrade: false,
        }
    }
}

/// DeleteDBInstance. Made only from a [`crate::proof::Deletable`], which holds why it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    pub(crate) identifier: String,
    pub(crate) final_snapshot: Option<String>,
}

impl Delete {
    /// The instance to destroy.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The identifier of the final snapshot; `None` skips it.
    pub fn final_snapshot(&self) -> Option<&str> {
        self.final_snapshot.as_deref()
    }
}

/// DeleteDBSnapshot. Made only from a [`crate::proof::Disposable`], which holds why it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteSnapshot {
    pub(crate) identifier: String,
}

impl DeleteSnapshot {
    /// The snapshot to destroy.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }
}

/// A compare-and-swap of the CNAME. Made only from a [`crate::proof::Promotable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    pub(crate) zone_id: String,
    pub(crate) name: String,
    pub(crate) old: Record,
    pub(crate) value: String,
    pub(crate) ttl: i64,
}

impl Swap {
    /// The hosted zone.
    pub fn zone_id(&self) -> &str {
        &self.zone_id
    }

    /// The record's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The record as it was read: [`Record::Absent`] or [`Record::Cname`].
    pub fn old(&self) -> &Record {
        &self.old
    }

    /// The endpoint that the name shall point at.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The new record's time to live in seconds.
    pub fn ttl(&self) -> i64 {
        self.ttl
    }
}

/// One mail to one reader. Its `Debug` leaves the texts out, because whoever has the links in them can answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The sender's name, as mail programs show it.
    pub from_name: String,
    /// The sender's address, verified with SES.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// Who gets the answers to it; the sender where nobody does.
    pub reply_to: Option<String>,
    /// The message id, with its angle brackets, that all mails of one conversation name.
    pub thread: String,
    /// The subject line.
    pub subject: String,
    /// The plain text part, complete in itself.
    pub text: String,
    /// The HTML part, complete in itself.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// An event of ours on the default bus, `source` being `rds-echo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// `Echo Stage Changed`, `Echo Approval Changed` or `Echo Trouble`.
    pub detail_type: &'static str,
    /// The instance it is about, for `resources`; empty where it is about none.
    pub arn: String,
    /// The JSON of `detail`.
    pub detail: String,
}

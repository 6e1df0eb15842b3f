//! What an RDS instance status means for us: one exhaustive classification.

/// What a status lets us do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `available`: calls are accepted. It lingers after a modify, so it proves nothing alone.
    Ready,
    /// RDS is at work on it; it comes back by itself.
    Busy,
    /// Somebody stopped it; it comes back when somebody starts it (or RDS does, after seven days).
    Stopped,
    /// It will not become usable without a person.
    Failed,
    /// It is being deleted; terminal.
    Going,
    /// A status that was not known when this was written: wait, and say so.
    Unknown,
}

/// Every documented status and its class. Sources: Amazon RDS User Guide, "Viewing DB instance status";
/// `delete-precheck`, `storage-config-upgrade` and `storage-initialization` from newer editions of it.
pub const STATUSES: &[(&str, Class)] = &[
    ("available", Class::Ready),
    ("backing-up", Class::Busy),
    ("configuring-enhanced-monitoring", Class::Busy),
    ("configuring-iam-database-auth", Class::Busy),
    ("configuring-log-exports", Class::Busy),
    ("converting-to-vpc", Class::Busy),
    ("creating", Class::Busy),
    ("delete-precheck", Class::Going),
    ("deleting", Class::Going),
    ("failed", Class::Failed),
    ("inaccessible-encryption-credentials", Class::Failed),
    ("inaccessible-encryption-credentials-recoverable", Class::Failed),
    ("incompatible-network", Class::Failed),
    ("incompatible-option-group", Class::Failed),
    ("incompatible-parameters", Class::Failed),
    ("incompatible-restore", Class::Failed),
    ("insufficient-capacity", Class::Failed),
    ("maintenance", Class::Busy),
    ("modifying", Class::Busy),
    ("moving-to-vpc", Class::Busy),
    ("rebooting", Class::Busy),
    ("renaming", Class::Busy),
    ("resetting-master-credentials", Class::Busy),
    ("restore-error", Class::Failed),
    ("starting", Class::Busy),
    ("stopped", Class::Stopped),
    ("stopping", Class::Stopped),
    ("storage-config-upgrade", Class::Busy),
    ("storage-full", Class::Failed),
    ("storage-initialization", Class::Busy),
    ("storage-optimization", Class::Busy),
    ("upgrading", Class::Busy),
];

/// The class of a status. `incompatible-*` is an open family: a new member of it is a failure too.
pub fn classify(status: &str) -> Class {
    match STATUSES.iter().find(|(known, _)| *known == status) {
        Some((_, class)) => *class,
        None if status.starts_with("incompatible-") => Class::Failed,
        None => Class::Unknown,
    }
}

/// Whether a delete in this status must skip the final snapshot
/// (RDS API reference, `DeleteDBInstance`, `SkipFinalSnapshot`).
pub fn final_snapshot_impossible(status: &str) -> bool {
    matches!(status, "failed" | "incompatible-restore" | "incompatible-network" | "creating")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_incompatible_status_is_a_failure_and_an_unheard_of_one_is_unknown() {
        for (status, class) in STATUSES {
            assert_eq!(classify(status), *class);
            if status.starts_with("incompatible-") {
                assert_eq!(*class, Class::Failed, "{status}");
            }
        }
        assert_eq!(classify("incompatible-tomorrow"), Class::Failed);
        assert_eq!(classify("dreaming"), Class::Unknown);
        assert_eq!(classify("Available"), Class::Unknown, "statuses are lower case");
    }
}

//! Which snapshots may be restored.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::entries::Reader;
use crate::facts::SnapshotType;
use crate::settings::Snapshots;

pub(super) fn snapshots(reader: &mut Reader) -> Snapshots {
    let mut types = BTreeSet::new();
    let account = reader.take("rdsecho.snapshot.account");
    if let Some(entry) = reader.take("rdsecho.snapshot.types") {
        for word in entry.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match SnapshotType::by_name(word) {
                Some(SnapshotType::Shared) if account.is_none() => {
                    let why =
                        "shared by whom? name the account in rdsecho.snapshot.account: every one can share with this";
                    reader.problem(&entry, why);
                }
                Some(kind) => {
                    types.insert(kind);
                }
                None => {
                    reader.problem(&entry, format!("{word:?} is none of automated, manual, awsbackup, shared"));
                }
            }
        }
    }
    if let Some(entry) = &account {
        let number = entry.value.trim();
        if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            reader.problem(entry, format!("{number:?} is no account: it has twelve digits"));
        }
        types.insert(SnapshotType::Shared);
    }
    if types.is_empty() {
        types = BTreeSet::from([SnapshotType::Automated, SnapshotType::Manual]);
    }
    let account = account.map(|entry| entry.value.trim().to_owned());
    let max_age = reader.optional_number("rdsecho.snapshot.maxAgeHours", 1, 8784).map(SignedDuration::from_hours);
    Snapshots { types, account, max_age }
}

//! A call in words, for the trace.

use crate::port::{Call, WriteRef};

pub(super) fn words(call: Call<'_>) -> String {
    match call {
        Call::Instance(identifier) => format!("looks at {identifier}"),
        Call::Instances => "lists the instances".to_owned(),
        Call::Snapshots => "lists the snapshots".to_owned(),
        Call::Snapshot => "looks at a snapshot".to_owned(),
        Call::Lookup(what) => format!("looks up {what}"),
        Call::ManualSnapshots => "lists the manual snapshots".to_owned(),
        Call::Connections(identifier) => format!("asks who is connected to {identifier}"),
        Call::Record => "reads the CNAME".to_owned(),
        Call::Events => "asks what RDS has told".to_owned(),
        Call::Generate => "has a link signed".to_owned(),
        Call::Verify => "has a signature verified".to_owned(),
        Call::Write(write) => match write {
            WriteRef::Restore(restore) => format!("restores {} from {}", restore.identifier, restore.snapshot),
            WriteRef::Modify(modify) => {
                let protection = match modify.deletion_protection {
                    Some(true) => ", protection on",
                    Some(false) => ", protection off",
                    None => "",
                };
                format!("modifies {} ({} settings{protection})", modify.identifier, modify.parameters.len())
            }
            WriteRef::Reboot(identifier) => format!("reboots {identifier}"),
            WriteRef::AddTags(arn, tags) => {
                let said: Vec<String> = tags
                    .iter()
                    .map(|(key, value)| {
                        let suffix = key.strip_prefix("rdsecho:dev:").unwrap_or(key);
                        let secret = suffix.starts_with("confirmed:");
                        format!("{suffix}={}", if secret { value.get(..22).unwrap_or(value) } else { value })
                    })
                    .collect();
                format!("tags {}: {}", arn.rsplit(':').next().unwrap_or_default(), said.join(", "))
            }
            WriteRef::Delete(delete) => {
                format!("DELETES {}, final snapshot {:?}", delete.identifier(), delete.final_snapshot())
            }
            WriteRef::DeleteSnapshot(delete) => format!("DELETES the snapshot {}", delete.identifier()),
            WriteRef::Swap(swap) => format!("SWAPS the CNAME from {:?} to {}", swap.old(), swap.value()),
            WriteRef::Send(mail) => format!("mails {}", mail.to),
            WriteRef::Announce(announcement) => format!("announces {}", announcement.detail),
        },
    }
}

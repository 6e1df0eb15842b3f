//! The real ports of a command, and two guards before each change.
//!
//! Where a person was asked first, nothing is changed but what was confirmed: between the question and the answer the
//! world may have moved on. And nothing is changed any more once the command has lived for nine minutes by the clock on
//! the wall: the quarter of an hour between the point of no return and the delete rests on it that whatever was under
//! way has ended, and a machine that was put to sleep does not notice by its timers how long it slept.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use stages::ports::{Announcer, Answer, CallError, Dns, Failure, Identity, Lookups, Macs, Mailer, Rds, Usage};
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Delete, DeleteSnapshot, Mail, Modify, Restore, Swap};
use tag_state::facts::{
    EngineVersion, Event, Instance, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, Record, SecurityGroup,
    Snapshot, SnapshotType, StorageKey, SubnetGroup, Tags, Zone,
};

use crate::session::{Session, now};

/// No command may act for longer.
pub const LONGEST: SignedDuration = SignedDuration::from_mins(9);

/// All ports, over the session's clients.
pub struct Hands<'a> {
    session: &'a Session,
    confirmed: Option<BTreeSet<String>>,
    until: Timestamp,
}

impl<'a> Hands<'a> {
    /// May change what the stage decides.
    pub fn free(session: &'a Session) -> Hands<'a> {
        Hands { session, confirmed: None, until: now() + LONGEST }
    }

    /// May change these instances only.
    pub fn bound(session: &'a Session, confirmed: BTreeSet<String>) -> Hands<'a> {
        Hands { session, confirmed: Some(confirmed), until: now() + LONGEST }
    }

    fn in_time(&self, operation: &'static str, subject: &str) -> Answer<()> {
        if now() <= self.until {
            return Ok(());
        }
        Err(CallError {
            operation,
            subject: subject.to_owned(),
            failure: Failure::Unknown,
            code: None,
            message:
                "more than nine minutes have gone by since the command began, perhaps this machine was asleep: it \
                      changes nothing any more; run it again, it goes on from what is there"
                    .to_owned(),
        })
    }

    fn may(&self, operation: &'static str, identifier: &str) -> Answer<()> {
        self.in_time(operation, identifier)?;
        let confirmed = self.confirmed.as_ref();
        if confirmed.is_none_or(|confirmed| confirmed.iter().any(|one| one.eq_ignore_ascii_case(identifier))) {
            return Ok(());
        }
        Err(CallError {
            operation,
            subject: identifier.to_owned(),
            failure: Failure::WrongState,
            code: None,
            message: "nobody has confirmed it: run the command again".to_owned(),
        })
    }
}

impl Rds for Hands<'_> {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        self.session.rds.instance(identifier).await
    }

    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        self.session.rds.instances(prefix).await
    }

    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>> {
        self.session.rds.snapshots(instance, types).await
    }

    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        self.session.rds.snapshot(identifier).await
    }

    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        self.may("RestoreDBInstanceFromDBSnapshot", &restore.identifier)?;
        self.session.rds.restore(restore).await
    }

    async fn modify(&self, modify: &Modify) -> Answer<()> {
        self.may("ModifyDBInstance", &modify.identifier)?;
        self.session.rds.modify(modify).await
    }

    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.may("RebootDBInstance", identifier)?;
        self.session.rds.reboot(identifier).await
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        let subject = arn.rsplit(':').next().unwrap_or(arn);
        // Only the final snapshot of an instance is tagged, whose deletion was confirmed.
        if arn.contains(":snapshot:") {
            self.in_time("AddTagsToResource", subject)?;
        } else {
            self.may("AddTagsToResource", subject)?;
        }
        self.session.rds.add_tags(arn, tags).await
    }

    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.may("DeleteDBInstance", delete.identifier())?;
        self.session.rds.delete(delete).await
    }

    async fn events(&self, identifier: &str, since: Timestamp) -> Answer<Vec<Event>> {
        self.session.rds.events(identifier, since).await
    }

    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>> {
        self.session.rds.manual_snapshots(prefix).await
    }

    async fn delete_snapshot(&self, delete: &DeleteSnapshot) -> Answer<()> {
        self.may("DeleteDBSnapshot", delete.identifier())?;
        self.session.rds.delete_snapshot(delete).await
    }
}

impl Usage for Hands<'_> {
    async fn connections(&self, instance: &str, minutes: i64, now: Timestamp) -> Answer<Option<i64>> {
        self.session.usage.connections(instance, minutes, now).await
    }
}

impl Dns for Hands<'_> {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        self.session.dns.record(zone_id, name).await
    }

    /// Its target was tagged shortly before, which was confirmed or did not happen.
    async fn swap(&self, swap: &Swap) -> Answer<()> {
        self.in_time("ChangeResourceRecordSets", swap.name())?;
        self.session.dns.swap(swap).await
    }
}

impl Mailer for Hands<'_> {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        self.in_time("SendEmail", &mail.to)?;
        self.session.mailer.send(mail).await
    }
}

impl Macs for Hands<'_> {
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac> {
        self.session.macs.generate(key_id, message).await
    }

    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        self.session.macs.verify(key_id, message, mac).await
    }
}

impl Announcer for Hands<'_> {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        self.session.announcer.announce(announcement).await
    }
}

impl Lookups for Hands<'_> {
    async fn identity(&self) -> Answer<Identity> {
        self.session.lookups.identity().await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        self.session.lookups.parameter_group(name).await
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        self.session.lookups.option_group(name).await
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        self.session.lookups.subnet_group(name).await
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        self.session.lookups.security_groups(ids).await
    }

    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
        self.session.lookups.engine_version(engine, version).await
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        self.session.lookups.orderable(engine, version, class).await
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        self.session.lookups.quotas().await
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        self.session.lookups.storage_key(key_id).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        self.session.lookups.zones().await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        self.session.lookups.mac_key(key_id).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        self.session.lookups.sender(address).await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        self.session.lookups.mail_account().await
    }
}

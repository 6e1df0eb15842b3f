//! The real ports of a command. Where a person was asked first, they let nothing be changed but what was confirmed:
//! between the question and the answer the world may have moved on.

use std::collections::BTreeSet;

use stages::ports::{Announcer, Answer, CallError, Dns, Failure, Macs, Mailer, Rds};
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Delete, Mail, Modify, Restore, Swap};
use tag_state::facts::{Instance, Record, Snapshot, Tags};

use crate::session::Session;

/// All ports, over the session's clients.
pub struct Hands<'a> {
    session: &'a Session,
    confirmed: Option<BTreeSet<String>>,
}

impl<'a> Hands<'a> {
    /// May change what the stage decides.
    pub fn free(session: &'a Session) -> Hands<'a> {
        Hands { session, confirmed: None }
    }

    /// May change these instances only.
    pub fn bound(session: &'a Session, confirmed: BTreeSet<String>) -> Hands<'a> {
        Hands { session, confirmed: Some(confirmed) }
    }

    fn may(&self, operation: &'static str, identifier: &str) -> Answer<()> {
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

    async fn snapshots(&self, instance: &str) -> Answer<Vec<Snapshot>> {
        self.session.rds.snapshots(instance).await
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
        self.may("AddTagsToResource", arn.rsplit(':').next().unwrap_or(arn))?;
        self.session.rds.add_tags(arn, tags).await
    }

    async fn delete(&self, delete: &Delete) -> Answer<()> {
        self.may("DeleteDBInstance", delete.identifier())?;
        self.session.rds.delete(delete).await
    }
}

impl Dns for Hands<'_> {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        self.session.dns.record(zone_id, name).await
    }

    /// Its target was tagged shortly before, which was confirmed or did not happen.
    async fn swap(&self, swap: &Swap) -> Answer<()> {
        self.session.dns.swap(swap).await
    }
}

impl Mailer for Hands<'_> {
    async fn send(&self, mail: &Mail) -> Answer<()> {
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

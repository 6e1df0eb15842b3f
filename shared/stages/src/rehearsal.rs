//! A stage's rehearsal: it reads the world as it is and believes that what it changes is changed. So it says what
//! it would do now, to the word, and nothing is touched: no instance, no record, no key, no mailbox, no bus.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Delete, DeleteSnapshot, Mail, Modify, Restore, Swap};
use tag_state::facts::{
    EngineVersion, Event, Instance, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, Record, SecurityGroup,
    Snapshot, SnapshotType, StorageKey, SubnetGroup, Tags, Zone,
};

use crate::ports::{Announcer, Answer, Dns, Identity, Lookups, Macs, Mailer, Rds, Usage};

/// What was read, so that several rehearsals ask AWS for nothing twice; what could not be read is not asked for again.
pub struct Reads<'a, R, D, M, L, U> {
    rds: &'a R,
    dns: &'a D,
    macs: &'a M,
    lookups: &'a L,
    usage: &'a U,
    listings: RefCell<BTreeMap<String, Answer<Vec<Instance>>>>,
    instances: RefCell<BTreeMap<String, Option<Instance>>>,
    snapshots: RefCell<BTreeMap<String, Answer<Vec<Snapshot>>>>,
    records: RefCell<BTreeMap<(String, String), Answer<Record>>>,
    verified: RefCell<Vec<(Vec<u8>, Mac, bool)>>,
}

impl<'a, R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Reads<'a, R, D, M, L, U> {
    /// Nothing is read yet.
    pub fn new(rds: &'a R, dns: &'a D, macs: &'a M, lookups: &'a L, usage: &'a U) -> Self {
        Reads {
            rds,
            dns,
            macs,
            lookups,
            usage,
            listings: RefCell::default(),
            instances: RefCell::default(),
            snapshots: RefCell::default(),
            records: RefCell::default(),
            verified: RefCell::default(),
        }
    }

    /// The ports of one rehearsal.
    pub fn rehearse(&self) -> Rehearsal<'_, 'a, R, D, M, L, U> {
        Rehearsal { reads: self, written: RefCell::default() }
    }
}

/// The ports of one rehearsal: reads are real, changes are believed.
pub struct Rehearsal<'r, 'a, R, D, M, L, U> {
    reads: &'r Reads<'a, R, D, M, L, U>,
    written: RefCell<BTreeMap<String, Tags>>,
}

impl<R, D, M, L, U> Rehearsal<'_, '_, R, D, M, L, U> {
    /// As it would be after what was written here.
    fn shown(&self, mut instance: Instance) -> Instance {
        if let Some(tags) = self.written.borrow().get(&instance.arn) {
            instance.tags.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        instance
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Rds for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        let listed = self.reads.listings.borrow().iter().find_map(|(prefix, listing)| {
            let listing = listing.as_ref().ok().filter(|_| identifier.to_ascii_lowercase().starts_with(prefix))?;
            Some(listing.iter().find(|one| one.identifier.eq_ignore_ascii_case(identifier)).cloned())
        });
        let known = listed.or_else(|| self.reads.instances.borrow().get(identifier).cloned());
        let found = match known {
            Some(found) => found,
            None => {
                let found = self.reads.rds.instance(identifier).await?;
                self.reads.instances.borrow_mut().insert(identifier.to_owned(), found.clone());
                found
            }
        };
        Ok(found.map(|instance| self.shown(instance)))
    }

    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        let known = self.reads.listings.borrow().get(prefix).cloned();
        let found = match known {
            Some(found) => found,
            None => {
                let found = self.reads.rds.instances(prefix).await;
                self.reads.listings.borrow_mut().insert(prefix.to_owned(), found.clone());
                found
            }
        };
        Ok(found?.into_iter().map(|instance| self.shown(instance)).collect())
    }

    /// The types are the settings', and so the same in each rehearsal.
    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>> {
        let known = self.reads.snapshots.borrow().get(instance).cloned();
        if let Some(found) = known {
            return found;
        }
        let found = self.reads.rds.snapshots(instance, types).await;
        self.reads.snapshots.borrow_mut().insert(instance.to_owned(), found.clone());
        found
    }

    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        self.reads.rds.snapshot(identifier).await
    }

    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        Ok(Instance { identifier: restore.identifier.clone(), ..Instance::default() })
    }

    async fn modify(&self, _modify: &Modify) -> Answer<()> {
        Ok(())
    }

    async fn reboot(&self, _identifier: &str) -> Answer<()> {
        Ok(())
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.written.borrow_mut().entry(arn.to_owned()).or_default().extend(tags.clone());
        Ok(())
    }

    async fn delete(&self, _delete: &Delete) -> Answer<()> {
        Ok(())
    }

    /// They stand in a mail and an announcement, and those go nowhere.
    async fn events(&self, _identifier: &str, _since: Timestamp) -> Answer<Vec<Event>> {
        Ok(Vec::new())
    }

    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>> {
        self.reads.rds.manual_snapshots(prefix).await
    }

    async fn delete_snapshot(&self, _delete: &DeleteSnapshot) -> Answer<()> {
        Ok(())
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Usage for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn connections(&self, instance: &str, minutes: i64, now: Timestamp) -> Answer<Option<i64>> {
        self.reads.usage.connections(instance, minutes, now).await
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Dns for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        let key = (zone_id.to_owned(), name.to_owned());
        let known = self.reads.records.borrow().get(&key).cloned();
        if let Some(record) = known {
            return record;
        }
        let record = self.reads.dns.record(zone_id, name).await;
        self.reads.records.borrow_mut().insert(key, record.clone());
        record
    }

    async fn swap(&self, _swap: &Swap) -> Answer<()> {
        Ok(())
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Macs for Rehearsal<'_, '_, R, D, M, L, U> {
    /// No link is made for nobody: the mail that it would stand in is not sent.
    async fn generate(&self, _key_id: &str, _message: &[u8]) -> Answer<Mac> {
        Ok(Mac::zero())
    }

    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        let is_it = |(known, with, _): &&(Vec<u8>, Mac, bool)| known == message && with == mac;
        let known = self.reads.verified.borrow().iter().find(is_it).map(|(_, _, is_right)| *is_right);
        if let Some(is_right) = known {
            return Ok(is_right);
        }
        let is_right = self.reads.macs.verify(key_id, message, mac).await?;
        self.reads.verified.borrow_mut().push((message.to_vec(), mac.clone(), is_right));
        Ok(is_right)
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Mailer for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn send(&self, _mail: &Mail) -> Answer<()> {
        Ok(())
    }
}

impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Announcer for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn announce(&self, _announcement: &Announcement) -> Answer<()> {
        Ok(())
    }
}

/// Only **new** asks these, and only once: nothing of them is kept.
impl<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage> Lookups for Rehearsal<'_, '_, R, D, M, L, U> {
    async fn identity(&self) -> Answer<Identity> {
        self.reads.lookups.identity().await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        self.reads.lookups.parameter_group(name).await
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        self.reads.lookups.option_group(name).await
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        self.reads.lookups.subnet_group(name).await
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        self.reads.lookups.security_groups(ids).await
    }

    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
        self.reads.lookups.engine_version(engine, version).await
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        self.reads.lookups.orderable(engine, version, class).await
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        self.reads.lookups.quotas().await
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        self.reads.lookups.storage_key(key_id).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        self.reads.lookups.zones().await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        self.reads.lookups.mac_key(key_id).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        self.reads.lookups.sender(address).await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        self.reads.lookups.mail_account().await
    }
}

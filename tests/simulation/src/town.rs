//! The world around the stages: the simulated RDS, a hosted zone with one name, a key, a mailbox, a bus.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use rds_sim::in_process::SimulatedRds;
use rds_sim::world::events::RdsEvent;
use rds_sim::world::{Group, PlantedInstance, PlantedSnapshot, Settings as WorldSettings, World};
use sha2::{Digest as _, Sha256};
use stages::ports::{Answer, CallError, Failure};
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Mail, Swap};
use tag_state::facts::{Instance, Record, Tags, Zone};
use tag_state::settings::Settings;
use tag_state::tags::EchoTags;

use crate::ledger::By;
use crate::port::Write;
use crate::watch::Watch;

/// The account of the simulated world.
pub const ACCOUNT: &str = "000000000000";
/// Its region.
pub const REGION: &str = "us-east-1";
/// The hosted zone that there is.
pub const ZONE: &str = "Z1";
/// The instance that everything is restored from.
pub const PRODUCTION: &str = "production";
/// What the CNAME points at in the beginning.
pub const LEGACY: &str = "legacy.example.test.";
/// What each set of settings here begins with. The modification changes what the restore set: else there would be
/// little left for it, and no parameter group that waits for a reboot.
pub const OPTIONS: &str = "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
    -Drdsecho.promote.cname=dev-db.example.test -Drdsecho.promote.hostedZoneId=Z1 \
    -Drdsecho.new.dbParameterGroupName=default.postgres16 -Drdsecho.mod.dbParameterGroupName=tuned \
    -Drdsecho.mod.backupRetentionPeriod=0";
/// What is added where people are asked.
pub const ASKING: &str = "-Drdsecho.promote.approvers=ann@example.test,bob@example.test,cleo@example.test \
    -Drdsecho.promote.sender=echo@example.test -Drdsecho.promote.url=https://page.test -Drdsecho.promote.keyId=key";
/// How long tags may be shown as they were before the last write.
const STALE_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Everything outside the stages.
pub struct Town {
    /// Of the echo.
    pub settings: Rc<Settings>,
    /// Amazon RDS.
    pub rds: SimulatedRds,
    /// The one record of the zone.
    pub zone: RefCell<Record>,
    /// Mails that were accepted, and not yet collected.
    pub post: RefCell<Vec<Mail>>,
    /// Announcements that were made, and not yet collected.
    pub bus: RefCell<Vec<Announcement>>,
    /// Calls that will be applied after their callers gave them up, and not yet collected.
    pub late: RefCell<Vec<Write>>,
    /// The one source of chance.
    pub rng: Rc<RefCell<Rng>>,
    /// Who looks on.
    pub watch: RefCell<Watch>,
    /// How often a read shows an instance's tags without the last write.
    pub staleness: f64,
    /// The mailbox that takes no mail for now.
    pub dead_address: RefCell<Option<(String, Failure)>>,
    /// Whether the zone refuses every change, as one in which the name does not lie.
    pub refuses_swaps: Cell<bool>,
}

impl Town {
    /// A town on its first morning: production, and two snapshots of it.
    ///
    /// # Panics
    /// Never: what is planted fits an empty world.
    pub fn new(settings: Settings, start: Timestamp, seed: u64) -> Town {
        let mut world = World::new(WorldSettings { account: ACCOUNT.to_owned(), region: REGION.to_owned(), start });
        world.raise_instance_quota(400);
        world.plant_group("tuned", Group::Parameter { family: "postgres16".to_owned() }).expect("fits");
        world.surroundings_mut().zones =
            vec![Zone { id: ZONE.to_owned(), name: "example.test".to_owned(), private: false }];
        world
            .plant_instance(PlantedInstance { identifier: PRODUCTION.to_owned(), ..Default::default() })
            .expect("fits");
        let settings = Rc::new(settings);
        let town = Town {
            rds: SimulatedRds::new(world),
            zone: RefCell::new(Record::Cname { value: LEGACY.to_owned(), ttl: 300 }),
            post: RefCell::default(),
            bus: RefCell::default(),
            late: RefCell::default(),
            rng: Rc::new(RefCell::new(Rng::with_seed(seed))),
            watch: RefCell::new(Watch::new(settings.clone())),
            staleness: 0.0,
            dead_address: RefCell::default(),
            refuses_swaps: Cell::new(false),
            settings,
        };
        for days in [2, 1] {
            town.production_backup(start - SignedDuration::from_hours(24 * days), false);
        }
        town
    }

    /// The same town once more, to try something else in it. Chance is not copied.
    pub fn fork(&self) -> Town {
        Town {
            settings: self.settings.clone(),
            rds: SimulatedRds::new(self.rds.world().clone()),
            zone: self.zone.clone(),
            post: self.post.clone(),
            bus: self.bus.clone(),
            late: RefCell::default(),
            rng: Rc::new(RefCell::new(Rng::with_seed(0))),
            watch: self.watch.clone(),
            staleness: self.staleness,
            dead_address: self.dead_address.clone(),
            refuses_swaps: self.refuses_swaps.clone(),
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.rds.world().now()
    }

    /// Moves time, and answers what RDS tells of it.
    pub fn advance(&self, to: Timestamp) -> Vec<RdsEvent> {
        let mut world = self.rds.world_mut();
        world.advance(to);
        let events = world.take_events();
        if !events.is_empty() {
            self.watch.borrow_mut().world_moved(&world);
        }
        events
    }

    /// Lets minutes pass; the events are lost.
    pub fn pass(&self, minutes: i64) {
        self.advance(self.now() + SignedDuration::from_mins(minutes));
    }

    /// Production's nightly snapshot. They all stay.
    pub fn production_backup(&self, at: Timestamp, announce: bool) {
        let planted = PlantedSnapshot {
            source: PRODUCTION.to_owned(),
            identifier: format!("rds:production-{}", at.strftime("%Y-%m-%d-%H-%M")),
            snapshot_type: "automated".to_owned(),
            created: Some(at),
            source_tags: None,
            announce,
        };
        // A second one in the same minute is none.
        let _ = self.rds.world_mut().plant_snapshot(planted);
    }

    /// Writes tags as a person does.
    pub fn tag_by_hand(&self, identifier: &str, suffix: &str, value: &str) {
        let mut world = self.rds.world_mut();
        let Some(arn) = world.instances().get(identifier).map(|instance| instance.arn.clone()) else { return };
        let tags: Tags = [(self.settings.name.tag_key(suffix), value.to_owned())].into();
        if world.add_tags(&arn, &tags).is_ok() {
            self.watch.borrow_mut().tagged(&world, identifier, By::Person);
        }
    }

    /// Removes a tag as a person does.
    pub fn untag_by_hand(&self, identifier: &str, suffix: &str) {
        let mut world = self.rds.world_mut();
        let Some(arn) = world.instances().get(identifier).map(|instance| instance.arn.clone()) else { return };
        if world.remove_tags(&arn, &[self.settings.name.tag_key(suffix)]).is_ok() {
            self.watch.borrow_mut().tagged(&world, identifier, By::Person);
        }
    }

    /// Sets the record as a person does.
    pub fn point_by_hand(&self, to: Record) {
        self.watch.borrow_mut().moved(By::Person, to.clone());
        *self.zone.borrow_mut() = to;
    }

    /// One of our tags.
    pub fn tag(&self, identifier: &str, suffix: &str) -> Option<String> {
        let world = self.rds.world();
        world.instances().get(identifier)?.tags.get(&self.settings.name.tag_key(suffix)).cloned()
    }

    /// All instances that carry this echo's tags, with their stages.
    pub fn stages(&self) -> Vec<(String, String)> {
        let (managed, stage) = (self.settings.name.tag_key("managed"), self.settings.name.tag_key("stage"));
        let world = self.rds.world();
        let own = world.instances().values().filter(|one| one.tags.get(&managed).is_some_and(|value| value == "true"));
        own.map(|one| (one.identifier.clone(), one.tags.get(&stage).cloned().unwrap_or_default())).collect()
    }

    /// The identifier of the instance behind the CNAME.
    pub fn in_use(&self) -> Option<String> {
        let world = self.rds.world();
        let zone = self.zone.borrow();
        let Record::Cname { value, .. } = &*zone else { return None };
        let value = value.trim_end_matches('.');
        let points = |address: &Option<String>| address.as_deref() == Some(value);
        world.instances().values().find(|one| points(&one.address)).map(|one| one.identifier.clone())
    }

    /// Everything that a function could ever ask of this town, in words.
    pub fn situation(&self) -> String {
        let world = self.rds.world();
        let mut words = format!("{} {:?} ", self.now(), self.zone.borrow());
        for instance in world.instances().values() {
            let _ = write!(words, "{:?} ", instance.facts());
        }
        for snapshot in world.snapshots().values() {
            let _ = write!(words, "{:?} ", snapshot.facts());
        }
        words
    }

    /// What a read shows of an instance: sometimes its tags of one write ago.
    pub(crate) fn perhaps_stale(&self, instance: &mut Instance) -> bool {
        if self.staleness == 0.0 || self.rng.borrow_mut().f64() >= self.staleness {
            return false;
        }
        let mut watch = self.watch.borrow_mut();
        let Some(before) = watch.tags_before_last_write(&instance.resource_id, self.now(), STALE_FOR) else {
            return false;
        };
        instance.tags = before.clone();
        watch.stale_reads += 1;
        true
    }

    pub(crate) fn read_record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        if zone_id != ZONE || name != self.settings.promote.cname {
            return Err(refused("ListResourceRecordSets", name, Failure::NotFound));
        }
        Ok(self.zone.borrow().clone())
    }

    pub(crate) fn swap(&self, swap: &Swap) -> Answer<()> {
        self.compare_and_swap(swap.old(), swap.value(), swap.ttl())
    }

    /// DELETE of exactly the old record and CREATE of the new one, in one batch.
    pub(crate) fn compare_and_swap(&self, old: &Record, value: &str, ttl: i64) -> Answer<()> {
        let mut zone = self.zone.borrow_mut();
        if *zone != *old || self.refuses_swaps.get() {
            return Err(refused("ChangeResourceRecordSets", &self.settings.promote.cname, Failure::Changed));
        }
        *zone = Record::Cname { value: value.to_owned(), ttl };
        Ok(())
    }

    pub(crate) fn send(&self, mail: &Mail) -> Answer<()> {
        if let Some((address, failure)) = &*self.dead_address.borrow()
            && *address == mail.to
        {
            return Err(refused("SendEmail", &mail.to, *failure));
        }
        self.post.borrow_mut().push(mail.clone());
        Ok(())
    }

    /// A digest over a secret and the message serves as well here as an HMAC.
    pub(crate) fn mac(message: &[u8]) -> Mac {
        let digest = Sha256::new().chain_update(b"secret").chain_update(message).finalize();
        Mac::from_bytes(&digest).unwrap_or_else(|| unreachable!("a digest has 32 bytes"))
    }

    /// Our tags of an instance, as they are.
    pub fn echo_tags(&self, identifier: &str) -> Option<EchoTags> {
        let world = self.rds.world();
        EchoTags::read(&self.settings.name, &world.instances().get(identifier)?.tags).ok()?
    }
}

/// A call that failed.
pub(crate) fn refused(operation: &'static str, subject: &str, failure: Failure) -> CallError {
    CallError { operation, subject: subject.to_owned(), failure, code: None, message: "so it is".to_owned() }
}

//! A small world around the stages: the simulated RDS, a zone with one name, a mailbox, a key, and a
//! person who presses buttons. All in one process, all in virtual time.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test file uses its own part of it")]

pub mod trouble;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use rds_sim::in_process::SimulatedRds;
use rds_sim::world::{PlantedInstance, PlantedSnapshot};
use rds_sim::world::{Settings as WorldSettings, World};
use sha2::{Digest as _, Sha256};
use stages::approve::{Request, Response};
use stages::ports::{Announcer, Answer, CallError, Dns, Failure, Macs, Mailer};
use stages::report::Report;
use stages::{approve, modify, new, promote, reboot, request_approval, retire};
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Mail, Swap};
use tag_state::facts::Record;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use trouble::Troubled;

pub const START: &str = "2026-11-22T03:00:00Z";
pub const OPTIONS: &str = "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
    -Drdsecho.promote.cname=dev-db.example.test -Drdsecho.promote.hostedZoneId=Z1 \
    -Drdsecho.promote.approvers=ann@example.test,bob@example.test -Drdsecho.promote.sender=echo@example.test \
    -Drdsecho.promote.url=https://page.test -Drdsecho.promote.keyId=key \
    -Drdsecho.mod.dbParameterGroupName=default.custom -Drdsecho.mod.backupRetentionPeriod=0 \
    -Drdsecho.new.minimumAgeHours=3 -Drdsecho.retire.graceHours=1";

/// Runs what never has to wait.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing in this world waits"),
    }
}

pub fn refused(operation: &'static str, failure: Failure) -> CallError {
    CallError { operation, subject: "it".to_owned(), failure, code: None, message: "so it is".to_owned() }
}

/// A zone with one name.
#[derive(Clone)]
pub struct Zone(pub Rc<RefCell<Record>>);

impl Dns for Zone {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        if zone_id != "Z1" {
            return Err(refused("ListResourceRecordSets", Failure::NotFound));
        }
        assert_eq!(name, "dev-db.example.test");
        Ok(self.0.borrow().clone())
    }

    async fn swap(&self, swap: &Swap) -> Answer<()> {
        if *self.0.borrow() != *swap.old() {
            return Err(refused("ChangeResourceRecordSets", Failure::Changed));
        }
        *self.0.borrow_mut() = Record::Cname { value: swap.value().to_owned(), ttl: swap.ttl() };
        Ok(())
    }
}

/// A key that nobody sees: a digest over a secret and the message serves as well here as an HMAC.
#[derive(Clone)]
pub struct Key;

impl Key {
    fn mac(key_id: &str, message: &[u8]) -> Mac {
        assert_eq!(key_id, "key");
        let digest = Sha256::new().chain_update(b"secret").chain_update(message).finalize();
        Mac::from_bytes(&digest).unwrap()
    }
}

impl Macs for Key {
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac> {
        Ok(Self::mac(key_id, message))
    }

    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        Ok(Self::mac(key_id, message) == *mac)
    }
}

/// What was mailed; and, where it is set, how mails to Bob fail.
#[derive(Clone, Default)]
pub struct Mailbox(pub Rc<RefCell<Vec<Mail>>>, pub Rc<Cell<Option<Failure>>>);

impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        match self.1.get().filter(|_| mail.to == "bob@example.test") {
            Some(failure) => Err(refused("SendEmail", failure)),
            None => {
                self.0.borrow_mut().push(mail.clone());
                Ok(())
            }
        }
    }
}

#[derive(Clone, Default)]
pub struct Bus(pub Rc<RefCell<Vec<Announcement>>>);

impl Announcer for Bus {
    async fn announce(&self, announcement: &Announcement) -> Answer<()> {
        self.0.borrow_mut().push(announcement.clone());
        Ok(())
    }
}

/// Everything, with trouble between it and the stages.
pub struct Town {
    pub settings: Settings,
    pub rds: SimulatedRds,
    pub zone: Zone,
    pub mailbox: Mailbox,
    pub bus: Bus,
    pub trouble: trouble::Trouble,
    /// What each function said last.
    pub said: BTreeMap<&'static str, Report>,
    pressed: Vec<String>,
}

impl Town {
    pub fn new(more: &str) -> Town {
        let start: Timestamp = START.parse().unwrap();
        let mut world =
            World::new(WorldSettings { account: "000000000000".to_owned(), region: "us-east-1".to_owned(), start });
        world.timing_mut().restore_seconds = 3600;
        world.plant_instance(PlantedInstance { identifier: "production".to_owned(), ..Default::default() }).unwrap();
        let snapshot = |identifier: &str, hours: i64| PlantedSnapshot {
            source: "production".to_owned(),
            identifier: identifier.to_owned(),
            snapshot_type: "automated".to_owned(),
            created: Some(start - SignedDuration::from_hours(hours)),
            source_tags: None,
            announce: false,
        };
        world.plant_snapshot(snapshot("rds:production-2026-11-20", 48)).unwrap();
        world.plant_snapshot(snapshot("rds:production-2026-11-21", 24)).unwrap();
        let legacy = Record::Cname { value: "legacy.example.test.".to_owned(), ttl: 300 };
        Town {
            settings: Settings::from_options(&format!("{OPTIONS} {more}")).unwrap(),
            rds: SimulatedRds::new(world),
            zone: Zone(Rc::new(RefCell::new(legacy))),
            mailbox: Mailbox::default(),
            bus: Bus::default(),
            trouble: trouble::Trouble::none(),
            said: BTreeMap::new(),
            pressed: Vec::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.rds.world().now()
    }

    pub fn pass(&self, minutes: i64) {
        let to = self.now() + SignedDuration::from_mins(minutes);
        self.rds.world_mut().advance(to);
    }

    fn through<P: Clone>(&self, port: &P) -> Troubled<P> {
        Troubled { port: port.clone(), trouble: self.trouble.clone() }
    }

    /// One invocation of one function.
    pub fn invoke(&mut self, function: &'static str, wake: &Wake) -> Report {
        self.trouble.new_process();
        let settings = &self.settings;
        let now = self.now();
        let rds = &self.through(&self.rds);
        let dns = &self.through(&self.zone);
        let macs = &self.through(&Key);
        let mailer = &self.through(&self.mailbox);
        let announcer = &self.through(&self.bus);
        let report = match function {
            "new" => ready(new::run(settings, rds, announcer, wake, now)),
            "modify" => ready(modify::run(settings, rds, announcer, wake, now)),
            "reboot" => ready(reboot::run(settings, rds, announcer, wake, now)),
            "request-approval" => {
                let ports = request_approval::Ports { rds, macs, mailer, announcer };
                ready(request_approval::run(settings, &ports, wake, now))
            }
            "promote" => {
                let ports = promote::Ports { rds, dns, macs, announcer };
                ready(promote::run(settings, &ports, wake, now))
            }
            "retire" => ready(retire::run(settings, rds, dns, announcer, wake, now)),
            other => panic!("no function {other}"),
        };
        self.said.insert(function, report.clone());
        report
    }

    /// What the page answers.
    pub fn visit(&self, method: &str, url: &str) -> (Response, Report) {
        self.trouble.new_process();
        let rds = &self.through(&self.rds);
        let macs = &self.through(&Key);
        let announcer = &self.through(&self.bus);
        let path = url.strip_prefix("https://page.test").unwrap_or(url).to_owned();
        let request = Request { method: method.to_owned(), path };
        ready(approve::handle(&self.settings, &approve::Ports { rds, macs, announcer }, &request, self.now()))
    }

    /// The last mailed links of a person: to confirm, and to cancel.
    pub fn links(&self, person: &str) -> Option<(String, String)> {
        let mails = self.mailbox.0.borrow();
        let mail = mails.iter().rfind(|mail| mail.to == person)?;
        let links: Vec<&str> = mail.text.lines().filter(|line| line.starts_with("https://page.test/")).collect();
        Some((links[0].to_owned(), links[1].to_owned()))
    }

    /// Ann confirms whatever she has been mailed and not confirmed yet; if the page fails she tries again later.
    pub fn ann_confirms(&mut self) {
        let Some((confirm, _)) = self.links("ann@example.test") else { return };
        if !self.pressed.contains(&confirm) && self.visit("POST", &confirm).0.status == 200 {
            self.pressed.push(confirm);
        }
    }

    /// The schedules' turn: every function once.
    pub fn all_look(&mut self) {
        for function in ["new", "modify", "reboot", "request-approval", "promote", "retire"] {
            self.invoke(function, &Wake::All);
        }
    }

    pub fn tag(&self, instance: &str, suffix: &str) -> Option<String> {
        let world = self.rds.world();
        world.instances().get(instance)?.facts().tags.get(&format!("rdsecho:dev:{suffix}")).cloned()
    }

    /// Identifier and stage of all but production.
    pub fn stages(&self) -> Vec<(String, String)> {
        let world = self.rds.world();
        let ours = world.instances().keys().filter(|identifier| *identifier != "production");
        ours.map(|identifier| (identifier.clone(), self.tag(identifier, "stage").unwrap_or_default())).collect()
    }

    pub fn cname(&self) -> String {
        match &*self.zone.0.borrow() {
            Record::Cname { value, .. } => value.clone(),
            other @ (Record::Absent | Record::Other(_)) => format!("{other:?}"),
        }
    }

    pub fn cname_points_at(&self, instance: &str) -> bool {
        self.rds.world().instances().get(instance).is_some_and(|one| self.zone.0.borrow().points_at(&one.facts()))
    }

    /// Lets the schedules work until people have been mailed.
    pub fn until_asked(&mut self) {
        for _ in 0..60 {
            if self.links("ann@example.test").is_some() {
                return;
            }
            self.all_look();
            self.pass(10);
        }
        panic!("nobody was asked: {:?} {:#?}", self.stages(), self.said);
    }

    /// Lets schedules and Ann work, ten minutes apart, until `done`; says how many rounds that took.
    pub fn live_until(&mut self, rounds: usize, done: impl Fn(&Town) -> bool) -> Option<usize> {
        (0..rounds).find(|_| {
            if done(self) {
                return true;
            }
            self.all_look();
            self.ann_confirms();
            self.pass(10);
            false
        })
    }
}

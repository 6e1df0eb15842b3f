//! What people, and RDS itself, do to the echo behind the stages' backs. Most of it is undone after a
//! while; what is not is something the stages must get over.

use jiff::{SignedDuration, Timestamp};
use rds_sim::world::{CreateSnapshot, PlantedInstance, Restore};
use tag_state::facts::{Record, Tags};
use tag_state::parameter::Parameters;

use crate::town::{LEGACY, PRODUCTION, Town};

/// How an act is taken back.
#[derive(Clone, Debug)]
pub enum Undo {
    /// The record becomes this again, where it is what the act made it.
    Record {
        /// What the act made it.
        from: Record,
        /// What it was.
        to: Record,
    },
    /// A tag of an instance becomes this again.
    Tag(String, &'static str, Option<String>),
    /// An instance that was stopped, or fell ill, is available again.
    Available(String),
    /// An instance goes.
    Remove(String),
    /// The protection is on again.
    Protection(String),
    /// Mail is taken again.
    Mailbox,
    /// RDS can use the secret of the master password again.
    Secret(String),
    /// Nobody is connected any more.
    Connections(String),
}

impl Town {
    /// Takes an act back.
    pub fn undo(&self, undo: Undo) {
        self.watch.borrow_mut().say(|| format!("people: take back {undo:?}"));
        match undo {
            Undo::Record { from, to } => {
                if *self.zone.borrow() == from {
                    self.point_by_hand(to);
                }
            }
            Undo::Tag(identifier, suffix, Some(value)) => self.tag_by_hand(&identifier, suffix, &value),
            Undo::Tag(identifier, suffix, None) => self.untag_by_hand(&identifier, suffix),
            Undo::Available(identifier) => {
                let mut world = self.rds.world_mut();
                let ill = |status: &str| status == "stopped" || status == "storage-full" || status == "dreaming";
                if world.instances().get(&identifier).is_some_and(|one| ill(&one.status)) {
                    let _ = world.force_status(&identifier, "available");
                }
            }
            Undo::Remove(identifier) => {
                let delete = rds_sim::world::Delete {
                    identifier: &identifier,
                    skip_final_snapshot: true,
                    final_snapshot: None,
                    delete_automated_backups: true,
                };
                let _ = self.rds.world_mut().delete(&delete);
            }
            Undo::Protection(identifier) => self.protect(&identifier, true),
            Undo::Mailbox => *self.dead_address.borrow_mut() = None,
            Undo::Secret(identifier) => {
                let _ = self.rds.world_mut().force_secret_status(&identifier, "active");
            }
            Undo::Connections(identifier) => {
                let _ = self.rds.world_mut().set_connections(&identifier, Some(0));
            }
        }
    }

    /// Puts other instances into the account: many with names of their own, some that begin alike.
    pub fn crowd(&self, number: usize) {
        let day = self.now().strftime("%Y-%m-%d").to_string();
        let alike = ["dev", "dev-20", "dev-2026", "dev-2026-11", "devel-DAY", "dev-qa-DAY", "de-2026-01-01", "dev-qa"];
        for count in 0..number {
            let identifier = match alike.get(count) {
                Some(name) => name.replace("DAY", &day),
                None => format!("other-{count:03}"),
            };
            let pairs: &[(&str, &str)] = match count % 3 {
                0 => &[],
                1 => &[("rdsecho:dev-qa:managed", "true"), ("rdsecho:dev-qa:stage", "forgotten")],
                _ => &[
                    ("rdsecho:dev:managed", "true"),
                    ("rdsecho:dev:stage", "forgotten"),
                    ("rdsecho:dev:since", "2020-01-01T00:00:00Z"),
                ],
            };
            let mut tags: Tags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            if count % 3 == 2 {
                tags.insert("rdsecho:dev:id".to_owned(), identifier.clone());
            }
            self.plant(&identifier, tags);
        }
    }

    fn plant(&self, identifier: &str, tags: Tags) -> bool {
        let mut world = self.rds.world_mut();
        let planted = PlantedInstance { identifier: identifier.to_owned(), tags, ..Default::default() };
        let there = world.plant_instance(planted).is_ok();
        if there {
            self.watch.borrow_mut().appeared(&world, identifier, false);
        }
        there
    }

    fn one_of<'a>(&self, list: &'a [String]) -> Option<&'a String> {
        (!list.is_empty()).then(|| &list[self.rng.borrow_mut().usize(..list.len())])
    }

    /// Does something, and says how to take it back, if it has to be.
    pub fn meddle(&self) -> Option<Undo> {
        let own: Vec<String> = self.stages().into_iter().map(|(identifier, _)| identifier).collect();
        let own: Vec<String> = own.into_iter().filter(|identifier| self.is_ours(identifier)).collect();
        let act = self.rng.borrow_mut().u8(0..28);
        let target = self.one_of(&own)?.clone();
        let say = |what: String| self.watch.borrow_mut().say(|| format!("people: {what}"));
        match act {
            0..=2 => {
                say(format!("set the CNAME to {target}"));
                let address = self.rds.world().instances().get(&target)?.address.clone()?;
                self.point_by_hand(Record::Cname { value: address, ttl: 60 });
                None
            }
            3 | 4 => {
                let other = [
                    Record::Absent,
                    Record::Other("a weighted record".to_owned()),
                    Record::Cname { value: LEGACY.to_owned(), ttl: 300 },
                ];
                let to = other[self.rng.borrow_mut().usize(..3)].clone();
                say(format!("make the record {to:?}"));
                let was = self.zone.replace(to.clone());
                self.point_by_hand(to.clone());
                Some(Undo::Record { from: to, to: was })
            }
            5 => {
                say(format!("switch the protection of {target}"));
                let was = self.rds.world().instances().get(&target)?.deletion_protection;
                self.protect(&target, !was);
                // Switched off on the way to a promotion, it is for a person to switch it on again.
                was.then_some(Undo::Protection(target))
            }
            6..=8 => {
                let stages = ["new", "modified", "rebooted", "promoted", "forgotten", "retired"];
                let stage = stages[self.rng.borrow_mut().usize(..stages.len())];
                say(format!("tag {target} {stage}"));
                self.tag_by_hand(&target, "stage", stage);
                None
            }
            24 | 25 => {
                // Where its tags are copied, it has all of ours; and sometimes a name that we might give.
                let drawn = self.rng.borrow_mut().u32(0..1_000_000);
                let name = match drawn % 4 {
                    0 => format!("{target}-final"),
                    1 => format!("{target}-final-2"),
                    _ => format!("kept-{target}-{drawn}"),
                };
                say(format!("take the snapshot {name} of {target}"));
                let tags = Tags::new();
                let wanted = CreateSnapshot { instance: &target, identifier: &name, tags: &tags };
                let _ = self.rds.world_mut().create_snapshot(&wanted);
                None
            }
            26 => {
                say(format!("take RDS's hands off the secret of {target}"));
                self.rds.world_mut().force_secret_status(&target, "impaired").ok()?;
                Some(Undo::Secret(target))
            }
            27 => {
                let connections = [Some(1), Some(20), None][self.rng.borrow_mut().usize(..3)];
                say(format!("connect to {target}: {connections:?}"));
                self.rds.world_mut().set_connections(&target, connections).ok()?;
                Some(Undo::Connections(target))
            }
            9 => {
                let (suffix, value) =
                    [("since", "yesterday"), ("stage", "ready"), ("request", "two"), ("managed", "no")]
                        [self.rng.borrow_mut().usize(..4)];
                say(format!("tag {target} {suffix}={value}"));
                let was = self.tag(&target, suffix);
                self.tag_by_hand(&target, suffix, value);
                Some(Undo::Tag(target, suffix, was))
            }
            10 => {
                let suffix = ["resource", "id", "managed", "since", "rebooting"][self.rng.borrow_mut().usize(..5)];
                say(format!("remove the tag {suffix} of {target}"));
                let was = self.tag(&target, suffix)?;
                self.untag_by_hand(&target, suffix);
                (suffix != "rebooting").then_some(Undo::Tag(target, suffix, Some(was)))
            }
            11 | 12 => {
                self.forge(&target, &own);
                None
            }
            13 => {
                say(format!("cancel the request of {target} by a tag"));
                let number = self.tag(&target, "request").unwrap_or_else(|| "1".to_owned());
                self.tag_by_hand(&target, "cancelled:dora@example.test", &format!("{number} {:.0}", self.now()));
                None
            }
            14 | 15 => {
                // As `rds-echo request` will: a new number; and sometimes somebody forgets the end.
                let number: u32 = self.tag(&target, "request")?.parse().ok()?;
                say(format!("ask about {target} anew"));
                let mut tags = vec![("request", (number + 1).to_string()), ("requested", format!("{:.0}", self.now()))];
                if self.rng.borrow_mut().bool() {
                    let ends = self.now() + SignedDuration::from_hours(5);
                    tags.push(("expires", format!("{ends:.0}")));
                }
                for (suffix, value) in tags {
                    self.tag_by_hand(&target, suffix, &value);
                }
                None
            }
            16 | 17 => self.copy(&target),
            18 => {
                say(format!("stop {target}"));
                self.force(&target, "stopped")
            }
            19 => {
                let status = ["storage-full", "dreaming"][self.rng.borrow_mut().usize(..2)];
                say(format!("RDS: {target} is {status}"));
                self.force(&target, status)
            }
            20 => {
                let status = ["failed", "incompatible-parameters", "incompatible-network", "incompatible-restore"]
                    [self.rng.borrow_mut().usize(..4)];
                say(format!("RDS: {target} is {status}"));
                // For good: it does not come back. What is in use is spared, for nobody could help it.
                if self.in_use().as_ref() != Some(&target) {
                    self.force(&target, status);
                }
                None
            }
            21 => {
                say(format!("destroy {target}, if RDS lets them"));
                if self.in_use().as_ref() != Some(&target) {
                    self.undo(Undo::Remove(target));
                }
                None
            }
            22 => {
                say(format!("take a snapshot of {target}"));
                let name = format!("by-hand-{}", self.rng.borrow_mut().u32(..));
                let tags = Tags::new();
                let snapshot = CreateSnapshot { instance: &target, identifier: &name, tags: &tags };
                let _ = self.rds.world_mut().create_snapshot(&snapshot);
                None
            }
            _ => {
                let failure = [stages::ports::Failure::Refused, stages::ports::Failure::Unknown]
                    [self.rng.borrow_mut().usize(..2)];
                say("the mailbox of bob takes no mail".to_owned());
                *self.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), failure));
                Some(Undo::Mailbox)
            }
        }
    }

    /// Writes a hold that nobody can read, and says how to take it back.
    pub fn hold_badly(&self, target: &str) -> Undo {
        self.watch.borrow_mut().say(|| format!("people: hold {target} until further notice"));
        let was = self.tag(target, "hold").filter(|was| was != "until further notice");
        self.tag_by_hand(target, "hold", "until further notice");
        Undo::Tag(target.to_owned(), "hold", was)
    }

    /// What only a person can put right, when the trouble is over: the name is a plain CNAME again, to what
    /// was promoted; and where tags were changed by hand, they say again what is so. An instance whose stage
    /// was tampered with begins anew.
    pub fn make_good(&self) {
        let promoted = self.stages().into_iter().find(|(one, stage)| stage == "promoted" && self.is_ours(one));
        let address = promoted.and_then(|(one, _)| self.rds.world().instances()[&one].address.clone());
        let strays = self.in_use().is_none() && address.is_some();
        if strays || !matches!(*self.zone.borrow(), Record::Cname { .. }) {
            self.point_by_hand(Record::Cname { value: address.unwrap_or_else(|| LEGACY.to_owned()), ttl: 300 });
        }
        let tampered: Vec<(String, String)> = {
            let watch = self.watch.borrow();
            let lives = watch.ledger.lives.iter().filter(|(_, life)| life.ours && life.gone.is_none() && life.tampered);
            lives.map(|(resource, life)| (life.identifier.clone(), resource.clone())).collect()
        };
        for (identifier, resource) in tampered {
            let stage = self.tag(&identifier, "stage").unwrap_or_default();
            let stage = if matches!(&*stage, "promoted" | "forgotten" | "retired") { stage } else { "new".to_owned() };
            let since = self.tag(&identifier, "since").filter(|since| since.parse::<Timestamp>().is_ok());
            let since = since.unwrap_or_else(|| format!("{:.0}", self.now()));
            let whole = [
                ("managed", "true"),
                ("id", &identifier),
                ("resource", &resource),
                ("stage", &stage),
                ("since", &since),
            ];
            for (suffix, value) in whole {
                if self.tag(&identifier, suffix).as_deref() != Some(value) {
                    self.tag_by_hand(&identifier, suffix, value);
                }
            }
            for person in ["dora", "ann", "bob", "cleo"] {
                let key = &format!("cancelled:{person}@example.test");
                if self.tag(&identifier, key).is_some_and(|value| value.starts_with("two")) {
                    self.untag_by_hand(&identifier, &format!("cancelled:{person}@example.test"));
                }
            }
            if self.tag(&identifier, "request").is_some_and(|number| number.parse::<u32>().is_err()) {
                self.untag_by_hand(&identifier, "request");
            }
        }
    }

    /// Switches deletion protection by hand.
    fn protect(&self, identifier: &str, on: bool) {
        let modify = rds_sim::world::Modify {
            identifier,
            parameters: &Parameters::new(),
            disable_log_exports: &[],
            deletion_protection: Some(on),
            master_password: false,
            apply_immediately: true,
            allow_major_version_upgrade: false,
        };
        let _ = self.rds.world_mut().modify(&modify);
    }

    fn is_ours(&self, identifier: &str) -> bool {
        let world = self.rds.world();
        let watch = self.watch.borrow();
        world
            .instances()
            .get(identifier)
            .and_then(|one| watch.ledger.lives.get(&one.resource_id))
            .is_some_and(|life| life.ours)
    }

    fn force(&self, identifier: &str, status: &str) -> Option<Undo> {
        let mut world = self.rds.world_mut();
        let instance = world.instances().get(identifier)?;
        // What is being created or destroyed cannot be stopped.
        if instance.created.is_none() || instance.status == "deleting" {
            return None;
        }
        world.force_status(identifier, status).ok()?;
        Some(Undo::Available(identifier.to_owned()))
    }

    /// Confirmations that nobody pressed: made up, or copied from another approver or another instance.
    fn forge(&self, target: &str, own: &[String]) {
        let Some(from) = self.one_of(own) else { return };
        let people = ["ann", "bob", "cleo"];
        let (one, other) = {
            let mut rng = self.rng.borrow_mut();
            (people[rng.usize(..3)], people[rng.usize(..3)])
        };
        let made_up = format!("1 {:.0} {}", self.now(), "A".repeat(43));
        let value = self.tag(from, &format!("confirmed:{one}@example.test")).unwrap_or(made_up);
        if from == target && one == other {
            return;
        }
        self.watch.borrow_mut().say(|| format!("people: forge a confirmation of {other} on {target}"));
        self.tag_by_hand(target, &format!("confirmed:{other}@example.test"), &value);
    }

    /// A copy from a snapshot of one of ours: it inherits our tags.
    fn copy(&self, of: &str) -> Option<Undo> {
        let snapshots: Vec<String> = {
            let world = self.rds.world();
            let ours = world.snapshots().values().filter(|one| one.source != PRODUCTION && one.status == "available");
            ours.map(|one| one.identifier.clone()).collect()
        };
        let Some(snapshot) = self.one_of(&snapshots).cloned() else {
            // The next one may find it.
            let name = format!("by-hand-{}", self.rng.borrow_mut().u32(..));
            let tags = Tags::new();
            let _ =
                self.rds.world_mut().create_snapshot(&CreateSnapshot { instance: of, identifier: &name, tags: &tags });
            return None;
        };
        let tomorrow = self.now() + SignedDuration::from_hours(24);
        let identifier = match self.rng.borrow_mut().u8(0..4) {
            0 => format!("{of}-copy"),
            1 => "dev-copy".to_owned(),
            2 => tomorrow.strftime("dev-%Y-%m-%d").to_string(),
            _ => format!("devel-{}", self.now().strftime("%Y-%m-%d")),
        };
        self.watch.borrow_mut().say(|| format!("people: restore {snapshot} as {identifier}"));
        let (parameters, tags) = (Parameters::new(), Tags::new());
        let restore = Restore {
            identifier: &identifier,
            snapshot: &snapshot,
            parameters: &parameters,
            tags: &tags,
            deletion_protection: false,
        };
        let mut world = self.rds.world_mut();
        world.restore(&restore).ok()?;
        self.watch.borrow_mut().appeared(&world, &identifier, false);
        Some(Undo::Remove(identifier))
    }
}

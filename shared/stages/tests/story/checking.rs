//! What is found before a restore: each finding in a world where all is well, and in one where it is not.

mod engines;
mod network;
mod others;
mod people;
mod storage;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::SignedDuration;
use rds_sim::world::{Delete, Group, PlantedInstance, PlantedSnapshot, Withdrawal, World};
use simulation::calm::Calm;
use simulation::functions::ready;
use simulation::port::{Port, Process};
use simulation::town::PRODUCTION;
use simulation::trouble::Trouble;
use stages::check::{Ports, run};
use stages::ports::Lookups as _;
use tag_state::check::{Finding, Grade};
use tag_state::facts::{MailAccount, Record, StorageKey, Zone};

use crate::common::{FIRST, shared_snapshot, snapshot_of_production};

/// As `rds-echo check` does it; and how many calls that took.
fn check(calm: &Calm) -> (Vec<Finding>, u32) {
    let now = calm.town.now();
    let process = Rc::new(Process::new("check", 0, now, None, false, Trouble::None));
    let port = Port { town: calm.town.clone(), process: process.clone() };
    let ports = Ports { rds: &port, dns: &port, lookups: &port };
    let identity = ready(port.identity());
    (ready(run(&calm.town.settings, &identity, "us-east-1", &ports, now)).findings, process.calls() - 1)
}

/// The worst that is said of a thing.
fn of<'a>(findings: &'a [Finding], what: &str) -> Option<&'a Finding> {
    findings.iter().filter(|one| one.what == what).max_by_key(|one| one.grade)
}

/// One thing that can be wrong.
struct Case {
    /// Settings with which all is well, until the world is bent.
    good: &'static str,
    /// Settings with which it is not.
    wrong: &'static str,
    /// What happens to the world before it is looked at a second time.
    bend: fn(&Calm),
    what: &'static str,
    grade: Grade,
    says: &'static str,
}

const fn bad(what: &'static str, says: &'static str) -> Case {
    Case { good: "", wrong: "", bend: |_| {}, what, grade: Grade::Bad, says }
}

const fn doubtful(what: &'static str, says: &'static str) -> Case {
    Case { grade: Grade::Doubtful, ..bad(what, says) }
}

fn world(calm: &Calm, bend: impl FnOnce(&mut World)) {
    bend(&mut calm.town.rds.world_mut());
}

fn around(calm: &Calm, bend: impl FnOnce(&mut rds_sim::world::Surroundings)) {
    bend(calm.town.rds.world_mut().surroundings_mut());
}

fn withdraw(calm: &Calm, withdrawal: Withdrawal) {
    world(calm, |world| world.withdraw(withdrawal));
}

fn zone(id: &str, name: &str, private: bool) -> Zone {
    Zone { id: id.to_owned(), name: name.to_owned(), private }
}

/// Production is another one, and what is there is of that.
fn production_is(calm: &Calm, bend: impl FnOnce(&mut PlantedInstance)) {
    world(calm, |world| {
        let gone = Delete {
            identifier: PRODUCTION,
            skip_final_snapshot: true,
            final_snapshot: None,
            delete_automated_backups: true,
        };
        world.delete(&gone).expect("it is there");
        let later = world.now() + SignedDuration::from_hours(3);
        world.advance(later);
        let mut planted = PlantedInstance { identifier: PRODUCTION.to_owned(), ..Default::default() };
        bend(&mut planted);
        world.plant_instance(planted).expect("fits");
    });
    calm.town.production_backup(calm.town.now() - SignedDuration::from_hours(1), false);
}

fn manual_snapshot(world: &mut World) {
    snapshot_of_production(world, "by-hand", "manual");
}

const NETWORK: &str = "-Drdsecho.new.dbSubnetGroupName=inside -Drdsecho.new.vpcSecurityGroupIds=sg-1,sg-2";

/// A subnet group in `vpc-1` and the security groups of [`NETWORK`].
fn network(calm: &Calm, groups: &[(&str, &str)]) {
    world(calm, |world| {
        let zones = ["us-east-1a", "us-east-1b"].map(str::to_owned).into();
        let group = Group::Subnet { vpc: "vpc-1".to_owned(), status: "Complete".to_owned(), zones };
        world.plant_group("inside", group).expect("fits");
    });
    let groups: BTreeMap<String, String> =
        groups.iter().map(|(id, vpc)| ((*id).to_owned(), (*vpc).to_owned())).collect();
    around(calm, |around| around.security_groups = Some(groups));
}

/// A subnet group of these zones.
fn subnets(calm: &Calm, name: &str, status: &str, zones: &[&str]) {
    let zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
    let group = Group::Subnet { vpc: "vpc-1".to_owned(), status: status.to_owned(), zones };
    world(calm, |world| world.plant_group(name, group).expect("fits"));
}

/// The same, and what was to be bent.
fn with_network(more: &'static [(&str, &str)]) -> impl Fn(&Calm) {
    move |calm| network(calm, more)
}

const SOURCE: &str = "rdsecho.snapshot.dbInstanceIdentifier";
const CLASS: &str = "rdsecho.new.dbInstanceClass";

fn cases() -> Vec<Case> {
    vec![
        Case {
            wrong: "-Drdsecho.snapshot.dbInstanceIdentifier=nobody",
            ..bad(SOURCE, "no available snapshot of nobody")
        },
        Case { wrong: "-Drdsecho.snapshot.types=awsbackup", ..bad(SOURCE, "rdsecho.snapshot.types is awsbackup") },
        // Somebody else's, who calls an instance as ours is called.
        Case {
            wrong: "-Drdsecho.snapshot.account=111122223333",
            bend: |calm| world(calm, |world| shared_snapshot(world, "theirs")),
            ..bad(SOURCE, "rdsecho.snapshot.types is shared")
        },
        Case { bend: |calm| calm.pass(49 * 60), ..doubtful(SOURCE, "73 hours old: check that backups") },
        Case {
            good: "-Drdsecho.snapshot.maxAgeHours=24",
            wrong: "-Drdsecho.snapshot.maxAgeHours=23",
            ..bad("rdsecho.snapshot.maxAgeHours", "24 h 0 min are more than 23 h")
        },
        Case {
            bend: |calm| withdraw(calm, Withdrawal { version: Some("16.4".to_owned()), ..Default::default() }),
            ..doubtful("engine", "offers postgres 16.4 no more")
        },
        Case {
            good: "-Drdsecho.mod.engineVersion=16.6",
            wrong: "-Drdsecho.mod.engineVersion=latest",
            ..bad("rdsecho.mod.engineVersion", "no postgres latest")
        },
        Case {
            good: "-Drdsecho.mod.engineVersion=16.4",
            wrong: "-Drdsecho.mod.engineVersion=16.3",
            ..bad(
                "rdsecho.mod.engineVersion",
                "does not upgrade to 16.3: name one to which it can be upgraded (such as 16.6",
            )
        },
        Case { wrong: "-Drdsecho.new.engine=mysql", ..doubtful("rdsecho.new.engine", "the snapshot is of postgres") },
        Case {
            wrong: "-Drdsecho.mod.dbParameterGroupName=none",
            ..bad("rdsecho.mod.dbParameterGroupName", "there is no none in this region")
        },
        Case {
            good: "-Drdsecho.new.dbParameterGroupName=tuned",
            wrong: "-Drdsecho.new.dbParameterGroupName=default.mysql8.0",
            ..bad("rdsecho.new.dbParameterGroupName", "of the family mysql8.0, and 16.4 needs postgres16")
        },
        // With a version to come the group of the modification is for that one.
        Case {
            good: "-Drdsecho.mod.engineVersion=17.2 -Drdsecho.mod.dbParameterGroupName=default.postgres17",
            wrong: "-Drdsecho.mod.engineVersion=17.2",
            ..bad("rdsecho.mod.dbParameterGroupName", "of the family postgres16, and 17.2 needs postgres17")
        },
        Case {
            good: "-Drdsecho.new.optionGroupName=default:postgres-16",
            wrong: "-Drdsecho.new.optionGroupName=mine",
            ..bad("rdsecho.new.optionGroupName", "there is no mine")
        },
        Case {
            good: "-Drdsecho.new.optionGroupName=default:postgres-16",
            wrong: "-Drdsecho.new.optionGroupName=default:postgres-15",
            ..bad("rdsecho.new.optionGroupName", "is for postgres 15, and postgres 16.4")
        },
        Case {
            good: "-Drdsecho.new.optionGroupName=default:postgres-16 -Drdsecho.new.dbSubnetGroupName=default",
            wrong: "-Drdsecho.new.optionGroupName=bound -Drdsecho.new.dbSubnetGroupName=default",
            bend: |calm| {
                let (engine, major_version) = ("postgres".to_owned(), "16".to_owned());
                let group = Group::Option { engine, major_version, vpc: Some("vpc-1".to_owned()) };
                world(calm, |world| world.plant_group("bound", group).expect("fits"));
            },
            ..bad("rdsecho.new.optionGroupName", "bound is for vpc-1, and the subnet group default is in vpc-00000000")
        },
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default",
            wrong: "-Drdsecho.new.dbSubnetGroupName=nowhere",
            ..bad("rdsecho.new.dbSubnetGroupName", "there is no nowhere")
        },
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default -Drdsecho.new.availabilityZone=us-east-1b",
            wrong: "-Drdsecho.new.dbSubnetGroupName=default -Drdsecho.new.availabilityZone=us-east-1x",
            ..bad("rdsecho.new.dbSubnetGroupName", "has no subnet in us-east-1x")
        },
        Case {
            wrong: NETWORK,
            bend: |calm| with_network(&[("sg-1", "vpc-1")])(calm),
            ..bad("rdsecho.new.vpcSecurityGroupIds", "there is no sg-2")
        },
        Case {
            wrong: NETWORK,
            bend: |calm| with_network(&[("sg-1", "vpc-1"), ("sg-2", "vpc-2")])(calm),
            ..bad("rdsecho.new.vpcSecurityGroupIds", "sg-2 is in vpc-2, and the subnet group inside in vpc-1")
        },
        // Without a subnet group nobody knows the VPC.
        Case {
            wrong: "-Drdsecho.new.vpcSecurityGroupIds=sg-1",
            ..doubtful("rdsecho.new.vpcSecurityGroupIds", "without rdsecho.new.dbSubnetGroupName")
        },
        Case {
            wrong: "-Drdsecho.new.vpcSecurityGroupIds=sg-1,sg-2",
            bend: |calm| with_network(&[("sg-1", "vpc-1"), ("sg-2", "vpc-2")])(calm),
            ..bad("rdsecho.new.vpcSecurityGroupIds", "they are in vpc-1 and vpc-2")
        },
        Case {
            wrong: "-Drdsecho.new.dbSubnetGroupName=narrow -Drdsecho.mod.multiAz=true",
            bend: |calm| subnets(calm, "narrow", "Complete", &["us-east-1a"]),
            ..bad("rdsecho.new.dbSubnetGroupName", "multiAz needs two zones")
        },
        Case {
            wrong: "-Drdsecho.new.dbSubnetGroupName=broken",
            bend: |calm| subnets(calm, "broken", "SubnetsMissing", &["us-east-1a", "us-east-1b"]),
            ..doubtful("rdsecho.new.dbSubnetGroupName", "broken is SubnetsMissing")
        },
        Case {
            good: "-Drdsecho.new.dbInstanceClass=db.t4g.medium",
            wrong: "-Drdsecho.new.dbInstanceClass=db.m1.small",
            ..bad(CLASS, "no db.m1.small for postgres 16.4")
        },
        Case {
            bend: |calm| {
                world(calm, manual_snapshot);
                let (identifier, skip_final_snapshot) = (PRODUCTION, true);
                let gone =
                    Delete { identifier, skip_final_snapshot, final_snapshot: None, delete_automated_backups: true };
                world(calm, |world| world.delete(&gone).map(|_| ()).expect("it is there"));
                calm.pass(60);
            },
            ..doubtful(CLASS, "the source that it would be taken from is gone")
        },
        Case {
            good: "-Drdsecho.new.availabilityZone=us-east-1a",
            wrong: "-Drdsecho.new.availabilityZone=us-east-1a",
            bend: |calm| withdraw(calm, Withdrawal { zone: Some("us-east-1a".to_owned()), ..Default::default() }),
            ..bad("rdsecho.new.availabilityZone", "in us-east-1a: name another zone, or none")
        },
        Case {
            wrong: "-Drdsecho.new.availabilityZone=us-east-1a -Drdsecho.new.multiAz=true",
            ..bad("rdsecho.new.availabilityZone", "together with multiAz")
        },
        Case {
            bend: |calm| {
                production_is(calm, |production| production.kms_key = Some("lost".to_owned()));
                around(calm, |around| _ = around.storage_keys.insert("lost".to_owned(), None));
            },
            ..bad("storage key", "there is no lost")
        },
        Case {
            bend: |calm| {
                production_is(calm, |production| production.kms_key = Some("off".to_owned()));
                let key =
                    StorageKey { enabled: false, encrypts: true, state: "PendingDeletion".to_owned(), of_aws: false };
                around(calm, |around| _ = around.storage_keys.insert("off".to_owned(), Some(key)));
            },
            ..bad("storage key", "off is PendingDeletion")
        },
        Case {
            bend: |calm| world(calm, |world| world.quotas_mut().instances = 1),
            ..bad("quotas", "1 of 1 instances are used")
        },
        Case {
            bend: |calm| world(calm, |world| world.quotas_mut().storage = 1),
            ..bad("quotas", "GiB of storage are used")
        },
        Case {
            bend: |calm| world(calm, |world| world.quotas_mut().manual_snapshots = 0),
            ..doubtful("quotas", "manual snapshots are used")
        },
        Case {
            bend: |calm| {
                let stranger = PlantedInstance { identifier: FIRST.to_owned(), ..Default::default() };
                world(calm, |world| _ = world.plant_instance(stranger).expect("fits"));
            },
            ..bad("instances", "named like one of this echo's")
        },
        Case {
            wrong: "-Drdsecho.retire.finalDbSnapshotIdentifier=by-hand-{instance}",
            bend: |calm| {
                world(calm, |world| {
                    manual_snapshot(world);
                    let planted = PlantedSnapshot {
                        source: PRODUCTION.to_owned(),
                        identifier: format!("by-hand-{FIRST}"),
                        snapshot_type: "manual".to_owned(),
                        created: None,
                        source_tags: None,
                        announce: false,
                    };
                    world.plant_snapshot(planted).expect("fits");
                });
            },
            ..doubtful("rdsecho.retire.finalDbSnapshotIdentifier", "there is a snapshot by-hand-dev-2026-11-22 already")
        },
        Case { wrong: "-Drdsecho.promote.hostedZoneId=Z2", ..bad("rdsecho.promote.hostedZoneId", "no hosted zone Z2") },
        Case {
            bend: |calm| around(calm, |around| around.zones = vec![zone("Z1", "example.org", false)]),
            ..bad("rdsecho.promote.hostedZoneId", "Z1 is the zone example.org, and dev-db.example.test is not in it")
        },
        Case {
            bend: |calm| around(calm, |around| around.zones.push(zone("Z3", "dev-db.example.test", true))),
            ..doubtful("rdsecho.promote.hostedZoneId", "Z3 (dev-db.example.test, private) is nearer")
        },
        Case {
            bend: |calm| *calm.town.zone.borrow_mut() = Record::Absent,
            ..doubtful("rdsecho.promote.cname", "there is no dev-db.example.test in Z1 yet")
        },
        Case {
            bend: |calm| *calm.town.zone.borrow_mut() = Record::Other("an alias".to_owned()),
            ..bad("rdsecho.promote.cname", "is an alias: make it a plain CNAME")
        },
        Case {
            bend: |calm| {
                *calm.town.zone.borrow_mut() = Record::Cname { value: "a.example.test".to_owned(), ttl: 86_400 }
            },
            ..doubtful("rdsecho.promote.ttl", "kept for 86400 s")
        },
        Case { wrong: "-Drdsecho.promote.ttl=0", ..doubtful("rdsecho.promote.ttl", "0 lets nobody keep the name") },
        Case { wrong: "-Drdsecho.promote.ttl=7200", ..doubtful("rdsecho.promote.ttl", "for 7200 s after a promotion") },
        Case {
            bend: |calm| around(calm, |around| around.verified = Some(BTreeSet::new())),
            ..bad("rdsecho.promote.sender", "neither echo@example.test nor its domain")
        },
        // The domain above the sender's stands for it.
        Case {
            good: "-Drdsecho.promote.sender=echo+dev@mail.example.test",
            wrong: "-Drdsecho.promote.sender=echo+dev@mail.example.test",
            bend: |calm| around(calm, |around| around.verified = Some(["other.example.test".to_owned()].into())),
            ..bad("rdsecho.promote.sender", "nor one above that")
        },
        Case {
            bend: |calm| around(calm, |around| around.mail_account.sending = false),
            ..bad("mail account", "switched sending off")
        },
        // Ann alone can be mailed: that is enough for one confirmation, and not for two.
        Case { bend: |calm| sandbox(calm), ..doubtful("mail account", "not mail bob@example.test, cleo@example.test") },
        Case {
            good: "-Drdsecho.promote.approvals=2",
            wrong: "-Drdsecho.promote.approvals=2",
            bend: |calm| sandbox(calm),
            ..bad("mail account", "not mail bob@example.test, cleo@example.test")
        },
        Case {
            bend: |calm| around(calm, |around| around.mac_key = Some("it is no HMAC key".to_owned())),
            ..bad("rdsecho.promote.keyId", "cannot sign links: it is no HMAC key")
        },
        // Nobody is asked, and trouble is told by mail all the same.
        Case {
            good: "-Drdsecho.promote.approval=none -Drdsecho.promote.approvers= -Drdsecho.notify=eve@example.test",
            wrong: "-Drdsecho.promote.approval=none -Drdsecho.promote.approvers= -Drdsecho.notify=eve@example.test",
            bend: |calm| around(calm, |around| around.verified = Some(BTreeSet::new())),
            ..doubtful("rdsecho.promote.sender", "neither echo@example.test nor its domain")
        },
        Case {
            good: "-Drdsecho.promote.approval=none -Drdsecho.promote.approvers= -Drdsecho.notify=eve@example.test",
            wrong: "-Drdsecho.promote.approval=none -Drdsecho.promote.approvers= -Drdsecho.notify=eve@example.test",
            bend: |calm| sandbox(calm),
            ..doubtful("rdsecho.notify", "will tell no trouble to eve@example.test")
        },
        Case {
            good: "-Drdsecho.notify=ann@example.test,eve@example.test",
            wrong: "-Drdsecho.notify=ann@example.test,eve@example.test",
            bend: |calm| sandbox(calm),
            ..doubtful("rdsecho.notify", "will tell no trouble to eve@example.test")
        },
        Case {
            wrong: "-Drdsecho.promote.replyTo=eve@example.test",
            bend: |calm| sandbox(calm),
            ..doubtful("rdsecho.promote.replyTo", "will tell no trouble to eve@example.test")
        },
        Case { wrong: "-Drdsecho.promote.keyId=", ..bad("rdsecho.promote.keyId", "is not set") },
        Case { wrong: "-Drdsecho.promote.url=", ..doubtful("rdsecho.promote.url", "is not set") },
        Case { wrong: "-Drdsecho.promote.sender=", ..bad("rdsecho.promote.sender", "is not set") },
        Case { wrong: "-Drdsecho.promote.approval=none", ..doubtful("rdsecho.promote.approvers", "nobody is asked") },
        Case {
            good: "-Drdsecho.new.port=5432 -Drdsecho.mod.port=5432",
            wrong: "-Drdsecho.new.port=5432 -Drdsecho.mod.port=5433",
            ..doubtful("rdsecho.new.port", "restored with 5432, and modified to 5433")
        },
        Case {
            good: "-Drdsecho.mod.manageMasterUserPassword=true",
            wrong: "-Drdsecho.mod.manageMasterUserPassword=false",
            ..doubtful("rdsecho.mod.manageMasterUserPassword", "production's master password stays valid")
        },
        Case { wrong: "-Drdsecho.accountNumber=1", ..bad("credentials", "rdsecho.accountNumber") },
    ]
}

fn sandbox(calm: &Calm) {
    let verified = ["echo@example.test", "ann@example.test"].map(str::to_owned).into();
    around(calm, |around| {
        around.verified = Some(verified);
        around.mail_account = MailAccount { production: false, sending: true };
    });
}

#[test]
fn each_finding_is_there_where_something_is_wrong_and_only_there() {
    let mut failed = Vec::new();
    let more = [engines::cases(), network::cases(), others::cases(), people::cases(), storage::cases()];
    let all = cases().into_iter().chain(more.into_iter().flatten());
    for Case { good, wrong, bend, what, grade, says } in all {
        let (found, _) = check(&Calm::new(good));
        let is = of(&found, what);
        if is.is_some_and(|one| one.grade != Grade::Good) {
            failed.push(format!("with {good:?} all should be well: {is:?}"));
        }
        let calm = Calm::new(wrong);
        bend(&calm);
        let (found, _) = check(&calm);
        let is: Vec<&Finding> = found.iter().filter(|one| one.what == what).collect();
        if !is.iter().any(|one| one.grade == grade && one.says.contains(says)) {
            failed.push(format!("with {wrong:?} {what} should say {says:?}: {is:?}"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Nobody needs to verify by itself what stands below a verified domain.
#[test]
fn a_verified_domain_is_enough_for_the_sender_and_in_the_sandbox_for_the_approvers() {
    let calm = Calm::new("-Drdsecho.promote.sender=echo+dev@mail.example.test");
    around(&calm, |around| {
        around.verified = Some(["example.test".to_owned()].into());
        around.mail_account.production = false;
    });
    let (found, _) = check(&calm);
    for what in ["rdsecho.promote.sender", "mail account"] {
        assert_eq!(of(&found, what).map(|one| one.grade), Some(Grade::Good), "{found:#?}");
    }
}

/// Good and complete: every name of the network is there, and so is everything else.
#[test]
fn where_all_is_well_nothing_else_is_said() {
    let calm = Calm::new(&format!("{NETWORK} -Drdsecho.new.dbParameterGroupName=tuned"));
    network(&calm, &[("sg-1", "vpc-1"), ("sg-2", "vpc-1")]);
    let (found, _) = check(&calm);
    let others: Vec<String> = found.iter().filter(|one| one.grade != Grade::Good).map(ToString::to_string).collect();
    assert_eq!(others, [""; 0]);
    for what in ["rdsecho.new.dbSubnetGroupName", "rdsecho.new.vpcSecurityGroupIds", CLASS, "quotas", "mail account"] {
        assert!(of(&found, what).is_some(), "{what}: {found:#?}");
    }
}

/// One permission missing hides what it would show, and nothing else; nothing bad is made of it.
#[test]
fn what_cannot_be_looked_at_is_doubtful() {
    let operations = ["ListHostedZones", "GetEmailIdentity", "GetAccount", "DescribeKey"];
    for operation in operations {
        let calm = Calm::new("");
        around(&calm, |around| _ = around.denied.insert(operation));
        let (found, _) = check(&calm);
        let unseen: Vec<&Finding> = found.iter().filter(|one| one.says.starts_with("could not be looked at")).collect();
        assert_eq!(unseen.len(), 1, "{operation}: {found:#?}");
        assert!(unseen[0].says.contains(operation) && unseen[0].grade == Grade::Doubtful, "{unseen:?}");
        assert!(found.iter().all(|one| one.grade != Grade::Bad), "{operation}: {found:#?}");
    }
}

/// What is asked, call by call: nothing twice.
#[test]
fn nothing_is_asked_twice() {
    let calm = Calm::new(&format!("{NETWORK} -Drdsecho.new.optionGroupName=default:postgres-16"));
    network(&calm, &[("sg-1", "vpc-1"), ("sg-2", "vpc-1")]);
    sandbox(&calm);
    calm.town.watch.borrow_mut().start_trace();
    let (_, calls) = check(&calm);
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for line in calm.town.watch.borrow_mut().take_trace() {
        let line = line.split_once("check#0 ").map_or(line.as_str(), |(_, call)| call).to_owned();
        *asked.entry(line).or_default() += 1;
    }
    assert_eq!(asked.remove("looks up identity"), Some(1));
    // Of two names each, and of the sender and three approvers.
    assert_eq!(asked.remove("looks up parameter_group"), Some(2));
    assert_eq!(asked.remove("looks up sender"), Some(4));
    let expected = [
        "lists the instances",
        "lists the snapshots",
        "looks at a snapshot",
        "looks at production",
        "looks up engine_version",
        "looks up mac_key",
        "looks up mail_account",
        "looks up option_group",
        "looks up orderable",
        "looks up quotas",
        "looks up security_groups",
        "looks up subnet_group",
        "looks up zones",
        "reads the CNAME",
    ];
    assert_eq!(asked, expected.map(|call| (call.to_owned(), 1)).into());
    assert_eq!(calls, 20);
}

//! The findings, from facts alone: what no world of the stories shows, and what holds for all.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{at, instance, snapshot, with};
use proptest::prelude::*;
use tag_state::check::{Finding, Grade, Sight, bad, final_snapshots, findings, fingerprint, identities};
use tag_state::decide::new::at_restore;
use tag_state::facts::{OptionGroup, Orderable, Snapshot, StorageKey, SubnetGroup};
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::{Approval, Caller, Settings};

const NOW: &str = "2026-11-22T09:00:00Z";

fn of(settings: &Settings, sight: &Sight, what: &str) -> Vec<Finding> {
    let found = findings(settings, sight, Caller::Function, at(NOW));
    found.into_iter().filter(|one| one.what == what).collect()
}

fn grades(found: &[Finding]) -> Vec<Grade> {
    found.iter().map(|one| one.grade).collect()
}

#[test]
fn what_was_not_asked_for_is_not_found_wrong() {
    let settings = with("-Drdsecho.promote.sender=echo@example.test");
    let found = findings(&settings, &Sight::default(), Caller::Function, at(NOW));
    assert!(found.iter().all(|one| one.grade == Grade::Good), "{found:#?}");
}

/// The reader refuses such settings; they can come from elsewhere all the same.
#[test]
fn an_answer_that_cannot_be_stored_is_found() {
    let what = "rdsecho.promote.approvers";
    let mut settings = with("");
    assert_eq!(grades(&of(&settings, &Sight::default(), what)), [Grade::Good]);
    let long = format!("{}@example.com", "a".repeat(120));
    if let Approval::Required { approvers, .. } = &mut settings.promote.approval {
        approvers.extend(["o'brien@example.com".to_owned(), long]);
    }
    assert_eq!(grades(&of(&settings, &Sight::default(), what)), [Grade::Bad, Grade::Bad]);
}

/// Properties files of the original name nobody; a person then answers at a terminal.
#[test]
fn where_nobody_is_named_it_is_doubtful() {
    let mut settings = with("");
    settings.promote.approval = Approval::Typed;
    let found = of(&settings, &Sight::default(), "rdsecho.promote.approvers");
    assert_eq!(grades(&found), [Grade::Doubtful]);
    assert!(found[0].says.starts_with("none are named"), "{found:?}");
}

/// A source's own option group, whose options nothing that was restored with them can be without.
#[test]
fn persistent_options_are_missed_in_another_vpc() {
    let settings = with("-Drdsecho.new.dbSubnetGroupName=nets -Drdsecho.new.dbInstanceClass=db.t4g.medium");
    let found = |persistent: bool, vpc: &str| {
        let latest = Snapshot {
            option_group: Some("theirs".to_owned()),
            vpc: Some("vpc-1".to_owned()),
            ..snapshot("rds:good", "available", NOW)
        };
        let (engine, major_version) = ("mysql".to_owned(), "8.0".to_owned());
        let group = OptionGroup { name: "theirs".to_owned(), engine, major_version, vpc: None, persistent };
        let zones = ["us-east-1a", "us-east-1b"].map(str::to_owned).into();
        let nets = SubnetGroup { name: "nets".to_owned(), vpc: vpc.to_owned(), status: "Complete".to_owned(), zones };
        let sight = Sight {
            snapshots: Some(Ok(vec![latest])),
            option_groups: [("theirs".to_owned(), Ok(Some(group)))].into(),
            subnet_group: Some(Ok(Some(nets))),
            ..Sight::default()
        };
        grades(&of(&settings, &sight, "rdsecho.new.optionGroupName"))
    };
    assert_eq!(found(true, "vpc-2"), [Grade::Doubtful]);
    assert_eq!(found(true, "vpc-1"), []);
    assert_eq!(found(false, "vpc-2"), []);
}

/// Amazon SES: who has verified example.com needs no identity for a.example.com, nor for anybody there; a label needs
/// none of its own.
#[test]
fn an_address_is_verified_by_any_of_these() {
    assert_eq!(identities("echo@example.com"), ["echo@example.com", "example.com"]);
    assert_eq!(
        identities("Echo+dev+1@A.b.Example.com"),
        ["Echo+dev+1@A.b.Example.com", "Echo@A.b.Example.com", "a.b.example.com", "b.example.com", "example.com"]
    );
    assert_eq!(identities("echo@localhost"), ["echo@localhost", "localhost"]);
    assert_eq!(identities("example.com"), ["example.com"]);
}

/// What an echo pins production overtakes some day.
#[test]
fn a_version_that_the_snapshots_cannot_be_upgraded_to_is_found() {
    const WHAT: &str = "rdsecho.mod.engineVersion";
    let of = |wanted: &str, upgrades: Option<&[&str]>| {
        let had = Snapshot {
            engine: "postgres".to_owned(),
            engine_version: "16.6".to_owned(),
            ..snapshot("rds:good", "available", NOW)
        };
        let mut sight = Sight { snapshots: Some(Ok(vec![had])), ..Sight::default() };
        sight.families = ["16.6", wanted].map(|one| (one.to_owned(), Ok(Some("postgres16".to_owned())))).into();
        if let Some(upgrades) = upgrades {
            let upgrades = upgrades.iter().map(|version| (*version).to_owned()).collect();
            sight.upgrades.insert("16.6".to_owned(), upgrades);
        }
        let found = of(&with(&format!("-D{WHAT}={wanted}")), &sight, WHAT);
        found.into_iter().map(|one| (one.grade, one.says)).next()
    };
    let targets: &[&str] = &["17.4", "16.10", "16.8", "17.2"];
    assert_eq!(of("16.6", Some(targets)), None, "it has that one");
    assert_eq!(of("17.2", Some(targets)).unwrap().0, Grade::Good);
    let (grade, says) = of("16.4", Some(targets)).unwrap();
    assert_eq!(grade, Grade::Bad);
    assert_eq!(
        says,
        "the snapshot is of postgres 16.6, which RDS does not upgrade to 16.4: name one to which it can be upgraded \
         (such as 16.8, 16.10, 17.2), or leave it out"
    );
    assert!(of("17.3", Some(targets)).unwrap().1.contains("(such as 17.2, 17.4)"));
    assert!(of("18.1", Some(&[])).unwrap().1.ends_with("to 18.1: leave it out"));
    assert_eq!(of("17.2", None).unwrap().0, Grade::Doubtful, "RDS does not say");
}

#[test]
fn only_a_customers_key_takes_a_permission() {
    let settings = with("");
    let key = |encrypted: bool, seen: Option<Result<Option<StorageKey>, String>>| {
        let latest =
            Snapshot { encrypted, kms_key: Some("key-1".to_owned()), ..snapshot("rds:good", "available", NOW) };
        let sight = Sight { snapshots: Some(Ok(vec![latest])), storage_key: seen, ..Sight::default() };
        sight.customer_key(&settings).map(str::to_owned)
    };
    let of = |of_aws| Some(Ok(Some(StorageKey { enabled: true, encrypts: true, state: "Enabled".to_owned(), of_aws })));
    assert_eq!(key(true, of(false)).as_deref(), Some("key-1"));
    assert_eq!(key(true, of(true)), None, "RDS's own");
    assert_eq!(key(false, of(false)), None, "not encrypted");
    assert_eq!(key(true, Some(Err("denied".to_owned()))), None, "nobody knows whose it is");
    assert_eq!(key(true, Some(Ok(None))), None);
}

#[test]
fn all_tags_fit_on_one_instance() {
    let grade = |settings: &Settings, sight: &Sight| grades(&of(settings, sight, "tags"));
    let tags = |settings: &mut Settings, more: usize| {
        settings.new.tags.extend((0..more).map(|number| (format!("mine-{number}"), String::new())));
    };
    let mut settings = with("");
    let room = 50 - settings.most_tags();
    tags(&mut settings, room);
    assert_eq!(grade(&settings, &Sight::default()), [Grade::Good]);
    tags(&mut settings, room + 1);
    assert_eq!(grade(&settings, &Sight::default()), [Grade::Bad]);
}

#[test]
fn tags_of_others_leave_room_for_ours() {
    let settings = with("");
    let room = 50 - settings.most_tags();
    let crowded = |others: usize| {
        let mut instance = instance("dev-2026-11-22", "promoted", &[]);
        instance.tags.extend((0..others).map(|number| (format!("theirs-{number}"), String::new())));
        instance.tags.extend((0..9).map(|number| (format!("aws:{number}"), String::new())));
        let sight = Sight { instances: Some(Ok(vec![instance])), ..Sight::default() };
        grades(&of(&settings, &sight, "tags"))
    };
    assert_eq!(crowded(room), [Grade::Good]);
    assert_eq!(crowded(room + 1), [Grade::Doubtful]);
}

#[test]
fn names_of_final_snapshots_are_foreseen_where_they_can_be() {
    let names = |more: &str| final_snapshots(&with(more), &["dev-2026-11-22".to_owned()]);
    assert_eq!(names(""), ["dev-2026-11-22-final"]);
    assert!(names("-Drdsecho.retire.skipFinalSnapshot=true").is_empty());
    let mut settings = with("");
    settings.retire.final_snapshot = "{name}-of-{date}-{instance}".to_owned();
    assert!(final_snapshots(&settings, &["dev-2026-11-22".to_owned()]).is_empty(), "nobody knows the day");
    let sight = |name: String| Sight { final_snapshots: [(name, Ok(false))].into(), ..Sight::default() };
    let what = "rdsecho.retire.finalDbSnapshotIdentifier";
    assert_eq!(grades(&of(&settings, &sight("a".repeat(255)), what)), [Grade::Good]);
    assert_eq!(grades(&of(&settings, &sight("a".repeat(256)), what)), [Grade::Bad]);
}

/// A note that stays the same while the numbers in the texts change, and only then.
#[test]
fn a_fingerprint_is_of_what_is_wrong() {
    let print = |whats: &[&str], says: &str| {
        let findings: Vec<Finding> = whats.iter().map(|what| Finding::bad(*what, says)).collect();
        fingerprint(&bad(&findings))
    };
    assert_eq!(print(&["quotas", "engine"], "12 hours"), print(&["engine", "quotas"], "13 hours"));
    assert_ne!(print(&["quotas"], ""), print(&["quotas", "engine"], ""));
    assert_ne!(print(&["ab", "c"], ""), print(&["a", "bc"], ""));
    assert_eq!(print(&["quotas"], ""), "5a2092b8", "it outlives releases: it is in tags");
}

fn offer(storage: (i64, i64), iops: (i64, i64)) -> Orderable {
    Orderable {
        class: "db.t4g.medium".to_owned(),
        version: "8.0.39".to_owned(),
        storage_type: "io1".to_owned(),
        zones: ["us-east-1a".to_owned()].into(),
        multi_az: true,
        vpc: true,
        min_storage: Some(storage.0),
        max_storage: Some(storage.1),
        min_iops: Some(iops.0),
        max_iops: Some(iops.1),
        iops_per_gib: None,
        min_throughput: None,
        max_throughput: None,
        throughput_per_iops: None,
        supports_iops: true,
        supports_throughput: false,
        supports_autoscaling: None,
        supports_monitoring: None,
        supports_insights: None,
    }
}

fn looked_at(storage_type: &str, engine: &str, offers: Vec<Orderable>) -> Sight {
    let latest = Snapshot {
        engine: engine.to_owned(),
        allocated_storage: Some(100),
        storage_type: Some(storage_type.to_owned()),
        ..snapshot("rds:good", "available", NOW)
    };
    Sight {
        snapshots: Some(Ok(vec![latest])),
        orderable: [(("8.0.39".to_owned(), "db.t4g.medium".to_owned()), Ok(offers))].into(),
        ..Sight::default()
    }
}

/// RDS can have several offers of a storage type: what one of them takes is good.
#[test]
fn only_what_no_offer_takes_is_bad() {
    let settings = with("-Drdsecho.new.dbInstanceClass=db.t4g.medium -Drdsecho.new.iops=3000");
    let narrow = || offer((20, 1000), (1000, 2000));
    let wide = || offer((20, 1000), (1000, 9000));
    let grade = |offers| grades(&of(&settings, &looked_at("io1", "mysql", offers), "rdsecho.new.iops"));
    assert_eq!(grade(vec![narrow()]), [Grade::Bad]);
    assert_eq!(grade(vec![narrow(), wide()]), []);
    assert_eq!(grade(vec![wide(), narrow()]), []);
}

/// Each engine has its own size from which on gp3 takes operations; SQL Server has none.
#[test]
fn gp3_takes_operations_from_some_size_on() {
    for (engine, sizes) in [
        ("mysql", (399, Some(400))),
        ("mariadb", (399, Some(400))),
        ("postgres", (399, Some(400))),
        ("db2-se", (399, Some(400))),
        ("oracle-ee", (199, Some(200))),
        ("sqlserver-se", (100, None)),
    ] {
        let is_bad = |size: i64, iops: i64| {
            let settings = with(&format!(
                "-Drdsecho.new.dbInstanceClass=db.t4g.medium -Drdsecho.mod.allocatedStorage={size} \
                 -Drdsecho.mod.iops={iops}"
            ));
            let offers = vec![Orderable { storage_type: "gp3".to_owned(), ..offer((20, 1000), (3000, 16_000)) }];
            let found = of(&settings, &looked_at("gp3", engine, offers), "rdsecho.mod.iops");
            found.iter().any(|one| one.grade == Grade::Bad)
        };
        let (least, threshold) = sizes;
        assert_eq!(is_bad(least, 12_000), threshold.is_some(), "{engine} {least}");
        if let Some(threshold) = threshold {
            assert!(!is_bad(threshold, 12_000) && is_bad(threshold, 11_999), "{engine} {threshold}");
        }
    }
}

proptest! {
    /// Bad if and only if it is out of the offer's range, or less than there is.
    #[test]
    fn storage_is_bad_where_it_does_not_fit(
        size in 1i64..400, had in 1i64..400, least in 1i64..200, more in 0i64..200, iops in 1i64..100,
    ) {
        let settings = with(&format!(
            "-Drdsecho.new.dbInstanceClass=db.t4g.medium -Drdsecho.new.allocatedStorage={size} -Drdsecho.new.iops={iops}"
        ));
        let latest = Snapshot {
            allocated_storage: Some(had),
            storage_type: Some("io1".to_owned()),
            ..snapshot("rds:good", "available", NOW)
        };
        let offers = vec![offer((least, least + more), (20, 80))];
        let sight = Sight {
            snapshots: Some(Ok(vec![latest])),
            orderable: [(("8.0.39".to_owned(), "db.t4g.medium".to_owned()), Ok(offers))].into(),
            ..Sight::default()
        };
        let is_bad = |what: &str| of(&settings, &sight, what).iter().any(|one| one.grade == Grade::Bad);
        prop_assert_eq!(is_bad("rdsecho.new.allocatedStorage"), size < had || size < least || size > least + more);
        prop_assert_eq!(is_bad("rdsecho.new.iops"), !(20..=80).contains(&iops));
    }

    /// What new says is not overruled, and nothing is asked of a restore that it does not take.
    #[test]
    fn a_restore_is_asked_for_nothing_that_it_does_not_take(choices in prop::collection::vec(0u8..4, Parameter::ALL.len())) {
        let mut settings = with("");
        (settings.new.parameters, settings.modify.parameters) = Default::default();
        for (parameter, choice) in Parameter::ALL.iter().zip(choices) {
            if choice & 1 == 1 && parameter.restorable() {
                settings.new.parameters.insert(*parameter, Value::Text("new".to_owned()));
            }
            if choice & 2 == 2 && parameter.modifiable() {
                settings.modify.parameters.insert(*parameter, Value::Text("mod".to_owned()));
            }
        }
        let restored = at_restore(&settings, None);
        prop_assert!(restored.keys().all(|parameter| parameter.restorable()));
        for (parameter, value) in &settings.new.parameters {
            prop_assert_eq!(restored.get(parameter), Some(value));
        }
        for (parameter, value) in &restored {
            let wanted = settings.new.parameters.get(parameter).or(settings.modify.parameters.get(parameter));
            prop_assert_eq!(wanted, Some(value));
        }
    }
}

//! What RDS refuses at once because it does not fit: each with a neighbour that it takes.

use rds_sim::world::{Group, GroupKind, PlantedInstance, PlantedSnapshot, Restore, Withdrawal, World};
use tag_state::facts::{StorageKey, Tags};
use tag_state::parameter::{Parameter, Parameters, Value};

use crate::support::*;

fn asked<const N: usize>(world: &mut World, parameters: [(Parameter, Value); N]) -> Result<(), String> {
    let outcome = restore_with(world, "a", &parameters.into(), &Tags::new());
    outcome.map_err(|refused| refused.code.into_owned())
}

fn refused(code: &str) -> Result<(), String> {
    Err(code.to_owned())
}

fn number(number: i64) -> Value {
    Value::Number(number)
}

#[test]
fn a_parameter_group_is_for_the_version_of_its_family() {
    for (family, answer) in [("postgres15", refused("InvalidParameterCombination")), ("postgres16", Ok(()))] {
        let mut world = world();
        world.plant_group("tuned", Group::Parameter { family: family.to_owned() }).expect("made");
        assert_eq!(asked(&mut world, [(Parameter::DbParameterGroupName, text("tuned"))]), answer, "{family}");
    }
    let mut world = world_with_echo();
    world.plant_group("other", Group::Parameter { family: "postgres17".to_owned() }).expect("made");
    let change =
        |version: &str| [(Parameter::DbParameterGroupName, text("other")), (Parameter::EngineVersion, text(version))];
    assert_eq!(code(modify(&mut world, change("16.6"), true)), "InvalidParameterCombination");
    modify(&mut world, change("17.2"), true).expect("the family of the version that it will have");
}

#[test]
fn an_option_group_is_for_an_engine_a_major_version_and_perhaps_a_vpc() {
    let group = |engine: &str, major: &str, vpc: Option<&str>| Group::Option {
        engine: engine.to_owned(),
        major_version: major.to_owned(),
        vpc: vpc.map(str::to_owned),
    };
    let wrong = || refused("InvalidParameterCombination");
    for (group, answer) in [
        (group("mysql", "8.0", None), wrong()),
        (group("postgres", "15", None), wrong()),
        (group("postgres", "16", Some("vpc-1")), wrong()),
        (group("postgres", "16", Some("vpc-00000000")), Ok(())),
        (group("postgres", "16", None), Ok(())),
    ] {
        let mut world = world();
        world.plant_group("options", group.clone()).expect("made");
        assert_eq!(asked(&mut world, [(Parameter::OptionGroupName, text("options"))]), answer, "{group:?}");
    }
}

#[test]
fn classes_versions_storage_types_and_zones_must_be_offered() {
    let class = |name: &str| [(Parameter::DbInstanceClass, text(name))];
    assert_eq!(asked(&mut world(), class("db.t1.micro")), refused("InvalidParameterCombination"));
    assert_eq!(asked(&mut world(), class("db.t4g.micro")), Ok(()));

    let nothing = Withdrawal::default;
    let some = |text: &str| Some(text.to_owned());
    for (withdrawal, code) in [
        (Withdrawal { class: some("db.t4g.micro"), ..nothing() }, "InvalidParameterCombination"),
        (Withdrawal { storage_type: some("gp3"), ..nothing() }, "StorageTypeNotSupported"),
        (Withdrawal { zone: some("us-east-1b"), ..nothing() }, "InsufficientDBInstanceCapacity"),
    ] {
        let in_zone =
            [(Parameter::DbInstanceClass, text("db.t4g.micro")), (Parameter::AvailabilityZone, text("us-east-1b"))];
        let mut world = world();
        world.withdraw(Withdrawal { engine: some("mysql"), ..withdrawal.clone() });
        assert_eq!(asked(&mut world.clone(), in_zone.clone()), Ok(()), "{withdrawal:?} of another engine");
        world.withdraw(withdrawal.clone());
        assert_eq!(asked(&mut world, in_zone), refused(code), "{withdrawal:?}");
    }
}

/// A minor version that was withdrawn becomes a newer one of its family at the restore; without one there is no restore.
#[test]
fn a_version_that_was_withdrawn_is_upgraded_at_the_restore() {
    let mut world = world();
    let gone = |version: &str| Withdrawal { version: Some(version.to_owned()), ..Withdrawal::default() };
    world.withdraw(gone("16.4"));
    assert_eq!(asked(&mut world.clone(), [(Parameter::DbParameterGroupName, text("default.postgres16"))]), Ok(()));
    restore(&mut world, "b").expect("restored");
    assert_eq!(world.instances()["b"].text(Parameter::EngineVersion), "16.6");
    world.withdraw(gone("16.6"));
    assert_eq!(asked(&mut world, []), refused("InvalidParameterCombination"));
}

#[test]
fn sizes_iops_and_throughput_have_the_range_of_their_storage_type() {
    let wrong = || refused("InvalidParameterCombination");
    let kind = |name: &str| (Parameter::StorageType, text(name));
    let iops = |value| (Parameter::Iops, number(value));
    let throughput = |value| (Parameter::StorageThroughput, number(value));
    let size = |value| (Parameter::AllocatedStorage, number(value));
    assert_eq!(asked(&mut world(), [kind("gp2"), iops(3000)]), wrong());
    assert_eq!(asked(&mut world(), [kind("gp3"), size(400), iops(100)]), wrong());
    assert_eq!(asked(&mut world(), [kind("gp3"), size(400), iops(12_000), throughput(9999)]), wrong());
    assert_eq!(asked(&mut world(), [kind("gp3"), size(400), iops(12_000), throughput(500)]), Ok(()));
    assert_eq!(asked(&mut world(), [kind("gp3"), size(399), iops(12_000)]), wrong(), "RDS's own affair below 400 GiB");
    assert_eq!(asked(&mut world(), [kind("gp3"), size(399), throughput(500)]), wrong());
    assert_eq!(asked(&mut world(), [kind("io1")]), wrong());
    assert_eq!(asked(&mut world(), [kind("io1"), iops(1000)]), Ok(()));
    assert_eq!(asked(&mut world(), [kind("standard"), size(4000)]), wrong());
    assert_eq!(asked(&mut world(), [kind("floppy")]), refused("StorageTypeNotSupported"));
}

#[test]
fn what_only_a_modification_sets_is_refused_there() {
    let wrong = "InvalidParameterCombination";
    let limit = |gib| [(Parameter::MaxAllocatedStorage, number(gib))];
    let mut world = world_with_echo();
    assert_eq!(code(modify(&mut world, limit(109), true)), wrong, "no room for a tenth");
    assert_eq!(code(modify(&mut world, limit(65_537), true)), wrong);
    modify(&mut world, limit(110), true).expect("room for a tenth");
    let seconds = |seconds| {
        [
            (Parameter::MonitoringInterval, number(seconds)),
            (Parameter::MonitoringRoleArn, text("arn:aws:iam::0:role/m")),
        ]
    };
    assert_eq!(code(modify(&mut world, seconds(20), true)), wrong);
    modify(&mut world, seconds(15), true).expect("one that RDS knows");
}

#[test]
fn what_the_snapshot_had_of_another_storage_type_is_not_taken_over() {
    let mut world = empty_world();
    let parameters: Parameters = [(Parameter::StorageType, text("io1")), (Parameter::Iops, number(5000))].into();
    let production = PlantedInstance { identifier: "production".to_owned(), parameters, ..PlantedInstance::default() };
    world.plant_instance(production).expect("planted");
    plant_snapshot(&mut world, SNAPSHOT, "automated").expect("planted");
    asked(&mut world, [(Parameter::StorageType, text("gp2"))]).expect("restored");
    assert_eq!(world.instances()["a"].number(Parameter::Iops), 0);
}

/// It keeps the snapshot's size until it is modified.
#[test]
fn a_restore_of_sql_server_takes_no_size() {
    let mut world = empty_world();
    let parameters: Parameters =
        [(Parameter::Engine, text("sqlserver-se")), (Parameter::DbInstanceClass, text("db.m5.large"))].into();
    let production = PlantedInstance { identifier: "production".to_owned(), parameters, ..PlantedInstance::default() };
    world.plant_instance(production).expect("planted");
    plant_snapshot(&mut world, SNAPSHOT, "automated").expect("planted");
    let size = [(Parameter::AllocatedStorage, number(200))];
    assert_eq!(asked(&mut world, size), refused("InvalidParameterCombination"));
    assert_eq!(asked(&mut world, []), Ok(()));
    assert_eq!(world.instances()["a"].number(Parameter::AllocatedStorage), 100);
}

#[test]
fn security_groups_are_there_and_in_the_vpc_of_the_subnets() {
    let groups = |subnets: &str| {
        [(Parameter::DbSubnetGroupName, text(subnets)), (Parameter::VpcSecurityGroupIds, list(["sg-1"]))]
    };
    let mut world = world();
    world.plant_group("nets", world.subnet_group_in("vpc-1")).expect("made");
    assert_eq!(asked(&mut world.clone(), groups("nets")), Ok(()), "where nobody says what groups there are");
    world.surroundings_mut().security_groups = Some([("sg-1".to_owned(), "vpc-1".to_owned())].into());
    assert_eq!(asked(&mut world.clone(), groups("nets")), Ok(()));
    assert_eq!(asked(&mut world.clone(), groups("default")), refused("InvalidParameterCombination"));
    world.surroundings_mut().security_groups = Some([].into());
    assert_eq!(asked(&mut world, groups("nets")), refused("InvalidParameterValue"));
}

#[test]
fn a_subnet_group_is_complete_and_covers_two_zones() {
    let subnets = |status: &str, zones: &[&str]| Group::Subnet {
        vpc: "vpc-1".to_owned(),
        status: status.to_owned(),
        zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
    };
    for (group, answer) in [
        (subnets("Incomplete", &["a", "b"]), refused("InvalidVPCNetworkStateFault")),
        (subnets("Complete", &["a"]), refused("DBSubnetGroupDoesNotCoverEnoughAZs")),
        (subnets("Complete", &["a", "b"]), Ok(())),
    ] {
        let mut world = world();
        world.plant_group("nets", group.clone()).expect("made");
        assert_eq!(asked(&mut world, [(Parameter::DbSubnetGroupName, text("nets"))]), answer, "{group:?}");
    }
}

#[test]
fn quotas_count_what_is_there() {
    let mut world = world();
    world.quotas_mut().storage = 250;
    let quota = |world: &World, name: &str| {
        let all = world.describe_account_attributes();
        all.iter().find(|quota| quota.name == name).map(|quota| (quota.used, quota.max)).expect("a quota")
    };
    assert_eq!(quota(&world, "AllocatedStorage"), (100, 250));
    assert_eq!(asked(&mut world, [(Parameter::AllocatedStorage, number(200))]), refused("StorageQuotaExceeded"));
    assert_eq!(asked(&mut world, []), Ok(()));
    assert_eq!(quota(&world, "AllocatedStorage"), (200, 250));
    assert_eq!((quota(&world, "DBInstances"), quota(&world, "ManualSnapshots")), ((2, 40), (0, 100)));
    world.quotas_mut().instances = 2;
    assert_eq!(code(restore(&mut world, "b")), "InstanceQuotaExceeded");
    plant_snapshot(&mut world, "kept", "manual").expect("planted");
    world.create_group(GroupKind::Parameter, "tuned").expect("made");
    assert_eq!((quota(&world, "ManualSnapshots"), quota(&world, "DBParameterGroups")), ((1, 100), (1, 50)));
}

#[test]
fn an_encrypted_snapshot_needs_its_key() {
    let mut world = empty_world();
    let production = PlantedInstance {
        identifier: "production".to_owned(),
        kms_key: Some("key-1".to_owned()),
        ..PlantedInstance::default()
    };
    world.plant_instance(production).expect("planted");
    let snapshot = PlantedSnapshot {
        source: "production".to_owned(),
        identifier: "nightly".to_owned(),
        snapshot_type: "manual".to_owned(),
        created: None,
        source_tags: None,
        announce: false,
    };
    let facts = world.plant_snapshot(snapshot).expect("planted").facts();
    assert_eq!((facts.encrypted, facts.kms_key.as_deref()), (true, Some("key-1")));
    let (parameters, tags) = (Parameters::new(), Tags::new());
    let request = Restore {
        identifier: "a",
        snapshot: "nightly",
        parameters: &parameters,
        tags: &tags,
        deletion_protection: false,
    };
    let disabled = StorageKey { enabled: false, encrypts: true, state: "PendingDeletion".to_owned(), of_aws: false };
    for key in [None, Some(disabled)] {
        world.surroundings_mut().storage_keys.insert("key-1".to_owned(), key);
        assert_eq!(world.restore(&request).expect_err("refused").code, "KMSKeyNotAccessibleFault");
    }
    world.surroundings_mut().storage_keys.clear();
    assert_eq!(world.restore(&request).expect("restored").kms_key.as_deref(), Some("key-1"));
}

#[test]
fn a_version_that_a_test_names_is_offered_and_one_that_was_withdrawn_is_not() {
    let mut world = empty_world();
    let family = |world: &World, version: &str| {
        let found = world.describe_engine_versions(Some("postgres"), Some(version));
        found.first().map(|found| (found.family.clone(), found.major.clone()))
    };
    assert_eq!(family(&world, "11.22"), Some(("postgres11".to_owned(), "11".to_owned())));
    world.withdraw(Withdrawal { version: Some("11.22".to_owned()), ..Withdrawal::default() });
    assert_eq!((family(&world, "11.22"), family(&world, "latest")), (None, None));
    assert!(world.describe_engine_versions(Some("cobol"), None).is_empty());
    assert!(world.describe_engine_versions(None, None).len() > 10);
}

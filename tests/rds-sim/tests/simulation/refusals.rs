//! Every way in which a call of ours can be refused, by code.

use rds_sim::world::{Delete, Modify};
use tag_state::facts::Tags;
use tag_state::parameter::{Parameter, Parameters, Value};

use crate::support::*;

#[test]
fn a_restore_is_refused_for_what_f57_lists() {
    let mut world = world_with_echo();
    world.force_status(ECHO, "available").expect("forced");
    assert_eq!(code(restore(&mut world, ECHO)), "DBInstanceAlreadyExists");
    assert_eq!(code(restore(&mut world, "DEV-2026-11-22")), "DBInstanceAlreadyExists");
    let groups = [
        (Parameter::DbParameterGroupName, "DBParameterGroupNotFound"),
        (Parameter::OptionGroupName, "OptionGroupNotFoundFault"),
        (Parameter::DbSubnetGroupName, "DBSubnetGroupNotFoundFault"),
    ];
    for (parameter, expected) in groups {
        let parameters = [(parameter, text("nowhere"))].into();
        assert_eq!(code(restore_with(&mut world, "a", &parameters, &Tags::new())), expected);
    }
    let smaller = [(Parameter::AllocatedStorage, Value::Number(20))].into();
    assert_eq!(code(restore_with(&mut world, "a", &smaller, &Tags::new())), "InvalidParameterValue");
    let zone = [(Parameter::AvailabilityZone, text("us-east-1b")), (Parameter::MultiAz, Value::Flag(true))].into();
    assert_eq!(code(restore_with(&mut world, "a", &zone, &Tags::new())), "InvalidParameterCombination");
    let engine = [(Parameter::Engine, text("dbase"))].into();
    assert_eq!(code(restore_with(&mut world, "a", &engine, &Tags::new())), "InvalidParameterValue");
    for wrong in ["1a", "a-", "a--b", "a_b", ""] {
        assert_eq!(code(restore(&mut world, wrong)), "InvalidParameterValue", "{wrong}");
    }
    assert_eq!(code(restore(&mut world, &"a".repeat(64))), "InvalidParameterValue");
}

#[test]
fn a_snapshot_must_be_there_and_available() {
    let mut world = world_with_echo();
    let request = |snapshot: &'static str| rds_sim::world::Restore {
        identifier: "a",
        snapshot,
        parameters: const { &Parameters::new() },
        tags: const { &Tags::new() },
        deletion_protection: false,
    };
    assert_eq!(world.restore(&request("nothing")).expect_err("refused").code, "DBSnapshotNotFound");
    delete(&mut world, Some("final")).expect("deleting");
    assert_eq!(world.restore(&request("final")).expect_err("refused").code, "InvalidDBSnapshotState");
}

#[test]
fn the_forty_first_instance_is_one_too_many() {
    let mut world = world();
    for number in 1..40 {
        restore(&mut world, &format!("dev-{number}")).expect("restored");
    }
    assert_eq!(code(restore(&mut world, "dev-40")), "InstanceQuotaExceeded");
}

#[test]
fn tags_are_held_to_their_number_length_and_alphabet() {
    let mut world = world_with_echo();
    let arn = echo(&world).arn.clone();
    let long_key = "k".repeat(129);
    let long_value = "v".repeat(257);
    for (key, value) in [
        ("o'brien@example.com", ""),
        ("key", "semi;colon"),
        ("aws:name", "x"),
        ("rds:name", "x"),
        ("", "x"),
        (&*long_key, "x"),
        ("key", &*long_value),
    ] {
        assert_eq!(code(world.add_tags(&arn, &tags([(key, value)]))), "InvalidParameterValue", "{key}={value}");
    }
    let fitting = tags([("rdsecho:Dev:confirmed:zoë+x@example.com", "1 2026-11-24T09:00:00Z AbC_-"), ("empty", "")]);
    world.add_tags(&arn, &fitting).expect("all of these are allowed");

    let many: Tags = (0..47).map(|number| (format!("k{number}"), String::new())).collect();
    world.add_tags(&arn, &many).expect("fifty");
    assert_eq!(echo(&world).tags.len(), 50);
    assert_eq!(code(world.add_tags(&arn, &tags([("one", "more")]))), "InvalidParameterValue");
    world.add_tags(&arn, &tags([("k1", "overwritten")])).expect("the same key overwrites");
    assert_eq!(echo(&world).tags["k1"], "overwritten");
}

#[test]
fn a_modification_is_refused_by_group_status_and_emptiness() {
    let mut world = world_with_echo();
    let class = || [(Parameter::DbInstanceClass, text("db.t4g.small"))];
    let group = [(Parameter::DbParameterGroupName, text("nowhere"))];
    assert_eq!(code(modify(&mut world, group, true)), "DBParameterGroupNotFound");
    assert_eq!(code(modify(&mut world, [], true)), "InvalidParameterCombination");
    let same = [(Parameter::DbInstanceClass, text("DB.r6g.2XLARGE"))];
    let error = modify(&mut world, same, true).expect_err("refused");
    assert_eq!(error.to_string(), "InvalidParameterCombination: No modifications were requested");
    let smaller = [(Parameter::AllocatedStorage, Value::Number(20))];
    assert_eq!(code(modify(&mut world, smaller, true)), "InvalidParameterCombination");
    let monitoring = [(Parameter::MonitoringInterval, Value::Number(60))];
    assert_eq!(code(modify(&mut world, monitoring, true)), "InvalidParameterCombination");
    for status in ["creating", "backing-up", "modifying", "rebooting", "failed", "stopped", "deleting", "dreaming"] {
        world.force_status(ECHO, status).expect("forced");
        assert_eq!(code(modify(&mut world, class(), true)), "InvalidDBInstanceState", "{status}");
    }
    let missing = Modify {
        identifier: "nobody",
        parameters: &class().into(),
        disable_log_exports: &[],
        deletion_protection: None,
        master_password: false,
        apply_immediately: true,
        allow_major_version_upgrade: false,
    };
    assert_eq!(world.modify(&missing).expect_err("refused").code, "DBInstanceNotFound");
}

#[test]
fn a_failed_instance_can_still_lose_its_protection() {
    let mut world = world_with_echo();
    protect(&mut world, true).expect("on");
    world.force_status(ECHO, "failed").expect("forced");
    protect(&mut world, false).expect("off");
    delete(&mut world, None).expect("deleting");
}

#[test]
fn a_reboot_wants_an_available_instance() {
    let mut world = world_with_echo();
    world.reboot(ECHO).expect("rebooting");
    assert_eq!(world.reboot(ECHO).expect_err("refused").code, "InvalidDBInstanceState");
    assert_eq!(world.reboot("nobody").expect_err("refused").code, "DBInstanceNotFound");
}

#[test]
fn a_protected_instance_is_not_deleted() {
    let mut world = world_with_echo();
    protect(&mut world, true).expect("on");
    let error = delete(&mut world, None).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "InvalidParameterCombination: \
         Cannot delete protected DB Instance, please disable deletion protection and try again."
    );
}

#[test]
fn a_delete_either_skips_the_final_snapshot_or_names_it() {
    let mut world = world_with_echo();
    for (skip_final_snapshot, final_snapshot) in [(true, Some("final")), (false, None)] {
        let request = Delete { identifier: ECHO, skip_final_snapshot, final_snapshot, delete_automated_backups: true };
        assert_eq!(world.delete(&request).expect_err("refused").code, "InvalidParameterCombination");
    }
    plant_snapshot(&mut world, "final", "manual").expect("planted");
    assert_eq!(code(delete(&mut world, Some("final"))), "DBSnapshotAlreadyExists");
    delete(&mut world, Some("final-2")).expect("deleting");
    assert_eq!(code(delete(&mut world, None)), "InvalidDBInstanceState");
}

#[test]
fn a_failed_instance_must_skip_the_final_snapshot() {
    for status in ["failed", "incompatible-restore", "incompatible-network", "creating", "modifying"] {
        let mut world = world_with_echo();
        world.force_status(ECHO, status).expect("forced");
        assert_eq!(code(delete(&mut world, Some("final"))), "InvalidDBInstanceState", "{status}");
        delete(&mut world, None).expect("deleting");
    }
}

#[test]
fn an_instance_on_its_way_out_takes_no_tags() {
    let mut world = world_with_echo();
    let arn = echo(&world).arn.clone();
    delete(&mut world, None).expect("deleting");
    assert_eq!(code(world.add_tags(&arn, &tags([("a", "b")]))), "InvalidDBInstanceState");
    seconds(&mut world, 600);
    assert_eq!(code(world.add_tags(&arn, &tags([("a", "b")]))), "DBInstanceNotFound");
    let elsewhere = "arn:aws:rds:eu-west-1:000000000000:db:production";
    assert_eq!(code(world.add_tags(elsewhere, &tags([("a", "b")]))), "InvalidParameterValue");
}

//! From the restore to the end, and that it is the same each time.

use rds_sim::world::PlantedSnapshot;
use tag_state::parameter::{Parameter, Value};
use tag_state::status::STATUSES;

use crate::support::*;

#[test]
fn a_restore_is_creating_for_a_day_then_backs_up_then_is_available() {
    let mut world = world();
    restore(&mut world, "Dev-2026-11-22").expect("restored");
    let instance = echo(&world);
    assert_eq!((&*instance.status, instance.created, &instance.address), ("creating", None, &None));
    assert_eq!(world.next(), Some(at("2026-11-23T12:00:00Z")), "a restore takes 28 hours");

    let happened = world.advance(at("2026-11-24T00:00:00Z"));
    assert_eq!(
        lines(&happened),
        [
            "12:00:00 backing-up 0005",
            "12:00:00 backing-up 0043",
            "12:00:00 backing-up 0001",
            "12:00:00 backing-up 0090",
            "12:10:00 available 0091",
            "12:10:00 available 0002",
        ]
    );
    let instance = echo(&world);
    assert_eq!(instance.created, Some(at("2026-11-23T12:00:00Z")));
    assert!(instance.address.as_deref().is_some_and(|address| address.starts_with("dev-2026-11-22.c")));
    assert_eq!(world.snapshots()["rds:dev-2026-11-22-2026-11-23-12-00"].snapshot_type, "automated");
}

#[test]
fn a_restore_without_backups_is_available_at_once_when_created() {
    let mut world = world();
    let none = [(Parameter::BackupRetentionPeriod, Value::Number(0))].into();
    restore_with(&mut world, ECHO, &none, &tags([])).expect("restored");
    let happened = world.advance(at("2026-11-24T00:00:00Z"));
    assert_eq!(lines(&happened), ["12:00:00 available 0005", "12:00:00 available 0043"]);
}

#[test]
fn a_restore_takes_size_and_engine_of_the_snapshot_and_defaults_for_what_is_around_it() {
    let mut world = world();
    restore(&mut world, ECHO).expect("restored");
    let facts = echo(&world).facts();
    assert_eq!(facts.has(Parameter::DbInstanceClass), Some(&text("db.r6g.2xlarge")));
    assert_eq!(facts.has(Parameter::MultiAz), Some(&Value::Flag(false)));
    assert_eq!(facts.has(Parameter::VpcSecurityGroupIds), Some(&list(["sg-default"])));
    assert_eq!(facts.has(Parameter::DbParameterGroupName), Some(&text("default.postgres16")));
    assert_eq!(facts.has(Parameter::Port), None, "no endpoint yet, no port");
    assert_eq!((&*facts.engine, &*facts.engine_version), ("postgres", "16.4"));
}

#[test]
fn a_restore_without_tags_inherits_those_that_the_instance_had_when_the_snapshot_was_taken() {
    let mut world = world();
    let production = world.instances()["production"].arn.clone();
    world.add_tags(&production, &tags([("owner", "legal"), ("later", "yes")])).expect("tagged");
    restore_with(&mut world, ECHO, &[].into(), &tags([])).expect("restored");
    restore_with(&mut world, "dev-2026-11-23", &[].into(), &tags([("own", "1")])).expect("restored");
    assert_eq!(echo(&world).tags, tags([("owner", "sales")]));
    assert_eq!(world.instances()["dev-2026-11-23"].tags, tags([("own", "1")]));
}

#[test]
fn a_reboot_shuts_down_and_restarts() {
    let mut world = world_with_echo();
    world.reboot(ECHO).expect("rebooting");
    assert_eq!(echo(&world).status, "rebooting");
    assert_eq!(world.take_events()[0].id, "RDS-EVENT-0004");
    assert_eq!(lines(&seconds(&mut world, 120)), ["00:02:00 available 0006"]);
}

#[test]
fn a_delete_makes_the_final_snapshot_first_and_takes_the_automated_ones_along() {
    let mut world = world_with_echo();
    delete(&mut world, Some("dev-2026-11-22-final")).expect("deleting");
    assert_eq!(echo(&world).status, "deleting");
    assert_eq!(world.snapshots()["dev-2026-11-22-final"].status, "creating");
    assert_eq!(lines(&seconds(&mut world, 3600)), ["00:10:00 deleting 0042", "00:20:00 deleted 0003"]);
    assert!(!world.instances().contains_key(ECHO));
    let left: Vec<&str> = world.snapshots().keys().map(String::as_str).collect();
    assert_eq!(left, ["dev-2026-11-22-final", SNAPSHOT]);
    assert_eq!(world.snapshots()["dev-2026-11-22-final"].status, "available");
    assert_eq!(world.next(), None);
}

#[test]
fn a_restore_can_be_made_to_fail_in_every_way() {
    for (status, ran) in [("incompatible-restore", false), ("restore-error", false), ("incompatible-parameters", true)]
    {
        let mut world = world();
        world.next_restore_ends_in(status);
        restore(&mut world, ECHO).expect("restored");
        let happened = world.advance(at("2026-11-24T00:00:00Z"));
        assert_eq!(happened.len(), 1, "{status}");
        assert_eq!(echo(&world).status, status);
        assert_eq!(echo(&world).created.is_some(), ran, "{status}");
        restore(&mut world, "dev-2026-11-23").expect("the next one is well again");
        world.advance(at("2026-11-26T00:00:00Z"));
        assert_eq!(world.instances()["dev-2026-11-23"].status, "available");
    }
}

#[test]
fn every_documented_status_can_be_forced_and_stops_what_was_under_way() {
    for (status, _) in STATUSES {
        let mut world = world();
        restore(&mut world, ECHO).expect("restored");
        world.force_status(ECHO, status).expect("forced");
        world.advance(at("2026-12-24T00:00:00Z"));
        assert_eq!(echo(&world).status, *status);
    }
}

#[test]
fn an_event_has_the_shape_in_which_eventbridge_delivers_it() {
    let mut world = world();
    restore(&mut world, ECHO).expect("restored");
    world.advance(at("2026-11-23T12:00:00Z"));
    let events = world.take_events();
    let arn = "arn:aws:rds:us-east-1:000000000000:db:dev-2026-11-22";
    assert_eq!(
        events[0].envelope(7, "aws.rds", "000000000000", "us-east-1"),
        serde_json::json!({
            "version": "0",
            "id": "00000000-0000-4000-8000-000000000007",
            "detail-type": "RDS DB Instance Event",
            "source": "aws.rds",
            "account": "000000000000",
            "time": "2026-11-23T12:00:00Z",
            "region": "us-east-1",
            "resources": [arn],
            "detail": {
                "EventCategories": ["creation"],
                "SourceType": "DB_INSTANCE",
                "SourceArn": arn,
                "Date": "2026-11-23T12:00:00.000Z",
                "Message": "DB instance created.",
                "SourceIdentifier": "dev-2026-11-22",
                "EventID": "RDS-EVENT-0005",
            },
        })
    );
    assert_eq!(events[3].source.detail_type(), "RDS DB Snapshot Event");
}

#[test]
fn a_planted_snapshot_can_announce_itself() {
    let mut world = world();
    let planted = PlantedSnapshot {
        source: "production".to_owned(),
        identifier: "nightly".to_owned(),
        snapshot_type: "manual".to_owned(),
        created: None,
        source_tags: None,
        announce: true,
    };
    world.plant_snapshot(planted).expect("planted");
    let events = world.take_events();
    assert_eq!((events[0].id, &*events[0].message), ("RDS-EVENT-0042", "Manual snapshot created."));
    assert_eq!(events[0].arn, "arn:aws:rds:us-east-1:000000000000:snapshot:nightly");
}

/// A whole life, as text.
fn life() -> String {
    let mut world = world();
    restore(&mut world, ECHO).expect("restored");
    let mut told = format!("{:?}", world.advance(at("2026-11-24T00:00:00Z")));
    let class = [(Parameter::DbInstanceClass, text("db.t4g.small"))];
    modify(&mut world, class, true).expect("modified");
    told += &format!("{:?}", seconds(&mut world, 600));
    world.reboot(ECHO).expect("rebooting");
    told += &format!("{:?}", seconds(&mut world, 600));
    delete(&mut world, Some("last")).expect("deleting");
    told += &format!("{:?}{:?}", seconds(&mut world, 6000), world.take_events());
    told + &format!("{:?}", world.instances())
}

#[test]
fn the_same_script_gives_the_same_trace() {
    assert_eq!(life(), life());
}

#[test]
fn stepping_and_leaping_come_to_the_same() {
    let (mut steps, mut leap) = (world(), world());
    let end = at("2026-11-24T00:00:00Z");
    let mut happened = Vec::new();
    restore(&mut steps, ECHO).expect("restored");
    restore(&mut leap, ECHO).expect("restored");
    while let Some(more) = steps.step(end) {
        assert!(more.iter().all(|happening| happening.at == steps.now()), "a step is one moment");
        happened.extend(more);
    }
    assert_eq!(happened, leap.advance(end));
}

//! Listings, snapshots of several types, tags on snapshots, groups, events to read back.

use rds_sim::world::{
    CreateSnapshot, DescribeEvents, DescribeInstances, DescribeSnapshots, GroupKind, PlantedInstance, World,
};
use tag_state::facts::Tags;
use tag_state::parameter::Parameter;

use crate::support::*;

fn many(number: usize) -> World {
    let mut world = empty_world();
    for number in 0..number {
        let identifier = format!("db-{number:03}");
        world.plant_instance(PlantedInstance { identifier, ..PlantedInstance::default() }).expect("planted");
    }
    world
}

#[test]
fn a_listing_goes_on_where_it_was_even_if_that_instance_is_gone() {
    let mut world = many(40);
    let request = DescribeInstances { max_records: Some(20), ..DescribeInstances::default() };
    let page = world.describe_instances(&request).expect("a page");
    assert_eq!(page.items.len(), 20);
    let marker = page.marker.expect("there is more");
    let request = rds_sim::world::Delete {
        identifier: &marker,
        skip_final_snapshot: true,
        final_snapshot: None,
        delete_automated_backups: true,
    };
    world.delete(&request).expect("deleting");
    seconds(&mut world, 600);
    let request = DescribeInstances { marker: Some(&marker), ..DescribeInstances::default() };
    let rest = world.describe_instances(&request).expect("a page");
    assert_eq!((rest.items.len(), &*rest.items[0].identifier, rest.marker), (20, "db-020", None));
}

#[test]
fn a_full_last_page_has_no_marker_and_page_sizes_are_limited() {
    let world = many(20);
    let page = |max_records| {
        let request = DescribeInstances { max_records: Some(max_records), ..DescribeInstances::default() };
        world.describe_instances(&request)
    };
    assert_eq!(page(20).expect("a page").marker, None);
    for records in [19, 101] {
        assert_eq!(page(records).expect_err("refused").code, "InvalidParameterValue");
    }
}

#[test]
fn instances_are_found_by_identifier_arn_and_filter() {
    let world = world_with_echo();
    let (arn, resource_id) = (&echo(&world).arn, &echo(&world).resource_id);
    for named in [ECHO, "DEV-2026-11-22", arn] {
        let request = DescribeInstances { identifier: Some(named), ..DescribeInstances::default() };
        assert_eq!(world.describe_instances(&request).expect("found").items[0].identifier, ECHO);
    }
    let filtered = |name: &str, value: &str| {
        let filters = [(name.to_owned(), vec![value.to_owned()])];
        let request = DescribeInstances { filters: &filters, ..DescribeInstances::default() };
        world.describe_instances(&request).map(|page| page.items.len()).map_err(|error| error.code.into_owned())
    };
    assert_eq!(filtered("dbi-resource-id", resource_id), Ok(1));
    assert_eq!(filtered("db-instance-id", "production"), Ok(1));
    assert_eq!(filtered("engine", "mysql"), Ok(0));
    assert_eq!(filtered("tag", "x"), Err("InvalidParameterValue".to_owned()));
}

#[test]
fn without_a_type_the_automated_and_the_manual_snapshots_are_listed() {
    let mut world = world();
    for (identifier, kind) in [("by-hand", "manual"), ("awsbackup:job-1", "awsbackup"), ("theirs", "shared")] {
        plant_snapshot(&mut world, identifier, kind).expect("planted");
    }
    let list = |request: DescribeSnapshots<'_>| -> Vec<String> {
        let page = world.describe_snapshots(&request).expect("a page");
        page.items.iter().map(|snapshot| snapshot.identifier.clone()).collect()
    };
    let theirs = "arn:aws:rds:us-east-1:999999999999:snapshot:theirs";
    let all = DescribeSnapshots { instance: Some("Production"), ..DescribeSnapshots::default() };
    assert_eq!(list(all), ["by-hand", SNAPSHOT]);
    assert_eq!(list(DescribeSnapshots { include_shared: true, ..all }), [theirs, "by-hand", SNAPSHOT]);
    for (kind, expected) in [("awsbackup", "awsbackup:job-1"), ("shared", theirs), ("manual", "by-hand")] {
        assert_eq!(list(DescribeSnapshots { snapshot_type: Some(kind), ..all }), [expected]);
    }
    let one = DescribeSnapshots { snapshot: Some(theirs), ..DescribeSnapshots::default() };
    assert_eq!(list(one), [theirs], "a shared snapshot is named by its ARN");
    let own = "arn:aws:rds:us-east-1:000000000000:snapshot:by-hand";
    assert_eq!(list(DescribeSnapshots { snapshot: Some(own), ..DescribeSnapshots::default() }), ["by-hand"]);
    let missing = DescribeSnapshots { snapshot: Some("theirs"), ..DescribeSnapshots::default() };
    assert_eq!(world.describe_snapshots(&missing).expect_err("refused").code, "DBSnapshotNotFound");
}

#[test]
fn a_manual_snapshot_keeps_the_instance_backing_up() {
    let mut world = world_with_echo();
    let request = CreateSnapshot { instance: ECHO, identifier: "By-Hand", tags: &tags([("why", "test")]) };
    world.create_snapshot(&request).expect("creating");
    assert_eq!(echo(&world).status, "backing-up");
    let again = CreateSnapshot { identifier: "other", ..request };
    assert_eq!(world.create_snapshot(&again).expect_err("refused").code, "InvalidDBInstanceState");
    assert_eq!(world.create_snapshot(&request).expect_err("refused").code, "DBSnapshotAlreadyExists");
    assert_eq!(world.delete_snapshot("by-hand").expect_err("refused").code, "InvalidDBSnapshotState");
    assert_eq!(lines(&seconds(&mut world, 600)), ["00:10:00 available 0042"]);

    let arn = world.snapshots()["by-hand"].arn.clone();
    world.add_tags(&arn, &tags([("more", "yes")])).expect("tagged");
    assert_eq!(world.list_tags(&arn).expect("tags"), &tags([("more", "yes"), ("why", "test")]));
    world.remove_tags(&arn, &["why".to_owned(), "absent".to_owned()]).expect("removed");
    assert_eq!(world.list_tags(&arn).expect("tags"), &tags([("more", "yes")]));
    world.delete_snapshot("by-hand").expect("deleted");
    assert_eq!(world.list_tags(&arn).expect_err("refused").code, "DBSnapshotNotFound");
}

#[test]
fn the_hundred_and_first_manual_snapshot_is_one_too_many() {
    let mut world = world_with_echo();
    for number in 0..100 {
        plant_snapshot(&mut world, &format!("s{number}"), "manual").expect("planted");
    }
    let request = CreateSnapshot { instance: ECHO, identifier: "one-more", tags: &Tags::new() };
    assert_eq!(world.create_snapshot(&request).expect_err("refused").code, "SnapshotQuotaExceeded");
    assert_eq!(code(delete(&mut world, Some("final"))), "SnapshotQuotaExceeded");
    let all = DescribeSnapshots { instance: Some("production"), ..DescribeSnapshots::default() };
    let page = world.describe_snapshots(&all).expect("a page");
    assert_eq!((page.items.len(), page.marker.is_some()), (100, true), "with the automated one a second page");
}

#[test]
fn groups_exist_once_they_are_made() {
    let mut world = world();
    world.create_group(GroupKind::Parameter, "Tuned").expect("made");
    assert_eq!(code(world.create_group(GroupKind::Parameter, "tuned")), "DBParameterGroupAlreadyExists");
    let parameters = [(Parameter::DbParameterGroupName, text("tuned"))].into();
    restore_with(&mut world, ECHO, &parameters, &tags([])).expect("restored");
    let option = [(Parameter::OptionGroupName, text("tuned"))].into();
    assert_eq!(code(restore_with(&mut world, "a", &option, &tags([]))), "OptionGroupNotFoundFault");
}

#[test]
fn events_can_be_read_back() {
    let mut world = world();
    restore(&mut world, ECHO).expect("restored");
    world.advance(at("2026-11-24T00:00:00Z"));
    let of_instance = DescribeEvents {
        source_identifier: Some(ECHO),
        source_type: Some("db-instance"),
        from: Some(at("2026-11-23T12:05:00Z")),
        to: None,
    };
    let messages: Vec<&str> = world.describe_events(&of_instance).iter().map(|event| &*event.message).collect();
    assert_eq!(messages, ["Finished DB instance backup."]);
}

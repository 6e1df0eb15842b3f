//! What is measured of an echo at a look.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{REQUEST, at, cname, ours, pointing_at, settings, with};
use jiff::SignedDuration;
use tag_state::facts::Record;
use tag_state::gauges::{Gauges, gauges};
use tag_state::own::OwnInstance;

fn measured(own: &[OwnInstance], record: &Record, now: &str) -> Gauges {
    gauges(&settings(), own, record, at(now))
}

#[test]
fn the_data_is_as_old_as_the_snapshot_behind_the_cname() {
    let old = ours("dev-2026-11-15", "forgotten", &[("data-from", "2026-11-14T20:00:00Z")]);
    let current = ours("dev-2026-11-22", "promoted", &[("data-from", "2026-11-21T20:00:00Z")]);
    let record = pointing_at(&current);
    let found = measured(&[old.clone(), current.clone()], &record, "2026-11-22T08:00:00Z");
    assert_eq!((found.instances, found.data_age), (2, Some(SignedDuration::from_hours(12))));
    assert_eq!(measured(&[old, current], &cname("legacy.example.test."), "2026-11-22T08:00:00Z").data_age, None);
    let untold = ours("dev-2026-11-22", "promoted", &[]);
    assert_eq!(measured(&[untold], &record, "2026-11-22T08:00:00Z").data_age, None);
}

/// All entered their stage on the 22nd at midnight, and are looked at six days later.
#[test]
fn each_stage_foresees_its_own_time() {
    let overdue = |stage: &str, tags: &[(&str, &str)]| {
        measured(&[ours("dev-2026-11-22", stage, tags)], &Record::Absent, "2026-11-28T00:00:00Z").overdue.as_hours()
    };
    for stage in ["new", "modified", "retired"] {
        assert_eq!(overdue(stage, &[]), 144, "{stage}");
    }
    assert_eq!(overdue("rebooted", &[]), 144, "nobody has been asked");
    assert_eq!(overdue("rebooted", REQUEST), 72, "since the request's end");
    assert_eq!(overdue("forgotten", &[]), 120, "since the end of the grace period");
    assert_eq!(overdue("promoted", &[]), 0);
    // What a person keeps is not overdue before it may go; and what is on its way is, whoever holds it.
    let held = ("hold", "2026-11-27T00:00:00Z");
    assert_eq!(overdue("forgotten", &[held]), 24);
    assert_eq!(overdue("forgotten", &[("hold", "2026-11-22T12:00:00Z")]), 120, "the grace period ends later");
    assert_eq!(overdue("retired", &[held]), 24);
    assert_eq!(overdue("rebooted", &[REQUEST, &[held]].concat()), 24);
    for unfinished in ["new", "modified"] {
        assert_eq!(overdue(unfinished, &[held]), 144, "{unfinished}");
    }
    for held in ["2026-11-29T00:00:00Z why", "until further notice"] {
        assert_eq!(overdue("forgotten", &[("hold", held)]), 0, "{held}");
    }
    let kept = with("-Drdsecho.retire.graceHours=200");
    let forgotten = [ours("dev-2026-11-22", "forgotten", &[])];
    assert_eq!(gauges(&kept, &forgotten, &Record::Absent, at("2026-11-28T00:00:00Z")).overdue, SignedDuration::ZERO);
}

#[test]
fn the_worst_counts() {
    let two = [ours("dev-2026-11-22", "rebooted", REQUEST), ours("dev-2026-11-22-2", "new", &[])];
    assert_eq!(measured(&two, &Record::Absent, "2026-11-28T00:00:00Z").overdue.as_hours(), 144);
    let none = Gauges { instances: 0, data_age: None, overdue: SignedDuration::ZERO, stuck: 0 };
    assert_eq!(measured(&[], &Record::Absent, "2026-11-28T00:00:00Z"), none);
}

/// 48 hours in a stage, unless it is said otherwise or an earlier one took longer.
#[test]
fn what_is_stuck_is_counted_and_what_failed_is_not() {
    let stuck = |more: &str, own: &[OwnInstance], now: &str| gauges(&with(more), own, &Record::Absent, at(now)).stuck;
    let one = |stage: &str| [ours("dev-2026-11-22", stage, &[])];
    assert_eq!(stuck("", &one("new"), "2026-11-24T00:00:00Z"), 0);
    assert_eq!(stuck("", &one("new"), "2026-11-24T00:00:01Z"), 1);
    assert_eq!(stuck("-Drdsecho.stuck.hours=60", &one("new"), "2026-11-24T00:00:01Z"), 0);
    assert_eq!(stuck("-Drdsecho.stuck.newHours=5", &one("new"), "2026-11-22T05:00:01Z"), 1);
    let failed = ours("dev-2026-11-22", "forgotten", &[("attempt", "1 failed"), ("failure", "x")]);
    assert_eq!(stuck("", &[failed], "2026-11-22T05:00:00Z"), 0);
    let in_use = |status: &str| {
        let mut one = common::instance("dev-2026-11-22", "promoted", &[]);
        status.clone_into(&mut one.status);
        stuck("", &[common::own(one)], "2026-11-22T05:00:00Z")
    };
    assert_eq!((in_use("stopped"), in_use("storage-full")), (0, 1), "people stop it at night");
    let cancelled = [REQUEST, &[("cancelled:ann@example.test", "1 2026-11-22T01:00:00Z")]].concat();
    let cancelled = ours("dev-2026-11-22", "rebooted", &cancelled);
    assert_eq!(stuck("", &[cancelled], "2026-12-22T00:00:00Z"), 0, "to cancel is no fault");
}

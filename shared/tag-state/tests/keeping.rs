//! What people keep, and what they point the CNAME at.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{REQUEST, at, cname, instance, ours, own, pointing_at, settings, tags, with};
use jiff::Timestamp;
use tag_state::decide::hold::{Held, afterwards, hold, keep, release};
use tag_state::decide::rollback::{self, Way};
use tag_state::decide::{Decision, new, promote, retire};
use tag_state::facts::{Record, Tags};
use tag_state::hold::{Hold, hold_tag};
use tag_state::own::OwnInstance;
use tag_state::remark::Remark;
use tag_state::settings::{Approval, Settings};

const NOW: &str = "2026-11-26T09:00:00Z";
const FIRST: &str = "dev-2026-11-22";
const OTHER: &str = "legacy.example.test";

fn code<T>(decision: &Decision<T>) -> String {
    match decision {
        Decision::Act(_) => "acts".to_owned(),
        Decision::Wait { reason, until: None } => format!("waits: {}", reason.code()),
        Decision::Wait { reason, until: Some(until) } => format!("waits until {until}: {}", reason.code()),
        Decision::Refuse(reason) => format!("refuses: {}", reason.code()),
        Decision::Nothing(reason) => format!("nothing: {}", reason.code()),
    }
}

fn value(tags: &Tags) -> &str {
    &tags["rdsecho:dev:hold"]
}

#[test]
fn a_hold_says_until_when_and_why_and_what_nobody_can_read_has_no_end() {
    let why = Remark::new("who deleted the orders? (Ann looks)").unwrap();
    let tags = hold_tag(&settings().name, at("2026-12-01T00:00:00.5Z"), Some(&why));
    assert_eq!(value(&tags), "2026-12-01T00:00:00Z who deleted the orders=3F =28Ann looks=29");
    let read = Hold::parse(value(&tags));
    assert_eq!(read, Hold::Until { until: at("2026-12-01T00:00:00Z"), why: Some(why) });
    assert_eq!(read.to_string(), "until 2026-12-01T00:00:00Z: who deleted the orders? (Ann looks)");
    assert!(read.holds(at("2026-11-30T23:59:59Z")) && !read.holds(at("2026-12-01T00:00:00Z")));
    assert_eq!(Hold::parse("2026-12-01T00:00:00Z").to_string(), "until 2026-12-01T00:00:00Z");
    let longest = Remark::new(&"?".repeat(200)).unwrap();
    assert!(value(&hold_tag(&settings().name, at(NOW), Some(&longest))).len() <= 256);
    // Who writes it by hand writes a date, and means all of it.
    let by_hand = Hold::parse("2026-12-01 Ann looks");
    assert_eq!(by_hand, Hold::Until { until: at("2026-12-02T00:00:00Z"), why: Remark::new("Ann looks") });
    for unreadable in ["", "tomorrow", "2026-12-32", "2026-12-01T10:00", "until 2026-12-01T00:00:00Z"] {
        let read = Hold::parse(unreadable);
        assert!(read.holds(Timestamp::MAX), "{unreadable:?}");
        assert!(read.to_string().contains(&format!("{unreadable:?}")), "{read}");
    }
}

#[test]
fn what_is_held_is_neither_condemned_nor_destroyed() {
    let decided = |stage: &str, hold: &str, now: &str| {
        code(&retire::decide(
            &settings(),
            &ours(FIRST, stage, &[("hold", hold)]),
            &cname(OTHER),
            retire::Clients::NotAsked,
            at(now),
        ))
    };
    for stage in ["forgotten", "retired"] {
        assert_eq!(
            decided(stage, "2026-12-01T00:00:00Z why", NOW),
            "waits until 2026-12-01T00:00:00Z: held",
            "{stage}"
        );
        assert_eq!(decided(stage, "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"), "acts", "{stage}");
        assert_eq!(decided(stage, "for ever", NOW), "refuses: held", "{stage}");
    }
    // The grace period is as long as ever.
    let young = "2026-11-22T10:00:00Z";
    assert_eq!(decided("forgotten", "2026-11-22T09:00:00Z", young), "waits until 2026-11-23T00:00:00Z: grace");
    assert_eq!(decided("promoted", "2026-12-01T00:00:00Z", NOW), "nothing: other-stage");
}

#[test]
fn who_holds_names_a_time_to_come_and_nothing_that_is_condemned_or_going() {
    let until = at("2026-12-01T00:00:00Z");
    let decided = |stage: &str| hold(&settings(), &ours(FIRST, stage, &[]), until, None, at(NOW));
    for stage in ["new", "modified", "rebooted", "promoted", "forgotten"] {
        let Decision::Act(tags) = decided(stage) else { panic!("{stage}") };
        assert_eq!((value(&tags), tags.len()), ("2026-12-01T00:00:00Z", 1), "{stage}");
    }
    assert_eq!(code(&decided("retired")), "refuses: condemned");
    let past = hold(&settings(), &ours(FIRST, "forgotten", &[]), at(NOW), None, at(NOW));
    assert_eq!(code(&past), "refuses: hold-is-past");
    let mut going = instance(FIRST, "forgotten", &[]);
    going.status = "deleting".to_owned();
    assert_eq!(code(&hold(&settings(), &own(going), until, None, at(NOW))), "refuses: going");
}

#[test]
fn the_one_that_is_left_is_kept_at_least_as_long() {
    let why = Remark::new("kept").unwrap();
    let decided = |tags: &[(&str, &str)]| match keep(
        &settings(),
        &ours(FIRST, "promoted", tags),
        at("2026-12-01T00:00:00Z"),
        Some(&why),
        at(NOW),
    ) {
        Decision::Act(tags) => tags.map_or("as it is".to_owned(), |tags| value(&tags).to_owned()),
        other @ (Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_)) => code(&other),
    };
    assert_eq!(decided(&[]), "2026-12-01T00:00:00Z kept");
    assert_eq!(decided(&[("hold", "2026-11-30T00:00:00Z")]), "2026-12-01T00:00:00Z kept");
    assert_eq!(decided(&[("hold", "2026-12-01T00:00:00Z mine")]), "as it is");
    assert_eq!(decided(&[("hold", "for ever")]), "as it is");
    let left = ours(FIRST, "retired", &[("hold", "for ever")]);
    assert_eq!(code(&keep(&settings(), &left, at("2026-12-01T00:00:00Z"), Some(&why), at(NOW))), "refuses: condemned");
}

#[test]
fn only_what_is_held_is_released_and_a_release_is_a_hold_that_is_over() {
    let held = ours(FIRST, "forgotten", &[("hold", "for ever")]);
    let Decision::Act(tags) = release(&settings(), &held, at(NOW)) else { panic!() };
    assert_eq!(value(&tags), NOW);
    let released = held.after_writing(&settings().name, &tags);
    assert_eq!(released.tags().held(at(NOW)), None);
    assert_eq!(code(&release(&settings(), &released, at(NOW))), "nothing: not-held");
    assert_eq!(code(&release(&settings(), &ours(FIRST, "retired", &[]), at(NOW))), "nothing: not-held");
}

#[test]
fn after_the_point_of_no_return_a_hold_counts_until_the_last_look_can_have_been() {
    let after = |stage: &str, since: &str| {
        afterwards(&ours(FIRST, stage, &[("since", since), ("hold", "2026-12-01T00:00:00Z")]), at(NOW))
    };
    assert_eq!(after("forgotten", "2026-11-20T00:00:00Z"), Held::Safe);
    assert_eq!(after("retired", NOW), Held::Condemned);
    // The command may be ten minutes older than its answer, and the delete a quarter of an hour younger than the tag.
    assert_eq!(after("retired", "2026-11-26T08:55:00Z"), Held::Condemned);
    assert_eq!(after("retired", "2026-11-26T08:54:59Z"), Held::PerhapsTooLate);
    let mut going = instance(FIRST, "retired", &[("since", NOW)]);
    going.status = "deleting".to_owned();
    assert_eq!(afterwards(&own(going), at(NOW)), Held::PerhapsTooLate);
    let mut dateless = instance(FIRST, "retired", &[]);
    dateless.tags.remove("rdsecho:dev:since");
    assert_eq!(afterwards(&own(dateless), at(NOW)), Held::PerhapsTooLate);
}

#[test]
fn one_that_is_held_makes_no_room_and_is_not_given_up_for_it() {
    let full = with("-Drdsecho.maxInstances=2");
    let superfluous = |hold: &[(&str, &str)]| {
        let closed = ours(FIRST, "rebooted", &[REQUEST, hold].concat());
        new::superfluous(&full, &[closed, ours("dev-2026-11-15", "promoted", &[])], at(NOW)).len()
    };
    assert_eq!(superfluous(&[]), 1);
    assert_eq!(superfluous(&[("hold", "2026-12-01T00:00:00Z")]), 0);
    assert_eq!(superfluous(&[("hold", "2026-11-26T00:00:00Z")]), 1);
}

const SUPERSEDED: (&str, &str) = ("failure", "superseded: dev-db.example.test points at dev-2026-11-23");
const TOOK: (&str, &str) = ("took", "new 3600 modified 600 rebooted 86400");

fn goes<'a>(settings: &Settings, all: &'a [OwnInstance], record: &Record, way: Way<'_>) -> Decision<&'a OwnInstance> {
    rollback::target(settings, all, record, way)
        .and_then(|target| rollback::may_go(settings, target, way, at(NOW)).and_then(|()| Decision::Act(target)))
}

fn to(settings: &Settings, target: &OwnInstance, typed: Option<&str>) -> String {
    let current = ours("dev-2026-11-20", "promoted", &[]);
    let all = [target.clone(), current.clone()];
    let way = Way::To { instance: target.identifier(), typed };
    code(&goes(settings, &all, &pointing_at(&current), way))
}

#[test]
fn a_person_may_take_what_was_set_up_and_nobody_is_asked_about() {
    let typed = |target: &OwnInstance| to(&settings(), target, Some("DEV-2026-11-22"));
    let cancelled: &[(&str, &str)] = &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z")];
    assert_eq!(typed(&ours(FIRST, "forgotten", &[])), "acts", "it was in use");
    assert_eq!(typed(&ours(FIRST, "promoted", &[])), "acts", "somebody was on the way to it");
    assert_eq!(typed(&ours(FIRST, "forgotten", &[SUPERSEDED, TOOK])), "acts");
    assert_eq!(typed(&ours(FIRST, "forgotten", &[SUPERSEDED])), "refuses: given-up", "it was never set up");
    assert_eq!(typed(&ours(FIRST, "forgotten", &[SUPERSEDED, ("took", "new 3600")])), "refuses: given-up");
    let open = [REQUEST, &[("expires", "2026-11-27T00:00:00Z")]].concat();
    assert_eq!(typed(&ours(FIRST, "rebooted", &open)), "refuses: request-open");
    assert_eq!(typed(&ours(FIRST, "rebooted", REQUEST)), "acts", "it has run out");
    assert_eq!(typed(&ours(FIRST, "rebooted", &[REQUEST, cancelled].concat())), "acts");
    assert_eq!(typed(&ours(FIRST, "rebooted", &[])), "refuses: not-requested");
    for (stage, expected) in [("new", "other-stage"), ("modified", "other-stage"), ("retired", "condemned")] {
        assert_eq!(typed(&ours(FIRST, stage, &[])), format!("refuses: {expected}"), "{stage}");
    }
    let rebooted = ours(FIRST, "rebooted", &[REQUEST, cancelled].concat());
    assert_eq!(to(&with("-Drdsecho.promote.approval=none"), &rebooted, Some(FIRST)), "refuses: nobody-asked");
    let mut typing = settings();
    typing.promote.approval = Approval::Typed;
    assert_eq!(to(&typing, &rebooted, Some(FIRST)), "refuses: not-typed");
    for none in [None, Some("dev-2026-11-20"), Some("")] {
        assert_eq!(to(&settings(), &rebooted, none), "waits: to-be-typed", "{none:?}");
    }
}

#[test]
fn what_was_never_in_use_must_have_what_is_wanted() {
    let changed = |tags: &[(&str, &str)], how: fn(&mut tag_state::facts::Instance)| {
        let mut instance = instance(FIRST, "forgotten", tags);
        how(&mut instance);
        to(&settings(), &own(instance), Some(FIRST))
    };
    let given_up = &[SUPERSEDED, TOOK];
    assert_eq!(changed(given_up, |one| one.deletion_protection = false), "acts", "it is switched on before the swap");
    assert_eq!(changed(given_up, |one| one.pending = ["iops".to_owned()].into()), "waits: pending");
    assert_eq!(changed(given_up, |one| one.actual = Default::default()), "waits: not-in-effect");
    assert_eq!(changed(&[], |one| one.actual = Default::default()), "acts", "it was good enough before");
    for (status, expected) in [("storage-full", "refuses: failed"), ("modifying", "waits: busy")] {
        let mut instance = instance(FIRST, "forgotten", given_up);
        instance.status = status.to_owned();
        assert_eq!(to(&settings(), &own(instance), Some(FIRST)), expected);
    }
}

/// The tags after the preparation, as the last look shows them.
fn prepared(target: &OwnInstance, record: &Record) -> OwnInstance {
    let prepared = rollback::prepare(&settings(), target, record, at(NOW)).unwrap();
    target.after_writing(&settings().name, &prepared.tags)
}

#[test]
fn until_the_swap_it_says_why_it_was_given_up_and_not_afterwards() {
    let current = ours("dev-2026-11-20", "promoted", &[]);
    let record = pointing_at(&current);
    let cancelled: &[(&str, &str)] = &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z")];
    let rebooted = ours(FIRST, "rebooted", &[REQUEST, cancelled].concat());
    for target in [rebooted, ours(FIRST, "forgotten", &[SUPERSEDED, TOOK])] {
        let ready = prepared(&target, &record);
        assert_eq!(ready.stage().name(), "promoted");
        assert!(ready.tags().failure.is_some(), "{:?}", target.stage());
        // The swap did not come about: it is forgotten again, and not as one that was in use.
        let back = promote::repairs(&settings(), &[current.clone(), ready.clone()], &record, at(NOW));
        let forgotten = ready.after_writing(&settings().name, &back[0].tags);
        let all = [current.clone(), forgotten];
        let again = rollback::target(&settings(), &all, &record, Way::Back(None));
        assert_eq!(code(&again), "nothing: nothing-to-return-to");
        let repairs = promote::repairs(&settings(), &[current.clone(), ready.clone()], &pointing_at(&ready), at(NOW));
        assert_eq!((repairs[0].to, repairs[0].tags.len()), (None, 1), "{repairs:?}");
        assert_eq!(ready.after_writing(&settings().name, &repairs[0].tags).tags().failure, None);
    }
    // Set by hand to one that was given up.
    let given_up = ours(FIRST, "forgotten", &[SUPERSEDED, TOOK]);
    let repairs = promote::repairs(&settings(), std::slice::from_ref(&given_up), &pointing_at(&given_up), at(NOW));
    assert_eq!((repairs.len(), &*repairs[0].tags["rdsecho:dev:failure"]), (1, ""));
    assert_eq!(repairs[0].tags["rdsecho:dev:stage"], "promoted");
}

#[test]
fn the_last_look_finds_a_request_that_was_made_anew() {
    let record = pointing_at(&ours("dev-2026-11-20", "promoted", &[]));
    let cancelled: &[(&str, &str)] = &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z")];
    let before = ours(FIRST, "rebooted", &[REQUEST, cancelled].concat());
    let way = Way::To { instance: FIRST, typed: Some(FIRST) };
    let ready = prepared(&before, &record);
    let decided = |last: &OwnInstance| code(&rollback::decide(&settings(), &before, last, &record, way));
    let Decision::Act(promotable) = rollback::decide(&settings(), &before, &ready, &record, way) else { panic!() };
    assert_eq!(promotable.agreed(), "its identifier was typed");
    let changed = |more: &[(&str, &str)]| ready.after_writing(&settings().name, &tags(more));
    assert_eq!(decided(&changed(&[("request", "2")])), "refuses: request-open");
    assert_eq!(decided(&changed(&[("stage", "retired")])), "refuses: condemned");
    assert_eq!(decided(&changed(&[("stage", "forgotten")])), "refuses: other-stage");
    let mut pending = ready.facts().clone();
    pending.pending = ["iops".to_owned()].into();
    assert_eq!(decided(&own(pending)), "waits: pending");
}

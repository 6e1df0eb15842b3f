//! What is wrong with an instance, when it is told, and which try the next one is.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{REQUEST, at, instance, ours, own, pointing_at, settings, with};
use jiff::SignedDuration;
use tag_state::attempt::Attempt;
use tag_state::decide::Decision;
use tag_state::decide::new::{attempt_tag, identifier};
use tag_state::decide::promote::repairs;
use tag_state::decide::trouble::{ANNOUNCED, CODES, What, limit, note_refusal, recovered, tell, trouble};
use tag_state::facts::{Instance, Record, Tags};
use tag_state::gauges::gauges;
use tag_state::own::OwnInstance;
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::Settings;

const ID: &str = "dev-2026-11-22";
/// All entered their stage on the 22nd at midnight: an hour and a half, and three days later.
const SOON: &str = "2026-11-22T01:30:00Z";
const LATE: &str = "2026-11-25T00:00:00Z";

fn code_of(settings: &Settings, own: &OwnInstance, now: &str) -> Option<&'static str> {
    trouble(settings, own, std::slice::from_ref(own), at(now)).map(|trouble| trouble.what.code())
}

fn changed(stage: &str, change: impl Fn(&mut Instance)) -> OwnInstance {
    let mut one = instance(ID, stage, &[]);
    change(&mut one);
    own(one)
}

fn in_status(stage: &str, status: &str) -> OwnInstance {
    changed(stage, |one| status.clone_into(&mut one.status))
}

/// Stage, status, and what is wrong soon and late.
#[test]
fn each_status_in_each_stage_has_its_name() {
    for (stage, status, soon, late) in [
        ("new", "available", None, Some("not-taken-on")),
        ("new", "creating", None, Some("still-restoring")),
        ("new", "backing-up", None, Some("still-busy")),
        ("new", "maintenance", None, Some("maintenance")),
        ("new", "stopped", Some("stopped"), Some("stopped")),
        ("new", "stopping", None, Some("stopped")),
        ("new", "failed", None, Some("still-failed")),
        ("new", "dreaming", None, Some("unknown-status")),
        ("new", "deleting", None, None),
        ("modified", "available", None, Some("not-taken-on")),
        ("rebooted", "available", None, Some("not-taken-on")),
        ("rebooted", "stopped", Some("stopped"), Some("stopped")),
        ("promoted", "available", None, None),
        ("promoted", "backing-up", None, None),
        ("promoted", "stopped", Some("in-use-stopped"), Some("in-use-stopped")),
        ("promoted", "storage-full", Some("in-use-failed"), Some("in-use-failed")),
        ("promoted", "deleting", Some("in-use-going"), Some("in-use-going")),
        ("forgotten", "available", None, None),
        ("retired", "available", None, Some("not-deleted")),
        ("retired", "deleting", None, Some("still-going")),
    ] {
        let own = in_status(stage, status);
        let found = (code_of(&settings(), &own, SOON), code_of(&settings(), &own, LATE));
        assert_eq!(found, (soon, late), "{stage} {status}");
    }
    let forgotten = ours(ID, "forgotten", &[]);
    assert_eq!(
        code_of(&settings(), &forgotten, "2026-11-25T00:00:01Z"),
        Some("not-retired"),
        "a day of grace, two more"
    );
    let held = ours(ID, "forgotten", &[("hold", "2026-11-30T00:00:00Z somebody looks at it")]);
    assert_eq!(code_of(&settings(), &held, "2026-11-29T00:00:00Z"), None);
    assert_eq!(code_of(&settings(), &held, "2026-11-30T00:00:00Z"), None, "retire has its time from then on");
}

/// What a person keeps is not too late before it could go: its time begins when the hold ends.
#[test]
fn the_end_of_a_hold_is_a_beginning() {
    let hold = ("hold", "2026-11-30T00:00:00Z somebody looks at it");
    let expired = [REQUEST, &[hold]].concat();
    for (stage, tags, code) in [
        ("forgotten", &[hold][..], "not-retired"),
        ("retired", &[hold][..], "not-deleted"),
        ("rebooted", &expired[..], "left-over"),
    ] {
        let own = ours(ID, stage, tags);
        for (now, expected) in
            [("2026-11-29T00:00:00Z", None), ("2026-12-02T00:00:00Z", None), ("2026-12-02T00:00:01Z", Some(code))]
        {
            assert_eq!(code_of(&settings(), &own, now), expected, "{stage} at {now}");
            let gauges = gauges(&settings(), std::slice::from_ref(&own), &Record::Absent, at(now));
            let overdue = gauges.overdue > SignedDuration::from_hours(48);
            assert_eq!(overdue, expected.is_some(), "{stage} at {now}: the gauge says the same");
        }
        let over = ours(ID, stage, &[tags, &[("hold", "2026-11-22T00:00:00Z")]].concat());
        assert_eq!(
            code_of(&settings(), &over, "2026-11-28T00:00:00Z"),
            Some(code),
            "{stage}: a hold that is long over"
        );
    }
}

#[test]
fn what_is_wanted_and_is_not_so_is_named() {
    let differs = |stage| {
        changed(stage, |one| {
            std::sync::Arc::make_mut(&mut one.actual).insert(Parameter::BackupRetentionPeriod, Value::Number(7));
        })
    };
    let found = trouble(&settings(), &differs("modified"), &[], at(LATE)).unwrap();
    assert_eq!(found.what, What::SettingsDiffer { what: "backupRetentionPeriod is 7, wanted 0".to_owned() });
    assert_eq!(found.differences, ["backupRetentionPeriod: wanted 0, actual 7"]);
    assert_eq!(code_of(&settings(), &differs("modified"), SOON), None, "RDS takes its time");
    assert_eq!(code_of(&settings(), &differs("rebooted"), SOON), Some("changed-since"));
    assert_eq!(code_of(&settings(), &differs("rebooted"), "2026-11-22T00:30:00Z"), None, "reads may lag behind");
    for (stage, group, code) in [
        ("modified", "failed-to-apply", Some("group-failed")),
        ("modified", "pending-reboot", None),
        ("modified", "applying", None),
        ("rebooted", "pending-reboot", Some("changed-since")),
        ("rebooted", "applying", None),
    ] {
        let own = changed(stage, |one| one.parameter_group_statuses = vec![group.to_owned()]);
        assert_eq!(code_of(&settings(), &own, SOON), code, "{stage} {group}");
    }
    let applying = changed("modified", |one| one.option_group_statuses = vec!["applying".to_owned()]);
    assert_eq!(code_of(&settings(), &applying, LATE), Some("group-not-applied"));
    let pending = changed("modified", |one| one.pending = ["Iops".to_owned()].into());
    assert_eq!(code_of(&settings(), &pending, LATE), Some("pending"));
    let window = with("-Drdsecho.mod.applyImmediately=false");
    assert_eq!(code_of(&window, &pending, LATE), None, "a window comes once a week");
    assert_eq!(code_of(&window, &pending, "2026-11-30T00:00:01Z"), Some("pending"));
    let bare = changed("rebooted", |one| one.deletion_protection = false);
    assert_eq!(code_of(&settings(), &bare, SOON), Some("unprotected"));
}

/// Whoever was asked, or has confirmed: what promote waits for is told.
#[test]
fn what_keeps_it_from_the_switch_is_told_while_people_are_asked() {
    let told = |change: &dyn Fn(&mut Instance), now: &str| {
        let mut one = instance(ID, "rebooted", REQUEST);
        change(&mut one);
        code_of(&settings(), &own(one), now)
    };
    let secret = |status: &str| Some(common::secret(status));
    for (change, soon, late) in [
        (
            (&|one: &mut Instance| one.pending = ["Iops".to_owned()].into()) as &dyn Fn(&mut Instance),
            "pending",
            "pending",
        ),
        (
            &|one| one.option_group_statuses = vec!["pending-maintenance-apply".to_owned()],
            "changed-since",
            "changed-since",
        ),
        (&|one| one.option_group_statuses = vec!["applying".to_owned()], "", "group-not-applied"),
        (&|one| one.secret = secret("impaired"), "secret-impaired", "secret-impaired"),
        (&|one| one.secret = secret("rotating"), "", "secret-pending"),
        (&|one| one.secret = secret("active"), "", ""),
    ] {
        assert_eq!(told(change, SOON).unwrap_or_default(), soon);
        assert_eq!(told(change, "2026-11-24T23:00:00Z").unwrap_or_default(), late);
    }
    let impaired = changed("modified", |one| one.secret = secret("impaired"));
    assert_eq!(code_of(&settings(), &impaired, SOON), Some("secret-impaired"));
    let pending = changed("modified", |one| one.secret = secret("creating"));
    assert_eq!(code_of(&settings(), &pending, SOON), None, "RDS takes its time");
    assert_eq!(code_of(&settings(), &pending, LATE), Some("secret-pending"));
}

/// The switch comes at once, or something is in its way.
#[test]
fn a_switch_that_does_not_come_is_told_with_what_is_in_its_way() {
    let by = |people: &[(&str, &str)], change: &dyn Fn(&mut Instance)| {
        let mut one = common::confirmed_by(&[], SOON).facts().clone();
        for (person, time) in people {
            one.tags.extend(common::confirmed_by(&[person], time).facts().tags.clone());
        }
        change(&mut one);
        own(one)
    };
    let what = |more: &str, own: &OwnInstance, others: &[OwnInstance], now: &str| {
        trouble(&with(more), own, others, at(now)).map(|trouble| trouble.what)
    };
    let (ann, bob) = (("ann@example.test", "2026-11-22T00:10:00Z"), ("bob@example.test", "2026-11-22T00:20:00Z"));
    let one = by(&[ann], &|_| {});
    assert_eq!(what("", &one, &[], "2026-11-22T00:40:00Z"), None, "it has its time");
    let Some(What::NotSwitched { why }) = what("", &one, &[], "2026-11-22T00:40:01Z") else { panic!() };
    assert!(why.contains("promote fails, or the record"), "{why}");
    let two = "-Drdsecho.promote.approvals=2";
    assert_eq!(what(two, &one, &[], SOON), None, "one more is asked for");
    let both = by(&[ann, bob], &|_| {});
    assert_eq!(what(two, &both, &[], "2026-11-22T00:50:00Z"), None, "since the second one");
    assert!(what(two, &both, &[], "2026-11-22T00:50:01Z").is_some());
    assert!(what("", &both, &[], "2026-11-22T00:40:01Z").is_some(), "the second one changes nothing");
    let busy = by(&[ann], &|one| "maintenance".clone_into(&mut one.status));
    let Some(What::NotSwitched { why }) = what("", &busy, &[], SOON) else { panic!() };
    assert!(why.contains("maintenance"), "{why}");
    let younger = ours("dev-2026-11-23", "rebooted", REQUEST);
    let Some(What::NotSwitched { why }) = what("", &one, &[younger], SOON) else { panic!() };
    assert!(why.starts_with("dev-2026-11-23 is younger"), "{why}");
    assert_eq!(what("", &one, &[], "2026-11-25T02:00:00Z"), None, "its time is over, and it is left over later");
}

/// Nothing destroys it, and nobody knows until when: that is not kept quiet, and hides nothing worse.
#[test]
fn a_hold_that_nobody_can_read_is_told_at_once() {
    let held = ("hold", "until further notice");
    for stage in ["new", "modified", "rebooted", "promoted", "forgotten", "retired"] {
        assert_eq!(code_of(&settings(), &ours(ID, stage, &[held]), SOON), Some("hold-unreadable"), "{stage}");
        assert_eq!(code_of(&settings(), &ours(ID, stage, &[("hold", "2026-12-24")]), SOON), None, "{stage}");
    }
    assert_eq!(code_of(&settings(), &failed(&[held]), SOON), Some("failed"));
    let told = |mark: &str| code_of(&settings(), &failed(&[held, ("trouble", mark)]), SOON);
    assert_eq!(told("failed 2026-11-22T01:00:00Z announced"), Some("failed"), "not everybody has heard of it");
    assert_eq!(told("failed 2026-11-22T01:00:00Z"), Some("hold-unreadable"));
    assert_eq!(told("hold-unreadable 2026-11-22T01:00:00Z + failed 2026-11-22T01:00:00Z"), Some("hold-unreadable"));
}

/// Who was asked may take their time; a mail that nobody got is another thing.
#[test]
fn waiting_for_people_is_no_trouble() {
    let asked = ours(ID, "rebooted", REQUEST);
    assert_eq!(code_of(&settings(), &asked, "2026-11-24T23:00:00Z"), None);
    // It ends on the 25th, and may be acted on for another hour; two days more.
    assert_eq!(code_of(&settings(), &asked, "2026-11-26T23:00:00Z"), None);
    assert_eq!(code_of(&settings(), &asked, "2026-11-27T00:00:01Z"), Some("left-over"));
    let unheard = ours(ID, "rebooted", &REQUEST[..3]);
    assert_eq!(code_of(&settings(), &unheard, SOON), Some("mails-not-sent"));
    assert_eq!(code_of(&settings(), &unheard, "2026-11-22T00:59:00Z"), None);
    // One of the two can be mailed, now and for ever.
    let lost = [&REQUEST[..3], &[("notified", "1 2026-11-25T00:00:00Z : bob@example.test")]].concat();
    let lost = ours(ID, "rebooted", &lost);
    assert_eq!(code_of(&settings(), &lost, LATE), None, "one confirmation is enough");
    let both = with("-Drdsecho.promote.approvals=2");
    let found = trouble(&both, &lost, &[], at("2026-11-22T00:00:01Z")).unwrap();
    let what = "bob@example.test could not be mailed: 1 can confirm, and 2 must".to_owned();
    assert_eq!(found.what, What::MailsNotSent { what }, "at once, and by name");
    let mac = common::mac(7).encode();
    let confirmed = format!("1 2026-11-22T00:30:00Z {mac}");
    let told = [&REQUEST[..3], &[("notified", "1 2026-11-25T00:00:00Z : bob@example.test")]].concat();
    let by_hand = [&told[..], &[("confirmed:bob@example.test", &confirmed)]].concat();
    assert_eq!(code_of(&both, &ours(ID, "rebooted", &by_hand), SOON), None, "he has answered at a terminal");
    let other = [&REQUEST[..3], &[("notified", "2 2026-11-25T00:00:00Z : bob@example.test")]].concat();
    assert_eq!(code_of(&both, &ours(ID, "rebooted", &other), "2026-11-22T00:30:00Z"), None, "of another request");
    assert_eq!(
        code_of(&with("-Drdsecho.promote.approval=none"), &ours(ID, "rebooted", &[]), LATE),
        Some("not-taken-on")
    );
}

#[test]
fn a_limit_is_set_or_learned_or_the_one_for_all() {
    let hours = |more: &str, all: &[OwnInstance]| limit(&with(more), &all[0], all).as_hours();
    let took = |seconds: &str| {
        ours("dev-2026-11-15", "promoted", &[("took", &format!("new {seconds} modified 60 rebooted 60"))])
    };
    let new = || ours(ID, "new", &[]);
    assert_eq!(hours("", &[new()]), 48);
    assert_eq!(hours("-Drdsecho.stuck.hours=30", &[new()]), 30);
    assert_eq!(hours("", &[new(), took("36000")]), 30);
    assert_eq!(hours("", &[new(), took("360")]), 12, "RDS may be at work for hours");
    assert_eq!(hours("-Drdsecho.stuck.hours=5", &[new(), took("360")]), 5, "not more than what is set for all");
    assert_eq!(hours("", &[new(), took("518400")]), 192, "six days, and not eighteen");
    assert_eq!(hours("-Drdsecho.stuck.newHours=2", &[new(), took("36000")]), 2);
    let younger = ours("dev-2026-11-16", "forgotten", &[("took", "new 18000 modified 60")]);
    assert_eq!(hours("", &[new(), took("36000"), younger]), 15, "the latest one, whatever became of it later");
    let modified = [ours(ID, "modified", &[]), took("36000")];
    assert_eq!(hours("", &modified), 12);
    assert_eq!(hours("-Drdsecho.mod.applyImmediately=false", &modified), 192);
    assert_eq!(hours("-Drdsecho.mod.applyImmediately=false -Drdsecho.stuck.modifiedHours=5", &modified), 5);
}

/// How long it took to fail, or to be given up, says nothing of how long the next one takes.
#[test]
fn only_who_went_on_teaches() {
    let limits = |stage: &str, other: (&str, &str)| {
        let all = [ours(ID, stage, &[]), ours("dev-2026-11-15", other.0, &[("took", other.1)])];
        limit(&settings(), &all[0], &all).as_hours()
    };
    for (stage, other, hours) in [
        ("new", ("forgotten", "new 72000"), 48),
        ("new", ("modified", "new 72000"), 60),
        ("new", ("forgotten", "new 72000 modified 60"), 60),
        ("modified", ("forgotten", "new 60 modified 72000"), 48),
        ("modified", ("rebooted", "new 60 modified 72000"), 60),
        ("modified", ("retired", "new 60 modified 72000 rebooted 60"), 60),
    ] {
        assert_eq!(limits(stage, other), hours, "{stage} {other:?}");
    }
}

const SENDER: &str = "-Drdsecho.promote.sender=echo@example.test -Drdsecho.notify=eli@example.test";

fn failed(more: &[(&str, &str)]) -> OwnInstance {
    let tags =
        [&[("attempt", "1 failed"), ("failure", "its status is failed_ which it does not leave")], more].concat();
    ours(ID, "forgotten", &tags)
}

#[test]
fn trouble_is_told_once_and_another_one_again() {
    let settings = with(SENDER);
    let told = |own: &OwnInstance, now: &str| tell(&settings, own, &[], true, at(now));
    let first = told(&failed(&[]), SOON).unwrap();
    assert_eq!((first.to.clone(), first.announce, first.last_try), (vec!["eli@example.test".to_owned()], true, false));
    let reached = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    // All reached; nobody but the topic; and the other way round.
    let all = first.mark(&settings, &reached(&[ANNOUNCED, "eli@example.test"]), true);
    assert_eq!(all["rdsecho:dev:trouble"], "failed 2026-11-22T01:30:00Z");
    assert_eq!(told(&failed(&[("trouble", "failed 2026-11-22T01:30:00Z")]), LATE), None);
    let some = first.mark(&settings, &reached(&[ANNOUNCED]), false);
    assert_eq!(some["rdsecho:dev:trouble"], "failed 2026-11-22T01:30:00Z announced");
    let again = told(&failed(&[("trouble", &some["rdsecho:dev:trouble"])]), "2026-11-22T01:40:00Z").unwrap();
    assert_eq!((again.to.len(), again.announce, again.last_try), (1, false, false));
    let last = told(&failed(&[("trouble", "failed 2026-11-22T01:30:00Z eli@example.test")]), "2026-11-22T02:30:00Z");
    assert_eq!(last.map(|last| (last.to.len(), last.announce, last.last_try)), Some((0, true, true)));
    // Another thing was told before it.
    assert!(told(&failed(&[("trouble", "stopped 2026-11-22T01:00:00Z")]), SOON).is_some());

    let stopped = |mark: &str| {
        let mut one = instance(ID, "new", &[("trouble", mark)]);
        "stopped".clone_into(&mut one.status);
        told(&own(one), SOON).is_some()
    };
    assert!(!stopped("stopped 2026-11-22T00:00:00Z"), "told in this stage");
    assert!(stopped("stopped 2026-11-21T23:59:59Z"), "told in the one before");
    assert!(stopped("nonsense"), "what cannot be read is told again");
    let in_use = |mark: &str| {
        let mut one = instance(ID, "promoted", &[("trouble", mark)]);
        "stopped".clone_into(&mut one.status);
        told(&own(one), SOON).is_some()
    };
    assert!(!in_use("in-use-stopped/stopped 2026-10-22T00:00:00Z"), "each status once");
    assert!(in_use("in-use-failed/failed 2026-11-22T01:00:00Z"));
    let nightly = |mark: &str| {
        let mut one = instance(ID, "new", &[("trouble", mark)]);
        "backing-up".clone_into(&mut one.status);
        told(&own(one), LATE).is_some()
    };
    assert!(nightly("pending 2026-11-20T00:00:00Z"), "of another stage");
    assert!(!nightly("pending 2026-11-24T00:00:01Z"), "a night's backup");
    assert!(!nightly("x 2026-11-23T00:00:00Z + pending 2026-11-24T00:00:01Z"));
    assert!(nightly("pending 2026-11-24T00:00:00Z"), "it may be more than that");
    assert!(nightly("pending 2026-11-24T20:00:00Z over"), "the other one has passed");
    assert!(!nightly("pending 2026-11-23T00:00:00Z + still-busy 2026-11-22T20:00:00Z"), "once in a stage");
}

/// What is told is noted first: what cannot be noted is not told at each look, and who dies makes it be told once more.
#[test]
fn the_mark_comes_before_the_telling_and_again_after_it() {
    let settings = with(SENDER);
    let told = |mark: &str, now: &str| tell(&settings, &failed(&[("trouble", mark)]), &[], true, at(now));
    let value = |tags: Tags| tags["rdsecho:dev:trouble"].clone();
    let first = tell(&settings, &failed(&[]), &[], true, at(SOON)).unwrap();
    let begun = value(first.begun(&settings));
    assert_eq!(begun, "failed 2026-11-22T01:30:00Z telling");
    assert_eq!(told(&begun, "2026-11-22T01:44:59Z"), None, "the one who began may be at it");
    let second = told(&begun, "2026-11-22T01:45:00Z").unwrap();
    assert_eq!((second.to.len(), second.announce), (1, true));
    let again = value(second.begun(&settings));
    assert_eq!(again, "failed 2026-11-22T01:30:00Z telling telling");
    assert_eq!(told(&again, "2026-11-23T01:29:59Z"), None, "twice is enough for a day");
    assert_eq!(
        value(told(&again, "2026-11-23T01:30:00Z").unwrap().begun(&settings)),
        "failed 2026-11-23T01:30:00Z telling"
    );
    // Who has heard of it does not hear it again.
    let some = told("failed 2026-11-22T01:30:00Z telling announced", "2026-11-22T01:50:00Z").unwrap();
    assert_eq!((some.to.len(), some.announce), (1, false));
    assert_eq!(value(some.begun(&settings)), "failed 2026-11-22T01:30:00Z telling telling announced");
    assert_eq!(value(some.mark(&settings, &[], false)), "failed 2026-11-22T01:30:00Z announced");
    // Nobody at all has.
    for nobody_left in [false, true] {
        let nobody = value(first.mark(&settings, &[], nobody_left));
        assert_eq!(nobody, "failed 2026-11-22T01:30:00Z nobody");
        let next = told(&nobody, SOON).unwrap();
        assert_eq!((next.to.len(), next.announce), (1, true));
    }
}

/// It has passed, and comes back weeks later: that is news. All day long it is not.
#[test]
fn what_has_passed_is_told_again_on_another_day() {
    let marked = |stage: &str, status: &str, mark: &str| {
        let mut one = instance(ID, stage, &[("trouble", mark)]);
        status.clone_into(&mut one.status);
        own(one)
    };
    let over = |own: &OwnInstance, now: &str| {
        recovered(&settings(), own, &[], at(now)).map(|tags| tags["rdsecho:dev:trouble"].clone())
    };
    let full = "in-use-failed/storage-full 2026-11-22T01:00:00Z";
    assert_eq!(over(&marked("promoted", "storage-full", full), LATE), None, "it lasts");
    let passed = over(&marked("promoted", "available", full), LATE).unwrap();
    assert_eq!(passed, format!("{full} over"));
    assert_eq!(over(&marked("promoted", "available", &passed), LATE), None, "that is noted");
    assert_eq!(
        over(&marked("promoted", "available", &format!("{full} telling announced")), LATE),
        Some(passed.clone())
    );
    assert_eq!(over(&ours(ID, "promoted", &[]), LATE), None, "nothing was told");
    let told = |own: &OwnInstance, now: &str| tell(&settings(), own, &[], true, at(now)).is_some();
    assert!(!told(&marked("promoted", "storage-full", full), "2026-12-20T00:00:00Z"));
    assert!(!told(&marked("promoted", "storage-full", &passed), "2026-11-23T00:59:59Z"));
    assert!(told(&marked("promoted", "storage-full", &passed), "2026-11-23T01:00:00Z"));
    // It is stopped every night, and that was told; another trouble in between changes nothing.
    let nights = "in-use-stopped/stopped 2026-11-22T01:00:00Z";
    assert_eq!(over(&marked("promoted", "available", nights), LATE), None);
    let both = format!("{full} + {nights}");
    let passed = over(&marked("promoted", "available", &both), LATE).unwrap();
    assert_eq!(passed, format!("{full} over + {nights}"));
    assert!(!told(&marked("promoted", "stopped", &passed), "2026-12-20T00:00:00Z"));
    let next = tell(&settings(), &marked("promoted", "failed", &both), &[], true, at(LATE)).unwrap();
    let mark = &next.mark(&settings(), &[ANNOUNCED.to_owned()], true)["rdsecho:dev:trouble"];
    assert_eq!(*mark, format!("in-use-failed/failed {LATE} + {both}"));
    // What was told in an earlier stage needs no end, and what RDS refused shows only while it is available.
    assert_eq!(over(&marked("modified", "available", "pending/x 2026-11-21T00:00:00Z"), SOON), None);
    assert_eq!(over(&marked("new", "backing-up", "modify-refused 2026-11-22T01:00:00Z : no"), SOON), None);
    assert_eq!(
        over(&marked("modified", "available", "pending/x 2026-11-22T01:00:00Z"), SOON).as_deref(),
        Some("pending/x 2026-11-22T01:00:00Z over")
    );
}

/// Nobody knows since when it is in its stage: since it was made, at the earliest.
#[test]
fn a_lost_tag_keeps_no_trouble_quiet() {
    let lost = |stage: &str, status: &str| {
        changed(stage, |one| {
            one.tags.remove("rdsecho:dev:since");
            status.clone_into(&mut one.status);
        })
    };
    assert_eq!(code_of(&settings(), &lost("promoted", "storage-full"), SOON), Some("in-use-failed"));
    assert_eq!(code_of(&settings(), &lost("new", "creating"), "2026-11-23T19:59:00Z"), None);
    assert_eq!(code_of(&settings(), &lost("new", "creating"), "2026-11-23T20:01:00Z"), Some("still-restoring"));
}

#[test]
fn another_setting_is_another_trouble() {
    let differs = |days: i64, mark: &[(&str, &str)]| {
        let mut one = instance(ID, "rebooted", mark);
        std::sync::Arc::make_mut(&mut one.actual).insert(Parameter::BackupRetentionPeriod, Value::Number(days));
        own(one)
    };
    let first = tell(&settings(), &differs(7, &[]), &[], true, at(SOON)).unwrap();
    let mark = first.mark(&settings(), &[ANNOUNCED.to_owned()], true)["rdsecho:dev:trouble"].clone();
    assert!(mark.starts_with("changed-since/"), "{mark}");
    let told = |days| tell(&settings(), &differs(days, &[("trouble", &mark)]), &[], true, at(SOON)).is_some();
    assert!(!told(7) && told(8));
}

#[test]
fn who_is_told() {
    let to = |more: &str, own: &OwnInstance| tell(&with(more), own, &[], true, at(SOON)).unwrap().to;
    let sender = "-Drdsecho.promote.sender=echo@example.test";
    assert_eq!(to("", &failed(&[])), [""; 0], "nobody can be mailed");
    assert_eq!(to(sender, &failed(&[])), ["ann@example.test", "bob@example.test"]);
    assert_eq!(to(sender, &failed(REQUEST)), [""; 0], "they hear that it is withdrawn");
    assert_eq!(to(&format!("{sender} -Drdsecho.promote.replyTo=r@example.test"), &failed(REQUEST)), ["r@example.test"]);
    assert_eq!(to(SENDER, &failed(REQUEST)), ["eli@example.test"]);
}

#[test]
fn what_rds_refused_is_kept_once_and_told_in_its_words() {
    let note = |own: &OwnInstance, said: &str| note_refusal(&settings(), own, said, at(SOON));
    let tag = note(&ours(ID, "new", &[]), "InvalidParameterValue: it's <no> good").unwrap();
    let noted = ours(ID, "new", &[("trouble", &tag["rdsecho:dev:trouble"])]);
    assert_eq!(note(&noted, "InvalidParameterValue: it's <no> good"), None);
    assert!(note(&noted, "StorageQuotaExceeded: no").is_some());
    let tell = tell(&settings(), &noted, &[], false, at(SOON)).unwrap();
    assert_eq!(tell.trouble.what, What::ModifyRefused { said: "InvalidParameterValue: it's <no> good".to_owned() });
    let told =
        ours(ID, "new", &[("trouble", &tell.mark(&settings(), &[ANNOUNCED.to_owned()], true)["rdsecho:dev:trouble"])]);
    assert_eq!(tag_state::decide::trouble::tell(&settings(), &told, &[], true, at(SOON)), None);
    assert_eq!(note(&told, "InvalidParameterValue: it's <no> good"), None);
    assert_eq!(code_of(&settings(), &told, SOON), Some("modify-refused"), "it lasts");
    // However long RDS's words are.
    let long = "x'".repeat(400);
    let tag = note(&ours(ID, "new", &[]), &long).unwrap();
    let noted = ours(ID, "new", &[("trouble", &tag["rdsecho:dev:trouble"])]);
    assert!(tag["rdsecho:dev:trouble"].chars().count() <= 256 && note(&noted, &long).is_none());
    assert_eq!(code_of(&settings(), &ours(ID, "modified", &[("trouble", &tag["rdsecho:dev:trouble"])]), SOON), None);
}

#[test]
fn a_row_of_failures_is_counted_from_those_that_are_there() {
    let next = |own: &[OwnInstance]| attempt_tag(&settings(), own)["rdsecho:dev:attempt"].clone();
    let one = |identifier: &str, stage: &str, tags: &[(&str, &str)]| ours(identifier, stage, tags);
    let failed =
        |identifier: &str, number: &str| one(identifier, "forgotten", &[("attempt", &format!("{number} failed"))]);
    let promoted = || one("dev-2026-11-15", "promoted", &[("attempt", "3"), ("took", "new 1 modified 1")]);
    assert_eq!((next(&[]), next(&[promoted()])), ("1".to_owned(), "1".to_owned()));
    assert_eq!(next(&[promoted(), failed("dev-2026-11-20", "1")]), "2");
    assert_eq!(next(&[failed("dev-2026-11-20", "1"), failed("dev-2026-11-21", "2")]), "3");
    assert_eq!(next(&[failed("dev-2026-11-10", "2"), promoted()]), "1", "one has succeeded since");
    let superseded = one("dev-2026-11-21", "forgotten", &[("attempt", "2"), ("failure", "superseded")]);
    assert_eq!(next(&[failed("dev-2026-11-20", "1"), superseded]), "2", "it says nothing");
    let back = one("dev-2026-11-20", "promoted", &[("attempt", "2 failed")]);
    assert_eq!(next(std::slice::from_ref(&back)), "1", "it came into use after all");
    // And so it stays, also once it is replaced.
    let repairs = repairs(&settings(), std::slice::from_ref(&back), &pointing_at(&back), at(SOON));
    assert_eq!(repairs[0].tags["rdsecho:dev:attempt"], "2");
    let followed = back.after_writing(&settings().name, &repairs[0].tags);
    let replaced =
        followed.after_writing(&settings().name, &Tags::from([("rdsecho:dev:stage".into(), "forgotten".into())]));
    assert_eq!(next(std::slice::from_ref(&replaced)), "1");
    assert_eq!(code_of(&settings(), &replaced, LATE), None);
    let decide = |more: &str, number: &str| identifier(&with(more), &[failed(ID, number)], at("2026-11-23T09:00:00Z"));
    assert!(matches!(decide("", "2"), Decision::Act(_)));
    let Decision::Refuse(reason) = decide("", "3") else { panic!("three have failed") };
    assert_eq!(reason.code(), "retries-used-up");
    assert!(matches!(decide("-Drdsecho.retries=3", "3"), Decision::Act(_)));
    assert!(matches!(decide("-Drdsecho.retries=0", "1"), Decision::Refuse(_)));
    assert_eq!(ours(ID, "new", &[("attempt", "4 failed")]).tags().attempt, Some(Attempt { number: 4, failed: true }));
    assert_eq!(ours(ID, "new", &[("attempt", "many")]).tags().attempt, None);
}

#[test]
fn codes_are_told_apart() {
    let mut all = CODES.to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), CODES.len());
}

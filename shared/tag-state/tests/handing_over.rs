//! Decisions of request, click, promote and retire.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{REQUEST, all_verified, at, cname, confirmed_by, instance, mac, ours, own, pointing_at, settings, with};
use tag_state::approval::{Action, Claim};
use tag_state::decide::click::{Standing, press, standing};
use tag_state::decide::promote::{self, Repair, candidate, confirmed, repairs};
use tag_state::decide::request::{self, RequestStep, claim};
use tag_state::decide::retire::{self, Clients, RetireStep};
use tag_state::decide::{Decision, retire::PAUSE};
use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::predecessor::Predecessor;
use tag_state::proof::Verified;
use tag_state::stage::Stage;
use tag_state::status::{Class, STATUSES};

const NOW: &str = "2026-11-23T09:00:00Z";

fn code<T: std::fmt::Debug>(decision: Decision<T>) -> &'static str {
    match decision {
        Decision::Act(step) => panic!("acts: {step:?}"),
        Decision::Wait { reason, .. } | Decision::Refuse(reason) | Decision::Nothing(reason) => reason.code(),
    }
}

fn elsewhere() -> Record {
    cname("legacy.example.test.")
}

#[test]
fn the_first_request_opens_with_tags_and_is_mailed_until_that_is_noted() {
    let Decision::Act(RequestStep::Ask(ask)) =
        request::decide(&settings(), &ours("dev-2026-11-22", "rebooted", &[]), at(NOW))
    else {
        panic!()
    };
    let open = ask.open.unwrap();
    assert_eq!(open["rdsecho:dev:request"], "1");
    assert_eq!(open["rdsecho:dev:expires"], "2026-11-26T09:00:00Z");
    let unmailed: Vec<_> = REQUEST.iter().copied().filter(|(key, _)| *key != "notified").collect();
    let again = |time| request::decide(&settings(), &ours("dev-2026-11-22", "rebooted", &unmailed), at(time));
    let Decision::Act(RequestStep::Ask(ask)) = again("2026-11-22T00:05:00Z") else { panic!() };
    assert_eq!((ask.open, ask.request.expires, ask.last_try), (None, at("2026-11-25T00:00:00Z"), false));
    let Decision::Act(RequestStep::Ask(ask)) = again("2026-11-22T00:59:59Z") else { panic!() };
    assert!(!ask.last_try);
    let Decision::Act(RequestStep::Ask(ask)) = again("2026-11-22T01:00:00Z") else { panic!() };
    assert!(ask.last_try, "a mailbox that never answers is not filled");
    assert!(matches!(again("2026-11-25T00:00:00Z"), Decision::Act(_)), "until the last second");
    assert_eq!(code(again("2026-11-25T00:00:01Z")), "expired");
}

/// Two runs at once open the same request with different ends: only the links of the one that stays are good.
#[test]
fn who_was_mailed_is_remembered_of_that_very_request() {
    let decide = |notified: &str| {
        let tags: Vec<_> = REQUEST.iter().copied().filter(|(key, _)| *key != "notified").collect();
        let tags = [&tags[..], &[("notified", notified)]].concat();
        request::decide(&settings(), &ours("dev-2026-11-22", "rebooted", &tags), at(NOW))
    };
    let to = |notified: &str| {
        let Decision::Act(RequestStep::Ask(ask)) = decide(notified) else { panic!("{notified}") };
        (ask.to.join(" "), ask.reached.join(" "))
    };
    let (ann, bob) = ("ann@example.test".to_owned(), "bob@example.test".to_owned());
    let both = format!("{ann} {bob}");
    assert_eq!(code(decide("1 2026-11-25T00:00:00Z")), "awaiting-approval");
    assert_eq!(to("1 2026-11-25T00:00:01Z"), (both.clone(), String::new()), "another end");
    assert_eq!(to("2 2026-11-25T00:00:00Z"), (both.clone(), String::new()), "another number");
    assert_eq!(to("2026-11-22T00:00:05Z"), (both.clone(), String::new()), "what cannot be read");
    assert_eq!(to("1 2026-11-25T00:00:00Z ann@example.test"), (bob.clone(), ann.clone()), "one of them");
    assert_eq!(to("1 2026-11-25T00:00:01Z ann@example.test"), (both, String::new()), "of another request");

    let Decision::Act(RequestStep::Ask(ask)) = decide("1 2026-11-25T00:00:00Z ann@example.test") else { panic!() };
    let tag = |reached: &[String], nobody_left| {
        ask.notified(&settings(), reached, &[], nobody_left)["rdsecho:dev:notified"].clone()
    };
    assert_eq!(tag(&[], false), "1 2026-11-25T00:00:00Z ann@example.test");
    assert_eq!(tag(std::slice::from_ref(&bob), false), "1 2026-11-25T00:00:00Z ann@example.test bob@example.test");
    assert_eq!(tag(std::slice::from_ref(&bob), true), "1 2026-11-25T00:00:00Z");
    // Who will not be reached stands behind; those who were need not be named then.
    let lost = |nobody_left| {
        let value = &ask.notified(&settings(), &[], std::slice::from_ref(&bob), nobody_left)["rdsecho:dev:notified"];
        let tags = ours("dev-2026-11-22", "rebooted", &[("notified", value)]).tags().clone();
        (value.clone(), tags.notified.map(|notified| (notified.only, notified.unreached)).unwrap())
    };
    let alone = vec![bob.clone()];
    assert_eq!(lost(true), ("1 2026-11-25T00:00:00Z : bob@example.test".to_owned(), (None, alone.clone())));
    let only = Some(vec![ann]);
    assert_eq!(lost(false), ("1 2026-11-25T00:00:00Z ann@example.test : bob@example.test".to_owned(), (only, alone)));
    assert_eq!(code(decide(&lost(true).0)), "awaiting-approval", "and nobody is mailed again");
    // As long as a tag's value can be, and one more.
    let so_far = "1 2026-11-25T00:00:00Z ann@example.test ".len();
    assert_eq!(tag(&["b".repeat(256 - so_far)], false).len(), 256);
    assert_eq!(tag(&["b".repeat(257 - so_far)], false), "1 2026-11-25T00:00:00Z ann@example.test");
    let long: Vec<String> = (0..20).map(|number| format!("approver-{number:02}@example.test")).collect();
    let value = tag(&long, false);
    assert!(value.chars().count() <= 256 && value.ends_with(".test"), "what does not fit is left out: {value}");
}

/// Two runs at the same moment agree on the end, and so on the links; nobody gets less time than the settings promise.
#[test]
fn a_request_ends_at_full_ten_minutes() {
    let own = ours("dev-2026-11-22", "rebooted", &[]);
    let end = |time: &str| {
        let Decision::Act(RequestStep::Ask(ask)) = request::decide(&settings(), &own, at(time)) else { panic!() };
        ask.request.expires.to_string()
    };
    for (opened, ends) in [
        ("2026-11-22T09:00:00Z", "2026-11-25T09:00:00Z"),
        ("2026-11-22T09:00:01Z", "2026-11-25T09:10:00Z"),
        ("2026-11-22T09:04:59.9Z", "2026-11-25T09:10:00Z"),
        ("2026-11-22T09:10:00.5Z", "2026-11-25T09:10:00Z"),
    ] {
        assert_eq!(end(opened), ends, "{opened}");
    }
}

#[test]
fn a_request_that_was_mailed_waits_and_a_closed_one_is_left() {
    let decide = |own: &OwnInstance, time| request::decide(&settings(), own, at(time));
    let asked = confirmed_by(&[], NOW);
    let Decision::Wait { until, .. } = decide(&asked, NOW) else { panic!() };
    assert_eq!(until, Some(at("2026-11-24T00:00:00Z")), "the reminder");
    assert_eq!(code(decide(&asked, "2026-11-25T01:00:01Z")), "expired");
    let none = with("-Drdsecho.promote.approval=none");
    assert_eq!(code(request::decide(&none, &ours("dev-2026-11-22", "rebooted", &[]), at(NOW))), "nobody-asked");
}

#[test]
fn a_promotion_needs_enough_verified_confirmations_in_time() {
    let decide = |settings: &str, own: &OwnInstance, verified: &[Verified], time| {
        promote::decide(&with(settings), own, &elsewhere(), verified, None, at(time))
    };
    let ann = confirmed_by(&["ann@example.test"], NOW);
    let verified = all_verified(&settings(), &ann);
    let Decision::Act(promotable) = decide("", &ann, &verified, NOW) else { panic!() };
    assert_eq!(promotable.agreed(), "confirmed by ann@example.test");
    assert_eq!(promotable.swap().old(), &elsewhere());
    assert_eq!((promotable.swap().zone_id(), promotable.swap().name()), ("Z1", "dev-db.example.test"));
    assert_eq!(promotable.swap().ttl(), 60);
    assert_eq!(Some(promotable.swap().value()), ann.facts().address.as_deref());

    assert_eq!(code(decide("", &ann, &[], NOW)), "awaiting-approval", "a tag alone proves nothing");
    assert_eq!(code(decide("-Drdsecho.promote.approvals=2", &ann, &verified, NOW)), "awaiting-approval");
    let both = confirmed_by(&["ann@example.test", "bob@example.test"], NOW);
    let verified_both = all_verified(&settings(), &both);
    assert!(matches!(decide("-Drdsecho.promote.approvals=2", &both, &verified_both, NOW), Decision::Act(_)));

    let eve = confirmed_by(&["eve@example.test"], NOW);
    assert_eq!(code(decide("", &eve, &all_verified(&settings(), &eve), NOW)), "awaiting-approval", "not listed");
    let late = confirmed_by(&["ann@example.test"], "2026-11-25T00:00:01Z");
    assert_eq!(code(decide("", &late, &all_verified(&settings(), &late), "2026-11-25T00:30:00Z")), "awaiting-approval");
    let in_time = confirmed_by(&["ann@example.test"], "2026-11-25T00:00:00Z");
    let verified = all_verified(&settings(), &in_time);
    assert!(matches!(decide("", &in_time, &verified, "2026-11-25T01:00:00Z"), Decision::Act(_)));
    assert_eq!(code(decide("", &in_time, &verified, "2026-11-25T01:00:01Z")), "expired");
}

#[test]
fn what_was_verified_of_one_link_does_not_count_for_another() {
    let ann = confirmed_by(&["ann@example.test"], NOW);
    let request = ann.tags().request.unwrap();
    let genuine = claim(&settings(), &ann, request, Action::Confirm, "ann@example.test");
    let others = [
        (Claim { action: Action::Cancel, ..genuine.clone() }, mac(7)),
        (Claim { request: 2, ..genuine.clone() }, mac(7)),
        (Claim { resource_id: "db-OTHER".to_owned(), ..genuine.clone() }, mac(7)),
        (Claim { approver: "bob@example.test".to_owned(), ..genuine.clone() }, mac(7)),
        (genuine.clone(), mac(8)),
    ];
    for (claim, mac) in others {
        let verified = Verified::from_answer(claim, mac, true).unwrap();
        assert_eq!(
            code(promote::decide(&settings(), &ann, &elsewhere(), &[verified], None, at(NOW))),
            "awaiting-approval"
        );
    }
    assert_eq!(Verified::from_answer(genuine, mac(7), false), None);
}

#[test]
fn confirmations_of_an_earlier_request_do_not_count() {
    let mut again = confirmed_by(&["ann@example.test"], NOW).facts().clone();
    again.tags.extend(common::tags(&[("request", "2"), ("expires", "2026-11-28T00:00:00Z")]));
    let again = own(again);
    assert_eq!(confirmed(&settings(), &again, again.tags().request.unwrap()).count(), 0);
}

#[test]
fn one_cancel_closes_the_request_whoever_confirmed() {
    let mut instance = confirmed_by(&["ann@example.test", "bob@example.test"], NOW).facts().clone();
    instance.tags.extend(common::tags(&[("cancelled:former@example.test", "1 2026-11-23T08:00:00Z")]));
    let own = own(instance);
    let verified = all_verified(&settings(), &own);
    assert_eq!(code(promote::decide(&settings(), &own, &elsewhere(), &verified, None, at(NOW))), "cancelled");
    assert_eq!(code(candidate(&settings(), &[own], at(NOW))), "cancelled");
}

#[test]
fn a_promotion_needs_a_usable_instance_and_a_plain_record() {
    let ann = confirmed_by(&["ann@example.test"], NOW);
    let verified = all_verified(&settings(), &ann);
    let decide =
        |own: &OwnInstance, record: &Record| promote::decide(&settings(), own, record, &verified, None, at(NOW));
    for (status, class) in STATUSES {
        let mut instance = ann.facts().clone();
        (*status).clone_into(&mut instance.status);
        let acts = matches!(decide(&own(instance), &elsewhere()), Decision::Act(_));
        assert_eq!(acts, *class == Class::Ready, "{status}");
    }
    let changed = |change: &dyn Fn(&mut tag_state::facts::Instance)| {
        let mut instance = ann.facts().clone();
        change(&mut instance);
        code(decide(&own(instance), &elsewhere()))
    };
    assert_eq!(changed(&|instance| instance.deletion_protection = false), "not-in-effect");
    assert_eq!(changed(&|instance| instance.parameter_group_statuses = vec!["pending-reboot".into()]), "applying");
    assert_eq!(changed(&|instance| instance.address = None), "no-endpoint");
    assert_eq!(code(decide(&ann, &Record::Other("it is weighted".to_owned()))), "record");
    assert!(matches!(decide(&ann, &Record::Absent), Decision::Act(_)), "CREATE is a compare-and-swap too");
}

fn moves(repairs: &[Repair]) -> Vec<(&str, Option<Stage>, bool)> {
    repairs.iter().map(|repair| (repair.own.identifier(), repair.to, repair.protect)).collect()
}

#[test]
fn tags_follow_the_cname() {
    let old = ours("dev-2026-11-20", "promoted", &[]);
    let older = ours("dev-2026-11-19", "modified", &[]);
    let current = ours("dev-2026-11-22", "rebooted", REQUEST);
    let next = ours("dev-2026-11-23", "new", &[]);
    let all = [old, older, current.clone(), next];
    let settings = with("-Drdsecho.promote.tags=in-use=yes");
    let repairs = repairs(&settings, &all, &pointing_at(&current), at(NOW));
    assert_eq!(
        moves(&repairs),
        [
            ("dev-2026-11-22", Some(Stage::Promoted), false),
            ("dev-2026-11-20", Some(Stage::Forgotten), false),
            ("dev-2026-11-19", Some(Stage::Forgotten), false),
        ]
    );
    assert_eq!(repairs[0].tags["in-use"], "yes");
    assert_eq!(repairs[1].tags["rdsecho:dev:since"], NOW);
    assert!(!repairs[1].tags.contains_key("rdsecho:dev:failure"));
    assert!(repairs[2].tags["rdsecho:dev:failure"].contains("superseded"));
}

#[test]
fn the_replaced_value_is_remembered() {
    let tag = |record: &Record| promote::remember(&settings(), record)["rdsecho:dev:replaced"].clone();
    assert_eq!(tag(&elsewhere()), "legacy.example.test.");
    assert_eq!(tag(&Record::Absent), "");
}

#[test]
fn a_promoted_one_that_nobody_points_at_is_told_of() {
    let all = [ours("dev-2026-11-20", "promoted", &[]), ours("dev-2026-11-22", "rebooted", REQUEST)];
    let told = |record: &Record| -> Vec<String> {
        promote::strays(&settings(), &all, record).map(|(own, why)| format!("{}: {why}", own.identifier())).collect()
    };
    assert_eq!(
        told(&elsewhere()),
        [
            "dev-2026-11-20: it is promoted, but dev-db.example.test is a CNAME to legacy.example.test.: nothing is concluded from that"
        ]
    );
    assert!(told(&Record::Absent)[0].contains("is not there"));
    assert!(told(&Record::Other("weighted".to_owned()))[0].contains("is weighted"));
    assert_eq!(told(&pointing_at(&all[1])), [""; 0]);
}

#[test]
fn a_cname_that_points_at_none_of_ours_changes_nothing() {
    let all = [ours("dev-2026-11-20", "promoted", &[]), ours("dev-2026-11-22", "rebooted", REQUEST)];
    for record in [Record::Absent, Record::Other("an alias".to_owned()), elsewhere()] {
        assert!(repairs(&settings(), &all, &record, at(NOW)).is_empty());
    }
}

#[test]
fn a_cname_moved_by_hand_is_followed_from_every_stage() {
    let cancelled = [REQUEST, &[("cancelled:ann@example.test", "1 2026-11-22T09:00:00Z")]].concat();
    let mut current = instance("dev-2026-11-22", "rebooted", &cancelled);
    current.deletion_protection = false;
    let current = own(current);
    let found = repairs(&settings(), std::slice::from_ref(&current), &pointing_at(&current), at(NOW));
    assert_eq!(moves(&found), [("dev-2026-11-22", Some(Stage::Promoted), true)]);
    let forgotten = ours("dev-2026-11-22", "forgotten", &[]);
    let found = repairs(&settings(), std::slice::from_ref(&forgotten), &pointing_at(&forgotten), at(NOW));
    assert_eq!(moves(&found), [("dev-2026-11-22", Some(Stage::Promoted), false)]);
    // A rollback may have swapped while it was being condemned.
    let retired = ours("dev-2026-11-22", "retired", &[]);
    let found = repairs(&settings(), std::slice::from_ref(&retired), &pointing_at(&retired), at(NOW));
    assert_eq!(moves(&found), [("dev-2026-11-22", Some(Stage::Promoted), false)]);
    // The restore's answer was lost, and modify has not looked yet: without this tag it would be a stranger.
    let mut fresh = instance("dev-2026-11-22", "new", &[]);
    let resource = fresh.tags.remove("rdsecho:dev:resource").unwrap();
    let fresh = own(fresh);
    let found = repairs(&settings(), std::slice::from_ref(&fresh), &pointing_at(&fresh), at(NOW));
    assert_eq!(found[0].tags["rdsecho:dev:resource"], resource);
}

#[test]
fn retire_keeps_grace_and_pause_and_only_then_destroys() {
    let decide = |stage: &str, time: &str| {
        let own = ours("dev-2026-11-20", stage, &[("since", "2026-11-22T09:00:00Z")]);
        retire::decide(&settings(), &own, &elsewhere(), Clients::NotAsked, at(time))
    };
    assert_eq!(code(decide("forgotten", "2026-11-23T08:59:59Z")), "grace");
    assert!(matches!(decide("forgotten", "2026-11-23T09:00:00Z"), Decision::Act(RetireStep::Condemn { .. })));
    assert_eq!(code(decide("retired", "2026-11-22T09:14:59Z")), "pause");
    assert_eq!(PAUSE.as_mins(), 15);
    let Decision::Act(RetireStep::Destroy(deletable)) = decide("retired", "2026-11-22T09:15:00Z") else { panic!() };
    assert_eq!(deletable.unprotect().unwrap().deletion_protection, Some(false));
    assert_eq!(deletable.delete(0).final_snapshot(), Some("dev-2026-11-20-final"));
    assert_eq!(deletable.delete(1).final_snapshot(), Some("dev-2026-11-20-final-2"), "where the first is taken");
    assert_eq!(deletable.delete(1).identifier(), "dev-2026-11-20");
    for stage in ["new", "modified", "rebooted", "promoted"] {
        assert_eq!(code(decide(stage, "2027-01-01T00:00:00Z")), "other-stage", "{stage}");
    }
}

#[test]
fn retire_destroys_nothing_whose_use_is_not_known() {
    for stage in ["forgotten", "retired"] {
        let own = ours("dev-2026-11-20", stage, &[]);
        let decide = |record: &Record| {
            code(retire::decide(&settings(), &own, record, Clients::NotAsked, at("2027-01-01T00:00:00Z")))
        };
        assert_eq!(decide(&pointing_at(&own)), "in-use");
        assert_eq!(decide(&Record::Absent), "no-record");
        assert_eq!(decide(&Record::Other("it is weighted".to_owned())), "record");
        let mut timeless = own.facts().clone();
        timeless.tags.remove("rdsecho:dev:since");
        let decision = retire::decide(
            &settings(),
            &common::own(timeless),
            &elsewhere(),
            Clients::NotAsked,
            at("2027-01-01T00:00:00Z"),
        );
        assert!(matches!(decision, Decision::Act(RetireStep::Date { .. })), "{stage}: {decision:?}");
    }
}

#[test]
fn retire_takes_a_final_snapshot_whenever_rds_can() {
    for (status, class) in STATUSES {
        let mut instance = instance("dev-2026-11-20", "retired", &[]);
        (*status).clone_into(&mut instance.status);
        let own = own(instance);
        let decision = retire::decide(&settings(), &own, &elsewhere(), Clients::NotAsked, at("2027-01-01T00:00:00Z"));
        match class {
            Class::Ready | Class::Stopped | Class::Failed => {
                let Decision::Act(RetireStep::Destroy(deletable)) = decision else { panic!("{status}") };
                let skips = ["failed", "incompatible-restore", "incompatible-network"].contains(status);
                assert_eq!(deletable.delete(0).final_snapshot().is_none(), skips, "{status}");
                let skip = with("-Drdsecho.retire.skipFinalSnapshot=true");
                let Decision::Act(RetireStep::Destroy(deletable)) =
                    retire::decide(&skip, &own, &elsewhere(), Clients::NotAsked, at("2027-01-01T00:00:00Z"))
                else {
                    panic!("{status}")
                };
                assert_eq!(deletable.delete(0).final_snapshot(), None);
                assert_eq!(deletable.delete(1).final_snapshot(), None);
            }
            Class::Busy => assert_eq!(code(decision), "busy", "{status}"),
            Class::Going => assert_eq!(code(decision), "going", "{status}"),
            Class::Unknown => assert_eq!(code(decision), "unknown-status", "{status}"),
        }
    }
}

/// What the CNAME leads to, where it makes no difference.
const ELSEWHERE: Predecessor = Predecessor::Unknown;

#[test]
fn a_link_tells_how_things_stand_and_writes_only_where_that_means_something() {
    let open = confirmed_by(&[], NOW);
    let request = open.tags().request.unwrap();
    let link = |action| claim(&settings(), &open, request, action, "ann@example.test");
    let see = |settings: &str, own: Option<&OwnInstance>, time: &str| {
        let settings = with(settings);
        let standing = standing(&settings, own, &ELSEWHERE, &link(Action::Confirm), &mac(7), at(time));
        let writes = |action| press(&settings, &standing, &link(action), &mac(7), None, at(time)).is_some();
        (standing.clone(), writes(Action::Confirm), writes(Action::Cancel))
    };
    let two = "-Drdsecho.promote.approvals=2";
    let by = |people: &[&str]| confirmed_by(people, NOW);
    assert_eq!(see("", Some(&open), NOW), (Standing::Open { confirmed: 0, needed: 1 }, true, true));
    let bob = by(&["bob@example.test"]);
    assert_eq!(see(two, Some(&bob), NOW), (Standing::Open { confirmed: 1, needed: 2 }, true, true));
    let ann = by(&["ann@example.test"]);
    assert_eq!(see(two, Some(&ann), NOW), (Standing::ConfirmedByYou { confirmed: 1, needed: 2 }, false, true));
    assert_eq!(see("", Some(&bob), NOW), (Standing::Enough, true, true));
    // A confirmation with another MAC than this link's is void, and this link can make it good.
    let void = standing(&with(two), Some(&ann), &ELSEWHERE, &link(Action::Confirm), &mac(8), at(NOW));
    assert_eq!(void, Standing::Open { confirmed: 0, needed: 2 });
    let seen_by_cancel = standing(&with(two), Some(&ann), &ELSEWHERE, &link(Action::Cancel), &mac(8), at(NOW));
    assert_eq!(seen_by_cancel, Standing::ConfirmedByYou { confirmed: 1, needed: 2 });
    let seen_by_bob = claim(&settings(), &open, request, Action::Confirm, "bob@example.test");
    let seen_by_bob = standing(&with(two), Some(&ann), &ELSEWHERE, &seen_by_bob, &mac(8), at(NOW));
    assert_eq!(seen_by_bob, Standing::Open { confirmed: 1, needed: 2 });
    let mut cancelled = ann.facts().clone();
    cancelled.tags.extend(common::tags(&[("cancelled:bob@example.test", "1 2026-11-23T08:00:00Z")]));
    let by_bob = Standing::Cancelled { by: "bob@example.test".to_owned(), remark: None };
    assert_eq!(see("", Some(&own(cancelled)), NOW), (by_bob, false, false));
    assert_eq!(see("", Some(&open), "2026-11-25T00:00:00Z").0, Standing::Open { confirmed: 0, needed: 1 });
    assert_eq!(see("", Some(&open), "2026-11-25T00:00:01Z"), (Standing::Expired, false, false));
    assert_eq!(see("", None, NOW), (Standing::Superseded, false, false));
    for (stage, expected) in [
        ("promoted", Standing::Promoted),
        ("forgotten", Standing::Superseded),
        ("retired", Standing::Superseded),
        ("new", Standing::Superseded),
        ("modified", Standing::Superseded),
    ] {
        assert_eq!(see("", Some(&ours("dev-2026-11-22", stage, REQUEST)), NOW), (expected, false, false), "{stage}");
    }
    // The CNAME is the truth, and the tags follow it.
    for settled in [&open, &bob] {
        let switched =
            standing(&with(two), Some(settled), &Predecessor::Itself, &link(Action::Cancel), &mac(7), at(NOW));
        assert_eq!(switched, Standing::Promoted, "too late to cancel");
    }
    let mut newer = open.facts().clone();
    newer.tags.extend(common::tags(&[("request", "2")]));
    assert_eq!(see("", Some(&own(newer)), NOW), (Standing::Superseded, false, false));
    let removed = see("-Drdsecho.promote.approvers=bob@example.test", Some(&open), NOW);
    assert_eq!(removed, (Standing::NotListed, false, false));
}

#[test]
fn a_link_of_another_instance_of_the_same_name_is_out_of_date() {
    let open = confirmed_by(&[], NOW);
    let mut other = claim(&settings(), &open, open.tags().request.unwrap(), Action::Confirm, "ann@example.test");
    other.resource_id = "db-DELETED".to_owned();
    assert_eq!(standing(&settings(), Some(&open), &ELSEWHERE, &other, &mac(7), at(NOW)), Standing::Superseded);
}

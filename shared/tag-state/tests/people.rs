//! What people at a command line decide and see: adopting, giving up, the way back, the overview, the pace.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{REQUEST, at, confirmed_by, instance, ours, own, pointing_at, settings, tags, with};
use jiff::SignedDuration;
use tag_state::decide::adopt::{self, Adoption};
use tag_state::decide::rollback::Way;
use tag_state::decide::{Decision, forget, promote, request, rollback};
use tag_state::facts::{Instance, Record, Zone, zone_of};
use tag_state::overview::{confirmations, pace, rows};
use tag_state::own::OwnInstance;
use tag_state::settings::{Caller, Settings, split_options};
use tag_state::stage::Stage;

const NOW: &str = "2026-11-22T09:00:00Z";

fn code<T>(decision: &Decision<T>) -> &'static str {
    match decision {
        Decision::Act(_) => "act",
        Decision::Wait { reason, .. } | Decision::Refuse(reason) | Decision::Nothing(reason) => reason.code(),
    }
}

/// As the original has left one.
fn of_the_original(stage: &str) -> Instance {
    let mut instance = instance("dev-2015-06-01", stage, &[]);
    instance.tags = tags(&[("managed", "true"), ("stage", stage)]);
    instance
}

#[test]
fn an_instance_of_the_original_gets_what_it_lacks_and_keeps_its_stage() {
    for stage in ["new", "modified", "rebooted", "promoted", "forgotten"] {
        let before = of_the_original(stage);
        let Decision::Act(Adoption { stage: adopted, tags }) = adopt::decide(&settings(), &before, at(NOW)) else {
            panic!("{stage}")
        };
        assert_eq!(adopted.name(), stage);
        let mut after = before.clone();
        after.tags.extend(tags.clone());
        let own = own(after.clone());
        assert_eq!(
            (own.stage().name(), own.tags().since),
            (stage, Some(at(NOW))),
            "it is ours, and its time counts from now"
        );
        assert_eq!(tags.len(), 4, "stage, since, id, resource: {tags:?}");
        assert_eq!(code(&adopt::decide(&settings(), &after, at(NOW))), "already-ours");
    }
}

#[test]
fn what_the_original_called_retired_gets_a_grace_period() {
    let Decision::Act(adoption) = adopt::decide(&settings(), &of_the_original("retired"), at(NOW)) else { panic!() };
    assert_eq!(adoption.stage, Stage::Forgotten);
}

#[test]
fn copies_and_strangers_are_not_adopted() {
    let decided = |change: &dyn Fn(&mut Instance)| {
        let mut instance = of_the_original("promoted");
        change(&mut instance);
        code(&adopt::decide(&settings(), &instance, at(NOW)))
    };
    assert_eq!(decided(&|_| {}), "act");
    assert_eq!(decided(&|one| one.identifier = "dev-copy".to_owned()), "not-ours");
    assert_eq!(decided(&|one| one.tags.clear()), "not-ours");
    assert_eq!(decided(&|one| one.tags.extend(tags(&[("id", "dev-2015-05-01")]))), "not-ours");
    assert_eq!(decided(&|one| one.tags.extend(tags(&[("resource", "db-ANOTHER")]))), "not-ours");
    assert_eq!(decided(&|one| one.tags.extend(tags(&[("stage", "promotted")]))), "unreadable-tags");
    assert_eq!(decided(&|one| one.status = "deleting".to_owned()), "going");
    // What somebody has begun by hand is finished.
    assert_eq!(
        decided(&|one| one.tags.extend(tags(&[("id", "dev-2015-06-01"), ("resource", &one.resource_id)]))),
        "act"
    );
    assert_eq!(decided(&|one| one.tags.extend(tags(&[("since", NOW), ("resource", &one.resource_id)]))), "act");
    // What modify has not identified yet is whole.
    assert_eq!(
        decided(
            &|one| one.tags = tags(&[("managed", "true"), ("stage", "new"), ("id", "dev-2015-06-01"), ("since", NOW)])
        ),
        "already-ours"
    );
}

#[test]
fn giving_up_needs_a_cname_that_is_elsewhere() {
    let decided = |stage: &str, record: &Record| {
        code(&forget::decide(&settings(), &ours("dev-2026-11-22", stage, &[]), record, at(NOW)))
    };
    let here = pointing_at(&ours("dev-2026-11-22", "promoted", &[]));
    let elsewhere = common::cname("legacy.example.test");
    let weighted = Record::Other("a weighted record".to_owned());
    for stage in ["new", "modified", "rebooted", "promoted"] {
        assert_eq!(decided(stage, &here), "in-use", "{stage}");
        assert_eq!(decided(stage, &elsewhere), "act", "{stage}");
        assert_eq!(decided(stage, &weighted), "record", "{stage}");
        assert_eq!(decided(stage, &Record::Absent), if stage == "promoted" { "no-record" } else { "act" }, "{stage}");
    }
    for stage in ["forgotten", "retired"] {
        assert_eq!(decided(stage, &elsewhere), "other-stage", "{stage}");
    }
}

fn goes<'a>(all: &'a [OwnInstance], record: &Record, way: Way<'_>) -> Decision<&'a OwnInstance> {
    rollback::target(&settings(), all, record, way)
        .and_then(|target| rollback::may_go(&settings(), target, way, at(NOW)).and_then(|()| Decision::Act(target)))
}

#[test]
fn the_way_back_leads_to_the_one_that_was_replaced_last() {
    let older = ours("dev-2026-11-20", "forgotten", &[("since", "2026-11-21T00:00:00Z")]);
    let last = ours("dev-2026-11-19", "forgotten", &[("since", "2026-11-22T00:00:00Z")]);
    let given_up = ours("dev-2026-11-21", "forgotten", &[("since", "2026-11-22T05:00:00Z"), ("failure", "it failed")]);
    let current = ours("dev-2026-11-22", "promoted", &[]);
    let all = [older, last, given_up, current.clone(), ours("dev-2026-11-18", "retired", &[])];
    let record = pointing_at(&current);
    let target = |wanted: Option<&str>| match goes(&all, &record, Way::Back(wanted)) {
        Decision::Act(target) => target.identifier().to_owned(),
        other @ (Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_)) => code(&other).to_owned(),
    };
    assert_eq!(target(None), "dev-2026-11-19");
    assert_eq!(target(Some("DEV-2026-11-20")), "dev-2026-11-20");
    assert_eq!(target(Some("dev-2026-11-21")), "given-up");
    assert_eq!(target(Some("dev-2026-11-22")), "points-there");
    assert_eq!(target(Some("dev-2026-11-18")), "condemned", "what is retired is not returned to");
    assert_eq!(target(Some("dev-2026-11-17")), "gone");
    let unready = |status: &str| {
        let mut one = instance("dev-2026-11-20", "forgotten", &[]);
        one.status = status.to_owned();
        let all = [own(one), current.clone()];
        match goes(&all, &record, Way::Back(None)) {
            Decision::Wait { reason, .. } => format!("waits: {}", reason.code()),
            other @ (Decision::Act(_) | Decision::Refuse(_) | Decision::Nothing(_)) => code(&other).to_owned(),
        }
    };
    // An even older one is not taken instead: a person must know.
    assert_eq!(unready("modifying"), "waits: busy");
    assert_eq!(unready("stopped"), "stopped");
    assert_eq!(unready("failed"), "failed");
    assert_eq!(unready("deleting"), "going");
}

/// Whoever did not see the end of the way back asks again, and so does a second person.
#[test]
fn the_way_back_without_a_name_does_not_lead_forth_again() {
    let left = ours("dev-2026-11-22", "forgotten", &[("since", "2026-11-22T08:00:00Z")]);
    let host = left.facts().address.clone().unwrap();
    let code_of = |since: &str, replaced: &str, wanted: Option<&str>| {
        let current = ours("dev-2026-11-20", "promoted", &[("since", since), ("replaced", replaced)]);
        let older = ours("dev-2026-11-19", "forgotten", &[("since", "2026-11-20T08:00:00Z")]);
        let record = pointing_at(&current);
        let all = [older, left.clone(), current];
        match goes(&all, &record, Way::Back(wanted)) {
            Decision::Act(target) => target.identifier().to_owned(),
            other @ (Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_)) => code(&other).to_owned(),
        }
    };
    let since = "2026-11-22T08:00:00Z";
    let led_back = format!("{host} {since}");
    assert_eq!(code_of(since, &led_back, None), "already-back");
    assert_eq!(code_of(since, &led_back, Some("dev-2026-11-22")), "dev-2026-11-22", "it was named");
    assert_eq!(code_of(since, &led_back, Some("dev-2026-11-19")), "dev-2026-11-19");
    assert_eq!(code_of("2026-11-22T08:30:00Z", &led_back, None), "dev-2026-11-22", "a hand has moved it since");
    assert_eq!(code_of(since, &host, None), "dev-2026-11-22", "it came by a promotion");
    let another = format!("dev-2026-11-21.abc.eu-west-1.rds.amazonaws.com {since}");
    assert_eq!(code_of(since, &another, None), "dev-2026-11-22", "it was led back from another one, which is gone");
}

/// A promotion whose tags did not follow before somebody went back from it.
#[test]
fn what_a_person_has_led_the_name_away_from_is_not_promoted_again() {
    let since = "2026-11-22T08:00:00Z";
    let left = ours("dev-2026-11-22", "rebooted", &[("since", "2026-11-22T07:00:00Z")]);
    let led_back = format!("{} {since}", left.facts().address.clone().unwrap());
    let stages = |replaced: &str, left: &OwnInstance| {
        let current = ours("dev-2026-11-20", "promoted", &[("since", since), ("replaced", replaced)]);
        let record = pointing_at(&current);
        let repairs = promote::repairs(&settings(), &[current, left.clone()], &record, at(NOW));
        repairs.into_iter().map(|one| (one.own.identifier().to_owned(), one.to)).collect::<Vec<_>>()
    };
    assert_eq!(stages(&led_back, &left), [("dev-2026-11-22".to_owned(), Some(Stage::Forgotten))]);
    assert_eq!(stages("legacy.example.test", &left), [], "it waits for its promotion");
    assert_eq!(stages(&format!("legacy.example.test {since}"), &left), []);
    let again = ours("dev-2026-11-22", "new", &[("since", "2026-11-22T08:30:00Z")]);
    assert_eq!(stages(&led_back, &again), [], "restored since, under the same identifier");
}

#[test]
fn of_a_password_that_may_be_production_s_is_warned() {
    let warned = |how: fn(&mut Instance)| {
        let mut one = instance("dev-2026-11-20", "forgotten", &[]);
        how(&mut one);
        rollback::password(&settings(), &one)
    };
    assert_eq!(warned(|_| ()), None);
    assert!(warned(|one| one.secret = None).unwrap().contains("--manage-master-user-password"));
    assert!(warned(|one| one.secret = Some(common::secret("impaired"))).unwrap().contains("impaired"));
    let left = with("-Drdsecho.mod.manageMasterUserPassword=false");
    let mut one = instance("dev-2026-11-20", "forgotten", &[]);
    one.secret = None;
    assert_eq!(rollback::password(&left, &one), None, "the settings want it so");
}

#[test]
fn before_the_way_back_comes_protection_and_the_swap_needs_a_last_look() {
    let current = ours("dev-2026-11-22", "promoted", &[]);
    let mut bare = instance("dev-2026-11-20", "forgotten", &[]);
    bare.deletion_protection = false;
    let record = pointing_at(&current);
    let before = own(bare.clone());
    let prepared = rollback::prepare(&settings(), &before, &record, at(NOW)).unwrap();
    let decide = |now: &Instance| rollback::decide(&settings(), &before, &own(now.clone()), &record, Way::Back(None));
    assert_eq!(prepared.protect.unwrap().deletion_protection, Some(true));
    assert_eq!(prepared.tags["rdsecho:dev:stage"], "promoted");
    let Record::Cname { value: host, .. } = &record else { panic!() };
    assert_eq!(prepared.tags["rdsecho:dev:replaced"], format!("{host} {NOW}"));
    let back = before.after_writing(&settings().name, &prepared.tags);
    assert_eq!((back.tags().replaced.as_deref(), back.tags().led_back()), (Some(&**host), Some(at(NOW))));
    bare.tags.extend(prepared.tags);
    let Decision::Act(promotable) = decide(&bare) else { panic!() };
    assert_eq!((promotable.swap().old(), promotable.swap().value()), (&record, bare.address.as_deref().unwrap()));
    bare.tags.extend(tags(&[("stage", "retired")]));
    assert_eq!(code(&decide(&bare)), "condemned");
    bare.tags.extend(tags(&[("stage", "promoted")]));
    bare.status = "modifying".to_owned();
    assert_eq!(code(&decide(&bare)), "busy");
}

#[test]
fn the_zone_of_a_name_is_the_longest_and_only_one() {
    let zone = |id: &str, name: &str, private| Zone { id: id.to_owned(), name: name.to_owned(), private };
    let mut zones =
        vec![zone("Z1", "com", false), zone("Z2", "Example.com", false), zone("Z3", "b.example.com", false)];
    let found = |name: &str, zones: &[Zone]| zone_of(name, zones).map(|zone| zone.id.clone());
    assert_eq!(found("dev-db.example.com.", &zones), Ok("Z2".to_owned()));
    assert_eq!(found("DEV.B.example.com", &zones), Ok("Z3".to_owned()));
    assert_eq!(found("devb.example.com", &zones), Ok("Z2".to_owned()), "labels, not letters");
    assert!(found("dev.example.org", &zones).unwrap_err().contains("no hosted zone"));
    zones.push(zone("Z4", "example.com", true));
    let said = found("dev.example.com", &zones).unwrap_err();
    assert!(said.contains("Z2 (public)") && said.contains("Z4 (private)"), "{said}");
}

#[test]
fn the_overview_shows_the_newest_first_with_what_is_known_of_each() {
    let mut asked = instance("dev-2026-11-22", "rebooted", REQUEST);
    asked.tags.extend(confirmed_by(&["bob@example.test"], NOW).facts().tags.clone());
    asked.tags.extend(tags(&[("data-from", "2026-11-21T03:00:00Z")]));
    let current = ours("dev-2026-11-21", "promoted", &[]);
    let all = vec![
        current.facts().clone(),
        asked,
        instance("dev-2026-11-23", "new", &[("id", "dev-2026-11-01")]),
        instance("development", "new", &[]),
    ];
    let rows = rows(&settings(), all, &pointing_at(&current), at(NOW));
    let names: Vec<&str> = rows.iter().map(|row| row.identifier.as_str()).collect();
    assert_eq!(names, ["dev-2026-11-23", "dev-2026-11-22", "dev-2026-11-21"], "what is named otherwise is not shown");
    assert!(rows[0].ours.as_ref().unwrap_err().contains("it is a copy"));
    let waiting = rows[1].ours.as_ref().unwrap();
    let request = waiting.request.as_ref().unwrap();
    assert_eq!(request.asked, ["ann@example.test", "bob@example.test"]);
    assert_eq!((&request.confirmed[..], request.needed), (&["bob@example.test".to_owned()][..], 1));
    assert_eq!(waiting.data_from, Some(at("2026-11-21T03:00:00Z")));
    assert_eq!(rows.iter().map(|row| row.in_use).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(rows[1].age, Some(SignedDuration::from_hours(13)));
    let two = with("-Drdsecho.promote.approvals=2");
    assert_eq!(confirmations(&two, &confirmed_by(&["bob@example.test"], NOW)), Some((1, 2)));
    assert_eq!(confirmations(&two, &current), None);
}

#[test]
fn the_pace_is_learned_from_the_last_cycle() {
    let older = ours("dev-2026-11-01", "forgotten", &[("took", "new 10 modified 10")]);
    let last = ours("dev-2026-11-15", "promoted", &[("took", "new 3600 modified 600 rebooted 60")]);
    // It was given up before it had got on, and taught nothing.
    let failed = ours("dev-2026-11-20", "forgotten", &[("failure", "it failed"), ("took", "new 400000")]);
    let all = |one: &tag_state::own::OwnInstance| [older.clone(), last.clone(), failed.clone(), one.clone()];
    let hours = |pace: Option<tag_state::overview::Pace>| {
        pace.map(|pace| (pace.in_stage.as_secs(), pace.elapsed.as_secs(), pace.remaining.map(|left| left.as_secs())))
    };
    let new = ours("dev-2026-11-22", "new", &[("since", "2026-11-22T08:30:00Z")]);
    assert_eq!(hours(pace(&new, &all(&new), at(NOW))), Some((1800, 1800, Some(1800 + 600))));
    assert_eq!(
        hours(pace(&new, std::slice::from_ref(&new), at(NOW))),
        Some((1800, 1800, None)),
        "the first one teaches"
    );
    let late = ours("dev-2026-11-22", "new", &[("since", "2026-11-22T01:00:00Z")]);
    assert_eq!(hours(pace(&late, &all(&late), at(NOW))), Some((28_800, 28_800, Some(600))));
    let modified = ours("dev-2026-11-22", "modified", &[("since", "2026-11-22T08:58:00Z"), ("took", "new 4000")]);
    assert_eq!(hours(pace(&modified, &all(&modified), at(NOW))), Some((120, 4120, Some(480))));
    let waiting = ours("dev-2026-11-22", "rebooted", &[("since", NOW), ("took", "new 4000 modified 500")]);
    assert_eq!(hours(pace(&waiting, &all(&waiting), at(NOW))), Some((0, 4500, Some(0))));
    assert_eq!(hours(pace(&last, &all(&new), at(NOW))), None);
}

#[test]
fn without_approvers_only_the_typed_identifier_promotes() {
    let options = common::BASE.replace("-Drdsecho.promote.approvers=ann@example.test,bob@example.test", "");
    let entries = split_options(&options).unwrap().entries;
    let settings: Settings = Settings::read(&entries, Caller::Person).unwrap().settings;
    let own = ours("dev-2026-11-22", "rebooted", &[]);
    let elsewhere = common::cname("legacy.example.test");
    let decided = |typed| tag_state::decide::promote::decide(&settings, &own, &elsewhere, &[], typed, at(NOW));
    assert_eq!(code(&decided(None)), "not-typed");
    assert_eq!(code(&decided(Some("dev"))), "not-typed");
    let Decision::Act(promotable) = decided(Some("dev-2026-11-22")) else { panic!() };
    assert_eq!(promotable.agreed(), "its identifier was typed");
    // Where people are asked by mail, typing is no approval.
    let asked = confirmed_by(&[], NOW);
    let decided =
        tag_state::decide::promote::decide(&with(""), &asked, &elsewhere, &[], Some("dev-2026-11-22"), at(NOW));
    assert_eq!(code(&decided), "awaiting-approval");
}

#[test]
fn asking_again_keeps_an_open_request_and_makes_a_new_one_otherwise() {
    let again = |more: &[(&str, &str)], anew: bool, time: &str| {
        let own = ours("dev-2026-11-22", "rebooted", &[REQUEST, more].concat());
        match request::again(&settings(), &own, anew, at(time)) {
            Decision::Act(ask) => (ask.request.number, ask.open.is_some(), ask.to.len()),
            other @ (Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_)) => panic!("{other:?}"),
        }
    };
    let cancelled = [("cancelled:bob@example.test", "1 2026-11-22T08:00:00Z")];
    assert_eq!(again(&[], false, NOW), (1, false, 2), "the same links, to everybody");
    assert_eq!(again(&[], false, "2026-11-25T00:00:00Z"), (1, false, 2), "open to its last second");
    assert_eq!(again(&[], true, NOW), (2, true, 2));
    assert_eq!(again(&cancelled, false, NOW), (2, true, 2));
    assert_eq!(again(&[], false, "2026-11-25T00:00:01Z"), (2, true, 2));
    let unasked = ours("dev-2026-11-22", "rebooted", &[]);
    let Decision::Act(first) = request::again(&settings(), &unasked, false, at(NOW)) else { panic!() };
    assert_eq!((first.request.number, first.request.expires), (1, at("2026-11-25T09:00:00Z")));
    let refused =
        |own: &tag_state::own::OwnInstance, settings: &Settings| code(&request::again(settings, own, false, at(NOW)));
    assert_eq!(refused(&ours("dev-2026-11-22", "promoted", REQUEST), &settings()), "other-stage");
    assert_eq!(refused(&unasked, &with("-Drdsecho.promote.approval=none")), "nobody-asked");
    let mut busy = instance("dev-2026-11-22", "rebooted", &[]);
    busy.status = "modifying".to_owned();
    assert_eq!(refused(&own(busy), &settings()), "busy");
    let mut bare = instance("dev-2026-11-22", "rebooted", &[]);
    bare.deletion_protection = false;
    assert_eq!(refused(&own(bare), &settings()), "not-in-effect");
}

//! The end of an instance, and what comes before it: whose password it has, who still uses it, what it leaves.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{at, cname, instance, ours, own, secret, settings, snapshot, with};
use jiff::Timestamp;
use tag_state::decide::modify::{self, ModifyStep};
use tag_state::decide::request::{self, RequestStep};
use tag_state::decide::retention::{MOST_AT_ONCE, confirm, expired, is_due, is_ours};
use tag_state::decide::retire::{self, Clients, RetireStep};
use tag_state::decide::{Decision, reboot};
use tag_state::facts::{Instance, Record, Snapshot};
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::{Caller, Entry, Found, Settings, SettingsError, split_options};
use tag_state::tags::{EchoTags, FinalSnapshot, final_snapshot_tag};

const NOW: &str = "2026-11-22T09:00:00Z";
const OLD: &str = "2027-01-01T00:00:00Z";

fn code<T: std::fmt::Debug>(decision: Decision<T>) -> &'static str {
    match decision {
        Decision::Wait { reason, .. } | Decision::Nothing(reason) => reason.code(),
        Decision::Refuse(reason) => {
            assert_eq!(reason.code(), "secret-impaired", "only that is a person's here");
            reason.code()
        }
        Decision::Act(step) => panic!("acts: {step:?}"),
    }
}

fn read(more: &str) -> Result<Found, SettingsError> {
    let all = format!(
        "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production -Drdsecho.promote.cname=a.b \
         -Drdsecho.promote.approval=none {more}"
    );
    let entries: Vec<Entry> = split_options(&all).unwrap().entries;
    Settings::read(&entries, Caller::Function)
}

fn with_secret(stage: &str, status: Option<&str>) -> Instance {
    let mut instance = instance("dev-2026-11-22", stage, &[]);
    instance.secret = status.map(secret);
    let managed = Value::Flag(status.is_some());
    Arc::make_mut(&mut instance.actual).insert(Parameter::ManageMasterUserPassword, managed);
    instance
}

#[test]
fn production_s_password_stays_only_where_the_settings_say_so() {
    assert!(read("").unwrap().settings.manages_password());
    assert!(read("").unwrap().warnings.is_empty());
    assert!(read("-Drdsecho.mod.manageMasterUserPassword=true").unwrap().warnings.is_empty());
    let found = read("-Drdsecho.mod.manageMasterUserPassword=false").unwrap();
    assert!(!found.settings.manages_password());
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].to_string().contains("production's master password valid"), "{}", found.warnings[0]);
    // A key alone is for the secret that there is anyway; without a secret it is for nothing.
    assert!(read("-Drdsecho.mod.masterUserSecretKmsKeyId=alias/ours").is_ok());
    let refused = read("-Drdsecho.mod.masterUserSecretKmsKeyId=alias/ours -Drdsecho.mod.manageMasterUserPassword=no");
    assert!(refused.unwrap_err().to_string().contains("rdsecho.mod.masterUserSecretKmsKeyId"));
}

#[test]
fn modify_asks_for_a_password_of_its_own() {
    let asks = |settings: &Settings| {
        let decision = modify::decide(settings, &own(with_secret("new", None)), at(NOW));
        let Decision::Act(ModifyStep::Modify { call, .. }) = decision else { panic!("{decision:?}") };
        call.map(|call| call.parameters)
    };
    assert_eq!(asks(&settings()), Some([(Parameter::ManageMasterUserPassword, Value::Flag(true))].into()));
    assert_eq!(asks(&with("-Drdsecho.mod.manageMasterUserPassword=false")), None);
}

#[test]
fn nothing_goes_on_before_the_secret_is_active() {
    let late = at(OLD);
    for (status, expected) in [
        (None, "not-in-effect"),
        (Some("creating"), "secret-pending"),
        (Some("rotating"), "secret-pending"),
        (Some("something-new"), "secret-pending"),
        (Some("impaired"), "secret-impaired"),
    ] {
        let modified = own(with_secret("modified", status));
        assert_eq!(code(reboot::decide(&settings(), &modified, late)), expected, "{status:?}");
        let rebooted = own(with_secret("rebooted", status));
        assert_eq!(code(request::decide(&settings(), &rebooted, late)), expected, "{status:?}");
        assert_eq!(code(request::again(&settings(), &rebooted, false, late)), expected, "{status:?}");
        let promoted = tag_state::decide::promote::decide(
            &with("-Drdsecho.promote.approval=none"),
            &rebooted,
            &elsewhere(),
            &[],
            None,
            late,
        );
        assert_eq!(code(promoted), expected, "{status:?}");
    }
    let unmanaged = with("-Drdsecho.mod.manageMasterUserPassword=false");
    for (settings, status) in [(settings(), Some("active")), (unmanaged, None)] {
        let asked = request::decide(&settings, &own(with_secret("rebooted", status)), late);
        assert!(matches!(asked, Decision::Act(RequestStep::Ask(_))), "{asked:?}");
    }
}

fn elsewhere() -> Record {
    cname("other.example.com")
}

fn retire_by(settings: &Settings, instance: Instance, clients: Clients) -> Decision<RetireStep> {
    retire::decide(settings, &own(instance), &elsewhere(), clients, at(OLD))
}

/// Nobody knows since when: its time begins now, and no sooner is it destroyed.
#[test]
fn one_whose_time_is_lost_gets_a_new_one() {
    for stage in ["forgotten", "retired"] {
        let mut lost = instance("dev-2026-11-20", stage, &[]);
        lost.tags.remove("rdsecho:dev:since");
        let Decision::Act(RetireStep::Date { tags }) = retire_by(&settings(), lost.clone(), Clients::NotAsked) else {
            panic!("{stage}")
        };
        assert_eq!(tags, common::tags(&[("since", OLD)]), "{stage}");
        lost.tags.extend(tags);
        assert!(matches!(retire_by(&settings(), lost, Clients::NotAsked), Decision::Wait { .. }), "{stage}");
    }
}

#[test]
fn where_somebody_wants_to_know_nothing_goes_while_people_are_connected() {
    let looks = with("-Drdsecho.retire.connectionMinutes=30");
    for stage in ["forgotten", "retired"] {
        let one = || instance("dev-2026-11-20", stage, &[]);
        let go = |decision: Decision<RetireStep>| {
            matches!(decision, Decision::Act(RetireStep::Condemn { .. } | RetireStep::Destroy(_)))
        };
        assert!(go(retire_by(&settings(), one(), Clients::NotAsked)), "nobody wants to know");
        let asks = retire_by(&looks, one(), Clients::NotAsked);
        assert_eq!(asks, Decision::Act(RetireStep::LookForClients { minutes: 30 }));
        assert_eq!(code(retire_by(&looks, one(), Clients::Connections(None))), "clients-unknown");
        let Decision::Wait { reason, .. } = retire_by(&looks, one(), Clients::Connections(Some(3))) else { panic!() };
        assert_eq!(reason.code(), "in-use-by-clients");
        let said = reason.to_string();
        assert!(said.contains("3 connections") && said.contains("30 minutes") && said.contains("ann@"), "{said}");
        assert!(go(retire_by(&looks, one(), Clients::Connections(Some(0)))));
        for status in ["stopped", "failed"] {
            let mut still = one();
            status.clone_into(&mut still.status);
            assert!(go(retire_by(&looks, still, Clients::NotAsked)), "nobody can use what is {status}");
        }
        // Everything else is looked at first.
        let own = own(one());
        let early = retire::decide(&looks, &own, &elsewhere(), Clients::NotAsked, at("2026-11-22T00:01:00Z"));
        assert_eq!(code(early), if stage == "retired" { "pause" } else { "grace" });
    }
    assert!(read("-Drdsecho.retire.connectionMinutes=0").unwrap().settings.retire.connection_minutes.is_none());
    assert!(read("-Drdsecho.retire.connectionMinutes=1441").is_err(), "more than one answer of CloudWatch holds");
}

fn final_name(template: &str, now: Timestamp) -> String {
    let settings = with(&format!("-Drdsecho.retire.finalDbSnapshotIdentifier={template}"));
    let own = ours("dev-2026-11-20", "retired", &[]);
    let decision = retire::decide(&settings, &own, &elsewhere(), Clients::NotAsked, now);
    let Decision::Act(RetireStep::Destroy(deletable)) = decision else { panic!("{decision:?}") };
    deletable.delete(0).final_snapshot().unwrap().to_owned()
}

#[test]
fn a_final_snapshot_has_the_name_of_its_template() {
    let now = at("2026-12-31T23:30:00-05:00");
    assert_eq!(final_name("{name}-{instance}-{date}", now), "dev-dev-2026-11-20-2027-01-01");
    assert_eq!(final_name("last-of-{instance}", now), "last-of-dev-2026-11-20");
    assert_eq!(final_name("end", now), "end-dev-2026-11-20", "what is not unique is made so");
    assert_eq!(final_name("{name}-{date}", now), "dev-2027-01-01-dev-2026-11-20");
    let refused = |template: &str, why: &str| {
        let said = read(&format!("-Drdsecho.retire.finalDbSnapshotIdentifier='{template}'")).unwrap_err().to_string();
        assert!(said.contains(why), "{template}: {said}");
    };
    refused("{date}-{instance}", "begin with a letter");
    refused("{instance}-{day}", "something else");
    refused("{instance}_x", "something else");
    refused("{instance}--x", "hyphens");
    refused("{instance}-", "hyphens");
    refused("{instance}é", "something else");
    let longest = |more: usize| format!("-Drdsecho.retire.finalDbSnapshotIdentifier={{instance}}-{}", "x".repeat(more));
    // dev-2026-12-31-99, a hyphen, and -99 behind it.
    assert!(read(&longest(235 - 17 - 1 - 3)).is_ok());
    assert!(read(&longest(235 - 17 - 3)).unwrap_err().to_string().contains("235 characters"));
}

#[test]
fn the_longest_name_fits_the_tag_that_remembers_it() {
    let name = "a".repeat(235);
    let tags = final_snapshot_tag(&settings().name, &name, at(NOW));
    let (_, value) = tags.first_key_value().unwrap();
    let mut all = instance("dev-2026-11-20", "retired", &[]).tags;
    all.extend(tags.clone());
    let read = EchoTags::read(&settings().name, &all).unwrap().unwrap();
    assert_eq!(read.final_snapshot, Some(FinalSnapshot { identifier: name, asked: at(NOW) }), "{value}");
    all.insert("rdsecho:dev:final-snapshot".to_owned(), "nonsense".to_owned());
    assert_eq!(EchoTags::read(&settings().name, &all).unwrap().unwrap().final_snapshot, None);
}

#[test]
fn what_is_being_deleted_by_us_is_marked() {
    let going = |stage: &str, more: &[(&str, &str)]| {
        let mut instance = instance("dev-2026-11-20", stage, more);
        "deleting".clone_into(&mut instance.status);
        retire_by(&settings(), instance, Clients::NotAsked)
    };
    let asked = ("final-snapshot", "dev-2026-11-20-final 2026-11-30T00:00:00Z");
    let expected = FinalSnapshot { identifier: "dev-2026-11-20-final".to_owned(), asked: at("2026-11-30T00:00:00Z") };
    assert_eq!(going("retired", &[asked]), Decision::Act(RetireStep::Mark(expected)));
    assert_eq!(code(going("retired", &[])), "going");
    assert_eq!(code(going("forgotten", &[asked])), "going", "a person deletes it");
}

#[test]
fn a_snapshot_that_had_the_name_before_is_not_the_one_that_was_asked_for() {
    let asked = FinalSnapshot { identifier: "Dev-2026-11-20-final".to_owned(), asked: at("2026-11-30T00:00:00Z") };
    let one = instance("dev-2026-11-20", "retired", &[]);
    let is = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = made("dev-2026-11-20", "2026-11-30T00:10:00Z");
        snapshot.tags.clear();
        change(&mut snapshot);
        asked.is(&one, &snapshot)
    };
    assert!(is(&|_| {}));
    assert!(is(&|snapshot| snapshot.created = None), "it is being made");
    assert!(!is(&|snapshot| snapshot.created = Some(at("2026-11-29T23:59:59Z"))));
    assert!(!is(&|snapshot| "production".clone_into(&mut snapshot.source)));
    assert!(!is(&|snapshot| "automated".clone_into(&mut snapshot.snapshot_type)));
    assert!(!is(&|snapshot| snapshot.identifier.push_str("-2")));
}

/// A final snapshot of ours, marked.
fn made(instance: &str, created: &str) -> Snapshot {
    let identifier = format!("{instance}-final");
    let mut snapshot = snapshot(&identifier, "available", created);
    "manual".clone_into(&mut snapshot.snapshot_type);
    instance.clone_into(&mut snapshot.source);
    snapshot.tags = common::tags(&[("final", &identifier), ("managed", "true")]);
    snapshot
}

#[test]
fn only_what_carries_its_own_name_as_its_mark_is_ours() {
    let name = &settings().name;
    let is = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = made("dev-2026-11-20", NOW);
        change(&mut snapshot);
        is_ours(name, &snapshot)
    };
    assert!(is(&|_| {}));
    assert!(!is(&|snapshot| snapshot.tags.clear()));
    assert!(
        !is(&|snapshot| "mine".clone_into(&mut snapshot.identifier)),
        "a copy has the tags of what it is a copy of"
    );
    assert!(!is(&|snapshot| "automated".clone_into(&mut snapshot.snapshot_type)));
    assert!(!is(&|snapshot| "production".clone_into(&mut snapshot.source)));
    // All that an instance of ours has, as a snapshot has that a person took of it where tags are copied.
    let all = ours("dev-2026-11-20", "promoted", &[("final-snapshot", "dev-2026-11-20-final 2026-11-30T00:00:00Z")]);
    assert!(!is(&|snapshot| snapshot.tags = all.facts().tags.clone()));
}

fn names<'a>(settings: &Settings, all: &'a [Snapshot], in_use: &[&str], now: &str) -> Vec<&'a str> {
    let in_use: BTreeSet<String> = in_use.iter().map(|one| (*one).to_owned()).collect();
    let found = expired(settings, all, &in_use, at(now));
    found.into_iter().map(|one| one.source.as_str()).collect()
}

#[test]
fn what_either_rule_keeps_is_kept() {
    // One a day, from the first to the ninth.
    let all: Vec<Snapshot> =
        (1..=9).rev().map(|day| made(&format!("dev-2026-11-0{day}"), &format!("2026-12-0{day}T00:00:00Z"))).collect();
    let now = "2026-12-09T12:00:00Z";
    assert_eq!(names(&settings(), &all, &[], now), [""; 0], "all are kept");
    let newest = with("-Drdsecho.retire.keepFinalSnapshots=7");
    assert_eq!(names(&newest, &all, &[], now), ["dev-2026-11-01", "dev-2026-11-02"]);
    let most = with("-Drdsecho.retire.keepFinalSnapshots=1");
    assert_eq!(names(&most, &all, &[], now).len(), MOST_AT_ONCE);
    assert_eq!(names(&most, &all, &[], now)[0], "dev-2026-11-01", "the oldest first");
    let young = with("-Drdsecho.retire.keepFinalSnapshotDays=7");
    assert_eq!(names(&young, &all, &[], now), ["dev-2026-11-01", "dev-2026-11-02"]);
    assert_eq!(names(&young, &all, &[], "2026-12-08T00:00:00Z"), [""; 0], "not on the day itself");
    let both = with("-Drdsecho.retire.keepFinalSnapshotDays=7 -Drdsecho.retire.keepFinalSnapshots=8");
    assert_eq!(names(&both, &all, &[], now), ["dev-2026-11-01"]);
    let both = with("-Drdsecho.retire.keepFinalSnapshotDays=8 -Drdsecho.retire.keepFinalSnapshots=2");
    assert_eq!(names(&both, &all, &[], now), ["dev-2026-11-01"]);
    // What is being restored from stays.
    assert_eq!(names(&newest, &all, &["dev-2026-11-01-final"], now), ["dev-2026-11-02"]);
    for wrong in
        ["keepFinalSnapshots=0", "keepFinalSnapshots=101", "keepFinalSnapshotDays=0", "keepFinalSnapshotDays=x"]
    {
        assert!(read(&format!("-Drdsecho.retire.{wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_not_whole_counts_for_nothing() {
    let mut all: Vec<Snapshot> =
        (1..=3).map(|day| made(&format!("dev-2026-11-0{day}"), &format!("2026-12-0{day}T00:00:00Z"))).collect();
    let one = with("-Drdsecho.retire.keepFinalSnapshots=1");
    assert_eq!(names(&one, &all, &[], OLD), ["dev-2026-11-01", "dev-2026-11-02"]);
    // The newest may yet fail: then the one before it is the newest.
    "creating".clone_into(&mut all[2].status);
    assert_eq!(names(&one, &all, &[], OLD), ["dev-2026-11-01"]);
    all[1].created = None;
    assert_eq!(names(&one, &all, &[], OLD), [""; 0]);
    // Nor does a person's.
    all[0].tags.clear();
    assert_eq!(names(&with("-Drdsecho.retire.keepFinalSnapshotDays=1"), &all, &[], OLD), [""; 0]);
}

#[test]
fn right_before_the_delete_all_is_asked_again() {
    let settings = with("-Drdsecho.retire.keepFinalSnapshotDays=7");
    let chosen = made("dev-2026-11-20", "2026-12-01T00:00:00Z");
    let asked = |change: &dyn Fn(&mut Snapshot)| {
        let mut fresh = chosen.clone();
        change(&mut fresh);
        confirm(&settings, &chosen, Some(&fresh), at(OLD))
    };
    let Decision::Act(disposable) = asked(&|_| {}) else { panic!() };
    assert_eq!(disposable.delete().identifier(), "dev-2026-11-20-final");
    assert_eq!(disposable.why(), "older than 7 days; it is 31 days old");
    assert_eq!(code(asked(&|fresh| fresh.tags.clear())), "kept-snapshot");
    assert_eq!(code(asked(&|fresh| "creating".clone_into(&mut fresh.status))), "kept-snapshot");
    assert_eq!(code(asked(&|fresh| fresh.created = Some(at("2026-12-02T00:00:00Z")))), "kept-snapshot");
    assert_eq!(code(confirm(&settings, &chosen, None, at(OLD))), "kept-snapshot");
    assert_eq!(code(confirm(&settings, &chosen, Some(&chosen), at("2026-12-02T00:00:00Z"))), "kept-snapshot");
    assert_eq!(code(confirm(&common::settings(), &chosen, Some(&chosen), at(OLD))), "kept-snapshot");
}

/// Whatever the rate of the schedule and its phase: it looks within reason, and at most once in five minutes an hour.
#[test]
fn no_schedule_misses_the_minutes_of_the_sweep_for_ever() {
    let keeps = with("-Drdsecho.retire.keepFinalSnapshots=1");
    let start = at("2026-12-01T00:00:00Z").as_second();
    for (minutes, at_least_every) in [(1, 2), (5, 2), (10, 7), (15, 12), (30, 27), (60, 61), (360, 130)] {
        for phase in [0, 7, 29, 59] {
            let looks = |hour: i64| {
                let seconds = hour * 3600..(hour + at_least_every) * 3600;
                let at = |second: i64| Timestamp::from_second(start + phase * 60 + second).unwrap();
                seconds.step_by(minutes * 60).filter(|second| is_due(&keeps, at(*second))).count()
            };
            assert!((0..200).all(|hour| looks(hour) > 0), "every {minutes} minutes, {phase} past");
            assert!((0..200).all(|hour| looks(hour) <= 6 * at_least_every as usize), "every {minutes} minutes");
        }
    }
    assert!(!(0..7200).any(|second| is_due(&settings(), Timestamp::from_second(start + second).unwrap())));
}

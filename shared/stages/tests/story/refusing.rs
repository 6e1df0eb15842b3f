//! new looks before it restores: what is wrong stops it and is told, what is doubtful does not.

use rds_sim::world::PlantedInstance;
use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;
use stages::report::Did;

use crate::common::{FIRST, SECOND, meanwhile, until_asked};

fn troubles(calm: &Calm) -> Vec<serde_json::Value> {
    let told = calm.announced.iter().filter(|one| one.detail_type == "Echo Trouble");
    told.map(|one| serde_json::from_str(&one.detail).unwrap()).collect()
}

/// One that is in use, and a day later, when the next one is due, something is wrong.
fn spoilt() -> Calm {
    let mut calm = Calm::new("-Drdsecho.new.minimumAgeHours=12");
    calm.until(60, |calm| calm.uses(FIRST) && calm.stage(FIRST) == "promoted").expect("a first one");
    calm.pass(12 * 60);
    calm.town.rds.world_mut().quotas_mut().instances = 1;
    calm.town.rds.world_mut().surroundings_mut().mail_account.sending = false;
    calm
}

fn restores(calm: &Calm) -> u64 {
    calm.town.rds.world().calls().get("RestoreDBInstanceFromDBSnapshot").copied().unwrap_or_default()
}

#[test]
fn what_is_wrong_stops_a_restore_and_is_told_once_a_day() {
    let mut calm = spoilt();
    let report = calm.wake(Function::New).unwrap();
    let outcome = &report.outcomes[0];
    assert_eq!((outcome.code, &outcome.did), (Some("check-failed"), &Did::Refuses), "{report:#?}");
    assert!(outcome.why.contains("quotas: ") && outcome.why.contains("mail account: "), "all at once: {report:#?}");
    assert!(report.errors.is_empty(), "trying again would not help: {report:#?}");
    assert_eq!(restores(&calm), 1);
    let told = troubles(&calm);
    assert_eq!((told.len(), &told[0]["code"], &told[0]["echo"]), (1, &"check-failed".into(), &"dev".into()));
    assert_eq!(told[0]["details"].as_array().unwrap().len(), 2, "{told:#?}");
    let summary = told[0]["summary"].as_str().unwrap();
    assert!(summary.contains("quotas: 2 of 1 instances") && summary.contains("mail account: SES has"), "{summary}");
    let tag = calm.town.tag(FIRST, "refused").unwrap();
    assert!(tag.starts_with("2026-11-22 "), "{tag}");
    calm.pass(10);
    assert_eq!(calm.wake(Function::New).unwrap().outcomes[0].code, Some("check-failed"));
    assert_eq!(troubles(&calm).len(), 1, "the same is told once");
    calm.town.rds.world_mut().surroundings_mut().mail_account.sending = true;
    calm.wake(Function::New);
    assert_eq!(troubles(&calm).len(), 2, "it is something else now");
    calm.pass(24 * 60);
    calm.wake(Function::New);
    assert_eq!(troubles(&calm).len(), 3, "and every day again");
    assert_eq!(restores(&calm), 1);
    calm.town.rds.world_mut().quotas_mut().instances = 40;
    calm.town.production_backup(calm.town.now() - jiff::SignedDuration::from_hours(1), false);
    let report = calm.wake(Function::New).unwrap();
    assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "{report:#?}");
    assert_eq!(calm.violations(), [""; 0]);
}

/// Whoever dies between telling and remembering tells it again; whoever could not tell does not remember it.
#[test]
fn a_refusal_is_told_at_least_once() {
    for (kind, behind, expected) in [(Kind::DiesBefore, 0, 2), (Kind::Fails, 1, 1)] {
        let mut calm = spoilt();
        let mut other = calm.fork();
        other.wake(Function::New);
        let calls = other.calls.last().unwrap().1;
        calm.strike = Some((calm.calls.len() as u64, calls - behind, kind));
        calm.wake(Function::New);
        assert_eq!(calm.town.tag(FIRST, "refused"), None, "{kind}");
        calm.wake(Function::New);
        assert_eq!(troubles(&calm).len(), expected, "{kind}");
        assert!(calm.town.tag(FIRST, "refused").is_some());
    }
}

/// Nothing is there that could remember.
#[test]
fn before_the_first_one_each_run_tells_it() {
    let mut calm = Calm::new("-Drdsecho.new.dbInstanceClass=db.m1.small");
    for expected in 1..=2 {
        assert_eq!(calm.wake(Function::New).unwrap().outcomes[0].code, Some("check-failed"));
        assert_eq!(troubles(&calm).len(), expected);
    }
    assert_eq!(restores(&calm), 0);
}

/// A time at which the next one is due, and so many are there, of which the last is in use.
fn due(more: &str, count: usize) -> Calm {
    let mut calm = Calm::new(&format!("-Drdsecho.new.minimumAgeHours=12 -Drdsecho.retire.graceHours=400 {more}"));
    let last_in_use = |calm: &Calm| calm.town.stages().last().is_some_and(|(_, stage)| stage == "promoted");
    calm.until(300, |calm| calm.town.stages().len() == count && last_in_use(calm)).expect("so many");
    calm.pass(12 * 60);
    calm
}

/// What no look at everything is needed for is told all the same: each once a day, and with no call that it needs not.
#[test]
fn whatever_is_refused_is_told_once_a_day() {
    let held = due("-Drdsecho.maxInstances=2", 2);
    held.town.tag_by_hand(FIRST, "hold", "2027-01-01T00:00:00Z audit");
    let beside = due("", 1);
    let stranger = PlantedInstance { identifier: "dev-2026-11-01".to_owned(), ..Default::default() };
    beside.town.rds.world_mut().plant_instance(stranger).unwrap();
    for (mut calm, code, says) in [
        (held, "too-many", "rds-echo release: dev-2026-11-22 (until 2027-01-01T00:00:00Z)"),
        (beside, "stranger-in-the-way", "dev-2026-11-01 is named like one of this echo's"),
    ] {
        let before = restores(&calm);
        for calls in [3, 1, 1] {
            let report = calm.wake(Function::New).unwrap();
            assert_eq!((report.outcomes[0].code, &report.outcomes[0].did), (Some(code), &Did::Refuses), "{report:#?}");
            assert_eq!((troubles(&calm).len(), calm.calls.last()), (1, Some(&("new", calls))), "{code}");
            calm.pass(10);
        }
        let told = &troubles(&calm)[0];
        assert_eq!(told["code"], code);
        assert!(told["summary"].as_str().unwrap().contains(says), "{told:#?}");
        calm.pass(24 * 60);
        calm.wake(Function::New);
        assert_eq!((troubles(&calm).len(), restores(&calm)), (2, before), "{code}: the next day again");
        assert_eq!(calm.violations(), [""; 0]);
    }
}

/// Production's backups are off, or it was renamed: what the listings show is said, and nothing else is asked.
#[test]
fn without_a_snapshot_people_hear_of_it() {
    let mut calm = Calm::new("-Drdsecho.snapshot.dbInstanceIdentifier=nobody");
    for expected in 1..=2 {
        assert_eq!(calm.wake(Function::New).unwrap().outcomes[0].code, Some("no-snapshot"));
        let told = troubles(&calm);
        assert_eq!(told.len(), expected, "nothing is there that could remember");
        let summary = told[0]["summary"].as_str().unwrap();
        assert!(summary.contains("there is no available snapshot of nobody"), "{summary}");
        assert!(summary.contains("rdsecho.snapshot.types is automated"), "{summary}");
        assert_eq!(told[0]["details"].as_array().unwrap().len(), 1, "what was not looked at is not wrong: {told:#?}");
        assert_eq!((&told[0]["code"], calm.calls.last()), (&"no-snapshot".into(), Some(&("new", 3))));
    }
}

/// Nobody can read what stage it is in: it cannot remember either.
#[test]
fn tags_that_cannot_be_read_are_told_with_the_remedy() {
    let mut calm = spoilt();
    calm.town.tag_by_hand(FIRST, "since", "yesterday");
    assert_eq!(calm.wake(Function::New).unwrap().outcomes[0].code, Some("stranger-in-the-way"));
    let summary = troubles(&calm)[0]["summary"].as_str().unwrap().to_owned();
    assert!(summary.contains("tag rdsecho:dev:since has the value 'yesterday'"), "{summary}");
    assert!(summary.contains("correct it by hand"), "{summary}");
}

#[test]
fn what_is_doubtful_is_said_and_stops_nothing() {
    let mut calm = Calm::new("-Drdsecho.promote.ttl=7200 -Drdsecho.new.dbParameterGroupName=tuned");
    let report = calm.wake(Function::New).unwrap();
    assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "{report:#?}");
    let doubt = &report.outcomes[1];
    assert_eq!((doubt.code, &doubt.did, report.outcomes.len()), (Some("doubtful"), &Did::Nothing, 2), "{report:#?}");
    assert!(doubt.why.contains("rdsecho.promote.ttl"), "{report:#?}");
    assert!(troubles(&calm).is_empty() && calm.town.tag(FIRST, "refused").is_none());
}

/// A service that never answers costs neither the restore nor what others have shown.
#[test]
fn what_hangs_is_left_and_stops_nothing() {
    for hangs in ["DescribeKey", "GetAccount", "GetEmailIdentity"] {
        let mut calm = Calm::new("-Drdsecho.new.dbParameterGroupName=tuned");
        calm.town.rds.world_mut().surroundings_mut().hanging.insert(hangs);
        let report = calm.wake(Function::New).unwrap();
        assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "{hangs}: {report:#?}");
        let doubt = report.outcomes.last().unwrap();
        assert_eq!(doubt.code, Some("doubtful"), "{report:#?}");
        assert!(doubt.why.contains("AWS takes too long to answer"), "{report:#?}");
        assert_eq!(restores(&calm), 1);
    }
    let mut calm = Calm::new("-Drdsecho.mod.dbParameterGroupName=none");
    calm.town.rds.world_mut().surroundings_mut().hanging.insert("GetAccount");
    let report = calm.wake(Function::New).unwrap();
    assert_eq!(report.outcomes[0].code, Some("check-failed"), "what was seen before counts: {report:#?}");
}

/// No permission is worth a day, and no call that was throttled.
#[test]
fn what_cannot_be_looked_at_stops_nothing() {
    let mut calm = Calm::new("");
    let mut other = calm.fork();
    other.wake(Function::New);
    let calls = other.calls.last().unwrap().1;
    // 1 and 2 are the listings; the last four are the last look, the restore, its tag and its announcement.
    for call in 3..=calls - 4 {
        let mut calm = calm.fork();
        calm.strike = Some((0, call, Kind::Throttled));
        let report = calm.wake(Function::New).unwrap();
        assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "call {call}: {report:#?}");
        let unseen = report.outcomes.iter().filter(|one| one.why.contains("could not be looked at")).count();
        assert!(unseen >= 1, "call {call}: {report:#?}");
    }
    for operation in ["ListHostedZones", "GetEmailIdentity", "GetAccount", "DescribeKey"] {
        calm.town.rds.world_mut().surroundings_mut().denied.insert(operation);
    }
    let report = calm.wake(Function::New).unwrap();
    assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "{report:#?}");
}

/// Only once it is decided that something is to be restored.
#[test]
fn an_idle_look_asks_for_nothing_more() {
    let mut calm = Calm::new("-Drdsecho.new.minimumAgeHours=12");
    calm.wake(Function::New);
    for stage in ["new", "promoted"] {
        calm.until(60, |calm| calm.stage(FIRST) == stage).expect("a first one");
        calm.wake(Function::New);
        assert_eq!(calm.calls.last(), Some(&("new", 1)), "{stage}");
        assert!(troubles(&calm).is_empty(), "{stage}: it is not time yet, and that is as it should be");
    }
    assert_eq!(calm.stage(SECOND), "");
}

/// A look at everything takes a while: what decides is read behind it.
#[test]
fn one_that_is_on_its_way_again_meanwhile_is_seen() {
    let mut calm = Calm::new("-Drdsecho.promote.expiryHours=1 -Drdsecho.promote.windowHours=0");
    until_asked(&mut calm);
    calm.pass(12 * 60);
    calm.town.production_backup(calm.town.now() - jiff::SignedDuration::from_hours(1), false);
    let mut other = calm.fork();
    assert!(matches!(other.wake(Function::New).unwrap().outcomes[0].did, Did::Advanced { .. }), "its request is over");
    let town = calm.town.clone();
    // Its first call is over, and the rest is to come.
    let report = meanwhile(&calm, Function::New, 2, move || {
        let expires = town.now() + jiff::SignedDuration::from_hours(1);
        town.tag_by_hand(FIRST, "expires", &expires.to_string());
    });
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
    assert_eq!(restores(&calm), 1);
}

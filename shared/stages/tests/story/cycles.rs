//! Whole lives, through schedules alone.

use rds_sim::world::PlantedInstance;
use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;
use stages::report::Did;
use tag_state::wake::Wake;

use crate::common::{FIRST, LEGACY, SECOND, promoted, shared_snapshot};

/// The second one is in use, and the first one is gone, with its final snapshot.
fn two_cycles_done(calm: &Calm) -> bool {
    let world = calm.town.rds.world();
    calm.town.stages() == promoted(SECOND)
        && calm.uses(SECOND)
        && world.snapshots().contains_key("dev-2026-11-22-final")
}

#[test]
fn two_cycles_run_through_schedules_alone() {
    let mut calm = Calm::new("");
    let rounds = calm.until(60, |calm| calm.town.stages() == promoted(FIRST));
    assert!(rounds.is_some(), "{:#?}", calm.said);
    assert!(calm.uses(FIRST));
    assert_eq!(calm.town.tag(FIRST, "replaced").as_deref(), Some(LEGACY));
    assert_eq!(calm.town.tag(FIRST, "snapshot").as_deref(), Some("rds:production-2026-11-21-03-00"));
    let rounds = calm.until(80, two_cycles_done);
    assert!(rounds.is_some(), "{:?} {:#?}", calm.town.stages(), calm.said);
    assert_eq!(calm.letters.len(), 6, "three people, two requests, no mail twice");
    let world = calm.town.rds.world();
    assert_eq!(world.calls()["RebootDBInstance"], 2, "each was rebooted once");
    assert_eq!(world.calls()["RestoreDBInstanceFromDBSnapshot"], 2);
    assert!(world.instances()["production"].facts().tags.is_empty(), "production was not touched");
}

#[test]
fn what_another_account_shares_is_restored_by_its_arn_and_nothing_else_is() {
    const SHARED: &str = "arn:aws:rds:us-east-1:999999999999:snapshot:of-the-day";
    let shared_by = |account: &str| {
        let mut calm = Calm::new(&format!("-Drdsecho.snapshot.account={account}"));
        shared_snapshot(&mut calm.town.rds.world_mut(), "of-the-day");
        let rounds = calm.until(10, |calm| !calm.town.stages().is_empty());
        (calm, rounds)
    };
    let (calm, rounds) = shared_by("999999999999");
    assert!(rounds.is_some(), "{:#?}", calm.said);
    assert_eq!(calm.town.tag(FIRST, "snapshot").as_deref(), Some(SHARED), "and not the automated one beside it");
    let (calm, rounds) = shared_by("111122223333");
    assert_eq!(rounds, None, "every account can share one with us, and call its instance as ours is called");
    assert!(!calm.town.rds.world().calls().contains_key("RestoreDBInstanceFromDBSnapshot"));
}

#[test]
fn every_stage_and_every_click_is_announced() {
    let mut calm = Calm::new("");
    calm.until(200, two_cycles_done).expect("two cycles");
    let told: Vec<String> = calm
        .announced
        .iter()
        .map(|announcement| {
            let detail: serde_json::Value = serde_json::from_str(&announcement.detail).unwrap();
            assert_eq!(detail["echo"], "dev");
            assert!(announcement.arn.ends_with(detail["instance"].as_str().unwrap()));
            let change = [&detail["from"], &detail["to"], &detail["action"]];
            let words: Vec<&str> = change.iter().filter_map(|word| word.as_str()).collect();
            format!("{} {}", detail["instance"].as_str().unwrap(), words.join(" to "))
        })
        .collect();
    let life = |one: &str| {
        ["new", "new to modified", "modified to rebooted", "confirm", "rebooted to promoted"]
            .map(|step| format!("{one} {step}"))
    };
    let mut expected = [life(FIRST), life(SECOND)].concat();
    expected.extend(["promoted to forgotten", "forgotten to retired"].map(|step| format!("{FIRST} {step}")));
    assert_eq!(told, expected);
}

/// The log line, which is the function's answer too.
#[test]
fn a_report_is_json() {
    let mut calm = Calm::new("");
    let line = calm.wake(Function::New).unwrap().to_json();
    assert_eq!(line["echo"], "dev");
    assert_eq!(line["function"], "new");
    assert_eq!(line["at"], "2026-11-22T03:00:00Z");
    assert_eq!(line["woken_by"], "schedule");
    assert_eq!(line["error"], serde_json::Value::Null);
    assert_eq!(line["warnings"], serde_json::json!([]));
    let outcome = &line["outcomes"][0];
    assert_eq!(
        (&outcome["did"], &outcome["from"], &outcome["to"]),
        (&"advanced".into(), &serde_json::Value::Null, &"new".into())
    );
    assert_eq!((&outcome["instance"], &outcome["code"]), (&FIRST.into(), &serde_json::Value::Null));
    let line = calm.wake(Function::New).unwrap().to_json();
    assert_eq!((&line["outcomes"][0]["did"], &line["outcomes"][0]["code"]), (&"waits".into(), &"in-flight".into()));
    let event = Wake::Foreign { why: "it is a test".to_owned() };
    let line = calm.wake_for(Function::New, event).unwrap().to_json();
    assert_eq!(
        (&line["outcomes"][0]["did"], &line["outcomes"][0]["code"]),
        (&"nothing".into(), &"foreign-event".into())
    );
    calm.strike = Some((calm.calls.len() as u64, 1, Kind::Throttled));
    let line = calm.wake(Function::Modify).unwrap().to_json();
    assert_eq!(line["outcomes"], serde_json::json!([]), "what was not read is not said to be nothing");
    let error = line["error"].as_str().unwrap();
    assert!(error.contains("failed: Throttling: it was struck"), "{error}");
}

#[test]
fn a_copy_with_our_tags_is_never_changed() {
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.town.stages() == promoted(FIRST)).expect("a first one");
    let tags = calm.facts(FIRST).unwrap().tags;
    let planted = |identifier: &str| PlantedInstance {
        identifier: identifier.to_owned(),
        tags: tags.clone(),
        ..Default::default()
    };
    calm.town.rds.world_mut().plant_instance(planted("dev-2026-11-20")).unwrap();
    calm.town.rds.world_mut().plant_instance(planted("dev-qa-2026-11-20")).unwrap();
    let copies = || ["dev-2026-11-20", "dev-qa-2026-11-20"].map(|copy| calm.town.rds.world().instances()[copy].facts());
    let before = copies();
    for _ in 0..3 {
        calm.pass(24 * 60);
        calm.all_look();
    }
    assert_eq!(
        ["dev-2026-11-20", "dev-qa-2026-11-20"].map(|copy| calm.town.rds.world().instances()[copy].facts()),
        before
    );
    let stopped = &calm.said[&Function::New].outcomes[0];
    assert_eq!((stopped.code, &stopped.did), (Some("stranger-in-the-way"), &Did::Refuses), "and it stops new ones");
}

//! What should go and stays: people hear why, and from whom to ask.

use rds_sim::world::operation::{Fault, FaultKind, Operation};
use serde_json::Value;
use simulation::calm::Calm;
use simulation::functions::Function;

use crate::common::FIRST;

const PLATFORM: &str = "platform@example.test";

/// The announced troubles of [`FIRST`]: code and summary.
fn troubles(calm: &Calm) -> Vec<(String, String)> {
    let all = calm.announced.iter().filter(|one| one.detail_type == "Echo Trouble");
    let details = all.map(|one| serde_json::from_str::<Value>(&one.detail).unwrap());
    let text = |detail: &Value, key: &str| detail[key].as_str().unwrap_or_default().to_owned();
    details
        .filter(|detail| detail["instance"] == FIRST)
        .map(|detail| (text(&detail, "code"), text(&detail, "summary")))
        .collect()
}

fn look(calm: &mut Calm, rounds: usize) {
    for _ in 0..rounds {
        for function in [Function::Retire, Function::RequestApproval] {
            calm.wake(function);
        }
        calm.pass(10);
    }
}

/// One that was replaced, with what is set beside.
fn replaced(more: &str) -> Calm {
    let mut calm = Calm::new(&format!("-Drdsecho.notify={PLATFORM} {more}"));
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten").expect("a replaced one");
    calm
}

#[test]
fn who_might_be_left_behind_is_told_soon_and_once() {
    let mut calm = replaced("-Drdsecho.retire.connectionMinutes=30 -Drdsecho.stuck.forgottenHours=8");
    let connect = |calm: &Calm, connections| calm.town.rds.world_mut().set_connections(FIRST, connections).unwrap();
    connect(&calm, Some(2));
    // An hour of grace, and one in which they may go by themselves.
    look(&mut calm, 11);
    assert_eq!(troubles(&calm), [], "{:#?}", calm.said);
    look(&mut calm, 4);
    let told = troubles(&calm);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].0, "in-use-by-clients");
    assert!(
        told[0].1.contains("it had up to 2 connections in the last 30 minutes; they do not move with the CNAME"),
        "{told:#?}"
    );
    assert!(told[0].1.contains("ann@example.test, bob@example.test, cleo@example.test may know"), "{told:#?}");
    assert_eq!(calm.headlines(PLATFORM), ["dev-2026-11-22 should go, and is still used"]);
    let tag = calm.town.tag(FIRST, "trouble").unwrap();
    connect(&calm, Some(7));
    look(&mut calm, 12);
    assert_eq!(calm.town.tag(FIRST, "trouble").unwrap(), tag, "the same is written once, whatever their number");
    assert_eq!(troubles(&calm).len(), 1);
    // They do not go for hours: that is another trouble, with the same reason.
    look(&mut calm, 30);
    let told = troubles(&calm);
    assert_eq!(told.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["in-use-by-clients", "not-retired"]);
    assert!(told[1].1.contains("it is not retired: it had up to 2 connections"), "{told:#?}");
    connect(&calm, Some(0));
    calm.until(20, |calm| calm.facts(FIRST).is_none()).expect("it goes");
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn a_delete_that_rds_refuses_is_told_in_its_words() {
    let mut calm = replaced("-Drdsecho.stuck.retiredHours=2");
    let kind = FaultKind::Refuse("KMSKeyNotAccessibleFault".to_owned());
    calm.town.rds.world_mut().plant_fault(Fault { operation: Operation::DeleteDbInstance, kind, times: 30 });
    look(&mut calm, 30);
    let told = troubles(&calm);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].0, "not-deleted");
    assert!(told[0].1.contains("DeleteDBInstance") && told[0].1.contains("KMSKeyNotAccessibleFault"), "{told:#?}");
    calm.until(60, |calm| calm.facts(FIRST).is_none()).expect("it goes in the end");
    assert_eq!(calm.violations(), [""; 0]);
}

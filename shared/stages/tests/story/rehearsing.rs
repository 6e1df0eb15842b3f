//! A rehearsal says to the word what the stage then does, and touches nothing.

use std::collections::BTreeSet;

use simulation::calm::Calm;
use simulation::functions::{Command, Function};
use tag_state::approval::Action;

use crate::common::{FIRST, SECOND};

#[test]
fn through_two_cycles_every_rehearsal_is_what_follows() {
    let mut calm = Calm::new("");
    let mut seen = BTreeSet::new();
    for round in 0.. {
        assert!(round < 200, "two cycles end: {:?}", calm.town.stages());
        for function in Function::ALL {
            let before = calm.town.rds.world().calls().clone();
            let [said] = &calm.rehearse(&[function])[..] else { panic!("one") };
            let after = calm.town.rds.world().calls().clone();
            let writes = |calls: &std::collections::BTreeMap<&'static str, u64>| {
                calls.iter().filter(|(name, _)| !name.starts_with("Describe")).map(|(_, count)| count).sum::<u64>()
            };
            assert_eq!(writes(&before), writes(&after), "{function:?} was only rehearsed");
            let done = calm.wake(function).expect("nobody dies here");
            assert_eq!((&said.outcomes, &said.errors), (&done.outcomes, &done.errors), "{function:?} in round {round}");
            seen.extend(done.outcomes.iter().map(|outcome| format!("{function:?} {:?}", outcome.code)));
        }
        calm.ann_confirms();
        calm.pass(10);
        if calm.town.rds.world().snapshots().contains_key("dev-2026-11-22-final") && calm.uses(SECOND) {
            break;
        }
    }
    // Each stage has done something, and each was waited for.
    for function in Function::ALL {
        assert!(seen.contains(&format!("{function:?} None")), "{function:?}: {seen:?}");
    }
    assert!(calm.violations().is_empty(), "{:?}", calm.violations());
}

#[test]
fn a_forged_confirmation_is_none_however_often_it_is_looked_at() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    calm.until(60, |calm| calm.town.tag(FIRST, "confirmed:ann@example.test").is_some()).expect("ann confirms");
    // Bob's is a copy of ann's: the same MAC, over another message.
    let copied = calm.town.tag(FIRST, "confirmed:ann@example.test").unwrap();
    calm.town.tag_by_hand(FIRST, "confirmed:bob@example.test", &copied);
    for report in calm.rehearse(&[Function::Promote; 3]) {
        assert!(report.outcomes[0].why.starts_with("1 of 2 confirmations"), "{report:#?}");
    }
    assert_eq!(calm.calls.last(), Some(&("plan", 4)), "the instances, the record, and each of two signatures once");
    let forged = format!("1 {} {}", calm.town.now(), "A".repeat(43));
    calm.town.tag_by_hand(FIRST, "confirmed:ann@example.test", &forged);
    for report in calm.rehearse(&[Function::Promote; 3]) {
        assert!(report.outcomes[0].why.starts_with("0 of 2 confirmations"), "{report:#?}");
    }
}

#[test]
fn a_plan_of_everything_makes_each_reading_once() {
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.letter("ann@example.test").is_some()).expect("people are asked");
    calm.command(Command::Answer { action: Action::Confirm, approver: "ann@example.test".to_owned() });
    calm.command(Command::Plan).expect("it lives");
    // The instances, the snapshots are not needed while one is on its way, the record, one signature.
    assert_eq!(calm.calls.last(), Some(&("plan", 3)));
    assert_eq!(calm.stage(FIRST), "rebooted");
}

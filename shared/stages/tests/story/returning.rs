//! What people at the command line ask for: the way back, giving up, asking again, answering.

use rds_sim::world::PlantedInstance;
use simulation::calm::Calm;
use simulation::functions::{Command, Function};
use simulation::trouble::Kind;
use stages::report::{Did, Report};
use tag_state::approval::Action;
use tag_state::facts::Record;

use crate::common::{FIRST, SECOND, cname, until_asked};

/// The second one is in use, and the first one is forgotten.
fn replaced() -> Calm {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten" && calm.uses(SECOND)).expect("the first one is replaced");
    calm
}

fn code(report: &Report) -> Option<&'static str> {
    report.outcomes.last().and_then(|outcome| outcome.code)
}

#[test]
fn the_cname_returns_and_the_tags_follow_it() {
    let mut calm = replaced();
    let report = calm.command(Command::Rollback).unwrap();
    assert!(calm.uses(FIRST), "{report:#?}");
    assert_eq!((calm.stage(FIRST), calm.stage(SECOND)), ("promoted".to_owned(), "forgotten".to_owned()));
    assert!(calm.town.tag(FIRST, "replaced").unwrap().starts_with(SECOND), "where it pointed before");
    assert!(calm.facts(FIRST).unwrap().deletion_protection);
    // The schedules leave it so.
    calm.all_look();
    assert!(calm.uses(FIRST));
    assert!(calm.violations().is_empty(), "{:?}", calm.violations());
}

#[test]
fn wherever_a_rollback_dies_the_tags_say_what_the_cname_says() {
    let start = replaced();
    for call in 1..=8 {
        for kind in [Kind::DiesBefore, Kind::DiesAfter, Kind::LosesItsAnswer, Kind::Fails] {
            let mut calm = start.fork();
            calm.strike = Some((calm.calls.len() as u64, call, kind));
            calm.command(Command::Rollback);
            calm.strike = None;
            calm.wake(Function::Promote);
            let in_use = if calm.uses(FIRST) { FIRST } else { SECOND };
            assert!(calm.uses(in_use));
            for one in [FIRST, SECOND] {
                let expected = if one == in_use { "promoted" } else { "forgotten" };
                assert_eq!(calm.stage(one), expected, "{one} after {kind} at call {call}");
            }
            assert!(calm.violations().is_empty(), "{kind} at {call}: {:?}", calm.violations());
        }
    }
}

#[test]
fn a_rollback_says_why_not() {
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.uses(FIRST)).expect("the first one is in use");
    assert_eq!(code(&calm.command(Command::Rollback).unwrap()), Some("nothing-to-return-to"));
    *calm.town.zone.borrow_mut() = Record::Absent;
    assert_eq!(code(&calm.command(Command::Rollback).unwrap()), Some("no-record"));
    let mut calm = replaced();
    calm.town.tag_by_hand(FIRST, "stage", "retired");
    assert_eq!(code(&calm.command(Command::Rollback).unwrap()), Some("nothing-to-return-to"), "no way leads there");
    let mut calm = replaced();
    calm.town.tag_by_hand(FIRST, "failure", "it was given up by hand");
    assert_eq!(code(&calm.command(Command::Rollback).unwrap()), Some("nothing-to-return-to"), "nobody wants that one");
}

#[test]
fn what_is_given_up_is_forgotten_unless_it_is_in_use() {
    let mut calm = replaced();
    let report = calm.command(Command::Forget(SECOND.to_owned())).unwrap();
    assert_eq!((code(&report), &report.outcomes[0].did), (Some("in-use"), &Did::Refuses), "{report:#?}");
    calm.point_at(FIRST);
    let report = calm.command(Command::Forget(SECOND.to_owned())).unwrap();
    assert_eq!(code(&report), Some("given-up-by-hand"), "{report:#?}");
    assert_eq!(calm.stage(SECOND), "forgotten");
    assert_eq!(calm.town.tag(SECOND, "failure").as_deref(), Some("it was given up by hand"));
    let weighted = Record::Other("a weighted record".to_owned());
    *calm.town.zone.borrow_mut() = weighted;
    calm.town.tag_by_hand(FIRST, "stage", "promoted");
    assert_eq!(code(&calm.command(Command::Forget(FIRST.to_owned())).unwrap()), Some("record"));
}

#[test]
fn asked_again_everybody_gets_the_same_links_and_asked_anew_only_the_new_ones_work() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let first = calm.letter("ann@example.test").unwrap();
    calm.command(Command::Request { anew: false });
    assert_eq!(calm.letter("ann@example.test").unwrap().confirm, first.confirm);
    assert_eq!(calm.letters.len(), 6);
    calm.command(Command::Request { anew: true });
    let second = calm.letter("ann@example.test").unwrap();
    assert_ne!(second.confirm, first.confirm);
    assert_eq!(calm.visit("POST", &first.confirm).status, 410, "the old link is superseded");
    assert_eq!(calm.visit("POST", &second.confirm).status, 200);
    calm.wake(Function::Promote);
    assert!(calm.uses(FIRST));
}

#[test]
fn the_originals_instances_are_adopted_all_or_those_that_are_named() {
    let town = |calm: &Calm| {
        for identifier in ["dev-2026-11-20", "dev-2026-11-21", "dev-copy"] {
            let tags = [("rdsecho:dev:managed", "true"), ("rdsecho:dev:stage", "promoted")];
            let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            let planted = PlantedInstance { identifier: identifier.to_owned(), tags, ..Default::default() };
            calm.town.rds.world_mut().plant_instance(planted).unwrap();
        }
    };
    let adopted = |calm: &Calm| -> Vec<String> {
        let world = calm.town.rds.world();
        let has_id = world.instances().values().filter(|one| one.tags.contains_key("rdsecho:dev:id"));
        has_id.map(|one| one.identifier.clone()).collect()
    };
    let mut calm = Calm::new("");
    town(&calm);
    let report = calm.command(Command::Adopt(vec!["DEV-2026-11-21".to_owned(), "dev-2026-11-01".to_owned()])).unwrap();
    assert_eq!(adopted(&calm), ["dev-2026-11-21"]);
    let codes: Vec<_> = report.outcomes.iter().map(|outcome| (outcome.instance.as_deref(), outcome.code)).collect();
    assert_eq!(codes, [(Some("dev-2026-11-01"), Some("gone")), (Some("dev-2026-11-21"), None)]);
    let report = calm.command(Command::Adopt(Vec::new())).unwrap();
    assert_eq!(adopted(&calm), ["dev-2026-11-20", "dev-2026-11-21"], "{report:#?}");
    assert!(report.outcomes.iter().all(|outcome| outcome.instance.as_deref() != Some("dev-copy")), "{report:#?}");
}

#[test]
fn an_answer_without_a_mail_counts_as_the_button_does() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    let answer = |action, approver: &str| Command::Answer { action, approver: approver.to_owned() };
    until_asked(&mut calm);
    calm.command(answer(Action::Confirm, "ann@example.test"));
    assert_eq!(code(&calm.wake(Function::Promote).unwrap()), Some("awaiting-approval"));
    assert_eq!(code(&calm.command(answer(Action::Confirm, "eve@example.test")).unwrap()), Some("not-listed"));
    let before = cname(&calm);
    let again = calm.command(answer(Action::Confirm, "ann@example.test")).unwrap();
    assert_eq!(again.outcomes[0].did, Did::Nothing, "{again:#?}");
    assert_eq!(cname(&calm), before);
    let mut cancelled = calm.fork();
    cancelled.command(answer(Action::Cancel, "bob@example.test"));
    assert_eq!(code(&cancelled.wake(Function::Promote).unwrap()), Some("cancelled"));
    calm.command(answer(Action::Confirm, "BOB@example.test"));
    calm.wake(Function::Promote);
    assert!(calm.uses(FIRST), "{:?}", calm.said);
}

#[test]
fn one_that_was_left_by_the_cname_or_not_quite_reached_is_the_last_one() {
    // The CNAME has moved on, and the tags have not followed yet.
    let mut calm = replaced();
    calm.town.tag_by_hand(FIRST, "stage", "promoted");
    calm.command(Command::Rollback).unwrap();
    assert!(calm.uses(FIRST));
    assert_eq!((calm.stage(FIRST), calm.stage(SECOND)), ("promoted".to_owned(), "forgotten".to_owned()));
    // The one before died right before the swap, its 5th call.
    let mut calm = replaced();
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::DiesBefore));
    assert!(calm.command(Command::Rollback).is_none());
    calm.strike = None;
    assert_eq!((calm.uses(SECOND), calm.stage(FIRST)), (true, "promoted".to_owned()));
    calm.command(Command::Rollback).unwrap();
    assert!(calm.uses(FIRST));
}

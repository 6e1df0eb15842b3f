//! What people at the command line keep, and point the CNAME at.

use jiff::{SignedDuration, Timestamp};
use simulation::calm::Calm;
use simulation::functions::{Command, Done, Function, Job, Running};
use simulation::trouble::{Kind, Trouble};
use stages::report::{Did, Report};

use crate::common::{FIRST, SECOND, until_asked};

/// The second one is in use, the first one is forgotten, and may go from now on.
fn replaced() -> Calm {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten" && calm.uses(SECOND)).expect("the first one is replaced");
    calm.pass(61);
    calm
}

/// The first one is in use, and the second one was cancelled.
fn cancelled() -> Calm {
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.uses(FIRST)).expect("the first one is in use");
    let before = calm.letters.len();
    while calm.letters.len() == before {
        calm.all_look();
        calm.pass(10);
    }
    let letter = calm.letter("bob@example.test").unwrap();
    assert_eq!(calm.visit("POST", &letter.cancel).status, 200);
    calm.wake(Function::RequestApproval);
    assert_eq!((calm.uses(FIRST), calm.stage(SECOND)), (true, "rebooted".to_owned()));
    calm
}

fn code(report: &Report) -> Option<&'static str> {
    report.outcomes.last().and_then(|outcome| outcome.code)
}

fn later(calm: &Calm, hours: i64) -> Timestamp {
    calm.town.now() + SignedDuration::from_hours(hours)
}

fn hold(calm: &mut Calm, identifier: &str, hours: i64) -> Report {
    let until = later(calm, hours);
    calm.command(Command::Hold(identifier.to_owned(), until)).unwrap()
}

fn to(calm: &mut Calm, identifier: &str) -> Report {
    calm.command(Command::PromoteTo(identifier.to_owned())).unwrap()
}

fn retire_for(calm: &mut Calm, hours: i64) {
    for _ in 0..hours * 2 {
        calm.wake(Function::Retire);
        calm.pass(30);
    }
}

#[test]
fn what_is_held_stays_until_the_date_and_goes_then() {
    let mut calm = replaced();
    let report = hold(&mut calm, FIRST, 24);
    assert_eq!(report.outcomes[0].did, Did::Acted, "{report:#?}");
    retire_for(&mut calm, 23);
    assert_eq!(calm.stage(FIRST), "forgotten");
    assert_eq!(code(&calm.wake(Function::Retire).unwrap()), Some("held"));
    retire_for(&mut calm, 2);
    assert_eq!(calm.facts(FIRST), None);
    assert!(calm.violations().is_empty(), "{:?}", calm.violations());
}

#[test]
fn what_is_released_goes_at_once_and_what_nobody_holds_is_not_released() {
    let mut calm = replaced();
    hold(&mut calm, FIRST, 24);
    calm.wake(Function::Retire);
    assert_eq!(calm.stage(FIRST), "forgotten");
    calm.command(Command::Release(FIRST.to_owned())).unwrap();
    let again = calm.command(Command::Release(FIRST.to_owned())).unwrap();
    assert_eq!((code(&again), &again.outcomes[0].did), (Some("not-held"), &Did::Nothing));
    calm.wake(Function::Retire);
    assert_eq!(calm.stage(FIRST), "retired");
}

#[test]
fn what_is_condemned_cannot_be_held_but_a_hold_that_is_there_is_heeded() {
    let mut calm = replaced();
    calm.wake(Function::Retire);
    let report = hold(&mut calm, FIRST, 24);
    assert_eq!((code(&report), &report.outcomes[0].did), (Some("condemned"), &Did::Refuses));
    assert_eq!(calm.town.tag(FIRST, "hold"), None);
    for unclear in ["2027-01-01T00:00:00Z by hand", "until further notice", ""] {
        let mut calm = calm.fork();
        calm.town.tag_by_hand(FIRST, "hold", unclear);
        retire_for(&mut calm, 3);
        assert_eq!(calm.stage(FIRST), "retired", "{unclear:?}");
        assert_eq!(calm.facts(FIRST).unwrap().status, "available", "{unclear:?}");
        calm.command(Command::Release(FIRST.to_owned())).unwrap();
        retire_for(&mut calm, 1);
        assert_eq!(calm.facts(FIRST), None, "{unclear:?}");
    }
}

/// hold's calls: 1 instance, 2 tags, 3 instance again.
#[test]
fn where_retire_condemns_it_in_the_same_moment_that_is_said() {
    for (call, expected) in [(0, "condemned"), (1, "held-too-late"), (2, "held-too-late")] {
        let mut calm = replaced();
        let hold = Job::Person(Command::Hold(FIRST.to_owned(), later(&calm, 24)));
        let mut running = Running::begin(&calm.town, 0, hold, Trouble::None);
        let mut retire = Running::begin(&calm.town, 1, Job::Stage(Function::Retire, wake()), Trouble::None);
        // Retire has seen it without the hold; now it writes.
        for _ in 0..3 {
            let _ = retire.go_on();
        }
        for _ in 0..=call {
            let _ = running.go_on();
        }
        retire.finish();
        let Some(Done::Stage(report)) = running.finish() else { panic!() };
        assert_eq!(code(&report), Some(expected), "{report:#?}");
        assert_eq!(report.outcomes[0].did, Did::Refuses);
        assert_eq!(calm.stage(FIRST), "retired");
        let held = expected == "held-too-late";
        assert_eq!(report.outcomes[0].why.contains("not destroyed before"), held, "{report:#?}");
        retire_for(&mut calm, 3);
        assert_eq!(calm.facts(FIRST).is_some(), held, "{call}");
    }
}

fn wake() -> tag_state::wake::Wake {
    tag_state::wake::Wake::All
}

#[test]
fn the_one_that_a_rollback_leaves_is_kept_wherever_the_rollback_dies() {
    let start = replaced();
    let until = later(&start, 24);
    let mut survived = 0;
    for call in 1..=11 {
        for kind in [Kind::DiesBefore, Kind::DiesAfter, Kind::LosesItsAnswer, Kind::Fails] {
            let mut calm = start.fork();
            calm.strike = Some((calm.calls.len() as u64, call, kind));
            calm.command(Command::RollbackKeeping(until));
            calm.strike = None;
            calm.wake(Function::Promote);
            let back = calm.uses(FIRST);
            retire_for(&mut calm, 20);
            assert_eq!(calm.uses(FIRST), back, "{kind} at {call}");
            assert!(!back || calm.stage(SECOND) == "forgotten", "{kind} at {call}: it is kept");
            assert!(calm.violations().is_empty(), "{kind} at {call}: {:?}", calm.violations());
            survived += usize::from(back);
        }
    }
    assert!(survived > 4, "in some cases the CNAME has moved: {survived}");
}

/// Whoever does not see the end of it runs it again, as the run book says.
#[test]
fn a_rollback_that_is_run_again_ends_where_it_was_to_end() {
    let start = replaced();
    for call in 1..=9 {
        for kind in [Kind::DiesBefore, Kind::DiesAfter, Kind::LosesItsAnswer, Kind::Fails] {
            let mut calm = start.fork();
            calm.strike = Some((calm.calls.len() as u64, call, kind));
            calm.command(Command::Rollback);
            calm.strike = None;
            for _ in 0..2 {
                calm.command(Command::Rollback);
                assert!(calm.uses(FIRST), "{kind} at {call}");
            }
            let stages = (calm.stage(FIRST), calm.stage(SECOND));
            assert_eq!(stages, ("promoted".to_owned(), "forgotten".to_owned()), "{kind} at {call}");
            assert!(calm.violations().is_empty(), "{kind} at {call}: {:?}", calm.violations());
        }
    }
}

/// The one that the CNAME leads to still says that it waits for its promotion, and people have confirmed it.
#[test]
fn what_was_promoted_and_left_before_its_tags_said_so_is_not_promoted_again() {
    let mut start = Calm::new("");
    start.until(60, |calm| calm.uses(FIRST)).expect("the first one is in use");
    let before = start.letters.len();
    while start.letters.len() == before {
        start.all_look();
        start.pass(10);
    }
    start.ann_confirms();
    let (mut swapped, mut call) = (0, 1);
    loop {
        let mut calm = start.fork();
        calm.strike = Some((calm.calls.len() as u64, call, Kind::DiesAfter));
        let died = calm.wake(Function::Promote).is_none();
        calm.strike = None;
        if calm.uses(SECOND) && calm.stage(SECOND) == "rebooted" {
            swapped += 1;
            // However the way back fares with its own calls.
            for strike in 0..=9 {
                let mut calm = calm.fork();
                calm.strike = (strike > 0).then_some((calm.calls.len() as u64, strike, Kind::Fails));
                calm.command(Command::Rollback);
                calm.strike = None;
                let back = calm.uses(FIRST);
                for _ in 0..6 {
                    calm.wake(Function::Promote);
                    calm.pass(5);
                }
                assert_eq!(calm.uses(FIRST), back, "{call} {strike}: it stays where a person has led it");
                assert!(back || strike > 0, "nothing stood in the way");
                assert!(calm.violations().is_empty(), "{call} {strike}: {:?}", calm.violations());
            }
        }
        if !died {
            break;
        }
        call += 1;
    }
    assert!(swapped > 0);
}

/// Their last mail said that the name leads to the other one.
#[test]
fn people_hear_of_the_way_back_once_and_not_before_the_name_has_moved() {
    let mut calm = replaced();
    calm.town.refuses_swaps.set(true);
    calm.command(Command::Rollback);
    calm.wake(Function::RequestApproval);
    let told = |calm: &Calm| calm.mails.iter().filter(|mail| mail.text.starts_with("Back:")).count();
    assert_eq!((calm.stage(FIRST).as_str(), told(&calm)), ("promoted", 0), "it leads there by its tag alone");
    calm.town.refuses_swaps.set(false);
    calm.command(Command::Rollback);
    assert!(calm.uses(FIRST));
    for _ in 0..3 {
        calm.wake(Function::RequestApproval);
        calm.pass(5);
    }
    assert_eq!(told(&calm), 3, "all who were asked");
    let mail = calm.mails.iter().rfind(|mail| mail.text.starts_with("Back:")).unwrap();
    assert!(mail.text.contains(&format!("rds-echo rollback {SECOND}")), "{}", mail.text);
    // And forth again, by its name.
    to(&mut calm, SECOND);
    calm.wake(Function::RequestApproval);
    assert_eq!((calm.uses(SECOND), told(&calm)), (true, 6));
}

#[test]
fn keeping_does_not_shorten_a_hold() {
    let mut calm = replaced();
    hold(&mut calm, SECOND, 48);
    let before = calm.town.tag(SECOND, "hold");
    let until = later(&calm, 24);
    calm.command(Command::RollbackKeeping(until)).unwrap();
    assert!(calm.uses(FIRST));
    assert_eq!(calm.town.tag(SECOND, "hold"), before);
}

#[test]
fn a_cancelled_one_can_be_used_after_all_and_nothing_lies_then() {
    let mut calm = cancelled();
    let report = to(&mut calm, SECOND);
    assert!(calm.uses(SECOND), "{report:#?}");
    assert_eq!((calm.stage(FIRST), calm.stage(SECOND)), ("forgotten".to_owned(), "promoted".to_owned()));
    assert_eq!(calm.town.echo_tags(SECOND).unwrap().failure, None, "{:?}", calm.town.tag(SECOND, "failure"));
    calm.pass(30);
    calm.wake(Function::RequestApproval);
    let mail = calm.mails.iter().rfind(|mail| mail.to == "ann@example.test").unwrap();
    assert!(mail.text.starts_with("Done:"), "{}", mail.text);
    // Back again, and both ways are open, the second one by its name.
    calm.command(Command::Rollback).unwrap();
    assert!(calm.uses(FIRST));
    assert_eq!(code(&calm.command(Command::Rollback).unwrap()), Some("already-back"));
    assert!(calm.uses(FIRST));
    to(&mut calm, SECOND);
    assert!(calm.uses(SECOND), "it was in use, and so there is a way back to it");
    assert!(calm.violations().is_empty(), "{:?}", calm.violations());
}

#[test]
fn wherever_promote_to_dies_one_that_was_never_in_use_does_not_look_as_if_it_was() {
    let start = cancelled();
    for call in 1..=9 {
        for kind in [Kind::DiesBefore, Kind::DiesAfter, Kind::LosesItsAnswer, Kind::Fails] {
            let mut calm = start.fork();
            calm.strike = Some((calm.calls.len() as u64, call, kind));
            calm.command(Command::PromoteTo(SECOND.to_owned()));
            calm.strike = None;
            calm.wake(Function::Promote);
            let (used, other) = if calm.uses(FIRST) { (FIRST, SECOND) } else { (SECOND, FIRST) };
            assert_eq!(calm.stage(used), "promoted", "{kind} at {call}");
            assert_eq!(calm.town.echo_tags(used).unwrap().failure, None, "{kind} at {call}");
            assert_ne!(calm.stage(other), "promoted", "{kind} at {call}");
            let back = calm.fork().command(Command::Rollback).unwrap();
            let expected = if used == FIRST { Some("nothing-to-return-to") } else { None };
            assert_eq!(code(&back), expected, "{kind} at {call}: {back:#?}");
            // And again, from wherever it is.
            to(&mut calm, SECOND);
            assert!(calm.uses(SECOND), "{kind} at {call}: {:?}", calm.town.stages());
            assert!(calm.violations().is_empty(), "{kind} at {call}: {:?}", calm.violations());
        }
    }
}

#[test]
fn promote_to_says_why_not() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let report = to(&mut calm, FIRST);
    assert_eq!((code(&report), &report.outcomes[0].did), (Some("request-open"), &Did::Refuses), "{report:#?}");
    assert_eq!(code(&to(&mut calm, SECOND)), Some("gone"));
    calm.ann_confirms();
    calm.wake(Function::Promote);
    assert_eq!(code(&to(&mut calm, FIRST)), Some("points-there"));
    // On its way, and failed on its way.
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.uses(FIRST)).expect("the first one is in use");
    calm.until(60, |calm| calm.stage(SECOND) == "new").expect("a second one");
    assert_eq!(code(&to(&mut calm, SECOND)), Some("other-stage"));
    calm.command(Command::Forget(SECOND.to_owned())).unwrap();
    calm.pass(120);
    assert_eq!(code(&to(&mut calm, SECOND)), Some("given-up"));
    let mut calm = replaced();
    calm.wake(Function::Retire);
    assert_eq!(code(&to(&mut calm, FIRST)), Some("condemned"));
}

/// What Route 53 will never do is not "somebody else was faster", for ever.
#[test]
fn a_swap_that_is_refused_for_good_fails_the_invocation() {
    let mut calm = replaced();
    calm.town.refuses_swaps.set(true);
    let report = calm.command(Command::Rollback).unwrap();
    assert!(report.outcomes.is_empty(), "{report:#?}");
    assert!(report.error().unwrap().contains("ChangeResourceRecordSets"), "{report:#?}");
    assert!(calm.uses(SECOND));
}

/// rollback's calls: 1 instances, 2 record, 3 tags, 4 instance, 5 the swap, 6 the record once more.
#[test]
fn a_swap_whose_answer_was_lost_or_that_somebody_else_made_has_happened() {
    // The SDK tries again what has been applied, and the second answer is that the record has changed.
    let mut calm = replaced();
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::Repeats));
    let report = calm.command(Command::Rollback).unwrap();
    assert!(calm.uses(FIRST) && report.errors.is_empty(), "{report:#?}");
    assert_eq!((calm.stage(FIRST), calm.stage(SECOND)), ("promoted".to_owned(), "forgotten".to_owned()));
    // Somebody else makes something of it.
    let calm = replaced();
    let mut running = Running::begin(&calm.town, 0, Job::Person(Command::Rollback), Trouble::None);
    for _ in 0..5 {
        let _ = running.go_on();
    }
    calm.town.point_by_hand(tag_state::facts::Record::Absent);
    let Some(Done::Stage(report)) = running.finish() else { panic!() };
    assert_eq!(code(&report), Some("record-changed"), "{report:#?}");
}

//! Every order of the calls of two at once, functions and people at the command line, and of retire, retire and
//! rollback.
#![allow(missing_docs, reason = "tests")]

use std::rc::Rc;

use jiff::SignedDuration;
use simulation::calm::Calm;
use simulation::exhaust::{Part, every_order};
use simulation::functions::{Command, Function, Job};
use simulation::town::Town;
use tag_state::approval::Action;
use tag_state::facts::Record;
use tag_state::wake::Wake;

const FIRST: &str = "dev-2026-11-22";
const SECOND: &str = "dev-2026-11-22-2";
const THIRD: &str = "dev-2026-11-22-3";

fn stage(function: Function) -> Part {
    Part::Process(Job::Stage(function, Wake::All))
}

fn rollback() -> Part {
    Part::Process(Job::Person(Command::Rollback))
}

fn minutes(minutes: i64) -> Part {
    Part::Pass(SignedDuration::from_mins(minutes))
}

/// The second one is in use; the first one is forgotten, and may go from now on.
fn replaced() -> Calm {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten" && calm.stage(SECOND) == "promoted").expect("two cycles");
    calm.pass(61);
    calm
}

/// The first one is condemned, and may be destroyed from now on.
fn condemned() -> Calm {
    let mut calm = replaced();
    calm.wake(Function::Retire);
    assert_eq!(calm.stage(FIRST), "retired");
    calm.pass(15);
    calm
}

/// The second one has been confirmed; the first one is in use.
fn confirmed() -> Calm {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.town.tag(SECOND, "confirmed:ann@example.test").is_some()).expect("a second one");
    assert_eq!((&*calm.stage(FIRST), &*calm.stage(SECOND)), ("promoted", "rebooted"));
    calm
}

/// A third one is confirmed, the second one in use, and the first one may go.
fn third_confirmed() -> Calm {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=12");
    calm.until(400, |calm| calm.town.tag(THIRD, "confirmed:ann@example.test").is_some()).expect("a third one");
    assert_eq!((&*calm.stage(FIRST), &*calm.stage(SECOND)), ("forgotten", "promoted"));
    calm.pass(12 * 60);
    calm
}

/// 5. and 9., for an end: two hours of the schedules' looking later one is promoted and in use, and no other is.
fn comes_to_rest(town: &Rc<Town>, order: &[usize]) {
    let mut calm = Calm::of(town.fork());
    for _ in 0..12 {
        for function in Function::ALL.into_iter().filter(|function| *function != Function::New) {
            calm.wake(function);
        }
        calm.pass(10);
    }
    let promoted: Vec<String> =
        calm.town.stages().into_iter().filter(|(_, stage)| stage == "promoted").map(|(one, _)| one).collect();
    assert_eq!(calm.violations(), [""; 0], "{order:?}");
    assert_eq!(promoted.len(), 1, "{order:?}: {:?}", calm.town.stages());
    assert_eq!(calm.town.in_use().as_ref(), promoted.first(), "{order:?}: {:?}", calm.town.stages());
    assert!(calm.facts(&promoted[0]).is_some_and(|facts| facts.deletion_protection), "{order:?}");
}

fn explore(name: &str, start: &Calm, parts: &[Part], mut also: impl FnMut(&Town, &[usize])) {
    let explored = every_order(&start.town, parts, |town, order| {
        also(town, order);
        comes_to_rest(town, order);
    });
    assert!(explored.violations.is_empty(), "{name}: {:?}", &explored.violations[..1]);
    println!("{name}: {} orders, {} situations, {} ends", explored.orders, explored.situations, explored.ends);
    assert!(explored.orders > 20, "{name}: only {} orders", explored.orders);
}

#[test]
fn promote_with_promote() {
    let start = confirmed();
    explore("promote, promote", &start, &[stage(Function::Promote), stage(Function::Promote)], |town, order| {
        assert_eq!(town.in_use().as_deref(), Some(SECOND), "{order:?}: one of them gets through");
    });
}

#[test]
fn promote_with_retire() {
    let promote = || stage(Function::Promote);
    let retire = || stage(Function::Retire);
    explore("promote, retire that condemns", &third_confirmed(), &[promote(), retire()], |town, order| {
        assert_eq!(town.in_use().as_deref(), Some(THIRD), "{order:?}");
    });
    // Somebody moves the CNAME back to what is about to be destroyed.
    let back: fn(&Town) = |town| {
        let world = town.rds.world();
        let Some(address) = world.instances().get(FIRST).and_then(|one| one.address.clone()) else { return };
        drop(world);
        town.point_by_hand(Record::Cname { value: address, ttl: 60 });
    };
    explore("promote, retire that condemns, a hand", &replaced(), &[promote(), retire(), Part::Hand(back)], |_, _| {});
    // After the last look nobody can stop it: where the hand comes too late, the name leads nowhere, and only
    // a person can know where it shall lead.
    let explored = every_order(&condemned().town, &[promote(), retire(), Part::Hand(back)], |town, order| {
        let doomed = town.rds.world().instances().get(FIRST).is_none_or(|one| one.status == "deleting");
        if !doomed {
            comes_to_rest(town, order);
        }
    });
    assert!(explored.violations.is_empty(), "{:?}", explored.violations.first());
    println!("promote, retire that destroys, a hand: {} orders", explored.orders);
}

#[test]
fn retire_with_rollback() {
    let parts = [stage(Function::Retire), rollback()];
    explore("retire that condemns, rollback", &replaced(), &parts, |_, _| {});
    explore("retire that destroys, rollback", &condemned(), &parts, |town, order| {
        assert_eq!(town.in_use().as_deref(), Some(SECOND), "{order:?}: rollback refuses a condemned one");
    });
}

#[test]
fn promote_with_people_at_the_command_line() {
    let person = |command| Part::Process(Job::Person(command));
    let promote = || stage(Function::Promote);
    explore("promote, forget", &confirmed(), &[promote(), person(Command::Forget(SECOND.to_owned()))], |_, _| {});
    let cancel = Command::Answer { action: Action::Cancel, approver: "bob@example.test".to_owned() };
    explore("promote, cancel", &confirmed(), &[promote(), person(cancel)], |_, _| {});
    explore("promote, request anew", &confirmed(), &[promote(), person(Command::Request { anew: true })], |_, _| {});
    explore("promote, rollback", &third_confirmed(), &[promote(), rollback()], |_, _| {});
}

#[test]
fn retire_with_retire_and_rollback() {
    let parts = [stage(Function::Retire), stage(Function::Retire), rollback(), minutes(16)];
    explore("retire, retire, rollback, a quarter of an hour", &replaced(), &parts, |_, _| {});
}

#[test]
fn retire_with_retire() {
    let parts = [stage(Function::Retire), stage(Function::Retire)];
    explore("retire, retire, both destroying", &condemned(), &parts, |town, order| {
        assert!(town.rds.world().snapshots().contains_key("dev-2026-11-22-final"), "{order:?}");
        assert!(!town.rds.world().snapshots().contains_key("dev-2026-11-22-final-2"), "{order:?}");
    });
}

#[test]
fn request_with_approve() {
    // Mailed, but the mark that says so was never written: they are mailed again while Ann presses.
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    calm.until(200, |calm| calm.town.tag(FIRST, "notified").is_some()).expect("a request");
    let letter = calm.letter("ann@example.test").expect("a mail");
    calm.town.untag_by_hand(FIRST, "notified");
    let press = Part::Process(Job::visit("POST", &letter.confirm));
    let parts = [stage(Function::RequestApproval), press];
    let explored = every_order(&calm.town, &parts, |town, order| {
        assert!(town.tag(FIRST, "confirmed:ann@example.test").is_some(), "{order:?}: her click is not lost");
        assert!(town.tag(FIRST, "notified").is_some(), "{order:?}");
    });
    assert!(explored.violations.is_empty(), "{:?}", explored.violations.first());
    println!("request-approval, approve: {} orders", explored.orders);
}

/// Two that open the same request at different moments write different ends. Whichever stays, everybody has
/// links that work, also where one of them dies on the way.
#[test]
fn request_with_request() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "modified").expect("one that is modified");
    while calm.stage(FIRST) == "modified" {
        calm.pass(5);
        calm.wake(Function::Reboot);
    }
    assert_eq!(calm.town.tag(FIRST, "request"), None);
    let request = || stage(Function::RequestApproval);
    // With the time between them; and with a quarter of an hour in which whoever is not through dies.
    for time in [SignedDuration::from_secs(5), SignedDuration::from_mins(16)] {
        let parts = [request(), request(), Part::Pass(time)];
        let explored = every_order(&calm.town, &parts, |town, order| {
            let mut calm = Calm::of(town.fork());
            calm.wake(Function::RequestApproval);
            let expires = calm.town.echo_tags(FIRST).and_then(|tags| tags.request).expect("a request").expires;
            for person in ["ann@example.test", "bob@example.test", "cleo@example.test"] {
                let good = calm.town.watch.borrow().was_mailed(person, expires);
                assert!(good, "{order:?}: {person} has no link that is good until {expires}");
            }
        });
        assert!(explored.violations.is_empty(), "{:?}", explored.violations.first());
        println!("request-approval, request-approval, {time:#}: {} orders", explored.orders);
    }
}

#[test]
fn new_with_new_across_midnight() {
    let calm = Calm::beginning("2026-11-22T23:59:50Z", "");
    let parts = [stage(Function::New), stage(Function::New), Part::Pass(SignedDuration::from_secs(20))];
    let mut twice = 0;
    let explored = every_order(&calm.town, &parts, |town, order| {
        let mut calm = Calm::of(town.fork());
        let flying = calm.town.stages().len();
        assert!((1..=2).contains(&flying), "{order:?}: {:?}", calm.town.stages());
        twice += usize::from(flying == 2);
        calm.wake(Function::New);
        let flying: Vec<_> = calm.town.stages().into_iter().filter(|(_, stage)| stage == "new").collect();
        assert_eq!(flying.len(), 1, "{order:?}: the later one is given up: {:?}", calm.town.stages());
        assert_eq!(calm.violations(), [""; 0], "{order:?}");
    });
    assert!(explored.violations.is_empty(), "{:?}", explored.violations.first());
    println!("new, new, midnight: {} orders", explored.orders);
    assert!(twice > 0, "in some order both restore");
}

fn person(command: Command) -> Part {
    Part::Process(Job::Person(command))
}

/// For a day, which the hours of [`comes_to_rest`] do not use up.
fn hold(town: &Town, identifier: &str) -> Part {
    person(Command::Hold(identifier.to_owned(), town.now() + SignedDuration::from_hours(24)))
}

fn promote_to(identifier: &str) -> Part {
    person(Command::PromoteTo(identifier.to_owned()))
}

/// 10., for an end: who was told that it is held has it still, hours later.
fn stays_if_promised(town: &Town, identifier: &str, order: &[usize], kept: &mut usize) {
    let Some(facts) = Calm::of(town.fork()).facts(identifier) else { return };
    if !town.watch.borrow().is_promised(&facts.resource_id, town.now()) {
        return;
    }
    *kept += 1;
    let mut calm = Calm::of(town.fork());
    for _ in 0..12 {
        calm.wake(Function::Retire);
        calm.pass(10);
    }
    assert!(calm.facts(identifier).is_some_and(|facts| facts.status == "available"), "{order:?}: it was promised");
    assert_eq!(calm.violations(), [""; 0], "{order:?}");
}

#[test]
fn retire_with_hold() {
    let mut kept = 0;
    let start = replaced();
    let parts = [stage(Function::Retire), stage(Function::Retire), hold(&start.town, FIRST), minutes(16)];
    explore("retire, retire, hold, a quarter of an hour", &start, &parts, |town, order| {
        stays_if_promised(town, FIRST, order, &mut kept);
    });
    assert!(kept > 10, "in some orders it is held: {kept}");
    let start = condemned();
    let explored = every_order(&start.town, &[stage(Function::Retire), hold(&start.town, FIRST)], |town, order| {
        let resource = start.facts(FIRST).unwrap().resource_id;
        assert!(!town.watch.borrow().is_promised(&resource, town.now()), "{order:?}: nothing is promised too late");
    });
    println!("retire that destroys, hold: {} orders", explored.orders);
    assert!(explored.violations.is_empty(), "{:?}", explored.violations.first());
}

#[test]
fn retire_with_promote_to() {
    let parts = [stage(Function::Retire), stage(Function::Retire), promote_to(FIRST), minutes(16)];
    explore("retire, retire, promote --to, a quarter of an hour", &replaced(), &parts, |_, _| {});
    let parts = [stage(Function::Retire), promote_to(FIRST)];
    explore("retire that destroys, promote --to", &condemned(), &parts, |town, order| {
        assert_eq!(town.in_use().as_deref(), Some(SECOND), "{order:?}: nothing leads to a condemned one");
    });
}

#[test]
fn retire_with_rollback_that_keeps() {
    let mut kept = 0;
    let start = replaced();
    let until = start.town.now() + SignedDuration::from_hours(24);
    let parts = [stage(Function::Retire), person(Command::RollbackKeeping(until))];
    explore("retire that condemns, rollback --keep", &start, &parts, |town, order| {
        stays_if_promised(town, SECOND, order, &mut kept);
    });
    assert!(kept > 0, "in some orders it is kept");
    // The CNAME was moved by hand to one that is condemned, and its tags have not followed yet.
    let start = condemned();
    start.pass(1);
    start.point_at(FIRST);
    let parts = [stage(Function::Retire), stage(Function::Promote), person(Command::RollbackKeeping(until))];
    explore("retire that destroys, promote, rollback --keep", &start, &parts, |town, order| {
        stays_if_promised(town, FIRST, order, &mut kept);
    });
}

#[test]
fn promote_with_promote_to() {
    let parts = [stage(Function::Promote), promote_to(FIRST)];
    explore("promote, promote --to", &third_confirmed(), &parts, |_, _| {});
    // A cancelled one is wanted after all, while others ask about it anew, or give it up.
    let mut cancelled = Calm::new("");
    let asked = |calm: &Calm| calm.town.tag(SECOND, "notified").is_some();
    while !asked(&cancelled) {
        cancelled.all_look();
        cancelled.pass(5);
        if !asked(&cancelled) {
            cancelled.ann_confirms();
            cancelled.pass(5);
        }
    }
    let letter = cancelled.letter("bob@example.test").expect("a mail");
    assert_eq!(cancelled.visit("POST", &letter.cancel).status, 200);
    assert_eq!((&*cancelled.stage(FIRST), &*cancelled.stage(SECOND)), ("promoted", "rebooted"));
    for other in [Command::Forget(SECOND.to_owned()), Command::Request { anew: false }, Command::Rollback] {
        let name = format!("promote --to a cancelled one, {}", other.name());
        explore(&name, &cancelled, &[promote_to(SECOND), person(other)], |_, _| {});
    }
    explore("promote --to, promote --to", &cancelled, &[promote_to(SECOND), promote_to(SECOND)], |town, order| {
        assert_eq!(town.in_use().as_deref(), Some(SECOND), "{order:?}: one of them gets through");
    });
}

//! From the restore to the reboot.

use simulation::calm::Calm;
use simulation::functions::{Function, Job, Running};
use simulation::trouble::{Kind, Trouble};
use stages::report::Did;
use tag_state::wake::Wake;

use crate::common::{FIRST, LEGACY, SECOND, cname, meanwhile, promoted, until_asked};

/// Which call of **new** the restore is: two come behind it, the tag and the announcement.
fn restore_call(calm: &Calm) -> u32 {
    let mut other = calm.fork();
    other.wake(Function::New);
    other.calls.last().map_or(0, |(_, calls)| calls - 2)
}

/// Of two runs at the same moment, or a restore whose first answer was lost, the slower one finds its work done.
#[test]
fn a_restore_that_is_there_already_is_success() {
    let mut calm = Calm::new("");
    calm.strike = Some((0, restore_call(&calm), Kind::Repeats));
    let report = calm.wake(Function::New).unwrap();
    assert!(report.errors.is_empty(), "{report:#?}");
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
    assert_eq!(calm.town.stages(), [(FIRST.to_owned(), "new".to_owned())]);
    calm.until(60, |calm| calm.uses(FIRST)).expect("it goes on as usual");
}

/// The next attempt finds out what became of it.
#[test]
fn a_restore_whose_answer_was_lost_is_an_error() {
    let mut calm = Calm::new("");
    let call = restore_call(&calm);
    calm.strike = Some((0, call, Kind::LosesItsAnswer));
    let report = calm.wake(Function::New).unwrap();
    assert_eq!((report.errors.len(), calm.calls[0]), (1, ("new", call)), "{report:#?}");
    let report = calm.wake(Function::New).unwrap();
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
}

/// Between the last listing and the restore another run restored it, and it was given up already.
#[test]
fn an_identifier_that_is_taken_by_one_given_up_is_an_error() {
    let calm = Calm::new("");
    // Others come in before these: the instances, the snapshots, the source, a final snapshot's name, the CNAME, the
    // instances once more, and the restore.
    let report = meanwhile(&calm, Function::New, 7, || {
        let restored = Running::begin(&calm.town, 1, Job::Stage(Function::New, Wake::All), Trouble::None).finish();
        assert!(restored.is_some());
        calm.town.tag_by_hand(FIRST, "stage", "forgotten");
    });
    assert_eq!(report.errors.len(), 1, "{report:#?}");
    assert!(report.errors[0].contains("AlreadyExists"), "{report:#?}");
}

#[test]
fn a_restore_that_fails_is_given_up_and_the_next_one_starts_afresh() {
    let mut calm = Calm::new("");
    calm.town.rds.world_mut().next_restore_ends_in("incompatible-parameters");
    let done = calm.until(100, |calm| calm.stage(FIRST) == "forgotten");
    assert!(done.is_some());
    assert!(calm.town.tag(FIRST, "failure").unwrap().contains("incompatible-parameters"));
    let done = calm.until(100, |calm| calm.town.stages() == promoted(SECOND) && calm.uses(SECOND));
    assert!(done.is_some(), "{:?} {:#?}", calm.town.stages(), calm.said);
}

#[test]
fn requests_that_came_to_nothing_do_not_block_the_next_echo() {
    let mut calm =
        Calm::new("-Drdsecho.maxInstances=2 -Drdsecho.promote.expiryHours=1 -Drdsecho.promote.windowHours=0");
    // Nobody answers, twice.
    for _ in 0..150 {
        calm.all_look();
        calm.pass(10);
    }
    assert!(calm.letters.len() > 6, "a third one was restored: {:?} {:#?}", calm.town.stages(), calm.said);
    assert_eq!(cname(&calm), LEGACY);
    assert_eq!(calm.violations(), [""; 0]);
}

/// A retry meets the effect of its first attempt, whose answer was lost: that is no failure.
#[test]
fn a_modification_that_was_applied_already_is_success() {
    let mut calm = Calm::new("");
    calm.until(20, |calm| calm.facts(FIRST).is_some_and(|one| one.status == "available")).expect("a restored one");
    assert_eq!(calm.stage(FIRST), "new");
    calm.strike = Some((calm.calls.len() as u64, 2, Kind::Repeats));
    let report = calm.wake(Function::Modify).unwrap();
    assert!(report.errors.is_empty(), "{report:#?}");
    assert_eq!(calm.stage(FIRST), "modified");
}

#[test]
fn protection_that_somebody_takes_off_is_put_back() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let off = tag_state::calls::Modify::protection(FIRST, false);
    simulation::functions::ready(stages::ports::Rds::modify(&calm.town.rds, &off)).unwrap();
    calm.ann_confirms();
    calm.wake(Function::Promote);
    assert!(!calm.uses(FIRST), "not without its protection");
    let report = calm.wake(Function::Modify).unwrap();
    assert_eq!(report.outcomes[0].did, Did::Acted, "{report:#?}");
    assert!(calm.facts(FIRST).unwrap().deletion_protection);
    let report = calm.wake(Function::Modify).unwrap();
    assert_eq!(report.outcomes[0].code, Some("nothing-to-do"), "{report:#?}");
    let event = Wake::Instance { identifier: FIRST.to_owned(), what: "something".to_owned(), is_click: false };
    let report = calm.wake_for(Function::Modify, event).unwrap();
    assert_eq!(report.outcomes[0].code, Some("other-stage"), "who is asked about one says so: {report:#?}");
    calm.wake(Function::Promote);
    assert!(calm.uses(FIRST));
}

/// Hours after the restore, and without a person: what RDS asks a consent for is in the settings.
#[test]
fn a_copy_is_upgraded_to_another_major_version() {
    let mut calm = Calm::new("-Drdsecho.mod.engineVersion=17.2 -Drdsecho.mod.dbParameterGroupName=default.postgres17");
    calm.until(60, |calm| calm.stage(FIRST) == "rebooted").expect("it is set up");
    assert_eq!(calm.facts(FIRST).unwrap().engine_version, "17.2");
    assert_eq!(calm.violations(), [""; 0]);
}

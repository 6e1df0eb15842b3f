//! What goes wrong on the way, and who hears of it.

use rds_sim::world::operation::{Fault, FaultKind, Operation};
use serde_json::Value;
use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;
use stages::ports::Failure;
use tag_state::facts::Record;
use tag_state::wake::Wake;

use crate::common::{FIRST, SECOND, confirmed, parts, until_asked};

const PLATFORM: &str = "platform@example.test";
const NOTIFY: &str = "-Drdsecho.notify=platform@example.test";
const FAILED: &str = "Failed: dev-2026-11-22 is not going to be used";

/// The announced troubles: instance and code.
fn troubles(calm: &Calm) -> Vec<(String, String)> {
    let all = calm.announced.iter().filter(|one| one.detail_type == "Echo Trouble");
    let detail = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let pairs = all.map(|one| {
        let detail = detail(&one.detail);
        (detail["instance"].as_str().unwrap_or_default().to_owned(), detail["code"].as_str().unwrap().to_owned())
    });
    pairs.collect()
}

fn told(instance: &str, codes: &[&str]) -> Vec<(String, String)> {
    codes.iter().map(|code| (instance.to_owned(), (*code).to_owned())).collect()
}

fn failing(calm: &Calm, status: &str) {
    calm.town.rds.world_mut().next_restore_ends_in(status);
}

fn look(calm: &mut Calm, rounds: usize) {
    for _ in 0..rounds {
        for function in [Function::Modify, Function::Reboot, Function::RequestApproval] {
            calm.wake(function);
        }
        calm.pass(10);
    }
}

fn force(calm: &Calm, status: &str) {
    calm.town.rds.world_mut().force_status(FIRST, status).unwrap();
}

#[test]
fn a_failed_restore_is_told_once_with_what_rds_said() {
    let mut calm = Calm::new(NOTIFY);
    failing(&calm, "incompatible-parameters");
    calm.wake(Function::New);
    look(&mut calm, 20);
    assert_eq!(calm.headlines(PLATFORM), [FAILED]);
    assert_eq!(calm.headlines("ann@example.test"), [""; 0]);
    assert_eq!(troubles(&calm), told(FIRST, &["failed"]));
    for part in parts(calm.mails.last().unwrap()) {
        assert!(part.contains("put into incompatible-parameters. A parameter is not valid"), "{part}");
        assert!(
            part.contains("try 1 of 3") && part.contains("try 2 of 3 as long as dev-2026-11-22 is there"),
            "{part}"
        );
    }
    let given_up = calm.announced.iter().find(|one| one.detail.contains("\"to\":\"forgotten\"")).unwrap();
    assert!(
        given_up.detail.contains("\"code\":\"failed\",\"echo\":\"dev\",\"failure\":\"its status is incompat"),
        "{given_up:?}"
    );
    assert_eq!(calm.town.tag(FIRST, "attempt").unwrap(), "1 failed");
}

#[test]
fn without_anybody_to_notify_the_one_who_gets_answers_is_and_else_the_approvers() {
    for (more, who) in [("-Drdsecho.promote.replyTo=team@example.test", "team@example.test"), ("", "cleo@example.test")]
    {
        let mut calm = Calm::new(more);
        failing(&calm, "failed");
        calm.wake(Function::New);
        look(&mut calm, 20);
        assert_eq!(calm.headlines(who), [FAILED], "{more}");
    }
}

/// As many in a row as may; then none before the last of them is gone; then anew.
#[test]
fn retries_are_used_up_until_the_last_failed_one_is_gone() {
    let mut calm = Calm::new("-Drdsecho.retries=1 -Drdsecho.retire.graceHours=30");
    for identifier in [FIRST, SECOND] {
        failing(&calm, "failed");
        calm.wake(Function::New);
        assert_eq!(calm.stage(identifier), "new", "{:#?}", calm.said);
        look(&mut calm, 10);
    }
    assert_eq!(calm.town.tag(SECOND, "attempt").unwrap(), "2 failed");
    let report = calm.wake(Function::New).unwrap();
    assert_eq!(report.outcomes[0].code, Some("retries-used-up"), "{report:#?}");
    assert_eq!(troubles(&calm).last(), Some(&(String::new(), "retries-used-up".to_owned())));
    let mail = calm.mails.last().unwrap();
    assert!(mail.text.contains("No further copy is made before dev-2026-11-22-2 is gone"), "{}", mail.text);
    let end = calm.until(400, |calm| calm.facts(SECOND).is_none());
    assert!(end.is_some(), "{:#?}", calm.said);
    calm.until(100, |calm| calm.town.in_use().is_some_and(|one| one.starts_with("dev-2026-11-2"))).expect("a new row");
    assert_eq!(calm.town.tag(&calm.town.in_use().unwrap(), "attempt").unwrap(), "1");
}

/// Where the next turn comes after its end, a failed one leads no row: its mail has promised nothing else.
#[test]
fn a_failed_one_that_is_gone_is_not_counted() {
    let mut calm = Calm::new(NOTIFY);
    failing(&calm, "failed");
    calm.wake(Function::New);
    let gone = |calm: &mut Calm| {
        look(calm, 1);
        calm.wake(Function::Retire);
        calm.facts(FIRST).is_none()
    };
    assert!((0..60).any(|_| gone(&mut calm)), "{:#?}", calm.said);
    assert!(calm.mails.last().unwrap().text.contains("the first of a new row once it is gone"));
    calm.pass(24 * 60);
    calm.town.production_backup(calm.town.now() - jiff::SignedDuration::from_hours(1), false);
    calm.wake(Function::New);
    assert_eq!(calm.town.tag("dev-2026-11-23", "attempt").unwrap(), "1", "{:?}", calm.town.stages());
}

/// What was given up by hand, or superseded, is no failure, and does not hide one either.
#[test]
fn only_failures_count() {
    let mut calm = Calm::new("");
    failing(&calm, "failed");
    calm.wake(Function::New);
    look(&mut calm, 10);
    calm.wake(Function::New);
    assert_eq!(calm.town.tag(SECOND, "attempt").unwrap(), "2");
    calm.command(simulation::functions::Command::Forget(SECOND.to_owned()));
    calm.wake(Function::New);
    assert_eq!(calm.town.tag("dev-2026-11-22-3", "attempt").unwrap(), "2");
}

#[test]
fn a_stopped_one_is_told_at_once_and_goes_on_when_it_is_started() {
    let mut calm = Calm::new(NOTIFY);
    until_asked(&mut calm);
    force(&calm, "stopped");
    look(&mut calm, 5);
    force(&calm, "available");
    look(&mut calm, 2);
    force(&calm, "stopped");
    look(&mut calm, 5);
    assert_eq!(calm.headlines(PLATFORM), ["dev-2026-11-22 is stopped, and does not go on"], "once in a stage");
    force(&calm, "available");
    calm.until(20, |calm| calm.uses(FIRST)).expect("it goes on");
    force(&calm, "stopped");
    look(&mut calm, 5);
    force(&calm, "storage-full");
    look(&mut calm, 5);
    assert_eq!(troubles(&calm), told(FIRST, &["stopped", "in-use-stopped", "in-use-failed"]));
    assert_eq!(calm.stage(FIRST), "promoted", "what is in use is left alone");
}

#[test]
fn a_restore_without_end_is_stuck_after_its_time_and_is_told_once() {
    let mut calm = Calm::new(&format!("{NOTIFY} -Drdsecho.stuck.newHours=5"));
    calm.town.rds.world_mut().timing_mut().restore_seconds = 20 * 3600;
    calm.wake(Function::New);
    look(&mut calm, 6 * 5);
    assert_eq!(troubles(&calm), []);
    look(&mut calm, 20);
    assert_eq!(troubles(&calm), told(FIRST, &["still-restoring"]));
    assert_eq!(calm.headlines(PLATFORM), ["Stuck: dev-2026-11-22 does not go on"]);
    calm.until(120, |calm| calm.uses(FIRST)).expect("nothing was done about it, and it goes on");
}

/// How long is long, the earlier one says, where nobody else does; a single look at one instance cannot know.
#[test]
fn what_an_earlier_one_took_is_the_measure() {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=400");
    calm.town.rds.world_mut().timing_mut().restore_seconds = 30 * 3600;
    calm.until(300, |calm| calm.uses(FIRST)).expect("the first");
    calm.town.rds.world_mut().timing_mut().restore_seconds = 300 * 3600;
    let second = calm.until(60, |calm| calm.town.stages().len() == 2).map(|_| calm.town.stages().pop().unwrap().0);
    let second = second.expect("the second");
    look(&mut calm, 6 * 88);
    assert_eq!(troubles(&calm), [], "three times thirty hours");
    look(&mut calm, 6 * 6);
    assert_eq!(troubles(&calm), told(&second, &["still-restoring"]));
}

/// What no look beforehand can know.
#[test]
fn settings_that_rds_refuses_are_told_in_its_words() {
    let mut calm = Calm::new(&format!("{NOTIFY} -Drdsecho.mod.enablePerformanceInsights=true"));
    let refuse = |calm: &mut Calm, code: &str| {
        let kind = FaultKind::Refuse(code.to_owned());
        calm.town.rds.world_mut().plant_fault(Fault { operation: Operation::ModifyDbInstance, kind, times: 4 });
    };
    refuse(&mut calm, "InvalidVPCNetworkStateFault");
    calm.until(60, |calm| !troubles(calm).is_empty()).expect("it is told");
    assert_eq!(calm.stage(FIRST), "new");
    let mail = calm.mails.last().unwrap();
    assert!(mail.text.contains("InvalidVPCNetworkStateFault"), "{}", mail.text);
    assert!(mail.text.contains("enablePerformanceInsights: wanted true, actual"), "{}", mail.text);
    // What has been told is not told again.
    calm.until(20, |calm| calm.stage(FIRST) == "modified").expect("RDS takes it after all");
    assert_eq!(troubles(&calm), told(FIRST, &["modify-refused"]));
}

/// What somebody has changed after it was set up keeps it from being switched to.
#[test]
fn what_was_changed_since_is_told_with_wanted_and_actual() {
    let mut calm = Calm::new(NOTIFY);
    until_asked(&mut calm);
    let parameters = [(tag_state::parameter::Parameter::BackupRetentionPeriod, tag_state::parameter::Value::Number(7))];
    let modify = rds_sim::world::Modify {
        identifier: FIRST,
        parameters: &parameters.into(),
        disable_log_exports: &[],
        deletion_protection: None,
        master_password: false,
        apply_immediately: true,
        allow_major_version_upgrade: false,
    };
    calm.town.rds.world_mut().modify(&modify).unwrap();
    look(&mut calm, 12);
    assert_eq!(troubles(&calm), told(FIRST, &["changed-since"]));
    let mail = calm.mails.last().unwrap();
    assert!(mail.text.contains("backupRetentionPeriod: wanted 0, actual 7"), "{}", mail.text);
}

/// Where nobody is asked there may be nobody to mail; it is announced all the same.
#[test]
fn without_approval_it_is_announced() {
    let mut calm = Calm::new("-Drdsecho.promote.approval=none -Drdsecho.promote.sender=");
    failing(&calm, "failed");
    calm.wake(Function::New);
    look(&mut calm, 20);
    assert_eq!((troubles(&calm), calm.mails.len()), (told(FIRST, &["failed"]), 0));
}

/// request-approval's calls: 1 instances, 2 the instance once more, 3 events, 4 the mark that it begins, 5 the
/// announcement, 6 the mail, 7 the mark that it is told.
#[test]
fn what_could_not_be_told_is_told_later_and_nobody_hears_it_often() {
    let start = || {
        let mut calm = Calm::new(NOTIFY);
        failing(&calm, "failed");
        calm.wake(Function::New);
        for _ in 0..20 {
            calm.wake(Function::Modify);
            calm.pass(10);
        }
        calm
    };
    for call in 2..=7 {
        for kind in [Kind::Fails, Kind::LosesItsAnswer, Kind::DiesBefore, Kind::DiesAfter] {
            let mut calm = start();
            calm.strike = Some((calm.calls.len() as u64, call, kind));
            look_once(&mut calm);
            look(&mut calm, 200);
            let (mails, notices) = (calm.headlines(PLATFORM).len(), troubles(&calm).len());
            // Who dies, or cannot note it, leaves nobody who knows.
            let mailed = match (call, kind) {
                (6, Kind::LosesItsAnswer | Kind::DiesAfter) | (7, Kind::Fails | Kind::DiesBefore) => 2,
                _ => 1,
            };
            let announced = match (call, kind) {
                (5, Kind::LosesItsAnswer | Kind::DiesAfter)
                | (6, Kind::DiesBefore | Kind::DiesAfter)
                | (7, Kind::Fails | Kind::DiesBefore) => 2,
                _ => 1,
            };
            assert_eq!((mails, notices), (mailed, announced), "{call} {kind}");
        }
    }
}

/// What cannot be noted would be told at every look: nobody hears of it before it can be.
#[test]
fn what_cannot_be_noted_is_not_told_look_after_look() {
    for (code, is_error) in [("InvalidDBInstanceState", false), ("AccessDenied", true)] {
        let mut calm = Calm::new(NOTIFY);
        until_asked(&mut calm);
        force(&calm, "stopped");
        refuse(&calm, Operation::AddTagsToResource, code, 12);
        for _ in 0..12 {
            let report = calm.wake(Function::RequestApproval).unwrap();
            assert_eq!(report.error().is_some(), is_error, "{report:#?}");
            calm.pass(10);
        }
        assert_eq!((calm.headlines(PLATFORM).len(), troubles(&calm)), (0, Vec::new()), "{code}");
        look(&mut calm, 50);
        assert_eq!((calm.headlines(PLATFORM).len(), troubles(&calm)), (1, told(FIRST, &["stopped"])), "{code}");
    }
}

fn refuse(calm: &Calm, operation: Operation, code: &str, times: u64) {
    calm.town.rds.world_mut().plant_fault(Fault { operation, kind: FaultKind::Refuse(code.to_owned()), times });
}

/// What people work with is being deleted. RDS takes no tag of it any more, and people must hear of it all the same:
/// not look after look.
#[test]
fn one_in_use_that_is_being_deleted_is_told_though_it_cannot_be_noted() {
    let mut calm = Calm::new(NOTIFY);
    calm.until(60, |calm| calm.uses(FIRST)).expect("the first");
    look(&mut calm, 3);
    force(&calm, "deleting");
    look(&mut calm, 12);
    assert_eq!(troubles(&calm), told(FIRST, &["in-use-going"; 6]));
    let headline = "Urgent: dev-db.example.test leads to a database that is being deleted";
    assert_eq!(calm.headlines(PLATFORM), [headline; 6]);
}

/// Mended, and weeks later the same once more: that is news. Each night, and within a day, it is not.
#[test]
fn what_comes_back_is_told_again() {
    let mut calm = Calm::new(NOTIFY);
    calm.until(60, |calm| calm.uses(FIRST)).expect("the first");
    let status = |calm: &mut Calm, status: &str| {
        force(calm, status);
        look(calm, 3);
    };
    for _ in 0..3 {
        status(&mut calm, "storage-full");
        status(&mut calm, "available");
        status(&mut calm, "stopped");
        status(&mut calm, "available");
    }
    assert_eq!(troubles(&calm), told(FIRST, &["in-use-failed", "in-use-stopped"]));
    // An idle look costs what it did.
    let before = calm.calls.len();
    calm.wake(Function::RequestApproval);
    assert_eq!(calm.calls[before..], [("request-approval", 1)]);
    calm.pass(24 * 60 * 14);
    status(&mut calm, "stopped");
    status(&mut calm, "storage-full");
    status(&mut calm, "available");
    assert_eq!(troubles(&calm), told(FIRST, &["in-use-failed", "in-use-stopped", "in-use-failed"]));
}

/// Ann has confirmed, and somebody's hand is in the way of the switch.
#[test]
fn a_switch_that_does_not_come_is_told() {
    let mut calm = confirmed(NOTIFY);
    let was = calm.town.zone.borrow().clone();
    calm.town.point_by_hand(Record::Other("an alias record".to_owned()));
    let round = |calm: &mut Calm, rounds: usize| {
        for _ in 0..rounds {
            calm.wake(Function::Promote);
            calm.wake(Function::RequestApproval);
            calm.pass(10);
        }
    };
    round(&mut calm, 3);
    assert_eq!(troubles(&calm), []);
    round(&mut calm, 12);
    assert_eq!(troubles(&calm), told(FIRST, &["not-switched"]));
    assert_eq!(calm.headlines(PLATFORM), ["dev-2026-11-22 is confirmed, and dev-db.example.test does not lead there"]);
    calm.town.point_by_hand(was);
    calm.until(5, |calm| calm.uses(FIRST)).expect("it goes on");
}

fn look_once(calm: &mut Calm) {
    calm.wake(Function::RequestApproval);
}

/// A mailbox that takes no mail: for an hour it is tried, and the others hear of it once.
#[test]
fn a_dead_mailbox_is_tried_for_an_hour() {
    let mut calm = Calm::new("-Drdsecho.notify=bob@example.test,platform@example.test");
    *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), Failure::Unknown));
    failing(&calm, "failed");
    calm.wake(Function::New);
    look(&mut calm, 40);
    assert_eq!(calm.headlines(PLATFORM), [FAILED]);
    *calm.town.dead_address.borrow_mut() = None;
    look(&mut calm, 5);
    assert_eq!(calm.headlines("bob@example.test"), [""; 0]);
    assert_eq!(troubles(&calm).len(), 1);
}

/// An event names one instance, and says nothing of the others: only what is certain is told.
#[test]
fn a_single_look_tells_what_is_certain_and_nothing_else() {
    let mut calm = Calm::new("-Drdsecho.stuck.rebootedHours=1");
    calm.wake(Function::New);
    calm.pass(24 * 60 * 3);
    let event = || Wake::Instance { identifier: FIRST.to_owned(), what: "an event".to_owned(), is_click: false };
    calm.wake_for(Function::RequestApproval, event());
    assert_eq!(troubles(&calm), []);
    calm.wake(Function::RequestApproval);
    assert_eq!(troubles(&calm), told(FIRST, &["not-taken-on"]));
    force(&calm, "stopped");
    calm.wake_for(Function::RequestApproval, event());
    assert_eq!(troubles(&calm), told(FIRST, &["not-taken-on", "stopped"]));
    // An idle look costs what it did.
    let before = calm.calls.len();
    calm.wake(Function::RequestApproval);
    assert_eq!(calm.calls[before..], [("request-approval", 1)]);
}

/// The event of the failure wakes both the one who gives it up and the one who tells; giving up has an event of its own.
#[test]
fn a_failure_and_its_giving_up_are_told_once() {
    let mut calm = Calm::new(NOTIFY);
    failing(&calm, "failed");
    calm.wake(Function::New);
    calm.pass(120);
    calm.wake(Function::Modify);
    assert_eq!(calm.stage(FIRST), "forgotten");
    let event = |what: &str| Wake::Instance { identifier: FIRST.to_owned(), what: what.to_owned(), is_click: false };
    calm.wake_for(Function::RequestApproval, event("RDS-EVENT-0031: put into failed"));
    assert_eq!(troubles(&calm), []);
    calm.wake_for(Function::RequestApproval, event("Echo Stage Changed to forgotten"));
    assert_eq!(troubles(&calm), told(FIRST, &["failed"]));
}

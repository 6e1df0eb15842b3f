//! The CNAME, and the tags after it.

use std::rc::Rc;

use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;
use stages::report::Did;
use tag_state::facts::Record;
use tag_state::settings::Settings;

use crate::common::{FIRST, LEGACY, SECOND, cname, confirmed, meanwhile, until_asked};

/// promote's calls: 1 instances, 2 record, 3 the MAC, 4 the `replaced` tag, 5 the last look, 6 the swap.
#[test]
fn a_cancel_counts_until_the_last_look_before_the_swap() {
    let start = confirmed("");
    for number in 1..=6 {
        let calm = start.fork();
        let town = calm.town.clone();
        meanwhile(&calm, Function::Promote, number, move || {
            town.tag_by_hand(FIRST, "cancelled:bob@example.test", "1 2026-11-22T09:00:00Z");
        });
        assert_eq!(calm.uses(FIRST), number == 6, "cancelled before call {number}");
    }
}

#[test]
fn a_forged_confirmation_tag_promotes_nothing() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let forged = format!("1 {} {}", calm.town.now(), "A".repeat(43));
    calm.town.tag_by_hand(FIRST, "confirmed:ann@example.test", &forged);
    let report = calm.wake(Function::Promote).unwrap();
    assert_eq!(report.outcomes[0].code, Some("awaiting-approval"), "{report:#?}");
    assert_eq!(cname(&calm), LEGACY);
}

#[test]
fn without_its_zone_nobody_is_asked_nothing_is_promoted_or_destroyed_and_that_is_said() {
    let mut calm = Calm::new("");
    calm.until(60, |calm| calm.stage(FIRST) == "modified").expect("it is being set up");
    let mut town = calm.town.fork();
    let mut settings = Settings::clone(&town.settings);
    settings.promote.hosted_zone_id = Some("ZGONE".to_owned());
    town.settings = Rc::new(settings);
    let mut calm = Calm::of(town);
    calm.until(60, |calm| calm.stage(FIRST) == "rebooted").expect("it is set up");
    let report = calm.wake(Function::RequestApproval).unwrap();
    assert_eq!((report.outcomes[0].code, &report.outcomes[0].did), (Some("no-zone"), &Did::Refuses), "{report:#?}");
    assert!(calm.letters.is_empty() && calm.town.tag(FIRST, "request").is_none(), "to decide about nothing");
    let report = calm.wake(Function::Promote).unwrap();
    assert_eq!((report.outcomes[0].code, &report.outcomes[0].did), (Some("no-zone"), &Did::Refuses), "{report:#?}");
    assert!(report.errors.is_empty(), "trying again would not help: {report:#?}");
    calm.town.tag_by_hand(FIRST, "stage", "forgotten");
    calm.pass(6000);
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(report.outcomes[0].code, Some("no-zone"), "{report:#?}");
}

#[test]
fn a_record_that_cannot_be_read_just_now_is_an_error_and_no_missing_zone() {
    let mut calm = confirmed("");
    calm.strike = Some((calm.calls.len() as u64, 2, Kind::Throttled));
    let report = calm.wake(Function::Promote).unwrap();
    assert_eq!((report.errors.len(), calm.calls.last()), (1, Some(&("promote", 2))), "{report:#?}");
    calm.wake(Function::Promote);
    assert!(calm.uses(FIRST));
}

#[test]
fn a_name_without_a_record_gets_one() {
    let mut calm = Calm::new("");
    *calm.town.zone.borrow_mut() = Record::Absent;
    calm.until(60, |calm| calm.uses(FIRST)).expect("the record is created");
    assert_eq!(calm.town.tag(FIRST, "replaced").as_deref(), Some(""));
}

/// promote's calls: 1 instances, 2 record, 3 the MAC, 4 the `replaced` tag, 5 the last look, 6 the swap.
#[test]
fn a_swap_that_somebody_else_was_faster_with_waits_and_one_that_failed_is_an_error() {
    let start = confirmed("");
    let calm = start.fork();
    let report = meanwhile(&calm, Function::Promote, 6, || {
        *calm.town.zone.borrow_mut() = Record::Cname { value: "faster.example.test".to_owned(), ttl: 5 };
    });
    let last = report.outcomes.last().unwrap();
    assert_eq!((last.code, &last.did), (Some("record-changed"), &Did::Waits { until: None }), "{report:#?}");
    assert_eq!((report.errors.len(), &*cname(&calm)), (0, "faster.example.test"));
    let mut calm = start.fork();
    calm.strike = Some((calm.calls.len() as u64, 6, Kind::Fails));
    let report = calm.wake(Function::Promote).unwrap();
    assert_eq!((report.errors.len(), &*cname(&calm)), (1, LEGACY), "{report:#?}");
}

#[test]
fn the_cname_moved_by_hand_is_followed_and_what_it_points_at_is_never_destroyed() {
    let mut calm = Calm::new("");
    calm.until(100, |calm| calm.town.stages().len() == 2 && calm.stage(FIRST) == "forgotten")
        .expect("the second one replaces the first");
    calm.point_at(FIRST);
    calm.pass(600);
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(report.outcomes[0].code, Some("in-use"), "{report:#?}");
    calm.wake(Function::Promote).unwrap();
    assert_eq!(calm.town.tag(FIRST, "stage").as_deref(), Some("promoted"));
    assert_eq!(calm.town.tag(SECOND, "stage").as_deref(), Some("forgotten"));
    *calm.town.zone.borrow_mut() = Record::Absent;
    calm.pass(6000);
    for _ in 0..3 {
        let report = calm.wake(Function::Retire).unwrap();
        assert_eq!(report.outcomes[0].code, Some("no-record"), "{report:#?}");
        calm.pass(60);
    }
    assert_eq!(calm.town.stages().len(), 2, "where nobody knows what is in use, nothing is destroyed");
}

#[test]
fn what_cannot_be_repaired_does_not_keep_the_rest_from_it() {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=24");
    calm.until(200, |calm| calm.stage(SECOND) == "promoted").expect("two cycles");
    // Somebody returns to the first one by hand, and it fills up: RDS takes no modification.
    calm.point_at(FIRST);
    let off = tag_state::calls::Modify::protection(FIRST, false);
    simulation::functions::ready(stages::ports::Rds::modify(&calm.town.rds, &off)).unwrap();
    calm.town.rds.world_mut().force_status(FIRST, "rebooting").unwrap();
    let report = calm.wake(Function::Promote).unwrap();
    assert_eq!((&*calm.stage(FIRST), &*calm.stage(SECOND)), ("promoted", "forgotten"), "{report:#?}");
    let waits = report.outcomes.iter().find(|outcome| outcome.code == Some("call-failed")).unwrap();
    assert_eq!((waits.instance.as_deref(), &waits.did), (Some(FIRST), &Did::Waits { until: None }));
    calm.town.rds.world_mut().force_status(FIRST, "available").unwrap();
    let report = calm.wake(Function::Promote).unwrap();
    assert!(calm.facts(FIRST).unwrap().deletion_protection, "{report:#?}");
}

/// promote's calls then: 1 instances, 2 record, 3 the tags of the one in use, 4 told, 5 the tags of the other, 6 told.
#[test]
fn the_one_in_use_is_promoted_before_another_is_demoted() {
    let mut start = Calm::new("-Drdsecho.retire.graceHours=24");
    start.until(200, |calm| calm.stage(SECOND) == "promoted").expect("two cycles");
    start.point_at(FIRST);
    for (call, stages, subject) in [
        (3, ("forgotten", "promoted"), "AddTagsToResource"),
        (5, ("promoted", "promoted"), "dev-2026-11-22-2: "),
        (7, ("promoted", "forgotten"), ""),
    ] {
        let mut calm = start.fork();
        calm.strike = Some((calm.calls.len() as u64, call, Kind::Fails));
        let report = calm.wake(Function::Promote).unwrap();
        assert_eq!((&*calm.stage(FIRST), &*calm.stage(SECOND)), stages, "{report:#?}");
        assert_eq!(report.errors.len(), usize::from(call < 7), "{report:#?}");
        let said = report.errors.first().map_or("", String::as_str);
        assert!(if call == 3 { !said.starts_with("dev-") } else { said.starts_with(subject) }, "{said}");
    }
}

/// In one wake the tags follow a hand, and then the promotion that waited.
#[test]
fn each_tag_is_written_once_in_a_wake() {
    const THIRD: &str = "dev-2026-11-22-3";
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=24");
    calm.until(400, |calm| calm.town.tag(THIRD, "confirmed:ann@example.test").is_some()).expect("a third one");
    calm.point_at(FIRST);
    let before = calm.announced.len();
    let report = calm.wake(Function::Promote).unwrap();
    let told: Vec<String> = report
        .outcomes
        .iter()
        .filter_map(|outcome| match outcome.did {
            Did::Advanced { to, .. } => Some(format!("{} {to}", outcome.instance.as_deref().unwrap())),
            Did::Acted | Did::Waits { .. } | Did::Refuses | Did::Nothing => None,
        })
        .collect();
    let expected = [(FIRST, "promoted"), (SECOND, "forgotten"), (THIRD, "promoted"), (FIRST, "forgotten")];
    assert_eq!(told, expected.map(|(one, stage)| format!("{one} {stage}")), "{report:#?}");
    assert_eq!(calm.announced.len() - before, 4);
}

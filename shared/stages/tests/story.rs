//! The stages over the simulated RDS: whole lives, through schedules alone, undisturbed and with
//! every single call going wrong in every way.
#![allow(missing_docs, reason = "tests")]

use rds_sim::world::PlantedInstance;
use simulation::calm::{Calm, Letter};
use simulation::functions::{Done, Function, Job, Running};
use simulation::trouble::{Kind, Trouble};
use stages::ports::Failure;
use stages::report::{Did, Report};
use tag_state::facts::Record;
use tag_state::wake::Wake;

const FIRST: &str = "dev-2026-11-22";
const SECOND: &str = "dev-2026-11-22-2";
const LEGACY: &str = "legacy.example.test.";

fn promoted(identifier: &str) -> [(String, String); 1] {
    [(identifier.to_owned(), "promoted".to_owned())]
}

/// Lets the schedules work until people have been mailed; nobody has answered yet.
fn until_asked(calm: &mut Calm) {
    for _ in 0..60 {
        if calm.letter("ann@example.test").is_some() {
            return;
        }
        calm.all_look();
        calm.pass(10);
    }
    panic!("nobody was asked: {:?} {:#?}", calm.town.stages(), calm.said);
}

fn confirmed(more: &str) -> Calm {
    let mut calm = Calm::new(more);
    until_asked(&mut calm);
    calm.ann_confirms();
    calm
}

/// A function, with something happening just before its call of that number, counted from 1.
fn meanwhile(calm: &Calm, function: Function, call: usize, happens: impl FnOnce()) -> Report {
    let mut running = Running::begin(&calm.town, 0, Job::Stage(function, Wake::All), Trouble::None);
    for _ in 0..call {
        let _ = running.go_on();
    }
    happens();
    match running.finish() {
        Some(Done::Stage(report)) => report,
        other => panic!("{function:?} ended with {other:?}"),
    }
}

fn cname(calm: &Calm) -> String {
    match &*calm.town.zone.borrow() {
        Record::Cname { value, .. } => value.clone(),
        other @ (Record::Absent | Record::Other(_)) => format!("{other:?}"),
    }
}

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

/// The next attempt finds out what became of it.
#[test]
fn a_restore_whose_answer_was_lost_is_an_error() {
    let mut calm = Calm::new("");
    calm.strike = Some((0, 3, Kind::LosesItsAnswer));
    let report = calm.wake(Function::New).unwrap();
    assert_eq!((report.errors.len(), calm.calls[0]), (1, ("new", 3)), "{report:#?}");
    let report = calm.wake(Function::New).unwrap();
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
}

/// Between the listing and the restore another run restored it, and it was given up already.
#[test]
fn an_identifier_that_is_taken_by_one_given_up_is_an_error() {
    let calm = Calm::new("");
    let report = meanwhile(&calm, Function::New, 3, || {
        let restored = Running::begin(&calm.town, 1, Job::Stage(Function::New, Wake::All), Trouble::None).finish();
        assert!(restored.is_some());
        calm.town.tag_by_hand(FIRST, "stage", "forgotten");
    });
    assert_eq!(report.errors.len(), 1, "{report:#?}");
    assert!(report.errors[0].contains("AlreadyExists"), "{report:#?}");
}

/// The log says what the reader of a page saw.
#[test]
fn a_visit_is_told_of() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter("ann@example.test").unwrap();
    let mut told = |method: &'static str| match calm.run(&Job::Visit { method, url: letter.confirm.clone() }) {
        Some(Done::Page(_, report)) => {
            let outcome = &report.outcomes[0];
            format!("{}; {} {}", report.woken_by, outcome.what, outcome.why)
        }
        Some(Done::Stage(_) | Done::Rollback(_)) | None => panic!("no page"),
    };
    assert_eq!(told("GET"), "GET of the confirm page by ann@example.test;  the request is open");
    let pressed =
        "POST of the confirm page by ann@example.test; confirmed ann@example.test pressed the button of request 1";
    assert_eq!(told("POST"), pressed);
    assert_eq!(told("GET"), "GET of the confirm page by ann@example.test;  enough have confirmed");
}

/// The link itself says that it is too old: nobody has to be asked.
#[test]
fn an_old_link_costs_no_call() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter("ann@example.test").unwrap();
    let expires = calm.town.echo_tags(FIRST).unwrap().request.unwrap().expires;
    calm.town.advance(expires);
    assert_eq!(calm.visit("GET", &letter.confirm).status, 200);
    assert!(calm.calls.last().unwrap().1 > 0);
    calm.pass(1);
    assert_eq!(calm.visit("POST", &letter.confirm).status, 410);
    assert_eq!(*calm.calls.last().unwrap(), ("approve", 0));
    assert_eq!(calm.visit("POST", "https://page.test/nonsense").status, 404);
    assert_eq!(*calm.calls.last().unwrap(), ("approve", 0));
}

/// Of two runs at the same moment, or a restore whose first answer was lost, the slower one finds its work done.
#[test]
fn a_restore_that_is_there_already_is_success() {
    let mut calm = Calm::new("");
    // 1: the listing of instances, 2: of snapshots, 3: the restore.
    calm.strike = Some((0, 3, Kind::Repeats));
    let report = calm.wake(Function::New).unwrap();
    assert!(report.errors.is_empty(), "{report:#?}");
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
    assert_eq!(calm.town.stages(), [(FIRST.to_owned(), "new".to_owned())]);
    calm.until(60, |calm| calm.uses(FIRST)).expect("it goes on as usual");
}

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

/// retire's calls when it destroys: 1 instances, 2 record, 3 and 4 both again, 5 protection, 6 the delete.
#[test]
fn what_comes_into_use_until_the_last_look_is_not_destroyed() {
    let mut start = Calm::new("");
    start.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    start.pass(15);
    for number in 1..=4 {
        for by_cname in [true, false] {
            let calm = start.fork();
            let report = meanwhile(&calm, Function::Retire, number, || {
                if by_cname {
                    calm.point_at(FIRST);
                } else {
                    calm.town.tag_by_hand(FIRST, "stage", "promoted");
                }
            });
            // The tag is in the instance, which is read before the record.
            let seen = by_cname || number <= 3;
            assert_eq!(calm.facts(FIRST).unwrap().status == "available", seen, "call {number}: {report:#?}");
        }
    }
}

#[test]
fn a_cancel_keeps_the_cname_and_the_next_echo_asks_again() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let Letter { confirm, cancel, .. } = calm.letter("bob@example.test").unwrap();
    assert_eq!(calm.visit("POST", &confirm).status, 200);
    let pressed = calm.visit("POST", &cancel);
    assert_eq!(pressed.status, 200);
    assert!(pressed.body.contains("<h1>Cancelled</h1>"), "{}", pressed.body);
    assert!(calm.visit("GET", &cancel).body.contains("<h1>This request was cancelled</h1>"));
    let Letter { confirm, .. } = calm.letter("ann@example.test").unwrap();
    assert_eq!(calm.visit("POST", &confirm).status, 409);
    calm.all_look();
    assert_eq!(cname(&calm), LEGACY);
    assert_eq!(calm.town.stages()[0].1, "rebooted");
    let done = calm.until(100, |calm| calm.town.stages() == promoted(SECOND) && calm.uses(SECOND));
    assert!(done.is_some(), "the cancelled one is superseded and destroyed: {:?}", calm.town.stages());
    assert_eq!(calm.visit("POST", &confirm).status, 410, "its link is out of date");
}

#[test]
fn looking_changes_nothing_and_pressing_twice_counts_once() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    until_asked(&mut calm);
    let Letter { confirm, cancel, .. } = calm.letter("ann@example.test").unwrap();
    let before = calm.facts(FIRST).unwrap();
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        for link in [&confirm, &cancel] {
            let response = calm.visit(method, link);
            let expected = if matches!(method, "GET" | "HEAD") { 200 } else { 405 };
            assert_eq!(response.status, expected, "{method}");
            assert_eq!(response.body.is_empty(), method == "HEAD");
        }
    }
    assert_eq!(calm.facts(FIRST).unwrap(), before);
    for _ in 0..2 {
        let response = calm.visit("POST", &confirm);
        assert!(response.body.contains("1 of 2 needed confirmations"), "{}", response.body);
    }
    calm.all_look();
    assert_eq!(cname(&calm), LEGACY, "one person is not two");
    let Letter { confirm, .. } = calm.letter("bob@example.test").unwrap();
    calm.visit("POST", &confirm);
    calm.all_look();
    assert!(calm.uses(FIRST));
    let response = calm.visit("GET", &confirm);
    assert!(response.body.contains("Done: the switch has happened"), "{}", response.body);
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
fn bad_links_all_get_the_same_page() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let Letter { confirm, cancel, .. } = calm.letter("ann@example.test").unwrap();
    let (fields, _) = confirm.split_once('.').map(|_| confirm.rsplit_once('.').unwrap()).unwrap();
    let (_, other_mac) = cancel.rsplit_once('.').unwrap();
    let pages: Vec<String> = [
        format!("{fields}.{other_mac}"),
        confirm[..confirm.len() - 1].to_owned(),
        format!("{confirm}A"),
        "https://page.test/".to_owned(),
        "https://page.test/favicon.ico".to_owned(),
    ]
    .iter()
    .map(|link| {
        let response = calm.visit("POST", link);
        assert_eq!(response.status, 404, "{link}");
        response.body
    })
    .collect();
    assert!(pages.iter().all(|page| *page == pages[0]));
    let (_, token) = confirm.rsplit_once('/').unwrap();
    let response = calm.visit("GET", &format!("/a/path/of/your/own/{token}"));
    assert_eq!(response.status, 200, "a domain of one's own may have a path");
    assert_eq!(calm.town.tag(FIRST, "confirmed:ann@example.test"), None);
    for (name, value) in calm.visit("GET", &confirm).headers {
        let expected = match name {
            "cache-control" => "no-store",
            "referrer-policy" => "no-referrer",
            "x-frame-options" => "DENY",
            "x-content-type-options" => "nosniff",
            _ => continue,
        };
        assert_eq!(value, expected, "{name}");
    }
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
fn without_its_zone_nothing_is_promoted_or_destroyed_and_that_is_said() {
    let mut calm = confirmed("-Drdsecho.promote.hostedZoneId=ZGONE");
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
fn a_dead_address_neither_stops_the_others_nor_fills_their_mailboxes() {
    for failure in [Failure::Refused, Failure::Unknown] {
        let mut calm = Calm::new("");
        *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), failure));
        until_asked(&mut calm);
        let failed = calm.said[&Function::RequestApproval].error().unwrap();
        assert!(failed.contains("SendEmail"), "{failed}");
        let expected = if failure == Failure::Refused { "1 2026-11-25T" } else { "ann@example.test cleo@example.test" };
        let notified = calm.town.tag(FIRST, "notified").unwrap();
        assert!(notified.contains(expected), "{failure:?}: {notified}");
        for _ in 0..10 {
            calm.all_look();
            calm.pass(10);
        }
        let mailed: Vec<&str> = calm.letters.iter().map(|letter| &*letter.to).collect();
        assert_eq!(mailed, ["ann@example.test", "cleo@example.test"], "{failure:?}: one mail each");
        assert_eq!(calm.said[&Function::RequestApproval].errors, [""; 0], "after an hour nobody tries any more");
        calm.ann_confirms();
        calm.all_look();
        assert!(calm.uses(FIRST), "{failure:?}: her confirmation is enough");
    }
}

#[test]
fn where_nobody_can_be_mailed_that_is_said_and_tried_again() {
    let mut calm = Calm::new("-Drdsecho.promote.approvers=bob@example.test");
    *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), Failure::Refused));
    calm.until(60, |calm| calm.town.tag(FIRST, "request").is_some()).expect("a request");
    for _ in 0..12 {
        calm.all_look();
        calm.pass(10);
    }
    let outcome = &calm.said[&Function::RequestApproval].outcomes[0];
    assert_eq!((&*outcome.what, outcome.instance.as_deref()), ("nobody could be mailed", Some(FIRST)));
    assert_eq!(calm.town.tag(FIRST, "notified"), None);
}

/// retire's calls: 1 instances, 2 record, 3 and 4 both again, 5 protection, 6 the delete.
#[test]
fn where_the_protection_stays_nothing_is_deleted() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    calm.pass(15);
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::Fails));
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!((report.errors.len(), calm.calls.last()), (1, Some(&("retire", 5))), "{report:#?}");
    // Taken off by somebody meanwhile: RDS says that there is nothing to modify, and that is as good.
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::Repeats));
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(report.errors, [""; 0], "{report:#?}");
    assert_eq!(calm.facts(FIRST).unwrap().status, "deleting");
}

/// A hundred names for a final snapshot are enough; then a person is told.
#[test]
fn names_for_a_final_snapshot_are_not_tried_without_end() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    calm.pass(15);
    for number in 1..=200 {
        let name = format!("{FIRST}-final");
        let planted = rds_sim::world::PlantedSnapshot {
            source: "production".to_owned(),
            identifier: if number == 1 { name } else { format!("{name}-{number}") },
            snapshot_type: "awsbackup".to_owned(),
            created: None,
            source_tags: None,
            announce: false,
        };
        calm.town.rds.world_mut().plant_snapshot(planted).unwrap();
    }
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!((report.errors.len(), calm.calls.last()), (1, Some(&("retire", 5 + 100))), "{report:#?}");
    assert_eq!(calm.facts(FIRST).unwrap().status, "available");
}

#[test]
fn whoever_could_not_be_reached_is_mailed_as_soon_as_that_works() {
    let mut calm = Calm::new("");
    *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), Failure::Unknown));
    until_asked(&mut calm);
    *calm.town.dead_address.borrow_mut() = None;
    calm.wake(Function::RequestApproval);
    let mailed: Vec<&str> = calm.letters.iter().map(|letter| &*letter.to).collect();
    assert_eq!(mailed, ["ann@example.test", "cleo@example.test", "bob@example.test"]);
    let letter = calm.letter("bob@example.test").unwrap();
    assert_eq!(calm.visit("POST", &letter.confirm).status, 200, "with the same request");
}

/// A second run opened the same request at another moment: Ann's first click is void, and she can click again.
#[test]
fn a_void_click_can_be_made_good() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    until_asked(&mut calm);
    let old = calm.letter("ann@example.test").unwrap();
    assert_eq!(calm.visit("POST", &old.confirm).status, 200);
    let expires = calm.town.echo_tags(FIRST).unwrap().request.unwrap().expires;
    calm.town.tag_by_hand(FIRST, "expires", &(expires + jiff::SignedDuration::from_secs(1)).to_string());
    assert_eq!(calm.visit("POST", &old.confirm).status, 410);
    calm.wake(Function::RequestApproval);
    let new = calm.letter("ann@example.test").unwrap();
    assert_ne!(new.confirm, old.confirm);
    let page = calm.visit("GET", &new.confirm);
    assert!(page.body.contains("0 of 2"), "{}", page.body);
    calm.visit("POST", &new.confirm);
    let bob = calm.letter("bob@example.test").unwrap();
    calm.visit("POST", &bob.confirm);
    calm.all_look();
    assert!(calm.uses(FIRST));
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
    let event = Wake::Instance { identifier: FIRST.to_owned(), what: "something".to_owned() };
    let report = calm.wake_for(Function::Modify, event).unwrap();
    assert_eq!(report.outcomes[0].code, Some("other-stage"), "who is asked about one says so: {report:#?}");
    calm.wake(Function::Promote);
    assert!(calm.uses(FIRST));
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

#[test]
fn the_final_snapshot_of_a_namesake_is_no_obstacle() {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=0 -Drdsecho.new.minimumAgeHours=0");
    for _ in 0..2 {
        calm.town.rds.world_mut().next_restore_ends_in("incompatible-parameters");
        calm.wake(Function::New);
        assert_eq!(calm.stage(FIRST), "new");
        // It fails, is given up and destroyed; the next one of the day has its identifier.
        while calm.facts(FIRST).is_some() {
            calm.wake(Function::Modify);
            calm.wake(Function::Retire);
            calm.pass(10);
            assert!(calm.town.now() < "2026-11-22T20:00:00Z".parse().unwrap(), "it goes: {:#?}", calm.said);
        }
    }
    let world = calm.town.rds.world();
    let finals: Vec<&String> = world.snapshots().keys().filter(|name| name.contains("final")).collect();
    assert_eq!(finals, ["dev-2026-11-22-final", "dev-2026-11-22-final-2"], "{:?} {:#?}", calm.town.stages(), calm.said);
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
fn a_name_without_a_record_gets_one() {
    let mut calm = Calm::new("");
    *calm.town.zone.borrow_mut() = Record::Absent;
    calm.until(60, |calm| calm.uses(FIRST)).expect("the record is created");
    assert_eq!(calm.town.tag(FIRST, "replaced").as_deref(), Some(""));
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

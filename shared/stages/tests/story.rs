//! The stages over the simulated RDS: whole lives, through schedules alone, undisturbed and with
//! every single call going wrong in every way.
#![allow(missing_docs, reason = "tests")]

mod town;

use stages::ports::Failure;
use stages::report::Did;
use tag_state::facts::Record;
use tag_state::wake::Wake;
use town::Town;
use town::trouble::{Kind, Trouble};

const FIRST: &str = "dev-2026-11-22";
const SECOND: &str = "dev-2026-11-22-2";

/// The second one is in use, and the first one is gone, with its final snapshot.
fn two_cycles_done(town: &Town) -> bool {
    let world = town.rds.world();
    town.stages() == [(SECOND.to_owned(), "promoted".to_owned())]
        && town.cname_points_at(SECOND)
        && world.snapshots().contains_key("dev-2026-11-22-final")
}

#[test]
fn two_cycles_run_through_schedules_alone() {
    let mut town = Town::new("");
    let rounds = town.live_until(60, |town| town.stages() == [(FIRST.to_owned(), "promoted".to_owned())]);
    assert!(rounds.is_some(), "{:#?}", town.said);
    assert!(town.cname_points_at(FIRST));
    assert_eq!(town.tag(FIRST, "replaced").as_deref(), Some("legacy.example.test."));
    assert_eq!(town.tag(FIRST, "snapshot").as_deref(), Some("rds:production-2026-11-21"));
    let rounds = town.live_until(80, two_cycles_done);
    assert!(rounds.is_some(), "{:?} {:#?}", town.stages(), town.said);
    assert_eq!(town.mailbox.0.borrow().len(), 4, "two people, two requests, no mail twice");
    let world = town.rds.world();
    assert_eq!(world.calls()["RebootDBInstance"], 2, "each was rebooted once");
    assert_eq!(world.calls()["RestoreDBInstanceFromDBSnapshot"], 2);
    assert!(world.instances()["production"].facts().tags.is_empty(), "production was not touched");
}

/// The two cycles, with the n-th of all calls going wrong, for each n and each kind of trouble. What is
/// checked in between: what the CNAME points at is there and not being deleted.
#[test]
fn every_single_call_may_go_wrong_in_every_way() {
    let mut calm = Town::new("");
    calm.live_until(200, two_cycles_done).expect("the undisturbed story ends");
    let calls = calm.trouble.calls();
    assert!(calls > 200, "{calls}");
    let mut stories = 0;
    for kind in Kind::ALL {
        for number in 1..=calls {
            let mut town = Town::new("");
            town.trouble = Trouble::strike(number, kind);
            let done = town.live_until(200, |town| {
                let world = town.rds.world();
                for (identifier, instance) in world.instances() {
                    let safe = !town.cname_points_at(identifier) || instance.status != "deleting";
                    assert!(safe, "{kind:?} at call {number}: {identifier} is in use and being deleted");
                }
                two_cycles_done(town)
            });
            assert!(done.is_some(), "{kind:?} at call {number}: {:?} {:#?}", town.stages(), town.said);
            let mails = town.mailbox.0.borrow().len();
            assert!((4..=8).contains(&mails), "{kind:?} at call {number}: {mails} mails");
            assert!(town.rds.world().instances()["production"].facts().tags.is_empty());
            let applied = if kind == Kind::Repeats { 2..=3 } else { 2..=2 };
            let reboots = town.rds.world().calls()["RebootDBInstance"];
            assert!(applied.contains(&reboots), "{kind:?} at call {number}: {reboots} reboots of two instances");
            stories += 1;
        }
    }
    println!("{stories} stories, {calls} calls in each");
}

/// Of two runs at the same moment, or a restore whose first answer was lost, the slower one finds its work done.
#[test]
fn a_restore_that_is_there_already_is_success() {
    let mut town = Town::new("");
    // 1: the listing of instances, 2: of snapshots, 3: the restore.
    town.trouble = Trouble::strike(3, Kind::Repeats);
    let report = town.invoke("new", &Wake::All);
    assert!(report.errors.is_empty(), "{report:#?}");
    assert_eq!(report.outcomes[0].code, Some("in-flight"), "{report:#?}");
    assert_eq!(town.stages(), [(FIRST.to_owned(), "new".to_owned())]);
    town.live_until(60, |town| town.cname_points_at(FIRST)).expect("it goes on as usual");
}

/// promote's calls: 1 instances, 2 record, 3 the MAC, 4 the `replaced` tag, 5 the last look, 6 the swap.
#[test]
fn a_cancel_counts_until_the_last_look_before_the_swap() {
    for number in 1..=6 {
        let mut town = Town::new("");
        town.until_asked();
        town.ann_confirms();
        let rds = town.rds.clone();
        town.trouble = Trouble::meanwhile(number, move || {
            let arn = rds.world().instances()[FIRST].facts().arn;
            let cancel = [("rdsecho:dev:cancelled:bob@example.test".to_owned(), "1 2026-11-22T09:00:00Z".to_owned())];
            rds.world_mut().add_tags(&arn, &cancel.into()).unwrap();
        });
        town.invoke("promote", &Wake::All);
        assert_eq!(town.cname_points_at(FIRST), number == 6, "cancelled before call {number}");
    }
}

/// retire's calls when it destroys: 1 instances, 2 record, 3 and 4 both again, 5 protection, 6 the delete.
#[test]
fn what_comes_into_use_until_the_last_look_is_not_destroyed() {
    for number in 1..=4 {
        for by_cname in [true, false] {
            let mut town = Town::new("");
            town.live_until(200, |town| town.tag(FIRST, "stage").as_deref() == Some("retired")).expect("a retired one");
            town.pass(15);
            let (rds, zone) = (town.rds.clone(), town.zone.clone());
            town.trouble = Trouble::meanwhile(number, move || {
                let facts = rds.world().instances()[FIRST].facts();
                if by_cname {
                    *zone.0.borrow_mut() = Record::Cname { value: facts.address.unwrap(), ttl: 60 };
                } else {
                    let promoted = [("rdsecho:dev:stage".to_owned(), "promoted".to_owned())];
                    rds.world_mut().add_tags(&facts.arn, &promoted.into()).unwrap();
                }
            });
            let report = town.invoke("retire", &Wake::All);
            // The tag is in the instance, which is read before the record.
            let seen = by_cname || number <= 3;
            assert_eq!(town.rds.world().instances()[FIRST].status == "available", seen, "call {number}: {report:#?}");
        }
    }
}

#[test]
fn a_cancel_keeps_the_cname_and_the_next_echo_asks_again() {
    let mut town = Town::new("");
    town.until_asked();
    let (confirm, cancel) = town.links("bob@example.test").unwrap();
    assert_eq!(town.visit("POST", &confirm).0.status, 200);
    assert_eq!(town.visit("POST", &cancel).0.status, 200);
    let (confirm, _) = town.links("ann@example.test").unwrap();
    assert_eq!(town.visit("POST", &confirm).0.status, 409);
    town.all_look();
    assert_eq!(town.cname(), "legacy.example.test.");
    assert_eq!(town.stages()[0].1, "rebooted");
    let done = town.live_until(100, |town| {
        town.stages() == [(SECOND.to_owned(), "promoted".to_owned())] && town.cname_points_at(SECOND)
    });
    assert!(done.is_some(), "the cancelled one is superseded and destroyed: {:?}", town.stages());
    assert_eq!(town.visit("POST", &confirm).0.status, 410, "its link is out of date");
}

#[test]
fn looking_changes_nothing_and_pressing_twice_counts_once() {
    let mut town = Town::new("-Drdsecho.promote.approvals=2");
    town.until_asked();
    let (confirm, cancel) = town.links("ann@example.test").unwrap();
    let before = town.rds.world().instances()[FIRST].facts();
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        for link in [&confirm, &cancel] {
            let (response, _) = town.visit(method, link);
            let expected = if matches!(method, "GET" | "HEAD") { 200 } else { 405 };
            assert_eq!(response.status, expected, "{method}");
            assert_eq!(response.body.is_empty(), method == "HEAD");
        }
    }
    assert_eq!(town.rds.world().instances()[FIRST].facts(), before);
    for _ in 0..2 {
        let (response, _) = town.visit("POST", &confirm);
        assert!(response.body.contains("1 of 2 needed confirmations"), "{}", response.body);
    }
    town.all_look();
    assert_eq!(town.cname(), "legacy.example.test.", "one person is not two");
    let (confirm, _) = town.links("bob@example.test").unwrap();
    town.visit("POST", &confirm);
    town.all_look();
    assert!(town.cname_points_at(FIRST));
    let (response, _) = town.visit("GET", &confirm);
    assert!(response.body.contains("Done: the switch has happened"), "{}", response.body);
}

#[test]
fn a_forged_confirmation_tag_promotes_nothing() {
    let mut town = Town::new("");
    town.until_asked();
    let forged = format!("1 {} {}", town.now(), "A".repeat(43));
    let arn = town.rds.world().instances()[FIRST].facts().arn;
    let tags = [("rdsecho:dev:confirmed:ann@example.test".to_owned(), forged)].into();
    town.rds.world_mut().add_tags(&arn, &tags).unwrap();
    let report = town.invoke("promote", &Wake::All);
    assert_eq!(report.outcomes[0].code, Some("awaiting-approval"), "{report:#?}");
    assert_eq!(town.cname(), "legacy.example.test.");
}

#[test]
fn bad_links_all_get_the_same_page() {
    let mut town = Town::new("");
    town.until_asked();
    let (confirm, cancel) = town.links("ann@example.test").unwrap();
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
        let (response, _) = town.visit("POST", link);
        assert_eq!(response.status, 404, "{link}");
        response.body
    })
    .collect();
    assert!(pages.iter().all(|page| *page == pages[0]));
    let (_, token) = confirm.rsplit_once('/').unwrap();
    let (response, _) = town.visit("GET", &format!("/a/path/of/your/own/{token}"));
    assert_eq!(response.status, 200, "a domain of one's own may have a path");
    assert_eq!(town.tag(FIRST, "confirmed:ann@example.test"), None);
    for (name, value) in town.visit("GET", &confirm).0.headers {
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
    let mut town = Town::new("");
    town.rds.world_mut().next_restore_ends_in("incompatible-parameters");
    let done = town.live_until(100, |town| town.tag(FIRST, "stage").as_deref() == Some("forgotten"));
    assert!(done.is_some());
    assert!(town.tag(FIRST, "failure").unwrap().contains("incompatible-parameters"));
    let done = town.live_until(100, |town| {
        town.stages() == [(SECOND.to_owned(), "promoted".to_owned())] && town.cname_points_at(SECOND)
    });
    assert!(done.is_some(), "{:?} {:#?}", town.stages(), town.said);
}

#[test]
fn the_cname_moved_by_hand_is_followed_and_what_it_points_at_is_never_destroyed() {
    let mut town = Town::new("");
    town.live_until(100, |town| town.stages().len() == 2 && town.tag(FIRST, "stage").as_deref() == Some("forgotten"))
        .expect("the second one replaces the first");
    let address = town.rds.world().instances()[FIRST].facts().address.unwrap();
    *town.zone.0.borrow_mut() = Record::Cname { value: address, ttl: 5 };
    town.pass(600);
    let report = town.invoke("retire", &Wake::All);
    assert_eq!(report.outcomes[0].code, Some("in-use"), "{report:#?}");
    town.invoke("promote", &Wake::All);
    assert_eq!(town.tag(FIRST, "stage").as_deref(), Some("promoted"));
    assert_eq!(town.tag(SECOND, "stage").as_deref(), Some("forgotten"));
    *town.zone.0.borrow_mut() = Record::Absent;
    town.pass(6000);
    for _ in 0..3 {
        let report = town.invoke("retire", &Wake::All);
        assert_eq!(report.outcomes[0].code, Some("no-record"), "{report:#?}");
        town.pass(60);
    }
    assert_eq!(town.stages().len(), 2, "where nobody knows what is in use, nothing is destroyed");
}

#[test]
fn without_its_zone_nothing_is_promoted_or_destroyed_and_that_is_said() {
    let mut town = Town::new("-Drdsecho.promote.hostedZoneId=ZGONE");
    town.until_asked();
    town.ann_confirms();
    let report = town.invoke("promote", &Wake::All);
    assert_eq!((report.outcomes[0].code, &report.outcomes[0].did), (Some("no-zone"), &Did::Refuses), "{report:#?}");
    assert!(report.errors.is_empty(), "trying again would not help: {report:#?}");
    let arn = town.rds.world().instances()[FIRST].facts().arn;
    let forgotten = [("rdsecho:dev:stage".to_owned(), "forgotten".to_owned())];
    town.rds.world_mut().add_tags(&arn, &forgotten.into()).unwrap();
    town.pass(6000);
    let report = town.invoke("retire", &Wake::All);
    assert_eq!(report.outcomes[0].code, Some("no-zone"), "{report:#?}");
}

#[test]
fn a_dead_address_neither_stops_the_others_nor_fills_their_mailboxes() {
    for (failure, most) in [(Failure::Refused, 1), (Failure::Unknown, 3)] {
        let mut town = Town::new("");
        town.mailbox.1.set(Some(failure));
        town.until_asked();
        let failed = town.said["request-approval"].error().unwrap();
        assert!(failed.contains("SendEmail"), "{failed}");
        for _ in 0..10 {
            town.all_look();
            town.pass(10);
        }
        let mails = town.mailbox.0.borrow().len();
        assert!((1..=most).contains(&mails), "{failure:?}: {mails} mails to Ann");
        assert!(town.tag(FIRST, "notified").is_some());
        town.ann_confirms();
        town.all_look();
        assert!(town.cname_points_at(FIRST), "{failure:?}: her confirmation is enough");
    }
}

#[test]
fn a_name_without_a_record_gets_one() {
    let mut town = Town::new("");
    *town.zone.0.borrow_mut() = Record::Absent;
    town.live_until(60, |town| town.cname_points_at(FIRST)).expect("the record is created");
    assert_eq!(town.tag(FIRST, "replaced").as_deref(), Some(""));
}

#[test]
fn a_copy_with_our_tags_is_never_changed() {
    let mut town = Town::new("");
    town.live_until(60, |town| town.stages() == [(FIRST.to_owned(), "promoted".to_owned())]).expect("a first one");
    let tags = town.rds.world().instances()[FIRST].facts().tags;
    let planted = |identifier: &str| rds_sim::world::PlantedInstance {
        identifier: identifier.to_owned(),
        tags: tags.clone(),
        ..Default::default()
    };
    town.rds.world_mut().plant_instance(planted("dev-2026-11-20")).unwrap();
    town.rds.world_mut().plant_instance(planted("dev-qa-2026-11-20")).unwrap();
    let copies = || ["dev-2026-11-20", "dev-qa-2026-11-20"].map(|copy| town.rds.world().instances()[copy].facts());
    let before = copies();
    for _ in 0..3 {
        town.pass(24 * 60);
        town.all_look();
    }
    assert_eq!(["dev-2026-11-20", "dev-qa-2026-11-20"].map(|copy| town.rds.world().instances()[copy].facts()), before);
    let stopped = &town.said["new"].outcomes[0];
    assert_eq!((stopped.code, &stopped.did), (Some("stranger-in-the-way"), &Did::Refuses), "and it stops new ones");
}

//! What those who were asked are told afterwards: each thing once, the latest of it, and nothing that is old.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{all_verified, at, confirmed_by, instance, own, settings, tags, with};
use tag_state::decide::Decision;
use tag_state::decide::news::{self, News, Tell};
use tag_state::decide::request;
use tag_state::facts::Tags;
use tag_state::own::OwnInstance;

const ANN: &str = "ann@example.test";
const BOB: &str = "bob@example.test";
/// The request of [`common::REQUEST`] ends on the 25th at midnight; its reminder is due a third of its time before.
const REMINDER: &str = "2026-11-24T00:00:00Z";

fn changed(own: &OwnInstance, more: &[(&str, &str)]) -> OwnInstance {
    written(own, &tags(more))
}

fn written(own: &OwnInstance, tags: &Tags) -> OwnInstance {
    own.after_writing(&settings().name, tags)
}

fn told(own: &OwnInstance, time: &str) -> Option<Tell> {
    news::decide(&settings(), own, &all_verified(&settings(), own), at(time))
}

fn word(own: &OwnInstance, time: &str) -> String {
    told(own, time).map_or("nothing".to_owned(), |tell| tell.news.word().into_owned())
}

/// As it is when everybody was told.
fn after(own: &OwnInstance, time: &str) -> OwnInstance {
    let tell = told(own, time).expect("news");
    written(own, &tell.told(&settings(), &tell.to, true))
}

#[test]
fn each_piece_of_news_is_told_once_and_within_a_day() {
    let open = confirmed_by(&[], "2026-11-22T09:00:00Z");
    let confirmed = confirmed_by(&[ANN], "2026-11-22T09:00:00Z");
    let cancelled = changed(&open, &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z later=2C please")]);
    let promoted = changed(&confirmed, &[("stage", "promoted"), ("since", "2026-11-22T09:01:00Z")]);
    let given_up = changed(&open, &[("stage", "forgotten"), ("since", "2026-11-22T09:00:00Z"), ("failure", "gone")]);
    for (own, expected, first, fresh, stale) in [
        (&open, "reminder", REMINDER, "2026-11-24T23:59:59Z", "2026-11-26T00:00:01Z"),
        (&open, "expired", "2026-11-25T00:00:01Z", "2026-11-26T00:00:00Z", "2026-11-26T00:00:01Z"),
        (&confirmed, "confirmed", "2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T09:00:01Z"),
        (&confirmed, "expired", "2026-11-25T01:00:01Z", "2026-11-26T01:00:00Z", "2026-11-26T01:00:01Z"),
        (&cancelled, "cancelled", "2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T09:00:01Z"),
        (&promoted, "promoted", "2026-11-22T09:01:00Z", "2026-11-23T09:01:00Z", "2026-11-23T09:01:01Z"),
        (&given_up, "withdrawn", "2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T09:00:01Z"),
    ] {
        assert_eq!((&*word(own, first), &*word(own, fresh)), (expected, expected));
        assert_eq!(word(own, stale), "nothing", "{expected} is stale");
        assert_eq!(word(&after(own, first), first), "nothing", "{expected} was told");
        assert_eq!(told(own, first).unwrap().to, [ANN, BOB], "{expected}");
    }
    assert_eq!(word(&open, "2026-11-23T23:59:59Z"), "nothing", "there is no news of an open request");
    let News::Cancelled { by, remark } = told(&cancelled, "2026-11-22T10:00:00Z").unwrap().news else { panic!() };
    assert_eq!((by.as_str(), remark.unwrap().as_str()), (BOB, "later, please"));
}

#[test]
fn only_who_has_not_answered_is_reminded() {
    let two = with("-Drdsecho.promote.approvals=2");
    let half = confirmed_by(&[ANN], "2026-11-22T09:00:00Z");
    let tell = news::decide(&two, &half, &all_verified(&two, &half), at(REMINDER)).unwrap();
    assert_eq!((tell.news, tell.to), (News::Reminder, vec![BOB.to_owned()]));
    let never = with("-Drdsecho.promote.reminderHours=0");
    let open = confirmed_by(&[], REMINDER);
    assert_eq!(news::decide(&never, &open, &[], at("2026-11-24T23:00:00Z")), None);
    let late = with("-Drdsecho.promote.reminderHours=2");
    assert_eq!(news::decide(&late, &open, &[], at("2026-11-24T21:59:59Z")), None);
    assert!(news::decide(&late, &open, &[], at("2026-11-24T22:00:00Z")).is_some());
}

/// A copy that fails while people are asked is given up at the next look: nobody decides about it any more.
#[test]
fn nobody_is_reminded_of_a_copy_that_cannot_be_used() {
    for status in ["failed", "stopped", "modifying"] {
        let mut instance = confirmed_by(&[], REMINDER).facts().clone();
        status.clone_into(&mut instance.status);
        assert_eq!(word(&own(instance), REMINDER), "nothing", "{status}");
    }
}

/// Clicks that KMS does not know are nobody's.
#[test]
fn a_forged_confirmation_is_no_news() {
    let confirmed = confirmed_by(&[ANN], "2026-11-22T09:00:00Z");
    let wants_proof = |own: &OwnInstance, time: &str| news::wants_proof(&settings(), own, at(time));
    assert!(wants_proof(&confirmed, "2026-11-22T10:00:00Z"));
    assert!(!wants_proof(&after(&confirmed, "2026-11-22T10:00:00Z"), "2026-11-22T10:05:00Z"), "it was told");
    assert!(!wants_proof(&confirmed_by(&[], "2026-11-22T09:00:00Z"), REMINDER), "there is nothing to prove");
    assert_eq!(news::decide(&settings(), &confirmed, &[], at("2026-11-22T10:00:00Z")), None);
    let expired = news::decide(&settings(), &confirmed, &[], at("2026-11-25T00:00:01Z")).unwrap();
    assert_eq!(expired.news, News::Expired { by: Vec::new() });
    let two = with("-Drdsecho.promote.approvals=2");
    assert!(!news::wants_proof(&two, &confirmed, at("2026-11-22T10:00:00Z")), "they are too few in any case");
    assert!(news::wants_proof(&two, &confirmed, at("2026-11-25T00:00:01Z")), "the last mail names them");
}

/// An end is told once; only that the switch has happened after all is worth another mail.
#[test]
fn after_the_end_only_the_switch_is_news() {
    let time = "2026-11-22T10:00:00Z";
    let confirmed = after(&confirmed_by(&[ANN], "2026-11-22T09:00:00Z"), time);
    let cancelled = after(&changed(&confirmed, &[("cancelled:bob@example.test", "1 2026-11-22T09:30:00Z")]), time);
    let given_up = [("stage", "forgotten"), ("since", "2026-11-22T09:40:00Z"), ("failure", "superseded")];
    assert_eq!(word(&changed(&cancelled, &given_up), time), "nothing", "it was closed before");
    let promoted = changed(&cancelled, &[("stage", "promoted"), ("since", "2026-11-22T09:31:00Z")]);
    let News::Promoted { by, too_late, overruled: None } = told(&promoted, time).unwrap().news else { panic!() };
    assert_eq!((by, too_late), (vec![ANN.to_owned()], Some(BOB.to_owned())));
    // It was cancelled half an hour before: whoever promoted it knew.
    let overruled = changed(&cancelled, &[("stage", "promoted"), ("since", "2026-11-22T10:00:00Z")]);
    let News::Promoted { too_late: None, overruled, .. } = told(&overruled, time).unwrap().news else { panic!() };
    assert_eq!(overruled.as_deref(), Some(BOB));
    let promoted = after(&promoted, time);
    let replaced = changed(&promoted, &[("stage", "forgotten"), ("since", "2026-11-22T09:50:00Z")]);
    assert_eq!(word(&replaced, time), "nothing", "people have their new copy");
}

/// A person has led the name back: once for each time, though the switch to it was told long ago.
#[test]
fn each_way_back_is_told_once() {
    let time = "2026-11-22T10:00:00Z";
    let since = "2026-11-22T09:00:00Z";
    let promoted = changed(&confirmed_by(&[ANN], since), &[("stage", "promoted"), ("since", since)]);
    let told_of = after(&promoted, time);
    assert_eq!(word(&told_of, time), "nothing");
    let back = |at: &str| changed(&told_of, &[("since", at), ("replaced", &format!("dev-2026-11-29.abc {at}"))]);
    let once = back("2026-11-22T09:30:00Z");
    assert_eq!(word(&once, time), "returned=2026-11-22T09:30:00Z");
    let once = after(&once, time);
    assert_eq!(word(&once, time), "nothing");
    let again =
        changed(&once, &[("since", "2026-11-22T09:50:00Z"), ("replaced", "dev-2026-11-29.abc 2026-11-22T09:50:00Z")]);
    assert_eq!(word(&again, time), "returned=2026-11-22T09:50:00Z");
    let by_hand = changed(&once, &[("since", "2026-11-22T09:55:00Z")]);
    assert_eq!(word(&by_hand, time), "nothing", "a hand has moved it since");
}

/// A slower run that told of the confirmation comes after the one that told of the switch.
#[test]
fn a_late_mark_does_not_make_the_end_news_again() {
    let time = "2026-11-22T10:00:00Z";
    let confirmed = confirmed_by(&[ANN], "2026-11-22T09:00:00Z");
    let slower = told(&confirmed, time).unwrap();
    let promoted = after(&changed(&confirmed, &[("stage", "promoted"), ("since", "2026-11-22T09:01:00Z")]), time);
    let both = written(&promoted, &slower.told(&settings(), &slower.to, true));
    assert_eq!(word(&both, time), "nothing");
}

#[test]
fn who_could_not_be_reached_is_told_later() {
    let time = "2026-11-22T09:10:00Z";
    let cancelled = changed(&confirmed_by(&[], time), &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z")]);
    let tell = told(&cancelled, time).unwrap();
    assert!(!tell.last_try);
    let half = written(&cancelled, &tell.told(&settings(), &[ANN.to_owned()], false));
    let again = told(&half, time).unwrap();
    assert_eq!((again.to.as_slice(), again.reached.as_slice()), (&[BOB.to_owned()][..], &[ANN.to_owned()][..]));
    assert!(told(&half, "2026-11-22T10:00:00Z").unwrap().last_try, "an hour later it is enough");
}

/// Whom the first mail did not reach knows nothing of the request; who is no approver any more has no business with it.
#[test]
fn only_those_who_were_asked_are_told() {
    let time = "2026-11-22T09:10:00Z";
    let cancelled = changed(&confirmed_by(&[], time), &[("cancelled:bob@example.test", "1 2026-11-22T09:00:00Z")]);
    let half = changed(&cancelled, &[("notified", "1 2026-11-25T00:00:00Z bob@example.test")]);
    assert_eq!(told(&half, time).unwrap().to, [BOB]);
    let nobody = changed(&cancelled, &[("notified", "0 2026-11-25T00:00:00Z")]);
    assert_eq!(told(&nobody, time), None);
    let removed = with("-Drdsecho.promote.approvers=bob@example.test");
    assert_eq!(news::decide(&removed, &cancelled, &[], at(time)).unwrap().to, [BOB]);
    let never_asked = own(instance("dev-2026-11-22", "promoted", &[]));
    assert_eq!(news::decide(&settings(), &never_asked, &[], at(time)), None);
}

/// The wait for answers ends when there is something to tell.
#[test]
fn the_wait_ends_at_the_next_news() {
    let wait = |own: &OwnInstance, time: &str| {
        let Decision::Wait { until, .. } = request::decide(&settings(), own, at(time)) else {
            panic!("it does not wait")
        };
        until.unwrap().to_string()
    };
    let open = confirmed_by(&[], REMINDER);
    assert_eq!(wait(&open, "2026-11-22T10:00:00Z"), REMINDER);
    assert_eq!(wait(&open, "2026-11-24T10:00:00Z"), "2026-11-25T00:00:01Z");
    assert_eq!(wait(&open, "2026-11-25T00:00:01Z"), "2026-11-25T01:00:00Z");
}

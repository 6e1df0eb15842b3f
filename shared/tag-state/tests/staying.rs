//! Why an instance that should go stays, as retire notes it.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{at, ours, settings, with};
use tag_state::decide::trouble::{ANNOUNCED, What, note_wait, tell, trouble};
use tag_state::own::OwnInstance;

const ID: &str = "dev-2026-11-22";
const KEY: &str = "rdsecho:dev:trouble";
/// It is `forgotten` since the 22nd at midnight, and has a day of grace.
const DUE: &str = "2026-11-23T00:00:00Z";
const LATER: &str = "2026-11-23T01:00:01Z";
const CLIENTS: &str = "it had up to 3 connections in the last 30 minutes, which stay on it when the CNAME moves";

fn forgotten(more: &[(&str, &str)]) -> OwnInstance {
    ours(ID, "forgotten", more)
}

fn note(own: &OwnInstance, code: &str, words: &str, now: &str) -> Option<String> {
    note_wait(&settings(), own, code, words, at(now)).map(|tags| tags[KEY].clone())
}

#[test]
fn a_reason_is_noted_once_it_keeps_something_that_is_due() {
    let bare = forgotten(&[]);
    assert_eq!(note(&bare, "no-record", "there is no record", "2026-11-22T23:59:59Z"), None, "it has its grace");
    for code in ["grace", "pause", "held", "going", "gone"] {
        assert_eq!(note(&bare, code, "", DUE), None, "{code} is as it should be");
    }
    let noted = note(&bare, "no-record", "there is no record", DUE).unwrap();
    assert_eq!(noted, "waits 2026-11-23T00:00:00Z : no-record 2026-11-23T00:00:00Z there is no record");
    let noted = forgotten(&[("trouble", &noted)]);
    assert_eq!(note(&noted, "no-record", "in other words", "2026-11-25T00:00:00Z"), None, "the same");
    assert_eq!(note(&noted, "no-zone", "", "2026-11-23T00:59:59Z"), None, "not at every look");
    assert!(note(&noted, "no-zone", "", "2026-11-23T01:00:00Z").is_some());
    // Of calls that fail the words count, as far as a tag has room.
    let long = "DeleteDBInstance of x failed: '".repeat(20);
    let failed = forgotten(&[("trouble", &note(&bare, "call-failed", &long, DUE).unwrap())]);
    assert_eq!(note(&failed, "call-failed", &long, LATER), None);
    assert!(note(&failed, "call-failed", "another", LATER).is_some());
    // What was noted of the stage before says nothing of this one.
    let before = ours(ID, "retired", &[("trouble", "waits 2026-11-21T00:00:00Z : no-record 2026-11-21T00:00:00Z x")]);
    assert!(note(&before, "no-record", "x", DUE).is_some());
    assert_eq!(note(&ours(ID, "promoted", &[]), "no-record", "x", DUE), None);
}

#[test]
fn what_was_told_is_not_told_again_for_a_note() {
    let failed = |mark: &str| {
        let tags = [("attempt", "1 failed"), ("failure", "its status is failed"), ("trouble", mark)];
        ours(ID, "forgotten", &tags)
    };
    let told = failed("failed 2026-11-22T01:30:00Z announced");
    let noted = note(&told, "no-record", "there is none", DUE).unwrap();
    assert_eq!(noted, "failed 2026-11-22T01:30:00Z announced : no-record 2026-11-23T00:00:00Z there is none");
    let whole = failed("failed 2026-11-22T01:30:00Z : no-record 2026-11-23T00:00:00Z there is none");
    assert_eq!(tell(&settings(), &whole, &[], true, at(LATER)), None);
    // And a mark keeps the note.
    let untold = failed("waits 2026-11-23T00:00:00Z : no-record 2026-11-23T00:00:00Z there is none");
    let mark =
        &tell(&settings(), &untold, &[], true, at(LATER)).unwrap().mark(&settings(), &[ANNOUNCED.to_owned()], true)
            [KEY];
    assert_eq!(mark, "failed 2026-11-23T01:00:01Z : no-record 2026-11-23T00:00:00Z there is none");
}

#[test]
fn both_troubles_say_why() {
    let mark = |code: &str, words: &str| format!("waits 2026-11-23T00:00:00Z : {code} 2026-11-23T00:00:00Z {words}");
    let what = |own: &OwnInstance, now: &str| trouble(&settings(), own, &[], at(now)).map(|found| found.what);
    let late = "2026-11-28T00:00:00Z";
    let why = "there is no record".to_owned();
    let noted = [("trouble", &*mark("no-record", &why))];
    assert_eq!(what(&forgotten(&noted), LATER), None);
    assert_eq!(what(&forgotten(&noted), late), Some(What::NotRetired { why: why.clone() }));
    let status = "available".to_owned();
    assert_eq!(what(&ours(ID, "retired", &noted), late), Some(What::NotDeleted { status, why }));
    assert!(what(&forgotten(&[]), late).unwrap().to_string().ends_with("has noted no reason, see its log"));
}

#[test]
fn clients_are_told_an_hour_after_it_was_due() {
    let mark = note(&forgotten(&[]), "in-use-by-clients", CLIENTS, DUE).unwrap();
    let code = |stage: &str, more: &[(&str, &str)], now: &str| {
        let own = ours(ID, stage, &[&[("trouble", &*mark)], more].concat());
        trouble(&settings(), &own, &[], at(now)).map(|found| found.what)
    };
    let said = "it had up to 3 connections in the last 30 minutes".to_owned();
    let clients = What::InUseByClients { said, who: "ann@example.test, bob@example.test".to_owned() };
    assert_eq!(code("forgotten", &[], "2026-11-23T01:00:00Z"), None, "they may go by themselves");
    assert_eq!(code("forgotten", &[], LATER), Some(clients.clone()));
    assert_eq!(code("retired", &[], LATER), Some(clients.clone()), "also at the last look");
    assert_eq!(code("forgotten", &[("hold", "2026-11-30T00:00:00Z")], LATER), None, "somebody keeps it");
    assert!(!clients.is_stuck(), "it ends when they go");
    // Told once, also where that was in the stage before.
    let told = ours(ID, "retired", &[("trouble", &mark.replace("waits 2026-11-23", "in-use-by-clients 2026-11-21"))]);
    assert_eq!(tell(&settings(), &told, &[], true, at(LATER)), None);
    let nobody = with("-Drdsecho.promote.approval=none");
    let own = forgotten(&[("trouble", &mark)]);
    let text = trouble(&nobody, &own, &[], at(LATER)).unwrap().what.to_string();
    assert!(text.contains("those who work with it may know"), "{text}");
}

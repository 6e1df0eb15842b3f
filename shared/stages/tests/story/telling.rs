//! What those who were asked hear afterwards.

use simulation::calm::Calm;
use simulation::functions::Function;
use stages::ports::Failure;
use tag_state::facts::Record;
use tag_state::wake::Wake;

use crate::common::{FIRST, LEGACY, SECOND, meanwhile, parts, until_asked};

const ANN: &str = "ann@example.test";
const BOB: &str = "bob@example.test";
const CLEO: &str = "cleo@example.test";
const ASKED: &str = "Switch dev-db.example.test to a fresh copy?";
const REMINDED: &str = "Still open: switch dev-db.example.test to a fresh copy?";
const CONFIRMED: &str = "Confirmed: dev-db.example.test is about to switch";
const CANCELLED: &str = "Cancelled: dev-db.example.test stays where it is";
const SWITCHED: &str = "Done: dev-db.example.test leads to the fresh copy";
const EXPIRED: &str = "Not switched: the time to answer for dev-db.example.test is over";
const WITHDRAWN: &str = "Withdrawn: dev-db.example.test stays where it is";

/// The last mail to Cleo, both its parts.
fn last(calm: &Calm) -> [String; 2] {
    parts(calm.mails.iter().rfind(|mail| mail.to == CLEO).unwrap())
}

fn look(calm: &mut Calm, rounds: usize) {
    for _ in 0..rounds {
        calm.wake(Function::RequestApproval);
        calm.pass(10);
    }
}

#[test]
fn the_confirmation_and_the_switch_are_told_to_all_once_and_in_one_conversation() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.ann_confirms();
    look(&mut calm, 3);
    calm.wake(Function::Promote);
    look(&mut calm, 10);
    for person in [ANN, BOB, CLEO] {
        assert_eq!(calm.headlines(person), [ASKED, CONFIRMED, SWITCHED], "{person}");
    }
    for part in last(&calm) {
        assert!(part.contains("ann@example.test confirmed"), "{part}");
        assert!(part.contains("legacy.example.test, where it led before, is left alone"), "{part}");
    }
    let threads: Vec<&str> = calm.mails.iter().map(|mail| &*mail.thread).collect();
    assert!(threads.iter().all(|thread| *thread == threads[0]), "{threads:?}");
}

/// Where the switch is as fast as it mostly is, it is all there is to tell.
#[test]
fn the_switch_overtakes_the_confirmation() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.ann_confirms();
    calm.wake(Function::Promote);
    look(&mut calm, 3);
    assert_eq!(calm.headlines(BOB), [ASKED, SWITCHED]);
}

/// request-approval's calls: 1 instances, 2 the MAC, 3 the last look. Whatever came in between is told instead.
#[test]
fn a_switch_that_is_not_to_come_any_more_is_not_promised() {
    for (tag, value, then) in
        [("stage", "promoted", SWITCHED), ("cancelled:bob@example.test", "1 2026-11-22T05:00:00Z", CANCELLED)]
    {
        let mut calm = Calm::new("");
        until_asked(&mut calm);
        calm.ann_confirms();
        meanwhile(&calm, Function::RequestApproval, 3, || {
            calm.town.tag_by_hand(FIRST, tag, value);
            if then == SWITCHED {
                calm.point_at(FIRST);
            }
        });
        look(&mut calm, 2);
        assert_eq!(calm.headlines(CLEO), [ASKED, then]);
    }
}

/// Whoever leads the name to an instance says so in its tag before.
#[test]
fn a_switch_that_only_the_tag_tells_of_is_not_told() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.ann_confirms();
    calm.town.tag_by_hand(FIRST, "stage", "promoted");
    look(&mut calm, 2);
    assert_eq!(calm.headlines(CLEO), [ASKED]);
    calm.point_at(FIRST);
    look(&mut calm, 2);
    assert_eq!(calm.headlines(CLEO), [ASKED, SWITCHED]);
}

/// Two wake-ups at the same moment would both tell.
#[test]
fn a_click_that_was_overtaken_leaves_the_switch_to_its_own_event() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.ann_confirms();
    calm.wake(Function::Promote);
    let event = |is_click| Wake::Instance { identifier: FIRST.to_owned(), what: "an event".to_owned(), is_click };
    calm.wake_for(Function::RequestApproval, event(true));
    assert_eq!(calm.headlines(BOB), [ASKED]);
    calm.wake_for(Function::RequestApproval, event(false));
    assert_eq!(calm.headlines(BOB), [ASKED, SWITCHED]);
}

#[test]
fn the_second_switch_says_when_the_copy_before_goes_and_how_to_keep_it() {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=30 -Drdsecho.promote.replyTo=platform@example.test");
    calm.until(100, |calm| calm.uses(SECOND)).expect("two cycles");
    look(&mut calm, 1);
    let asked = calm.mails.iter().rfind(|mail| mail.text.starts_with(ASKED)).unwrap();
    let fate = "dev-2026-11-22, the copy in use now, is destroyed 30 hours after the switch, after a final snapshot.";
    assert!(parts(asked).iter().all(|part| part.contains(fate)), "{}", asked.text);
    assert!(asked.text.contains("moves from dev-2026-11-22 to dev-2026-11-22-2"), "{}", asked.text);
    let [text, _] = last(&calm);
    let since = calm.town.echo_tags(FIRST).unwrap().since.unwrap();
    let gone = (since + jiff::SignedDuration::from_hours(30)).strftime("%-d %B %Y, %H:%M UTC").to_string();
    assert!(text.starts_with(SWITCHED) && text.contains(&gone), "{gone}: {text}");
    assert!(text.contains("tell platform@example.test before then: `rds-echo rollback`"), "{text}");
}

#[test]
fn a_cancel_is_told_with_its_reason() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter(BOB).unwrap();
    let form = "other=1&reason=We%27re+testing%2C+%3Cb%3Esorry%3C%2Fb%3E%21%0D%0A%C3%BC&reason=second";
    let page = calm.send(&letter.cancel, form);
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("You cancelled it: We&#39;re testing, &#60;b&#62;sorry&#60;/b&#62;! ü"),
        "{}",
        page.body
    );
    let seen = calm.visit("GET", &calm.letter(ANN).unwrap().confirm);
    assert!(seen.body.contains("bob@example.test cancelled it: We&#39;re testing"), "{}", seen.body);
    look(&mut calm, 3);
    for person in [ANN, BOB, CLEO] {
        assert_eq!(calm.headlines(person), [ASKED, CANCELLED], "{person}");
    }
    let [text, html] = last(&calm);
    assert!(text.contains("bob@example.test cancelled the switch: We're testing, <b>sorry</b>! ü"), "{text}");
    assert!(html.contains("&#60;b&#62;sorry") && !html.contains("<b>"), "{html}");
    let said = calm.wake(Function::Promote).unwrap();
    assert!(said.outcomes[0].why.contains("bob@example.test (We're testing"), "{said:#?}");
}

#[test]
fn a_confirmation_has_no_reason_and_a_form_that_is_none_changes_nothing() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=2");
    until_asked(&mut calm);
    let letter = calm.letter(BOB).unwrap();
    let before = calm.facts(FIRST).unwrap();
    for (form, status) in [("reason=%FF", 400), (&*format!("reason={}", "a".repeat(8192)), 413)] {
        for link in [&letter.confirm, &letter.cancel] {
            assert_eq!(calm.send(link, form).status, status);
            assert_eq!(*calm.calls.last().unwrap(), ("approve", 0), "nobody has to be asked");
        }
    }
    assert_eq!(calm.facts(FIRST).unwrap(), before);
    assert_eq!(calm.send(&letter.confirm, "reason=because").status, 200);
    assert!(!calm.town.tag(FIRST, "confirmed:bob@example.test").unwrap().contains("because"));
}

#[test]
fn who_has_not_answered_is_reminded_once_and_the_end_is_told() {
    let mut calm =
        Calm::new("-Drdsecho.promote.approvals=2 -Drdsecho.promote.expiryHours=6 -Drdsecho.new.minimumAgeHours=90");
    until_asked(&mut calm);
    calm.ann_confirms();
    look(&mut calm, 50);
    assert_eq!(calm.headlines(ANN), [ASKED, EXPIRED]);
    assert_eq!(calm.headlines(BOB), [ASKED, REMINDED, EXPIRED]);
    let links: Vec<String> =
        calm.letters.iter().filter(|letter| letter.to == BOB).map(|it| it.confirm.clone()).collect();
    assert!(links.len() == 2 && links[0] == links[1], "the reminder's links are the same");
    let [text, _] = last(&calm);
    assert!(text.contains("1 of 2 needed confirmations came"), "{text}");
}

#[test]
fn a_copy_that_is_given_up_is_withdrawn() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.town.rds.world_mut().force_status(FIRST, "storage-full").unwrap();
    look(&mut calm, 3);
    assert_eq!(calm.stage(FIRST), "forgotten");
    assert_eq!(calm.headlines(CLEO), [ASKED, WITHDRAWN]);
}

/// The mailbox that was dead for half an hour gets its mail, and the others get no second one.
#[test]
fn news_is_tried_again_for_who_could_not_be_reached() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter(ANN).unwrap();
    calm.visit("POST", &letter.cancel);
    *calm.town.dead_address.borrow_mut() = Some((BOB.to_owned(), Failure::Unknown));
    look(&mut calm, 3);
    *calm.town.dead_address.borrow_mut() = None;
    look(&mut calm, 3);
    for person in [ANN, BOB, CLEO] {
        assert_eq!(calm.headlines(person), [ASKED, CANCELLED], "{person}");
    }
}

/// The CNAME is the truth: a link of a copy that it leads to already, though no tag says so yet.
#[test]
fn the_page_believes_the_record_and_not_the_tags() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter(ANN).unwrap();
    let page = calm.visit("GET", &letter.confirm);
    assert!(page.body.contains("<dt>Leads now to</dt><dd>legacy.example.test</dd>"), "{}", page.body);
    calm.point_at(FIRST);
    assert_eq!(calm.visit("POST", &letter.cancel).status, 409);
    assert!(calm.visit("GET", &letter.confirm).body.contains("<h1>Done: the switch has happened</h1>"));
    assert_eq!(calm.town.tag(FIRST, "cancelled:ann@example.test"), None);
    calm.town.point_by_hand(Record::Cname { value: LEGACY.to_owned(), ttl: 60 });
    assert!(calm.visit("GET", &letter.confirm).body.contains("<h1>Confirm the switch?</h1>"));
}

/// The reminder of one copy has read the CNAME, and a person has pointed that at another one, which then failed.
#[test]
fn what_the_name_is_known_to_lead_to_is_not_given_up() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    calm.town.tag_by_hand(FIRST, "cancelled:bob@example.test", "1 2026-11-22T05:00:00Z");
    for _ in 0..60 {
        for function in [Function::New, Function::Modify, Function::Reboot] {
            calm.wake(function);
        }
        calm.pass(10);
    }
    assert_eq!(calm.stage(SECOND), "rebooted");
    calm.town.untag_by_hand(FIRST, "cancelled:bob@example.test");
    calm.point_at(SECOND);
    calm.town.rds.world_mut().force_status(SECOND, "failed").unwrap();
    calm.pass(48 * 60);
    let report = calm.wake(Function::RequestApproval).unwrap();
    let told = "Stuck: dev-2026-11-22-2 does not go on";
    assert_eq!(calm.headlines(CLEO), [ASKED, REMINDED, told], "{report:#?}");
    assert_eq!(calm.stage(SECOND), "rebooted");
    assert!(report.outcomes.iter().any(|outcome| outcome.code == Some("in-use")), "{report:#?}");
    calm.wake(Function::Promote);
    assert_eq!((calm.stage(SECOND).as_str(), calm.violations().len()), ("promoted", 0));
}

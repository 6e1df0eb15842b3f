//! Mails to the approvers.

use simulation::calm::Calm;
use simulation::functions::Function;
use stages::ports::Failure;

use crate::common::{FIRST, until_asked};

#[test]
fn a_dead_address_neither_stops_the_others_nor_fills_their_mailboxes() {
    for failure in [Failure::Refused, Failure::Unknown] {
        let mut calm = Calm::new("");
        *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), failure));
        until_asked(&mut calm);
        let failed = calm.said[&Function::RequestApproval].error().unwrap();
        assert!(failed.contains("SendEmail"), "{failed}");
        let expected =
            if failure == Failure::Refused { "Z : bob@example.test" } else { "ann@example.test cleo@example.test" };
        let notified = calm.town.tag(FIRST, "notified").unwrap();
        assert!(notified.contains(expected), "{failure:?}: {notified}");
        for _ in 0..10 {
            calm.all_look();
            calm.pass(10);
        }
        let mailed: Vec<&str> = calm.letters.iter().map(|letter| &*letter.to).collect();
        assert_eq!(mailed, ["ann@example.test", "cleo@example.test"], "{failure:?}: one mail each");
        assert_eq!(calm.said[&Function::RequestApproval].errors, [""; 0], "after an hour nobody tries any more");
        let notified = calm.town.tag(FIRST, "notified").unwrap();
        assert!(notified.ends_with("Z : bob@example.test"), "{failure:?}: {notified}");
        assert!(
            calm.announced.iter().all(|one| one.detail_type != "Echo Trouble"),
            "{failure:?}: two others can answer"
        );
        calm.ann_confirms();
        calm.all_look();
        assert!(calm.uses(FIRST), "{failure:?}: her confirmation is enough");
    }
}

/// Three must confirm, and one of the three cannot be mailed: nobody waits for three days to hear that.
#[test]
fn that_too_few_can_answer_is_told_at_once_and_by_name() {
    for failure in [Failure::Refused, Failure::Unknown] {
        let mut calm = Calm::new("-Drdsecho.promote.approvals=3 -Drdsecho.notify=platform@example.test");
        *calm.town.dead_address.borrow_mut() = Some(("bob@example.test".to_owned(), failure));
        until_asked(&mut calm);
        let asked = calm.town.now();
        let is_told = |calm: &Calm| {
            let trouble = calm.announced.iter().find(|one| one.detail_type == "Echo Trouble");
            trouble.map(|one| one.detail.clone())
        };
        calm.until(12, |calm| is_told(calm).is_some()).expect("it is told");
        let told = is_told(&calm).unwrap();
        assert!(told.contains("mails-not-sent"), "{told}");
        assert!(told.contains("bob@example.test could not be mailed: 2 can confirm, and 3 must"), "{told}");
        let minutes = calm.town.now().duration_since(asked).as_mins();
        // One that SES refuses is lost at once; another is tried for an hour.
        assert!(if failure == Failure::Refused { minutes <= 20 } else { minutes <= 80 }, "{failure:?}: {minutes}");
        assert_eq!(calm.headlines("platform@example.test"), ["Stuck: dev-2026-11-22 does not go on"]);
        // Asked again, with an address that works.
        *calm.town.dead_address.borrow_mut() = None;
        calm.command(simulation::functions::Command::Request { anew: false });
        let notified = calm.town.tag(FIRST, "notified").unwrap();
        assert!(!notified.contains(" : "), "{notified}");
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

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

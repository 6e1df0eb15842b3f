//! The page behind the links.

use simulation::calm::{Calm, Letter};
use simulation::functions::{Done, Function, Job};

use crate::common::{FIRST, LEGACY, SECOND, cname, promoted, until_asked};

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

/// The log says what the reader of a page saw.
#[test]
fn a_visit_is_told_of() {
    let mut calm = Calm::new("");
    until_asked(&mut calm);
    let letter = calm.letter("ann@example.test").unwrap();
    let mut told = |method: &'static str| match calm.run(&Job::visit(method, &letter.confirm)) {
        Some(Done::Page(_, report)) => {
            let outcome = &report.outcomes[0];
            format!("{}; {} {}", report.woken_by, outcome.what, outcome.why)
        }
        Some(Done::Stage(_)) | None => panic!("no page"),
    };
    assert_eq!(told("GET"), "GET of the confirm page by ann@example.test;  the request is open");
    let pressed =
        "POST of the confirm page by ann@example.test; confirmed ann@example.test pressed the button of request 1";
    assert_eq!(told("POST"), pressed);
    assert_eq!(told("GET"), "GET of the confirm page by ann@example.test;  enough have confirmed");
}

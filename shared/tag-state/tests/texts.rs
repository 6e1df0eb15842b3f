//! What approvers read: complete, escaped, and true for each way things can stand.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{NOW_DAY as NOW, at, confirmed_by, instance, own, settings, with};
use tag_state::approval::{Action, Claim};
use tag_state::decide::click::{Standing, standing};
use tag_state::decide::request::claim;
use tag_state::own::OwnInstance;
use tag_state::text::mail::{Links, approval_mail};
use tag_state::text::page::Page;

fn links() -> Links {
    Links { confirm: "https://page.test/CONFIRM".to_owned(), cancel: "https://page.test/CANCEL".to_owned() }
}

fn link(own: &OwnInstance, action: Action) -> Claim {
    claim(&settings(), own, own.tags().request.unwrap(), action, "ann@example.test")
}

#[test]
fn both_parts_of_the_mail_are_complete() {
    let own = confirmed_by(&[], NOW);
    let mail = approval_mail(
        &settings(),
        &own,
        own.tags().request.unwrap(),
        "echo@example.test",
        "ann@example.test",
        &links(),
    );
    assert_eq!(mail.subject, "[dev] Switch dev-db.example.test to a fresh copy? (dev-2026-11-22)");
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("echo@example.test", "ann@example.test"));
    for part in [&mail.text, &mail.html] {
        for fact in [
            "dev-db.example.test",
            "dev-2026-11-22",
            "rds:production-2026-11-21",
            "db.t4g.medium, mysql 8.0.36",
            "ann@example.test, bob@example.test",
            "until Wednesday 25 November 2026, 00:00 UTC",
            "kept for 24 hours more and then destroyed, after a final snapshot",
            "do not forward this mail",
        ] {
            assert!(part.contains(fact), "{fact}: {part}");
        }
        for link in ["https://page.test/CONFIRM", "https://page.test/CANCEL"] {
            assert_eq!(part.matches(link).count(), 1, "{link}: {part}");
        }
    }
    let skip = with("-Drdsecho.retire.skipFinalSnapshot=true");
    let mail = approval_mail(&skip, &own, own.tags().request.unwrap(), "e@example.test", "ann@example.test", &links());
    assert!(!mail.text.contains("final snapshot") && !mail.html.contains("final snapshot"));
}

#[test]
fn what_others_control_is_never_markup() {
    let mut hostile = instance("dev-2026-11-22", "rebooted", common::REQUEST);
    hostile.engine = "<script>alert(1)</script>".to_owned();
    hostile.tags.extend(common::tags(&[
        ("snapshot", "\"><img src=x>"),
        ("cancelled:<b>eve</b>@example.test", "1 2026-11-23T08:00:00Z"),
    ]));
    let own = own(hostile);
    let mail =
        approval_mail(&settings(), &own, own.tags().request.unwrap(), "e@example.test", "ann@example.test", &links());
    let claim = link(&own, Action::Confirm);
    let standing = standing(&settings(), Some(&own), &claim, &common::mac(7), at(NOW));
    assert!(matches!(standing, Standing::Cancelled { .. }));
    let page = Page::Standing { standing: &standing, claim: &claim, own: Some(&own), pressed: false };
    let html = page.html(&settings());
    for text in [&mail.html, &html] {
        for markup in ["<script", "<img", "<b>"] {
            assert!(!text.contains(markup), "{markup}: {text}");
        }
    }
    assert!(html.contains("&#60;b&#62;eve"), "{html}");
}

/// Each way things can stand, its status, its heading, and whether there is a button.
#[test]
fn each_standing_has_its_own_page() {
    let own = confirmed_by(&[], NOW);
    let by = |name: &str| Standing::Cancelled { by: name.to_owned() };
    let cases = [
        (Standing::Open { confirmed: 0, needed: 2 }, Action::Confirm, 200, "Confirm the switch?", true),
        (Standing::Open { confirmed: 0, needed: 2 }, Action::Cancel, 200, "Cancel the switch?", true),
        (
            Standing::ConfirmedByYou { confirmed: 1, needed: 2 },
            Action::Confirm,
            200,
            "Thank you, you have confirmed",
            false,
        ),
        (Standing::ConfirmedByYou { confirmed: 1, needed: 2 }, Action::Cancel, 200, "Cancel the switch?", true),
        (Standing::Enough, Action::Confirm, 200, "Enough have confirmed", false),
        (Standing::Enough, Action::Cancel, 200, "Cancel the switch?", true),
        (by("bob@example.test"), Action::Confirm, 409, "This request was cancelled", false),
        (by("ann@example.test"), Action::Cancel, 200, "This request was cancelled", false),
        (by("bob@example.test"), Action::Cancel, 409, "This request was cancelled", false),
        (by("ann@example.test"), Action::Confirm, 409, "This request was cancelled", false),
        (Standing::Expired, Action::Confirm, 410, "This request has expired", false),
        (Standing::Superseded, Action::Cancel, 410, "This request is out of date", false),
        (Standing::Promoted, Action::Confirm, 200, "Done: the switch has happened", false),
        (Standing::Promoted, Action::Cancel, 409, "Too late to cancel", false),
        (Standing::NotListed, Action::Confirm, 403, "You are not asked any more", false),
    ];
    for (standing, action, status, heading, button) in cases {
        let claim = link(&own, action);
        let page = Page::Standing { standing: &standing, claim: &claim, own: Some(&own), pressed: false };
        let html = page.html(&settings());
        assert_eq!(page.status(), status, "{standing:?}");
        assert!(html.contains(&format!("<h1>{heading}</h1>")), "{standing:?}: {html}");
        assert_eq!(html.contains("<form method=\"post\">"), button, "{standing:?}");
        assert_eq!(
            html.contains("<button type=\"submit\" class=\"cancel\""),
            button && action == Action::Cancel,
            "{standing:?}"
        );
        assert!(html.len() < 15_000 && !html.contains("<script"), "{} bytes", html.len());
    }
    // Whoever has just cancelled is told so; of somebody else's cancel, by whom.
    for (who, heading) in [("ann@example.test", "Cancelled"), ("bob@example.test", "This request was cancelled")] {
        let claim = link(&own, Action::Cancel);
        let html =
            Page::Standing { standing: &by(who), claim: &claim, own: Some(&own), pressed: true }.html(&settings());
        assert!(html.contains(&format!("<h1>{heading}</h1>")), "{who}: {html}");
    }
    for (page, status) in [(Page::BadLink, 404), (Page::Expired, 410), (Page::NotStored, 503), (Page::WrongMethod, 405)]
    {
        assert_eq!(page.status(), status);
        let html = page.html(&settings());
        assert!(!html.contains("<form") && !html.contains("dev-2026-11-22"), "nothing about any instance: {html}");
    }
}

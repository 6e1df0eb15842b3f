//! What approvers read, word for word: `texts/` holds every mail and page, which a change of words rewrites with
//! `SNAPSHOTS=overwrite cargo test -p tag-state --test texts`. Beside that: nothing others control becomes markup.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::{NOW_DAY, at, confirmed_by, instance, ours, own, with};
use jiff::Timestamp;
use snapbox::{Assert, Data};
use tag_state::approval::{Action, Claim};
use tag_state::calls::Mail;
use tag_state::decide::click::Standing;
use tag_state::decide::news::News;
use tag_state::decide::request::claim;
use tag_state::decide::trouble::trouble;
use tag_state::facts::Event;
use tag_state::own::OwnInstance;
use tag_state::parameter::{Parameter, Value};
use tag_state::predecessor::Predecessor;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::text::mail::{Letter, Links};
use tag_state::text::page::{Look, Page};
use tag_state::text::trouble::Notice;

fn settings() -> Settings {
    with(
        "-Drdsecho.promote.timeZone=Europe/Berlin -Drdsecho.promote.replyTo=platform@example.test \
         -Drdsecho.promote.approvals=2",
    )
}

fn now() -> Timestamp {
    at(NOW_DAY)
}

/// The copy that people are asked about, made in three hours and a half.
fn copy(people: &[&str]) -> OwnInstance {
    let mut instance = confirmed_by(people, "2026-11-23T08:00:00Z").facts().clone();
    instance.tags.extend(common::tags(&[
        ("data-from", "2026-11-21T23:30:00Z"),
        ("took", "new 12000 modified 720"),
        ("replaced", "dev-2026-11-15.abc.us-east-1.rds.amazonaws.com"),
    ]));
    own(instance)
}

fn old(stage: &str) -> Predecessor {
    Predecessor::Ours(Box::new(ours("dev-2026-11-15", stage, &[("since", "2026-11-23T08:30:00Z")])))
}

fn held(stage: &str, until: &str) -> Predecessor {
    let tags = [("since", "2026-11-23T08:30:00Z"), ("hold", until)];
    Predecessor::Ours(Box::new(ours("dev-2026-11-15", stage, &tags)))
}

fn links() -> Links {
    Links { confirm: "https://page.test/CONFIRM".to_owned(), cancel: "https://page.test/CANCEL".to_owned() }
}

fn same(file: &str, text: String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts").join(file);
    Assert::new().action_env("SNAPSHOTS").eq(text, Data::read_from(&path, None));
}

fn letter<'a>(settings: &'a Settings, own: &'a OwnInstance, predecessor: &'a Predecessor) -> Letter<'a> {
    let request = own.tags().request.unwrap();
    Letter { settings, own, predecessor, request, sender: "echo@example.test", now: now() }
}

/// Every mail: (file, mail).
fn mails() -> Vec<(&'static str, Mail)> {
    let settings = settings();
    let promoted = |people: &[&str]| {
        let mut instance = copy(people).facts().clone();
        instance.tags.extend(common::tags(&[("stage", "promoted"), ("since", "2026-11-23T08:30:00Z")]));
        own(instance)
    };
    let returned = {
        let mut instance = promoted(&[]).facts().clone();
        let replaced = format!("{} 2026-11-23T08:30:00Z", instance.tags["rdsecho:dev:replaced"]);
        instance.tags.extend(common::tags(&[("replaced", &replaced)]));
        own(instance)
    };
    let people = |names: &[&str]| names.iter().map(|name| format!("{name}@example.test")).collect::<Vec<_>>();
    let tell = |own: &OwnInstance, predecessor: &Predecessor, news: &News, links: Option<&Links>| {
        letter(&settings, own, predecessor).telling("ann@example.test", news, links)
    };
    let ann = &["ann@example.test"];
    let both = &["ann@example.test", "bob@example.test"];
    let remark = Remark::new("We're testing the release until Thursday, sorry!");
    vec![
        ("mail-asking", letter(&settings, &copy(&[]), &old("promoted")).asking("ann@example.test", &links())),
        (
            "mail-asking-first",
            letter(&settings, &copy(ann), &Predecessor::Stranger("legacy.example.test".to_owned()))
                .asking("bob@example.test", &links()),
        ),
        ("mail-reminder", tell(&copy(&["bob@example.test"]), &old("promoted"), &News::Reminder, Some(&links()))),
        (
            "mail-confirmed",
            tell(&copy(both), &Predecessor::Unknown, &News::Confirmed { by: people(&["ann", "bob"]) }, None),
        ),
        (
            "mail-cancelled",
            tell(
                &copy(&[]),
                &Predecessor::Unknown,
                &News::Cancelled { by: "bob@example.test".to_owned(), remark },
                None,
            ),
        ),
        (
            "mail-promoted",
            tell(
                &promoted(both),
                &old("forgotten"),
                &News::Promoted { by: people(&["ann", "bob"]), too_late: None, overruled: None },
                None,
            ),
        ),
        (
            "mail-promoted-first",
            tell(
                &promoted(both),
                &Predecessor::Stranger("legacy.example.test".to_owned()),
                &News::Promoted {
                    by: people(&["ann", "bob"]),
                    too_late: Some("bob@example.test".to_owned()),
                    overruled: None,
                },
                None,
            ),
        ),
        (
            "mail-promoted-all-the-same",
            tell(
                &promoted(&[]),
                &held("forgotten", "2026-12-01T00:00:00Z to be looked at"),
                &News::Promoted { by: Vec::new(), too_late: None, overruled: Some("bob@example.test".to_owned()) },
                None,
            ),
        ),
        (
            "mail-returned",
            tell(
                &returned,
                &held("forgotten", "2026-12-01T00:00:00Z to be looked at"),
                &News::Returned { at: now() },
                None,
            ),
        ),
        ("mail-expired", tell(&copy(ann), &Predecessor::Unknown, &News::Expired { by: people(&["ann"]) }, None)),
        (
            "mail-expired-in-vain",
            tell(&copy(both), &Predecessor::Unknown, &News::Expired { by: people(&["ann", "bob"]) }, None),
        ),
        (
            "mail-withdrawn",
            tell(&copy(&[]), &Predecessor::Unknown, &News::Withdrawn { why: "RDS says storage-full".to_owned() }, None),
        ),
    ]
}

#[test]
fn every_mail_reads_as_it_should() {
    for (file, mail) in mails() {
        let head = format!(
            "From: {} <{}>\nTo: {}\nReply-To: {}\nReferences: {}\nSubject: {}\n\n",
            mail.from_name,
            mail.from,
            mail.to,
            mail.reply_to.unwrap_or_default(),
            mail.thread,
            mail.subject
        );
        same(&format!("{file}.txt"), head + &mail.text);
        same(&format!("{file}.html"), mail.html);
    }
}

/// Whoever reads only one part of a mail misses nothing.
#[test]
fn both_parts_of_a_mail_say_the_same() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    for (file, mail) in mails() {
        let html = words(&plain(mail.html.split_once("<body").unwrap().1.split_once('>').unwrap().1));
        for line in mail.text.lines().map(|line| line.trim_start_matches("- ")) {
            // The buttons' words and the facts' columns differ.
            if line.starts_with("  ") || line.ends_with(':') || line.starts_with("https:") || line.trim() == "--" {
                continue;
            }
            assert!(html.contains(&words(line)), "{file} lacks {line:?}: {html}");
        }
        for link in ["https://page.test/CONFIRM", "https://page.test/CANCEL"] {
            let expected = usize::from(file.starts_with("mail-asking") || file == "mail-reminder");
            assert_eq!((mail.text.matches(link).count(), mail.html.matches(link).count()), (expected, expected));
        }
        assert!(!mail.html.contains("<img") && !mail.html.contains("http-equiv") && mail.html.len() < 15_000);
    }
}

/// All mails of a request find together, and the first line of the list stays the same.
#[test]
fn a_request_is_one_conversation() {
    let all = mails();
    let first = &all[0].1;
    for (file, mail) in &all {
        assert_eq!(mail.thread, first.thread, "{file}");
        assert_eq!(mail.subject.trim_start_matches("Re: "), first.subject, "{file}");
        assert_eq!(mail.subject.starts_with("Re: "), !file.starts_with("mail-asking"), "{file}");
    }
    let (mut instance, settings) = (copy(&[]).facts().clone(), settings());
    instance.tags.extend(common::tags(&[("request", "2")]));
    let again = own(instance);
    let predecessor = Predecessor::Nothing;
    let mail = letter(&settings, &again, &predecessor).asking("ann@example.test", &links());
    assert!(mail.thread != first.thread && mail.subject != first.subject, "{}", mail.subject);
}

/// What a browser shows of markup, line by line.
fn plain(html: &str) -> String {
    let mut shown = String::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        shown.push_str(text);
        rest = tag.split_once('>').unwrap().1;
    }
    shown.push_str(rest);
    [("&#39;", "'"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(shown, |shown, (code, character)| shown.replace(code, character))
}

fn link(own: &OwnInstance, action: Action) -> Claim {
    claim(&settings(), own, own.tags().request.unwrap(), action, "ann@example.test")
}

/// Each way things can stand, its status and its heading.
fn standings() -> Vec<(Standing, Action, bool, u16, &'static str)> {
    use Action::{Cancel, Confirm};
    let by = |name: &str, remark: &str| Standing::Cancelled { by: name.to_owned(), remark: Remark::new(remark) };
    let (ann, bob) = ("ann@example.test", "bob@example.test");
    let (open, half) =
        (Standing::Open { confirmed: 0, needed: 2 }, Standing::ConfirmedByYou { confirmed: 1, needed: 2 });
    vec![
        (open.clone(), Confirm, false, 200, "Confirm the switch?"),
        (open, Cancel, false, 200, "Cancel the switch?"),
        (half.clone(), Confirm, true, 200, "Thank you, you have confirmed"),
        (half, Cancel, false, 200, "Cancel the switch?"),
        (Standing::Enough, Confirm, true, 200, "Thank you, that was enough"),
        (Standing::Enough, Confirm, false, 200, "Enough have confirmed"),
        (Standing::Enough, Cancel, false, 200, "Cancel the switch?"),
        (by(ann, "not today"), Cancel, true, 200, "Cancelled"),
        (by(ann, ""), Cancel, false, 200, "This request was cancelled"),
        (by(ann, ""), Confirm, false, 409, "This request was cancelled"),
        (by(bob, "release test"), Confirm, true, 409, "This request was cancelled"),
        (by(bob, ""), Cancel, true, 409, "This request was cancelled"),
        (Standing::Expired, Confirm, true, 410, "This request has expired"),
        (Standing::Superseded, Cancel, false, 410, "This request is out of date"),
        (Standing::Promoted, Confirm, false, 200, "Done: the switch has happened"),
        (Standing::Promoted, Cancel, true, 409, "Too late to cancel"),
        (Standing::NotListed, Confirm, true, 403, "You are not asked any more"),
    ]
}

/// Every page: its status, and what a person reads on it.
#[test]
fn every_page_reads_as_it_should() {
    let settings = settings();
    let own = copy(&[]);
    let mut all = String::new();
    let mut add = |what: String, page: &Page<'_>, heading: &str| {
        let html = page.html(&settings);
        let main = html.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
        assert!(main.contains(&format!("<h1>{heading}</h1>")), "{what}: {main}");
        assert!(html.len() < 15_000 && !html.contains("<script") && !html.contains("<img"), "{what}");
        assert!(html.matches("<button").count() <= 1);
        let lines = plain(
            &main.replace("</dt>", ": ").replace("<button", "[button]<button").replace("<textarea", "[text]<textarea"),
        );
        let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        write!(all, "=== {what}: {}\n{}\n\n", page.status(), lines.join("\n")).unwrap();
    };
    for (standing, action, pressed, status, heading) in standings() {
        let claim = link(&own, action);
        let predecessor = old(if standing == Standing::Promoted { "forgotten" } else { "promoted" });
        let look = Look {
            standing: &standing,
            claim: &claim,
            own: Some(&own),
            predecessor: &predecessor,
            pressed,
            now: now(),
        };
        let page = Page::Standing(look);
        assert_eq!(page.status(), status, "{standing:?}");
        let has_button = page.html(&settings).contains("<form method=\"post\">");
        let may_press = matches!(
            (&standing, action),
            (Standing::Open { .. }, _) | (Standing::ConfirmedByYou { .. } | Standing::Enough, Action::Cancel)
        ) || (standing == Standing::Enough && !pressed);
        assert_eq!(has_button, may_press, "{standing:?}");
        add(format!("{standing:?}, {action:?}, pressed: {pressed}"), &page, heading);
    }
    let claim = link(&own, Action::Cancel);
    let remark = Remark::new("release test");
    let not_stored = Page::NotStored { claim: &claim, remark: remark.as_ref() };
    assert!(not_stored.html(&settings).contains(">release test</textarea>"), "nobody has to type it twice");
    add("NotStored".to_owned(), &not_stored, "That did not work, please press again");
    for (page, status, heading) in [
        (Page::NotRead, 503, "That did not work, please try again"),
        (Page::BadLink, 404, "This link does not work"),
        (Page::Expired, 410, "This link is too old"),
        (Page::WrongMethod, 405, "This page can only be opened and its button pressed"),
        (Page::TooLarge, 413, "That was not what the button sends"),
        (Page::WrongType, 415, "That was not what the button sends"),
        (Page::Unreadable, 400, "That was not what the button sends"),
    ] {
        assert_eq!(page.status(), status);
        let html = page.html(&settings);
        for nobodys_business in ["for dev", "dev-", "example.test", "form method=\"post\""] {
            assert!(!html.contains(nobodys_business), "{page:?} tells strangers of {nobodys_business}");
        }
        add(format!("{page:?}"), &page, heading);
    }
    same("pages.txt", all);
}

/// What else the name can lead to, as mail and page tell it.
#[test]
fn what_the_name_leads_to_is_told_as_it_is() {
    let settings = settings();
    let own = copy(&[]);
    let mut all = String::new();
    for predecessor in [
        Predecessor::Nothing,
        old("promoted"),
        Predecessor::Stranger("legacy.example.test".to_owned()),
        Predecessor::Gone("dev-2026-11-08.abc.us-east-1.rds.amazonaws.com".to_owned()),
        Predecessor::Unswitchable("a weighted record".to_owned()),
        Predecessor::Itself,
        Predecessor::Unknown,
    ] {
        let mail = letter(&settings, &own, &predecessor).asking("ann@example.test", &links());
        let leads = mail.text.lines().find(|line| line.starts_with("  Leads now to")).unwrap();
        let then = mail.text.split_once("have confirmed:\n").unwrap().1.split_once("\n\n").unwrap().0;
        write!(all, "{leads}\n{then}\n\n").unwrap();
    }
    same("leads-to.txt", all);
}

/// Whoever confirms knows beforehand that the master password is another one then; with production's nothing changes.
#[test]
fn the_question_says_that_the_master_password_is_another_one() {
    let (settings, predecessor) = (settings(), old("promoted"));
    let (managed, mut instance) = (copy(&[]), copy(&[]).facts().clone());
    instance.secret = None;
    let unmanaged = own(instance);
    for (copy, is_told) in [(&managed, true), (&unmanaged, false)] {
        let letter = letter(&settings, copy, &predecessor);
        let (claim, standing) = (link(copy, Action::Confirm), Standing::Open { confirmed: 0, needed: 2 });
        let look = Look {
            standing: &standing,
            claim: &claim,
            own: Some(copy),
            predecessor: &predecessor,
            pressed: false,
            now: now(),
        };
        for text in [
            letter.asking("ann@example.test", &links()).text,
            letter.telling("ann@example.test", &News::Reminder, Some(&links())).text,
            Page::Standing(look).html(&settings),
        ] {
            assert!(!text.contains(&common::secret("active").arn), "whoever holds a link need not know it: {text}");
            assert_eq!(text.contains("master user"), is_told, "{text}");
        }
    }
}

/// Tags, remarks, versions and addresses are other people's: none becomes markup, a head line or a line of its own.
#[test]
fn what_others_control_is_never_markup() {
    let settings = with("-Drdsecho.promote.replyTo=platform@example.test");
    let evil = "\"><img src=x onerror=alert(1)><script>alert(1)</script>' &amp; </textarea>";
    let mut hostile = instance("dev-2026-11-22", "rebooted", common::REQUEST);
    hostile.engine = evil.to_owned();
    hostile.engine_version = format!("{evil}\r\nBcc: eve@example.test");
    hostile.tags.extend(common::tags(&[
        ("snapshot", evil),
        ("failure", evil),
        ("replaced", evil),
        ("cancelled:<b>eve</b>@example.test", "1 2026-11-23T08:00:00Z =3Cscript=3Ealert=281=29=3C/script=3E=0D=0ABcc:"),
    ]));
    let own = own(hostile);
    let stranger = Predecessor::Stranger(evil.to_owned());
    let letter = letter(&settings, &own, &stranger);
    let remark = Remark::new(evil);
    let (by, why) = (evil.to_owned(), evil.to_owned());
    let mut texts = vec![];
    for news in [
        News::Cancelled { by: by.clone(), remark: remark.clone() },
        News::Promoted { by: vec![by.clone()], too_late: Some(by.clone()), overruled: Some(by.clone()) },
        News::Confirmed { by: vec![by.clone()] },
        News::Expired { by: vec![by.clone()] },
        News::Withdrawn { why },
        News::Returned { at: now() },
        News::Reminder,
    ] {
        let mail = letter.telling("ann@example.test", &news, Some(&links()));
        assert!(!mail.subject.contains(['\r', '\n']) && !mail.thread.contains(['\r', '\n']));
        texts.push(mail.html);
    }
    texts.push(letter.asking("ann@example.test", &links()).html);
    for action in [Action::Confirm, Action::Cancel] {
        let claim = link(&own, action);
        for standing in
            [Standing::Cancelled { by: by.clone(), remark: remark.clone() }, Standing::Open { confirmed: 0, needed: 1 }]
        {
            let look = Look {
                standing: &standing,
                claim: &claim,
                own: Some(&own),
                predecessor: &stranger,
                pressed: false,
                now: now(),
            };
            texts.push(Page::Standing(look).html(&settings));
        }
        texts.push(Page::NotStored { claim: &claim, remark: remark.as_ref() }.html(&settings));
    }
    for text in texts {
        let body = text.split_once("<body").unwrap().1;
        for markup in ["<script", "<img", "<b>", "onerror=alert(1)>", "</textarea>'", "\"><"] {
            let own = if markup == "\"><" {
                body.replace("\"><a ", "").replace("\"><button", "").replace("\"></textarea>", "").replace("\">\n", "")
            } else {
                body.to_owned()
            };
            assert!(!own.contains(markup), "{markup}: {text}");
        }
    }
}

/// An instance of a stage and status, and what RDS has told of it.
fn notices() -> Vec<(&'static str, Mail)> {
    let settings = settings();
    let event = |at: &str, message: &str| Event {
        at: at.parse().unwrap(),
        id: None,
        categories: Vec::new(),
        message: message.to_owned(),
    };
    let events = [
        event("2026-11-22T03:00:00Z", "DB instance created."),
        event("2026-11-22T05:00:00Z", "Database instance put into incompatible-parameters. <b>A parameter</b> & more."),
    ];
    let failed = |attempt: &str| {
        let failure = "its status is incompatible-parameters_ which it does not leave by itself";
        ours(
            "dev-2026-11-22",
            "forgotten",
            &[
                ("attempt", attempt),
                ("failure", failure),
                ("since", "2026-11-23T06:00:00Z"),
                ("data-from", "2026-11-21T23:30:00Z"),
            ],
        )
    };
    let in_status = |stage: &str, status: &str, more: &[(&str, &str)]| {
        let mut one = instance("dev-2026-11-22", stage, more);
        status.clone_into(&mut one.status);
        own(one)
    };
    let differs = {
        let mut one = instance("dev-2026-11-22", "rebooted", &[]);
        let actual = std::sync::Arc::make_mut(&mut one.actual);
        actual.insert(Parameter::DbParameterGroupName, Value::Text("by-hand".to_owned()));
        own(one)
    };
    let with_secret = |stage: &str, status: &str| {
        let mut one = instance("dev-2026-11-22", stage, &[]);
        one.secret = Some(common::secret(status));
        own(one)
    };
    let refused = ("trouble", "refused 2026-11-22T01:00:00Z : InvalidParameterValue: =3Cb=3Eno=3C/b=3E");
    let used = "it had up to 2 connections in the last 30 minutes_";
    let used =
        format!("waits 2026-11-23T06:00:00Z : in-use-by-clients 2026-11-23T06:00:00Z {used}").replace('_', "=2C");
    let lost = [
        ("request", "1"),
        ("requested", "2026-11-23T06:00:00Z"),
        ("expires", "2026-11-26T06:00:00Z"),
        ("notified", "1 2026-11-26T06:00:00Z : ann@example.test bob@example.test"),
    ];
    let notice = |own: &OwnInstance, events: Option<&[Event]>| {
        let trouble = trouble(&settings, own, &[], now()).unwrap();
        Notice { settings: &settings, own, trouble: &trouble, events, sender: "echo@example.test", now: now() }
            .to("eli@example.test")
    };
    vec![
        ("failed", notice(&failed("1 failed"), Some(&events))),
        ("retries are used up", notice(&failed("3 failed"), None)),
        ("in use, and stopped", notice(&in_status("promoted", "stopped", &[]), Some(&[]))),
        ("in use, and failed", notice(&in_status("promoted", "storage-full", &[]), Some(&events[..1]))),
        ("refused", notice(&in_status("new", "available", &[refused]), Some(&events[..1]))),
        ("changed since", notice(&differs, Some(&events[..1]))),
        (
            "should go, and is still used",
            notice(&in_status("forgotten", "available", &[("trouble", &used)]), Some(&[])),
        ),
        ("too few could be mailed", notice(&in_status("rebooted", "available", &lost), Some(&[]))),
        ("in use, and going", notice(&in_status("promoted", "deleting", &[]), None)),
        ("confirmed, and not switched", {
            let people = ["ann@example.test", "bob@example.test"];
            notice(&confirmed_by(&people, "2026-11-23T08:00:00Z"), None)
        }),
        ("a secret that RDS cannot use", notice(&with_secret("modified", "impaired"), None)),
        ("held without an end", notice(&ours("dev-2026-11-22", "forgotten", &[("hold", "for now")]), None)),
        ("retired, and there", notice(&in_status("retired", "available", &[("since", "2026-11-20T00:00:00Z")]), None)),
    ]
}

#[test]
fn every_notice_of_trouble_reads_as_it_should_and_nothing_in_it_is_markup() {
    let mut text = String::new();
    for (what, mail) in notices() {
        let _ =
            write!(text, "==== {what}\nTo: {}\nReferences: {}\nSubject: {}\n\n", mail.to, mail.thread, mail.subject);
        text.push_str(&mail.text);
        text.push('\n');
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
        assert!(mail.html.contains("What RDS said of it lately</h2>\n<table"), "{}", mail.html);
    }
    assert!(notices()[0].1.html.contains("&#60;b&#62;A parameter&#60;/b&#62; &#38; more."));
    same("trouble.txt", text);
}

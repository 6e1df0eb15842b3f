//! The words for each way that things can stand behind a genuine link.

use super::facts::{Facts, contact};
use super::page::{Content, Form, Look};
use crate::approval::Action;
use crate::decide::click::Standing;
use crate::settings::Settings;

pub(super) fn words(settings: &Settings, look: &Look<'_>, facts: Option<&Facts<'_>>) -> Content {
    let cname = &settings.promote.cname;
    let copy = &look.claim.instance;
    let contact = contact(settings);
    let button = || Some(Form::of(look.claim.action, None));
    let progress =
        |confirmed: &usize, needed: &usize| format!("{confirmed} of {needed} needed confirmations are there.");
    let consequences = || facts.map(Facts::consequences).unwrap_or_default();
    let said = |title: &str, lines: Vec<String>| Content { title: title.to_owned(), lines, ..Content::default() };
    let stays = format!("{cname} stays where it is.");
    let again = format!("The next copy asks again. If you need a fresh copy sooner, ask {contact}.");
    match (look.standing, look.claim.action) {
        (Standing::Open { confirmed, needed }, Action::Confirm) => Content {
            form: button(),
            next: consequences(),
            ..said(
                "Confirm the switch?",
                vec![
                    format!("{cname} switches to the fresh copy {copy} as soon as enough have confirmed."),
                    progress(confirmed, needed),
                ],
            )
        },
        (Standing::ConfirmedByYou { confirmed, needed }, Action::Confirm) => Content {
            next: consequences(),
            ..said(
                "Thank you, you have confirmed",
                vec![
                    progress(confirmed, needed),
                    format!("{cname} switches as soon as the others have confirmed. You get a mail then."),
                    "If you change your mind, use the cancel link in your mail.".to_owned(),
                ],
            )
        },
        (Standing::Enough, Action::Confirm) => {
            let soon = format!("The switch of {cname} to {copy} is about to happen, usually within a minute.");
            let mail = "You get a mail when it has. You can close this page.".to_owned();
            if look.pressed {
                return Content { next: consequences(), ..said("Thank you, that was enough", vec![soon, mail]) };
            }
            // KMS has not been asked about the others' confirmations: one of them may be void.
            let doubt = "If it does not happen, confirm too: perhaps one of the answers does not count.".to_owned();
            Content { form: button(), next: consequences(), ..said("Enough have confirmed", vec![soon, mail, doubt]) }
        }
        (Standing::Open { confirmed, needed } | Standing::ConfirmedByYou { confirmed, needed }, Action::Cancel) => {
            Content {
                form: button(),
                ..said(
                    "Cancel the switch?",
                    vec![
                        format!(
                            "Then {cname} stays where it is, for everybody who was asked. The next copy asks again."
                        ),
                        progress(confirmed, needed),
                    ],
                )
            }
        }
        (Standing::Enough, Action::Cancel) => Content {
            form: button(),
            ..said(
                "Cancel the switch?",
                vec![format!(
                    "Enough have confirmed: the switch of {cname} may be under way this minute, and a cancel may come \
                     too late."
                )],
            )
        },
        (Standing::Cancelled { by, remark }, Action::Confirm | Action::Cancel) => {
            let own = *by == look.claim.approver;
            let who = if own { "You" } else { by };
            let why = match remark {
                None => format!("{who} cancelled it."),
                Some(remark) => format!("{who} cancelled it: {remark}"),
            };
            let title = if look.pressed && own { "Cancelled" } else { "This request was cancelled" };
            let told = if look.pressed && own { vec!["The others are told by mail.".to_owned()] } else { Vec::new() };
            said(title, [vec![why, stays], told, vec![again]].concat())
        }
        (Standing::Expired, Action::Confirm | Action::Cancel) => said("This request has expired", vec![stays, again]),
        (Standing::Superseded, Action::Confirm | Action::Cancel) => said(
            "This request is out of date",
            vec![
                format!("{copy} is not waiting for an answer to it any more. Nothing was changed."),
                format!("If there is a newer mail about {cname}, use that one. If not, ask {contact}."),
            ],
        ),
        (Standing::Promoted, Action::Confirm) => Content {
            next: facts.map(Facts::aftermath).unwrap_or_default(),
            ..said(
                "Done: the switch has happened",
                vec![
                    format!("{cname} leads to {copy}. New connections reach the fresh copy."),
                    "Connections that were open before stay on the old copy: restart what holds them.".to_owned(),
                ],
            )
        },
        (Standing::Promoted, Action::Cancel) => Content {
            next: facts.map(Facts::aftermath).unwrap_or_default(),
            ..said(
                "Too late to cancel",
                vec![
                    format!("{cname} leads to {copy} already."),
                    format!(
                        "If that is a problem, tell {contact} now: there is a way back as long as the old copy lives."
                    ),
                ],
            )
        },
        (Standing::NotListed, Action::Confirm | Action::Cancel) => said(
            "You are not asked any more",
            vec![
                format!(
                    "{} was taken off the list of those who are asked about {cname}. Nothing was changed.",
                    look.claim.approver
                ),
                format!("If that is a mistake, tell {contact}."),
            ],
        ),
    }
}

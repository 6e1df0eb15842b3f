//! The page behind an approver's link.

use askama::Template;

use super::mail::rendered;
use super::{Facts, moment};
use crate::approval::{Action, Claim};
use crate::decide::click::Standing;
use crate::own::OwnInstance;
use crate::settings::Settings;

/// What the page has to say.
#[derive(Clone, Debug)]
pub enum Page<'a> {
    /// A genuine link.
    Standing {
        /// How things stand now.
        standing: &'a Standing,
        /// What the link says.
        claim: &'a Claim,
        /// The instance, where it is still there and ours.
        own: Option<&'a OwnInstance>,
        /// Whether the button was pressed to get here.
        pressed: bool,
    },
    /// Not a link that we sent, or not for this. It never says how nearly it was.
    BadLink,
    /// Any link whose time is over, genuine or not: that is told before KMS is asked.
    Expired,
    /// The click could not be stored, or the facts not be read: try again.
    NotStored,
    /// A method that means nothing here.
    WrongMethod,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    title: &'a str,
    lines: Vec<String>,
    button: Option<&'a str>,
    button_is_cancel: bool,
    facts: Option<Facts>,
    expires: String,
    approver: Option<&'a str>,
}

/// The style sheet's hash, for the Content-Security-Policy: nothing else may style the page, and
/// nothing at all may run in it. A test compares it with the template.
pub const STYLE_HASH: &str = "sha256-6YVk0DW259I9qa3qf4ET2qZ2taulJWp9b4MvjhTeAzU=";

impl Page<'_> {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Page::Standing { standing, claim, .. } => match standing {
                Standing::Open { .. } | Standing::ConfirmedByYou { .. } | Standing::Enough => 200,
                Standing::Promoted => match claim.action {
                    Action::Confirm => 200,
                    Action::Cancel => 409,
                },
                Standing::Cancelled { by } if claim.action == Action::Cancel && *by == claim.approver => 200,
                Standing::Cancelled { .. } => 409,
                Standing::Expired | Standing::Superseded => 410,
                Standing::NotListed => 403,
            },
            Page::BadLink => 404,
            Page::Expired => 410,
            Page::NotStored => 503,
            Page::WrongMethod => 405,
        }
    }

    /// The page's HTML.
    pub fn html(&self, settings: &Settings) -> String {
        let (title, lines, button) = self.words(settings);
        let (claim, own) = match self {
            Page::Standing { claim, own, .. } => (Some(*claim), *own),
            Page::BadLink | Page::Expired | Page::NotStored | Page::WrongMethod => (None, None),
        };
        rendered(&Html {
            title,
            lines,
            button,
            button_is_cancel: claim.is_some_and(|claim| claim.action == Action::Cancel),
            facts: own.map(|own| Facts::of(settings, own)),
            expires: claim.map(|claim| moment(claim.expires)).unwrap_or_default(),
            approver: claim.map(|claim| claim.approver.as_str()),
        })
    }

    fn words(&self, settings: &Settings) -> (&'static str, Vec<String>, Option<&'static str>) {
        let cname = &settings.promote.cname;
        match self {
            Page::Standing { standing, claim, pressed, .. } => standing_words(settings, standing, claim, *pressed),
            Page::BadLink => (
                "This link does not work",
                vec!["It is not one that RDS Echo sent, or it is incomplete. Open it from the mail again; mail programs sometimes cut long links.".to_owned()],
                None,
            ),
            Page::Expired => (
                "This link is too old",
                vec![format!("Nothing was changed. When the next copy for {cname} is ready, you get a new mail.")],
                None,
            ),
            Page::NotStored => (
                "That did not work, please try again",
                vec!["AWS could not read or store it just now. Nothing is lost: go back and press the button again in a minute.".to_owned()],
                None,
            ),
            Page::WrongMethod => ("This page can only be opened and confirmed", Vec::new(), None),
        }
    }
}

fn standing_words(
    settings: &Settings,
    standing: &Standing,
    claim: &Claim,
    pressed: bool,
) -> (&'static str, Vec<String>, Option<&'static str>) {
    let cname = &settings.promote.cname;
    let instance = &claim.instance;
    let progress =
        |confirmed: &usize, needed: &usize| format!("{confirmed} of {needed} needed confirmations are there.");
    match (standing, claim.action) {
        (Standing::Open { confirmed, needed }, Action::Confirm) => (
            "Confirm the switch?",
            vec![
                format!(
                    "{cname} will move to the fresh copy {instance} as soon as enough have confirmed. The earlier copy behind it is destroyed later, as told below."
                ),
                progress(confirmed, needed),
            ],
            Some("Confirm the switch"),
        ),
        (Standing::ConfirmedByYou { confirmed, needed }, Action::Confirm) => (
            "Thank you, you have confirmed",
            vec![
                progress(confirmed, needed),
                format!(
                    "{cname} moves as soon as the others have confirmed. If you change your mind, use the cancel link in your mail."
                ),
            ],
            None,
        ),
        (Standing::Enough, Action::Confirm) => (
            if pressed { "Thank you, that was enough" } else { "Enough have confirmed" },
            vec![format!(
                "The switch of {cname} to {instance} may be under way this minute. New connections will reach the fresh copy."
            )],
            None,
        ),
        (Standing::Open { confirmed, needed } | Standing::ConfirmedByYou { confirmed, needed }, Action::Cancel) => (
            "Cancel the switch?",
            vec![
                format!("Then {cname} stays where it is, for everybody who was asked. The next copy will ask again."),
                progress(confirmed, needed),
            ],
            Some("Cancel the switch"),
        ),
        (Standing::Enough, Action::Cancel) => (
            "Cancel the switch?",
            vec![format!(
                "Enough have confirmed: the switch of {cname} may be under way this minute, and a cancel may come too late."
            )],
            Some("Cancel the switch"),
        ),
        (Standing::Cancelled { by }, Action::Confirm | Action::Cancel) => (
            if pressed && *by == claim.approver { "Cancelled" } else { "This request was cancelled" },
            vec![
                format!("{by} cancelled it. {cname} stays where it is."),
                "When the next copy is ready, you get a new mail.".to_owned(),
            ],
            None,
        ),
        (Standing::Expired, Action::Confirm | Action::Cancel) => (
            "This request has expired",
            vec![format!("{cname} stays where it is. When the next copy is ready, you get a new mail.")],
            None,
        ),
        (Standing::Superseded, Action::Confirm | Action::Cancel) => (
            "This request is out of date",
            vec![format!(
                "{instance} is not waiting for an answer to it any more. If there is a newer mail about {cname}, use that one."
            )],
            None,
        ),
        (Standing::Promoted, Action::Confirm) => (
            "Done: the switch has happened",
            vec![format!("{cname} points at {instance}. New connections reach the fresh copy.")],
            None,
        ),
        (Standing::Promoted, Action::Cancel) => (
            "Too late to cancel",
            vec![format!(
                "{cname} points at {instance} already. If that is a problem, tell whoever runs RDS Echo before the old instance is destroyed."
            )],
            None,
        ),
        (Standing::NotListed, Action::Confirm | Action::Cancel) => (
            "You are not asked any more",
            vec![format!("{} was taken off the list of approvers for {cname}. Nothing was changed.", claim.approver)],
            None,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_policy_names_the_style_sheet_that_the_template_has() {
        let template = include_str!("../../templates/page.html");
        let style = template.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
    }
}

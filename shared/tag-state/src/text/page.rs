//! The page behind an approver's link.

use askama::Template;
use jiff::Timestamp;

use super::facts::{Fact, Facts};
use super::{rendered, standing};
use crate::approval::{Action, Claim};
use crate::decide::click::Standing;
use crate::own::OwnInstance;
use crate::predecessor::Predecessor;
use crate::remark::{LONGEST_REMARK, Remark};
use crate::settings::Settings;

/// What the page has to say.
#[derive(Clone, Debug)]
pub enum Page<'a> {
    /// A genuine link.
    Standing(Look<'a>),
    /// A genuine link whose click could not be stored, or where that is not known: press again.
    NotStored {
        /// What the link says.
        claim: &'a Claim,
        /// What was written beside the click.
        remark: Option<&'a Remark>,
    },
    /// A link that could not be looked at: try again.
    NotRead,
    /// Not a link that we sent, or not for this. It never says how nearly it was.
    BadLink,
    /// Any link whose time is over, genuine or not: that is told before KMS is asked.
    Expired,
    /// A method that means nothing here.
    WrongMethod,
    /// A form that is larger than any that the page could send.
    TooLarge,
    /// Something else than a form was sent.
    WrongType,
    /// A form that is no text.
    Unreadable,
}

/// How a genuine link's reader finds things.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// How things stand now.
    pub standing: &'a Standing,
    /// What the link says.
    pub claim: &'a Claim,
    /// The instance, where it is still there and ours.
    pub own: Option<&'a OwnInstance>,
    /// What the CNAME leads to; what it led to before, once it was switched.
    pub predecessor: &'a Predecessor,
    /// Whether the button was pressed to get here.
    pub pressed: bool,
    /// When.
    pub now: Timestamp,
}

/// What stands on a page, whatever it is about.
#[derive(Default)]
pub(super) struct Content {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) form: Option<Form>,
    /// What a press leads to, or what comes next.
    pub(super) next: Vec<String>,
    pub(super) facts: Vec<Fact>,
    /// In whose name the link acts.
    pub(super) approver: Option<String>,
}

/// The page's one button.
pub(super) struct Form {
    pub(super) method: &'static str,
    pub(super) button: &'static str,
    pub(super) is_cancel: bool,
    /// What was written before; only a cancel asks for it.
    pub(super) remark: String,
}

impl Form {
    /// The button of a link.
    pub(super) fn of(action: Action, remark: Option<&Remark>) -> Form {
        let (button, is_cancel) = match action {
            Action::Confirm => ("Confirm the switch", false),
            Action::Cancel => ("Cancel the switch", true),
        };
        Form { method: "post", button, is_cancel, remark: remark.map(ToString::to_string).unwrap_or_default() }
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    content: &'a Content,
    name: &'a str,
    longest_remark: usize,
}

/// The style sheet's hash, for the Content-Security-Policy: nothing else may style the page, and
/// nothing at all may run in it. A test compares it with the template.
pub const STYLE_HASH: &str = "sha256-SZGkz7rVFY2Or2FIf7BpCVH51A0yDAAN9lvz0DUjRXg=";

impl Page<'_> {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Page::Standing(look) => look.status(),
            Page::BadLink => 404,
            Page::Expired => 410,
            Page::NotStored { .. } | Page::NotRead => 503,
            Page::WrongMethod => 405,
            Page::TooLarge => 413,
            Page::WrongType => 415,
            Page::Unreadable => 400,
        }
    }

    /// The page's HTML.
    pub fn html(&self, settings: &Settings) -> String {
        let content = match self {
            Page::Standing(look) => look.content(settings),
            Page::NotStored { claim, remark } => Content {
                form: Some(Form::of(claim.action, *remark)),
                approver: Some(claim.approver.clone()),
                ..said(
                    "That did not work, please press again",
                    &["AWS did not answer, or could not store it just now. Pressing twice does no harm."],
                )
            },
            Page::NotRead => Content {
                form: Some(Form { method: "get", button: "Try again", is_cancel: false, remark: String::new() }),
                ..said(
                    "That did not work, please try again",
                    &["AWS did not answer just now. Nothing is lost: try again in a minute."],
                )
            },
            Page::BadLink => said(
                "This link does not work",
                &[
                    "It is not one that RDS Echo sent, or it is incomplete.",
                    "Open it from the mail again; mail programs sometimes cut long links. If it still does not work, \
                     answer the mail.",
                ],
            ),
            Page::Expired => {
                said("This link is too old", &["Nothing was changed. When the next copy is ready, you get a new mail."])
            }
            Page::WrongMethod => {
                said("This page can only be opened and its button pressed", &["Open the link from the mail again."])
            }
            Page::TooLarge | Page::WrongType | Page::Unreadable => said(
                "That was not what the button sends",
                &["Nothing was changed. Open the link from the mail again, and press the button."],
            ),
        };
        // What is shown to everybody who asks does not name the echo.
        let name = match self {
            Page::Standing(_) | Page::NotStored { .. } => settings.name.as_str(),
            Page::NotRead
            | Page::BadLink
            | Page::Expired
            | Page::WrongMethod
            | Page::TooLarge
            | Page::WrongType
            | Page::Unreadable => "",
        };
        rendered(&Html { content: &content, name, longest_remark: LONGEST_REMARK })
    }
}

fn said(title: &str, lines: &[&str]) -> Content {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Content { title: title.to_owned(), lines, ..Content::default() }
}

impl Look<'_> {
    fn status(&self) -> u16 {
        let is_cancel = self.claim.action == Action::Cancel;
        match self.standing {
            Standing::Open { .. } | Standing::ConfirmedByYou { .. } | Standing::Enough => 200,
            Standing::Promoted if is_cancel => 409,
            Standing::Promoted => 200,
            Standing::Cancelled { by, .. } if is_cancel && *by == self.claim.approver => 200,
            Standing::Cancelled { .. } => 409,
            Standing::Expired | Standing::Superseded => 410,
            Standing::NotListed => 403,
        }
    }

    fn content(&self, settings: &Settings) -> Content {
        let is_switched = *self.standing == Standing::Promoted;
        let (predecessor, now) = (self.predecessor, self.now);
        let facts = self.own.map(|own| Facts { settings, own, predecessor, is_switched, now });
        let words = standing::words(settings, self, facts.as_ref());
        let shown = match self.standing {
            Standing::Open { .. }
            | Standing::ConfirmedByYou { .. }
            | Standing::Enough
            | Standing::Cancelled { .. }
            | Standing::Promoted => facts,
            // What is over, or not the reader's business any more, needs no facts.
            Standing::Expired | Standing::Superseded | Standing::NotListed => None,
        };
        // Who is asked, and until when, matters as long as they can answer.
        let is_open = !is_switched && !matches!(self.standing, Standing::Cancelled { .. });
        let request = self.own.and_then(|own| own.tags().request).filter(|_| is_open);
        Content {
            facts: shown.map_or_else(Vec::new, |facts| {
                let mut all = facts.of_the_copy();
                all.extend(request.map(|request| facts.of_the_request(request)).unwrap_or_default());
                all
            }),
            approver: Some(self.claim.approver.clone()),
            ..words
        }
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

//! The mail that asks an approver.

use askama::Template;

use super::{Facts, moment};
use crate::calls::Mail;
use crate::own::OwnInstance;
use crate::settings::Settings;
use crate::tags::Request;

/// An approver's personal links.
#[derive(Clone)]
pub struct Links {
    /// Agrees.
    pub confirm: String,
    /// Closes the request.
    pub cancel: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    facts: &'a Facts,
    links: &'a Links,
    approver: &'a str,
    expires: &'a str,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    facts: &'a Facts,
    links: &'a Links,
    approver: &'a str,
    expires: &'a str,
}

/// The mail to one approver.
pub fn approval_mail(
    settings: &Settings,
    own: &OwnInstance,
    request: Request,
    sender: &str,
    approver: &str,
    links: &Links,
) -> Mail {
    let facts = &Facts::of(settings, own);
    let expires = &moment(request.expires);
    Mail {
        from: sender.to_owned(),
        to: approver.to_owned(),
        subject: format!("[{}] Switch {} to a fresh copy? ({})", facts.echo, facts.cname, facts.instance),
        text: rendered(&Text { facts, links, approver, expires }),
        html: rendered(&Html { facts, links, approver, expires }),
    }
}

/// Rendering writes to a string and calls nothing that fails.
pub(super) fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| format!("this text could not be made: {error}"))
}

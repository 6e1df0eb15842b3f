//! The mails of a request: the one that asks, its reminder, and what has become of it.

use askama::Template;
use jiff::Timestamp;

use super::facts::{Fact, Facts, contact};
use super::rendered;
use super::words::{list, moment};
use crate::calls::Mail;
use crate::decide::news::News;
use crate::own::OwnInstance;
use crate::predecessor::Predecessor;
use crate::remark::Remark;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::Request;

/// An approver's personal links.
#[derive(Clone)]
pub struct Links {
    /// Agrees.
    pub confirm: String,
    /// Closes the request.
    pub cancel: String,
}

/// What all mails of one request have in common.
pub struct Letter<'a> {
    /// Of the echo.
    pub settings: &'a Settings,
    /// The instance that is to be promoted.
    pub own: &'a OwnInstance,
    /// What the CNAME leads to while people are asked; what it led to before, once it was switched.
    pub predecessor: &'a Predecessor,
    /// The request.
    pub request: Request,
    /// The verified address that the mails come from.
    pub sender: &'a str,
    /// When they are written.
    pub now: Timestamp,
}

/// A headline and sentences about one thing.
pub(super) struct Part {
    pub(super) heading: String,
    pub(super) sentences: Vec<String>,
}

/// A headline and rows of when and what.
pub(super) struct History {
    pub(super) heading: String,
    pub(super) rows: Vec<(String, String)>,
}

/// What stands in a mail, whatever it is about.
#[derive(Default)]
pub(super) struct Content<'a> {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) links: Option<&'a Links>,
    pub(super) facts: Vec<Fact>,
    pub(super) history: Option<History>,
    pub(super) parts: Vec<Part>,
    pub(super) small: Vec<String>,
}

impl Content<'_> {
    /// As plain text, and as HTML.
    pub(super) fn rendered(&self) -> (String, String) {
        (rendered(&Text { content: self }), rendered(&Html { content: self }))
    }
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    content: &'a Content<'a>,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    content: &'a Content<'a>,
}

impl Letter<'_> {
    /// Asks one approver.
    pub fn asking(&self, approver: &str, links: &Links) -> Mail {
        let facts = self.facts();
        let title = format!("Switch {} to a fresh copy?", facts.cname());
        let line = format!("A fresh copy of {} is ready for you. {}", facts.production(), facts.age());
        self.mail("", approver, &self.question(&facts, title, line, approver, Some(links)))
    }

    /// Tells one of those who were asked what has become of it. Only a reminder has `links`.
    pub fn telling(&self, approver: &str, news: &News, links: Option<&Links>) -> Mail {
        let facts = self.facts();
        let (title, lines) = match news {
            News::Reminder => {
                let title = format!("Still open: switch {} to a fresh copy?", facts.cname());
                let until = facts.moment(self.request.expires);
                let line = format!("It waits for an answer until {until}. {}", facts.age());
                return self.mail("Re: ", approver, &self.question(&facts, title, line, approver, links));
            }
            News::Confirmed { by } => self.confirmed(&facts, by),
            News::Cancelled { by, remark } => self.cancelled(&facts, by, remark.as_ref()),
            News::Promoted { by, too_late, overruled } => {
                self.promoted(&facts, by, too_late.as_deref(), overruled.as_deref())
            }
            News::Returned { .. } => self.returned(&facts),
            News::Expired { by } => self.expired(&facts, by),
            News::Withdrawn { why } => self.withdrawn(&facts, why),
        };
        let small = vec![self.signature()];
        let content = Content { title, lines, links, small, ..Content::default() };
        self.mail("Re: ", approver, &content)
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            settings: self.settings,
            own: self.own,
            predecessor: self.predecessor,
            is_switched: self.own.stage() == Stage::Promoted,
            now: self.now,
        }
    }

    fn question<'a>(
        &self,
        facts: &Facts<'_>,
        title: String,
        line: String,
        approver: &str,
        links: Option<&'a Links>,
    ) -> Content<'a> {
        let approvals = self.settings.approvals();
        let whose = match approvals {
            1 if self.settings.approvers().len() == 1 => "you confirm".to_owned(),
            1 => "one of you confirms".to_owned(),
            some => format!("{some} of you have confirmed"),
        };
        let mut all = facts.of_the_copy();
        all.extend(facts.of_the_request(self.request));
        Content {
            title,
            lines: vec![
                line,
                "Each link opens a page with one button. Nothing happens before you press it.".to_owned(),
            ],
            links,
            facts: all,
            history: None,
            parts: vec![
                Part { heading: format!("When {whose}"), sentences: facts.consequences() },
                Part {
                    heading: "When somebody cancels, or nobody answers".to_owned(),
                    sentences: vec![
                        format!("{} stays where it is, for everybody. The next copy asks again.", facts.cname()),
                        format!("Whoever cancels can say why. Questions: {}.", facts.contact()),
                    ],
                },
            ],
            small: vec![
                format!("These links act in the name of {approver}: do not forward this mail."),
                self.signature(),
            ],
        }
    }

    fn confirmed(&self, facts: &Facts<'_>, by: &[String]) -> (String, Vec<String>) {
        let cname = facts.cname();
        let title = format!("Confirmed: {cname} is about to switch");
        let lines = vec![
            format!("{} confirmed, and that is enough.", list(by)),
            format!("{cname} moves to {}, usually within a minute. You get a mail when it has.", self.own.identifier()),
            "If it must not happen, use the cancel link of the first mail at once. It may come too late.".to_owned(),
        ];
        (title, lines)
    }

    fn cancelled(&self, facts: &Facts<'_>, by: &str, remark: Option<&Remark>) -> (String, Vec<String>) {
        let title = format!("Cancelled: {} stays where it is", facts.cname());
        let mut lines = vec![match remark {
            None => format!("{by} cancelled the switch and gave no reason."),
            Some(remark) => format!("{by} cancelled the switch: {remark}"),
        }];
        lines.extend(self.asked_again(facts));
        (title, lines)
    }

    fn promoted(
        &self,
        facts: &Facts<'_>,
        by: &[String],
        too_late: Option<&str>,
        overruled: Option<&str>,
    ) -> (String, Vec<String>) {
        let (cname, copy) = (facts.cname(), self.own.identifier());
        let title = format!("Done: {cname} leads to the fresh copy");
        let confirmed = if by.is_empty() { String::new() } else { format!(" {} confirmed.", list(by)) };
        let mut lines =
            vec![format!("It leads to {copy} now.{confirmed} {}", facts.age()), self.connections("the old copy")];
        if let Some(secret) = &self.own.facts().secret {
            lines.push(format!(
                "Its master password is its own, not production's: whoever may read the secret {} in Secrets Manager \
                 finds it there. RDS changes the password every seven days, unless somebody has set that otherwise: let \
                 programs read the secret, and store the password nowhere.",
                secret.arn
            ));
        }
        if let Some(who) = too_late {
            lines.push(format!("{who} cancelled as well, but too late: the switch was already under way."));
        }
        if let Some(who) = overruled {
            let contact = self.contact_first();
            lines.push(format!("{who} had cancelled it, and it was switched all the same. {contact} can say why."));
        }
        lines.extend(facts.aftermath());
        (title, lines)
    }

    fn returned(&self, facts: &Facts<'_>) -> (String, Vec<String>) {
        let (cname, copy) = (facts.cname(), self.own.identifier());
        let title = format!("Back: {cname} leads to {copy} again");
        let mut lines = vec![format!("Somebody who runs RDS Echo led it back. {}", facts.age())];
        let left = match self.predecessor {
            Predecessor::Ours(left) => left.identifier().to_owned(),
            Predecessor::Gone(host) | Predecessor::Stranger(host) => host.clone(),
            Predecessor::Nothing | Predecessor::Unswitchable(_) | Predecessor::Itself | Predecessor::Unknown => {
                "the one before".to_owned()
            }
        };
        lines.push(self.connections(&left));
        lines.push(format!("What people wrote to {left} is not in {copy}."));
        lines.push(match &self.own.facts().secret {
            Some(secret) => format!(
                "Whoever logs in as the master user takes the password of {copy} again: it is in the secret {} in \
                 Secrets Manager.",
                secret.arn
            ),
            None => format!(
                "Whoever logs in as the master user takes the password of {copy} again: it has none of its own in \
                 Secrets Manager."
            ),
        });
        lines.extend(facts.aftermath());
        lines.push(format!("Questions: {}.", facts.contact()));
        (title, lines)
    }

    /// Who reaches the copy when, and what does not.
    fn connections(&self, elsewhere: &str) -> String {
        let ttl = self.settings.promote.ttl;
        format!(
            "New connections reach it within {ttl} seconds. Connections that were open before stay on {elsewhere}: \
             restart what holds them."
        )
    }

    fn expired(&self, facts: &Facts<'_>, by: &[String]) -> (String, Vec<String>) {
        let cname = facts.cname();
        let title = format!("Not switched: the time to answer for {cname} is over");
        let needed = self.settings.approvals();
        let mut lines = vec![match by.len() {
            enough if enough >= needed => format!(
                "{} confirmed in time, but the switch could not be made. {} can say why.",
                list(by),
                self.contact_first()
            ),
            0 => format!("Nobody had confirmed by {}.", facts.moment(self.request.expires)),
            some => format!(
                "{some} of {needed} needed confirmations came by {}: from {}.",
                facts.moment(self.request.expires),
                list(by)
            ),
        }];
        lines.push(format!("{cname} stays where it is."));
        lines.extend(self.asked_again(facts));
        (title, lines)
    }

    fn withdrawn(&self, facts: &Facts<'_>, why: &str) -> (String, Vec<String>) {
        let title = format!("Withdrawn: {} stays where it is", facts.cname());
        let mut lines = vec![format!("{} is not going to be used: {why}.", self.own.identifier())];
        lines.extend(self.asked_again(facts));
        (title, lines)
    }

    fn asked_again(&self, facts: &Facts<'_>) -> [String; 2] {
        [
            "The links in the mails before this one do nothing any more. The next copy asks again.".to_owned(),
            format!("If you need a fresh copy sooner, ask {}.", facts.contact()),
        ]
    }

    /// Whom to turn to, at the beginning of a sentence.
    fn contact_first(&self) -> String {
        let contact = contact(self.settings);
        let mut letters = contact.chars();
        match letters.next().filter(|_| self.settings.promote.reply_to.is_none()) {
            Some(first) => format!("{}{}", first.to_uppercase(), letters.as_str()),
            None => contact.to_owned(),
        }
    }

    fn signature(&self) -> String {
        let asked = moment(self.request.requested, &self.settings.promote.time_zone.time_zone());
        format!("RDS Echo for {}, request {} of {asked}.", self.settings.name, self.request.number)
    }

    /// The subject of the request's first mail, and of all others behind `Re:`, so that mail programs put them together.
    /// It begins with what stays the same, so that a sorted list shows one echo's requests one after the other.
    fn base(&self) -> String {
        let again = if self.request.number > 1 { format!(", request {}", self.request.number) } else { String::new() };
        let (name, cname) = (&self.settings.name, &self.settings.promote.cname);
        format!("[{name}] Fresh copy for {cname} ({}{again})", self.own.identifier())
    }

    fn mail(&self, prefix: &str, approver: &str, content: &Content<'_>) -> Mail {
        // A message that was never sent, by whose id all of them find together (RFC 5322 3.6.4): SES gives each mail
        // an id of its own, and nobody keeps the first one's. No two requests share it.
        let resource = &self.own.facts().resource_id;
        let domain = self.sender.rsplit('@').next().unwrap_or_default();
        let (text, html) = content.rendered();
        Mail {
            from_name: format!("RDS Echo {}", self.settings.name),
            from: self.sender.to_owned(),
            to: approver.to_owned(),
            reply_to: self.settings.promote.reply_to.clone(),
            thread: format!("<{}.{resource}.{}@{domain}>", self.settings.name, self.request.number),
            subject: one_line(&format!("{prefix}{}", self.base())),
            text,
            html,
        }
    }
}

/// A head line of a mail is one line, whatever stands in it.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect()
}

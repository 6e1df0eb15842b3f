//! The mail that tells of trouble: what happened, what RDS says, what RDS Echo does next, what a person can do.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::facts::Fact;
use super::mail::{Content, History, Part, one_line};
use super::words::{moment, moment_from};
use crate::calls::Mail;
use crate::decide::trouble::{Trouble, What};
use crate::facts::Event;
use crate::own::OwnInstance;
use crate::settings::Settings;
use crate::stage::Stage;

mod advice;

/// The most events that are shown, the latest ones.
const MOST_EVENTS: usize = 12;

/// What a mail about trouble is made of.
pub struct Notice<'a> {
    /// Of the echo.
    pub settings: &'a Settings,
    /// The instance.
    pub own: &'a OwnInstance,
    /// What is wrong with it.
    pub trouble: &'a Trouble,
    /// What RDS has told of it, the oldest first; `None` where that could not be read.
    pub events: Option<&'a [Event]>,
    /// The verified address that the mail comes from.
    pub sender: &'a str,
    /// When it is written.
    pub now: Timestamp,
}

/// One sentence that names the instance and what is wrong with it.
pub fn summary(own: &OwnInstance, trouble: &Trouble) -> String {
    format!("{}: {}", own.identifier(), trouble.what)
}

/// RDS's latest events, a line each, and what is wanted and not so: for those who read the announcement.
pub fn details(trouble: &Trouble, events: &[Event]) -> Vec<String> {
    let latest = &events[events.len().saturating_sub(MOST_EVENTS)..];
    let told = latest.iter().map(|event| format!("{} {}", crate::tags::stamp(event.at), event.message));
    trouble.differences.iter().cloned().chain(told).collect()
}

impl Notice<'_> {
    /// The mail to one person.
    pub fn to(&self, address: &str) -> Mail {
        let resource = &self.own.facts().resource_id;
        let domain = self.sender.rsplit('@').next().unwrap_or_default();
        let (text, html) = self.content().rendered();
        let name = &self.settings.name;
        Mail {
            from_name: format!("RDS Echo {name}"),
            from: self.sender.to_owned(),
            to: address.to_owned(),
            reply_to: self.settings.promote.reply_to.clone(),
            // All trouble of one instance is one conversation.
            thread: format!("<{name}.{resource}.trouble@{domain}>"),
            subject: one_line(&format!("[{name}] Trouble with {}", self.own.identifier())),
            text,
            html,
        }
    }

    fn content(&self) -> Content<'static> {
        let stays = "People who work with it notice nothing, but their data grows older.";
        let cname = &self.settings.promote.cname;
        let lines = match self.own.stage() {
            Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted | Stage::Forgotten | Stage::Retired
                if matches!(self.trouble.what, What::HoldUnreadable { .. }) =>
            {
                let costs = "Nothing destroys it meanwhile, and it costs as long as it is there.";
                vec![format!("{}.", summary(self.own, self.trouble)), costs.to_owned()]
            }
            Stage::Promoted => vec![
                format!("{}.", summary(self.own, self.trouble)),
                format!("{cname} leads there: people cannot work with it."),
            ],
            Stage::New | Stage::Modified | Stage::Rebooted => {
                vec![format!("{}.", summary(self.own, self.trouble)), format!("{cname} stays where it is. {stays}")]
            }
            Stage::Forgotten | Stage::Retired if matches!(self.trouble.what, What::Failed { .. }) => {
                vec![format!("{}.", summary(self.own, self.trouble)), format!("{cname} stays where it is. {stays}")]
            }
            Stage::Forgotten | Stage::Retired => {
                vec![format!("{}.", summary(self.own, self.trouble)), "It costs as long as it is there.".to_owned()]
            }
        };
        Content {
            title: self.title(),
            lines,
            facts: self.facts(),
            history: self.history(),
            parts: vec![
                Part { heading: "What RDS Echo does next".to_owned(), sentences: self.next() },
                Part { heading: "What you can do".to_owned(), sentences: self.to_do() },
            ],
            small: vec![
                format!("RDS Echo for {}, trouble {}: docs/RUNBOOK.md has an entry.", self.settings.name, self.code()),
                if What::is_told_once(self.code()) {
                    "This is told once.".to_owned()
                } else {
                    "This is told once, and once more if it passes and comes back on another day.".to_owned()
                },
            ],
            ..Content::default()
        }
    }

    fn code(&self) -> &'static str {
        self.trouble.what.code()
    }

    fn title(&self) -> String {
        let (cname, copy) = (&self.settings.promote.cname, self.own.identifier());
        match &self.trouble.what {
            What::Failed { .. } => format!("Failed: {copy} is not going to be used"),
            What::InUseFailed { .. } => format!("Urgent: {cname} leads to a database that has failed"),
            What::InUseStopped { .. } => format!("{cname} leads to a database that is stopped"),
            What::InUseGoing { .. } => format!("Urgent: {cname} leads to a database that is being deleted"),
            What::Stopped { .. } => format!("{copy} is stopped, and does not go on"),
            What::ModifyRefused { .. } => format!("RDS refuses the settings of {copy}"),
            What::ChangedSince { .. } | What::Unprotected {} => format!("{copy} was changed after it had been set up"),
            What::NotSwitched { .. } => format!("{copy} is confirmed, and {cname} does not lead there"),
            What::LeftOver { .. } => format!("{copy} is left over"),
            What::HoldUnreadable { .. } => format!("{copy} is held, and nobody knows until when"),
            What::NotRetired { .. } | What::NotDeleted { .. } | What::StillGoing { .. } => {
                format!("{copy} does not go away")
            }
            What::InUseByClients { .. } => format!("{copy} should go, and is still used"),
            What::GroupFailed { .. }
            | What::StillRestoring { .. }
            | What::Maintenance { .. }
            | What::StillBusy { .. }
            | What::StillFailed { .. }
            | What::UnknownStatus { .. }
            | What::Pending { .. }
            | What::SettingsDiffer { .. }
            | What::GroupNotApplied { .. }
            | What::SecretImpaired { .. }
            | What::SecretPending { .. }
            | What::NotTakenOn { .. }
            | What::MailsNotSent { .. } => format!("Stuck: {copy} does not go on"),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let zone = self.zone();
        let tags = self.own.tags();
        let mut all = vec![
            ("Instance", self.own.identifier().to_owned()),
            ("Stage", self.own.stage().to_string()),
            ("In it since", moment_from(self.now, self.trouble.since, &zone)),
            ("RDS status", self.own.facts().status.clone()),
        ];
        all.extend(tags.snapshot.clone().map(|snapshot| ("Copy of", format!("snapshot {snapshot}"))));
        all.extend(tags.data_from.map(|from| ("Data from", moment_from(self.now, from, &zone))));
        all.extend(self.trouble.differences.iter().map(|line| ("Setting", line.clone())));
        all
    }

    fn history(&self) -> Option<History> {
        let heading = "What RDS said of it lately".to_owned();
        let row = |when: &str, what: &str| (when.to_owned(), what.to_owned());
        let rows = match self.events {
            None => vec![row("-", "could not be read just now")],
            Some([]) => vec![row("-", "nothing in the last fourteen days")],
            Some(events) => {
                let latest = &events[events.len().saturating_sub(MOST_EVENTS)..];
                let zone = self.zone();
                let when = |event: &Event| event.at.to_zoned(zone.clone()).strftime("%d %b %H:%M %Z").to_string();
                latest.iter().map(|event| row(&when(event), &event.message)).collect()
            }
        };
        Some(History { heading, rows })
    }

    fn zone(&self) -> TimeZone {
        self.settings.promote.time_zone.time_zone()
    }

    fn moment(&self, at: Timestamp) -> String {
        moment(at, &self.zone())
    }
}

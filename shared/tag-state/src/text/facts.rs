//! What mail and page tell of an instance, in the same words.

use jiff::{SignedDuration, Timestamp};

use super::words::{count, list, moment, moment_from, span};
use crate::decide::promote::confirmed;
use crate::hold::Hold;
use crate::own::OwnInstance;
use crate::parameter::Parameter;
use crate::predecessor::Predecessor;
use crate::settings::{Settings, Source};
use crate::stage::Stage;
use crate::tags::Request;

/// One fact: what it is about, and what is so.
pub(super) type Fact = (&'static str, String);

/// An instance and what is around it, at the moment of telling.
pub(super) struct Facts<'a> {
    pub(super) settings: &'a Settings,
    pub(super) own: &'a OwnInstance,
    pub(super) predecessor: &'a Predecessor,
    /// Whether the switch has happened: then `predecessor` is what was before.
    pub(super) is_switched: bool,
    pub(super) now: Timestamp,
}

impl Facts<'_> {
    pub(super) fn cname(&self) -> &str {
        &self.settings.promote.cname
    }

    pub(super) fn production(&self) -> &str {
        let Source::LatestSnapshotOf(production) = &self.settings.source;
        production
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        moment(at, &self.settings.promote.time_zone.time_zone())
    }

    fn moment_from_now(&self, at: Timestamp) -> String {
        moment_from(self.now, at, &self.settings.promote.time_zone.time_zone())
    }

    /// Whom to turn to.
    pub(super) fn contact(&self) -> &str {
        contact(self.settings)
    }

    /// How old the data is, for a sentence: `The data is from ... (7 hours ago).`
    pub(super) fn age(&self) -> String {
        match self.own.tags().data_from {
            Some(from) => format!("Its data is from {}.", self.moment_from_now(from)),
            None => format!("Its data is that of the snapshot {}.", self.snapshot()),
        }
    }

    fn snapshot(&self) -> &str {
        self.own.tags().snapshot.as_deref().unwrap_or("that its tags do not name")
    }

    fn leads_to(&self) -> String {
        match self.predecessor {
            Predecessor::Nothing => "nothing yet".to_owned(),
            Predecessor::Ours(old) => old.identifier().to_owned(),
            Predecessor::Stranger(host) => host.clone(),
            Predecessor::Gone(host) => format!("{host}, which is gone"),
            Predecessor::Unswitchable(what) => what.clone(),
            Predecessor::Itself => format!("{}, the fresh copy", self.own.identifier()),
            Predecessor::Unknown => "could not be read just now".to_owned(),
        }
    }

    /// What the copy is, and how it was made.
    pub(super) fn of_the_copy(&self) -> Vec<Fact> {
        let facts = self.own.facts();
        let tags = self.own.tags();
        let class = facts.has(Parameter::DbInstanceClass).map(ToString::to_string).unwrap_or_default();
        let engine = format!("{} {}", facts.engine, facts.engine_version).trim().to_owned();
        let machine = [class, engine].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let took = [Stage::New, Stage::Modified].into_iter().map(|stage| tags.took.get(stage));
        let took = took.sum::<Option<SignedDuration>>();
        let mut all = vec![
            ("Database", self.cname().to_owned()),
            (if self.is_switched { "Led before to" } else { "Leads now to" }, self.leads_to()),
            ("Fresh copy", self.own.identifier().to_owned()),
            ("Copy of", format!("{}, snapshot {}", self.production(), self.snapshot())),
        ];
        all.extend(tags.data_from.map(|from| ("Data from", self.moment_from_now(from))));
        all.push(("Runs on", machine));
        all.extend(took.map(|took| ("Took", span(took))));
        all.retain(|(_, what)| !what.is_empty());
        all
    }

    /// Who is asked, how many must confirm, and until when.
    pub(super) fn of_the_request(&self, request: Request) -> Vec<Fact> {
        let approvers = self.settings.approvers();
        let confirmed: Vec<String> =
            confirmed(self.settings, self.own, request).map(|(claim, _)| claim.approver).collect();
        let mut all = vec![("Asked", list(approvers))];
        all.push(("Must confirm", format!("{} of {}", self.settings.approvals(), approvers.len())));
        if !confirmed.is_empty() {
            all.push(("Have confirmed", list(&confirmed)));
        }
        all.push(("Answer until", self.moment_from_now(request.expires)));
        all
    }

    /// What a switch does, in sentences.
    pub(super) fn consequences(&self) -> Vec<String> {
        let (cname, copy) = (self.cname(), self.own.identifier());
        let (after, last) = (self.after_the_grace(), self.final_snapshot());
        let (from, fate) = match self.predecessor {
            Predecessor::Ours(old) => {
                let held = self.held(old, self.now.checked_add(self.settings.retire.grace).ok());
                let old = old.identifier();
                let end = held.unwrap_or_else(|| format!("is destroyed {after}{last}"));
                let end = format!("{old}, the copy in use now, {end}.");
                let loss = format!("What people wrote to {old} is not in the fresh copy: save what you need.");
                (format!(" from {old}"), vec![end, loss])
            }
            Predecessor::Stranger(host) => {
                (format!(" from {host}"), vec![format!("{host} is left alone: RDS Echo did not make it.")])
            }
            Predecessor::Gone(host) => (format!(" from {host}"), vec!["Nothing is destroyed.".to_owned()]),
            Predecessor::Nothing => (String::new(), vec!["Nothing is destroyed.".to_owned()]),
            Predecessor::Unknown => {
                let end = format!(
                    "A copy of RDS Echo that is in use now is destroyed {after}{last}, and what people wrote to it is \
                     not in the fresh copy."
                );
                (String::new(), vec![end])
            }
            Predecessor::Itself => return vec![format!("{cname} leads to {copy} already.")],
            Predecessor::Unswitchable(what) => {
                let contact = self.contact();
                return vec![format!("{cname} is {what}, and RDS Echo never switches that: tell {contact}.")];
            }
        };
        let mut said = vec![format!(
            "{cname} moves{from} to {copy}. New connections reach the fresh copy; open ones stay where they are until \
             they reconnect."
        )];
        if self.own.facts().secret.is_some() {
            said.push(
                "Whoever logs in as the master user needs the fresh copy's own password from then on: the mail after \
                 the switch says in which secret it is."
                    .to_owned(),
            );
        }
        said.extend(fate);
        said
    }

    /// What becomes of the copy that was in use before, now that the switch has happened; `predecessor` is what the
    /// name led to before.
    pub(super) fn aftermath(&self) -> Vec<String> {
        match self.predecessor {
            Predecessor::Ours(old) => self.end_of(old),
            Predecessor::Stranger(host) => {
                vec![format!("{host}, where it led before, is left alone: RDS Echo does not destroy it.")]
            }
            Predecessor::Gone(_) => vec!["The copy before is destroyed.".to_owned()],
            Predecessor::Nothing | Predecessor::Unswitchable(_) | Predecessor::Itself | Predecessor::Unknown => {
                Vec::new()
            }
        }
    }

    fn end_of(&self, old: &OwnInstance) -> Vec<String> {
        let name = old.identifier();
        let since = match old.stage() {
            Stage::Retired if old.tags().held(self.now).is_some() => None,
            Stage::Retired => return vec![format!("{name}, the copy before, is being destroyed.")],
            Stage::Forgotten => old.tags().since,
            // Its tags are about to follow the CNAME.
            Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted => self.own.tags().since,
        };
        let ends = since.and_then(|since| since.checked_add(self.settings.retire.grace).ok());
        let until = ends.map_or_else(|| self.after_the_grace(), |ends| format!("after {}", self.moment_from_now(ends)));
        let end = self.held(old, ends).unwrap_or_else(|| format!("is destroyed {until}{}", self.final_snapshot()));
        vec![
            format!("{name}, the copy before, {end}."),
            format!(
                "To go back to it, or to keep it longer, tell {} before then: `rds-echo rollback{}` brings {} back to it.",
                self.contact(),
                // Without a name, it does not undo what it has just done.
                self.own.tags().led_back().map_or(String::new(), |_| format!(" {name}")),
                self.cname()
            ),
        ]
    }

    /// What becomes of one that somebody holds for longer than until then.
    fn held(&self, old: &OwnInstance, ends: Option<Timestamp>) -> Option<String> {
        match old.tags().held(self.now)? {
            Hold::Until { until, .. } if ends.is_some_and(|ends| *until <= ends) => None,
            Hold::Until { until, .. } => Some(format!(
                "is held until {}, and destroyed then{}",
                self.moment_from_now(*until),
                self.final_snapshot()
            )),
            Hold::Unreadable(_) => Some("is held until somebody lets it go".to_owned()),
        }
    }

    fn after_the_grace(&self) -> String {
        match self.settings.retire.grace.as_hours() {
            0 => "soon after the switch".to_owned(),
            hours => format!("{} after the switch", count(hours, "hour")),
        }
    }

    fn final_snapshot(&self) -> &'static str {
        if self.settings.retire.skip_final_snapshot { "" } else { ", after a final snapshot" }
    }
}

/// Whom to turn to.
pub(super) fn contact(settings: &Settings) -> &str {
    settings.promote.reply_to.as_deref().unwrap_or("whoever runs RDS Echo for you")
}

//! What **new** refuses, as people hear of it: of what was never restored there is no instance that could be in trouble.

use jiff::Timestamp;

use crate::announce;
use crate::calls::Announcement;
use crate::check::{Finding, bad, fingerprint};
use crate::name::utc_date;
use crate::reason::Reason;
use crate::settings::Settings;

/// The codes of all that is announced as refused.
pub const CODES: &[&str] =
    &["check-failed", "no-snapshot", "stranger-in-the-way", "too-many", "retries-used-up", "no-identifier-left"];

/// The longest that is said in one go, in characters: a notice that nobody reads to its end says less.
const LONGEST: usize = 1500;

/// Something that **new** refuses until a person acts. What is over by itself is none: one that is on its way, or young.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What is wrong, one by one, where more is known than the reason says.
    wrong: Vec<Finding>,
}

impl Refusal {
    /// For this reason alone.
    pub fn of(reason: Reason) -> Refusal {
        Refusal { reason, wrong: Vec::new() }
    }

    /// For this reason, and what is bad among these findings says more of it.
    pub fn with(reason: Reason, findings: &[Finding]) -> Refusal {
        Refusal { reason, wrong: bad(findings).into_iter().cloned().collect() }
    }

    /// Because of what is bad among these findings; `None` where nothing is.
    pub fn checked(findings: &[Finding]) -> Option<Refusal> {
        let says: Vec<String> = bad(findings).into_iter().map(ToString::to_string).collect();
        (!says.is_empty()).then(|| Refusal::with(Reason::CheckFailed { what: says.join("; ") }, findings))
    }

    /// What the tag `refused` holds once it was told: the day, and what stays the same as long as the same is refused.
    pub fn told(&self, now: Timestamp) -> String {
        let wrong: Vec<&Finding> = self.wrong.iter().collect();
        let of_check = matches!(self.reason, Reason::CheckFailed { .. });
        let same = if of_check { fingerprint(&wrong) } else { fingerprint(&[&self.as_finding()]) };
        format!("{} {same}", utc_date(now))
    }

    /// The reason, as the one thing that is wrong: its numbers change, its code and whom it is about do not.
    fn as_finding(&self) -> Finding {
        let about =
            if let Reason::StrangerInTheWay { instance, .. } | Reason::RetriesUsedUp { instance, .. } = &self.reason {
                instance
            } else {
                ""
            };
        Finding::bad(format!("{} {about}", self.reason.code()), self.reason.to_string())
    }

    /// What people are told.
    pub fn announcement(&self, settings: &Settings, now: Timestamp) -> Announcement {
        let says: Vec<String> = match &self.wrong[..] {
            [] => vec![self.reason.to_string()],
            wrong => wrong.iter().map(ToString::to_string).collect(),
        };
        let summary = format!("no new copy is restored for {}: {}", settings.name, in_short(&says));
        announce::trouble(settings, None, self.reason.code(), &summary, &says, now)
    }
}

/// All of it, as far as there is room, and how many are left out.
fn in_short(says: &[String]) -> String {
    let mut text = String::new();
    for (place, one) in says.iter().enumerate() {
        if place == 0 {
            text.extend(one.chars().take(LONGEST));
        } else if text.chars().count() + one.chars().count() > LONGEST {
            return format!("{text}; and {} more: rds-echo check", says.len() - place);
        } else {
            text.push_str("; ");
            text.push_str(one);
        }
    }
    text
}

//! The end of an instance, in two wakes: the point of no return first, the delete much later.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Decision;
use super::hold::held;
use crate::facts::{Record, Tags};
use crate::own::OwnInstance;
use crate::proof::Deletable;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stage::{Move, Stage};
use crate::status::{Class, classify, final_snapshot_impossible};
use crate::tags::{FinalSnapshot, TagWriter, advance};

/// How long after the point of no return the delete comes: longer than any function or retry of ours
/// lives, so that whatever was under way at that moment has seen the tag, or is dead.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// What retire does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetireStep {
    /// Nobody knows since when it is in its stage: from now on, so that its time begins.
    Date {
        /// The tag `since`.
        tags: Tags,
    },
    /// The point of no return.
    Condemn {
        /// The tags of stage `retired`.
        tags: Tags,
    },
    /// Protection off, then delete.
    Destroy(Box<Deletable>),
    /// Nothing else speaks against it: ask for how many it was used in these last minutes, and decide again.
    LookForClients {
        /// How many.
        minutes: i64,
    },
    /// It is being deleted: the final snapshot that was asked for must be marked, if it is not.
    Mark(FinalSnapshot),
}

/// How many used the instance in the last minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    /// Nobody has asked yet.
    NotAsked,
    /// That many connections at once, at most; `None`: CloudWatch does not know.
    Connections(Option<i64>),
}

/// Decides about one instance. `record` must have been read after the instance was.
pub fn decide(
    settings: &Settings,
    own: &OwnInstance,
    record: &Record,
    clients: Clients,
    now: Timestamp,
) -> Decision<RetireStep> {
    let stage = own.stage();
    let pause = match stage {
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted => {
            return Decision::Nothing(Reason::OtherStage { stage });
        }
        Stage::Forgotten => settings.retire.grace,
        Stage::Retired => settings.retire.pause,
    };
    let status = own.facts().status.clone();
    match classify(&status) {
        Class::Going => {
            return match own.tags().final_snapshot.clone().filter(|_| stage == Stage::Retired) {
                Some(asked) => Decision::Act(RetireStep::Mark(asked)),
                None => Decision::wait(Reason::Going { status }),
            };
        }
        Class::Ready | Class::Busy | Class::Stopped | Class::Failed | Class::Unknown => {}
    }
    match record {
        Record::Cname { .. } if record.points_at(own.facts()) => {
            return Decision::Refuse(Reason::InUse { name: settings.promote.cname.clone() });
        }
        Record::Cname { .. } => {}
        Record::Absent => return Decision::Refuse(Reason::NoRecord { name: settings.promote.cname.clone() }),
        Record::Other(what) => {
            return Decision::Refuse(Reason::Record { name: settings.promote.cname.clone(), what: what.clone() });
        }
    }
    if let Some(held) = held(own, now) {
        return held;
    }
    // An instance whose `since` is missing has no known age in this stage: fail closed, count from now.
    let Some(since) = own.tags().since else {
        return Decision::Act(RetireStep::Date { tags: TagWriter::new(&settings.name).time("since", now).finish() });
    };
    let until = since.checked_add(pause).unwrap_or(Timestamp::MAX);
    if now < until {
        let reason = if stage == Stage::Retired { Reason::Pause { until } } else { Reason::Grace { until } };
        return Decision::wait_until(reason, until);
    }
    let condemn = advance(&settings.name, own.tags(), Move::Retire, now);
    if condemn.is_none() {
        match classify(&status) {
            Class::Ready | Class::Stopped | Class::Failed => {}
            Class::Busy | Class::Going => return Decision::wait(Reason::Busy { status }),
            Class::Unknown => return Decision::wait(Reason::UnknownStatus { status }),
        }
    }
    if let Some(instead) = in_use_by_clients(settings, &status, clients) {
        return instead;
    }
    if let Some((_, tags)) = condemn {
        return Decision::Act(RetireStep::Condemn { tags: tags.finish() });
    }
    let final_snapshot = (!settings.retire.skip_final_snapshot && !final_snapshot_impossible(&status)).then(|| {
        let date = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
        final_snapshot_name(&settings.retire.final_snapshot, settings.name.as_str(), own.identifier(), &date)
    });
    Decision::Act(RetireStep::Destroy(Box::new(Deletable::new(own.clone(), final_snapshot))))
}

/// What to do before it goes, or instead, because of those who may be connected to it; `None` where nobody is, or
/// nobody wants to know.
fn in_use_by_clients(settings: &Settings, status: &str, clients: Clients) -> Option<Decision<RetireStep>> {
    let minutes = settings.retire.connection_minutes?;
    match classify(status) {
        // Nobody can be connected to what does not run, and CloudWatch has no data of it.
        Class::Stopped | Class::Failed => return None,
        Class::Ready | Class::Busy | Class::Going | Class::Unknown => {}
    }
    match clients {
        Clients::NotAsked => Some(Decision::Act(RetireStep::LookForClients { minutes })),
        Clients::Connections(None) => Some(Decision::wait(Reason::ClientsUnknown { minutes })),
        Clients::Connections(Some(connections)) if connections > 0 => {
            Some(Decision::wait(Reason::InUseByClients { connections, minutes, who: who_may_know(settings) }))
        }
        Clients::Connections(Some(_)) => None,
    }
}

/// Who can be left behind on it, or knows who is.
pub(super) fn who_may_know(settings: &Settings) -> String {
    let approvers = settings.approvers();
    if approvers.is_empty() { "those who work with it".to_owned() } else { approvers.join(", ") }
}

/// The name of a final snapshot, of the settings' template. RDS writes it in lower case.
pub fn final_snapshot_name(template: &str, echo: &str, instance: &str, date: &str) -> String {
    let echo = echo.to_ascii_lowercase();
    template.replace("{instance}", instance).replace("{name}", &echo).replace("{date}", date)
}

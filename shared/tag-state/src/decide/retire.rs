//! The end of an instance, in two wakes: the point of no return first, the delete much later.

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
use crate::tags::advance;

/// How long after the point of no return the delete comes: longer than any function or retry of ours
/// lives, so that whatever was under way at that moment has seen the tag, or is dead.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// What retire does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetireStep {
    /// The point of no return.
    Condemn {
        /// The tags of stage `retired`.
        tags: Tags,
    },
    /// Protection off, then delete.
    Destroy(Box<Deletable>),
}

/// Decides about one instance. `record` must have been read after the instance was.
pub fn decide(settings: &Settings, own: &OwnInstance, record: &Record, now: Timestamp) -> Decision<RetireStep> {
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
        Class::Going => return Decision::wait(Reason::Going { status }),
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
    let until = own.tags().since.unwrap_or(now).checked_add(pause).unwrap_or(Timestamp::MAX);
    if now < until {
        let reason = if stage == Stage::Retired { Reason::Pause { until } } else { Reason::Grace { until } };
        return Decision::wait_until(reason, until);
    }
    if let Some((_, tags)) = advance(&settings.name, own.tags(), Move::Retire, now) {
        return Decision::Act(RetireStep::Condemn { tags: tags.finish() });
    }
    match classify(&status) {
        Class::Ready | Class::Stopped | Class::Failed => {}
        Class::Busy | Class::Going => return Decision::wait(Reason::Busy { status }),
        Class::Unknown => return Decision::wait(Reason::UnknownStatus { status }),
    }
    let final_snapshot = (!settings.retire.skip_final_snapshot && !final_snapshot_impossible(&status))
        .then(|| settings.retire.final_snapshot.replace("{instance}", own.identifier()));
    Decision::Act(RetireStep::Destroy(Box::new(Deletable::new(own.clone(), final_snapshot))))
}

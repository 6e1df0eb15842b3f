//! A person gives an instance up: it goes the way of all that were replaced.

use jiff::Timestamp;

use super::{Decision, GiveUp, give_up};
use crate::facts::Record;
use crate::own::OwnInstance;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stage::{Move, Stage};

/// Decides about the instance that was named. `record` must have been read after the instance was.
pub fn decide(settings: &Settings, own: &OwnInstance, record: &Record, now: Timestamp) -> Decision<GiveUp> {
    let name = || settings.promote.cname.clone();
    let step = match own.stage() {
        Stage::New | Stage::Modified | Stage::Rebooted => Move::GiveUp,
        Stage::Promoted => Move::Replace,
        Stage::Forgotten | Stage::Retired => return Decision::Nothing(Reason::OtherStage { stage: own.stage() }),
    };
    match record {
        Record::Cname { .. } if record.points_at(own.facts()) => Decision::Refuse(Reason::InUse { name: name() }),
        Record::Cname { .. } => act(settings, own, step, now),
        // What was never promoted cannot be in use through a name that is not there.
        Record::Absent if step == Move::GiveUp => act(settings, own, step, now),
        Record::Absent => Decision::Refuse(Reason::NoRecord { name: name() }),
        Record::Other(what) => Decision::Refuse(Reason::Record { name: name(), what: what.clone() }),
    }
}

fn act(settings: &Settings, own: &OwnInstance, step: Move, now: Timestamp) -> Decision<GiveUp> {
    match give_up(settings, own, step, Reason::GivenUpByHand {}, now) {
        Some(given_up) => Decision::Act(given_up),
        None => Decision::Nothing(Reason::OtherStage { stage: own.stage() }),
    }
}

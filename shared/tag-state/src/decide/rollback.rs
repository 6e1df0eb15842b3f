//! The way back: the CNAME returns to an instance that was in use before.

use jiff::Timestamp;

use super::Decision;
use super::promote::{remember, swap_to};
use crate::calls::Modify;
use crate::facts::{Record, Tags};
use crate::own::OwnInstance;
use crate::proof::Promotable;
use crate::reason::{Reason, unready};
use crate::settings::Settings;
use crate::stage::{Move, Stage};
use crate::status::{Class, classify};
use crate::tags::advance;

/// What comes before the swap, in this order: from then on neither an accident nor retire destroys the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// Protection on, where it is off.
    pub protect: Option<Modify>,
    /// The tags of stage `promoted`, and where the CNAME pointed.
    pub tags: Tags,
}

/// The instance to return to: the `wanted` one, else the one that was replaced last. One that was given up was
/// never in use, or somebody does not want it any more.
pub fn target<'a>(
    settings: &Settings,
    own: &'a [OwnInstance],
    record: &Record,
    wanted: Option<&str>,
) -> Decision<&'a OwnInstance> {
    let name = || settings.promote.cname.clone();
    match record {
        Record::Cname { .. } => {}
        Record::Absent => return Decision::Refuse(Reason::NoRecord { name: name() }),
        Record::Other(what) => return Decision::Refuse(Reason::Record { name: name(), what: what.clone() }),
    }
    let was_in_use = |own: &&OwnInstance| own.stage() == Stage::Forgotten && own.tags().failure.is_none();
    let target = match wanted {
        Some(wanted) => match own.iter().find(|own| own.identifier().eq_ignore_ascii_case(wanted)) {
            Some(found) => found,
            None => return Decision::Refuse(Reason::Gone {}),
        },
        None => {
            let elsewhere = |own: &&OwnInstance| !record.points_at(own.facts());
            let last =
                own.iter().filter(was_in_use).filter(elsewhere).max_by_key(|own| (own.tags().since, own.edition()));
            match last {
                Some(last) => last,
                None => return Decision::Nothing(Reason::NothingToReturnTo {}),
            }
        }
    };
    if record.points_at(target.facts()) {
        return Decision::Nothing(Reason::PointsThere { name: name() });
    }
    if let Some(why) = &target.tags().failure {
        return Decision::Refuse(Reason::GivenUp { why: why.clone() });
    }
    if !was_in_use(&target) {
        return Decision::Refuse(Reason::OtherStage { stage: target.stage() });
    }
    match (unready(target.facts()), classify(&target.facts().status)) {
        (None, _) => Decision::Act(target),
        (Some(reason), Class::Busy | Class::Unknown | Class::Ready) => Decision::wait(reason),
        (Some(reason), Class::Stopped | Class::Failed | Class::Going) => Decision::Refuse(reason),
    }
}

/// What is written before the swap; `None` where no way leads back.
pub fn prepare(settings: &Settings, target: &OwnInstance, record: &Record, now: Timestamp) -> Option<Preparation> {
    let (_, writer) = advance(&settings.name, target.tags(), Move::Promote, now)?;
    let tags = writer.with(&remember(settings, record)).with(&settings.promote.tags).finish();
    let protect = (!target.facts().deletion_protection).then(|| Modify::protection(target.identifier(), true));
    Some(Preparation { protect, tags })
}

/// Whether the swap may be made: asked of the last read before it. Somebody may have condemned the target
/// since the first one; what is `retired` is not returned to.
pub fn decide(settings: &Settings, own: &OwnInstance, record: &Record) -> Decision<Promotable> {
    if own.stage() != Stage::Promoted {
        return Decision::Refuse(Reason::OtherStage { stage: own.stage() });
    }
    if let Some(reason) = unready(own.facts()) {
        return Decision::wait(reason);
    }
    swap_to(settings, own, record, "a person asked for the way back".to_owned())
}

//! `modified` to `rebooted`: some settings take effect only then.

use jiff::Timestamp;

use super::{Decision, GiveUp, hindrance, hold_up, settling, unsettled};
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::reason::Reason;
use crate::settings::{Reboot, Settings};
use crate::stage::{Move, Stage};
use crate::tags::{TagWriter, advance};

/// What reboot does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebootStep {
    /// Write the mark, then reboot. With the mark there, and all in effect, it is not rebooted again.
    Reboot {
        /// The `rebooting` tag.
        mark: Tags,
    },
    /// Enter the next stage.
    Advance {
        /// The tags of it.
        tags: Tags,
        /// Whether it has been rebooted, or needed no reboot.
        rebooted: bool,
    },
    /// It will not come back.
    GiveUp(GiveUp),
}

/// Decides about one instance.
pub fn decide(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Decision<RebootStep> {
    if let Some(instead) = hindrance(settings, own, Stage::Modified, now, RebootStep::GiveUp) {
        return instead;
    }
    let instance = own.facts();
    let marked = own.tags().rebooting;
    // `available` lingers after a modify, and after a reboot was asked for: nothing is believed too early.
    if let Some(until) = settling(settings, marked.max(own.tags().since), now) {
        return Decision::wait_until(Reason::Settling { until }, until);
    }
    if let Some(reason) = unsettled(settings, instance, true) {
        return hold_up(reason);
    }
    let in_sync = instance.parameter_group_statuses.iter().all(|status| status == "in-sync");
    let done = in_sync && (marked.is_some() || settings.reboot == Reboot::WhenNeeded);
    if !done {
        return Decision::Act(RebootStep::Reboot {
            mark: TagWriter::new(&settings.name).time("rebooting", now).finish(),
        });
    }
    match advance(&settings.name, own.tags(), Move::Reboot, now) {
        Some((_, tags)) => Decision::Act(RebootStep::Advance { tags: tags.finish(), rebooted: marked.is_some() }),
        None => Decision::Nothing(Reason::OtherStage { stage: own.stage() }),
    }
}

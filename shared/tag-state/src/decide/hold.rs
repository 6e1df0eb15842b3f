//! An instance is kept from retire until a date, and let go again, because a person says so.

use jiff::{SignedDuration, Timestamp};

use super::Decision;
use super::retire::PAUSE;
use crate::facts::Tags;
use crate::hold::{Hold, hold_tag};
use crate::own::OwnInstance;
use crate::reason::Reason;
use crate::remark::Remark;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::status::{Class, classify};
use crate::tags::whole_seconds;

/// No command of a person's changes anything after that.
const LONGEST_COMMAND: SignedDuration = SignedDuration::from_mins(10);

/// What became of a hold that was written, as the look after it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing destroys it before the date.
    Safe,
    /// Retire condemned it in the same moment. It is not destroyed before the date, but nothing leads back to it.
    Condemned,
    /// Retire condemned it so long ago that it may have had its last look before the hold was written.
    PerhapsTooLate,
}

/// Why retire leaves the instance alone for now; `None` where nobody holds it.
pub fn held<T>(own: &OwnInstance, now: Timestamp) -> Option<Decision<T>> {
    let hold = own.tags().held(now)?;
    let reason = Reason::Held { how: hold.to_string() };
    Some(match hold {
        Hold::Until { until, .. } => Decision::wait_until(reason, *until),
        Hold::Unreadable(_) => Decision::Refuse(reason),
    })
}

/// The tag that holds it until exactly then, whatever held it before.
pub fn hold(
    settings: &Settings,
    own: &OwnInstance,
    until: Timestamp,
    why: Option<&Remark>,
    now: Timestamp,
) -> Decision<Tags> {
    let until = whole_seconds(until);
    if until <= now {
        return Decision::Refuse(Reason::HoldIsPast { until });
    }
    let status = own.facts().status.clone();
    match classify(&status) {
        Class::Going => return Decision::Refuse(Reason::Going { status }),
        Class::Ready | Class::Busy | Class::Stopped | Class::Failed | Class::Unknown => {}
    }
    match own.stage() {
        Stage::Retired => Decision::Refuse(Reason::Condemned {}),
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted | Stage::Forgotten => {
            Decision::Act(hold_tag(&settings.name, until, why))
        }
    }
}

/// The same until then at least: `None` where a hold lasts longer, which stays as it is, with its reason.
pub fn keep(
    settings: &Settings,
    own: &OwnInstance,
    until: Timestamp,
    why: Option<&Remark>,
    now: Timestamp,
) -> Decision<Option<Tags>> {
    let is_covered = own.tags().hold.as_ref().is_some_and(|hold| hold.covers(until));
    hold(settings, own, until, why, now).and_then(|tags| Decision::Act((!is_covered).then_some(tags)))
}

/// What the look after the write shows. Whoever destroys it looks at it once more, at the earliest a [`PAUSE`] after
/// the point of no return: who has not come to that look yet sees the hold. `now` is when the command began.
pub fn afterwards(own: &OwnInstance, now: Timestamp) -> Held {
    match own.stage() {
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted | Stage::Forgotten => Held::Safe,
        Stage::Retired => {
            let last_look = own.tags().since.and_then(|since| since.checked_add(PAUSE).ok());
            let written = now.checked_add(LONGEST_COMMAND).unwrap_or(now);
            let in_time = last_look.is_some_and(|last_look| written <= last_look);
            let going = classify(&own.facts().status) == Class::Going;
            if in_time && !going { Held::Condemned } else { Held::PerhapsTooLate }
        }
    }
}

/// The tag that lets it go: a hold that is over.
pub fn release(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Decision<Tags> {
    match own.tags().held(now) {
        Some(_) => Decision::Act(hold_tag(&settings.name, now, None)),
        None => Decision::Nothing(Reason::NotHeld {}),
    }
}

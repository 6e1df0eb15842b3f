//! What is wrong with an instance, if anything is: it failed, or it has been waiting for too long, with a name for what
//! it waits for. Nothing is done about it here: it is told, once, and a person decides. Waiting for people is no trouble.

mod mark;
mod set_up;
mod telling;
mod waits;
mod what;

use jiff::{SignedDuration, Timestamp};

use super::retire::who_may_know;
use super::{differing, not_usable, unsettled};
use crate::attempt;
use crate::hold::Hold;
use crate::overview::learned;
use crate::own::OwnInstance;
use crate::parameter::Value;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::status::{Class, classify};

pub use mark::{Earlier, Mark, note_refusal};
pub use telling::{ANNOUNCED, Tell, recovered, tell};
pub use waits::note_wait;
pub use what::{CODES, What};

/// What is learned from a copy that took minutes must not make every longer one a trouble: RDS optimizes storage for hours.
const LEAST_LEARNED: SignedDuration = SignedDuration::from_hours(12);
/// What is learned from a copy that waited for days must not keep the next one's trouble quiet for weeks: at most so
/// many times the one limit for all.
const MOST_LEARNED: i32 = 4;
/// A maintenance window comes once a week.
const WINDOW: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How long after it was set up a copy may still seem to change, because reads lag behind.
const CALM: SignedDuration = SignedDuration::from_hours(1);

/// What is wrong with an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub what: What,
    /// Since when it is in its stage: RDS tells of no state since when it lasts.
    pub since: Timestamp,
    /// What is wanted and is not so, one a line.
    pub differences: Vec<String>,
}

/// What is wrong with an instance now; `None` where nothing is. `all` are all of this echo's: what an earlier one took
/// says how long is long.
pub fn trouble(settings: &Settings, own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> Option<Trouble> {
    // Where its tag is lost, it is in its stage since then at the earliest.
    let since = own.tags().since.or(own.facts().created)?;
    let what = match own.stage() {
        Stage::New | Stage::Modified => on_its_way(settings, own, all, since, now),
        Stage::Rebooted => set_up::trouble(settings, own, all, since, now),
        Stage::Promoted => in_use(own),
        Stage::Forgotten | Stage::Retired => on_its_way_out(settings, own, all, now),
    };
    // That it failed lasts as long as it is there, and would hide the other for ever.
    let failure_is_told = || own.tags().trouble.as_ref().is_some_and(|mark| mark.has_told("failed"));
    let what = what
        .filter(|what| !matches!(what, What::Failed { .. }) || hold_unreadable(own).is_none() || !failure_is_told());
    let what = what.or_else(|| hold_unreadable(own))?;
    Some(Trouble { what, since, differences: differences(settings, own) })
}

/// Somebody wanted it kept, and nobody knows until when: it waits for ever.
fn hold_unreadable(own: &OwnInstance) -> Option<What> {
    match &own.tags().hold {
        Some(Hold::Unreadable(value)) => Some(What::HoldUnreadable { value: value.clone() }),
        Some(Hold::Until { .. }) | None => None,
    }
}

/// Whose secret RDS cannot use: nothing goes on until a person has mended it. `None` where production's password is kept.
fn secret_impaired(settings: &Settings, own: &OwnInstance) -> Option<What> {
    let secret = own.facts().secret.as_ref().filter(|_| settings.manages_password())?;
    match not_usable(secret) {
        Some(Reason::SecretImpaired { secret }) => Some(What::SecretImpaired { secret }),
        Some(_) | None => None,
    }
}

/// What an instance lacks of what is asked for: setting, actual, wanted.
pub fn differences(settings: &Settings, own: &OwnInstance) -> Vec<String> {
    let wants = matches!(own.stage(), Stage::New | Stage::Modified | Stage::Rebooted) && own.facts().created.is_some();
    let parameters = differing(own.facts(), &settings.modify.parameters).filter(|_| wants);
    parameters
        .map(|(parameter, wanted)| {
            let actual = own.facts().has(parameter).map_or("nothing".to_owned(), Value::to_string);
            format!("{parameter}: wanted {wanted}, actual {actual}")
        })
        .collect()
}

/// After how long in its stage an instance is stuck. What is set counts first; then, for the way to being set up, three
/// times what the latest other one took, within bounds that follow from the one limit for all; then that limit.
pub fn limit(settings: &Settings, own: &OwnInstance, all: &[OwnInstance]) -> SignedDuration {
    let limits = &settings.troubles.stuck;
    let stage = own.stage();
    let (set, learns) = match stage {
        Stage::New => (limits.new, true),
        Stage::Modified => (limits.modified, true),
        Stage::Rebooted | Stage::Promoted => (limits.rebooted, false),
        Stage::Forgotten => (limits.forgotten, false),
        Stage::Retired => (limits.retired, false),
    };
    let (least, most) = (LEAST_LEARNED.min(limits.otherwise), limits.otherwise * MOST_LEARNED);
    let learned =
        learned(own, all, stage).filter(|_| learns).map(|took| took.min(most).saturating_mul(3).clamp(least, most));
    let waits_for_window = stage == Stage::Modified && !settings.modify.apply_immediately;
    let least = if waits_for_window { WINDOW } else { SignedDuration::ZERO };
    set.unwrap_or_else(|| learned.unwrap_or(limits.otherwise).max(least))
}

fn is_over(from: Timestamp, limit: SignedDuration, now: Timestamp) -> bool {
    from.checked_add(limit).is_ok_and(|until| now > until)
}

/// Whether it should have left its stage by then, and for how long.
fn is_past_due(settings: &Settings, own: &OwnInstance, limit: SignedDuration, now: Timestamp) -> bool {
    due(settings, own, now).is_some_and(|due| is_over(due, limit, now))
}

/// When an instance should have left its stage, as far as anything tells; `None` of one in use. What a person keeps is
/// due when the hold ends; on its way to a promotion no hold changes that.
pub(crate) fn due(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<Timestamp> {
    let tags = own.tags();
    let since = tags.since?;
    let held = || tags.hold.as_ref().map_or(Timestamp::MIN, |hold| hold.until().unwrap_or(now));
    Some(match own.stage() {
        Stage::New | Stage::Modified => since,
        Stage::Rebooted => tags.request.map_or(since, |request| request.expires).max(held()),
        Stage::Forgotten => since.checked_add(settings.retire.grace).unwrap_or(Timestamp::MAX).max(held()),
        Stage::Retired => since.max(held()),
        Stage::Promoted => return None,
    })
}

/// `new` and `modified`.
fn on_its_way(
    settings: &Settings,
    own: &OwnInstance,
    all: &[OwnInstance],
    since: Timestamp,
    now: Timestamp,
) -> Option<What> {
    let status = own.facts().status.clone();
    let class = classify(&status);
    let refused = own.tags().trouble.as_ref().filter(|mark| mark.at >= since).and_then(|mark| mark.said.as_ref());
    match (class, refused) {
        // `stopping` may be the end of an upgrade, and is over soon.
        (Class::Stopped, _) if status == "stopped" => return Some(What::Stopped { status }),
        (Class::Ready, Some(said)) if own.stage() == Stage::New => {
            return Some(What::ModifyRefused { said: said.clone() });
        }
        (Class::Ready | Class::Busy | Class::Stopped | Class::Failed | Class::Going | Class::Unknown, _) => {}
    }
    let groups = &own.facts().parameter_group_statuses;
    if class == Class::Ready && groups.iter().any(|group| group == "failed-to-apply") {
        return Some(What::GroupFailed { what: "its parameter group is failed-to-apply".to_owned() });
    }
    if class == Class::Ready
        && own.stage() == Stage::Modified
        && let Some(impaired) = secret_impaired(settings, own)
    {
        return Some(impaired);
    }
    is_over(since, limit(settings, own, all), now).then(|| waits_for(settings, own, class, status))?
}

/// What one that has been on its way for too long waits for; `None` where its stage is about to give it up, or it goes.
fn waits_for(settings: &Settings, own: &OwnInstance, class: Class, status: String) -> Option<What> {
    Some(match class {
        Class::Going => return None,
        Class::Failed => What::StillFailed { status },
        Class::Stopped => What::Stopped { status },
        Class::Unknown => What::UnknownStatus { status },
        Class::Busy => match status.as_str() {
            "creating" => What::StillRestoring { status },
            "maintenance" | "upgrading" => What::Maintenance { status },
            _ => What::StillBusy { status },
        },
        Class::Ready => {
            let pending = own.facts().pending.iter().cloned().collect::<Vec<_>>().join(", ");
            if !pending.is_empty() {
                return Some(What::Pending { what: pending });
            }
            match unsettled(settings, own.facts(), true).filter(|_| own.stage() != Stage::New) {
                Some(Reason::NotInEffect { what }) => What::SettingsDiffer { what },
                Some(Reason::SecretPending { status }) => What::SecretPending { status },
                Some(other) => What::GroupNotApplied { what: other.to_string() },
                None => What::NotTakenOn { stage: own.stage() },
            }
        }
    })
}

/// `promoted`: people work with it.
fn in_use(own: &OwnInstance) -> Option<What> {
    let status = own.facts().status.clone();
    match classify(&status) {
        Class::Failed => Some(What::InUseFailed { status }),
        Class::Stopped if status == "stopped" => Some(What::InUseStopped { status }),
        Class::Going => Some(What::InUseGoing { status }),
        Class::Ready | Class::Busy | Class::Stopped | Class::Unknown => None,
    }
}

/// `forgotten` and `retired`.
fn on_its_way_out(settings: &Settings, own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> Option<What> {
    let status = own.facts().status.clone();
    let is_going = classify(&status) == Class::Going;
    if is_past_due(settings, own, limit(settings, own, all), now) {
        let why = waits::noted(own).map_or("retire has noted no reason, see its log".to_owned(), |noted| noted.words);
        return Some(match own.stage() {
            _ if is_going => What::StillGoing { status },
            Stage::Retired => What::NotDeleted { status, why },
            Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted | Stage::Forgotten => {
                What::NotRetired { why }
            }
        });
    }
    if !attempt::has_failed(own) {
        return if is_going { None } else { used_by_clients(settings, own, now) };
    }
    // A tag holds no comma.
    let why = own.tags().failure.clone().unwrap_or_default().replace("_ ", ", ");
    let attempt = attempt::of(own).number;
    Some(What::Failed { why, attempt, of: settings.troubles.retries.saturating_add(1) })
}

/// It could go, and people are still connected to it: they work with data that nobody refreshes any more, and do not know.
fn used_by_clients(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<What> {
    let noted = waits::noted(own).filter(|noted| noted.code == "in-use-by-clients")?;
    if own.tags().held(now).is_some() || !is_over(waits::may_go_from(settings, own)?, CALM, now) {
        return None;
    }
    // Behind the comma stands what to do, for which a tag has no room.
    let said = noted.words.split(',').next().unwrap_or_default().to_owned();
    Some(What::InUseByClients { said, who: who_may_know(settings) })
}

//! Where a person wants the CNAME: back to an instance that was in use before, or to one that was set up and given up.

use jiff::Timestamp;

use super::promote::{host, remember, swap_to};
use super::request::given_up;
use super::{Decision, not_usable, unsettled};
use crate::calls::Modify;
use crate::facts::{Instance, Record, Tags, same_host};
use crate::own::OwnInstance;
use crate::proof::Promotable;
use crate::reason::{Reason, unready};
use crate::settings::{Approval, Settings};
use crate::stage::{Move, Stage};
use crate::status::{Class, classify};
use crate::tags::{TagWriter, advance, stamp};

/// Where a person wants the CNAME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    /// Back to an instance that was in use before: this one, or the one that was replaced last.
    Back(Option<&'a str>),
    /// To this one, which need not have been in use, but must have been set up completely.
    To {
        /// Its identifier.
        instance: &'a str,
        /// What a person has typed, which must be the identifier once more: nobody else is asked.
        typed: Option<&'a str>,
    },
}

impl<'a> Way<'a> {
    /// The instance that is named.
    pub fn named(self) -> Option<&'a str> {
        match self {
            Way::Back(wanted) => wanted,
            Way::To { instance, .. } => Some(instance),
        }
    }

    fn agreed(self) -> &'static str {
        match self {
            Way::Back(_) => "a person asked for the way back",
            Way::To { .. } => "its identifier was typed",
        }
    }
}

/// What comes before the swap, in this order: from then on neither an accident nor retire destroys the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// Protection on, where it is off.
    pub protect: Option<Modify>,
    /// The tags of stage `promoted`, and where the CNAME pointed.
    pub tags: Tags,
}

/// The instance that the CNAME is to point at. A way back whose end was not seen may be asked for again, and two people
/// may ask for it: without a name, the one that was just left is not gone back to.
pub fn target<'a>(
    settings: &Settings,
    own: &'a [OwnInstance],
    record: &Record,
    way: Way<'_>,
) -> Decision<&'a OwnInstance> {
    let name = || settings.promote.cname.clone();
    match record {
        Record::Cname { .. } => {}
        Record::Absent => return Decision::Refuse(Reason::NoRecord { name: name() }),
        Record::Other(what) => return Decision::Refuse(Reason::Record { name: name(), what: what.clone() }),
    }
    let target = match way.named() {
        Some(wanted) => match own.iter().find(|own| own.identifier().eq_ignore_ascii_case(wanted)) {
            Some(found) => found,
            None => return Decision::Refuse(Reason::Gone {}),
        },
        None => {
            let elsewhere = |own: &&OwnInstance| !record.points_at(own.facts());
            let before = own.iter().filter(|own| was_in_use(own)).filter(elsewhere);
            match before.max_by_key(|own| (own.tags().since, own.edition())) {
                Some(last) if just_left(own, record, last) => {
                    return Decision::Nothing(Reason::AlreadyBack {
                        name: name(),
                        instance: last.identifier().to_owned(),
                    });
                }
                Some(last) => last,
                None => return Decision::Nothing(Reason::NothingToReturnTo {}),
            }
        }
    };
    if record.points_at(target.facts()) {
        return Decision::Nothing(Reason::PointsThere { name: name() });
    }
    Decision::Act(target)
}

/// Whether the CNAME may go there now.
pub fn may_go(settings: &Settings, target: &OwnInstance, way: Way<'_>, now: Timestamp) -> Decision<()> {
    let refusal = match way {
        Way::Back(_) => no_way_back(target),
        Way::To { .. } => no_way_to(settings, target, now),
    };
    if let Some(reason) = refusal {
        return Decision::Refuse(reason);
    }
    match (unready(target.facts()), classify(&target.facts().status)) {
        (None, _) => {}
        (Some(reason), Class::Busy | Class::Unknown | Class::Ready) => return Decision::wait(reason),
        (Some(reason), Class::Stopped | Class::Failed | Class::Going) => return Decision::Refuse(reason),
    }
    if let Some(reason) = unfit(settings, target, target) {
        return Decision::wait(reason);
    }
    match way {
        Way::To { typed, .. } if typed.is_none_or(|typed| !typed.eq_ignore_ascii_case(target.identifier())) => {
            Decision::wait(Reason::ToBeTyped { instance: target.identifier().to_owned() })
        }
        Way::Back(_) | Way::To { .. } => Decision::Act(()),
    }
}

/// Whether the last move of the CNAME was a person's, away from this one.
fn just_left(own: &[OwnInstance], record: &Record, last: &OwnInstance) -> bool {
    let current = own.iter().find(|own| record.points_at(own.facts()));
    current.filter(|current| current.tags().led_back().is_some()).is_some_and(|current| {
        let left = current.tags().replaced.as_deref().unwrap_or_default();
        last.facts().address.as_ref().is_some_and(|address| same_host(address, left))
    })
}

/// One that was given up was never in use, or somebody does not want it any more. One that is still called promoted has
/// just been left by the CNAME, or somebody was on the way back to it and did not arrive.
fn was_in_use(own: &OwnInstance) -> bool {
    matches!(own.stage(), Stage::Forgotten | Stage::Promoted) && own.tags().failure.is_none()
}

fn no_way_back(target: &OwnInstance) -> Option<Reason> {
    match (target.stage(), &target.tags().failure) {
        (Stage::Retired, _) => Some(Reason::Condemned {}),
        (_, Some(why)) => Some(Reason::GivenUp { why: why.clone() }),
        (_, None) if was_in_use(target) => None,
        (stage, None) => Some(Reason::OtherStage { stage }),
    }
}

/// What had come as far as to wait for approval was set up completely. But people who are asked decide themselves.
fn no_way_to(settings: &Settings, target: &OwnInstance, now: Timestamp) -> Option<Reason> {
    match target.stage() {
        Stage::Forgotten | Stage::Promoted => match &target.tags().failure {
            Some(why) if target.tags().took.get(Stage::Rebooted).is_none() => {
                Some(Reason::GivenUp { why: why.clone() })
            }
            Some(_) | None => None,
        },
        Stage::Rebooted => match (&settings.promote.approval, target.tags().request) {
            (Approval::None, _) => Some(Reason::NobodyAsked {}),
            (Approval::Typed, _) => Some(Reason::NotTyped { instance: target.identifier().to_owned() }),
            (Approval::Required { .. }, None) => Some(Reason::NotRequested {}),
            (Approval::Required { .. }, Some(_)) => {
                given_up(settings, target, now).is_none().then_some(Reason::RequestOpen {})
            }
        },
        Stage::Retired => Some(Reason::Condemned {}),
        Stage::New | Stage::Modified => Some(Reason::OtherStage { stage: target.stage() }),
    }
}

/// What it lacks, where it was never in use before. One that was may have been set up otherwise, by the settings of its
/// time. Protection is switched on beside this.
fn unfit(settings: &Settings, before: &OwnInstance, own: &OwnInstance) -> Option<Reason> {
    let facts = || Instance { deletion_protection: true, ..own.facts().clone() };
    if was_in_use(before) { None } else { unsettled(settings, &facts(), false) }
}

/// What is to be said of the master password of one that is gone back to: haste is no reason to refuse what has no own.
pub fn password(settings: &Settings, target: &Instance) -> Option<String> {
    let why = match &target.secret {
        _ if !settings.manages_password() => return None,
        Some(secret) => not_usable(secret)?.to_string(),
        None => "it has no secret of its own in Secrets Manager".to_owned(),
    };
    let identifier = &target.identifier;
    Some(format!(
        "production's master password may be valid on {identifier}: {why}. To give it another: aws rds \
         modify-db-instance --db-instance-identifier {identifier} --manage-master-user-password --apply-immediately"
    ))
}

/// What is written before the swap; `None` where no way leads there. What was never in use keeps the reason why until
/// it is: should the swap not come about, it must not look like one that was.
pub fn prepare(settings: &Settings, target: &OwnInstance, record: &Record, now: Timestamp) -> Option<Preparation> {
    let writer = match target.stage() {
        // Since now, for it was not in use in between.
        Stage::Promoted => TagWriter::new(&settings.name).stage(Stage::Promoted, now),
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Forgotten | Stage::Retired => {
            advance(&settings.name, target.tags(), Move::Promote, now)?.1
        }
    };
    let writer = match given_up(settings, target, now).filter(|_| target.stage() == Stage::Rebooted) {
        Some(why) => writer.text("failure", &why.to_string()),
        None => writer,
    };
    let replaced = match was_in_use(target) {
        true => TagWriter::new(&settings.name).text("replaced", &format!("{} {}", host(record), stamp(now))).finish(),
        false => remember(settings, record),
    };
    let tags = writer.with(&replaced).with(&settings.promote.tags).finish();
    let protect = (!target.facts().deletion_protection).then(|| Modify::protection(target.identifier(), true));
    Some(Preparation { protect, tags })
}

/// Whether the swap may be made: asked of the last read before it, `before` being the first one. Somebody may have
/// condemned the target since, which is not returned to, or asked people about it anew.
pub fn decide(
    settings: &Settings,
    before: &OwnInstance,
    own: &OwnInstance,
    record: &Record,
    way: Way<'_>,
) -> Decision<Promotable> {
    match own.stage() {
        Stage::Promoted => {}
        Stage::Retired => return Decision::Refuse(Reason::Condemned {}),
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Forgotten => {
            return Decision::Refuse(Reason::OtherStage { stage: own.stage() });
        }
    }
    if let Some(reason) = unready(own.facts()) {
        return Decision::wait(reason);
    }
    if before.stage() == Stage::Rebooted && before.tags().request != own.tags().request {
        return Decision::Refuse(Reason::RequestOpen {});
    }
    if let Some(reason) = unfit(settings, before, own) {
        return Decision::wait(reason);
    }
    swap_to(settings, own, record, way.agreed().to_owned())
}

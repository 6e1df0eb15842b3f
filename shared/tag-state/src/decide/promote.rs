//! The CNAME: who may be behind it next, and how the tags follow it.

use jiff::Timestamp;

use super::request::{claim, given_up};
use super::{Decision, hold_up, unsettled};
use crate::approval::{Action, Claim, Mac};
use crate::attempt;
use crate::facts::{Record, Tags, same_host};
use crate::own::OwnInstance;
use crate::proof::{Promotable, Verified};
use crate::reason::{Reason, unready};
use crate::settings::{Approval, Settings};
use crate::stage::{Move, Stage};
use crate::tags::{Request, TagWriter, advance};

/// A correction of one instance's tags, so that they say what the CNAME says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The instance.
    pub own: OwnInstance,
    /// The stage it enters; `None` where it is in it already.
    pub to: Option<Stage>,
    /// All tags, to be written in one call; none where only the protection is missing.
    pub tags: Tags,
    /// Whether deletion protection must be switched on.
    pub protect: bool,
    /// Why.
    pub why: String,
}

/// What the tags must be for the CNAME as read: the one behind it is promoted and protected, every
/// other promoted one and every older one is forgotten, and so is the one that a person has led the CNAME away from,
/// or it would be promoted once more. Where the CNAME points at none of ours, nothing is concluded from it.
pub fn repairs(settings: &Settings, own: &[OwnInstance], record: &Record, now: Timestamp) -> Vec<Repair> {
    let Some(current) = own.iter().find(|own| record.points_at(own.facts())) else { return Vec::new() };
    let name = &settings.name;
    let cname = &settings.promote.cname;
    let mut repairs = Vec::new();
    let to = advance(name, current.tags(), Move::Promote, now);
    let protect = !current.facts().deletion_protection;
    // Why it was given up is not so any more; nor has this try failed, whatever becomes of it later.
    let lies = current.tags().failure.is_some() || attempt::of(current).failed;
    if to.is_some() || protect || lies {
        let writer = to.clone().map_or_else(
            || TagWriter::new(name),
            |(_, writer)| {
                // The CNAME may have been set by hand to one that modify has not identified yet.
                writer.text("resource", &current.facts().resource_id).with(&settings.promote.tags)
            },
        );
        let writer = if lies { attempt::note(writer.text("failure", ""), current, false) } else { writer };
        repairs.push(Repair {
            own: current.clone(),
            to: to.as_ref().map(|(stage, _)| *stage),
            tags: writer.finish(),
            protect,
            why: format!("{cname} points at it"),
        });
    }
    for other in own.iter().filter(|other| other.identifier() != current.identifier()) {
        let older = other.edition() < current.edition();
        let step = match other.stage() {
            Stage::Promoted => Move::Replace,
            Stage::New | Stage::Modified | Stage::Rebooted if older || was_left(current, other) => Move::Supersede,
            Stage::New | Stage::Modified | Stage::Rebooted | Stage::Forgotten | Stage::Retired => continue,
        };
        let Some((to, writer)) = advance(name, other.tags(), step, now) else { continue };
        let why = format!("{cname} points at {}", current.identifier());
        let writer = if step == Move::Supersede {
            attempt::note(writer.text("failure", &format!("superseded: {why}")), other, false)
        } else {
            writer
        };
        let writer = writer.text("resource", &other.facts().resource_id);
        repairs.push(Repair { own: other.clone(), to: Some(to), tags: writer.finish(), protect: false, why });
    }
    repairs
}

/// Whether a person has led the CNAME away from this one, to the one that is in use now. What is restored afterwards
/// under the same identifier, and so has the same endpoint, is another one.
fn was_left(current: &OwnInstance, other: &OwnInstance) -> bool {
    let (Some(led_back), Some(left)) = (current.tags().led_back(), &current.tags().replaced) else { return false };
    let was_there = other.tags().since.is_some_and(|since| since <= led_back);
    was_there && other.facts().address.as_ref().is_some_and(|address| same_host(address, left))
}

/// Promoted instances while the CNAME points at none of ours: nothing can be concluded, and that is said.
pub fn strays<'a>(
    settings: &'a Settings,
    own: &'a [OwnInstance],
    record: &'a Record,
) -> impl Iterator<Item = (&'a OwnInstance, Reason)> {
    let ours = own.iter().any(|own| record.points_at(own.facts()));
    let what = match record {
        Record::Absent => "not there".to_owned(),
        Record::Cname { value, .. } => format!("a CNAME to {value}"),
        Record::Other(what) => what.clone(),
    };
    let reason = Reason::PointsElsewhere { name: settings.promote.cname.clone(), what };
    own.iter().filter(move |own| !ours && own.stage() == Stage::Promoted).map(move |own| (own, reason.clone()))
}

/// The instance that waits for its promotion: the newest rebooted one that nothing has closed.
pub fn candidate<'a>(settings: &Settings, own: &'a [OwnInstance], now: Timestamp) -> Decision<&'a OwnInstance> {
    let rebooted = || own.iter().filter(|own| own.stage() == Stage::Rebooted);
    if let Some(open) = rebooted().filter(|own| given_up(settings, own, now).is_none()).max_by_key(|own| own.edition())
    {
        return Decision::Act(open);
    }
    match rebooted().max_by_key(|own| own.edition()).and_then(|newest| given_up(settings, newest, now)) {
        Some(reason) => Decision::Nothing(reason),
        None => Decision::Nothing(Reason::NothingToDo {}),
    }
}

/// The confirmations that could count: of this request, by listed approvers, pressed in time.
/// Whether they were really pressed is for their MACs to show.
pub fn confirmed<'a>(
    settings: &'a Settings,
    own: &'a OwnInstance,
    request: Request,
) -> impl Iterator<Item = (Claim, Mac)> + 'a {
    settings.approvers().iter().filter_map(move |approver| {
        let confirmation = own.tags().confirmed.get(approver)?;
        let counts = confirmation.request == request.number && confirmation.at <= request.expires;
        counts.then(|| (claim(settings, own, request, Action::Confirm, approver), confirmation.mac.clone()))
    })
}

/// Whether this instance may be promoted now: asked with what was verified of an earlier read, and
/// again of the last read before the swap. `typed` is what a person has typed at the command line, which
/// counts only where no approvers are named.
pub fn decide(
    settings: &Settings,
    own: &OwnInstance,
    record: &Record,
    verified: &[Verified],
    typed: Option<&str>,
    now: Timestamp,
) -> Decision<Promotable> {
    if own.stage() != Stage::Rebooted {
        return Decision::Nothing(Reason::OtherStage { stage: own.stage() });
    }
    // A failed one is given up by request-approval; here it only keeps the CNAME where it is.
    if let Some(reason) = unready(own.facts()) {
        return Decision::wait(reason);
    }
    if let Some(reason) = unsettled(settings, own.facts(), false) {
        return hold_up(reason);
    }
    if let Some(reason) = given_up(settings, own, now) {
        return Decision::Nothing(reason);
    }
    let agreed = match (&settings.promote.approval, own.tags().request) {
        (Approval::None, _) => "no approval is asked for".to_owned(),
        (Approval::Typed, _) => match typed {
            Some(typed) if typed.eq_ignore_ascii_case(own.identifier()) => "its identifier was typed".to_owned(),
            Some(_) | None => return Decision::wait(Reason::NotTyped { instance: own.identifier().to_owned() }),
        },
        (Approval::Required { .. }, None) => return Decision::wait(Reason::NotRequested {}),
        (Approval::Required { approvals, .. }, Some(request)) => {
            let by: Vec<String> = confirmed(settings, own, request)
                .filter(|(claim, mac)| verified.iter().any(|verified| verified.is(claim, mac)))
                .map(|(claim, _)| claim.approver)
                .collect();
            if by.len() < *approvals {
                let until = request.expires;
                return Decision::wait_until(
                    Reason::AwaitingApproval { confirmed: by.len(), needed: *approvals, until },
                    until,
                );
            }
            format!("confirmed by {}", by.join(", "))
        }
    };
    swap_to(settings, own, record, agreed)
}

/// The swap of the CNAME from what was read to an instance that may have it.
pub(super) fn swap_to(settings: &Settings, own: &OwnInstance, record: &Record, agreed: String) -> Decision<Promotable> {
    let Some(zone_id) = &settings.promote.hosted_zone_id else {
        return Decision::Refuse(Reason::SettingMissing { key: "rdsecho.promote.hostedZoneId".to_owned() });
    };
    let Some(address) = &own.facts().address else { return Decision::wait(Reason::NoEndpoint {}) };
    match record {
        Record::Other(what) => {
            Decision::Refuse(Reason::Record { name: settings.promote.cname.clone(), what: what.clone() })
        }
        Record::Absent | Record::Cname { .. } => Decision::Act(Promotable::new(
            own.clone(),
            zone_id.clone(),
            settings.promote.cname.clone(),
            record.clone(),
            address.clone(),
            settings.promote.ttl,
            agreed,
        )),
    }
}

/// The tag that remembers where the CNAME pointed, written before the swap.
pub fn remember(settings: &Settings, record: &Record) -> Tags {
    TagWriter::new(&settings.name).text("replaced", host(record)).finish()
}

/// Where the record leads, as the tag has it.
pub(super) fn host(record: &Record) -> &str {
    match record {
        Record::Cname { value, .. } => value,
        Record::Absent | Record::Other(_) => "",
    }
}

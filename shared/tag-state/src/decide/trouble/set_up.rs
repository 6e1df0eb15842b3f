//! What is wrong with a copy that is set up: everything was in effect once, and now it may wait for people, or be kept
//! from the switch that they want.

use jiff::{SignedDuration, Timestamp};

use super::{CALM, What, differences, is_over, is_past_due, limit, secret_impaired, waits_for};
use crate::decide::promote::confirmed;
use crate::decide::request::given_up;
use crate::decide::{differing, unsettled};
use crate::own::OwnInstance;
use crate::reason::unready;
use crate::settings::{Approval, Settings};
use crate::stage::Stage;
use crate::status::{Class, classify};
use crate::tags::Request;

/// The switch comes within seconds of the last confirmation, or at the next look. After that people wonder.
const SWITCH: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn trouble(
    settings: &Settings,
    own: &OwnInstance,
    all: &[OwnInstance],
    since: Timestamp,
    now: Timestamp,
) -> Option<What> {
    let status = own.facts().status.clone();
    let class = classify(&status);
    let limit = limit(settings, own, all);
    if let Some(reason) = given_up(settings, own, now) {
        return is_past_due(settings, own, limit, now).then(|| What::LeftOver { why: reason.to_string() });
    }
    if class == Class::Stopped && status == "stopped" {
        return Some(What::Stopped { status });
    }
    // Whoever was asked, or has confirmed: nothing comes of it before these are out of the way.
    if class == Class::Ready
        && let Some(obstacle) = obstacle(settings, own, since, now)
    {
        return Some(obstacle);
    }
    if is_over(confirmed_since(settings, own).unwrap_or(now), SWITCH, now) {
        return Some(What::NotSwitched { why: why_not_switched(settings, own, all, now) });
    }
    let waiting_for_people = match (&settings.promote.approval, own.tags().request) {
        (Approval::Typed, _) => true,
        (Approval::Required { .. }, Some(request)) => {
            if let Some(what) = too_few_mailed(settings, own, request, now) {
                return Some(What::MailsNotSent { what });
            }
            true
        }
        (Approval::Required { .. }, None) | (Approval::None, _) => false,
    };
    let is_late = is_over(since, limit, now);
    match waits_for(settings, own, class, status).filter(|_| is_late) {
        // Nobody's answer ends that.
        Some(what @ (What::SecretPending { .. } | What::GroupNotApplied { .. })) => Some(what),
        other => other.filter(|_| !waiting_for_people),
    }
}

/// What an available one lacks, and promote waits for.
fn obstacle(settings: &Settings, own: &OwnInstance, since: Timestamp, now: Timestamp) -> Option<What> {
    let facts = own.facts();
    if let Some(impaired) = secret_impaired(settings, own) {
        return Some(impaired);
    }
    if !is_over(since, CALM, now) {
        return None;
    }
    if !facts.pending.is_empty() {
        return Some(What::Pending { what: facts.pending.iter().cloned().collect::<Vec<_>>().join(", ") });
    }
    // Protection comes first in none of these, and modify switches it on again: it would hide the others.
    if differing(facts, &settings.modify.parameters).next().is_some() {
        return Some(What::ChangedSince { what: differences(settings, own).join("; ") });
    }
    let settled = ["in-sync", "applying", "removing", "pending-apply", "pending-removal"];
    let groups = [("parameter", &facts.parameter_group_statuses), ("option", &facts.option_group_statuses)];
    for (kind, statuses) in groups {
        if let Some(status) = statuses.iter().find(|status| !settled.contains(&status.as_str())) {
            return Some(What::ChangedSince { what: format!("its {kind} group is {status}") });
        }
    }
    (!facts.deletion_protection).then_some(What::Unprotected {})
}

/// Why a request cannot be confirmed: nobody was reached for an hour, or so many will never be that the others are too
/// few; `None` while it can.
fn too_few_mailed(settings: &Settings, own: &OwnInstance, request: Request, now: Timestamp) -> Option<String> {
    let Some(notified) = own.tags().notified.as_ref().filter(|notified| notified.is_of(request)) else {
        return is_over(request.requested, CALM, now).then(|| "nobody could be mailed".to_owned());
    };
    // Whoever has confirmed all the same, at a terminal, was reached.
    let answered: Vec<String> = confirmed(settings, own, request).map(|(claim, _)| claim.approver).collect();
    let is_lost = |approver: &&String| notified.unreached.contains(*approver) && !answered.contains(*approver);
    let lost: Vec<&str> = settings.approvers().iter().filter(is_lost).map(String::as_str).collect();
    let (left, needed) = (settings.approvers().len() - lost.len(), settings.approvals());
    let what = || format!("{} could not be mailed: {left} can confirm, and {needed} must", lost.join(", "));
    (left < needed).then(what)
}

/// Since when enough people have confirmed; `None` where they have not.
fn confirmed_since(settings: &Settings, own: &OwnInstance) -> Option<Timestamp> {
    let Approval::Required { approvals, .. } = &settings.promote.approval else { return None };
    let by = confirmed(settings, own, own.tags().request?);
    let mut times: Vec<Timestamp> =
        by.filter_map(|(claim, _)| own.tags().confirmed.get(&claim.approver)).map(|confirmed| confirmed.at).collect();
    times.sort_unstable();
    times.get(approvals.saturating_sub(1)).copied()
}

/// What its tags and RDS tell of that; the record, and the functions' own errors, are not seen from here.
fn why_not_switched(settings: &Settings, own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> String {
    let first = |other: &&OwnInstance| {
        let waits = other.stage() == Stage::Rebooted && given_up(settings, other, now).is_none();
        waits && other.edition() > own.edition()
    };
    let reason = unready(own.facts()).or_else(|| unsettled(settings, own.facts(), false));
    match (reason, all.iter().find(first)) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(younger)) => format!("{} is younger, and comes first", younger.identifier()),
        (None, None) => "nothing of the copy keeps it, so that promote fails, or the record is in the way".to_owned(),
    }
}

//! Asking the approvers: when to mail whom, and what has become of a request.

use jiff::{SignedDuration, Timestamp};

use super::{Decision, GiveUp, hindrance, hold_up, unsettled};
use crate::approval::{Action, Claim};
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::reason::{Reason, unready};
use crate::settings::{Approval, Settings};
use crate::stage::Stage;
use crate::tags::{Cancellation, Request, TagWriter, notified_tag, whole_seconds};

/// How long mails are tried again that could not be sent. A mail whose answer was lost may have gone out:
/// without an end, one bad connection would fill a mailbox.
pub(super) const RETRY_MAILS_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What request-approval does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestStep {
    /// In this order: the tags, the mails, the mark. A mail may go twice, with the same links; never none.
    Ask(Ask),
    /// It failed while it waited.
    GiveUp(GiveUp),
}

/// A request to be mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The tags that open the request; `None` where an earlier run has written them.
    pub open: Option<Tags>,
    /// The request.
    pub request: Request,
    /// Who has not been reached yet.
    pub to: Vec<String>,
    /// Who has.
    pub reached: Vec<String>,
    /// Whether those who could not be reached are left so, now that some were reached.
    pub last_try: bool,
}

/// Why an instance's request will not lead to a promotion any more; `None` while it can, or while
/// none was made.
pub fn given_up(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<Reason> {
    let Approval::Required { window, .. } = &settings.promote.approval else { return None };
    let request = own.tags().request?;
    if let Some((by, cancellation)) = cancelled_by(own, request) {
        let remark = cancellation.remark.as_ref().map_or(String::new(), |remark| format!(" ({remark})"));
        return Some(Reason::Cancelled { by: format!("{by}{remark}") });
    }
    let end = request.expires.checked_add(*window).unwrap_or(request.expires);
    (now > end).then_some(Reason::Expired { at: request.expires })
}

/// Who cancelled this request first. Anybody's cancel counts, also that of a former approver: stopping is safe.
pub fn cancelled_by(own: &OwnInstance, request: Request) -> Option<(&str, &Cancellation)> {
    let cancelled = own.tags().cancelled.iter().filter(|(_, cancel)| cancel.request == request.number);
    cancelled.min_by_key(|(_, cancel)| cancel.at).map(|(address, cancel)| (address.as_str(), cancel))
}

/// Decides about one instance.
pub fn decide(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Decision<RequestStep> {
    if let Some(instead) = hindrance(settings, own, Stage::Rebooted, now, RequestStep::GiveUp) {
        return instead;
    }
    let Approval::Required { expiry, approvals, .. } = &settings.promote.approval else {
        return nobody_asked(settings, own);
    };
    if let Some(reason) = given_up(settings, own, now) {
        return Decision::Nothing(reason);
    }
    match own.tags().request {
        None => match unsettled(settings, own.facts(), false) {
            Some(reason) => hold_up(reason),
            None => Decision::Act(RequestStep::Ask(Ask::opening(settings, 1, *expiry, now))),
        },
        Some(request) if !all_notified(own, request) => {
            if now > request.expires {
                return Decision::Nothing(Reason::Expired { at: request.expires });
            }
            let mailed = own.tags().notified.as_ref().filter(|notified| notified.is_of(request));
            let reached = mailed.and_then(|notified| notified.only.clone()).unwrap_or_default();
            let to = settings.approvers().iter().filter(|approver| !reached.contains(approver)).cloned().collect();
            let last_try = now >= request.requested.checked_add(RETRY_MAILS_FOR).unwrap_or(request.requested);
            Decision::Act(RequestStep::Ask(Ask { open: None, request, to, reached, last_try }))
        }
        Some(request) => {
            let confirmed = super::promote::confirmed(settings, own, request).count();
            let until = request.expires;
            let look = super::news::next(settings, own, now).unwrap_or(until);
            Decision::wait_until(Reason::AwaitingApproval { confirmed, needed: *approvals, until }, look)
        }
    }
}

fn all_notified(own: &OwnInstance, request: Request) -> bool {
    own.tags().notified.as_ref().is_some_and(|notified| notified.is_of(request) && notified.only.is_none())
}

/// Asks again, because a person wants it: the open request's mails once more to everybody, with the links that
/// they have; or, where none is open or it shall be `anew`, a request with the next number, whose links alone work.
pub fn again(settings: &Settings, own: &OwnInstance, anew: bool, now: Timestamp) -> Decision<Ask> {
    if own.stage() != Stage::Rebooted {
        return Decision::Refuse(Reason::OtherStage { stage: own.stage() });
    }
    let Approval::Required { expiry, .. } = &settings.promote.approval else { return nobody_asked(settings, own) };
    if let Some(reason) = unready(own.facts()).or_else(|| unsettled(settings, own.facts(), false)) {
        return hold_up(reason);
    }
    let open = own.tags().request.filter(|request| now <= request.expires && cancelled_by(own, *request).is_none());
    Decision::Act(match (own.tags().request, open) {
        (_, Some(request)) if !anew => {
            let (to, reached) = (settings.approvers().to_vec(), Vec::new());
            Ask { open: None, request, to, reached, last_try: false }
        }
        (last, _) => {
            let number = last.map_or(1, |last| last.number.saturating_add(1));
            Ask::opening(settings, number, *expiry, now)
        }
    })
}

fn nobody_asked<T>(settings: &Settings, own: &OwnInstance) -> Decision<T> {
    Decision::Nothing(match settings.promote.approval {
        Approval::Typed => Reason::NotTyped { instance: own.identifier().to_owned() },
        Approval::None | Approval::Required { .. } => Reason::NobodyAsked {},
    })
}

/// The next full ten minutes. People read that more easily; and two runs that open the same request at the same moment
/// so agree on its end, and with it on its links.
fn tidy(end: Timestamp) -> Timestamp {
    const GRID: i64 = 600;
    let past = end.as_second().rem_euclid(GRID);
    let missing = if past == 0 { 0 } else { GRID - past };
    end.checked_add(SignedDuration::from_secs(missing)).unwrap_or(end)
}

impl Ask {
    /// A new request to everybody.
    fn opening(settings: &Settings, number: u32, expiry: SignedDuration, now: Timestamp) -> Ask {
        let requested = whole_seconds(now);
        let expires = tidy(requested.checked_add(expiry).unwrap_or(requested));
        let open = TagWriter::new(&settings.name)
            .text("request", &number.to_string())
            .time("requested", requested)
            .time("expires", expires)
            .finish();
        let request = Request { number, requested, expires };
        Ask { open: Some(open), request, to: settings.approvers().to_vec(), reached: Vec::new(), last_try: false }
    }

    /// The tag that tells later runs whom not to mail again: `reached` now and before; all where nobody is left. And who
    /// will not hear of it, because a request that too few have can never be confirmed.
    pub fn notified(&self, settings: &Settings, reached: &[String], unreached: &[String], nobody_left: bool) -> Tags {
        let all: Vec<String> = self.reached.iter().chain(reached).cloned().collect();
        notified_tag(&settings.name, self.request, (!nobody_left).then_some(&all), unreached)
    }
}

/// The claim of one link of a request.
pub fn claim(settings: &Settings, own: &OwnInstance, request: Request, action: Action, approver: &str) -> Claim {
    Claim {
        echo: settings.name.as_str().to_owned(),
        resource_id: own.facts().resource_id.clone(),
        instance: own.identifier().to_owned(),
        request: request.number,
        action,
        approver: approver.to_owned(),
        expires: request.expires,
    }
}

//! What those who were asked should hear of their request after its first mail.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::promote::confirmed;
use super::request::{RETRY_MAILS_FOR, cancelled_by};
use crate::approval::{Claim, Mac};
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::proof::Verified;
use crate::reason::unready;
use crate::remark::Remark;
use crate::settings::{Approval, Settings};
use crate::stage::Stage;
use crate::tags::{Request, Told, stamp, told_tag};

/// What is older is no news: whoever switches mails on, or mends them after a day, does not send old stories.
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The word of the way back, before its time.
const RETURNED: &str = "returned";

/// A cancel that is older than that was seen by whoever promoted.
const LONGEST_PROMOTION: SignedDuration = SignedDuration::from_mins(10);

/// What has become of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It ends soon, and some have not answered.
    Reminder,
    /// Enough have confirmed; the switch is to come.
    Confirmed {
        /// Who.
        by: Vec<String>,
    },
    /// Somebody closed it.
    Cancelled {
        /// Who.
        by: String,
        /// What they wrote beside it.
        remark: Option<Remark>,
    },
    /// The CNAME points at the instance.
    Promoted {
        /// Who confirmed.
        by: Vec<String>,
        /// Who cancelled, too late.
        too_late: Option<String>,
        /// Who had cancelled long before: somebody wanted it all the same.
        overruled: Option<String>,
    },
    /// A person led the CNAME back to the instance, which had been in use before.
    Returned {
        /// When.
        at: Timestamp,
    },
    /// The time to answer is over.
    Expired {
        /// Who had confirmed: too few; or enough, and the switch could not be made in time.
        by: Vec<String>,
    },
    /// The instance was given up while people were still asked.
    Withdrawn {
        /// Why, as its tag has it.
        why: String,
    },
}

impl News {
    /// As the tag has it.
    pub fn word(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            News::Reminder => "reminder",
            News::Confirmed { .. } => "confirmed",
            News::Cancelled { .. } => "cancelled",
            News::Promoted { .. } => "promoted",
            // It can come more than once.
            News::Returned { at } => return Cow::Owned(format!("{RETURNED}={}", stamp(*at))),
            News::Expired { .. } => "expired",
            News::Withdrawn { .. } => "withdrawn",
        })
    }

    /// The tag that remembers it; see [`crate::tags::EchoTags::told_end`].
    const fn tag(&self) -> &'static str {
        match self {
            News::Reminder | News::Confirmed { .. } => "told",
            News::Cancelled { .. }
            | News::Promoted { .. }
            | News::Returned { .. }
            | News::Expired { .. }
            | News::Withdrawn { .. } => "told-end",
        }
    }

    /// Whether it says where the CNAME leads: nobody tells that before the CNAME has been seen to lead there.
    pub const fn is_of_the_name(&self) -> bool {
        matches!(self, News::Promoted { .. } | News::Returned { .. })
    }

    /// The tag as it is.
    fn told<'a>(&self, own: &'a OwnInstance, request: Request) -> Option<&'a Told> {
        let told = if self.tag() == "told" { &own.tags().told } else { &own.tags().told_end };
        told.as_ref().filter(|told| told.notified.is_of(request))
    }
}

/// News to be mailed, in this order: the mails, then the [mark](Tell::told). A mail may go twice, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// What.
    pub news: News,
    /// Of which request.
    pub request: Request,
    /// To whom it has not been told yet.
    pub to: Vec<String>,
    /// To whom it has.
    pub reached: Vec<String>,
    /// Whether those who cannot be reached now are left so.
    pub last_try: bool,
}

impl Tell {
    /// The tag that tells later runs whom not to tell again: `reached` now and before; all where nobody is left.
    pub fn told(&self, settings: &Settings, reached: &[String], nobody_left: bool) -> Tags {
        let all: Vec<String> = self.reached.iter().chain(reached).cloned().collect();
        let only = (!nobody_left).then_some(&all[..]);
        told_tag(&settings.name, self.news.tag(), self.request, &self.news.word(), only)
    }
}

/// Whether KMS should be asked about the confirmations: only where one of them could matter to what is to be told.
pub fn wants_proof(settings: &Settings, own: &OwnInstance, now: Timestamp) -> bool {
    let Some(request) = own.tags().request.filter(|_| own.stage() == Stage::Rebooted) else { return false };
    let is_news = |proven: bool| decide_if(settings, own, |_, _| proven, now).is_some();
    confirmed(settings, own, request).next().is_some() && (is_news(true) || is_news(false))
}

/// What is to be told now; `None` where there is nothing, or it was told.
pub fn decide(settings: &Settings, own: &OwnInstance, verified: &[Verified], now: Timestamp) -> Option<Tell> {
    decide_if(settings, own, |claim, mac| verified.iter().any(|verified| verified.is(claim, mac)), now)
}

fn decide_if(
    settings: &Settings,
    own: &OwnInstance,
    is_proven: impl Fn(&Claim, &Mac) -> bool,
    now: Timestamp,
) -> Option<Tell> {
    let request = own.tags().request?;
    let (news, at) = latest(settings, own, request, is_proven, now)?;
    let told = news.told(own, request);
    // Nothing that comes after an end is worth a mail, but where the name leads.
    let ended = own.tags().told_end.as_ref().is_some_and(|told| told.notified.is_of(request));
    let told = told.filter(|told| told.news == news.word());
    if ended && told.is_none() && !news.is_of_the_name() {
        return None;
    }
    let reached = match told {
        Some(told) => told.notified.only.clone()?,
        None => Vec::new(),
    };
    let has_heard = |approver: &String| {
        reached.contains(approver) || (news == News::Reminder && has_answered(own, request, approver))
    };
    let to: Vec<String> = asked(settings, own, request).filter(|approver| !has_heard(approver)).cloned().collect();
    let fresh = now <= at.checked_add(FRESH_FOR).unwrap_or(at);
    let last_try = now >= at.checked_add(RETRY_MAILS_FOR).unwrap_or(at);
    (fresh && !to.is_empty()).then_some(Tell { news, request, to, reached, last_try })
}

/// When there may be news that nobody's click and no event brings.
pub fn next(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<Timestamp> {
    let request = own.tags().request?;
    let is_enough = confirmed(settings, own, request).count() >= settings.approvals();
    let reminder = reminder_at(settings, request).filter(|at| now < *at && !is_enough);
    let after_the_end = request.expires.checked_add(SignedDuration::from_secs(1)).unwrap_or(request.expires);
    let window = window_end(settings, request);
    reminder.or([after_the_end, window].into_iter().find(|at| now < *at))
}

/// The latest news of a request, told or not, and when it happened.
fn latest(
    settings: &Settings,
    own: &OwnInstance,
    request: Request,
    is_proven: impl Fn(&Claim, &Mac) -> bool,
    now: Timestamp,
) -> Option<(News, Timestamp)> {
    let names = |claims: &[(String, Timestamp)]| claims.iter().map(|(who, _)| who.clone()).collect::<Vec<_>>();
    let clicks = |needs_proof: bool| -> Vec<(String, Timestamp)> {
        confirmed(settings, own, request)
            .filter(|(claim, mac)| !needs_proof || is_proven(claim, mac))
            .filter_map(|(claim, _)| own.tags().confirmed.get(&claim.approver).map(|how| (claim.approver, how.at)))
            .collect()
    };
    match own.stage() {
        Stage::New | Stage::Modified | Stage::Retired => None,
        Stage::Promoted => {
            let since = own.tags().since?;
            if let Some(at) = own.tags().led_back() {
                return Some((News::Returned { at }, at));
            }
            // The switch to it is an old story: a hand has moved the CNAME away and back again.
            if own.tags().told_end.as_ref().is_some_and(|told| told.news.starts_with(RETURNED)) {
                return None;
            }
            let cancelled = cancelled_by(own, request);
            let at_once = |at: Timestamp| at.checked_add(LONGEST_PROMOTION).is_ok_and(|seen| since < seen);
            let too_late = cancelled.filter(|(_, how)| at_once(how.at)).map(|(who, _)| who.to_owned());
            let overruled = cancelled.filter(|(_, how)| !at_once(how.at)).map(|(who, _)| who.to_owned());
            // Whoever promoted has verified them.
            Some((News::Promoted { by: names(&clicks(false)), too_late, overruled }, since))
        }
        Stage::Rebooted | Stage::Forgotten if cancelled_by(own, request).is_some() => {
            let (by, how) = cancelled_by(own, request)?;
            Some((News::Cancelled { by: by.to_owned(), remark: how.remark.clone() }, how.at))
        }
        Stage::Forgotten => {
            let since = own.tags().since?;
            let why = own.tags().failure.clone()?;
            // Where it was replaced or its request had run out before, there is nothing to withdraw.
            (since <= request.expires).then_some((News::Withdrawn { why }, since))
        }
        Stage::Rebooted => {
            let by = clicks(true);
            let is_enough = by.len() >= settings.approvals();
            let end = if is_enough { window_end(settings, request) } else { request.expires };
            if now > end {
                return Some((News::Expired { by: names(&by) }, end));
            }
            if is_enough {
                let at = by.iter().map(|(_, at)| *at).max()?;
                return Some((News::Confirmed { by: names(&by) }, at));
            }
            // Nobody is to decide about a copy that is not there to be used, and perhaps is about to be given up.
            if unready(own.facts()).is_some() {
                return None;
            }
            let at = reminder_at(settings, request).filter(|at| now >= *at)?;
            Some((News::Reminder, at))
        }
    }
}

/// Whom the request's mails have reached. Who is no approver any more hears no more of it.
fn asked<'a>(settings: &'a Settings, own: &'a OwnInstance, request: Request) -> impl Iterator<Item = &'a String> {
    let notified = own.tags().notified.as_ref().filter(|notified| notified.is_of(request));
    settings.approvers().iter().filter(move |approver| {
        notified.is_some_and(|notified| notified.only.as_ref().is_none_or(|only| only.contains(approver)))
    })
}

fn has_answered(own: &OwnInstance, request: Request, approver: &str) -> bool {
    own.tags().confirmed.get(approver).is_some_and(|how| how.request == request.number && how.at <= request.expires)
}

fn reminder_at(settings: &Settings, request: Request) -> Option<Timestamp> {
    let Approval::Required { reminder, .. } = &settings.promote.approval else { return None };
    let at = request.expires.checked_sub(*reminder.as_ref()?).ok()?;
    // A request whose time was made shorter meanwhile is not reminded of at once.
    (at > request.requested).then_some(at)
}

fn window_end(settings: &Settings, request: Request) -> Timestamp {
    let Approval::Required { window, .. } = &settings.promote.approval else { return request.expires };
    request.expires.checked_add(*window).unwrap_or(request.expires)
}

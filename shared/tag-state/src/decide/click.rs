//! What an approver's link means at the moment of looking, and what pressing its button writes.

use jiff::Timestamp;

use super::promote::confirmed;
use super::request::cancelled_by;
use crate::approval::{Action, Claim, Mac};
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::predecessor::Predecessor;
use crate::remark::Remark;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::{Cancellation, Confirmation, cancellation_tag, confirmation_tag, whole_seconds};

/// How things stand with the request that a genuine link belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for confirmations, this reader's among them.
    Open {
        /// How many have confirmed.
        confirmed: usize,
        /// How many must.
        needed: usize,
    },
    /// It waits for others; this reader has confirmed.
    ConfirmedByYou {
        /// How many have confirmed.
        confirmed: usize,
        /// How many must.
        needed: usize,
    },
    /// Enough have confirmed; the promotion may be under way.
    Enough,
    /// Somebody closed it.
    Cancelled {
        /// Who.
        by: String,
        /// What they wrote beside it.
        remark: Option<Remark>,
    },
    /// It ran out.
    Expired,
    /// The instance is gone, given up or replaced, or there is a newer request.
    Superseded,
    /// The CNAME points at the instance.
    Promoted,
    /// The reader is an approver no more.
    NotListed,
}

/// How things stand. `own` is the instance that the claim names, if it is there and ours; `predecessor` is what the
/// CNAME leads to; `mac` is that of the link: a confirmation of the same reader with another MAC is void, and can be
/// made good with this link.
pub fn standing(
    settings: &Settings,
    own: Option<&OwnInstance>,
    predecessor: &Predecessor,
    claim: &Claim,
    mac: &Mac,
    now: Timestamp,
) -> Standing {
    let Some(own) = own.filter(|own| own.facts().resource_id == claim.resource_id) else { return Standing::Superseded };
    match own.stage() {
        Stage::Promoted => return Standing::Promoted,
        Stage::Forgotten | Stage::Retired | Stage::New | Stage::Modified => return Standing::Superseded,
        Stage::Rebooted => {}
    }
    let Some(request) = own.tags().request else { return Standing::Superseded };
    if request.number != claim.request || request.expires != claim.expires {
        return Standing::Superseded;
    }
    if *predecessor == Predecessor::Itself {
        return Standing::Promoted;
    }
    if let Some((by, how)) = cancelled_by(own, request) {
        return Standing::Cancelled { by: by.to_owned(), remark: how.remark.clone() };
    }
    if now > request.expires {
        return Standing::Expired;
    }
    if !settings.approvers().contains(&claim.approver) {
        return Standing::NotListed;
    }
    let by: Vec<String> = confirmed(settings, own, request)
        .filter(|(made, made_with)| {
            claim.action == Action::Cancel || made.approver != claim.approver || made_with == mac
        })
        .map(|(made, _)| made.approver)
        .collect();
    let needed = settings.approvals();
    if by.len() >= needed {
        Standing::Enough
    } else if by.contains(&claim.approver) {
        Standing::ConfirmedByYou { confirmed: by.len(), needed }
    } else {
        Standing::Open { confirmed: by.len(), needed }
    }
}

/// What pressing the button writes; `None` where it would change nothing, or may not. A cancellation can have a
/// remark for the others.
pub fn press(
    settings: &Settings,
    standing: &Standing,
    claim: &Claim,
    mac: &Mac,
    remark: Option<Remark>,
    now: Timestamp,
) -> Option<Tags> {
    let at = whole_seconds(now);
    match (standing, claim.action) {
        // Where others were enough already, one more is recorded all the same: one of theirs may be void.
        (Standing::Open { .. } | Standing::Enough, Action::Confirm) => {
            let confirmation = Confirmation { request: claim.request, at, mac: mac.clone() };
            Some(confirmation_tag(&settings.name, &claim.approver, &confirmation))
        }
        (Standing::Open { .. } | Standing::ConfirmedByYou { .. } | Standing::Enough, Action::Cancel) => {
            let cancellation = Cancellation { request: claim.request, at, remark };
            Some(cancellation_tag(&settings.name, &claim.approver, &cancellation))
        }
        (
            Standing::ConfirmedByYou { .. }
            | Standing::Cancelled { .. }
            | Standing::Expired
            | Standing::Superseded
            | Standing::Promoted
            | Standing::NotListed,
            Action::Confirm | Action::Cancel,
        ) => None,
    }
}

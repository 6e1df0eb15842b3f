//! What people want to know of an echo's instances at a glance: facts and tags put together, nothing decided.

use jiff::{SignedDuration, Timestamp};

use crate::decide::promote::confirmed;
use crate::decide::request::cancelled_by;
use crate::decide::trouble::{Trouble, differences, trouble};
use crate::facts::{Instance, Record, Secret};
use crate::hold::Hold;
use crate::own::OwnInstance;
use crate::remark::Remark;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::Took;

/// One instance of this echo, or one that is named like them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identifier.
    pub identifier: String,
    /// Whether the CNAME points at it.
    pub in_use: bool,
    /// What RDS says.
    pub status: String,
    /// How long ago it was created, where RDS tells.
    pub age: Option<SignedDuration>,
    /// Where RDS keeps its master password, where it does.
    pub secret: Option<Secret>,
    /// What our tags say; the reason why not, where it is not ours.
    pub ours: Result<Ours, String>,
}

/// What our tags say of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// Its stage.
    pub stage: Stage,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The snapshot that it was restored from.
    pub snapshot: Option<String>,
    /// When that snapshot's data is from.
    pub data_from: Option<Timestamp>,
    /// The approval request, if there is one.
    pub request: Option<Asked>,
    /// Why it was given up.
    pub failure: Option<String>,
    /// Until when it is held, and why, while it is.
    pub held: Option<Hold>,
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
    /// What it has not, though it was asked for, one a line; only after its modification.
    pub differences: Vec<String>,
}

/// An approval request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number.
    pub number: u32,
    /// When it was made.
    pub requested: Timestamp,
    /// Until when it can be confirmed.
    pub expires: Timestamp,
    /// Who was mailed.
    pub asked: Vec<String>,
    /// Who was not, and will not be unless they are asked again.
    pub unreached: Vec<String>,
    /// Who has confirmed. Whether their clicks are genuine is for KMS to say, at the promotion.
    pub confirmed: Vec<String>,
    /// How many must.
    pub needed: usize,
    /// Who has cancelled it, and what they wrote beside it.
    pub cancelled: Option<(String, Option<Remark>)>,
}

/// One row for each instance that is named like this echo's, the newest first.
pub fn rows(settings: &Settings, instances: Vec<Instance>, record: &Record, now: Timestamp) -> Vec<Row> {
    let mut named: Vec<Instance> =
        instances.into_iter().filter(|one| settings.name.resembles(&one.identifier)).collect();
    named.sort_by_key(|one| (settings.name.edition(&one.identifier), one.identifier.clone()));
    let recognise = |one: &Instance| OwnInstance::recognise(&settings.name, one.clone()).ok();
    let all: Vec<OwnInstance> = named.iter().filter_map(recognise).collect();
    named.into_iter().rev().map(|instance| row(settings, instance, &all, record, now)).collect()
}

fn row(settings: &Settings, instance: Instance, all: &[OwnInstance], record: &Record, now: Timestamp) -> Row {
    Row {
        identifier: instance.identifier.clone(),
        in_use: record.points_at(&instance),
        status: instance.status.clone(),
        age: instance.created.map(|created| now.duration_since(created)),
        secret: instance.secret.clone(),
        ours: OwnInstance::recognise(&settings.name, instance)
            .map(|own| ours(settings, &own, all, now))
            .map_err(|reason| reason.to_string()),
    }
}

fn ours(settings: &Settings, own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> Ours {
    let tags = own.tags();
    let request = tags.request.map(|request| {
        let notified = tags.notified.as_ref().filter(|notified| notified.is_of(request));
        let unreached = notified.map(|notified| notified.unreached.clone()).unwrap_or_default();
        let all = || settings.approvers().iter().filter(|one| !unreached.contains(one)).cloned().collect();
        Asked {
            number: request.number,
            requested: request.requested,
            expires: request.expires,
            asked: match notified {
                None => Vec::new(),
                Some(notified) => notified.only.clone().unwrap_or_else(all),
            },
            unreached,
            confirmed: confirmed(settings, own, request).map(|(claim, _)| claim.approver).collect(),
            needed: settings.approvals(),
            cancelled: cancelled_by(own, request).map(|(by, how)| (by.to_owned(), how.remark.clone())),
        }
    });
    Ours {
        stage: tags.stage,
        since: tags.since,
        snapshot: tags.snapshot.clone(),
        data_from: tags.data_from,
        request,
        failure: tags.failure.clone(),
        held: tags.held(now).cloned(),
        trouble: trouble(settings, own, all, now),
        differences: match own.stage() {
            Stage::Modified | Stage::Rebooted => differences(settings, own),
            Stage::New | Stage::Promoted | Stage::Forgotten | Stage::Retired => Vec::new(),
        },
    }
}

/// What is wrong with this echo's instances, each by its identifier.
pub fn troubles(settings: &Settings, instances: Vec<Instance>, now: Timestamp) -> Vec<(String, Trouble)> {
    let all: Vec<OwnInstance> =
        instances.into_iter().filter_map(|one| OwnInstance::recognise(&settings.name, one).ok()).collect();
    let of = |own: &OwnInstance| Some((own.identifier().to_owned(), trouble(settings, own, &all, now)?));
    all.iter().filter_map(of).collect()
}

/// How many have confirmed the request that there is, and how many must.
pub fn confirmations(settings: &Settings, own: &OwnInstance) -> Option<(usize, usize)> {
    let request = own.tags().request?;
    Some((confirmed(settings, own, request).count(), settings.approvals()))
}

/// How far a cycle is, and how long it may still take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long it has been in its stage.
    pub in_stage: SignedDuration,
    /// How long it has been on its way.
    pub elapsed: SignedDuration,
    /// How long until it is set up and the people are asked, if it takes as long as an earlier one; zero once they
    /// are. `None` where nothing was learned. How long people take to answer is nobody's guess.
    pub remaining: Option<SignedDuration>,
}

/// The pace of an instance that is on its way; `None` of others.
pub fn pace(own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> Option<Pace> {
    let stages = [Stage::New, Stage::Modified, Stage::Rebooted];
    let place = stages.iter().position(|stage| *stage == own.stage())?;
    let in_stage = now.duration_since(own.tags().since?).max(SignedDuration::ZERO);
    let before = |stage: &Stage| own.tags().took.get(*stage).unwrap_or_default();
    let elapsed = stages[..place].iter().map(before).fold(in_stage, |sum, each| sum + each);
    let learned = |stage: Stage| learned(own, all, stage);
    let left_here = |expected: SignedDuration| (expected - in_stage).max(SignedDuration::ZERO);
    let remaining = match own.stage() {
        Stage::New => learned(Stage::New).zip(learned(Stage::Modified)).map(|(here, next)| left_here(here) + next),
        Stage::Modified => learned(Stage::Modified).map(left_here),
        Stage::Rebooted => Some(SignedDuration::ZERO),
        Stage::Promoted | Stage::Forgotten | Stage::Retired => None,
    };
    Some(Pace { in_stage, elapsed, remaining })
}

/// How long the latest other instance was in a stage that it has left for the next one. One that was given up there
/// says how long it takes to fail, or how long somebody waited, and nothing of how long the stage takes.
pub(crate) fn learned(own: &OwnInstance, all: &[OwnInstance], stage: Stage) -> Option<SignedDuration> {
    let next = match stage {
        Stage::New => Stage::Modified,
        Stage::Modified => Stage::Rebooted,
        Stage::Rebooted | Stage::Promoted | Stage::Forgotten | Stage::Retired => return None,
    };
    let took = |other: &OwnInstance| -> Option<SignedDuration> {
        let went_on = other.stage() == next || Took::get(&other.tags().took, next).is_some();
        Took::get(&other.tags().took, stage).filter(|_| went_on)
    };
    let others = all.iter().filter(|other| other.identifier() != own.identifier() && took(other).is_some());
    others.max_by_key(|other| other.edition()).and_then(took)
}

//! An approver who has access to AWS answers without a mail: as their link's button would, with the same checks.

use jiff::Timestamp;
use tag_state::announce::approval_changed;
use tag_state::approval::{Action, Mac};
use tag_state::decide::click::{Standing, press, standing};
use tag_state::decide::promote::candidate;
use tag_state::decide::request::claim;
use tag_state::own::OwnInstance;
use tag_state::predecessor::Predecessor;
use tag_state::reason::Reason;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::approve::{Ports, word};
use crate::observe;
use crate::ports::{Announcer, Dns, Macs, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// What is answered.
pub struct Reply<'a> {
    /// Whether it is a confirmation or a cancellation.
    pub action: Action,
    /// In whose name.
    pub approver: &'a str,
    /// What the others should know of a cancellation.
    pub remark: Option<Remark>,
}

/// Answers for an approver about the instance that `wake` names, else about the one that waits for approval.
pub async fn run<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    reply: &Reply<'_>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let function = match reply.action {
        Action::Confirm => "approve",
        Action::Cancel => "cancel",
    };
    let mut report = Report::new(settings, function, &reply.approver, now);
    let found = observe::instances(settings, ports.rds, wake, &[Stage::Rebooted], &mut report).await;
    if !found.is_empty() {
        match to_act(candidate(settings, &found, now), None) {
            Ok(own) => {
                let turn = turn(settings, ports, reply, own, &mut report, now).await;
                report.record(own.identifier(), turn);
            }
            Err(stop) => report.stopped(None, stop),
        }
    }
    report.finish()
}

async fn turn<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    reply: &Reply<'_>,
    own: &OwnInstance,
    report: &mut Report,
    now: Timestamp,
) -> Result<Outcome, Stop> {
    let Reply { action, approver, remark } = reply;
    let action = *action;
    let identifier = own.identifier();
    let refused = |reason: &Reason| Outcome::not_done(Some(identifier), Did::Refuses, reason);
    let Some(listed) = settings.approvers().iter().find(|listed| listed.eq_ignore_ascii_case(approver)) else {
        return Ok(refused(&Reason::NotListed { address: (*approver).to_owned() }));
    };
    let Some(request) = own.tags().request else {
        return Ok(Outcome::not_done(Some(identifier), Did::Waits { until: None }, &Reason::NotRequested {}));
    };
    let Some(key_id) = &settings.promote.key_id else {
        return Ok(refused(&Reason::SettingMissing { key: "rdsecho.promote.keyId".to_owned() }));
    };
    let claim = claim(settings, own, request, action, listed);
    let mac = match action {
        Action::Confirm => ports.macs.generate(key_id, &claim.message()).await?,
        // A cancellation counts without one: stopping is safe.
        Action::Cancel => Mac::zero(),
    };
    // What the CNAME leads to is the promotion's business, which follows.
    let before = standing(settings, Some(own), &Predecessor::Unknown, &claim, &mac, now);
    let Some(tags) = press(settings, &before, &claim, &mac, remark.clone(), now) else {
        let did = match before {
            Standing::ConfirmedByYou { .. } | Standing::Cancelled { .. } | Standing::Promoted => Did::Nothing,
            Standing::Open { .. }
            | Standing::Enough
            | Standing::Expired
            | Standing::Superseded
            | Standing::NotListed => Did::Refuses,
        };
        return Ok(Outcome::done(identifier, did, "", word(&before)));
    };
    ports.rds.add_tags(&own.facts().arn, &tags).await?;
    if let Err(error) = ports.announcer.announce(&approval_changed(own, &claim)).await {
        report.warnings.push(error.to_string());
    }
    let why = format!("{listed} answered request {} at the command line", request.number);
    Ok(Outcome::pressed(identifier, action, why))
}

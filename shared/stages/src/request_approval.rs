//! Asks the approvers of a `rebooted` instance, each by a mail with personal links.

use jiff::Timestamp;
use tag_state::approval::{Action, Token};
use tag_state::decide::request::{Ask, RequestStep, again as ask_again, claim, decide};
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::text::mail::{Links, approval_mail};
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, CallError, Failure, Macs, Mailer, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// What request-approval needs of the world.
pub struct Ports<'a, R, K, M, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// AWS KMS.
    pub macs: &'a K,
    /// Amazon SES.
    pub mailer: &'a M,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// What a mail needs beside the request: refused in one go where anything is missing.
struct Desk<'a> {
    sender: &'a str,
    url: &'a str,
    key_id: &'a str,
}

/// Looks at what the wake-up is about and asks where nobody was asked.
pub async fn run<R: Rds, K: Macs, M: Mailer, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, K, M, A>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "request-approval", wake, now);
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    for own in observe::instances(settings, ports.rds, wake, &[Stage::Rebooted], &mut report).await {
        let turn = turn(&scene, ports, &own, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

/// Asks once more, because a person wants it: about the instance that `wake` names, else about the newest one that
/// is set up. `anew` closes the links that are out.
pub async fn again<R: Rds, K: Macs, M: Mailer, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, K, M, A>,
    anew: bool,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "request", wake, now);
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    let found = observe::instances(settings, ports.rds, wake, &[Stage::Rebooted], &mut report).await;
    if let Some(own) = found.iter().max_by_key(|own| own.edition()) {
        let turn = turn_again(&scene, ports, own, anew, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn turn_again<R: Rds, K: Macs, M: Mailer, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, K, M, A>,
    own: &OwnInstance,
    anew: bool,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    let ask = to_act(ask_again(scene.settings, own, anew, scene.now), Some(own.identifier()))?;
    match desk(scene.settings) {
        Ok(desk) => Ok(mail_all(scene, ports, &desk, own, &ask, report).await?),
        Err(reason) => Ok(Outcome::not_done(Some(own.identifier()), Did::Refuses, &reason)),
    }
}

async fn turn<R: Rds, K: Macs, M: Mailer, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, K, M, A>,
    own: &OwnInstance,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    match to_act(decide(scene.settings, own, scene.now), Some(own.identifier()))? {
        RequestStep::Ask(ask) => match desk(scene.settings) {
            Ok(desk) => Ok(mail_all(scene, ports, &desk, own, &ask, report).await?),
            Err(reason) => Ok(Outcome::not_done(Some(own.identifier()), Did::Refuses, &reason)),
        },
        RequestStep::GiveUp(given_up) => Ok(scene.give_up(own, &given_up, report).await?),
    }
}

fn desk(settings: &Settings) -> Result<Desk<'_>, Reason> {
    let promote = &settings.promote;
    match (&promote.sender, &promote.url, &promote.key_id) {
        (Some(sender), Some(url), Some(key_id)) => Ok(Desk { sender, url, key_id }),
        (sender, url, key_id) => {
            let missing = [("sender", sender), ("url", url), ("keyId", key_id)]
                .into_iter()
                .filter(|(_, value)| value.is_none())
                .map(|(key, _)| format!("rdsecho.promote.{key}"));
            Err(Reason::SettingMissing { key: missing.collect::<Vec<_>>().join(", ") })
        }
    }
}

async fn mail_all<R: Rds, K: Macs, M: Mailer, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, K, M, A>,
    desk: &Desk<'_>,
    own: &OwnInstance,
    ask: &Ask,
    report: &mut Report,
) -> Answer<Outcome> {
    let Scene { settings, rds, .. } = scene;
    if let Some(tags) = &ask.open {
        rds.add_tags(&own.facts().arn, tags).await?;
    }
    let mut reached: Vec<String> = Vec::new();
    let mut failures: Vec<CallError> = Vec::new();
    for approver in &ask.to {
        let links = Links {
            confirm: link(settings, ports.macs, desk, own, ask, Action::Confirm, approver).await?,
            cancel: link(settings, ports.macs, desk, own, ask, Action::Cancel, approver).await?,
        };
        match ports.mailer.send(&approval_mail(settings, own, ask.request, desk.sender, approver, &links)).await {
            Ok(()) => reached.push(approver.clone()),
            Err(error) => failures.push(error),
        }
    }
    // Those whose mail SES will never take are told about once, and do not make the others' mail repeat.
    let hopeless = failures.iter().all(|error| error.failure == Failure::Refused);
    report.errors.extend(failures.iter().map(|error| format!("{}: {error}", own.identifier())));
    // Where nobody could be reached at all it is tried again for as long as the request is open.
    if !reached.is_empty() || !ask.reached.is_empty() {
        let nobody_left = hopeless || ask.last_try;
        rds.add_tags(&own.facts().arn, &ask.notified(settings, &reached, nobody_left)).await?;
    }
    let what = match reached[..] {
        [] => "nobody could be mailed".to_owned(),
        _ => format!("mailed {}", reached.join(", ")),
    };
    Ok(Outcome::done(
        own.identifier(),
        Did::Acted,
        what,
        format!("request {} is open until {}", ask.request.number, ask.request.expires),
    ))
}

async fn link(
    settings: &Settings,
    macs: &impl Macs,
    desk: &Desk<'_>,
    own: &OwnInstance,
    ask: &Ask,
    action: Action,
    approver: &str,
) -> Answer<String> {
    let claim = claim(settings, own, ask.request, action, approver);
    let mac = macs.generate(desk.key_id, &claim.message()).await?;
    let token: Token = claim.token(&mac);
    Ok(format!("{}/{}", desk.url, token.expose()))
}

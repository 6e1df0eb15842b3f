//! Nothing to `new`: restores the latest snapshot.

use jiff::Timestamp;
use tag_state::decide::new::{attempt_tag, identifier, in_flight, ours, restore, snapshot, superfluous};
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::settings::{Settings, Source};
use tag_state::stage::Stage;
use tag_state::tags::TagWriter;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::ports::{Announcer, Answer, CallError, Failure, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Restores a new instance, if it is time for one: at its schedule, or when a snapshot of the source is
/// there. All of this echo's instances are looked at: whether to restore depends on every one of them.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    announcer: &impl Announcer,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "new", wake, now);
    let scene = Scene { settings, rds, announcer, now };
    let foreign = match wake {
        Wake::All | Wake::Snapshot { .. } => None,
        Wake::Foreign { why } => Some(why.clone()),
        Wake::Instance { identifier, .. } => Some(format!("what happens to {identifier} is no reason for a new one")),
    };
    if let Some(why) = foreign {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why }));
        return report;
    }
    match turn(&scene, wake, &mut report).await {
        Ok(outcome) => report.add(outcome),
        Err(stop) => report.stopped(None, stop),
    }
    report
}

async fn turn<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    wake: &Wake,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    let Scene { settings, rds, now, .. } = scene;
    let named = rds.instances(&settings.name.identifier_prefix()).await?;
    let own = match ours(settings, named) {
        Ok(own) => own,
        Err(reason) => return Ok(Outcome::not_done(None, Did::Refuses, &reason)),
    };
    for (later, given_up) in superfluous(settings, &own, *now) {
        let turn = scene.give_up(&later, &given_up, report).await;
        report.record(later.identifier(), turn.map_err(Stop::from));
    }
    let identifier = to_act(identifier(settings, &own, *now), None)?;
    let Source::LatestSnapshotOf(source) = &settings.source;
    let snapshots = rds.snapshots(source).await?;
    let event_names = match wake {
        Wake::Snapshot { arn, .. } => Some(arn.as_str()),
        Wake::All | Wake::Instance { .. } | Wake::Foreign { .. } => None,
    };
    let snapshot = to_act(snapshot(settings, &snapshots, event_names), None)?;
    let mut call = restore(settings, identifier, snapshot, *now);
    call.tags.extend(attempt_tag(settings, &own));
    let instance = match rds.restore(&call).await {
        Ok(instance) => instance,
        Err(error) if error.failure == Failure::AlreadyExists => {
            return Ok(already_there(scene, &call.identifier, error).await?);
        }
        Err(error) => return Err(error.into()),
    };
    // Without this tag modify writes it; so a failure here costs nothing, but is told.
    let resource = TagWriter::new(&settings.name).text("resource", &instance.resource_id).finish();
    if let Err(error) = rds.add_tags(&instance.arn, &resource).await {
        report.warnings.push(error.to_string());
    }
    scene.announce(&instance.identifier, &instance.arn, None, Stage::New, report).await;
    Ok(Outcome::done(
        &instance.identifier,
        Did::Advanced { from: None, to: Stage::New, after: None },
        format!("restore of {} requested", snapshot.identifier),
        "none is on its way, and the newest is old enough",
    ))
}

/// Another run, or an answer that was lost, has restored it: that is success, if it is ours.
async fn already_there<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    identifier: &str,
    error: CallError,
) -> Answer<Outcome> {
    let Some(instance) = scene.rds.instance(identifier).await? else { return Err(error) };
    Ok(match OwnInstance::recognise(&scene.settings.name, instance) {
        Ok(own) if in_flight(scene.settings, &own, scene.now) => {
            let reason = Reason::InFlight { instance: identifier.to_owned(), stage: own.stage() };
            Outcome::not_done(Some(identifier), Did::Waits { until: None }, &reason)
        }
        Ok(_) => return Err(error),
        Err(why) => {
            let reason = Reason::StrangerInTheWay { instance: identifier.to_owned(), why: why.to_string() };
            Outcome::not_done(Some(identifier), Did::Refuses, &reason)
        }
    })
}

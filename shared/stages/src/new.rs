//! Nothing to `new`: restores the latest snapshot.

mod refused;

use jiff::Timestamp;
use tag_state::check::{Finding, Grade, Sight, findings};
use tag_state::decide::new::{attempt_tag, identifier, in_flight, ours, restore, snapshot, superfluous};
use tag_state::facts::{Instance, Snapshot};
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::refusal::Refusal;
use tag_state::settings::{Caller, Settings, Source};
use tag_state::stage::Stage;
use tag_state::tags::TagWriter;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::check;
use crate::ports::{Announcer, CallError, Dns, Failure, Lookups, Rds};
use crate::report::{Did, Outcome, Report, Stop};
use refused::{End, due};

/// What **new** needs of the world.
pub struct Ports<'a, R, D, L, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53, which is only read.
    pub dns: &'a D,
    /// What the settings name.
    pub lookups: &'a L,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// Restores a new instance, if it is time for one: at its schedule, or when a snapshot of the source is
/// there. All of this echo's instances are looked at: whether to restore depends on every one of them.
pub async fn run<R: Rds, D: Dns, L: Lookups, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, L, A>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "new", wake, now);
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    let foreign = match wake {
        Wake::All | Wake::Snapshot { .. } => None,
        Wake::Foreign { why } => Some(why.clone()),
        Wake::Instance { identifier, .. } => Some(format!("what happens to {identifier} is no reason for a new one")),
    };
    if let Some(why) = foreign {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why }));
        return report;
    }
    let mut doubts = Vec::new();
    match turn(&scene, ports, wake, &mut report, &mut doubts).await {
        Ok(outcome) => report.add(outcome),
        Err(End::Stopped(stop)) => report.stopped(None, stop),
        Err(End::Refused { refusal, named }) => {
            refused::tell(&scene, &refusal, named, &mut report).await;
            report.add(Outcome::not_done(None, Did::Refuses, &refusal.reason));
        }
    }
    for doubt in doubts {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::Doubtful { what: doubt.to_string() }));
    }
    report
}

async fn turn<R: Rds, D: Dns, L: Lookups, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, L, A>,
    wake: &Wake,
    report: &mut Report,
    doubts: &mut Vec<Finding>,
) -> Result<Outcome, End> {
    let Scene { settings, rds, now, .. } = scene;
    let prefix = settings.name.identifier_prefix();
    let named = rds.instances(&prefix).await?;
    let own = ours(settings, named.clone()).map_err(|reason| End::refused(Refusal::of(reason), &named))?;
    for (later, given_up) in superfluous(settings, &own, *now) {
        let turn = scene.give_up(&later, &given_up, report).await;
        report.record(later.identifier(), turn.map_err(Stop::from));
    }
    due(identifier(settings, &own, *now), &named)?;
    let Source::LatestSnapshotOf(source) = &settings.source;
    let snapshots = rds.snapshots(source, &settings.snapshots.types).await?;
    let event_names = match wake {
        Wake::Snapshot { arn, .. } => Some(arn.as_str()),
        Wake::All | Wake::Instance { .. } | Wake::Foreign { .. } => None,
    };
    let snapshot = due(snapshot(settings, &snapshots, event_names), &named)
        .map_err(|end| end.with(|| seen_so_far(settings, &named, &snapshots, *now)))?;
    *doubts = checked(scene, ports, named, &snapshots).await?;
    // All that took a while, and meanwhile a person may have brought one back on its way: what decides is read last.
    let named = rds.instances(&prefix).await?;
    let own = ours(settings, named.clone()).map_err(|reason| End::refused(Refusal::of(reason), &named))?;
    let identifier = due(identifier(settings, &own, *now), &named)?;
    let mut call = restore(settings, identifier, snapshot, *now);
    call.tags.extend(attempt_tag(settings, &own));
    let instance = match rds.restore(&call).await {
        Ok(instance) => instance,
        Err(error) if error.failure == Failure::AlreadyExists => {
            return already_there(scene, &call.identifier, named, error).await;
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

/// What the two listings show of what is wrong, without another call.
fn seen_so_far(settings: &Settings, named: &[Instance], snapshots: &[Snapshot], now: Timestamp) -> Vec<Finding> {
    let sight =
        Sight { instances: Some(Ok(named.to_vec())), snapshots: Some(Ok(snapshots.to_vec())), ..Sight::default() };
    findings(settings, &sight, Caller::Function, now)
}

/// Looks at everything before a day is spent on it: what is doubtful, or that something is wrong.
async fn checked<R: Rds, D: Dns, L: Lookups, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, L, A>,
    named: Vec<Instance>,
    snapshots: &[Snapshot],
) -> Result<Vec<Finding>, End> {
    let Scene { settings, now, .. } = scene;
    let look = check::Ports { rds: ports.rds, dns: ports.dns, lookups: ports.lookups };
    let seen = (Ok(named.clone()), Ok(snapshots.to_vec()));
    let sight = check::look(settings, &look, seen, Caller::Function, *now).await;
    let found = findings(settings, &sight, Caller::Function, *now);
    match Refusal::checked(&found) {
        None => Ok(found.into_iter().filter(|one| one.grade == Grade::Doubtful).collect()),
        Some(refusal) => Err(End::refused(refusal, &named)),
    }
}

/// Another run, or an answer that was lost, has restored it: that is success, if it is ours.
async fn already_there<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    identifier: &str,
    named: Vec<Instance>,
    error: CallError,
) -> Result<Outcome, End> {
    let Some(instance) = scene.rds.instance(identifier).await? else { return Err(error.into()) };
    match OwnInstance::recognise(&scene.settings.name, instance) {
        Ok(own) if in_flight(scene.settings, &own, scene.now) => {
            let reason = Reason::InFlight { instance: identifier.to_owned(), stage: own.stage() };
            Ok(Outcome::not_done(Some(identifier), Did::Waits { until: None }, &reason))
        }
        Ok(_) => Err(error.into()),
        Err(why) => {
            let reason = Reason::StrangerInTheWay { instance: identifier.to_owned(), why: why.to_string() };
            Err(End::refused(Refusal::of(reason), &named))
        }
    }
}

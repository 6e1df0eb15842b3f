//! `forgotten` to `retired`, and, in a later wake, to nothing; and what is left of those that are gone.

use jiff::Timestamp;
use tag_state::calls::Delete;
use tag_state::decide::Decision;
use tag_state::decide::retention;
use tag_state::decide::retire::{Clients, RetireStep, decide};
use tag_state::decide::trouble::note_wait;
use tag_state::facts::{Record, Tags};
use tag_state::own::OwnInstance;
use tag_state::proof::Deletable;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::tags::{FinalSnapshot, final_mark_key, final_snapshot_tag, no_final_snapshot_tag};
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, Dns, Failure, Rds, Usage};
use crate::report::{Did, Outcome, Report, Stop, to_act};
use crate::retention::sweep;

/// How many numbered names are tried for a final snapshot; more editions of one day there cannot be.
const MOST_NAMES: u32 = 99;

/// What retire needs of the world.
pub struct Ports<'a, R, D, U, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53, which is only read.
    pub dns: &'a D,
    /// Amazon CloudWatch, where somebody wants to know who is connected.
    pub usage: &'a U,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// When final snapshots are looked after, where the settings keep only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// About once an hour, for those who look every few minutes.
    InTurn,
    /// Now, because a person asks for it.
    Now,
}

/// Looks at what the wake-up is about, and destroys what may go.
pub async fn run<R: Rds, D: Dns, U: Usage, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, U, A>,
    when: Sweep,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "retire", wake, now);
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    let owns = observe::instances(settings, ports.rds, wake, &Stage::ALL, &mut report).await;
    let listed = *wake == Wake::All && report.errors.is_empty();
    let stages = [Stage::Forgotten, Stage::Retired];
    for own in owns.iter().filter(|own| stages.contains(&own.stage())) {
        let turn = turn(&scene, ports, own, &mut report).await;
        if let Err(stop) = &turn {
            keep_reason(&scene, own, stop, &mut report).await;
        }
        report.record(own.identifier(), turn);
    }
    let due = settings.retire.keep.is_some() && when == Sweep::Now || retention::is_due(settings, now);
    if listed && due {
        sweep(&scene, &owns, &mut report).await;
    }
    report.finish()
}

async fn turn<R: Rds, D: Dns, U: Usage, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, U, A>,
    own: &OwnInstance,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    // The CNAME is read after the instance: one that is promoted in between is seen here.
    let record = observe::record(scene.settings, ports.dns).await?;
    let decision = decide(scene.settings, own, &record, Clients::NotAsked, scene.now);
    // Who is about to be destroyed is read once more below, and asked after then.
    let decision = match decision {
        Decision::Act(RetireStep::LookForClients { minutes }) if own.stage() == Stage::Forgotten => {
            with_clients(scene, ports.usage, own, &record, minutes).await?
        }
        other @ (Decision::Act(_) | Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_)) => other,
    };
    match to_act(decision, Some(own.identifier()))? {
        RetireStep::Condemn { tags } => {
            let did = scene.enter(own, Stage::Retired, &tags, report).await?;
            Ok(Outcome::done(own.identifier(), did, "to be destroyed", "its grace period is over"))
        }
        RetireStep::Destroy(_) | RetireStep::LookForClients { .. } => {
            destroy(scene, ports, own.identifier(), report).await
        }
        RetireStep::Mark(asked) => mark(scene, own, &asked).await,
        RetireStep::Date { tags } => {
            scene.rds.add_tags(&own.facts().arn, &tags).await?;
            let why = format!("its tag since is missing, and how long it has been {} is unknown", own.stage());
            Ok(Outcome::done(own.identifier(), Did::Acted, "its time counts from now", why))
        }
    }
}

/// Why it stays although its time is over would stand in a log only: it is kept for the one who tells trouble.
async fn keep_reason<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    stop: &Stop,
    report: &mut Report,
) {
    let (code, words) = match stop {
        Stop::Decided(outcome) => (outcome.code.unwrap_or_default(), outcome.why.clone()),
        // Of a connection that was lost nobody needs to hear: the next look is soon.
        Stop::Failed(error) if error.failure == Failure::Unknown => return,
        Stop::Failed(error) => {
            let reason = Reason::CallFailed { what: error.to_string() };
            // Each answer has a request id of its own, which tells nobody anything here.
            (reason.code(), reason.to_string().split(" (request id").next().unwrap_or_default().to_owned())
        }
    };
    let Some(tags) = note_wait(scene.settings, own, code, &words, scene.now) else { return };
    if let Err(error) = scene.rds.add_tags(&own.facts().arn, &tags).await {
        report.warnings.push(error.to_string());
    }
}

/// The decision again, with what CloudWatch says of those who are connected.
async fn with_clients<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    usage: &impl Usage,
    own: &OwnInstance,
    record: &Record,
    minutes: i64,
) -> Answer<Decision<RetireStep>> {
    let connections = usage.connections(own.identifier(), minutes, scene.now).await?;
    Ok(decide(scene.settings, own, record, Clients::Connections(connections), scene.now))
}

/// Everything is read once more: this is the call that cannot be taken back.
async fn destroy<R: Rds, D: Dns, U: Usage, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, U, A>,
    identifier: &str,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    let Some(instance) = scene.rds.instance(identifier).await? else {
        return Ok(Outcome::not_done(Some(identifier), Did::Nothing, &Reason::Gone {}));
    };
    let own = match OwnInstance::recognise(&scene.settings.name, instance) {
        Ok(own) => own,
        Err(reason) => return Ok(Outcome::not_done(Some(identifier), Did::Refuses, &reason)),
    };
    let record = observe::record(scene.settings, ports.dns).await?;
    let mut decision = decide(scene.settings, &own, &record, Clients::NotAsked, scene.now);
    if let Decision::Act(RetireStep::LookForClients { minutes }) = decision {
        decision = with_clients(scene, ports.usage, &own, &record, minutes).await?;
    }
    let deletable: Box<Deletable> = match to_act(decision, Some(identifier))? {
        RetireStep::Destroy(deletable) => deletable,
        // Somebody took the point of no return back by hand, or deletes it; the next wake starts over.
        RetireStep::Date { .. }
        | RetireStep::Condemn { .. }
        | RetireStep::LookForClients { .. }
        | RetireStep::Mark(_) => {
            let reason = Reason::OtherStage { stage: own.stage() };
            return Ok(Outcome::not_done(Some(identifier), Did::Nothing, &reason));
        }
    };
    if let Some(unprotect) = deletable.unprotect() {
        match scene.rds.modify(&unprotect).await {
            Ok(()) => {}
            Err(error) if error.failure == Failure::NothingToModify => {}
            Err(error) => return Err(error.into()),
        }
    }
    let delete = delete(scene, &deletable).await?;
    let what = match delete.final_snapshot() {
        Some(name) => format!("deletion requested, with the final snapshot {name}"),
        None => "deletion requested, without a final snapshot".to_owned(),
    };
    if let Some(name) = delete.final_snapshot() {
        let asked = FinalSnapshot { identifier: name.to_owned(), asked: scene.now };
        // It can be done later just as well, while the instance is being deleted.
        if let Err(Stop::Failed(error)) = mark(scene, &own, &asked).await {
            report.warnings.push(format!("{identifier}: {error}"));
        }
    }
    Ok(Outcome::done(identifier, Did::Acted, what, "it is retired, and nothing points at it"))
}

/// Destroys it, under the first name for its final snapshot that is not taken. Each name is remembered before it is
/// asked for: whoever comes later knows by it which snapshot to mark.
async fn delete<R: Rds, A: Announcer>(scene: &Scene<'_, R, A>, deletable: &Deletable) -> Answer<Delete> {
    let mut attempts = 0;
    loop {
        let delete = deletable.delete(attempts);
        if let Some(name) = delete.final_snapshot() {
            let tags = final_snapshot_tag(&scene.settings.name, name, scene.now);
            scene.rds.add_tags(&deletable.own().facts().arn, &tags).await?;
        }
        match scene.rds.delete(&delete).await {
            Ok(()) => return Ok(delete),
            Err(error) if error.failure == Failure::AlreadyExists && attempts < MOST_NAMES => attempts += 1,
            Err(error) => {
                let is_certain = matches!(error.failure, Failure::Refused | Failure::AlreadyExists);
                if is_certain && delete.final_snapshot().is_some() {
                    // Nobody makes that snapshot now. Should a person make one under its name, it is theirs. Why the
                    // delete was refused is what must be told, also where this cannot be written.
                    let tags = no_final_snapshot_tag(&scene.settings.name);
                    drop(scene.rds.add_tags(&deletable.own().facts().arn, &tags).await);
                }
                return Err(error);
            }
        }
    }
}

/// Marks the final snapshot as this echo's own, by a tag that holds the snapshot's own identifier: what else it
/// carries may be the instance's, and prove nothing.
async fn mark<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    asked: &FinalSnapshot,
) -> Result<Outcome, Stop> {
    let going = Reason::Going { status: own.facts().status.clone() };
    let waits = Outcome::not_done(Some(own.identifier()), Did::Waits { until: None }, &going);
    let Some(snapshot) = scene.rds.snapshot(&asked.identifier).await? else { return Ok(waits) };
    let key = final_mark_key(&scene.settings.name);
    if !asked.is(own.facts(), &snapshot) || snapshot.tags.get(&key) == Some(&snapshot.identifier) {
        return Ok(waits);
    }
    let tags = Tags::from([(key, snapshot.identifier.clone())]);
    scene.rds.add_tags(&snapshot.arn, &tags).await?;
    let what = format!("final snapshot {} marked as this echo's", snapshot.identifier);
    Ok(Outcome::done(
        own.identifier(),
        Did::Acted,
        what,
        "it is being made, and only what is marked can be cleared away",
    ))
}

//! `forgotten` to `retired`, and, in a later wake, to nothing.

use jiff::Timestamp;
use tag_state::calls::Delete;
use tag_state::decide::retire::{RetireStep, decide};
use tag_state::own::OwnInstance;
use tag_state::proof::Deletable;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, Dns, Failure, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// How many numbered names are tried for a final snapshot; more editions of one day there cannot be.
const MOST_NAMES: u32 = 99;

/// Looks at what the wake-up is about, and destroys what may go.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    dns: &impl Dns,
    announcer: &impl Announcer,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "retire", wake, now);
    let scene = Scene { settings, rds, announcer, now };
    let stages = [Stage::Forgotten, Stage::Retired];
    let owns = observe::instances(settings, rds, wake, &stages, &mut report).await;
    let owns: Vec<OwnInstance> = owns.into_iter().filter(|own| stages.contains(&own.stage())).collect();
    for own in owns {
        let turn = turn(&scene, dns, &own, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn turn<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    dns: &impl Dns,
    own: &OwnInstance,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    // The CNAME is read after the instance: one that is promoted in between is seen here.
    let record = observe::record(scene.settings, dns).await?;
    match to_act(decide(scene.settings, own, &record, scene.now), Some(own.identifier()))? {
        RetireStep::Condemn { tags } => {
            let did = scene.enter(own, Stage::Retired, &tags, report).await?;
            Ok(Outcome::done(own.identifier(), did, "to be destroyed", "its grace period is over"))
        }
        RetireStep::Destroy(_) => destroy(scene, dns, own.identifier()).await,
    }
}

/// Everything is read once more: this is the call that cannot be taken back.
async fn destroy<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    dns: &impl Dns,
    identifier: &str,
) -> Result<Outcome, Stop> {
    let Some(instance) = scene.rds.instance(identifier).await? else {
        return Ok(Outcome::not_done(Some(identifier), Did::Nothing, &Reason::Gone {}));
    };
    let own = match OwnInstance::recognise(&scene.settings.name, instance) {
        Ok(own) => own,
        Err(reason) => return Ok(Outcome::not_done(Some(identifier), Did::Refuses, &reason)),
    };
    let record = observe::record(scene.settings, dns).await?;
    let deletable: Box<Deletable> = match to_act(decide(scene.settings, &own, &record, scene.now), Some(identifier))? {
        RetireStep::Destroy(deletable) => deletable,
        // Somebody took the point of no return back by hand; the next wake starts over.
        RetireStep::Condemn { .. } => {
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
    let delete = delete(scene.rds, &deletable).await?;
    let what = match delete.final_snapshot() {
        Some(name) => format!("deletion requested, with the final snapshot {name}"),
        None => "deletion requested, without a final snapshot".to_owned(),
    };
    Ok(Outcome::done(identifier, Did::Acted, what, "it is retired, and nothing points at it"))
}

/// Destroys it, under the first name for its final snapshot that is not taken.
async fn delete(rds: &impl Rds, deletable: &Deletable) -> Answer<Delete> {
    let mut attempts = 0;
    loop {
        let delete = deletable.delete(attempts);
        match rds.delete(&delete).await {
            Ok(()) => return Ok(delete),
            Err(error) if error.failure == Failure::AlreadyExists && attempts < MOST_NAMES => attempts += 1,
            Err(error) => return Err(error),
        }
    }
}

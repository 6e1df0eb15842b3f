//! A person gives an instance up.

use jiff::Timestamp;
use tag_state::decide::forget::decide;
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Dns, Rds};
use crate::report::{Outcome, Report, Stop, to_act};

/// Gives the instance up that `wake` names.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    dns: &impl Dns,
    announcer: &impl Announcer,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "forget", wake, now);
    let scene = Scene { settings, rds, announcer, now };
    for own in observe::instances(settings, rds, wake, &Stage::ALL, &mut report).await {
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
    // Read after the instance was, so that a promotion in between is seen here.
    let record = observe::record(scene.settings, dns).await?;
    let given_up = to_act(decide(scene.settings, own, &record, scene.now), Some(own.identifier()))?;
    Ok(scene.give_up(own, &given_up, report).await?)
}

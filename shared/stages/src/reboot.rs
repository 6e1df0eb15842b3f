//! `modified` to `rebooted`.

use jiff::Timestamp;
use tag_state::decide::reboot::{RebootStep, decide};
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Looks at what the wake-up is about and moves on what is ready.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    announcer: &impl Announcer,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "reboot", wake, now);
    let scene = Scene { settings, rds, announcer, now };
    for own in observe::instances(settings, rds, wake, &[Stage::Modified], &mut report).await {
        let turn = turn(&scene, &own, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn turn<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    match to_act(decide(scene.settings, own, scene.now), Some(own.identifier()))? {
        RebootStep::Reboot { mark } => {
            // The mark first: a reboot without it would be repeated.
            scene.rds.add_tags(&own.facts().arn, &mark).await?;
            scene.rds.reboot(own.identifier()).await?;
            Ok(Outcome::done(
                own.identifier(),
                Did::Acted,
                "reboot requested",
                "its settings are in effect, or wait for it",
            ))
        }
        RebootStep::Advance { tags, rebooted } => {
            let did = scene.enter(own, Stage::Rebooted, &tags, report).await?;
            let why =
                if rebooted { "it was rebooted, and all is in effect" } else { "all is in effect without a reboot" };
            Ok(Outcome::done(own.identifier(), did, "set up", why))
        }
        RebootStep::GiveUp(given_up) => Ok(scene.give_up(own, &given_up, report).await?),
    }
}

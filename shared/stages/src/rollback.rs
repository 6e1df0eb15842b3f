//! The way back: the CNAME returns to an instance that was in use before.
//!
//! The target is protected and tagged `promoted` first, and read again: where retire has condemned it meanwhile,
//! rollback gives way. It is a person's command, and must have ended ten minutes after it began: the pause before
//! a delete is longer.

use jiff::Timestamp;
use tag_state::decide::rollback::{decide, prepare, target};
use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::follow::{follow, swap};
use crate::observe;
use crate::ports::{Announcer, Dns, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Returns to the `wanted` instance, else to the one that was replaced last.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    dns: &impl Dns,
    announcer: &impl Announcer,
    wanted: Option<&str>,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "rollback", &"a person", now);
    let scene = Scene { settings, rds, announcer, now };
    if let Err(stop) = go_back(&scene, dns, wanted, &mut report).await {
        report.stopped(wanted, stop);
    }
    report.finish()
}

async fn go_back<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    dns: &impl Dns,
    wanted: Option<&str>,
    report: &mut Report,
) -> Result<(), Stop> {
    let Scene { settings, rds, now, .. } = scene;
    let mut own = observe::instances(settings, *rds, &Wake::All, &Stage::ALL, report).await;
    let record = observe::record(settings, dns).await?;
    let target = to_act(target(settings, &own, &record, wanted), wanted)?;
    let identifier = target.identifier().to_owned();
    let Some(preparation) = prepare(settings, target, &record, *now) else {
        let reason = Reason::OtherStage { stage: target.stage() };
        return Err(Outcome::not_done(Some(&identifier), Did::Refuses, &reason).into());
    };
    if let Some(protect) = preparation.protect {
        rds.modify(&protect).await?;
    }
    let (arn, from) = (target.facts().arn.clone(), target.stage());
    let did = scene.advanced(target, Stage::Promoted);
    rds.add_tags(&arn, &preparation.tags).await?;
    let Some(fresh) = rds.instance(&identifier).await? else {
        return Err(Outcome::not_done(Some(&identifier), Did::Refuses, &Reason::Gone {}).into());
    };
    let fresh = match OwnInstance::recognise(&settings.name, fresh) {
        Ok(fresh) => fresh,
        Err(reason) => return Err(Outcome::not_done(Some(&identifier), Did::Refuses, &reason).into()),
    };
    let promotable = to_act(decide(settings, &fresh, &record), Some(&identifier))?;
    swap(scene, dns, &promotable, &record, report).await?;
    scene.announce(&identifier, &arn, Some(from), Stage::Promoted, report).await;
    report.add(Outcome::done(&identifier, did, "stage promoted", "it is in use again"));
    let swapped = Record::Cname { value: promotable.swap().value().to_owned(), ttl: promotable.swap().ttl() };
    for known in own.iter_mut().filter(|known| known.identifier() == identifier) {
        *known = promotable.own().clone();
    }
    Ok(follow(scene, &mut own, &swapped, report).await?)
}

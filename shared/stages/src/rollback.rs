//! The CNAME goes where a person wants it: back to an instance that was in use before, or to one that was given up.
//!
//! The target is protected and tagged `promoted` first, and read again: where retire has condemned it meanwhile,
//! this gives way. Where the one that the CNAME leaves is to be kept, it is held before all that, so that nothing that
//! fails on the way leaves it unprotected. It is a person's command, and must have ended ten minutes after it began:
//! the pause before a delete is longer.

use jiff::Timestamp;
use tag_state::decide::Decision;
use tag_state::decide::hold::keep;
use tag_state::decide::rollback::{Way, decide, may_go, password, prepare, target};
use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::follow::{catch_up, follow, swap};
use crate::ports::{Announcer, Dns, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};
use crate::{hold, observe};

/// That the one which the CNAME leaves is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Until when, at least.
    pub until: Timestamp,
    /// What for.
    pub why: Remark,
}

/// Moves the CNAME that way.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    dns: &impl Dns,
    announcer: &impl Announcer,
    way: Way<'_>,
    kept: Option<&Keep>,
    now: Timestamp,
) -> Report {
    let name = match way {
        Way::Back(_) => "rollback",
        Way::To { .. } => "promote",
    };
    let mut report = Report::new(settings, name, &"a person", now);
    let scene = Scene { settings, rds, announcer, now };
    if let Err(stop) = go(&scene, dns, way, kept, &mut report).await {
        report.stopped(way.named(), stop);
    }
    report.finish()
}

async fn go<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    dns: &impl Dns,
    way: Way<'_>,
    kept: Option<&Keep>,
    report: &mut Report,
) -> Result<(), Stop> {
    let Scene { settings, rds, now, .. } = scene;
    let mut own = observe::instances(settings, *rds, &Wake::All, &Stage::ALL, report).await;
    let record = observe::record(settings, dns).await?;
    // Whoever moved the CNAME last may have died before the tags followed it: the one that it is about to leave would
    // then count as one that waits for its promotion. What fails of that is said, and is no reason to stay there.
    if let Err(error) = catch_up(scene, &mut own, &record, report).await {
        report.failed(None, &error);
    }
    let target = target(settings, &own, &record, way);
    if let Decision::Nothing(reason @ (Reason::AlreadyBack { .. } | Reason::PointsThere { .. })) = target {
        // The run that led it there may not have come to its end.
        follow(scene, &mut own, &record, report).await?;
        return Err(Outcome::not_done(way.named(), Did::Nothing, &reason).into());
    }
    let target = to_act(target, way.named())?.clone();
    let identifier = target.identifier().to_owned();
    to_act(may_go(settings, &target, way, *now), Some(&identifier))?;
    let refused = |reason: &Reason| Outcome::not_done(Some(&identifier), Did::Refuses, reason);
    let Some(preparation) = prepare(settings, &target, &record, *now) else {
        return Err(refused(&Reason::OtherStage { stage: target.stage() }).into());
    };
    match (kept, own.iter_mut().find(|own| record.points_at(own.facts()))) {
        (None, _) => {}
        (Some(kept), Some(left)) => *left = held(scene, left, kept, report).await?,
        (Some(_), None) => report.warnings.push(format!(
            "nothing is kept: {} leads to no instance of this echo, and so none is left",
            settings.promote.cname
        )),
    }
    report.warnings.extend(password(settings, target.facts()));
    if let Some(protect) = preparation.protect {
        rds.modify(&protect).await?;
    }
    let (arn, from) = (target.facts().arn.clone(), target.stage());
    rds.add_tags(&arn, &preparation.tags).await?;
    let Some(fresh) = rds.instance(&identifier).await? else {
        return Err(refused(&Reason::Gone {}).into());
    };
    let fresh = OwnInstance::recognise(&settings.name, fresh).map_err(|reason| refused(&reason))?;
    let promotable = to_act(decide(settings, &target, &fresh, &record, way), Some(&identifier))?;
    swap(scene, dns, &promotable, &record, report).await?;
    scene.announce(&identifier, &arn, Some(from), Stage::Promoted, report).await;
    let did = scene.advanced(&target, Stage::Promoted);
    let why = match way {
        Way::Back(_) => "it is in use again",
        Way::To { .. } => "it is in use",
    };
    report.add(Outcome::done(&identifier, did, "stage promoted", why));
    let swapped = Record::Cname { value: promotable.swap().value().to_owned(), ttl: promotable.swap().ttl() };
    for known in own.iter_mut().filter(|known| known.identifier() == identifier) {
        *known = promotable.own().clone();
    }
    Ok(follow(scene, &mut own, &swapped, report).await?)
}

/// The one that the CNAME is about to leave, held.
async fn held<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    left: &OwnInstance,
    kept: &Keep,
    report: &mut Report,
) -> Result<OwnInstance, Stop> {
    let Scene { settings, rds, now, .. } = scene;
    let Some(tags) = to_act(keep(settings, left, kept.until, Some(&kept.why), *now), Some(left.identifier()))? else {
        return Ok(left.clone());
    };
    let why = "it is to be kept when the CNAME leaves it";
    report.add(hold::write(settings, *rds, left, &tags, kept.until, why, *now).await?);
    Ok(left.after_writing(&settings.name, &tags))
}

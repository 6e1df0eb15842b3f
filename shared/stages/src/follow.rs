//! The CNAME's move, and the tags after it: what a promotion and the way back have in common.

use tag_state::calls::Modify;
use tag_state::decide::promote::{Repair, repairs};
use tag_state::facts::{Record, same_host};
use tag_state::own::OwnInstance;
use tag_state::proof::Promotable;
use tag_state::reason::Reason;
use tag_state::stage::Stage;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, CallError, Dns, Failure, Rds};
use crate::report::{Did, Outcome, Report, Stop};

/// The tags follow the CNAME; the one behind it first, so that at no time nobody is promoted. Beyond that, what
/// cannot be done for one (it is stopped, or being deleted) is no reason not to do the rest.
pub(crate) async fn follow<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &mut [OwnInstance],
    record: &Record,
    report: &mut Report,
) -> Answer<()> {
    for repair in repairs(scene.settings, own, record, scene.now) {
        mend(scene, own, repair, report).await?;
    }
    Ok(())
}

/// The same of the one behind the CNAME alone.
pub(crate) async fn catch_up<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &mut [OwnInstance],
    record: &Record,
    report: &mut Report,
) -> Answer<()> {
    let current = repairs(scene.settings, own, record, scene.now);
    match current.into_iter().find(|repair| record.points_at(repair.own.facts())) {
        Some(repair) => mend(scene, own, repair, report).await,
        None => Ok(()),
    }
}

async fn mend<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &mut [OwnInstance],
    Repair { own: one, to, tags, protect, why }: Repair,
    report: &mut Report,
) -> Answer<()> {
    let identifier = one.identifier().to_owned();
    if protect {
        match scene.rds.modify(&Modify::protection(&identifier, true)).await {
            Ok(()) => {
                report.add(Outcome::done(&identifier, Did::Acted, "deletion protection requested", why.clone()));
            }
            Err(error) => report.failed(Some(&identifier), &error),
        }
    }
    let Some(to) = to else {
        if !tags.is_empty() {
            match scene.rds.add_tags(&one.facts().arn, &tags).await {
                Ok(()) => report.add(Outcome::done(&identifier, Did::Acted, "failure tag emptied", why)),
                Err(error) => report.failed(Some(&identifier), &error),
            }
        }
        return Ok(());
    };
    match scene.enter(&one, to, &tags, report).await {
        Ok(did) => {
            for known in own.iter_mut().filter(|known| known.identifier() == identifier) {
                *known = one.after_writing(&scene.settings.name, &tags);
            }
            report.add(Outcome::done(&identifier, did, format!("stage {to}"), why));
        }
        Err(error) if to == Stage::Promoted => return Err(error),
        Err(error) => report.failed(Some(&identifier), &error),
    }
    Ok(())
}

/// Moves the CNAME from exactly what was read; where it is something else by now, that is read at the next look.
/// Route 53 says the same of a record that has changed and of a change that it will never make: so one more look.
pub(crate) async fn swap<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    dns: &impl Dns,
    promotable: &Promotable,
    record: &Record,
    report: &mut Report,
) -> Result<(), Stop> {
    let identifier = promotable.own().identifier();
    let cname = &scene.settings.promote.cname;
    match dns.swap(promotable.swap()).await {
        Ok(()) => {}
        Err(error) if error.failure == Failure::Changed => {
            match observe::record(scene.settings, dns).await? {
                // An earlier attempt was applied, and lost its answer; or somebody else wanted the same.
                Record::Cname { value, .. } if same_host(&value, promotable.swap().value()) => {}
                // Nobody came in between: it was refused for another reason, which stays.
                now if now == *promotable.swap().old() => {
                    return Err(CallError { failure: Failure::Refused, ..error }.into());
                }
                Record::Absent | Record::Cname { .. } | Record::Other(_) => {
                    let reason = Reason::RecordChanged { name: cname.clone() };
                    return Err(Outcome::not_done(Some(identifier), Did::Waits { until: None }, &reason).into());
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    let old = match record {
        Record::Cname { value, .. } => value.as_str(),
        Record::Absent | Record::Other(_) => "nothing",
    };
    let what = format!("{cname} moved from {old} to {}", promotable.swap().value());
    report.add(Outcome::done(identifier, Did::Acted, what, promotable.agreed()));
    Ok(())
}

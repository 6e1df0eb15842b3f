//! Tells people what is wrong with an instance, once: an announcement, which the echo's rule sends to the topic of the
//! alarms, and a mail. Nothing else is done about it.

use jiff::{SignedDuration, Timestamp};
use tag_state::announce;
use tag_state::decide::trouble::{ANNOUNCED, Tell, What, recovered, tell as decide};
use tag_state::facts::Event;
use tag_state::own::OwnInstance;
use tag_state::text::trouble::{Notice, details, summary};
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::ports::{Announcer, Failure, Mailer, Rds};
use crate::post::Post;
use crate::report::{Did, Outcome, Report, Stop};

/// RDS remembers its events for fourteen days, and takes no earlier beginning.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(14 * 24 - 1);
/// How long before the restore was noted its first event may be.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// Tells what is wrong with one instance of `all`, which `wake` is about; `None` where nothing is, or it was told.
pub(crate) async fn report<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    mailer: &impl Mailer,
    own: &OwnInstance,
    all: &[OwnInstance],
    wake: &Wake,
    report: &mut Report,
) -> Result<Option<Outcome>, Stop> {
    let sees_all = *wake == Wake::All;
    let Some(tell) = decide(scene.settings, own, all, sees_all, scene.now) else {
        return if sees_all { note_recovery(scene, own, all).await } else { Ok(None) };
    };
    // RDS's event of a failure wakes the one who gives it up, too, and that has an event of its own: only the second
    // tells, or people would hear of it twice.
    if wake.is_from_rds() && matches!(tell.trouble.what, What::Failed { .. }) {
        return Ok(None);
    }
    // An event and a schedule can come at once: who is the second sees that it was told.
    let fresh = scene.rds.instance(own.identifier()).await?;
    let fresh = fresh.and_then(|instance| OwnInstance::recognise(&scene.settings.name, instance).ok());
    let again = fresh.and_then(|fresh| decide(scene.settings, &fresh, all, sees_all, scene.now));
    if again.as_ref() != Some(&tell) {
        return Ok(None);
    }
    // Trouble is told even where RDS does not say what led to it.
    let events = match scene.rds.events(own.identifier(), begin(own, scene.now)).await {
        Ok(events) => Some(events),
        Err(error) => {
            report.warnings.push(error.to_string());
            None
        }
    };
    // What cannot be noted would be told at every look.
    let arn = &own.facts().arn;
    let noted = match scene.rds.add_tags(arn, &tell.begun(scene.settings)).await {
        Ok(()) => true,
        Err(error) if error.failure == Failure::WrongState && tell.without_a_mark(scene.now) => {
            report.warnings.push(format!("{}: {error}", own.identifier()));
            false
        }
        Err(error) => return Err(error.into()),
    };
    let mut reached = Vec::new();
    let mut hopeless = true;
    if tell.announce {
        match announce(scene, own, &tell, events.as_deref().unwrap_or_default()).await {
            Ok(()) => reached.push(ANNOUNCED.to_owned()),
            Err(error) => {
                hopeless = false;
                report.errors.push(format!("{}: {error}", own.identifier()));
            }
        }
    }
    let mut post = Post::default();
    if let Some(sender) = scene.settings.promote.sender.as_deref() {
        let trouble = &tell.trouble;
        let Scene { settings, now, .. } = scene;
        let notice = Notice { settings, own, trouble, events: events.as_deref(), sender, now: *now };
        for address in &tell.to {
            post.send(mailer, &notice.to(address)).await;
        }
    }
    let mailed = if tell.to.is_empty() { "nobody is mailed".to_owned() } else { post.report(own.identifier(), report) };
    reached.extend(post.reached().iter().cloned());
    if noted {
        let nobody_left = hopeless && post.is_hopeless() || tell.last_try;
        scene.rds.add_tags(arn, &tell.mark(scene.settings, &reached, nobody_left)).await?;
    }
    let announced = if tell.announce { "announced, " } else { "" };
    let what = format!("trouble told: {announced}{mailed}");
    let outcome = Outcome::done(own.identifier(), Did::Acted, what, tell.trouble.what.to_string());
    Ok(Some(Outcome { code: Some(tell.trouble.what.code()), ..outcome }))
}

/// Notes that nothing is wrong any more, where something was told.
async fn note_recovery<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    all: &[OwnInstance],
) -> Result<Option<Outcome>, Stop> {
    let Scene { settings, rds, now, .. } = scene;
    if recovered(settings, own, all, *now).is_none() {
        return Ok(None);
    }
    // What is new since the listing must not be written over.
    let fresh = rds.instance(own.identifier()).await?;
    let Some(fresh) = fresh.and_then(|instance| OwnInstance::recognise(&settings.name, instance).ok()) else {
        return Ok(None);
    };
    let Some(tags) = recovered(settings, &fresh, all, *now) else { return Ok(None) };
    rds.add_tags(&fresh.facts().arn, &tags).await?;
    Ok(Some(Outcome::done(own.identifier(), Did::Acted, "trouble noted as over", "nothing is wrong with it any more")))
}

async fn announce<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    tell: &Tell,
    events: &[Event],
) -> crate::ports::Answer<()> {
    let Tell { trouble, .. } = tell;
    let about = (own.identifier(), own.facts().arn.as_str());
    let (summary, details) = (summary(own, trouble), details(trouble, events));
    let code = trouble.what.code();
    let announcement = announce::trouble(scene.settings, Some(about), code, &summary, &details, trouble.since);
    scene.announcer.announce(&announcement).await
}

/// Since when RDS is asked what happened: since the restore, as far as it remembers.
fn begin(own: &OwnInstance, now: Timestamp) -> Timestamp {
    let earliest = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    let restored = own.tags().since.and_then(|since| since.checked_sub(own.tags().took.sum() + BEFORE).ok());
    restored.unwrap_or(earliest).max(earliest)
}

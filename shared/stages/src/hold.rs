//! A person keeps an instance from retire until a date, or lets it go again.

use jiff::Timestamp;
use tag_state::decide::Decision;
use tag_state::decide::hold::{Held, afterwards, hold, keep, release};
use tag_state::facts::Tags;
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::tags::stamp;
use tag_state::wake::Wake;

use crate::observe;
use crate::ports::Rds;
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Until when a person wants an instance held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until exactly then, whatever held it before.
    Exactly(Timestamp),
    /// Until then, where nobody has wanted it held for longer: the person has named no end.
    AtLeast(Timestamp),
}

/// Holds the instance that `wake` names until then.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    until: Until,
    why: Option<&Remark>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "hold", wake, now);
    for own in observe::instances(settings, rds, wake, &Stage::ALL, &mut report).await {
        let turn = turn(settings, rds, &own, until, why, now).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn turn(
    settings: &Settings,
    rds: &impl Rds,
    own: &OwnInstance,
    until: Until,
    why: Option<&Remark>,
    now: Timestamp,
) -> Result<Outcome, Stop> {
    let before = own.tags().held(now).map(ToString::to_string);
    let (decided, until) = match until {
        Until::Exactly(until) => (hold(settings, own, until, why, now), until),
        Until::AtLeast(until) => {
            let longer = || Reason::Held { how: before.clone().unwrap_or_default() };
            let kept = keep(settings, own, until, why, now);
            (kept.and_then(|tags| tags.map_or_else(|| Decision::Nothing(longer()), Decision::Act)), until)
        }
    };
    let tags = to_act(decided, Some(own.identifier()))?;
    let reason = match before {
        None => "a person asked for it".to_owned(),
        Some(before) => format!("a person asked for it; it was held {before}"),
    };
    write(settings, rds, own, &tags, until, &reason, now).await
}

/// Writes the hold and looks again: retire may have condemned the instance in the same moment.
pub(crate) async fn write(
    settings: &Settings,
    rds: &impl Rds,
    own: &OwnInstance,
    tags: &Tags,
    until: Timestamp,
    why: &str,
    now: Timestamp,
) -> Result<Outcome, Stop> {
    let identifier = own.identifier();
    rds.add_tags(&own.facts().arn, tags).await?;
    let refused = |reason: &Reason| Outcome::not_done(Some(identifier), Did::Refuses, reason);
    let Some(fresh) = rds.instance(identifier).await? else { return Err(refused(&Reason::Gone {}).into()) };
    let fresh = OwnInstance::recognise(&settings.name, fresh).map_err(|reason| refused(&reason))?;
    let until = stamp(until);
    match afterwards(&fresh, now) {
        Held::Safe => Ok(Outcome::done(identifier, Did::Acted, format!("held until {until}"), why)),
        Held::Condemned => Err(refused(&Reason::HeldTooLate {
            what: format!("it is not destroyed before {until}, but soon after, and nothing leads back to it"),
        })
        .into()),
        Held::PerhapsTooLate => {
            let what = "whether it is destroyed all the same, nobody can say: look at rds-echo status".to_owned();
            Err(refused(&Reason::HeldTooLate { what }).into())
        }
    }
}

/// Lets the instance go that `wake` names.
pub async fn let_go(settings: &Settings, rds: &impl Rds, wake: &Wake, now: Timestamp) -> Report {
    let mut report = Report::new(settings, "release", wake, now);
    for own in observe::instances(settings, rds, wake, &Stage::ALL, &mut report).await {
        let turn = release_one(settings, rds, &own, now).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn release_one(settings: &Settings, rds: &impl Rds, own: &OwnInstance, now: Timestamp) -> Result<Outcome, Stop> {
    let identifier = own.identifier();
    let tags = to_act(release(settings, own, now), Some(identifier))?;
    rds.add_tags(&own.facts().arn, &tags).await?;
    let next = match own.stage() {
        Stage::Retired => "it is retired: it is destroyed at the next look",
        Stage::Forgotten => "it goes when its grace period is over",
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted => "it goes the way of all others",
    };
    Ok(Outcome::done(identifier, Did::Acted, "released", next))
}

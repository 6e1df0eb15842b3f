//! `rebooted` to `promoted`, and the tags after the CNAME.

use jiff::Timestamp;
use tag_state::decide::promote::{candidate, confirmed, decide, remember, strays};
use tag_state::facts::Record;
use tag_state::gauges::gauges;
use tag_state::own::OwnInstance;
use tag_state::proof::{Promotable, Verified};
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::follow::{follow, swap};
use crate::observe;
use crate::ports::{Announcer, Answer, Dns, Macs, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// What promote needs of the world.
pub struct Ports<'a, R, D, M, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53.
    pub dns: &'a D,
    /// AWS KMS.
    pub macs: &'a M,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// Promotes what is approved, and lets the tags follow the CNAME. Whatever instance an event names,
/// all of this echo's are looked at: a promotion is about at least two of them. `typed` is what a person at the
/// command line has typed as the approval; the functions have none.
pub async fn run<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    typed: Option<&str>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "promote", wake, now);
    if let Wake::Foreign { why } = wake {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why: why.clone() }));
        return report;
    }
    if let Err(stop) = pass(settings, ports, typed, &mut report, now).await {
        report.stopped(None, stop);
    }
    report.finish()
}

async fn pass<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    typed: Option<&str>,
    report: &mut Report,
    now: Timestamp,
) -> Result<(), Stop> {
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    let mut own = observe::instances(settings, ports.rds, &Wake::All, &Stage::ALL, report).await;
    if own.is_empty() {
        let listed = report.errors.is_empty();
        report.gauges = listed.then(|| gauges(settings, &own, &Record::Absent, now));
        return Ok(());
    }
    let record = observe::record(settings, ports.dns).await?;
    follow(&scene, &mut own, &record, report).await?;
    report.gauges = Some(gauges(settings, &own, &record, now));
    for (stray, reason) in strays(settings, &own, &record) {
        report.add(Outcome::not_done(Some(stray.identifier()), Did::Nothing, &reason));
    }

    // Only what is younger than the one in use can take its place.
    let current = own.iter().find(|own| record.points_at(own.facts())).map(OwnInstance::edition);
    let younger: Vec<OwnInstance> =
        own.iter().filter(|own| current.is_none_or(|current| own.edition() > current)).cloned().collect();
    let candidate = to_act(candidate(settings, &younger, now), None)?;
    let promoted = promote(&scene, ports, candidate, typed, &record, report).await?;
    let swapped = Record::Cname { value: promoted.swap().value().to_owned(), ttl: promoted.swap().ttl() };
    for known in own.iter_mut().filter(|known| known.identifier() == promoted.own().identifier()) {
        *known = promoted.own().clone();
    }
    follow(&scene, &mut own, &swapped, report).await?;
    report.gauges = Some(gauges(settings, &own, &swapped, now));
    Ok(())
}

/// Swaps the CNAME to the candidate, if it may be.
async fn promote<R: Rds, D: Dns, M: Macs, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, M, A>,
    candidate: &OwnInstance,
    typed: Option<&str>,
    record: &Record,
    report: &mut Report,
) -> Result<Promotable, Stop> {
    let Scene { settings, now, .. } = scene;
    let identifier = candidate.identifier();
    let verified = verify(settings, ports.macs, candidate).await?;
    to_act(decide(settings, candidate, record, &verified, typed, *now), Some(identifier))?;
    ports.rds.add_tags(&candidate.facts().arn, &remember(settings, record)).await?;
    // The last look before the swap: somebody may have cancelled since.
    let Some(fresh) = ports.rds.instance(identifier).await? else {
        return Err(Outcome::not_done(Some(identifier), Did::Nothing, &Reason::Gone {}).into());
    };
    let fresh = match OwnInstance::recognise(&settings.name, fresh) {
        Ok(fresh) => fresh,
        Err(reason) => return Err(Outcome::not_done(Some(identifier), Did::Refuses, &reason).into()),
    };
    let promotable = to_act(decide(settings, &fresh, record, &verified, typed, *now), Some(identifier))?;
    swap(scene, ports.dns, &promotable, record, report).await?;
    Ok(promotable)
}

/// Asks KMS about each confirmation that could count.
pub(crate) async fn verify(settings: &Settings, macs: &impl Macs, own: &OwnInstance) -> Answer<Vec<Verified>> {
    let (Some(request), Some(key_id)) = (own.tags().request, &settings.promote.key_id) else { return Ok(Vec::new()) };
    let mut verified = Vec::new();
    for (claim, mac) in confirmed(settings, own, request) {
        let is_right = macs.verify(key_id, &claim.message(), &mac).await?;
        verified.extend(Verified::from_answer(claim, mac, is_right));
    }
    Ok(verified)
}

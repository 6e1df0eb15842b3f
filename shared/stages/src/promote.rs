//! `rebooted` to `promoted`, and the tags after the CNAME.

use jiff::Timestamp;
use tag_state::decide::new::ours;
use tag_state::decide::promote::{Repair, candidate, confirmed, decide, remember, repairs};
use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::proof::{Promotable, Verified};
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, Dns, Failure, Macs, Rds};
use crate::report::{Did, Outcome, Report, to_act};

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
/// all of this echo's are looked at: a promotion is about at least two of them.
pub async fn run<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "promote", wake, now);
    if let Wake::Foreign { why } = wake {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why: why.clone() }));
        return report;
    }
    if let Err(error) = pass(settings, ports, &mut report, now).await {
        report.failed(None, &error);
    }
    report.finish()
}

async fn pass<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    report: &mut Report,
    now: Timestamp,
) -> Answer<()> {
    let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
    let named = ports.rds.instances(&settings.name.identifier_prefix()).await?;
    let mut own = known_ours(settings, named, report);
    if own.is_empty() {
        return Ok(());
    }
    let record = match observe::record(settings, ports.dns).await? {
        Ok(record) => record,
        Err(outcome) => {
            report.add(outcome);
            return Ok(());
        }
    };
    repair(&scene, &mut own, &record, report).await?;

    // What the CNAME already points at is promoted or refused by the repair, and no candidate.
    let waiting: Vec<OwnInstance> = own.iter().filter(|own| !record.points_at(own.facts())).cloned().collect();
    let current = own.iter().find(|own| record.points_at(own.facts())).map(OwnInstance::edition);
    let younger: Vec<OwnInstance> =
        waiting.into_iter().filter(|own| current.is_none_or(|current| own.edition() > current)).collect();
    let candidate = match to_act(candidate(settings, &younger, now), None) {
        Ok(candidate) => candidate,
        Err(outcome) => {
            report.add(outcome);
            return Ok(());
        }
    };
    match promote(&scene, ports, candidate, &record, report).await? {
        Err(outcome) => report.add(outcome),
        Ok(promoted) => {
            let swapped = Record::Cname { value: promoted.swap().value().to_owned(), ttl: promoted.swap().ttl() };
            for known in own.iter_mut().filter(|known| known.identifier() == promoted.own().identifier()) {
                *known = promoted.own().clone();
            }
            repair(&scene, &mut own, &swapped, report).await?;
        }
    }
    Ok(())
}

/// One that is named like ours and is not stops nothing here: it is told, and left alone.
fn known_ours(settings: &Settings, named: Vec<tag_state::facts::Instance>, report: &mut Report) -> Vec<OwnInstance> {
    let mut own = Vec::new();
    for instance in named {
        let identifier = instance.identifier.clone();
        match ours(settings, vec![instance]) {
            Ok(mut one) => own.append(&mut one),
            Err(reason) => report.add(Outcome::not_done(Some(&identifier), Did::Refuses, &reason)),
        }
    }
    own
}

/// The tags follow the CNAME; the one behind it first, so that at no time nobody is promoted.
async fn repair<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &mut [OwnInstance],
    record: &Record,
    report: &mut Report,
) -> Answer<()> {
    for Repair { own: one, to, tags, protect, why } in repairs(scene.settings, own, record, scene.now) {
        let identifier = one.identifier().to_owned();
        if protect {
            scene.rds.modify(&tag_state::calls::Modify::protection(&identifier, true)).await?;
        }
        let outcome = match to {
            Some(to) => {
                let did = scene.enter(&one, to, &tags, report).await?;
                for known in own.iter_mut().filter(|known| known.identifier() == identifier) {
                    *known = one.after_writing(&scene.settings.name, &tags);
                }
                Outcome::done(&identifier, did, format!("stage {to}"), why)
            }
            None => Outcome::done(&identifier, Did::Acted, "deletion protection requested", why),
        };
        report.add(outcome);
    }
    Ok(())
}

/// Swaps the CNAME to the candidate, if it may be.
async fn promote<R: Rds, D: Dns, M: Macs, A: Announcer>(
    scene: &Scene<'_, R, A>,
    ports: &Ports<'_, R, D, M, A>,
    candidate: &OwnInstance,
    record: &Record,
    report: &mut Report,
) -> Answer<Result<Promotable, Outcome>> {
    let Scene { settings, now, .. } = scene;
    let identifier = candidate.identifier();
    let verified = verify(settings, ports.macs, candidate).await?;
    if let Err(outcome) = to_act(decide(settings, candidate, record, &verified, *now), Some(identifier)) {
        return Ok(Err(outcome));
    }
    ports.rds.add_tags(&candidate.facts().arn, &remember(settings, record)).await?;
    // The last look before the swap: somebody may have cancelled since.
    let Some(fresh) = ports.rds.instance(identifier).await? else {
        return Ok(Err(Outcome::not_done(Some(identifier), Did::Nothing, &Reason::Gone {})));
    };
    let fresh = match OwnInstance::recognise(&settings.name, fresh) {
        Ok(fresh) => fresh,
        Err(reason) => return Ok(Err(Outcome::not_done(Some(identifier), Did::Refuses, &reason))),
    };
    let promotable = match to_act(decide(settings, &fresh, record, &verified, *now), Some(identifier)) {
        Ok(promotable) => promotable,
        Err(outcome) => return Ok(Err(outcome)),
    };
    match ports.dns.swap(promotable.swap()).await {
        Ok(()) => {}
        Err(error) if error.failure == Failure::Changed => {
            let reason = Reason::RecordChanged { name: settings.promote.cname.clone() };
            return Ok(Err(Outcome::not_done(Some(identifier), Did::Waits { until: None }, &reason)));
        }
        Err(error) => return Err(error),
    }
    let by = promotable.confirmed_by();
    let why =
        if by.is_empty() { "no approval is asked for".to_owned() } else { format!("confirmed by {}", by.join(", ")) };
    let old = match record {
        Record::Cname { value, .. } => value.as_str(),
        Record::Absent | Record::Other(_) => "nothing",
    };
    let what = format!("{} moved from {old} to {}", settings.promote.cname, promotable.swap().value());
    report.add(Outcome::done(identifier, Did::Acted, what, why));
    Ok(Ok(promotable))
}

/// Asks KMS about each confirmation that could count.
async fn verify(settings: &Settings, macs: &impl Macs, own: &OwnInstance) -> Answer<Vec<Verified>> {
    let (Some(request), Some(key_id)) = (own.tags().request, &settings.promote.key_id) else { return Ok(Vec::new()) };
    let mut verified = Vec::new();
    for (claim, mac) in confirmed(settings, own, request) {
        let is_right = macs.verify(key_id, &claim.message(), &mac).await?;
        verified.extend(Verified::from_answer(claim, mac, is_right));
    }
    Ok(verified)
}

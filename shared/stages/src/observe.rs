//! Reading what a wake-up is about, as cheaply as it allows: one call for one instance, one listing
//! for all.

use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::predecessor::{Predecessor, identifier_at};
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::ports::{Answer, Dns, Failure, Rds};
use crate::report::{Did, Outcome, Report, Stop};

/// Our instances that the wake-up is about. Of a listing, only those in one of `stages`: the others
/// are not this function's business. What cannot be told to be ours is reported, and left alone.
pub(crate) async fn instances(
    settings: &Settings,
    rds: &impl Rds,
    wake: &Wake,
    stages: &[Stage],
    report: &mut Report,
) -> Vec<OwnInstance> {
    let found = match wake {
        Wake::Foreign { why } => {
            report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why: why.clone() }));
            return Vec::new();
        }
        Wake::Snapshot { arn, .. } => {
            let why = format!("it is about the snapshot {arn}");
            report.add(Outcome::not_done(None, Did::Nothing, &Reason::ForeignEvent { why }));
            return Vec::new();
        }
        Wake::Instance { identifier, .. } => match one(settings, rds, identifier, report).await {
            Ok(found) => return found.into_iter().collect(),
            Err(error) => Err(error),
        },
        Wake::All => rds.instances(&settings.name.identifier_prefix()).await,
    };
    match found {
        Ok(instances) => instances
            .into_iter()
            .filter_map(|instance| {
                let identifier = instance.identifier.clone();
                match OwnInstance::recognise(&settings.name, instance) {
                    Ok(own) => Some(own),
                    Err(reason) => {
                        strange(settings, &identifier, &reason, report);
                        None
                    }
                }
            })
            .filter(|own| stages.contains(&own.stage()))
            .collect(),
        Err(error) => {
            report.failed(None, &error);
            Vec::new()
        }
    }
}

/// One instance, if it is there and ours.
async fn one(
    settings: &Settings,
    rds: &impl Rds,
    identifier: &str,
    report: &mut Report,
) -> Answer<Option<OwnInstance>> {
    let Some(instance) = rds.instance(identifier).await? else {
        report.add(Outcome::not_done(Some(identifier), Did::Nothing, &Reason::Gone {}));
        return Ok(None);
    };
    Ok(OwnInstance::recognise(&settings.name, instance)
        .map_err(|reason| strange(settings, identifier, &reason, report))
        .ok())
}

/// Strangers named like ours, and ours with tags that cannot be read, are a person's business.
pub(crate) fn strange(settings: &Settings, identifier: &str, reason: &Reason, report: &mut Report) {
    if settings.name.resembles(identifier) {
        report.add(Outcome::not_done(Some(identifier), Did::Refuses, reason));
    }
}

/// The record of the CNAME; a zone that is not set, or not there, is for a person to mend.
pub(crate) async fn record(settings: &Settings, dns: &impl Dns) -> Result<Record, Stop> {
    let refused = |reason: &Reason| Stop::from(Outcome::not_done(None, Did::Refuses, reason));
    let Some(zone) = &settings.promote.hosted_zone_id else {
        return Err(refused(&Reason::SettingMissing { key: "rdsecho.promote.hostedZoneId".to_owned() }));
    };
    match dns.record(zone, &settings.promote.cname).await {
        Ok(record) => Ok(record),
        Err(error) if error.failure == Failure::NotFound => Err(refused(&Reason::NoZone { zone: zone.clone() })),
        Err(error) => Err(error.into()),
    }
}

/// What the CNAME leads to, from the record that was read, or what it led to before, from the tag: see
/// [`Predecessor::of`] and [`Predecessor::before`]. One call at most, and none for an instance that is `known`.
pub(crate) async fn predecessor(
    settings: &Settings,
    rds: &impl Rds,
    known: &[OwnInstance],
    at: Result<Predecessor, String>,
) -> Answer<Predecessor> {
    let host = match at {
        Ok(predecessor) => return Ok(predecessor),
        Err(host) => host,
    };
    let Some(identifier) = identifier_at(&settings.name, &host) else { return Ok(Predecessor::Stranger(host)) };
    let found = match known.iter().find(|own| own.identifier() == identifier) {
        Some(own) => Some(own.facts().clone()),
        None => rds.instance(&identifier).await?,
    };
    Ok(Predecessor::at_host(&settings.name, &host, found))
}

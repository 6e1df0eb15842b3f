//! The way back, as a model of what `rds-echo rollback` has to do: the CNAME returns to the instance that
//! was replaced last.
//!
//! It tags its target `promoted` first, reads again, gives way where a stage has got hold of the target
//! meanwhile, and swaps by the same compare-and-swap. Then the tags follow the CNAME as they do in promote.

use jiff::Timestamp;
use stages::ports::{Dns, Rds};
use tag_state::calls::Modify;
use tag_state::decide::promote::repairs;
use tag_state::facts::{Instance, Record};
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;
use tag_state::stage::{Move, Stage};
use tag_state::tags::advance;

use crate::port::Port;

/// Rolls back, if there is something to return to; says what came of it.
pub async fn run(settings: &Settings, port: &Port, now: Timestamp) -> String {
    match try_it(settings, port, now).await {
        Ok(done) => done,
        Err(why) => format!("not done: {why}"),
    }
}

async fn try_it(settings: &Settings, port: &Port, now: Timestamp) -> Result<String, String> {
    let failed = |error: stages::ports::CallError| error.to_string();
    let own = recognised(settings, port.instances(&settings.name.identifier_prefix()).await.map_err(failed)?);
    let zone = settings.promote.hosted_zone_id.as_deref().unwrap_or_default();
    let record = port.record(zone, &settings.promote.cname).await.map_err(failed)?;
    let Record::Cname { .. } = record else { return Err("the record is no plain CNAME".to_owned()) };
    let target = own
        .iter()
        .filter(|own| own.stage() == Stage::Forgotten && own.tags().failure.is_none())
        .filter(|own| own.facts().status == "available" && !record.points_at(own.facts()))
        .max_by_key(|own| own.tags().since)
        .ok_or("nothing to return to")?;
    let identifier = target.identifier().to_owned();
    if !target.facts().deletion_protection {
        port.modify(&Modify::protection(&identifier, true)).await.map_err(failed)?;
    }
    let (_, promoted) = advance(&settings.name, Stage::Forgotten, Move::Promote, now).ok_or("no way back")?;
    port.add_tags(&target.facts().arn, &promoted.finish()).await.map_err(failed)?;
    // Somebody may have condemned it since the first read.
    let fresh = port.instance(&identifier).await.map_err(failed)?.ok_or("it is gone")?;
    let fresh = OwnInstance::recognise(&settings.name, fresh).map_err(|why| why.to_string())?;
    if fresh.stage() != Stage::Promoted || fresh.facts().status != "available" {
        return Err(format!("{identifier} is {} now", fresh.stage()));
    }
    let address = fresh.facts().address.clone().ok_or("it has no endpoint")?;
    port.point(&record, &address).await.map_err(failed)?;
    let own = recognised(settings, port.instances(&settings.name.identifier_prefix()).await.map_err(failed)?);
    let record = port.record(zone, &settings.promote.cname).await.map_err(failed)?;
    for repair in repairs(settings, &own, &record, now).into_iter().filter(|repair| repair.to.is_some()) {
        port.add_tags(&repair.own.facts().arn, &repair.tags).await.map_err(failed)?;
    }
    Ok(format!("back to {identifier}"))
}

fn recognised(settings: &Settings, found: Vec<Instance>) -> Vec<OwnInstance> {
    found.into_iter().filter_map(|one| OwnInstance::recognise(&settings.name, one).ok()).collect()
}

//! The CNAME: its zone, what is there, and for how long resolvers keep it.

use super::{Finding, Sight};
use crate::facts::{Record, Zone, same_host, zone_of};
use crate::settings::{Caller, Settings, Source};

const ZONE: &str = "rdsecho.promote.hostedZoneId";
const NAME: &str = "rdsecho.promote.cname";
const TTL: &str = "rdsecho.promote.ttl";

/// For longer than this nobody wants to go on using yesterday's database.
const LONG: i64 = 3600;

/// The zone that the record is in: the one that is set, else the one that is found.
pub fn zone_id(settings: &Settings, zones: Option<&[Zone]>) -> Option<String> {
    let found = || Some(zone_of(&settings.promote.cname, zones?).ok()?.id.clone());
    settings.promote.hosted_zone_id.clone().or_else(found)
}

fn kind(zone: &Zone) -> &'static str {
    if zone.private { "private" } else { "public" }
}

/// The zone is there, and it is the one that people ask.
pub(super) fn zone(settings: &Settings, sight: &Sight, caller: Caller) -> Vec<Finding> {
    if caller == Caller::Function && settings.promote.hosted_zone_id.is_none() {
        let says = "is not set, and promote looks for none: set it, or nothing is ever promoted";
        return vec![Finding::bad(ZONE, says)];
    }
    let zones = match &sight.zones {
        None => return Vec::new(),
        Some(Err(error)) => return vec![Finding::unseen(ZONE, error)],
        Some(Ok(zones)) => zones,
    };
    let name = &settings.promote.cname;
    let nearest = zone_of(name, zones);
    let Some(set) = &settings.promote.hosted_zone_id else {
        return vec![match nearest {
            Ok(zone) => {
                Finding::good(ZONE, format!("is not set; {name} is in {} ({}, {})", zone.id, zone.name, kind(zone)))
            }
            Err(why) => Finding::bad(ZONE, format!("is not set, and {why}: set it")),
        }];
    };
    let Some(zone) = zones.iter().find(|zone| zone.id == *set) else {
        return vec![Finding::bad(ZONE, format!("this account has no hosted zone {set}: name one that it has"))];
    };
    let Zone { name: of, .. } = zone;
    if zone_of(name, std::slice::from_ref(zone)).is_err() {
        return vec![Finding::bad(ZONE, format!("{set} is the zone {of}, and {name} is not in it: name its zone"))];
    }
    vec![match nearest {
        Ok(near) if near.id != *set => Finding::doubtful(
            ZONE,
            format!(
                "{set} is the zone {of} ({}), and {} ({}, {}) is nearer to {name}: resolvers ask that one; name it",
                kind(zone),
                near.id,
                near.name,
                kind(near)
            ),
        ),
        Ok(_) => Finding::good(ZONE, format!("{set} is the zone {of} ({})", kind(zone))),
        Err(others) => Finding::good(ZONE, format!("{set} is the zone {of} ({}); {others}", kind(zone))),
    }]
}

/// The record is a plain CNAME, or is not there yet; and neither it nor the next one is kept for too long.
pub(super) fn record(settings: &Settings, sight: &Sight) -> Vec<Finding> {
    let name = &settings.promote.cname;
    let zone = match (&settings.promote.hosted_zone_id, &sight.zones) {
        (Some(zone), _) => zone.clone(),
        (None, Some(Ok(zones))) => zone_id(settings, Some(zones)).unwrap_or_default(),
        (None, Some(Err(_)) | None) => String::new(),
    };
    let mut found = Vec::new();
    let mut kept = None;
    match &sight.record {
        None => {}
        Some(Err(error)) => found.push(Finding::unseen(NAME, error)),
        Some(Ok(None)) => found.push(Finding::bad(NAME, format!("there is no hosted zone {zone}: check {ZONE}"))),
        Some(Ok(Some(Record::Absent))) => found.push(Finding::doubtful(
            NAME,
            format!("there is no {name} in {zone} yet: the first promotion creates it, and nothing is retired before"),
        )),
        Some(Ok(Some(Record::Cname { value, ttl }))) => {
            found.push(if leads_to_production(value, settings, sight) {
                let says = format!(
                    "{name} in {zone} points at production itself, {value}: whoever uses it gets a copy with the first \
                     promotion; name another one, unless nobody does"
                );
                Finding::doubtful(NAME, says)
            } else {
                Finding::good(NAME, format!("{name} in {zone} points at {value}, for {ttl} s"))
            });
            kept = Some(*ttl);
        }
        Some(Ok(Some(Record::Other(is)))) => {
            found.push(Finding::bad(NAME, format!("{name} is {is}: make it a plain CNAME")));
        }
    }
    found.extend(ttl(settings.promote.ttl, kept));
    found
}

/// Whether a name is the source's endpoint, which begins with its identifier.
fn leads_to_production(value: &str, settings: &Settings, sight: &Sight) -> bool {
    let Source::LatestSnapshotOf(source) = &settings.source;
    let seen = sight.source.as_ref().and_then(|seen| seen.as_ref().ok()?.as_ref());
    let host = value.trim_end_matches('.').to_ascii_lowercase();
    let of_rds = [".rds.amazonaws.com", ".rds.amazonaws.com.cn"].iter().any(|end| host.ends_with(end));
    let first = host.split('.').next().unwrap_or_default();
    seen.and_then(|seen| seen.address.as_ref()).is_some_and(|address| same_host(address, value))
        || (of_rds && first.eq_ignore_ascii_case(source))
}

fn ttl(set: i64, now: Option<i64>) -> Vec<Finding> {
    let mut found = Vec::new();
    if set == 0 {
        found.push(Finding::doubtful(
            TTL,
            "0 lets nobody keep the name, and every connection asks for it: set 30 to 300",
        ));
    } else if set > LONG {
        let says = format!("people may go on using the old database for {set} s after a promotion: set 30 to 300");
        found.push(Finding::doubtful(TTL, says));
    }
    if let Some(now) = now.filter(|now| *now > LONG) {
        let says = format!(
            "the record that is there is kept for {now} s, and so long may the first promotion take to be seen: lower it \
             in Route 53 to {set} s, some time before"
        );
        found.push(Finding::doubtful(TTL, says));
    }
    if found.is_empty() {
        found.push(Finding::good(TTL, format!("{set} s")));
    }
    found
}

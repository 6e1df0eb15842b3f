//! The engine and its versions.

use super::{Finding, Sight, engine};
use crate::facts::Snapshot;
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;
use crate::version::numbers;

/// RDS still has the snapshot's version, has the one that it is to be upgraded to, and a way from one to the other.
pub(super) fn versions(settings: &Settings, snapshot: &Snapshot, sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "engine";
    let name = engine(settings, snapshot);
    let mut found = Vec::new();
    if !name.eq_ignore_ascii_case(&snapshot.engine) {
        let says = format!(
            "the snapshot is of {}, and {name} is asked for: leave it out, unless RDS documents that one becomes the other",
            snapshot.engine
        );
        found.push(Finding::doubtful(format!("rdsecho.new.{}", Parameter::Engine), says));
    }
    let version = &snapshot.engine_version;
    found.extend(sight.families.get(version).map(|family| match family {
        Ok(Some(family)) => Finding::good(WHAT, format!("{name} {version}, of the family {family}")),
        Ok(None) => Finding::doubtful(
            WHAT,
            format!(
                "RDS offers {name} {version} no more: it upgrades at the restore, or refuses it; upgrade the source"
            ),
        ),
        Err(error) => Finding::unseen(WHAT, error),
    }));
    let wanted = settings.modify.parameters.get(&Parameter::EngineVersion).map(Value::to_string);
    let Some(wanted) = wanted.filter(|wanted| wanted != version) else { return found };
    let what = format!("rdsecho.mod.{}", Parameter::EngineVersion);
    found.extend(sight.families.get(&wanted).map(|family| match family {
        Ok(Some(family)) => upgrade(&what, &name, version, &wanted, family, sight),
        Ok(None) => Finding::bad(&what, format!("RDS offers no {name} {wanted}: name a version that it offers")),
        Err(error) => Finding::unseen(&what, error),
    }));
    found
}

/// Not to an older version, and not always over several major ones: production may have gone on meanwhile.
fn upgrade(what: &str, name: &str, from: &str, wanted: &str, family: &str, sight: &Sight) -> Finding {
    let Some(targets) = sight.upgrades.get(from) else {
        let says = format!(
            "there is {name} {wanted}; whether {from}, which the snapshot has, can be upgraded to it RDS does not say"
        );
        return Finding::doubtful(what, says);
    };
    if targets.iter().any(|target| target.eq_ignore_ascii_case(wanted)) {
        return Finding::good(what, format!("{name} {wanted}, of the family {family}, to which RDS upgrades {from}"));
    }
    let remedy = match nearest(targets, wanted).as_slice() {
        [] => "leave it out".to_owned(),
        near => format!("name one to which it can be upgraded (such as {}), or leave it out", near.join(", ")),
    };
    Finding::bad(what, format!("the snapshot is of {name} {from}, which RDS does not upgrade to {wanted}: {remedy}"))
}

/// The version below and the two above it.
fn nearest<'a>(targets: &'a [String], wanted: &str) -> Vec<&'a str> {
    let mut sorted: Vec<&str> = targets.iter().map(String::as_str).collect();
    sorted.sort_by_cached_key(|target| numbers(target));
    let above = sorted.partition_point(|target| numbers(target) < numbers(wanted));
    sorted.into_iter().skip(above.saturating_sub(1)).take(3).collect()
}

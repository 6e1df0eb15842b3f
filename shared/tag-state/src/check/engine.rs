//! The engine and its versions.

use super::{Finding, Sight, engine};
use crate::facts::Snapshot;
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;

/// RDS still has the snapshot's version, and has the one that it is to be upgraded to.
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
        Ok(Some(family)) => Finding::good(&what, format!("{name} {wanted}, of the family {family}")),
        Ok(None) => Finding::bad(&what, format!("RDS offers no {name} {wanted}: name a version that it offers")),
        Err(error) => Finding::unseen(&what, error),
    }));
    found
}

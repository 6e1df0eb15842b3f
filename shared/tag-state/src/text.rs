//! All texts for approvers: the mail and the page. The words stand in `templates/`, whose escaping
//! keeps what others control (names, tags, addresses) from becoming markup.

pub mod mail;
pub mod page;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::own::OwnInstance;
use crate::parameter::Parameter;
use crate::settings::Settings;

/// What mail and page tell of an instance.
#[derive(Clone, Debug)]
pub struct Facts {
    cname: String,
    echo: String,
    instance: String,
    snapshot: String,
    machine: String,
    asked: String,
    needed: usize,
    grace_hours: i64,
    final_snapshot: bool,
}

impl Facts {
    fn of(settings: &Settings, own: &OwnInstance) -> Facts {
        let facts = own.facts();
        let class = facts.has(Parameter::DbInstanceClass).map(ToString::to_string);
        let engine = format!("{} {}", facts.engine, facts.engine_version);
        Facts {
            cname: settings.promote.cname.clone(),
            echo: settings.name.to_string(),
            instance: own.identifier().to_owned(),
            snapshot: own.tags().snapshot.clone().unwrap_or_else(|| "an unknown snapshot".to_owned()),
            machine: [class, Some(engine.trim().to_owned())]
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            asked: settings.approvers().join(", "),
            needed: settings.approvals(),
            grace_hours: settings.retire.grace.as_hours(),
            final_snapshot: !settings.retire.skip_final_snapshot,
        }
    }
}

/// A moment for people: `Sunday 22 November 2026, 09:00 UTC`.
fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%A %-d %B %Y, %H:%M UTC").to_string()
}

//! What woke a function. An event is a hint to look, never a fact.

use std::fmt;

use serde_json::Value;

use crate::settings::Settings;

/// What to look at, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Everything of this echo: a schedule, or a person.
    All,
    /// One instance.
    Instance {
        /// Its identifier, in lower case.
        identifier: String,
        /// What was said of it.
        what: String,
        /// Whether an approver's click is what happened. The switch that may follow from it has an event of its own.
        is_click: bool,
    },
    /// A snapshot became available.
    Snapshot {
        /// Its ARN.
        arn: String,
        /// What was said of it.
        what: String,
    },
    /// Nothing of ours; said why.
    Foreign {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wake::All => f.write_str("schedule"),
            Wake::Instance { identifier, what, .. } => write!(f, "{what} ({identifier})"),
            Wake::Snapshot { arn, what } => write!(f, "{what} ({})", last_part(arn)),
            Wake::Foreign { why } => write!(f, "foreign event: {why}"),
        }
    }
}

fn last_part(arn: &str) -> &str {
    // An automated snapshot's identifier holds a colon itself: rds:production-2026-11-22.
    arn.splitn(7, ':').nth(6).unwrap_or(arn)
}

impl Wake {
    /// Whether RDS has said something of an instance.
    pub fn is_from_rds(&self) -> bool {
        match self {
            // Ours are called so.
            Wake::Instance { what, .. } => !what.starts_with("Echo "),
            Wake::All | Wake::Snapshot { .. } | Wake::Foreign { .. } => false,
        }
    }

    /// Reads an event. Whatever it is, this never fails: what cannot be understood is foreign.
    pub fn parse(settings: &Settings, event: &Value) -> Wake {
        let text = |path: &str| event.pointer(path).and_then(Value::as_str);
        let foreign = |why: String| Wake::Foreign { why };
        let echo_is_ours = || match text("/detail/echo").or(text("/echo")) {
            Some(echo) if echo == settings.name.as_str() => Ok(()),
            Some(echo) => Err(foreign(format!("it is about echo {echo:?}"))),
            None => Err(foreign("it names no echo".to_owned())),
        };
        match text("/detail-type") {
            Some("Echo Schedule") => echo_is_ours().map_or_else(|foreign| foreign, |()| Wake::All),
            Some(kind @ ("Echo Stage Changed" | "Echo Approval Changed")) => {
                match (echo_is_ours(), text("/detail/instance")) {
                    (Err(foreign), _) => foreign,
                    (Ok(()), Some(instance)) => {
                        let change = match (text("/detail/to"), text("/detail/action")) {
                            (Some(to), _) => format!("{kind} to {to}"),
                            (None, Some(action)) => format!("{kind}: {action}"),
                            (None, None) => kind.to_owned(),
                        };
                        instance_of(settings, instance, change, kind == "Echo Approval Changed")
                    }
                    (Ok(()), None) => foreign("it names no instance".to_owned()),
                }
            }
            // RDS-EVENT-0043 is documented as a snapshot's event and seen as an instance's, so that the
            // kind of the source decides and not the kind of the event.
            Some("RDS DB Instance Event" | "RDS DB Snapshot Event") => {
                let Some(arn) = text("/detail/SourceArn") else { return foreign("it has no SourceArn".to_owned()) };
                let what = [text("/detail/EventID"), text("/detail/Message")]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(": ");
                match arn.splitn(7, ':').collect::<Vec<_>>()[..] {
                    ["arn", _, "rds", _, _, "db", identifier] => instance_of(settings, identifier, what, false),
                    ["arn", _, "rds", _, _, "snapshot", _] => Wake::Snapshot { arn: arn.to_owned(), what },
                    _ => foreign(format!("its source {arn:?} is neither an instance nor a snapshot")),
                }
            }
            Some(kind) => foreign(format!("its detail-type {kind:?} means nothing here")),
            None => foreign("it has no detail-type".to_owned()),
        }
    }
}

fn instance_of(settings: &Settings, identifier: &str, what: String, is_click: bool) -> Wake {
    if settings.name.edition(identifier).is_some() {
        Wake::Instance { identifier: identifier.to_ascii_lowercase(), what, is_click }
    } else {
        Wake::Foreign { why: format!("instance {identifier:?} is none that echo {} gives", settings.name) }
    }
}

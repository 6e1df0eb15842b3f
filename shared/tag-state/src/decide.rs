//! The decisions, one module a stage: facts, settings and the time in; what to do, or why not, out.

pub mod adopt;
pub mod click;
pub mod forget;
pub mod hold;
pub mod modify;
pub mod new;
pub mod news;
pub mod promote;
pub mod reboot;
pub mod request;
pub mod retention;
pub mod retire;
pub mod rollback;
pub mod trouble;

use jiff::Timestamp;

use crate::attempt;
use crate::facts::{Instance, Secret, Tags};
use crate::own::OwnInstance;
use crate::parameter::{Parameter, Parameters, Value};
use crate::reason::{Reason, unready};
use crate::settings::Settings;
use crate::stage::{Move, Stage};
use crate::status::{Class, classify};
use crate::tags::advance;

/// What a stage does about one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<T> {
    /// Do this.
    Act(T),
    /// Not yet. Looking again makes sense at `until`, where that is known.
    Wait {
        /// For what.
        reason: Reason,
        /// When to look again.
        until: Option<Timestamp>,
    },
    /// Not without a person.
    Refuse(Reason),
    /// There is nothing to do, and nothing to wait for.
    Nothing(Reason),
}

impl<T> Decision<T> {
    fn wait(reason: Reason) -> Self {
        Decision::Wait { reason, until: None }
    }

    fn wait_until(reason: Reason, until: Timestamp) -> Self {
        Decision::Wait { reason, until: Some(until) }
    }

    /// What is decided next, where this is to be done.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Decision<U>) -> Decision<U> {
        match self {
            Decision::Act(what) => next(what),
            Decision::Wait { reason, until } => Decision::Wait { reason, until },
            Decision::Refuse(reason) => Decision::Refuse(reason),
            Decision::Nothing(reason) => Decision::Nothing(reason),
        }
    }
}

/// An instance is given up: its last stage is left, with the reason in `failure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveUp {
    /// All tags, to be written in one call.
    pub tags: Tags,
    /// Why.
    pub reason: Reason,
}

fn give_up(settings: &Settings, own: &OwnInstance, step: Move, reason: Reason, now: Timestamp) -> Option<GiveUp> {
    let (_, writer) = advance(&settings.name, own.tags(), step, now)?;
    let writer = writer
        .text("failure", &reason.to_string())
        // It may fail before modify has had its turn; retire insists on this tag.
        .text("resource", &own.facts().resource_id);
    let writer = attempt::note(writer, own, matches!(reason, Reason::Failed { .. }));
    let tags = writer.finish();
    Some(GiveUp { tags, reason })
}

/// The wanted settings that the instance does not have.
fn differing<'a>(instance: &'a Instance, wanted: &'a Parameters) -> impl Iterator<Item = (Parameter, &'a Value)> {
    wanted
        .iter()
        .filter(|(parameter, value)| {
            // The key of a secret that RDS has made is shown as an ARN, and cannot be compared.
            let set_once = **parameter == Parameter::MasterUserSecretKmsKeyId
                && instance.has(Parameter::ManageMasterUserPassword) == Some(&Value::Flag(true));
            let has = match instance.has(**parameter) {
                Some(actual) => actual.satisfies(value),
                // RDS leaves out what is off.
                None => matches!(value, Value::Flag(false) | Value::Number(0)),
            };
            !set_once && !has
        })
        .map(|(parameter, value)| (*parameter, value))
}

/// Why the instance's settings are not yet all in effect (a parameter group may wait for its reboot
/// where `reboot_to_come`); `None` where they are.
fn unsettled(settings: &Settings, instance: &Instance, reboot_to_come: bool) -> Option<Reason> {
    if !instance.pending.is_empty() {
        let what = instance.pending.iter().cloned().collect::<Vec<_>>().join(", ");
        return Some(Reason::Pending { what });
    }
    let differences: Vec<String> = differing(instance, &settings.modify.parameters)
        .map(|(parameter, wanted)| {
            let actual = instance.has(parameter).map_or("nothing".to_owned(), Value::to_string);
            format!("{parameter} is {actual}, wanted {wanted}")
        })
        .collect();
    if !differences.is_empty() {
        return Some(Reason::NotInEffect { what: differences.join("; ") });
    }
    if !instance.deletion_protection {
        return Some(Reason::NotInEffect { what: "deletion protection is off".to_owned() });
    }
    if settings.manages_password()
        && let Some(reason) = instance.secret.as_ref().and_then(not_usable)
    {
        return Some(reason);
    }
    for status in &instance.parameter_group_statuses {
        match status.as_str() {
            "in-sync" => {}
            "pending-reboot" if reboot_to_come => {}
            other => return Some(Reason::Applying { what: format!("its parameter group is {other}") }),
        }
    }
    instance
        .option_group_statuses
        .iter()
        .find(|status| *status != "in-sync")
        .map(|status| Reason::Applying { what: format!("its option group is {status}") })
}

/// Why production's password cannot be taken for replaced by the one in this secret; `None` where it can.
fn not_usable(secret: &Secret) -> Option<Reason> {
    match secret.status.as_str() {
        "active" => None,
        "impaired" => Some(Reason::SecretImpaired { secret: secret.arn.clone() }),
        other => Some(Reason::SecretPending { status: other.to_owned() }),
    }
}

/// Not yet, because the settings are not all in effect. What does not mend itself is a person's.
fn hold_up<T>(reason: Reason) -> Decision<T> {
    if matches!(reason, Reason::SecretImpaired { .. }) { Decision::Refuse(reason) } else { Decision::wait(reason) }
}

/// The end of the settling time after a change; `None` where it is over or no change is known.
fn settling(settings: &Settings, changed: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    changed.and_then(|changed| changed.checked_add(settings.settle).ok()).filter(|until| now < *until)
}

/// What to do with an instance that is not in that stage, or cannot be worked on; `None` where it is and can.
fn hindrance<T>(
    settings: &Settings,
    own: &OwnInstance,
    stage: Stage,
    now: Timestamp,
    give_it_up: impl FnOnce(GiveUp) -> T,
) -> Option<Decision<T>> {
    if own.stage() != stage {
        return Some(Decision::Nothing(Reason::OtherStage { stage: own.stage() }));
    }
    let reason = unready(own.facts())?;
    match classify(&own.facts().status) {
        Class::Failed => Some(match give_up(settings, own, Move::GiveUp, reason.clone(), now) {
            Some(given_up) => Decision::Act(give_it_up(given_up)),
            None => Decision::Refuse(reason),
        }),
        Class::Ready | Class::Busy | Class::Stopped | Class::Going | Class::Unknown => Some(Decision::wait(reason)),
    }
}

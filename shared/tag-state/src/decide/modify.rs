//! `new` to `modified`: what a restore could not set.

use jiff::Timestamp;

use super::{Decision, GiveUp, differing, hindrance};
use crate::calls::Modify;
use crate::facts::{Instance, Tags};
use crate::own::OwnInstance;
use crate::parameter::{Parameter, Parameters, Value};
use crate::reason::{Reason, unready};
use crate::settings::Settings;
use crate::stage::{Move, Stage};
use crate::tags::{TagWriter, advance};
use crate::version::is_major;

/// What modify does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModifyStep {
    /// In this order: each part can be repeated, so dying between two of them loses nothing.
    Modify {
        /// Write the `resource` tag first, where **new** could not.
        identify: Option<Tags>,
        /// Submit what differs; `None` where nothing does (a modify without a change can be an error).
        call: Option<Modify>,
        /// Then enter the next stage.
        advance: Tags,
    },
    /// Somebody has switched the protection off of one that is set up: on again, and nothing else.
    Protect(Modify),
    /// It will not become available.
    GiveUp(GiveUp),
}

/// Decides about one instance.
pub fn decide(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Decision<ModifyStep> {
    if let Stage::Modified | Stage::Rebooted = own.stage()
        && !own.facts().deletion_protection
        && unready(own.facts()).is_none()
    {
        return Decision::Act(ModifyStep::Protect(Modify::protection(own.identifier(), true)));
    }
    if let Some(instead) = hindrance(settings, own, Stage::New, now, ModifyStep::GiveUp) {
        return instead;
    }
    let instance = own.facts();
    if !instance.pending.is_empty() {
        let what = instance.pending.iter().cloned().collect::<Vec<_>>().join(", ");
        return Decision::wait(Reason::Pending { what });
    }
    let Some((_, tags)) = advance(&settings.name, own.tags(), Move::Modify, now) else {
        return Decision::Nothing(Reason::OtherStage { stage: own.stage() });
    };
    let identify = own
        .tags()
        .resource
        .is_none()
        .then(|| TagWriter::new(&settings.name).text("resource", &instance.resource_id).finish());
    Decision::Act(ModifyStep::Modify { identify, call: call(settings, instance), advance: tags.finish() })
}

/// The difference between wanted and actual, and protection against accidents from here to the end.
fn call(settings: &Settings, instance: &Instance) -> Option<Modify> {
    let parameters: Parameters =
        differing(instance, &settings.modify.parameters).map(|(parameter, value)| (parameter, value.clone())).collect();
    let protect = !instance.deletion_protection;
    if parameters.is_empty() && !protect {
        return None;
    }
    let exports = Parameter::EnableCloudwatchLogsExports;
    let disable_log_exports = match (parameters.get(&exports), instance.has(exports)) {
        (Some(Value::List(wanted)), Some(Value::List(actual))) => actual.difference(wanted).cloned().collect(),
        (Some(_) | None, _) => Vec::new(),
    };
    // Whoever names a version in the settings wants exactly that one.
    let wanted = parameters.get(&Parameter::EngineVersion).map(Value::to_string);
    let (engine, has) = (&instance.engine, &instance.engine_version);
    let allow_major_version_upgrade = wanted.is_some_and(|wanted| is_major(engine, has, &wanted));
    Some(Modify {
        identifier: instance.identifier.clone(),
        parameters,
        disable_log_exports,
        deletion_protection: protect.then_some(true),
        apply_immediately: settings.modify.apply_immediately,
        allow_major_version_upgrade,
    })
}

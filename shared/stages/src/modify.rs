//! `new` to `modified`, and the deletion protection from there to the promotion.

use jiff::Timestamp;
use tag_state::calls::Modify;
use tag_state::decide::modify::{ModifyStep, decide};
use tag_state::decide::trouble::note_refusal;
use tag_state::own::OwnInstance;
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, CallError, Failure, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Looks at what the wake-up is about and moves on what is ready.
pub async fn run(
    settings: &Settings,
    rds: &impl Rds,
    announcer: &impl Announcer,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "modify", wake, now);
    let scene = Scene { settings, rds, announcer, now };
    let stages = [Stage::New, Stage::Modified, Stage::Rebooted];
    let owns = observe::instances(settings, rds, wake, &stages, &mut report).await;
    // Those that are set up and protected are no business of a listing's.
    let due = |own: &OwnInstance| *wake != Wake::All || own.stage() == Stage::New || !own.facts().deletion_protection;
    for own in owns.into_iter().filter(due) {
        let turn = turn(&scene, &own, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

async fn turn<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    report: &mut Report,
) -> Result<Outcome, Stop> {
    match to_act(decide(scene.settings, own, scene.now), Some(own.identifier()))? {
        ModifyStep::Modify { identify, call, advance } => {
            if let Some(tags) = identify {
                scene.rds.add_tags(&own.facts().arn, &tags).await?;
            }
            let what = match call {
                None => "nothing left to modify".to_owned(),
                Some(call) => {
                    match scene.rds.modify(&call).await {
                        Ok(()) => {}
                        // An earlier run's modify was applied after all.
                        Err(error) if error.failure == Failure::NothingToModify => {}
                        Err(error) => {
                            keep_refusal(scene, own, &error, report).await;
                            return Err(with_remedy(&call, error).into());
                        }
                    }
                    let mut asked: Vec<String> =
                        call.parameters.iter().map(|(parameter, value)| format!("{parameter}={value}")).collect();
                    asked.extend(call.deletion_protection.map(|on| format!("deletionProtection={on}")));
                    format!("modification requested: {}", asked.join(", "))
                }
            };
            let did = scene.enter(own, Stage::Modified, &advance, report).await?;
            Ok(Outcome::done(own.identifier(), did, what, "it is available, and nothing is pending"))
        }
        ModifyStep::Protect(call) => {
            scene.rds.modify(&call).await?;
            let why = "it was switched off on the way to a promotion";
            Ok(Outcome::done(own.identifier(), Did::Acted, "deletion protection requested", why))
        }
        ModifyStep::GiveUp(given_up) => Ok(scene.give_up(own, &given_up, report).await?),
    }
}

/// What RDS refuses for good it would refuse at every look without anybody's hearing of it: its words are kept for the
/// one who tells trouble. They are written once.
async fn keep_refusal<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    own: &OwnInstance,
    error: &CallError,
    report: &mut Report,
) {
    if error.failure != Failure::Refused {
        return;
    }
    // Each answer has a request id of its own, which tells nobody anything here.
    let message = error.message.split(" (request id").next().unwrap_or_default();
    let said = format!("{}: {message}", error.code.as_deref().unwrap_or("refused"));
    let Some(tags) = note_refusal(scene.settings, own, &said, scene.now) else { return };
    if let Err(error) = scene.rds.add_tags(&own.facts().arn, &tags).await {
        report.warnings.push(error.to_string());
    }
}

/// RDS cannot manage the master password of every engine, and says so in many ways. What it takes to go on without is
/// a decision that a person makes.
fn with_remedy(call: &Modify, error: CallError) -> CallError {
    let manages = call.parameters.get(&Parameter::ManageMasterUserPassword) == Some(&Value::Flag(true));
    if !manages || error.failure != Failure::Refused {
        return error;
    }
    let message = format!(
        "{} (if RDS cannot manage the master password here, such as of RDS Custom, say \
         rdsecho.mod.manageMasterUserPassword=false: production's then stays valid on the copy)",
        error.message
    );
    CallError { message, ..error }
}

//! Taking over what the original rds-echo has tagged.

use jiff::Timestamp;
use tag_state::decide::adopt::{Adoption, decide};
use tag_state::facts::Instance;
use tag_state::reason::Reason;
use tag_state::settings::Settings;

use crate::ports::Rds;
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// Adopts the `wanted` instances; where none are named, all that are named like this echo's and can be.
pub async fn run(settings: &Settings, rds: &impl Rds, wanted: &[String], now: Timestamp) -> Report {
    let mut report = Report::new(settings, "adopt", &"a person", now);
    let named = match rds.instances(&settings.name.identifier_prefix()).await {
        Ok(named) => named,
        Err(error) => {
            report.failed(None, &error);
            return report;
        }
    };
    let is_wanted =
        |one: &Instance| wanted.is_empty() || wanted.iter().any(|it| it.eq_ignore_ascii_case(&one.identifier));
    for wanted in wanted {
        if !named.iter().any(|one| one.identifier.eq_ignore_ascii_case(wanted)) {
            report.add(Outcome::not_done(Some(wanted), Did::Refuses, &Reason::Gone {}));
        }
    }
    for instance in named.iter().filter(|one| settings.name.resembles(&one.identifier) && is_wanted(one)) {
        let turn = turn(settings, rds, instance, now).await;
        report.record(&instance.identifier, turn);
    }
    report.finish()
}

async fn turn(settings: &Settings, rds: &impl Rds, instance: &Instance, now: Timestamp) -> Result<Outcome, Stop> {
    let Adoption { stage, tags } = to_act(decide(settings, instance, now), Some(&instance.identifier))?;
    rds.add_tags(&instance.arn, &tags).await?;
    let written: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let what = format!("adopted as {stage}: {}", written.join(", "));
    Ok(Outcome::done(&instance.identifier, Did::Acted, what, "the original rds-echo has tagged it"))
}

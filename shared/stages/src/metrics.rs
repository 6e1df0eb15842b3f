//! What a report comes to in numbers, for dashboards and alarms. How they get there is for the floor above.

use jiff::SignedDuration;
use tag_state::stage::Stage;

use crate::report::{CANCELLED, CONFIRMED, Did, Outcome, Report};

/// One measured quantity. Its name, and whose it is, stay the same: alarms and dashboards hang on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What CloudWatch calls the unit; it knows none that is longer than a second.
    pub unit: &'static str,
    /// Its values: several where several instances did the same in one run.
    pub values: Vec<f64>,
}

/// Whether an outcome is counted.
type Counts = fn(&Outcome) -> bool;

/// The numbers of one run. Counts are left out where they are zero, so that an idle look costs nothing.
pub fn metrics(report: &Report) -> Vec<Metric> {
    let mut all = Vec::new();
    if let Some(gauges) = &report.gauges {
        let instances = gauges.instances as f64;
        all.push(Metric { name: "Instances", unit: "Count", values: vec![instances] });
        all.push(Metric { name: "OverdueHours", unit: "None", values: vec![hours(gauges.overdue)] });
        all.push(Metric { name: "Stuck", unit: "Count", values: vec![gauges.stuck as f64] });
        all.extend(gauges.data_age.map(|age| Metric { name: "DataAgeHours", unit: "None", values: vec![hours(age)] }));
    }
    for stage in Stage::ALL {
        let values: Vec<f64> = report.outcomes.iter().filter_map(|outcome| left(outcome, stage)).map(hours).collect();
        all.extend((!values.is_empty()).then(|| Metric { name: time_in(stage), unit: "None", values }));
    }
    let counted: [(&str, Counts); 5] = [
        ("Waits", |outcome| matches!(outcome.did, Did::Waits { .. })),
        ("Refusals", |outcome| outcome.did == Did::Refuses),
        ("Failures", has_failed),
        ("Confirmations", |outcome| outcome.did == Did::Acted && outcome.code == Some(CONFIRMED)),
        ("Cancellations", |outcome| outcome.did == Did::Acted && outcome.code == Some(CANCELLED)),
    ];
    for (name, counts) in counted {
        let count = report.outcomes.iter().filter(|outcome| counts(outcome)).count() as f64;
        all.extend((count > 0.0).then(|| Metric { name, unit: "Count", values: vec![count] }));
    }
    all
}

/// Whether a copy was given up because it had failed, and not because it was not wanted any more.
fn has_failed(outcome: &Outcome) -> bool {
    matches!(outcome.did, Did::Advanced { to: Stage::Forgotten, .. }) && outcome.code == Some("failed")
}

/// How long it was in a stage that it has left.
fn left(outcome: &Outcome, stage: Stage) -> Option<SignedDuration> {
    match outcome.did {
        Did::Advanced { from: Some(from), after, .. } if from == stage => after,
        Did::Advanced { .. } | Did::Acted | Did::Waits { .. } | Did::Refuses | Did::Nothing => None,
    }
}

/// A name a stage, not a dimension a stage: a line of embedded metrics has one value for each dimension.
fn time_in(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "HoursInNew",
        Stage::Modified => "HoursInModified",
        Stage::Rebooted => "HoursInRebooted",
        Stage::Promoted => "HoursInPromoted",
        Stage::Forgotten => "HoursInForgotten",
        Stage::Retired => "HoursInRetired",
    }
}

/// Hours, to a thousandth.
fn hours(time: SignedDuration) -> f64 {
    (time.as_secs_f64().max(0.0) / 3.6).round() / 1000.0
}

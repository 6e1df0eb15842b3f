//! A run's line in the log: what became of each instance, what was asked of AWS for it, and what is measured.
//!
//! The measurements are in CloudWatch's embedded metric format, which makes metrics of them as the line arrives: no
//! call, no permission, and no metric without the line that explains it.

use std::io::Write;
use std::time::Instant;

use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::{Value, json};
use stages::metrics::{Metric, metrics};
use stages::report::Report;

use crate::calls::{Calls, milliseconds, tick};

/// The CloudWatch namespace of all echoes' metrics.
const NAMESPACE: &str = "RDSEcho";
/// Their one dimension: the echo's name.
const DIMENSION: &str = "Echo";

/// One invocation, from its begin to its line.
pub(crate) struct Run<'a> {
    began: Instant,
    context: &'a Context,
    calls: &'a Calls,
}

impl<'a> Run<'a> {
    /// It begins now; what was counted before belongs to another.
    pub(crate) fn begin(context: &'a Context, calls: &'a Calls) -> Run<'a> {
        calls.take();
        Run { began: tick(), context, calls }
    }

    /// The function that runs.
    pub(crate) fn function_arn(&self) -> &str {
        &self.context.invoked_function_arn
    }

    /// Prints the line of a report.
    pub(crate) fn print(&self, report: &Report, log: &mut impl Write) {
        let mut line = report.to_json();
        measure(&mut line, &report.echo, report.at, &metrics(report));
        self.print_line(line, log);
    }

    /// Prints a line without a report, beside which there is nothing to measure.
    pub(crate) fn print_line(&self, mut line: Value, log: &mut impl Write) {
        line["request_id"] = json!(self.context.request_id);
        if let Some(trace) = &self.context.xray_trace_id {
            line["trace_id"] = json!(trace);
        }
        line["duration_ms"] = json!(milliseconds(self.began.elapsed()));
        line["calls"] = self.calls.take();
        // One line an invocation, so that a log query can read each by itself. A log that cannot be written must not
        // undo what was done.
        let _ = writeln!(log, "{line}");
    }
}

/// Adds the measurements; CloudWatch refuses a line that announces none.
fn measure(line: &mut Value, echo: &str, at: Timestamp, metrics: &[Metric]) {
    if metrics.is_empty() {
        return;
    }
    let names: Vec<Value> = metrics.iter().map(|metric| json!({"Name": metric.name, "Unit": metric.unit})).collect();
    line["_aws"] = json!({
        "Timestamp": at.as_millisecond(),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": names}],
    });
    line[DIMENSION] = json!(echo);
    for metric in metrics {
        line[metric.name] = match metric.values[..] {
            [value] => json!(value),
            _ => json!(metric.values),
        };
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use stages::report::{Did, Outcome};
    use tag_state::gauges::Gauges;
    use tag_state::settings::Settings;
    use tag_state::stage::Stage;

    use super::*;

    fn report() -> Report {
        let settings = Settings::from_options(
            "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production -Drdsecho.promote.cname=db.example.com \
             -Drdsecho.promote.hostedZoneId=Z1 -Drdsecho.promote.approval=none",
        );
        Report::new(&settings.expect("right"), "promote", &"schedule", Timestamp::UNIX_EPOCH)
    }

    fn line(report: &Report) -> Value {
        let (mut context, calls) = (Context::default(), Calls::default());
        context.request_id = "an id".to_owned();
        let mut log = Vec::new();
        Run::begin(&context, &calls).print(report, &mut log);
        let log = String::from_utf8(log).expect("UTF-8");
        assert!(log.ends_with("}\n") && log.lines().count() == 1, "{log}");
        serde_json::from_str(&log).expect("JSON")
    }

    #[test]
    fn what_is_not_measured_announces_no_metrics() {
        let line = line(&report());
        assert_eq!((&line["_aws"], &line["request_id"], &line["calls"]), (&Value::Null, &json!("an id"), &json!([])));
    }

    #[test]
    fn several_that_did_the_same_are_one_metric_with_several_values() {
        let mut report = report();
        let after = |hours| Some(SignedDuration::from_hours(hours));
        let moved = |from, after| Did::Advanced { from: Some(from), to: Stage::Forgotten, after };
        report.add(Outcome::done("dev-1", moved(Stage::Rebooted, after(3)), "", ""));
        report.add(Outcome::done("dev-2", moved(Stage::Rebooted, after(5)), "", ""));
        report.add(Outcome::done("dev-3", moved(Stage::Promoted, None), "", ""));
        let overdue = SignedDuration::from_mins(-90);
        report.gauges = Some(Gauges { instances: 3, data_age: None, overdue, stuck: 1 });
        let line = line(&report);
        assert_eq!(line["HoursInRebooted"], json!([3.0, 5.0]));
        assert_eq!((&line["Instances"], &line["OverdueHours"]), (&json!(3.0), &json!(0.0)));
        assert_eq!((&line["Echo"], &line["_aws"]["Timestamp"]), (&json!("dev"), &json!(0)));
        let names: Vec<&Value> =
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("a list").iter().collect();
        assert_eq!(names.len(), 4, "{names:?}: what is not known is not announced");
    }
}

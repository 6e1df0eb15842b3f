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

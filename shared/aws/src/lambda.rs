//! What starts a function: it waits for events at the Lambda Runtime API, hands each to its stage, and says
//! in one JSON line and in its answer what came of it.

use std::io::Write;

use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use stages::approve;
use stages::report::Report;
use tag_state::settings::{Settings, SettingsError};
use tag_state::tags::stamp;
use tag_state::wake::Wake;

use crate::calls::Calls;
use crate::environment::Environment;
use crate::function_url;
use crate::log::Run;

pub use lambda_runtime::Error;

/// Serves events, one after the other, until Lambda ends the process.
///
/// An error in a stage makes the invocation fail after its line is printed, so that Lambda tries again and
/// counts it. Wrong settings do the same at each invocation, name all that is wrong, and nothing is done: a
/// process that ended instead would say nothing at all to whoever reads the function's log.
///
/// # Errors
/// Where the Lambda Runtime API cannot be reached.
pub async fn serve<H>(function: &'static str, environment: &Environment, handler: H) -> Result<(), Error>
where
    H: AsyncFn(&Settings, &Wake, Timestamp) -> Report,
{
    let function = &Function::new(function, environment);
    let handler = &handler;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let (now, run) = (now(), Run::begin(&event.context, &function.calls));
        let settings = function.settings(&run, now, &mut std::io::stdout())?;
        let wake = Wake::parse(settings, &event.payload);
        // Boxed here, because the compiler's limit on nested types does not reach through all of the runtime's,
        // the stage's and the SDK's futures.
        let report = Box::pin(handler(settings, &wake, now)).await;
        finish(&run, &report, &mut std::io::stdout())
    }))
    .await
}

/// Serves the requests of a function URL, one after the other, until Lambda ends the process.
///
/// What a stage could not do is on the page that its response holds, and in the line; the invocation fails
/// only where the settings are wrong.
///
/// # Errors
/// Where the Lambda Runtime API cannot be reached.
pub async fn serve_function_url<H>(function: &'static str, environment: &Environment, handler: H) -> Result<(), Error>
where
    H: AsyncFn(&Settings, &approve::Request, Timestamp) -> (approve::Response, Report),
{
    let function = &Function::new(function, environment);
    let handler = &handler;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let (now, run) = (now(), Run::begin(&event.context, &function.calls));
        let settings = function.settings(&run, now, &mut std::io::stdout())?;
        let request = function_url::request(&event.payload);
        let (response, report) = Box::pin(handler(settings, &request, now)).await;
        run.print(&report, &mut std::io::stdout());
        Ok::<_, Diagnostic>(function_url::answer(&response))
    }))
    .await
}

#[expect(clippy::disallowed_methods, reason = "this is the edge: the clock is read once an invocation")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A function with its settings, which stay the same as long as its process lives.
struct Function {
    name: &'static str,
    region: String,
    settings: Result<Settings, SettingsError>,
    calls: Calls,
}

impl Function {
    fn new(name: &'static str, environment: &Environment) -> Function {
        let settings = Settings::from_options(environment.options());
        Function { name, region: environment.region().to_owned(), settings, calls: environment.calls() }
    }

    /// The settings, where they are right and this is the place that they are for.
    fn settings(&self, run: &Run<'_>, now: Timestamp, log: &mut impl Write) -> Result<&Settings, Diagnostic> {
        let usable = self.settings.as_ref().map_err(ToString::to_string).and_then(|settings| {
            let account = account(run.function_arn());
            settings.check_place(&self.region, account).map_err(|error| error.to_string())?;
            Ok(settings)
        });
        usable.map_err(|error| {
            let line = json!({
                "echo": null,
                "function": self.name,
                "at": stamp(now),
                "woken_by": null,
                "outcomes": [],
                "error": error,
                "warnings": [],
            });
            run.print_line(line, log);
            failed("SettingsError", error)
        })
    }
}

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`; empty where it is no ARN.
fn account(function_arn: &str) -> &str {
    function_arn.split(':').nth(4).unwrap_or_default()
}

/// Prints the report, which is the answer too, and fails where it holds an error.
fn finish(run: &Run<'_>, report: &Report, log: &mut impl Write) -> Result<Value, Diagnostic> {
    run.print(report, log);
    match report.error() {
        None => Ok(report.to_json()),
        Some(error) => Err(failed("CallError", error)),
    }
}

fn failed(kind: &str, message: String) -> Diagnostic {
    Diagnostic { error_type: kind.to_owned(), error_message: message }
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;

    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:rds-echo-dev-modify";

    fn function(options: &str) -> Function {
        let environment = Environment::from_variables(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
            "RDS_ECHO_OPTS" => Some(options.to_owned()),
            _ => None,
        });
        Function::new("modify", &environment.expect("all is set"))
    }

    fn context() -> Context {
        let mut context = Context::default();
        context.invoked_function_arn = ARN.to_owned();
        context
    }

    /// The options that every echo needs.
    fn options(more: &str) -> String {
        format!(
            "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
             -Drdsecho.promote.cname=db.example.com -Drdsecho.promote.hostedZoneId=Z1 \
             -Drdsecho.promote.approval=none {more}"
        )
    }

    #[test]
    fn the_account_is_that_of_the_function() {
        assert_eq!(account(ARN), "123456789012");
        assert_eq!(account("No header lambda-runtime-invoked-function-arn found."), "");
    }

    #[test]
    fn right_settings_in_the_right_place_print_nothing() {
        let function = function(&options("-Drdsecho.region=eu-west-1 -Drdsecho.accountNumber=123456789012"));
        let mut log = Vec::new();
        let settings = function
            .settings(&Run::begin(&context(), &function.calls), Timestamp::UNIX_EPOCH, &mut log)
            .expect("usable");
        assert_eq!((settings.name.as_str(), log.len()), ("dev", 0));
    }

    #[test]
    fn wrong_settings_fail_the_invocation_and_are_all_named_in_one_line() {
        let function = function("-Drdsecho.nmae=dev -Drdsecho.maxInstances=many");
        let mut log = Vec::new();
        let failure = function
            .settings(&Run::begin(&context(), &function.calls), Timestamp::UNIX_EPOCH, &mut log)
            .expect_err("wrong");
        let log = String::from_utf8(log).expect("UTF-8");
        assert_eq!(log.lines().count(), 1, "{log}");
        let line: Value = serde_json::from_str(&log).expect("JSON");
        assert_eq!(line["function"], "modify");
        assert_eq!(line["error"], failure.error_message.as_str());
        for key in ["rdsecho.nmae", "rdsecho.maxInstances", "rdsecho.name"] {
            assert!(failure.error_message.contains(key), "{key}: {}", failure.error_message);
        }
    }

    #[test]
    fn settings_for_another_place_stop_everything() {
        let function = function(&options("-Drdsecho.region=us-east-1 -Drdsecho.accountNumber=999999999999"));
        let failure = function
            .settings(&Run::begin(&context(), &function.calls), Timestamp::UNIX_EPOCH, &mut Vec::new())
            .expect_err("elsewhere");
        for key in ["rdsecho.region", "rdsecho.accountNumber"] {
            assert!(failure.error_message.contains(key), "{key}: {}", failure.error_message);
        }
    }

    #[test]
    fn a_failed_call_fails_the_invocation_after_its_line() {
        let options = options("");
        let settings = Settings::from_options(&options).expect("right");
        let mut report = Report::new(&settings, "modify", &Wake::All, Timestamp::UNIX_EPOCH);
        let mut log = Vec::new();
        let (context, calls) = (context(), Calls::default());
        let run = Run::begin(&context, &calls);
        assert_eq!(finish(&run, &report, &mut log), Ok(report.to_json()));
        report.errors.push("ModifyDBInstance of dev-2026-11-22 failed: connection lost".to_owned());
        let failure = finish(&run, &report, &mut log).expect_err("failed");
        assert_eq!(failure.error_message, report.errors[0]);
        assert_eq!(String::from_utf8(log).expect("UTF-8").lines().count(), 2);
    }
}

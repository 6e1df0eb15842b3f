//! What every stage would do right now: each is rehearsed over one reading of the world.

use std::collections::BTreeSet;

use serde_json::json;
use stages::ports::{Announcer, Dns, Macs, Mailer, Rds};
use stages::rehearsal::Reads;
use stages::report::Report;
use stages::{modify, new, promote, reboot, request_approval, retire};
use tag_state::settings::Settings;
use tag_state::tags::stamp;
use tag_state::wake::Wake;

use crate::exit::{Exit, Failure, Outcome};
use crate::print::{Printer, said};
use crate::session::{Session, now};
use crate::table::table;

const STAGES: [&str; 6] = ["new", "modify", "reboot", "request-approval", "promote", "retire"];

/// Prints the plan.
///
/// # Errors
/// Where the world could not be read.
pub async fn plan(session: &Session, printer: &Printer) -> Outcome {
    let reads = Reads::new(&session.rds, &session.dns, &session.macs);
    let mut reports = Vec::new();
    for stage in STAGES {
        let mut report = rehearse(&session.settings, &reads.rehearse(), stage).await;
        "a plan".clone_into(&mut report.woken_by);
        reports.push(report);
    }
    let rows = reports.iter().flat_map(|report| {
        let outcomes = report.outcomes.iter().map(|outcome| {
            vec![report.function.to_owned(), outcome.instance.clone().unwrap_or_else(|| "-".to_owned()), said(outcome)]
        });
        let errors = report.errors.iter().map(|error| vec![report.function.to_owned(), "-".to_owned(), error.clone()]);
        outcomes.chain(errors).collect::<Vec<_>>()
    });
    let text = table(&["STAGE", "INSTANCE", "WOULD NOW"], rows);
    printer.facts(&text, || {
        json!({
            "echo": session.settings.name.as_str(),
            "at": stamp(now()),
            "stages": reports.iter().map(Report::to_json).collect::<Vec<_>>(),
        })
    });
    let errors: BTreeSet<String> = reports.iter().filter_map(Report::error).collect();
    match errors.into_iter().next() {
        Some(error) => Err(Failure::new(Exit::Aws, error)),
        None => Ok(Exit::Done),
    }
}

async fn rehearse<P>(settings: &Settings, port: &P, stage: &str) -> Report
where
    P: Rds + Dns + Macs + Mailer + Announcer,
{
    let (wake, now) = (&Wake::All, now());
    match stage {
        "new" => new::run(settings, port, port, wake, now).await,
        "modify" => modify::run(settings, port, port, wake, now).await,
        "reboot" => reboot::run(settings, port, port, wake, now).await,
        "request-approval" => {
            let ports = request_approval::Ports { rds: port, macs: port, mailer: port, announcer: port };
            request_approval::run(settings, &ports, wake, now).await
        }
        "promote" => {
            let ports = promote::Ports { rds: port, dns: port, macs: port, announcer: port };
            promote::run(settings, &ports, None, wake, now).await
        }
        _ => retire::run(settings, port, port, port, wake, now).await,
    }
}

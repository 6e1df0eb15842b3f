//! What every stage would do right now: each is rehearsed over one reading of the world.

use std::collections::BTreeSet;

use serde_json::json;
use stages::function::Function;
use stages::ports::Rds as _;
use stages::rehearsal::Reads;
use stages::report::Report;
use tag_state::overview::troubles;
use tag_state::tags::stamp;
use tag_state::wake::Wake;

use crate::exit::{Exit, Failure, Outcome};
use crate::print::{Printer, said};
use crate::session::{Session, now};
use crate::table::table;

/// Prints the plan.
///
/// # Errors
/// Where the world could not be read.
pub async fn plan(session: &Session, printer: &Printer) -> Outcome {
    let reads = Reads::new(&session.rds, &session.dns, &session.macs, &session.lookups, &session.usage);
    let mut reports = Vec::new();
    for function in Function::ALL {
        let mut report = function.run(&session.settings, &reads.rehearse(), &Wake::All, now()).await;
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
    let mut text = table(&["STAGE", "INSTANCE", "WOULD NOW"], rows);
    // The listing was read for the rehearsals; where that failed, they say so.
    let named = reads.rehearse().instances(&session.settings.name.identifier_prefix()).await.unwrap_or_default();
    let troubles = troubles(&session.settings, named, now());
    for (instance, trouble) in &troubles {
        text += &format!("{instance}: {} ({})\n", trouble.what, trouble.what.code());
    }
    printer.facts(&text, || {
        json!({
            "echo": session.settings.name.as_str(),
            "at": stamp(now()),
            "stages": reports.iter().map(Report::to_json).collect::<Vec<_>>(),
            "troubles": troubles
                .iter()
                .map(|(instance, trouble)| {
                    json!({ "instance": instance, "code": trouble.what.code(), "what": trouble.what.to_string() })
                })
                .collect::<Vec<_>>(),
        })
    });
    let errors: BTreeSet<String> = reports.iter().filter_map(Report::error).collect();
    match errors.into_iter().next() {
        Some(error) => Err(Failure::new(Exit::Aws, error)),
        None => Ok(Exit::Done),
    }
}

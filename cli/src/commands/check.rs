//! Settings, access, and whether what the settings name is there.

use serde_json::{Value, json};
use stages::check::{Look, Ports, run};
use stages::permissions;
use tag_state::check::{Finding, Grade};

use crate::exit::{Exit, Outcome};
use crate::print::{Printer, Tone};
use crate::session::{Session, now};
use crate::table::table;

/// Prints the findings; those that a stage would fail on make it end as refused.
///
/// # Errors
/// Where it may not be looked for at all.
pub async fn check(mut session: Session, printer: &Printer) -> Outcome {
    let identity = session.identity().await.clone();
    let ports = Ports { rds: &session.rds, dns: &session.dns, lookups: &session.lookups };
    let settings = &session.settings;
    let Look { mut findings, customer_key } = run(settings, &identity, &session.region, &ports, now()).await;
    let (region, key) = (&session.region, customer_key.as_deref());
    findings.extend(permissions::run(settings, &identity, region, key, &session.roles, now()).await);
    let tone = |grade| match grade {
        Grade::Good => Tone::Good,
        Grade::Doubtful => Tone::Doubtful,
        Grade::Bad => Tone::Bad,
    };
    let rows =
        findings.iter().map(|one| vec![tone(one.grade).paint(one.grade.word()), one.what.clone(), one.says.clone()]);
    let worst = findings.iter().map(|one| one.grade).max().unwrap_or(Grade::Good);
    printer.facts(&table(&["", "WHAT", "FINDING"], rows), || {
        json!({
            "echo": settings.name.as_str(),
            "worst": worst.word(),
            "findings": findings.iter().map(to_json).collect::<Vec<_>>(),
        })
    });
    if identity.is_err() {
        return Ok(Exit::Aws);
    }
    Ok(match worst {
        Grade::Good | Grade::Doubtful => Exit::Done,
        Grade::Bad => Exit::Refused,
    })
}

fn to_json(finding: &Finding) -> Value {
    json!({ "what": finding.what, "grade": finding.grade.word(), "says": finding.says })
}

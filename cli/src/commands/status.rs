//! This echo's instances, and where the CNAME points.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stages::ports::{Dns as _, Rds as _};
use tag_state::facts::Record;
use tag_state::overview::{Asked, Ours, Row, rows};
use tag_state::remark::Remark;
use tag_state::stage::Stage;
use tag_state::status::{Class, classify};
use tag_state::tags::stamp;

use crate::exit::{Exit, Outcome};
use crate::print::{Printer, Tone, length};
use crate::session::{Session, now};
use crate::table::table;

const HEAD: [&str; 8] = ["", "INSTANCE", "STAGE", "RDS STATUS", "AGE", "SNAPSHOT", "ASKED", "CONFIRMED"];

/// Prints the table.
///
/// # Errors
/// Where the instances or the record cannot be read.
pub async fn status(session: &Session, printer: &Printer) -> Outcome {
    let settings = &session.settings;
    let cname = &settings.promote.cname;
    let named = session.rds.instances(&settings.name.identifier_prefix()).await?;
    let zone = settings.promote.hosted_zone_id.as_deref().unwrap_or_default();
    let record = session.dns.record(zone, cname).await?;
    let now = now();
    let rows = rows(settings, named, &record, now);
    let used = rows.iter().find(|row| row.in_use).map(|row| row.identifier.clone());
    let (target, ttl) = match &record {
        Record::Cname { value, ttl } => (Some(value.trim_end_matches('.').to_owned()), Some(*ttl)),
        Record::Absent | Record::Other(_) => (None, None),
    };
    let points_at = match (&used, &record) {
        (Some(identifier), _) => format!("points at {identifier} (>)"),
        (None, Record::Cname { value, .. }) => format!("points at {value}, none of these"),
        (None, Record::Absent) => "is not there yet".to_owned(),
        (None, Record::Other(what)) => format!("is {what}"),
    };
    let mut text = if rows.is_empty() {
        format!("echo {} has no instances\n", settings.name)
    } else {
        table(&HEAD, rows.iter().map(|row| cells(row, now)))
    };
    for row in &rows {
        match &row.ours {
            Err(why) => text += &format!("{}: {why}\n", row.identifier),
            Ok(ours) => {
                for line in remarks(ours) {
                    text += &format!("{}: {line}\n", row.identifier);
                }
            }
        }
    }
    for row in &rows {
        if let Some(secret) = &row.secret {
            let status = if secret.status == "active" { String::new() } else { format!(" ({})", secret.status) };
            text += &format!("{} has its master password in {}{status}\n", row.identifier, secret.arn);
        }
    }
    text += &format!("{cname} {points_at}\n");
    printer.facts(&text, || {
        json!({
            "echo": settings.name.as_str(),
            "at": stamp(now),
            "cname": { "name": cname, "target": target, "ttl": ttl, "instance": used },
            "instances": rows.iter().map(to_json).collect::<Vec<_>>(),
        })
    });
    Ok(Exit::Done)
}

fn cells(row: &Row, now: Timestamp) -> Vec<String> {
    let age = |at: Option<Timestamp>| at.map(|at| length(now.duration_since(at)));
    let dash = || "-".to_owned();
    let mut cells = vec![if row.in_use { ">".to_owned() } else { String::new() }, row.identifier.clone()];
    let tone = match classify(&row.status) {
        Class::Ready => Tone::Good,
        Class::Busy | Class::Going => Tone::Faint,
        Class::Stopped | Class::Unknown => Tone::Doubtful,
        Class::Failed => Tone::Bad,
    };
    let status = tone.paint(&row.status);
    let lived = row.age.map_or_else(dash, length);
    match &row.ours {
        Err(_) => cells.extend([Tone::Doubtful.paint("not ours"), status, lived, dash(), dash(), dash()]),
        Ok(ours) => {
            let since = age(ours.since).map_or(String::new(), |since| format!(", {since}"));
            let snapshot = ours.snapshot.clone().unwrap_or_else(dash);
            let old = age(ours.data_from).map_or(String::new(), |old| format!(", {old} old"));
            let request =
                ours.request.as_ref().filter(|_| ours.stage == Stage::Rebooted || ours.stage == Stage::Promoted);
            cells.extend([format!("{}{since}", ours.stage), status, lived, format!("{snapshot}{old}")]);
            cells.push(request.map_or_else(dash, asked));
            cells.push(request.map_or_else(dash, |request| confirmed(request, ours.stage, now)));
        }
    }
    cells
}

fn asked(request: &Asked) -> String {
    let asked = if request.asked.is_empty() { "nobody yet".to_owned() } else { request.asked.join(", ") };
    match &request.unreached[..] {
        [] => asked,
        unreached => format!("{asked} (not reached: {})", unreached.join(", ")),
    }
}

fn confirmed(request: &Asked, stage: Stage, now: Timestamp) -> String {
    let by = if request.confirmed.is_empty() { "nobody".to_owned() } else { request.confirmed.join(", ") };
    let left: SignedDuration = request.expires.duration_since(now);
    match &request.cancelled {
        Some((by, None)) => format!("cancelled by {by}"),
        Some((by, Some(remark))) => format!("cancelled by {by}: {remark}"),
        None if stage == Stage::Promoted => by,
        None if left.is_negative() => format!("{by}; ran out"),
        None => format!("{by} ({} of {}; {} left)", request.confirmed.len(), request.needed, length(left)),
    }
}

/// What stands below the table of an instance: the trouble that it has, else why it was given up, or what it lacks; and
/// until when it is held.
fn remarks(ours: &Ours) -> Vec<String> {
    let wrong = match (&ours.trouble, &ours.failure) {
        (Some(trouble), _) => Some(format!("{} ({})", Tone::Bad.paint(&trouble.what.to_string()), trouble.what.code())),
        (None, Some(failure)) => Some(failure.clone()),
        (None, None) if !ours.differences.is_empty() => Some(format!("not in effect: {}", ours.differences.join("; "))),
        (None, None) => None,
    };
    wrong.into_iter().chain(ours.held.iter().map(|hold| format!("held {hold}"))).collect()
}

fn to_json(row: &Row) -> Value {
    let age = row.age.map(|age| age.as_secs());
    let mut value = json!({
        "instance": row.identifier,
        "in_use": row.in_use,
        "status": row.status,
        "age_seconds": age,
        "master_password": row.secret.as_ref().map(|secret| json!({ "secret": secret.arn, "status": secret.status, "key": secret.key })),
        "ours": row.ours.is_ok(),
        "why_not": row.ours.as_ref().err(),
    });
    if let Ok(ours) = &row.ours {
        value["stage"] = json!(ours.stage.name());
        value["since"] = json!(ours.since.map(stamp));
        value["snapshot"] = json!({ "identifier": ours.snapshot, "data_from": ours.data_from.map(stamp) });
        value["failure"] = json!(ours.failure);
        value["held"] = ours.held.as_ref().map_or(
            Value::Null,
            |hold| json!({ "until": hold.until().map(stamp), "why": hold.why().map(Remark::as_str) }),
        );
        value["differences"] = json!(ours.differences);
        value["trouble"] = match &ours.trouble {
            None => Value::Null,
            Some(trouble) => json!({ "code": trouble.what.code(), "what": trouble.what.to_string() }),
        };
        value["request"] = match &ours.request {
            None => Value::Null,
            Some(request) => json!({
                "number": request.number,
                "requested": stamp(request.requested),
                "expires": stamp(request.expires),
                "asked": request.asked,
                "not_reached": request.unreached,
                "confirmed": request.confirmed,
                "needed": request.needed,
                "cancelled_by": request.cancelled.as_ref().map(|(by, _)| by),
                "remark": request.cancelled.as_ref().and_then(|(_, remark)| remark.as_ref()).map(Remark::as_str),
            }),
        };
    }
    value
}

//! Before a command changes something: whether a person must be asked, and what about.
//!
//! The command is rehearsed, and what it would do is shown and confirmed, instance by instance. Then it is run afresh:
//! nothing that was read before the question is acted upon.

use std::collections::BTreeSet;

use stages::ports::{Dns, Lookups, Macs, Rds, Usage};
use stages::promote;
use stages::rehearsal::{Reads, Rehearsal};
use stages::report::{Did, Outcome, Report};
use tag_state::reason::Reason;
use tag_state::settings::Approval;
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::arguments::Global;
use crate::ask::{Answer, ask, nobody, somebody_is_there};
use crate::commands::act::{Act, perform};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, outcomes};
use crate::session::{Session, now};

/// What a command may do.
pub enum Leave {
    /// What it decides: nobody is to be asked.
    Free,
    /// What was confirmed.
    Given(Confirmed),
    /// There is nothing that it would change, so that nothing is asked; its report.
    NothingToDo(Report),
}

/// What a person has confirmed.
pub struct Confirmed {
    /// The instances that may be changed.
    pub instances: BTreeSet<String>,
    /// The identifier, where typing it is the approval.
    pub typed: Option<String>,
}

/// Asks, where it has to be asked.
///
/// # Errors
/// Where nothing was confirmed, or nobody is there.
pub async fn confirm(session: &Session, global: &Global, printer: &Printer, act: &Act) -> Result<Leave, Failure> {
    let settings = &session.settings;
    let adopts = matches!(act, Act::Adopt { .. });
    let asks = !global.yes && (settings.interactive || adopts);
    let to = matches!(act, Act::Promote { to: Some(_) });
    let by_typing = to || matches!(act, Act::Promote { .. }) && settings.promote.approval == Approval::Typed;
    if !asks && !by_typing {
        return Ok(Leave::Free);
    }
    let reads = Reads::new(&session.rds, &session.dns, &session.macs, &session.lookups, &session.usage);
    let mut rehearsal = reads.rehearse();
    let mut report = perform(settings, &rehearsal, act, None).await;
    let waits_for_typing =
        report.outcomes.iter().find(|outcome| matches!(outcome.code, Some("not-typed" | "to-be-typed")));
    let typed = waits_for_typing.filter(|_| by_typing).and_then(|outcome| outcome.instance.clone());
    match &typed {
        // Tags that follow the CNAME need no approval.
        None if !asks => return Ok(Leave::Free),
        None => {}
        Some(typed) => {
            rehearsal = reads.rehearse();
            report = perform(settings, &rehearsal, act, Some(typed)).await;
        }
    }
    let changes = changes(act, &report);
    if changes.is_empty() {
        return Ok(Leave::NothingToDo(report));
    }
    if to && global.yes {
        let why = "nobody else is asked about it, so that its identifier must be typed, and --yes types nothing";
        let remedy = "run it at a terminal, or rds-echo rollback INSTANCE for one that was in use before";
        return Err(Failure::new(Exit::NotConfirmed, format!("{why}: {remedy}")));
    }
    if typed.is_some() && global.yes {
        let why = "no approvers are named, so that the typed identifier is the approval, and --yes types nothing";
        let remedy = "name rdsecho.promote.approvers, or say rdsecho.promote.approval=none to promote unattended";
        return Err(Failure::new(Exit::NotConfirmed, format!("{why}: {remedy}")));
    }
    let mut next = if adopts { what_follows(session, &rehearsal).await } else { String::new() };
    if !somebody_is_there() {
        let all = changes.iter().flat_map(|change| change.outcomes.clone()).collect();
        printer.error(format!("it would do this:\n{}{next}", indented(&lines(&report, all))).trim_end());
        return Err(nobody(if to {
            "nobody else is asked about it, so that its identifier must be typed"
        } else if typed.is_some() {
            "no approvers are named, so that the identifier must be typed"
        } else if adopts {
            "it asks before it writes (say --yes)"
        } else {
            "rdsecho.interactive=true asks before each change (say --yes, or set it to false)"
        }));
    }
    let mut instances = BTreeSet::new();
    for change in changes {
        // What follows is said once, with the first question.
        let next = std::mem::take(&mut next);
        let what = format!("This would be done:\n{}{next}", indented(&lines(&report, change.outcomes.clone())));
        match ask(&what, &change.identifier)? {
            Answer::Confirmed => instances.extend(change.outcomes.into_iter().filter_map(|outcome| outcome.instance)),
            Answer::Declined => printer.warning(&format!("{}: not confirmed, left alone", change.identifier)),
        }
    }
    if instances.is_empty() {
        return Err(Failure::new(Exit::NotConfirmed, "nothing was confirmed, nothing was done"));
    }
    Ok(Leave::Given(Confirmed { instances, typed }))
}

/// Adopted instances are subject to the CNAME: what the next look at it would do.
async fn what_follows<R: Rds, D: Dns, M: Macs, L: Lookups, U: Usage>(
    session: &Session,
    rehearsal: &Rehearsal<'_, '_, R, D, M, L, U>,
) -> String {
    let ports = promote::Ports { rds: rehearsal, dns: rehearsal, macs: rehearsal, announcer: rehearsal };
    let next = promote::run(&session.settings, &ports, None, &Wake::All, now()).await;
    format!("What promote would do next:\n{}", indented(&outcomes(&next)))
}

/// What is confirmed by one identifier.
struct Change {
    identifier: String,
    outcomes: Vec<Outcome>,
}

/// Instance by instance; but what follows from a move of the CNAME is confirmed with it.
fn changes(act: &Act, report: &Report) -> Vec<Change> {
    let done = report.outcomes.iter().filter(|outcome| matches!(outcome.did, Did::Advanced { .. } | Did::Acted));
    let promoted = done.clone().find(|outcome| matches!(outcome.did, Did::Advanced { to: Stage::Promoted, .. }));
    let as_one = matches!(act, Act::Promote { .. } | Act::Rollback { .. }).then_some(promoted).flatten();
    let mut changes: Vec<Change> = Vec::new();
    for outcome in done {
        let Some(identifier) = as_one.unwrap_or(outcome).instance.clone() else { continue };
        match changes.iter_mut().find(|change| change.identifier == identifier) {
            Some(change) => change.outcomes.push(outcome.clone()),
            None => changes.push(Change { identifier, outcomes: vec![outcome.clone()] }),
        }
    }
    changes
}

/// Says of the instances that were not confirmed that they were left alone, and not which call was held back.
pub fn leave_alone(report: &mut Report, confirmed: &BTreeSet<String>) {
    for outcome in &mut report.outcomes {
        let left = outcome.instance.as_ref().is_some_and(|instance| !confirmed.contains(instance));
        if left && outcome.code == Some("call-failed") {
            *outcome = Outcome::not_done(outcome.instance.as_deref(), Did::Nothing, &Reason::NotConfirmed {});
        }
    }
}

fn lines(of: &Report, outcomes_of_it: Vec<Outcome>) -> String {
    outcomes(&Report { outcomes: outcomes_of_it, ..of.clone() })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

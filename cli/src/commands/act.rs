//! The commands that change something. Where a person is to be asked, the command is rehearsed first, what it would
//! do is shown and confirmed, and then it is run afresh: nothing that was read before the question is acted upon.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use stages::ports::{Announcer, Dns, Macs, Mailer, Rds};
use stages::rehearsal::Reads;
use stages::report::{Did, Outcome as Said, Report};
use stages::{adopt, answer, approve, forget, modify, new, promote, reboot, request_approval, retire, rollback};
use tag_state::approval::Action;
use tag_state::settings::{Approval, Settings};
use tag_state::stage::Stage;
use tag_state::wake::Wake;

use crate::arguments::{Global, Whose};
use crate::ask::{Answer, ask, nobody, somebody_is_there};
use crate::exit::{Exit, Failure, Outcome};
use crate::hands::{Hands, LONGEST};
use crate::print::{Printer, outcomes};
use crate::session::{Session, now};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the command of that name")]
pub enum Act {
    New,
    Modify { instance: Option<String> },
    Reboot { instance: Option<String> },
    Request { instance: Option<String>, anew: bool },
    Answer { instance: Option<String>, action: Action, approver: String },
    Promote,
    Retire { instance: Option<String>, now: bool },
    Rollback { instance: Option<String> },
    Forget { instance: String },
    Adopt { instances: Vec<String> },
}

impl Act {
    /// Whether it reads the CNAME, now or to show what follows.
    const fn needs_the_zone(&self) -> bool {
        match self {
            Act::Promote | Act::Retire { .. } | Act::Rollback { .. } | Act::Forget { .. } | Act::Adopt { .. } => true,
            Act::New | Act::Modify { .. } | Act::Reboot { .. } | Act::Request { .. } | Act::Answer { .. } => false,
        }
    }

    /// The instances that it names.
    pub fn named(&self) -> Vec<&str> {
        match self {
            Act::New | Act::Promote => Vec::new(),
            Act::Modify { instance }
            | Act::Reboot { instance }
            | Act::Request { instance, .. }
            | Act::Answer { instance, .. }
            | Act::Retire { instance, .. }
            | Act::Rollback { instance } => instance.as_deref().into_iter().collect(),
            Act::Forget { instance } => vec![instance],
            Act::Adopt { instances } => instances.iter().map(String::as_str).collect(),
        }
    }
}

/// An answer as an approver: whose it is must be known.
///
/// # Errors
/// Where it is not said, and cannot be told from who is calling.
pub async fn answer_of(session: &mut Session, whose: Whose, action: Action) -> Result<Act, Failure> {
    let approver = match whose.as_whom {
        Some(address) => address,
        None => {
            let identity = session.identity().await.clone()?;
            let name = identity.arn.rsplit('/').next().unwrap_or_default().to_owned();
            let listed = session.settings.approvers().iter().find(|listed| listed.eq_ignore_ascii_case(&name));
            listed.cloned().ok_or_else(|| {
                let why = format!("you are {}, which is none of rdsecho.promote.approvers", identity.arn);
                Failure::new(Exit::Refused, format!("{why}: say --as ADDRESS, if you are one of them"))
            })?
        }
    };
    Ok(Act::Answer { instance: whose.instance, action, approver })
}

/// Does it, after asking where it has to be asked.
///
/// # Errors
/// Where it is not confirmed, or takes too long.
pub async fn act(mut session: Session, global: &Global, printer: &Printer, act: &Act) -> Outcome {
    if act.needs_the_zone() {
        session.find_the_zone(printer).await?;
    }
    if let Act::Retire { now: true, .. } = act {
        session.settings.retire.grace = SignedDuration::ZERO;
        session.settings.retire.pause = SignedDuration::ZERO;
    }
    let by_typing = *act == Act::Promote && session.settings.promote.approval == Approval::Typed;
    let is_asked = by_typing || !global.yes && (session.settings.interactive || matches!(act, Act::Adopt { .. }));
    let (confirmed, typed) = if is_asked {
        match rehearse_and_ask(&session, global, printer, act, by_typing).await? {
            Asked::NothingToAsk(report) => {
                printer.report(&report);
                return Ok(Exit::of(&report));
            }
            Asked::Confirmed { instances, typed } => (Some(instances), typed),
        }
    } else {
        (None, None)
    };
    let hands = match confirmed {
        Some(confirmed) => Hands::bound(&session, confirmed),
        None => Hands::free(&session),
    };
    let work = perform(&session.settings, &hands, act, typed.as_deref());
    let report = tokio::time::timeout(LONGEST.unsigned_abs(), work).await.map_err(|_| {
        let what = "ended after nine minutes, because nothing that changes databases may run for longer";
        Failure::new(Exit::Aws, format!("{what}: run it again, it goes on from what is there"))
    })?;
    printer.report(&report);
    Ok(Exit::of(&report))
}

enum Asked {
    NothingToAsk(Report),
    Confirmed { instances: BTreeSet<String>, typed: Option<String> },
}

async fn rehearse_and_ask(
    session: &Session,
    global: &Global,
    printer: &Printer,
    act: &Act,
    by_typing: bool,
) -> Result<Asked, Failure> {
    let reads = Reads::new(&session.rds, &session.dns, &session.macs);
    let mut rehearsal = reads.rehearse();
    let mut report = perform(&session.settings, &rehearsal, act, None).await;
    let waits_for_typing = report.outcomes.iter().find(|outcome| outcome.code == Some("not-typed"));
    let typed = waits_for_typing.filter(|_| by_typing).and_then(|outcome| outcome.instance.clone());
    if let Some(typed) = &typed {
        rehearsal = reads.rehearse();
        report = perform(&session.settings, &rehearsal, act, Some(typed)).await;
    }
    let changes = changes(act, &report);
    if changes.is_empty() {
        return Ok(Asked::NothingToAsk(report));
    }
    if typed.is_some() && global.yes {
        let why = "no approvers are named, so that the typed identifier is the approval, and --yes types nothing";
        let remedy = "name rdsecho.promote.approvers, or say rdsecho.promote.approval=none to promote unattended";
        return Err(Failure::new(Exit::NotConfirmed, format!("{why}: {remedy}")));
    }
    let mut shown = String::new();
    if let Act::Adopt { .. } = act {
        let ports = promote::Ports { rds: &rehearsal, dns: &rehearsal, macs: &rehearsal, announcer: &rehearsal };
        let next = promote::run(&session.settings, &ports, None, &Wake::All, now()).await;
        shown = format!("What promote would do next:\n{}", indented(&outcomes(&next)));
    }
    if !somebody_is_there() {
        let all: Vec<Said> = changes.iter().flat_map(|change| change.outcomes.clone()).collect();
        printer.error(format!("it would do this:\n{}{shown}", indented(&lines(&report, all))).trim_end());
        return Err(nobody(if typed.is_some() {
            "no approvers are named, so that the identifier must be typed"
        } else if session.settings.interactive {
            "rdsecho.interactive=true asks before each change (say --yes, or set it to false)"
        } else {
            "it asks before it writes (say --yes)"
        }));
    }
    let mut instances = BTreeSet::new();
    for change in changes {
        let what = format!("This would be done:\n{}{shown}", indented(&lines(&report, change.outcomes.clone())));
        match ask(&what, &change.identifier)? {
            Answer::Confirmed => instances.extend(change.outcomes.into_iter().filter_map(|outcome| outcome.instance)),
            Answer::Declined => printer.warning(&format!("{}: not confirmed, left alone", change.identifier)),
        }
    }
    if instances.is_empty() {
        return Err(Failure::new(Exit::NotConfirmed, "nothing was confirmed, nothing was done"));
    }
    Ok(Asked::Confirmed { instances, typed })
}

/// What is confirmed by one identifier.
struct Change {
    identifier: String,
    outcomes: Vec<Said>,
}

/// Instance by instance; but what follows from a move of the CNAME is confirmed with it.
fn changes(act: &Act, report: &Report) -> Vec<Change> {
    let done = report.outcomes.iter().filter(|outcome| matches!(outcome.did, Did::Advanced { .. } | Did::Acted));
    let promoted = done.clone().find(|outcome| matches!(outcome.did, Did::Advanced { to: Stage::Promoted, .. }));
    let as_one = matches!(act, Act::Promote | Act::Rollback { .. }).then_some(promoted).flatten();
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

fn lines(of: &Report, outcomes_of_it: Vec<Said>) -> String {
    outcomes(&Report { outcomes: outcomes_of_it, ..of.clone() })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The command over whatever ports: AWS, or a rehearsal.
pub async fn perform<P>(settings: &Settings, port: &P, act: &Act, typed: Option<&str>) -> Report
where
    P: Rds + Dns + Macs + Mailer + Announcer,
{
    let mut report = once(settings, port, act, typed, now()).await;
    if let Act::Retire { now: true, .. } = act {
        let condemned = report.outcomes.iter().any(|outcome| matches!(outcome.did, Did::Advanced { .. }));
        if condemned {
            let second = once(settings, port, act, typed, now()).await;
            report.outcomes.extend(second.outcomes);
            report.errors.extend(second.errors);
            report.warnings.extend(second.warnings);
        }
    }
    "a person".clone_into(&mut report.woken_by);
    report
}

async fn once<P>(settings: &Settings, port: &P, act: &Act, typed: Option<&str>, now: Timestamp) -> Report
where
    P: Rds + Dns + Macs + Mailer + Announcer,
{
    let wake = |instance: &Option<String>| match instance {
        None => Wake::All,
        Some(instance) => Wake::Instance { identifier: instance.to_lowercase(), what: "a person".to_owned() },
    };
    match act {
        Act::New => new::run(settings, port, port, &Wake::All, now).await,
        Act::Modify { instance } => modify::run(settings, port, port, &wake(instance), now).await,
        Act::Reboot { instance } => reboot::run(settings, port, port, &wake(instance), now).await,
        Act::Request { instance, anew } => {
            let ports = request_approval::Ports { rds: port, macs: port, mailer: port, announcer: port };
            request_approval::again(settings, &ports, *anew, &wake(instance), now).await
        }
        Act::Answer { instance, action, approver } => {
            let ports = approve::Ports { rds: port, macs: port, announcer: port };
            answer::run(settings, &ports, *action, approver, &wake(instance), now).await
        }
        Act::Promote => {
            let ports = promote::Ports { rds: port, dns: port, macs: port, announcer: port };
            promote::run(settings, &ports, typed, &Wake::All, now).await
        }
        Act::Retire { instance, .. } => retire::run(settings, port, port, port, &wake(instance), now).await,
        Act::Rollback { instance } => rollback::run(settings, port, port, port, instance.as_deref(), now).await,
        Act::Forget { instance } => forget::run(settings, port, port, port, &wake(&Some(instance.clone())), now).await,
        Act::Adopt { instances } => adopt::run(settings, port, instances, now).await,
    }
}

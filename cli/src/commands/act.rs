//! The commands that change something.

use jiff::{SignedDuration, Timestamp};
use stages::ports::{Announcer, Dns, Lookups, Macs, Mailer, Rds, Usage};
use stages::report::{Did, Report};
use stages::rollback::Keep;
use stages::{adopt, answer, approve, forget, hold, modify, new, promote, reboot, request_approval, retire, rollback};
use tag_state::approval::Action;
use tag_state::decide::rollback::Way;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use crate::arguments::{Global, Whose};
use crate::commands::confirm::{Confirmed, Leave, confirm, leave_alone};
use crate::exit::{Exit, Failure, Outcome};
use crate::hands::{Hands, LONGEST};
use crate::print::Printer;
use crate::session::{Session, now};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the command of that name")]
pub enum Act {
    New,
    Modify { instance: Option<String> },
    Reboot { instance: Option<String> },
    Request { instance: Option<String>, how: Asking },
    Answer { instance: Option<String>, action: Action, approver: String, remark: Option<Remark> },
    Promote { to: Option<String> },
    Retire { instance: Option<String>, now: bool },
    Rollback { instance: Option<String>, keep: Option<Keep> },
    Hold { instance: String, until: hold::Until, why: Option<Remark> },
    Release { instance: String },
    Forget { instance: String },
    Adopt { instances: Vec<String> },
}

/// How the approvers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// As the function does: where nobody was asked yet, and those who could not be reached.
    Once,
    /// The open request's mails once more, or a new request where none is open.
    Again,
    /// A new request in any case.
    Anew,
}

impl Act {
    /// Whether it reads the CNAME, now or to show what follows.
    const fn needs_the_zone(&self) -> bool {
        match self {
            Act::New
            | Act::Request { .. }
            | Act::Promote { .. }
            | Act::Retire { .. }
            | Act::Rollback { .. }
            | Act::Forget { .. }
            | Act::Adopt { .. } => true,
            Act::Modify { .. } | Act::Reboot { .. } | Act::Answer { .. } | Act::Hold { .. } | Act::Release { .. } => {
                false
            }
        }
    }

    /// The instances that it names.
    pub fn named(&self) -> Vec<&str> {
        match self {
            Act::New => Vec::new(),
            Act::Modify { instance }
            | Act::Reboot { instance }
            | Act::Request { instance, .. }
            | Act::Answer { instance, .. }
            | Act::Retire { instance, .. }
            | Act::Promote { to: instance }
            | Act::Rollback { instance, .. } => instance.as_deref().into_iter().collect(),
            Act::Forget { instance } | Act::Hold { instance, .. } | Act::Release { instance } => vec![instance],
            Act::Adopt { instances } => instances.iter().map(String::as_str).collect(),
        }
    }
}

/// An answer as an approver: whose it is must be known.
///
/// # Errors
/// Where it is not said, and cannot be told from who is calling.
pub async fn answer_of(
    session: &mut Session,
    whose: Whose,
    action: Action,
    remark: Option<Remark>,
) -> Result<Act, Failure> {
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
    Ok(Act::Answer { instance: whose.instance, action, approver, remark })
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
    let confirmed = match confirm(&session, global, printer, act).await? {
        Leave::NothingToDo(report) => {
            printer.report(&report);
            return Ok(Exit::of(&report));
        }
        Leave::Free => None,
        Leave::Given(confirmed) => Some(confirmed),
    };
    let (hands, typed) = match &confirmed {
        None => (Hands::free(&session), None),
        Some(Confirmed { instances, typed }) => (Hands::bound(&session, instances.clone()), typed.as_deref()),
    };
    let work = perform(&session.settings, &hands, act, typed);
    let mut report = tokio::time::timeout(LONGEST.unsigned_abs(), work).await.map_err(|_| {
        let what = "ended after nine minutes, because nothing that changes databases may run for longer";
        Failure::new(Exit::Aws, format!("{what}: run it again, it goes on from what is there"))
    })?;
    if let Some(Confirmed { instances, .. }) = &confirmed {
        leave_alone(&mut report, instances);
    }
    printer.report(&report);
    Ok(Exit::of(&report))
}

/// The command over whatever ports: AWS, or a rehearsal.
pub async fn perform<P>(settings: &Settings, port: &P, act: &Act, typed: Option<&str>) -> Report
where
    P: Rds + Dns + Macs + Mailer + Lookups + Announcer + Usage,
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
    P: Rds + Dns + Macs + Mailer + Lookups + Announcer + Usage,
{
    let wake = |instance: &Option<String>| match instance {
        None => Wake::All,
        Some(instance) => {
            Wake::Instance { identifier: instance.to_lowercase(), what: "a person".to_owned(), is_click: false }
        }
    };
    match act {
        Act::New => {
            let ports = new::Ports { rds: port, dns: port, lookups: port, announcer: port };
            new::run(settings, &ports, &Wake::All, now).await
        }
        Act::Modify { instance } => modify::run(settings, port, port, &wake(instance), now).await,
        Act::Reboot { instance } => reboot::run(settings, port, port, &wake(instance), now).await,
        Act::Request { instance, how } => {
            let ports = request_approval::Ports { rds: port, dns: port, macs: port, mailer: port, announcer: port };
            match how {
                Asking::Once => request_approval::run(settings, &ports, &wake(instance), now).await,
                Asking::Again => request_approval::again(settings, &ports, false, &wake(instance), now).await,
                Asking::Anew => request_approval::again(settings, &ports, true, &wake(instance), now).await,
            }
        }
        Act::Answer { instance, action, approver, remark } => {
            let ports = approve::Ports { rds: port, dns: port, macs: port, announcer: port };
            let reply = answer::Reply { action: *action, approver, remark: remark.clone() };
            answer::run(settings, &ports, &reply, &wake(instance), now).await
        }
        Act::Promote { to: Some(instance) } => {
            let way = Way::To { instance, typed };
            rollback::run(settings, port, port, port, way, None, now).await
        }
        Act::Promote { to: None } => {
            let ports = promote::Ports { rds: port, dns: port, macs: port, announcer: port };
            promote::run(settings, &ports, typed, &Wake::All, now).await
        }
        Act::Retire { instance, .. } => {
            let ports = retire::Ports { rds: port, dns: port, usage: port, announcer: port };
            retire::run(settings, &ports, retire::Sweep::Now, &wake(instance), now).await
        }
        Act::Rollback { instance, keep } => {
            let way = Way::Back(instance.as_deref());
            rollback::run(settings, port, port, port, way, keep.as_ref(), now).await
        }
        Act::Hold { instance, until, why } => {
            hold::run(settings, port, *until, why.as_ref(), &wake(&Some(instance.clone())), now).await
        }
        Act::Release { instance } => hold::let_go(settings, port, &wake(&Some(instance.clone())), now).await,
        Act::Forget { instance } => forget::run(settings, port, port, port, &wake(&Some(instance.clone())), now).await,
        Act::Adopt { instances } => adopt::run(settings, port, instances, now).await,
    }
}

//! `rds-echo`: the stages of RDS Echo from a terminal, from cron, and from CI.
//!
//! It carries out what the deployed functions carry out, with the same code, on the same tags.

pub mod arguments;
pub mod ask;
pub mod commands;
pub mod exit;
pub mod hands;
pub mod print;
pub mod session;
pub mod sources;
pub mod table;
pub mod until;

use arguments::{Arguments, Command, DEFAULT_HOLD, Global};
use commands::act::{Act, Asking, act, answer_of};
use commands::{check, plan, samples, status, watch};
use exit::{Exit, Failure, Outcome};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use print::Printer;
use session::{Session, now};
use stages::hold::Until;
use stages::rollback::Keep;
use tag_state::approval::Action;
use tag_state::remark::Remark;
use until::until;

/// Carries out a command.
///
/// # Errors
/// What failed, with the exit code that it comes to.
pub async fn run(arguments: Arguments, printer: &Printer) -> Outcome {
    let Arguments { global, command } = arguments;
    let what = match command {
        Command::SampleProps => return samples::sample_props(printer),
        Command::SampleOpts => return samples::sample_opts(&global, printer),
        Command::Completions { shell } => return Ok(samples::completions(shell, printer)),
        Command::Check => return check::check(Session::unchecked(&global, printer).await?, printer).await,
        Command::Plan => return plan::plan(&with_the_zone(&global, printer).await?, printer).await,
        Command::Status => return status::status(&with_the_zone(&global, printer).await?, printer).await,
        Command::Watch { instance, interval } => {
            let mut session = Session::open(&global, printer, instance.as_deref().as_slice()).await?;
            session.find_the_zone(printer).await?;
            return watch::watch(&session, printer, instance.as_deref(), interval).await;
        }
        Command::Approve(whose) => {
            let mut session = Session::open(&global, printer, whose.instance.as_deref().as_slice()).await?;
            let what = answer_of(&mut session, whose, Action::Confirm, None).await?;
            return act(session, &global, printer, &what).await;
        }
        Command::Cancel { whose, reason } => {
            let mut session = Session::open(&global, printer, whose.instance.as_deref().as_slice()).await?;
            let remark = reason.as_deref().and_then(Remark::new);
            let what = answer_of(&mut session, whose, Action::Cancel, remark).await?;
            return act(session, &global, printer, &what).await;
        }
        Command::New => Act::New,
        Command::Modify(which) => Act::Modify { instance: which.instance },
        Command::Reboot(which) => Act::Reboot { instance: which.instance },
        Command::Request { instance, once, anew } => {
            let how = match (once, anew) {
                (true, _) => Asking::Once,
                (false, true) => Asking::Anew,
                (false, false) => Asking::Again,
            };
            Act::Request { instance, how }
        }
        Command::Promote { to } => Act::Promote { to },
        Command::Retire { instance, now } => Act::Retire { instance, now },
        Command::Rollback { instance, keep: None } => Act::Rollback { instance, keep: None },
        Command::Rollback { instance, keep: Some(until) } => {
            if let Some(text) =
                instance.as_deref().filter(|text| self::until::until(text, &TimeZone::UTC, now()).is_ok())
            {
                let why =
                    format!("{text} is no instance: until when the other one is kept stands behind `=`, --keep={text}");
                return Err(Failure::new(Exit::Usage, why));
            }
            let session = Session::open(&global, printer, instance.as_deref().as_slice()).await?;
            let keep = Some(kept(&session, &until)?);
            return act(session, &global, printer, &Act::Rollback { instance, keep }).await;
        }
        Command::Hold { instance, until, why } => {
            let session = Session::open(&global, printer, &[&instance]).await?;
            let until = match until {
                Some(until) => Until::Exactly(end_of_hold(&session, &until)?),
                None => Until::AtLeast(end_of_hold(&session, DEFAULT_HOLD)?),
            };
            let why = why.as_deref().and_then(Remark::new);
            return act(session, &global, printer, &Act::Hold { instance, until, why }).await;
        }
        Command::Release { instance } => Act::Release { instance },
        Command::Forget { instance } => Act::Forget { instance },
        Command::Adopt { instances } => Act::Adopt { instances },
    };
    act(Session::open(&global, printer, &what.named()).await?, &global, printer, &what).await
}

fn end_of_hold(session: &Session, text: &str) -> Result<Timestamp, Failure> {
    let zone = session.settings.promote.time_zone.time_zone();
    until(text, &zone, now()).map_err(|why| Failure::new(Exit::Usage, why))
}

fn kept(session: &Session, until: &str) -> Result<Keep, Failure> {
    let why = Remark::new(&format!("kept at the way back of {}", now().strftime("%Y-%m-%d")));
    let why = why.ok_or_else(|| Failure::new(Exit::Failed, "there is nothing to say about the hold"))?;
    Ok(Keep { until: end_of_hold(session, until)?, why })
}

async fn with_the_zone(global: &Global, printer: &Printer) -> Result<Session, Failure> {
    let mut session = Session::open(global, printer, &[]).await?;
    session.find_the_zone(printer).await?;
    Ok(session)
}

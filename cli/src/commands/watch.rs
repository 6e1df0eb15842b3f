//! Follows a cycle: a bar at a terminal, a line for each change elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use stages::ports::{Dns as _, Rds as _};
use tag_state::decide::request;
use tag_state::decide::trouble::trouble;
use tag_state::overview::{Pace, pace};
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::tags::stamp;

use crate::exit::{Exit, Failure, Outcome};
use crate::print::{Printer, Tone, length};
use crate::session::{Session, now};

/// So often a line is printed at least, where there is no bar.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// So many looks in a row may fail.
const PATIENCE: u32 = 5;

/// One look at the instance that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    at: Timestamp,
    instance: String,
    stage: Stage,
    status: String,
    in_use: bool,
    confirmed: Option<(usize, usize)>,
    pace: Option<Pace>,
    /// Why it will not be promoted any more.
    given_up: Option<String>,
    /// Until when it is held, and why.
    held: Option<String>,
    /// What is wrong with it, if anything is.
    trouble: Option<String>,
}

/// Looks until the instance is promoted (done), or given up or gone (refused).
///
/// # Errors
/// Where nothing is on its way, or AWS cannot be asked.
pub async fn watch(session: &Session, printer: &Printer, wanted: Option<&str>, interval: u64) -> Outcome {
    let bar = bar(printer);
    let mut followed = wanted.map(str::to_lowercase);
    let mut last: Option<Look> = None;
    let mut failures = 0;
    loop {
        let look = match look(session, followed.as_deref()).await {
            Ok(look) => look,
            Err(error) if failures < PATIENCE && last.is_some() => {
                failures += 1;
                printer.warning(&error.message);
                tokio::time::sleep(Duration::from_secs(interval)).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        failures = 0;
        let Some(look) = look else {
            bar.finish_and_clear();
            return match (followed, last) {
                (Some(gone), Some(_)) => Err(Failure::new(Exit::Refused, format!("{gone} is gone"))),
                (Some(unknown), None) => {
                    Err(Failure::new(Exit::Refused, format!("RDS knows no {unknown} of this echo")))
                }
                (None, _) => {
                    printer.facts("no instance is on its way", || json!({ "instance": null }));
                    Ok(Exit::Waiting)
                }
            };
        };
        followed = Some(look.instance.clone());
        show(&bar, printer, &look, last.as_ref());
        if look.stage == Stage::Promoted {
            bar.finish_and_clear();
            return Ok(Exit::Done);
        }
        if let Some(why) = look.given_up {
            bar.finish_and_clear();
            let held = look.held.map_or(String::new(), |held| format!("; it is {held}"));
            return Err(Failure::new(Exit::Refused, format!("{} is given up: {why}{held}", look.instance)));
        }
        let silent =
            last.as_ref().is_none_or(|last| changed(last, &look) || look.at.duration_since(last.at) >= SILENCE);
        if silent {
            last = Some(look);
        }
        tokio::time::sleep(Duration::from_secs(interval)).await;
    }
}

async fn look(session: &Session, followed: Option<&str>) -> Result<Option<Look>, Failure> {
    let settings = &session.settings;
    let named = session.rds.instances(&settings.name.identifier_prefix()).await?;
    let own: Vec<OwnInstance> =
        named.into_iter().filter_map(|one| OwnInstance::recognise(&settings.name, one).ok()).collect();
    let on_its_way = |own: &&OwnInstance| matches!(own.stage(), Stage::New | Stage::Modified | Stage::Rebooted);
    let found = match followed {
        Some(followed) => own.iter().find(|own| own.identifier() == followed),
        None => own.iter().filter(on_its_way).max_by_key(|own| own.edition()),
    };
    let Some(found) = found else { return Ok(None) };
    let record =
        session.dns.record(settings.promote.hosted_zone_id.as_deref().unwrap_or_default(), &settings.promote.cname);
    let at = now();
    let confirmed = tag_state::overview::confirmations(settings, found);
    Ok(Some(Look {
        at,
        instance: found.identifier().to_owned(),
        stage: found.stage(),
        status: found.facts().status.clone(),
        in_use: record.await?.points_at(found.facts()),
        confirmed,
        pace: pace(found, &own, at),
        given_up: given_up(settings, found, at),
        held: found.tags().held(at).map(|hold| format!("held {hold}")),
        trouble: trouble(settings, found, &own, at)
            .map(|trouble| format!("{} ({})", trouble.what, trouble.what.code())),
    }))
}

fn given_up(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<String> {
    match own.stage() {
        Stage::New | Stage::Modified | Stage::Promoted => None,
        Stage::Rebooted => request::given_up(settings, own, now).map(|reason| reason.to_string()),
        Stage::Forgotten | Stage::Retired => {
            Some(own.tags().failure.clone().unwrap_or_else(|| "another one was promoted".to_owned()))
        }
    }
}

fn changed(last: &Look, look: &Look) -> bool {
    let seen = |look: &Look| {
        (look.stage, look.status.clone(), look.confirmed, look.in_use, look.trouble.clone(), look.held.clone())
    };
    seen(last) != seen(look)
}

fn bar(printer: &Printer) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} [{bar:24}] {msg}").map(|style| style.progress_chars("=> "));
    let bar = ProgressBar::new(1000);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    // Hides itself where stderr is no terminal.
    if printer.is_quiet() || printer.is_json() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

fn show(bar: &ProgressBar, printer: &Printer, look: &Look, last: Option<&Look>) {
    let (words, share) = words(look);
    let words = [words].into_iter().chain(look.held.clone()).filter(|part| !part.is_empty());
    let words = words.collect::<Vec<_>>().join("; ");
    bar.set_prefix(format!("{} {} ({})", look.instance, look.stage, look.status));
    bar.set_position(share);
    bar.set_message(words.clone());
    bar.tick();
    let due = last.is_none_or(|last| changed(last, look) || look.at.duration_since(last.at) >= SILENCE);
    if due && (bar.is_hidden() || look.stage == Stage::Promoted) {
        bar.suspend(|| print(printer, look, &words));
    }
}

fn print(printer: &Printer, look: &Look, words: &str) {
    let stage = Tone::Good.paint(look.stage.name());
    let text = format!("{}  {}  {stage} ({})  {words}", stamp(look.at), look.instance, look.status);
    printer.facts(&text, || {
        json!({
            "at": stamp(look.at),
            "instance": look.instance,
            "stage": look.stage.name(),
            "status": look.status,
            "in_use": look.in_use,
            "confirmed": look.confirmed.map(|(confirmed, _)| confirmed),
            "needed": look.confirmed.map(|(_, needed)| needed),
            "in_stage_seconds": look.pace.map(|pace| pace.in_stage.as_secs()),
            "elapsed_seconds": look.pace.map(|pace| pace.elapsed.as_secs()),
            "trouble": look.trouble,
            "remaining_seconds": look.pace.and_then(|pace| pace.remaining).map(|remaining| remaining.as_secs()),
        })
    });
}

/// What is to be said, and how far it is, in thousandths.
fn words(look: &Look) -> (String, u64) {
    let (words, share) = progress(look);
    match &look.trouble {
        Some(trouble) => (format!("{words}; {trouble}"), share),
        None => (words, share),
    }
}

fn progress(look: &Look) -> (String, u64) {
    let people = match (look.stage, look.confirmed) {
        (Stage::Rebooted, Some((confirmed, needed))) => format!(", {confirmed} of {needed} confirmations"),
        (_, _) => String::new(),
    };
    let Some(pace) = look.pace else {
        let words = if look.in_use { "in use" } else { "" };
        return (words.to_owned(), 1000);
    };
    let elapsed = length(pace.elapsed);
    match pace.remaining {
        Some(left) if left > SignedDuration::ZERO => {
            let (done, whole) = (pace.elapsed.as_secs(), (pace.elapsed + left).as_secs().max(1));
            let share = u64::try_from(done * 1000 / whole).unwrap_or_default();
            (format!("{elapsed}, about {} left{people}", length(left)), share)
        }
        Some(_) if look.stage == Stage::Rebooted => (format!("{elapsed}, set up{people}"), 1000),
        Some(_) => (format!("{elapsed}, longer than the last one{people}"), 990),
        None => (format!("{elapsed}, for the first time: nobody knows how long it takes{people}"), 0),
    }
}

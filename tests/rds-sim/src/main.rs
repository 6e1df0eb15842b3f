//! `rds-sim`: the simulated RDS over HTTP.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use jiff::Timestamp;
use rds_sim::http::{Clock, Publisher, Simulator, serve};
use rds_sim::world::{Settings, World};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

const USAGE: &str = "\
usage: rds-sim [--listen 127.0.0.1:0] [--events http://HOST:PORT] [--event-source rds-sim] [--clock FILE]
               [--start RFC3339] [--account 000000000000] [--region us-east-1] [--until-stdin-closes]

A simulated Amazon RDS with virtual time. It answers the RDS Query protocol at /, and control calls at /_sim/.
Exit codes: 0 ended as asked, 1 it cannot run, 2 the command line is wrong.";

/// The first moment where none is given: a simulation does not depend on the day it runs on.
const START: &str = "2026-11-22T08:00:00Z";

struct Options {
    listen: String,
    events: Option<String>,
    event_source: String,
    clock: Option<PathBuf>,
    settings: Settings,
    until_stdin_closes: bool,
}

/// The options, or what to print and the exit code.
fn options() -> Result<Options, (String, u8)> {
    use lexopt::prelude::{Long, ValueExt as _};
    let mut listen = "127.0.0.1:0".to_owned();
    let (mut events, mut event_source, mut clock) = (None, "rds-sim".to_owned(), None);
    let (mut start, mut account, mut region) = (START.to_owned(), "000000000000".to_owned(), "us-east-1".to_owned());
    let mut until_stdin_closes = false;
    let mut parser = lexopt::Parser::from_env();
    let wrong = |error: lexopt::Error| (format!("rds-sim: {error}\n{USAGE}"), 2);
    while let Some(argument) = parser.next().map_err(wrong)? {
        let unexpected = argument.clone().unexpected();
        if matches!(argument, Long("help")) {
            return Err((USAGE.to_owned(), 0));
        }
        if matches!(argument, Long("until-stdin-closes")) {
            until_stdin_closes = true;
            continue;
        }
        let Long(name) = argument else { return Err(wrong(unexpected)) };
        let place: &mut String = match name {
            "listen" => &mut listen,
            "events" => events.insert(String::new()),
            "event-source" => &mut event_source,
            "clock" => clock.insert(String::new()),
            "start" => &mut start,
            "account" => &mut account,
            "region" => &mut region,
            _ => return Err(wrong(unexpected)),
        };
        *place = parser.value().and_then(|value| value.string()).map_err(wrong)?;
    }
    let no_time = |error| (format!("rds-sim: --start {start} is no RFC 3339 time: {error}"), 2);
    let start: Timestamp = start.parse().map_err(no_time)?;
    // The clock file has whole seconds.
    let start = Timestamp::from_second(start.as_second()).unwrap_or(start);
    let settings = Settings { account, region, start };
    Ok(Options { listen, events, event_source, clock: clock.map(PathBuf::from), settings, until_stdin_closes })
}

async fn run(options: Options) -> Result<(), String> {
    let Options { listen, events, event_source, clock, settings, until_stdin_closes } = options;
    let publisher = match events {
        Some(url) => Publisher::to(&url, &event_source, &settings.account, &settings.region)?,
        None => Publisher::nowhere(),
    };
    let clock = clock.map(|path| Clock::new(&path));
    let simulator = Simulator::new(World::new(settings), publisher, clock);
    let simulator = simulator.map_err(|error| format!("cannot write the clock file: {error}"))?;
    let cannot = |error| format!("cannot listen on {listen}: {error}");
    let listener = TcpListener::bind(&listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let no_signals = |error| format!("cannot wait for signals: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let stdin_closes = until_stdin_closes.then(watch_stdin);
    println!("listening on http://{address}");
    let end = async move {
        let closes = async {
            match stdin_closes {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = closes => {}
        }
    };
    serve(Rc::new(simulator), listener, end).await.map_err(|error| format!("cannot accept connections: {error}"))
}

/// Tells when whoever started us has closed our standard input, as happens when that process dies.
fn watch_stdin() -> oneshot::Receiver<()> {
    let (told, closed) = oneshot::channel();
    std::thread::spawn(move || {
        let mut unread = [0; 1024];
        while std::io::stdin().read(&mut unread).is_ok_and(|read| read > 0) {}
        // Nobody is waiting when the server has ended otherwise.
        told.send(()).ok();
    });
    closed
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err((text, 0)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err((text, code)) => {
            eprintln!("{text}");
            return ExitCode::from(code);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("rds-sim: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, run(options));
    // A thread may still read standard input; the process ends without it.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rds-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

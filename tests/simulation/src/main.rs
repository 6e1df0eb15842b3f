//! `cargo run --release -p simulation -- --seeds N [--from S]`, and `--seed S --trace`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lexopt::prelude::*;
use simulation::life::live;
use simulation::tally::Tally;

/// Lifetimes are made of small allocations: with the system's allocator they take half as long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
Lives whole lifetimes of an echo in which everything goes wrong that can, and watches for what must never happen.

  --seeds N     how many lifetimes (default 1000)
  --from S      the first seed (default 0)
  --jobs N      threads (default: one for each core)
  --first       stop at the first violation
  --seed S      one lifetime
  --trace       with --seed: print all that happens in it

The last line is JSON. Exit 0: no violation. 1: some. 2: bad usage.";

struct Wanted {
    from: u64,
    seeds: u64,
    jobs: usize,
    first: bool,
    one: Option<u64>,
    trace: bool,
}

fn wanted() -> Result<Option<Wanted>, lexopt::Error> {
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let mut wanted = Wanted { from: 0, seeds: 1000, jobs, first: false, one: None, trace: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => wanted.seeds = parser.value()?.parse()?,
            Long("from") => wanted.from = parser.value()?.parse()?,
            Long("jobs") => wanted.jobs = parser.value()?.parse()?,
            Long("first") => wanted.first = true,
            Long("seed") => wanted.one = Some(parser.value()?.parse()?),
            Long("trace") => wanted.trace = true,
            Long("help") | Short('h') => return Ok(None),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
        }
    }
    if wanted.trace && wanted.one.is_none() {
        return Err("--trace needs --seed".into());
    }
    Ok(Some(wanted))
}

#[expect(clippy::disallowed_methods, reason = "the figure of seconds is the machine's, not the simulation's")]
fn main() -> ExitCode {
    let wanted = match wanted() {
        Ok(Some(wanted)) => wanted,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("simulation: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    let (tally, violations) = match wanted.one {
        Some(seed) => {
            let outcome = live(seed, wanted.trace);
            for line in &outcome.trace {
                println!("{line}");
            }
            (outcome.tally, outcome.violations.into_iter().map(|line| (seed, line)).collect())
        }
        None => many(&wanted, began),
    };
    for (number, (seed, violation)) in violations.iter().enumerate() {
        if number == 0 && wanted.one.is_none() {
            for line in live(*seed, true).trace {
                println!("{line}");
            }
        }
        println!("seed {seed}: {violation}");
    }
    println!("{}", tally.to_json(began.elapsed().as_secs_f64()));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::disallowed_methods, reason = "progress is about the machine's time")]
fn many(wanted: &Wanted, began: Instant) -> (Tally, Vec<(u64, String)>) {
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let all = Mutex::new((Tally::default(), Vec::new()));
    let shows = std::io::stderr().is_terminal();
    thread::scope(|scope| {
        for job in 0..wanted.jobs {
            let (next, stop, all) = (&next, &stop, &all);
            scope.spawn(move || {
                let mut told = Instant::now();
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= wanted.seeds {
                        break;
                    }
                    let seed = wanted.from + number;
                    let outcome = live(seed, false);
                    let Ok(mut all) = all.lock() else { break };
                    all.0.add(&outcome.tally);
                    if wanted.first && !outcome.violations.is_empty() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    all.1.extend(outcome.violations.into_iter().map(|line| (seed, line)));
                    if shows && job == 0 && told.elapsed() > Duration::from_millis(500) {
                        told = Instant::now();
                        let share = number * 100 / wanted.seeds;
                        eprint!(
                            "\r{share:3}% {number} lifetimes, {} s, {} violations ",
                            began.elapsed().as_secs(),
                            all.1.len()
                        );
                        let _ = std::io::stderr().flush();
                    }
                }
            });
        }
    });
    if shows {
        eprint!("\r\x1b[K");
    }
    let (tally, mut violations) = all.into_inner().unwrap_or_default();
    violations.sort();
    (tally, violations)
}

//! Whole lifetimes: without a violation, and the same ones again.
#![allow(missing_docs, reason = "tests")]

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use simulation::life::live;
use simulation::tally::Tally;

/// Lifetimes that showed a fault of this project's before it was mended. `planted/` has the faults.
const REGRESSIONS: &[(u64, &str)] = &[
    (1, "cancelled and expired ones filled maxInstances for ever"),
    (5, "the final snapshot of a namesake blocked retire for ever"),
    (1284, "one dead mailbox filled all the others"),
    (1911, "an instance without a creation time was too young for ever"),
    (2325, "a copy that failed and was in use again later counted as failed once more when it was replaced"),
    (3003, "a rollback that met retire left the CNAME on a retired instance"),
    (4527, "and so did one that a person gave up after it"),
    (6043, "where the one in use could not be modified, no tag followed the CNAME"),
    (8610, "of two mailers at once, the one whose links were dead marked the mails as sent"),
    (27494, "one that the CNAME was set to before modify had identified it became a stranger"),
    (29166, "protection switched off by hand on the way stopped an echo for ever"),
    (50519, "people were reminded of a copy that had failed, and it was forgotten though the CNAME had been set to it"),
    (60971, "a restore applied late and its retry got two identifiers, for one of that day had gone in between"),
];

fn lives(seeds: std::ops::Range<u64>) -> Tally {
    let next = AtomicU64::new(seeds.start);
    let all = Mutex::new((Tally::default(), Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let outcome = live(seed, false);
                    let mut all = all.lock().unwrap();
                    all.0.add(&outcome.tally);
                    all.1.extend(outcome.violations.into_iter().map(|line| format!("seed {seed}: {line}")));
                }
            });
        }
    });
    let (tally, violations) = all.into_inner().unwrap();
    assert_eq!(violations, [""; 0], "replay with: cargo run --release -p simulation -- --trace --seed ...");
    tally
}

/// Few, so that they can be run for each of a thousand mutants.
#[test]
fn a_hundred_lifetimes_without_harm() {
    lives(0..100);
}

#[test]
fn two_thousand_lifetimes_without_harm() {
    let tally = lives(100..2000);
    println!("{}", tally.to_json(0.0));
    // The adversity is real: none of it may quietly stop happening.
    for fault in [
        "failed",
        "throttled",
        "answer lost",
        "repeated",
        "applied late",
        "died before",
        "died after",
        "timed out",
        "by hand",
    ] {
        assert!(tally.faults.get(fault).is_some_and(|times| *times > 100), "{fault}: {:?}", tally.faults);
    }
    assert!(tally.lost > 10_000 && tally.duplicated > 1_000 && tally.delivered > 10_000, "{tally:?}");
    assert!(tally.cycles > 2 * tally.seeds, "several promotions in each: {tally:?}");
}

#[test]
fn what_went_wrong_once_does_not_go_wrong_again() {
    for (seed, what) in REGRESSIONS {
        let violations = live(*seed, false).violations;
        assert_eq!(violations, [""; 0], "seed {seed}: {what}");
    }
}

#[test]
fn a_seed_replays_exactly() {
    for seed in 0..20 {
        let trace = live(seed, true).trace;
        assert!(trace.len() > 100, "seed {seed} tells what happened");
        assert_eq!(live(seed, true).trace, trace, "seed {seed}");
    }
    let replay = || {
        let run = Command::new(env!("CARGO_BIN_EXE_simulation")).args(["--seed", "7", "--trace"]).output().unwrap();
        assert!(run.status.success());
        let text = String::from_utf8(run.stdout).unwrap();
        // The last line says how long it took.
        text.lines().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    };
    let first = replay();
    assert_eq!(replay(), first, "in another process too");
    assert_eq!(first, live(7, true).trace.join("\n"));
}

#[test]
fn the_command_closes_with_its_figures_and_refuses_what_it_does_not_know() {
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_simulation")).args(arguments).output().unwrap();
    let done = run(&["--seeds", "10", "--from", "5"]);
    assert_eq!(done.status.code(), Some(0));
    let text = String::from_utf8(done.stdout).unwrap();
    let figures: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(figures["seeds"], 10);
    assert_eq!(figures["violations"], 0);
    for key in ["cycles", "events", "faults", "crash_points", "invocations", "seconds"] {
        assert!(!figures[key].is_null(), "{key}");
    }
    assert_eq!(run(&["--sedes", "10"]).status.code(), Some(2));
    assert_eq!(run(&["--trace"]).status.code(), Some(2));
    assert_eq!(run(&["--seeds", "many"]).status.code(), Some(2));
}

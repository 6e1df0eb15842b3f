//! One lifetime of an echo, all of it decided by one seed: weeks in which everything goes wrong, then a
//! time in which nothing does, and in which the echo must find back by its schedules alone.

mod delivery;
mod quiet;

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use stages::report::Report;
use tag_state::approval::Action;
use tag_state::wake::Wake;

use crate::functions::{Command, Done, Function, Job, Progress, Running, run};
use crate::hands::Undo;
use crate::plan::Plan;
use crate::port::Write;
use crate::tally::Tally;
use crate::town::Town;
use crate::trouble::Trouble;

/// A function is killed after that (`Timeout` in the template).
const TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
/// An event is tried that often (`MaximumRetryAttempts`, and the first time).
const ATTEMPTS: u8 = 3;
/// No call is applied later than that after its caller gave it up.
const LATEST: i64 = 600;
/// No restore hangs for longer, in seconds.
const LONGEST: u32 = 60 * 3600;

/// What stands in the agenda.
enum Due {
    /// A process goes on.
    Step(u64),
    /// A process begins.
    Begin { job: Job, attempt: u8 },
    /// A function's schedule.
    Fallback(Function),
    /// The schedule of **new**.
    New,
    /// Production's nightly snapshot.
    Backup,
    /// The maintenance window.
    Maintenance,
    /// Somebody does something by hand.
    Hand,
    /// Somebody at a terminal.
    Command,
    /// Somebody who wants one kept, or another one in use.
    Keeper,
    /// And takes it back.
    Undo(usize),
    /// A call is applied that its caller has given up.
    Late(Write),
    /// Nothing goes wrong any more.
    Quiet,
    /// And what only a person can put right is put right.
    MakeGood,
}

/// What came of a lifetime.
pub struct Outcome {
    /// The figures.
    pub tally: Tally,
    /// A line for each violation.
    pub violations: Vec<String>,
    /// All that happened, where it was asked for.
    pub trace: Vec<String>,
}

struct Lifetime {
    plan: Plan,
    town: Rc<Town>,
    agenda: BTreeMap<(Timestamp, u64), Due>,
    asked: u64,
    processes: u64,
    running: BTreeMap<u64, (Running, u8)>,
    undos: Vec<Option<Undo>>,
    links: Vec<String>,
    turns: u64,
    quiet_since: Option<Timestamp>,
    good_since: Option<Timestamp>,
    reasons: BTreeMap<Function, Report>,
    tally: Tally,
}

/// Lives one lifetime.
pub fn live(seed: u64, trace: bool) -> Outcome {
    let plan = Plan::draw(seed);
    let mut town = Town::new(plan.settings.clone(), plan.start, seed ^ 0x005e_ed0f_1177);
    town.staleness = plan.staleness;
    if trace {
        let mut watch = town.watch.borrow_mut();
        watch.clock = plan.start;
        watch.start_trace();
        watch.say(|| plan.to_string());
    }
    town.rds.world_mut().timing_mut().restore_seconds = plan.restore_seconds;
    town.crowd(plan.crowd);
    let lifetime = Lifetime {
        town: Rc::new(town),
        agenda: BTreeMap::new(),
        asked: 0,
        processes: 0,
        running: BTreeMap::new(),
        undos: Vec::new(),
        links: Vec::new(),
        turns: 0,
        quiet_since: None,
        good_since: None,
        reasons: BTreeMap::new(),
        tally: Tally { seeds: 1, ..Tally::default() },
        plan,
    };
    lifetime.run()
}

impl Lifetime {
    fn run(mut self) -> Outcome {
        let start = self.plan.start;
        for function in Function::ALL {
            if function != Function::New {
                let offset = self.chance(|rng| rng.i64(0..60));
                self.due(start + SignedDuration::from_secs(offset), Due::Fallback(function));
            }
        }
        self.due(start, Due::New);
        self.due(start + SignedDuration::from_hours(7), Due::Backup);
        self.due(start + SignedDuration::from_hours(9), Due::Maintenance);
        self.due(start + self.plan.active, Due::Quiet);
        if let Some(hands) = self.plan.hands {
            self.due(start + hands, Due::Hand);
        }
        if let Some(commands) = self.plan.commands {
            self.due(start + commands, Due::Command);
        }
        if let Some(keepers) = self.plan.keepers {
            self.due(start + keepers, Due::Keeper);
        }
        loop {
            let planned = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let by_itself = self.town.rds.world().next();
            let Some(at) = planned.into_iter().chain(by_itself).min() else { break };
            self.advance(at);
            while let Some(entry) = self.agenda.first_entry()
                && entry.key().0 <= at
            {
                let due = entry.remove();
                self.happen(due);
                self.collect();
                if !self.town.watch.borrow().violations.is_empty() {
                    return self.end();
                }
            }
            if let Some(since) = self.good_since {
                if self.settled(since) {
                    break;
                }
                if at > since + self.patience() {
                    self.give_up_waiting();
                    break;
                }
            }
        }
        self.end()
    }

    fn end(mut self) -> Outcome {
        let mut watch = self.town.watch.borrow_mut();
        self.tally.cycles = watch.promotions;
        self.tally.faults_of_calls(&watch.faults);
        self.tally.fault("read stale", watch.stale_reads);
        self.tally.violations = watch.violations.len() as u64;
        self.tally.invocations = self.processes;
        Outcome { violations: watch.violations.clone(), trace: watch.take_trace(), tally: self.tally }
    }

    fn due(&mut self, at: Timestamp, due: Due) {
        self.asked += 1;
        self.agenda.insert((at, self.asked), due);
    }

    fn after(&mut self, milliseconds: i64, due: Due) {
        self.due(self.town.now() + SignedDuration::from_millis(milliseconds), due);
    }

    fn chance<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.town.rng.borrow_mut())
    }

    fn happens(&self, probability: f64) -> bool {
        self.quiet_since.is_none() && self.chance(|rng| rng.f64() < probability)
    }

    fn say(&self, line: impl FnOnce() -> String) {
        self.town.watch.borrow_mut().say(line);
    }

    fn advance(&mut self, to: Timestamp) {
        let events = self.town.advance(to);
        self.town.watch.borrow_mut().clock = to;
        for event in events {
            self.say(|| format!("RDS: {} {} ({})", event.id, event.message, event.identifier));
            self.route_rds(&event);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Step(number) => self.step(number),
            Due::Begin { job, attempt } => self.begin(job, attempt),
            Due::Fallback(function) => {
                self.due(self.town.now() + self.plan.fallback, Due::Fallback(function));
                self.begin(Job::Stage(function, Wake::All), 1);
            }
            Due::New => {
                self.due(self.town.now() + self.plan.cycle, Due::New);
                if self.happens(self.plan.bad_restore) {
                    let ends =
                        ["failed", "restore-error", "incompatible-restore", "incompatible-parameters", "storage-full"];
                    let status = ends[self.chance(|rng| rng.usize(..ends.len()))];
                    self.town.rds.world_mut().next_restore_ends_in(status);
                }
                self.turns += 1;
                let hangs = self.plan.hangs && self.turns % 3 == 2 && self.quiet_since.is_none();
                let long = if hangs { self.plan.restore_seconds.saturating_mul(5).min(LONGEST) } else { 0 };
                let seconds = self.plan.restore_seconds.max(long);
                self.town.rds.world_mut().timing_mut().restore_seconds = seconds;
                let copies = if self.happens(self.plan.doubling) { 2 } else { 1 };
                for _ in 0..copies {
                    self.begin(Job::Stage(Function::New, Wake::All), 1);
                }
            }
            Due::Backup => {
                self.due(self.town.now() + SignedDuration::from_hours(24), Due::Backup);
                self.town.production_backup(self.town.now(), true);
            }
            Due::Maintenance => {
                self.due(self.town.now() + SignedDuration::from_hours(24), Due::Maintenance);
                for (identifier, _) in self.town.stages() {
                    let _ = self.town.rds.world_mut().maintain(&identifier);
                }
            }
            Due::Hand => self.hand(),
            Due::Command => self.command(),
            Due::Keeper => self.keeper(),
            Due::Undo(place) => {
                if let Some(undo) = self.undos[place].take() {
                    self.town.undo(undo);
                }
            }
            Due::Late(write) => {
                self.say(|| "  a call that was given up is applied".to_owned());
                self.town.apply_late(&write);
            }
            Due::Quiet => self.be_quiet(),
            Due::MakeGood => self.make_good(),
        }
    }

    fn hand(&mut self) {
        let (Some(hands), None) = (self.plan.hands, self.quiet_since) else { return };
        let pause = self.chance(|rng| rng.f64() * 2.0);
        self.due(self.town.now() + SignedDuration::from_secs((hands.as_secs() as f64 * pause) as i64 + 1), Due::Hand);
        self.tally.fault("by hand", 1);
        match self.chance(|rng| rng.u8(0..10)) {
            0 | 1 => self.begin(Job::Person(Command::Rollback), ATTEMPTS),
            2 if !self.links.is_empty() => {
                let url = self.links[self.chance(|rng| rng.usize(..self.links.len()))].clone();
                self.begin(Job::visit("POST", &url), ATTEMPTS);
            }
            _ => {
                if let Some(undo) = self.town.meddle() {
                    self.undos.push(Some(undo));
                    let after = self.plan.cycle.as_millis() as f64 * self.chance(|rng| rng.f64());
                    self.after(after as i64, Due::Undo(self.undos.len() - 1));
                }
            }
        }
    }

    /// What a person at a terminal asks for. Stages are asked for, too: that is one look more.
    fn command(&mut self) {
        let (Some(commands), None) = (self.plan.commands, self.quiet_since) else { return };
        let pause = self.chance(|rng| rng.f64() * 2.0);
        self.due(
            self.town.now() + SignedDuration::from_secs((commands.as_secs() as f64 * pause) as i64 + 1),
            Due::Command,
        );
        let stages = self.town.stages();
        let approvers = self.plan.settings.approvers();
        let kind = self.chance(|rng| rng.u8(0..10));
        let command = match kind {
            0 if !stages.is_empty() => {
                let (identifier, _) = &stages[self.chance(|rng| rng.usize(..stages.len()))];
                Command::Forget(identifier.clone())
            }
            1 | 2 => Command::Request { anew: self.chance(|rng| rng.bool()) },
            3..=5 if !approvers.is_empty() => {
                let approver = approvers[self.chance(|rng| rng.usize(..approvers.len()))].clone();
                let action = if self.chance(|rng| rng.u8(0..4)) == 0 { Action::Cancel } else { Action::Confirm };
                Command::Answer { action, approver }
            }
            6 => Command::Rollback,
            _ => Command::Plan,
        };
        self.begin(Job::Person(command), ATTEMPTS);
    }

    /// What a person at a terminal asks for where a copy is bad, or is to be looked at.
    fn keeper(&mut self) {
        let (Some(keepers), None) = (self.plan.keepers, self.quiet_since) else { return };
        let pause = self.chance(|rng| rng.f64() * 2.0);
        self.due(
            self.town.now() + SignedDuration::from_secs((keepers.as_secs() as f64 * pause) as i64 + 1),
            Due::Keeper,
        );
        let stages = self.town.stages();
        if stages.is_empty() {
            return;
        }
        let (one, _) = stages[self.chance(|rng| rng.usize(..stages.len()))].clone();
        let length = (self.plan.cycle.as_secs() as f64 * self.chance(|rng| rng.f64())) as i64 + 60;
        let until = self.town.now() + SignedDuration::from_secs(length);
        let command = match self.chance(|rng| rng.u8(0..12)) {
            0..=3 => Command::Hold(one, until),
            4 => Command::Release(one),
            5 | 6 => Command::RollbackKeeping(until),
            7..=10 => Command::PromoteTo(one),
            _ => {
                self.undos.push(Some(self.town.hold_badly(&one)));
                return self.after(length * 1_000, Due::Undo(self.undos.len() - 1));
            }
        };
        self.begin(Job::Person(command), ATTEMPTS);
    }

    fn begin(&mut self, job: Job, attempt: u8) {
        self.processes += 1;
        let overlaps = self.happens(self.plan.overlap);
        let trouble = if self.happens(self.plan.trouble) {
            Trouble::Drawn { rng: self.town.rng.clone(), probability: self.plan.strike }
        } else {
            Trouble::None
        };
        let number = self.processes;
        self.say(|| match &job {
            Job::Stage(function, wake) => format!("{}#{number} begins: {wake}", function.name()),
            Job::Visit { method, url, .. } => format!("approve#{number} begins: {method} of {}", what_link(url)),
            Job::Person(command) => format!("{}#{number} begins: {command:?}", command.name()),
        });
        if overlaps {
            let running = Running::begin(&self.town, number, job, trouble);
            self.running.insert(number, (running, attempt));
            return self.after(0, Due::Step(number));
        }
        match run(&self.town, number, &job, trouble) {
            (Some(done), _) => self.done(job, attempt, done),
            (None, _) => self.retry(job, attempt),
        }
    }

    fn step(&mut self, number: u64) {
        let Some((mut running, attempt)) = self.running.remove(&number) else { return };
        if self.town.now().duration_since(running.process.now) > TIMEOUT {
            self.say(|| format!("{}#{number} has run out of time", running.process.name));
            self.tally.fault("timed out", 1);
            return self.retry(running.job, attempt);
        }
        match running.go_on() {
            Progress::Goes => {
                let latency = self.chance(|rng| match rng.u8(0..20) {
                    0..=14 => rng.i64(20..500),
                    15..=18 => rng.i64(1_000..10_000),
                    _ => rng.i64(10_000..45_000),
                });
                self.running.insert(number, (running, attempt));
                self.after(latency, Due::Step(number));
            }
            Progress::Died => {
                self.say(|| format!("{}#{number} is dead", running.process.name));
                self.retry(running.job, attempt);
            }
            Progress::Done(done) => self.done(running.job, attempt, *done),
        }
    }

    /// Lambda runs a failed function again: after a minute, and after two more.
    fn retry(&mut self, job: Job, attempt: u8) {
        if matches!(job, Job::Stage(..)) && attempt < ATTEMPTS {
            self.after(60_000 * i64::from(attempt), Due::Begin { job, attempt: attempt + 1 });
        }
    }

    fn done(&mut self, job: Job, attempt: u8, done: Done) {
        match done {
            Done::Stage(report) => {
                self.say(|| format!("  {}", said(&report)));
                let failed = !report.errors.is_empty();
                if let Job::Stage(function, _) = &job {
                    self.reasons.insert(*function, report);
                }
                if failed {
                    self.retry(job, attempt);
                }
            }
            Done::Page(response, report) => self.say(|| format!("  page {}: {}", response.status, said(&report))),
        }
    }
}

fn what_link(url: &str) -> String {
    let claim = url.rsplit('/').next().and_then(tag_state::approval::Claim::parse).map(|(claim, _)| claim);
    match claim {
        Some(claim) => format!(
            "{}'s link to {} request {} of {}, good until {}",
            claim.approver,
            claim.action.name(),
            claim.request,
            claim.instance,
            claim.expires
        ),
        None => "a link that is none".to_owned(),
    }
}

fn said(report: &Report) -> String {
    let outcomes = report.outcomes.iter().map(|outcome| {
        let about = outcome.instance.as_deref().unwrap_or("-");
        format!("{about}: {:?} {} {}", outcome.did, outcome.what, outcome.why)
    });
    let errors = report.errors.iter().map(|error| format!("ERROR {error}"));
    format!("{} said: {}", report.function, outcomes.chain(errors).collect::<Vec<_>>().join("; "))
}

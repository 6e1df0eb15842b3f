//! Days on which nothing happens by itself but what the schedules do: every function looks every ten
//! minutes, and Ann confirms. What goes wrong is chosen, one call at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::Timestamp;
use stages::approve::Response;
use stages::rehearsal::Reads;
use stages::report::Report;
use tag_state::calls::{Announcement, Mail};
use tag_state::facts::{Instance, Record};
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use crate::functions::{Command, Done, Function, Job, ready, run};
use crate::port::{Port, Process};
use crate::town::{ASKING, OPTIONS, Town};
use crate::trouble::{Kind, Trouble};
use crate::watch::links;

/// The first morning.
pub const START: &str = "2026-11-22T03:00:00Z";
/// What is set beside [`OPTIONS`] and [`ASKING`]: a cycle takes hours, not days.
pub const QUICK: &str = "-Drdsecho.new.minimumAgeHours=3 -Drdsecho.retire.graceHours=1";
/// Between two rounds, in minutes.
const ROUND: i64 = 10;

/// A mail that somebody has got.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Who.
    pub to: String,
    /// The link to confirm.
    pub confirm: String,
    /// The link to cancel.
    pub cancel: String,
}

/// A town, its schedules, and its people.
pub struct Calm {
    /// The town.
    pub town: Rc<Town>,
    /// All mails, in order.
    pub mails: Vec<Mail>,
    /// Those of them that have links.
    pub letters: Vec<Letter>,
    /// All announcements, in order.
    pub announced: Vec<Announcement>,
    /// What each function said last.
    pub said: BTreeMap<Function, Report>,
    /// Which call of which process goes wrong, and how.
    pub strike: Option<(u64, u32, Kind)>,
    /// The calls of each process so far.
    pub calls: Vec<(&'static str, u32)>,
    pressed: BTreeSet<String>,
    processes: u64,
}

impl Calm {
    /// A new town; `more` is added to its settings.
    ///
    /// # Panics
    /// Where the settings are none.
    pub fn new(more: &str) -> Calm {
        Calm::beginning(START, more)
    }

    /// A new town whose first morning is another.
    ///
    /// # Panics
    /// Where the settings are none.
    pub fn beginning(start: &str, more: &str) -> Calm {
        let start: Timestamp = start.parse().expect("a time");
        let settings = Settings::from_options(&format!("{OPTIONS} {ASKING} {QUICK} {more}")).expect("settings");
        let town = Town::new(settings, start, 0);
        town.rds.world_mut().timing_mut().restore_seconds = 3600;
        Calm::of(town)
    }

    /// A town as it is.
    pub fn of(town: Town) -> Calm {
        Calm {
            town: Rc::new(town),
            mails: Vec::new(),
            letters: Vec::new(),
            announced: Vec::new(),
            said: BTreeMap::new(),
            strike: None,
            calls: Vec::new(),
            pressed: BTreeSet::new(),
            processes: 0,
        }
    }

    /// The same once more.
    pub fn fork(&self) -> Calm {
        Calm {
            town: Rc::new(self.town.fork()),
            mails: self.mails.clone(),
            letters: self.letters.clone(),
            announced: self.announced.clone(),
            said: self.said.clone(),
            strike: self.strike,
            calls: self.calls.clone(),
            pressed: self.pressed.clone(),
            processes: self.processes,
        }
    }

    /// One process; `None` where it died.
    pub fn run(&mut self, job: &Job) -> Option<Done> {
        let number = self.processes;
        self.processes += 1;
        let trouble = match self.strike {
            Some((struck, call, kind)) if struck == number => Trouble::At(call, kind),
            _ => Trouble::None,
        };
        let (done, process) = run(&self.town, number, job, trouble);
        self.calls.push((process.name, process.calls()));
        for mail in std::mem::take(&mut *self.town.post.borrow_mut()) {
            if let [confirm, cancel] = &links(&mail)[..] {
                let link = |token: &str| format!("https://page.test/{token}");
                self.letters.push(Letter { to: mail.to.clone(), confirm: link(confirm), cancel: link(cancel) });
            }
            self.mails.push(mail);
        }
        self.announced.append(&mut self.town.bus.borrow_mut());
        done
    }

    /// A function, woken by its schedule; its report, where it lived to tell.
    pub fn wake(&mut self, function: Function) -> Option<Report> {
        self.wake_for(function, Wake::All)
    }

    /// A function, woken by something.
    pub fn wake_for(&mut self, function: Function, wake: Wake) -> Option<Report> {
        match self.run(&Job::Stage(function, wake))? {
            Done::Stage(report) => {
                self.said.insert(function, report.clone());
                Some(report)
            }
            Done::Page(..) => None,
        }
    }

    /// What a person at the command line asks for; the report, where the process lived to tell.
    pub fn command(&mut self, command: Command) -> Option<Report> {
        match self.run(&Job::Person(command))? {
            Done::Stage(report) => Some(report),
            Done::Page(..) => None,
        }
    }

    /// What functions say that they would do, over one reading of the world.
    pub fn rehearse(&mut self, functions: &[Function]) -> Vec<Report> {
        let now = self.town.now();
        let process = Rc::new(Process::new("plan", 0, now, None, false, Trouble::None));
        let port = Port { town: self.town.clone(), process: process.clone() };
        let reads = Reads::new(&port, &port, &port, &port, &port);
        let rehearsed = functions
            .iter()
            .map(|function| ready(function.run(&self.town.settings, &reads.rehearse(), &Wake::All, now)));
        let reports = rehearsed.collect();
        self.calls.push((process.name, process.calls()));
        self.processes += 1;
        reports
    }

    /// What the page answers.
    ///
    /// # Panics
    /// Where the process dies, which is not asked for here.
    pub fn visit(&mut self, method: &'static str, url: &str) -> Response {
        match self.run(&Job::visit(method, url)) {
            Some(Done::Page(response, _)) => response,
            Some(Done::Stage(_)) | None => panic!("the page did not answer"),
        }
    }

    /// As a browser sends the page's form, with something in it.
    ///
    /// # Panics
    /// Where the process dies, which is not asked for here.
    pub fn send(&mut self, url: &str, form: &str) -> Response {
        let job = Job::Visit { method: "POST", url: url.to_owned(), form: form.to_owned() };
        match self.run(&job) {
            Some(Done::Page(response, _)) => response,
            Some(Done::Stage(_)) | None => panic!("the page did not answer"),
        }
    }

    /// The headlines of all mails to somebody.
    pub fn headlines(&self, person: &str) -> Vec<&str> {
        self.mails.iter().filter(|mail| mail.to == person).filter_map(|mail| mail.text.lines().next()).collect()
    }

    /// The last mail to somebody.
    pub fn letter(&self, person: &str) -> Option<Letter> {
        self.letters.iter().rfind(|letter| letter.to == person).cloned()
    }

    /// Ann confirms whatever she has been mailed and not confirmed yet; where the page fails, she tries again.
    pub fn ann_confirms(&mut self) {
        let Some(Letter { confirm, .. }) = self.letter("ann@example.test") else { return };
        if self.pressed.contains(&confirm) {
            return;
        }
        let job = Job::visit("POST", &confirm);
        if let Some(Done::Page(response, _)) = self.run(&job)
            && response.status == 200
        {
            self.pressed.insert(confirm);
        }
    }

    /// Every function once.
    pub fn all_look(&mut self) {
        for function in Function::ALL {
            self.wake(function);
        }
    }

    /// One round: every function, Ann, ten minutes.
    pub fn round(&mut self) {
        self.all_look();
        self.ann_confirms();
        self.pass(ROUND / 2);
        for write in std::mem::take(&mut *self.town.late.borrow_mut()) {
            self.town.apply_late(&write);
        }
        self.pass(ROUND - ROUND / 2);
    }

    /// Rounds until `done`; how many that took.
    pub fn until(&mut self, rounds: usize, done: impl Fn(&Calm) -> bool) -> Option<usize> {
        for round in 0..rounds {
            if done(self) {
                return Some(round);
            }
            self.round();
        }
        None
    }

    /// Lets minutes pass.
    pub fn pass(&self, minutes: i64) {
        self.town.pass(minutes);
    }

    /// An instance as RDS would show it.
    pub fn facts(&self, identifier: &str) -> Option<Instance> {
        self.town.rds.world().instances().get(identifier).map(|one| one.facts())
    }

    /// The stage of an instance; empty where there is none.
    pub fn stage(&self, identifier: &str) -> String {
        self.town.tag(identifier, "stage").unwrap_or_default()
    }

    /// Whether the CNAME points at it.
    pub fn uses(&self, identifier: &str) -> bool {
        self.town.in_use().as_deref() == Some(identifier)
    }

    /// Points the CNAME at an instance by hand.
    ///
    /// # Panics
    /// Where there is no such instance, or it has no endpoint.
    pub fn point_at(&self, identifier: &str) {
        let address = self.facts(identifier).and_then(|facts| facts.address).expect("an endpoint");
        self.town.point_by_hand(Record::Cname { value: address, ttl: 60 });
    }

    /// What must not have happened, and did.
    pub fn violations(&self) -> Vec<String> {
        self.town.watch.borrow().violations.clone()
    }
}

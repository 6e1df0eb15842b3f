//! Running the stages' own code in the town.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use stages::approve::{Request, Response};
use stages::rehearsal::Reads;
use stages::report::Report;
use stages::rollback::Keep;
use stages::{adopt, answer, approve, forget, hold, request_approval, rollback};
use tag_state::approval::{Action, Claim};
use tag_state::decide::rollback::Way;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use crate::port::{Port, Process};
use crate::town::Town;
use crate::trouble::Trouble;

pub use stages::function::Function;

/// What runs.
#[derive(Clone, Debug)]
pub enum Job {
    /// A stage.
    Stage(Function, Wake),
    /// A page is opened, or its button pressed.
    Visit {
        /// `GET` or `POST`.
        method: &'static str,
        /// The link.
        url: String,
        /// What the form sends.
        form: String,
    },
    /// A person at the command line.
    Person(Command),
}

impl Job {
    /// A page is opened, or its button pressed with nothing written beside it.
    pub fn visit(method: &'static str, url: &str) -> Job {
        Job::Visit { method, url: url.to_owned(), form: String::new() }
    }
}

/// What a person at the command line asks for, beside what the stages do by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The CNAME is to return to the instance that was replaced last.
    Rollback,
    /// The same, and the one that it leaves is held until then.
    RollbackKeeping(Timestamp),
    /// The CNAME is to go to this one, whose identifier is typed.
    PromoteTo(String),
    /// An instance is held until then.
    Hold(String, Timestamp),
    /// And let go.
    Release(String),
    /// An instance is given up.
    Forget(String),
    /// Instances of the original are taken over.
    Adopt(Vec<String>),
    /// The approvers are to be mailed again, or anew.
    Request {
        /// With new links.
        anew: bool,
    },
    /// An approver answers without a mail.
    Answer {
        /// What.
        action: Action,
        /// Who.
        approver: String,
    },
    /// Everything is rehearsed, and nothing may be touched.
    Plan,
}

impl Command {
    /// Its name, by which the watch knows it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Rollback => "rollback",
            Command::RollbackKeeping(_) => "rollback --keep",
            Command::PromoteTo(_) => "promote --to",
            Command::Hold(..) => "hold",
            Command::Release(_) => "release",
            Command::Forget(_) => "forget",
            Command::Adopt(_) => "adopt",
            Command::Request { .. } => "request",
            Command::Answer { .. } => "answer",
            Command::Plan => "plan",
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Done {
    /// Of a stage.
    Stage(Report),
    /// Of a visit.
    Page(Response, Report),
}

/// A process under way.
pub struct Running {
    /// What is known of it outside.
    pub process: Rc<Process>,
    /// What it does.
    pub job: Job,
    work: Pin<Box<dyn Future<Output = Done>>>,
}

/// How far a process is.
pub enum Progress {
    /// It is about to make its next call.
    Goes,
    /// It died.
    Died,
    /// It is through.
    Done(Box<Done>),
}

impl Running {
    /// Begins a process that stops before each of its calls; nothing has happened yet.
    pub fn begin(town: &Rc<Town>, number: u64, job: Job, trouble: Trouble) -> Running {
        let process = process(town, number, &job, true, trouble);
        let port = Port { town: town.clone(), process: process.clone() };
        let work = Box::pin(work(port, job.clone()));
        Running { process, job, work }
    }

    /// Lets it make one call.
    pub fn go_on(&mut self) -> Progress {
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Progress::Done(Box::new(done)),
            Poll::Pending if self.process.is_dead() => Progress::Died,
            Poll::Pending => Progress::Goes,
        }
    }

    /// Lets it run to its end; `None` where it died.
    pub fn finish(mut self) -> Option<Done> {
        loop {
            match self.go_on() {
                Progress::Goes => {}
                Progress::Died => return None,
                Progress::Done(done) => return Some(*done),
            }
        }
    }
}

/// Runs a process to its end, with nobody coming in between; `None` where it died.
pub fn run(town: &Rc<Town>, number: u64, job: &Job, trouble: Trouble) -> (Option<Done>, Rc<Process>) {
    let process = process(town, number, job, false, trouble);
    let port = Port { town: town.clone(), process: process.clone() };
    match pin!(work(port, job.clone())).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => (Some(done), process),
        Poll::Pending => (None, process),
    }
}

fn process(town: &Town, number: u64, job: &Job, stops_at_calls: bool, trouble: Trouble) -> Rc<Process> {
    let name = match job {
        Job::Stage(function, _) => function.name(),
        Job::Visit { .. } => "approve",
        Job::Person(command) => command.name(),
    };
    let link = match job {
        Job::Visit { url, .. } => url.rsplit('/').next().and_then(Claim::parse).map(|(claim, _)| claim),
        Job::Stage(..) | Job::Person(_) => None,
    };
    let now = town.now();
    if let Job::Visit { method: "POST", url, .. } = job {
        town.watch.borrow_mut().pressed(url, now);
    }
    Rc::new(Process::new(name, number, now, link, stops_at_calls, trouble))
}

async fn work(port: Port, job: Job) -> Done {
    let settings = port.town.settings.clone();
    let now = port.process.now;
    match job {
        Job::Stage(function, wake) => Done::Stage(function.run(&settings, &port, &wake, now).await),
        Job::Visit { method, url, form } => {
            let path = url.strip_prefix("https://page.test").unwrap_or(&url).to_owned();
            // As a browser sends a form without fields.
            let content_type = "application/x-www-form-urlencoded".to_owned();
            let request = Request { method: method.to_owned(), path, content_type, body: form.into_bytes() };
            let ports = approve::Ports { rds: &port, dns: &port, macs: &port, announcer: &port };
            let (response, report) = approve::handle(&settings, &ports, &request, now).await;
            Done::Page(response, report)
        }
        Job::Person(command) => {
            let report = carry_out(&settings, &port, &command, now).await;
            // The answer has reached the person: from here on it must be true.
            port.town.answered(&command, &report);
            Done::Stage(report)
        }
    }
}

async fn carry_out(settings: &Settings, port: &Port, command: &Command, now: Timestamp) -> Report {
    match command {
        Command::Rollback => rollback::run(settings, port, port, port, Way::Back(None), None, now).await,
        Command::RollbackKeeping(until) => {
            let kept = Remark::new("kept").map(|why| Keep { until: *until, why });
            rollback::run(settings, port, port, port, Way::Back(None), kept.as_ref(), now).await
        }
        Command::PromoteTo(instance) => {
            let way = Way::To { instance, typed: Some(instance) };
            rollback::run(settings, port, port, port, way, None, now).await
        }
        Command::Hold(identifier, until) => {
            let why = Remark::new("to be looked at");
            hold::run(settings, port, hold::Until::Exactly(*until), why.as_ref(), &of(identifier), now).await
        }
        Command::Release(identifier) => hold::let_go(settings, port, &of(identifier), now).await,
        Command::Forget(identifier) => forget::run(settings, port, port, port, &of(identifier), now).await,
        Command::Adopt(wanted) => adopt::run(settings, port, wanted, now).await,
        Command::Request { anew } => {
            let ports = request_approval::Ports { rds: port, dns: port, macs: port, mailer: port, announcer: port };
            request_approval::again(settings, &ports, *anew, &Wake::All, now).await
        }
        Command::Answer { action, approver } => {
            let ports = approve::Ports { rds: port, dns: port, macs: port, announcer: port };
            let reply = answer::Reply { action: *action, approver, remark: None };
            answer::run(settings, &ports, &reply, &Wake::All, now).await
        }
        Command::Plan => {
            let reads = Reads::new(port, port, port, port, port);
            let mut last = Report::new(settings, "plan", &Wake::All, now);
            for function in Function::ALL {
                last = function.run(settings, &reads.rehearse(), &Wake::All, now).await;
            }
            last
        }
    }
}

fn of(identifier: &str) -> Wake {
    Wake::Instance { identifier: identifier.to_owned(), what: "a person".to_owned(), is_click: false }
}

/// Runs what never has to wait.
///
/// # Panics
/// Where it has to wait after all.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing in this world waits"),
    }
}

//! What an invocation did: one line of JSON for the log, and the function's answer.

use std::fmt::Display;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tag_state::approval::Action;
use tag_state::decide::Decision;
use tag_state::gauges::Gauges;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::tags::stamp;

use crate::ports::{CallError, Failure};

/// The code of a confirmation that was stored.
pub(crate) const CONFIRMED: &str = "confirmed";
/// The code of a cancel that was stored.
pub(crate) const CANCELLED: &str = "cancelled";

/// What became of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// It entered another stage; `from` is `None` for a restore.
    Advanced {
        /// The stage before.
        from: Option<Stage>,
        /// The stage now.
        to: Stage,
        /// How long it was in the stage before, where that is known.
        after: Option<SignedDuration>,
    },
    /// Something was changed or sent, and the stage stayed.
    Acted,
    /// Not yet.
    Waits {
        /// When looking again makes sense.
        until: Option<Timestamp>,
    },
    /// Not without a person.
    Refuses,
    /// There was nothing to do.
    Nothing,
}

/// One instance's part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The instance, where it is about one.
    pub instance: Option<String>,
    /// What became of it.
    pub did: Did,
    /// What was done, in words; empty where nothing was.
    pub what: String,
    /// Why.
    pub why: String,
    /// A name that stays the same, for machines: the reason's code where something was not done or an instance was given
    /// up, and which button was pressed.
    pub code: Option<&'static str>,
}

impl Outcome {
    /// Something was done.
    pub fn done(instance: &str, did: Did, what: impl Into<String>, why: impl Into<String>) -> Outcome {
        Outcome { instance: Some(instance.to_owned()), did, what: what.into(), why: why.into(), code: None }
    }

    /// Nothing was done, because.
    pub fn not_done(instance: Option<&str>, did: Did, reason: &Reason) -> Outcome {
        Outcome {
            instance: instance.map(str::to_owned),
            did,
            what: String::new(),
            why: reason.to_string(),
            code: Some(reason.code()),
        }
    }

    /// A button was pressed, and that is stored.
    pub fn pressed(instance: &str, action: Action, why: impl Into<String>) -> Outcome {
        let what = match action {
            Action::Confirm => CONFIRMED,
            Action::Cancel => CANCELLED,
        };
        Outcome { code: Some(what), ..Outcome::done(instance, Did::Acted, what, why) }
    }

    fn to_json(&self) -> Value {
        let (did, from, to, after, until) = match self.did {
            Did::Advanced { from, to, after } => ("advanced", from, Some(to), after, None),
            Did::Acted => ("acted", None, None, None, None),
            Did::Waits { until } => ("waits", None, None, None, until),
            Did::Refuses => ("refuses", None, None, None, None),
            Did::Nothing => ("nothing", None, None, None, None),
        };
        json!({
            "instance": self.instance,
            "did": did,
            "from": from.map(Stage::name),
            "to": to.map(Stage::name),
            "after_seconds": after.map(|after| after.as_secs()),
            "what": self.what,
            "why": self.why,
            "code": self.code,
            "until": until.map(stamp),
        })
    }
}

/// Why an instance's turn ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It was decided not to act, or not to go on.
    Decided(Outcome),
    /// A call failed.
    Failed(CallError),
}

impl From<Outcome> for Stop {
    fn from(outcome: Outcome) -> Stop {
        Stop::Decided(outcome)
    }
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Stop {
        Stop::Failed(error)
    }
}

/// What is to be done.
///
/// # Errors
/// The outcome of a decision not to act.
pub fn to_act<T>(decision: Decision<T>, instance: Option<&str>) -> Result<T, Stop> {
    let outcome = match decision {
        Decision::Act(step) => return Ok(step),
        Decision::Wait { reason, until } => Outcome::not_done(instance, Did::Waits { until }, &reason),
        Decision::Refuse(reason) => Outcome::not_done(instance, Did::Refuses, &reason),
        Decision::Nothing(reason) => Outcome::not_done(instance, Did::Nothing, &reason),
    };
    Err(outcome.into())
}

/// What an invocation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The echo.
    pub echo: String,
    /// The function, or command.
    pub function: &'static str,
    /// When it ran.
    pub at: Timestamp,
    /// What woke it.
    pub woken_by: String,
    /// Instance by instance.
    pub outcomes: Vec<Outcome>,
    /// Calls that failed, each with its consequences; the invocation counts as failed, and is retried.
    pub errors: Vec<String>,
    /// Calls whose failure harms nothing: announcements.
    pub warnings: Vec<String>,
    /// The state of the echo, where the whole of it was looked at.
    pub gauges: Option<Gauges>,
}

impl Report {
    /// An empty one.
    pub fn new(settings: &Settings, function: &'static str, woken_by: &impl Display, at: Timestamp) -> Report {
        Report {
            echo: settings.name.to_string(),
            function,
            at,
            woken_by: woken_by.to_string(),
            outcomes: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            gauges: None,
        }
    }

    /// Adds an outcome.
    pub fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    /// Adds what a call's failure means: some are only "not now", the rest fail the invocation.
    pub fn failed(&mut self, instance: Option<&str>, error: &CallError) {
        let reason = Reason::CallFailed { what: error.to_string() };
        match error.failure {
            Failure::WrongState => self.add(Outcome::not_done(instance, Did::Waits { until: None }, &reason)),
            Failure::NotFound
            | Failure::AlreadyExists
            | Failure::Changed
            | Failure::NothingToModify
            | Failure::Refused
            | Failure::Unknown => self.errors.push(match instance {
                Some(instance) => format!("{instance}: {error}"),
                None => error.to_string(),
            }),
        }
    }

    /// Adds why something was stopped.
    pub fn stopped(&mut self, instance: Option<&str>, stop: Stop) {
        match stop {
            Stop::Decided(outcome) => self.add(outcome),
            Stop::Failed(error) => self.failed(instance, &error),
        }
    }

    /// Adds what came of one instance's turn.
    pub fn record(&mut self, instance: &str, turn: Result<Outcome, Stop>) {
        match turn {
            Ok(outcome) => self.add(outcome),
            Err(stop) => self.stopped(Some(instance), stop),
        }
    }

    /// Says that nothing was there to be done, where nothing else was said.
    pub fn finish(mut self) -> Report {
        if self.outcomes.is_empty() && self.errors.is_empty() {
            self.add(Outcome::not_done(None, Did::Nothing, &Reason::NothingToDo {}));
        }
        self
    }

    /// All errors as one text; `None` where there is none.
    pub fn error(&self) -> Option<String> {
        (!self.errors.is_empty()).then(|| self.errors.join("; "))
    }

    /// The log line and the function's answer.
    pub fn to_json(&self) -> Value {
        json!({
            "echo": self.echo,
            "function": self.function,
            "at": stamp(self.at),
            "woken_by": self.woken_by,
            "outcomes": self.outcomes.iter().map(Outcome::to_json).collect::<Vec<_>>(),
            "error": self.error(),
            "warnings": self.warnings,
        })
    }
}

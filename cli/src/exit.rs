//! What `rds-echo` ends with, in one place: cron and CI branch on it.

use std::process::ExitCode;

use stages::report::{Did, Report};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// What was asked for is done, or shown.
    Done,
    /// Something on this machine failed: a file, a terminal.
    Failed,
    /// The command line or the settings are wrong.
    Usage,
    /// Nothing was to be done, or it is not time yet.
    Waiting,
    /// A guard refused.
    Refused,
    /// AWS refused a call, or could not be reached.
    Aws,
    /// It was not confirmed, or nobody could be asked.
    NotConfirmed,
}

/// Every exit code, with its meaning; `--help` and docs/CLI.md show it.
pub const EXITS: [(Exit, &str); 7] = [
    (Exit::Done, "done: what was asked for is done, or shown"),
    (Exit::Failed, "something on this machine failed, such as writing a file"),
    (Exit::Usage, "the command line or the settings are wrong; nothing was done"),
    (Exit::Waiting, "nothing was to be done, or it is not time yet; run it again later"),
    (Exit::Refused, "refused by a guard, or given up; it needs a person"),
    (Exit::Aws, "AWS refused a call or could not be reached; running it again is safe"),
    (Exit::NotConfirmed, "not confirmed, or there was no terminal to ask at; nothing was done"),
];

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Waiting => 3,
            Exit::Refused => 4,
            Exit::Aws => 5,
            Exit::NotConfirmed => 6,
        }
    }

    /// What a stage's report comes to: the worst of it, but for waiting, which counts only where nothing was done.
    pub fn of(report: &Report) -> Exit {
        let any = |is: fn(&Did) -> bool| report.outcomes.iter().any(|outcome| is(&outcome.did));
        if !report.errors.is_empty() {
            Exit::Aws
        } else if any(|did| matches!(did, Did::Refuses)) {
            Exit::Refused
        } else if any(|did| matches!(did, Did::Advanced { .. } | Did::Acted)) {
            Exit::Done
        } else {
            Exit::Waiting
        }
    }

    /// The table, for `--help`.
    pub fn table() -> String {
        let lines = EXITS.map(|(exit, meaning)| format!("  {}  {meaning}", exit.code()));
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command did not come to its end, with what to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How it ends.
    pub exit: Exit,
    /// What failed, why, and what to do.
    pub message: String,
}

impl Failure {
    /// A failure with its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into() }
    }
}

impl From<stages::ports::CallError> for Failure {
    fn from(error: stages::ports::CallError) -> Failure {
        Failure::new(Exit::Aws, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(Exit::Failed, error.to_string())
    }
}

/// What a command gives.
pub type Outcome = Result<Exit, Failure>;

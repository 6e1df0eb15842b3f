//! What a command says: facts on stdout, everything else on stderr; colour only at a terminal and without NO_COLOR.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::SignedDuration;
use serde_json::Value;
use stages::report::{Did, Outcome, Report};
use tag_state::tags::stamp;

use crate::arguments::{Format, Global};

const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// How much is said, and how.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    format: Format,
    quiet: bool,
    verbose: bool,
}

/// How a word is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Doubtful,
    /// Wrong.
    Bad,
    /// Beside the point.
    Faint,
}

impl Tone {
    /// The word in its colour; what is printed to no terminal loses it again.
    pub fn paint(self, word: &str) -> String {
        let style = match self {
            Tone::Good => GOOD,
            Tone::Doubtful => DOUBTFUL,
            Tone::Bad => BAD,
            Tone::Faint => FAINT,
        };
        format!("{style}{word}{style:#}")
    }
}

impl Printer {
    /// As the command line asks.
    pub fn new(global: &Global) -> Printer {
        Printer { format: global.output, quiet: global.quiet, verbose: global.verbose }
    }

    /// Whether JSON is asked for.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether everything is to be said.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether nothing is to be said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Facts: the text, or the JSON.
    pub fn facts(&self, text: &str, json: impl FnOnce() -> Value) {
        if self.quiet {
            return;
        }
        match self.format {
            Format::Text => self.line(text),
            Format::Json => self.line(&json().to_string()),
        }
    }

    /// One line on stdout. Who closes the pipe wants no more of it.
    pub fn line(&self, line: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stdout(), "{}", line.trim_end_matches('\n'));
        }
    }

    /// What people should know, and harms nothing.
    pub fn warning(&self, warning: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{}: {warning}", Tone::Doubtful.paint("warning"));
        }
    }

    /// What only the curious want to know.
    pub fn detail(&self, detail: &str) {
        if self.verbose {
            let _ = writeln!(anstream::stderr(), "{}", Tone::Faint.paint(detail));
        }
    }

    /// What went wrong; `--quiet` does not hide it.
    pub fn error(&self, error: &str) {
        // The SDK has no other sign of it than its words.
        let signs = ["loading credentials", "no credentials found", "credential provider was not enabled"];
        let remedy = if signs.iter().any(|sign| error.contains(sign)) {
            "\nhint: log in to AWS (such as aws sso login), or name a profile with --profile or AWS_PROFILE"
        } else {
            ""
        };
        let _ = writeln!(anstream::stderr(), "{}: {error}{remedy}", Tone::Bad.paint("error"));
    }

    /// What a stage did.
    pub fn report(&self, report: &Report) {
        // Where a call failed before there was an outcome, there is no line either.
        if self.is_json() || !report.outcomes.is_empty() {
            self.facts(&outcomes(report), || report.to_json());
        }
        for warning in &report.warnings {
            self.warning(warning);
        }
        for error in &report.errors {
            self.error(error);
        }
    }
}

/// One line an outcome.
pub fn outcomes(report: &Report) -> String {
    let mut text = String::new();
    for outcome in &report.outcomes {
        let instance = outcome.instance.as_deref().unwrap_or("-");
        let _ = writeln!(text, "{instance}  {}", said(outcome));
    }
    text
}

/// What became of one instance.
pub fn said(outcome: &Outcome) -> String {
    let Outcome { did, what, why, .. } = outcome;
    let because = |what: &str| if why.is_empty() { what.to_owned() } else { format!("{what}, because {why}") };
    match did {
        Did::Advanced { from, to, .. } => {
            let from = from.map_or("nothing", |stage| stage.name());
            let stages = Tone::Good.paint(&format!("{from} -> {to}"));
            format!("{stages}: {}", because(what))
        }
        Did::Acted => format!("{}, because {why}", Tone::Good.paint(what)),
        Did::Waits { until } => {
            let known = until.filter(|until| !why.contains(&stamp(*until)));
            let until = known.map_or(String::new(), |until| format!(" (look again at {})", stamp(until)));
            format!("{}: {why}{until}", Tone::Doubtful.paint("waits"))
        }
        Did::Refuses => format!("{}: {why}", Tone::Bad.paint("refused")),
        Did::Nothing => format!("{}: {why}", Tone::Faint.paint("nothing to do")),
    }
}

/// A length of time for people: `28 h 14 min`, `3 d 4 h`, `45 s`.
pub fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {:02} min", minutes % 60),
        (_, _, _) => format!("{days} d {} h", hours % 24),
    }
}

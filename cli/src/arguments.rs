//! The command line: what can be asked for. `--help`, the completions and docs/CLI.md are made from this.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::exit::Exit;

/// Keeps development and test databases fresh copies of production, in AWS.
///
/// The stages, one after the other: new, modify, reboot, request, promote, retire. Each looks at what is there, does
/// what can be done now, and says what it did, or what it waits for. All state is in the instances' tags and in the
/// CNAME, so that this command and the deployed functions can be mixed at any time, and any command can be run again.
///
/// Settings come from rdsecho.properties in the working directory; RDS_ECHO_OPTS wins over it, key by key. With
/// --config FILE neither is read. --set wins over all. `rds-echo sample-props` writes a file to begin with.
#[derive(Debug, Parser)]
#[command(name = "rds-echo", version, after_help = Exit::table(), after_long_help = Exit::table(), max_term_width = 100)]
#[command(disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    /// What is the same for all commands.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What is the same for all commands.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// Reads the settings from this properties file, and from nowhere else.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// One setting, which wins over all others; can be repeated. `rdsecho.` may be left out.
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    pub set: Vec<String>,
    /// How facts are printed. JSON is one document on stdout; of watch, one on each line.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub output: Format,
    /// Prints errors only; the exit code tells the rest.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Says on stderr where the settings come from, and where and as whom AWS is called.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Asks nothing, neither where rdsecho.interactive=true nor before adopt. It does not stand for a typed approval.
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// The profile of the AWS configuration.
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// The AWS region. Without it AWS_REGION or the profile's is meant, and where there is neither, rdsecho.region.
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Calls AWS at this address instead, such as a local one for tests.
    #[arg(long, value_name = "URL", global = true)]
    pub endpoint_url: Option<String>,
}

/// How facts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The instance that a command is about.
#[derive(Args, Debug, Default)]
pub struct Which {
    /// Only this instance; without it, every one that is ready for the stage.
    #[arg(value_name = "INSTANCE")]
    pub instance: Option<String>,
}

/// Whose answer it is.
#[derive(Args, Debug)]
pub struct Whose {
    /// The instance; without it, the one that waits for approval.
    #[arg(value_name = "INSTANCE")]
    pub instance: Option<String>,
    /// Whose answer it is: one of rdsecho.promote.approvers. Without it, the session name of your AWS role or your IAM
    /// user name, where that is one of them.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub as_whom: Option<String>,
}

/// How long a hold lasts where nothing is said.
pub(crate) const DEFAULT_HOLD: &str = "7d";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Restores the latest snapshot of production into a new instance.
    ///
    /// Usually the longest operation. It does nothing while one is on its way, or the newest is younger than
    /// rdsecho.new.minimumAgeHours.
    New,
    /// Modifies an instance of stage `new`: what a restore could not set.
    Modify(Which),
    /// Reboots an instance of stage `modified`, so that all settings take effect.
    ///
    /// In two runs: the first asks for the reboot, the second sees that all is in effect.
    Reboot(Which),
    /// Mails the approvers of an instance of stage `rebooted`, again or anew; --once also mails what is new.
    ///
    /// Where a request is open, its mails go out once more, with the same links. Where it was cancelled or ran out, or
    /// nobody was asked yet, a new one is made.
    Request {
        /// The instance; without it, the newest of stage `rebooted`.
        #[arg(value_name = "INSTANCE")]
        instance: Option<String>,
        /// Asks only where nobody was asked yet, mails again only those who could not be reached, reminds, and tells
        /// what has become of a request: for cron, as the function does it.
        #[arg(long, conflicts_with = "anew")]
        once: bool,
        /// Makes a new request, though one is open: its links stop working, and its answers count no more.
        #[arg(long)]
        anew: bool,
    },
    /// Confirms as an approver, without a mail.
    ///
    /// It needs kms:GenerateMac on the approval key: whoever has that can approve.
    Approve(Whose),
    /// Cancels as an approver, without a mail.
    Cancel {
        /// Whose answer it is.
        #[command(flatten)]
        whose: Whose,
        /// Why: the others read it. At most 200 characters are kept.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Points the CNAME at the approved instance; the one before it is forgotten.
    ///
    /// Where the settings name no approvers, it asks for the instance's identifier, which is the approval then; it does
    /// so only at a terminal.
    Promote {
        /// Points the CNAME at this one instead, which nobody is asked about: one that was in use before, or one that
        /// was set up completely and then given up, cancelled, or not answered in time. It must still live. Its
        /// identifier has to be typed once more, at a terminal; --yes does not stand for that.
        #[arg(long, value_name = "INSTANCE")]
        to: Option<String>,
    },
    /// Destroys forgotten instances, once their grace period is over.
    ///
    /// In two runs, at least a quarter of an hour apart: the first marks, the second destroys.
    Retire {
        /// Only this instance; without it, every forgotten one.
        #[arg(value_name = "INSTANCE")]
        instance: Option<String>,
        /// Waits neither for the end of the grace period nor for the pause. Every other guard holds. Do not use it
        /// while somebody may be rolling back: the pause is there for that.
        #[arg(long)]
        now: bool,
    },
    /// Returns the CNAME to the instance that was replaced last, while it lives.
    Rollback {
        /// Another one that was in use before.
        #[arg(value_name = "INSTANCE")]
        instance: Option<String>,
        /// Holds the one that the CNAME leaves, so that it is not destroyed before then: --keep=3d, or what else hold
        /// takes as the end. Without =UNTIL, for seven days.
        #[arg(long, value_name = "UNTIL", num_args = 0..=1, require_equals = true, default_missing_value = DEFAULT_HOLD)]
        keep: Option<String>,
    },
    /// Keeps an instance from retire until a date.
    ///
    /// Whatever becomes of it, it is neither condemned nor destroyed before then. It counts towards rdsecho.maxInstances
    /// as all others do. Held once more, the new date counts, be it later or earlier; without one, a hold that lasts
    /// longer stays as it is.
    Hold {
        /// The instance.
        #[arg(value_name = "INSTANCE")]
        instance: String,
        /// A date, which is its beginning in rdsecho.promote.timeZone (2026-12-01), a time there (2026-12-01T18:00) or
        /// with its offset (2026-12-01T18:00:00Z), or a length of time from now (3d, 12h, 2w); at most a year. Without
        /// it, at least seven days.
        #[arg(long, value_name = "UNTIL")]
        until: Option<String>,
        /// What for: status shows it. At most 200 characters are kept.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Lets an instance go that is held: retire deals with it as with all others.
    Release {
        /// The instance.
        #[arg(value_name = "INSTANCE")]
        instance: String,
    },
    /// Gives an instance up: it is forgotten, and destroyed after the grace period.
    Forget {
        /// The instance.
        #[arg(value_name = "INSTANCE")]
        instance: String,
    },
    /// Takes over instances that rds-echo 0.1.10 has tagged.
    ///
    /// It shows what it would write, and what promote would do next, and asks before it writes.
    Adopt {
        /// The instances; without any, every one that can be.
        #[arg(value_name = "INSTANCE")]
        instances: Vec<String>,
    },
    /// Says what every stage would do right now, and why, or what it waits for. Touches nothing.
    Plan,
    /// Shows this echo's instances, and where the CNAME points.
    Status,
    /// Follows a cycle until it is promoted, or given up.
    Watch {
        /// The instance; without it, the newest that is on its way.
        #[arg(value_name = "INSTANCE")]
        instance: Option<String>,
        /// Seconds between two looks.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
        interval: u64,
    },
    /// Checks the settings, the access, and whether what the settings name is there. Touches nothing.
    Check,
    /// Writes a documented rdsecho.properties into the working directory; never overwrites one.
    SampleProps,
    /// Prints an RDS_ECHO_OPTS to fill in, with the values of the settings that there are.
    SampleOpts,
    /// Prints the completions of a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

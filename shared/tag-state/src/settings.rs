//! The settings: one schema for the functions and the command line.
//!
//! The original's property names stay valid; new ones follow its style. Everything that is wrong is
//! reported at once, each by its key and place, with what is allowed.

mod options;
mod properties;
mod reader;
mod sample;
mod schema;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::SignedDuration;

use crate::facts::{SnapshotType, Tags};
use crate::name::EchoName;
use crate::parameter::{Parameter, Parameters, Value};
use crate::permissions::Role;

pub use options::{Entry, Options, split_options};
pub use properties::{Properties, read_properties, read_properties_below};
pub use sample::{sample_options, sample_properties};
pub use schema::{Key, keys};
pub use zone::TimeZoneName;

/// All settings of one echo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `rdsecho.name`: the echo's name; required.
    pub name: EchoName,
    /// `rdsecho.region`: where given, nothing runs in another one.
    pub region: Option<String>,
    /// `rdsecho.accountNumber`: where given, nothing runs in another account.
    pub account_number: Option<String>,
    /// `rdsecho.interactive`: whether the command line asks before each change; the functions ignore it.
    pub interactive: bool,
    /// Where the data comes from.
    pub source: Source,
    /// `rdsecho.snapshot.*`.
    pub snapshots: Snapshots,
    /// `rdsecho.maxInstances`: how many of this echo's instances may live at once; default 4.
    pub max_instances: usize,
    /// `rdsecho.new.*`.
    pub new: New,
    /// `rdsecho.mod.*`.
    pub modify: Modification,
    /// `rdsecho.reboot`: `always` (default) or `when-needed`.
    pub reboot: Reboot,
    /// `rdsecho.settleMinutes`: how long after a modify or reboot `available` is not believed; default 2.
    pub settle: SignedDuration,
    /// `rdsecho.promote.*`.
    pub promote: Promotion,
    /// `rdsecho.retire.*`.
    pub retire: Retirement,
    /// What happens when it goes wrong.
    pub troubles: Troubles,
    /// `rdsecho.check.roles`: the names of the deployed functions' roles; only `rds-echo check` asks for them.
    pub roles: BTreeMap<Role, String>,
}

/// What is restored. An enum, so that another kind, such as a cluster's snapshot, would find its place here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `rdsecho.snapshot.dbInstanceIdentifier`: the latest snapshot of that instance, of one of the types in [`Snapshots`].
    LatestSnapshotOf(String),
}

/// Which snapshots of the source are good enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// `rdsecho.snapshot.types`: default automated and manual. Shared where there is an account, and then by default alone.
    pub types: BTreeSet<SnapshotType>,
    /// `rdsecho.snapshot.account`: the other account that the source is in. Of what is shared only its own is taken,
    /// because every account can share a snapshot with this one, and call the instance what it likes.
    pub account: Option<String>,
    /// `rdsecho.snapshot.maxAgeHours`: older data is not restored; `None` where any age will do.
    pub max_age: Option<SignedDuration>,
}

/// Settings of the restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// `rdsecho.new.X`: what the restore call is given.
    pub parameters: Parameters,
    /// `rdsecho.new.tags`: the user's tags, in the same call as ours.
    pub tags: Tags,
    /// `rdsecho.new.minimumAgeHours`: no new one while the newest is younger; default 24.
    pub minimum_age: SignedDuration,
}

/// Settings of the modification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modification {
    /// `rdsecho.mod.X`: what the instance must have before it is rebooted.
    pub parameters: Parameters,
    /// `rdsecho.mod.applyImmediately`: default true; false waits for the maintenance window.
    pub apply_immediately: bool,
}

/// When an instance is rebooted after its modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reboot {
    /// Each time.
    Always,
    /// Only where a parameter group waits for it.
    WhenNeeded,
}

/// Settings of the approval and the CNAME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// `rdsecho.promote.cname`: the name that people use; required.
    pub cname: String,
    /// `rdsecho.promote.ttl`: seconds; default 60.
    pub ttl: i64,
    /// `rdsecho.promote.tags`: the user's tags for the promoted instance.
    pub tags: Tags,
    /// `rdsecho.promote.hostedZoneId`: the hosted zone of that name.
    pub hosted_zone_id: Option<String>,
    /// `rdsecho.promote.approval`: `required` (default) or `none`.
    pub approval: Approval,
    /// `rdsecho.promote.sender`: the verified address that mails come from.
    pub sender: Option<String>,
    /// `rdsecho.promote.replyTo`: the person who gets the answers to mails, and is named in them.
    pub reply_to: Option<String>,
    /// `rdsecho.promote.timeZone`: the time zone of the times in mails and pages; default UTC.
    pub time_zone: TimeZoneName,
    /// `rdsecho.promote.url`: what the links begin with, without a slash at the end.
    pub url: Option<String>,
    /// `rdsecho.promote.keyId`: the KMS HMAC key of the links.
    pub key_id: Option<String>,
}

/// Whether people are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// `rdsecho.promote.approval=none`: nobody is; it must be said.
    None,
    /// No approvers are named: nobody is mailed, and only a person at the command line who types the instance's
    /// identifier can promote it. The functions refuse such settings.
    Typed,
    /// People are asked by mail.
    Required {
        /// `rdsecho.promote.approvers`: addresses.
        approvers: Vec<String>,
        /// `rdsecho.promote.approvals`: how many of them must confirm; default 1.
        approvals: usize,
        /// `rdsecho.promote.expiryHours`: how long the links work; default 72.
        expiry: SignedDuration,
        /// `rdsecho.promote.windowHours`: how long after that a promotion may still act on them; default 1.
        window: SignedDuration,
        /// `rdsecho.promote.reminderHours`: how long before their end those who have not answered are mailed once
        /// more; `None` for never. Default: a third of the expiry.
        reminder: Option<SignedDuration>,
    },
}

/// Settings of the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// `rdsecho.retire.graceHours`: how long a forgotten instance is kept; default 24.
    pub grace: SignedDuration,
    /// How long after the point of no return the delete comes: [`PAUSE`](crate::decide::retire::PAUSE), which no
    /// setting changes. Only a person can do without it, who says `rds-echo retire --now`.
    pub pause: SignedDuration,
    /// `rdsecho.retire.skipFinalSnapshot`: default false.
    pub skip_final_snapshot: bool,
    /// `rdsecho.retire.finalDbSnapshotIdentifier`: `{instance}` stands for the identifier, which makes it
    /// unique, `{name}` for the echo's name and `{date}` for the day; default `{instance}-final`.
    pub final_snapshot: String,
    /// Which final snapshots are kept; `None`: all of them.
    pub keep: Option<Keep>,
    /// `rdsecho.retire.connectionMinutes`: how long nobody may have been connected before an instance goes;
    /// default `None`, nobody looks.
    pub connection_minutes: Option<i64>,
}

/// Which final snapshots are kept. One that any of these rules keeps stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// `rdsecho.retire.keepFinalSnapshots`: that many, the newest.
    pub newest: Option<usize>,
    /// `rdsecho.retire.keepFinalSnapshotDays`: those that are not older.
    pub younger_than: Option<SignedDuration>,
}

/// Settings of what happens when it goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Troubles {
    /// `rdsecho.retries`: how many more copies are tried in a row, once one has failed; default 2.
    pub retries: u32,
    /// `rdsecho.notify`: who is told of trouble; see [`Settings::told_of_trouble`].
    pub notify: Vec<String>,
    /// `rdsecho.stuck.*`.
    pub stuck: Limits,
}

/// After how long in a stage a copy is stuck; see [`limit`](crate::decide::trouble::limit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `rdsecho.stuck.hours`: for a stage without a limit of its own, of which nothing was learned, and the
    /// measure of what may be learned; default 48.
    pub otherwise: SignedDuration,
    /// `rdsecho.stuck.newHours`: since the restore was asked for.
    pub new: Option<SignedDuration>,
    /// `rdsecho.stuck.modifiedHours`: since the modification was asked for.
    pub modified: Option<SignedDuration>,
    /// `rdsecho.stuck.rebootedHours`: since it was set up, and from the end of its request on.
    pub rebooted: Option<SignedDuration>,
    /// `rdsecho.stuck.forgottenHours`: since the end of its grace period.
    pub forgotten: Option<SignedDuration>,
    /// `rdsecho.stuck.retiredHours`: since the point of no return.
    pub retired: Option<SignedDuration>,
}

/// Who runs with the settings, where that decides what may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A deployed function: nobody is there to ask, so it must be said who approves, or that nobody does.
    Function,
    /// A person at the command line, who can approve there: see [`Approval::Typed`].
    Person,
}

/// Settings that can be used, and what their reader should still tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The settings.
    pub settings: Settings,
    /// What was understood in another way than it stands there.
    pub warnings: Vec<Problem>,
}

/// One thing wrong with the settings, or worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, or what stood in its place.
    pub key: String,
    /// Where it stood, such as `RDS_ECHO_OPTS` or a file's line; empty where a key is missing.
    pub place: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            write!(f, "{}: {}", self.key, self.message)
        } else {
            write!(f, "{} ({}): {}", self.key, self.place, self.message)
        }
    }
}

/// Everything that is wrong with the settings; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// First what could not be read, then what cannot be used.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "{count} problem{} in the settings, nothing was done:", if count == 1 { "" } else { "s" })?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the value of `RDS_ECHO_OPTS` for a function: `-Dkey=value` with shell quoting. Warnings are dropped.
    ///
    /// # Errors
    /// Every unknown key, bad value, missing key and impossible combination, all at once.
    pub fn from_options(options: &str) -> Result<Settings, SettingsError> {
        let options = split_options(options).map_err(|problem| SettingsError { problems: vec![problem] })?;
        Ok(Self::read(&options.entries, Caller::Function)?.settings)
    }

    /// Reads entries from wherever they stood. Of two with the same key the later wins, and an empty value
    /// is as good as none: so a caller chains the entries of its sources, the weakest first.
    ///
    /// # Errors
    /// As [`from_options`](Self::from_options).
    pub fn read(entries: &[Entry], caller: Caller) -> Result<Found, SettingsError> {
        Self::read_all(entries, Vec::new(), caller)
    }

    /// As [`read`](Self::read), where the sources of the entries had problems of their own: one error names
    /// them all. A key that is among them is not complained about again, such as that it is missing.
    ///
    /// # Errors
    /// As [`from_options`](Self::from_options), and whenever there are problems so far.
    pub fn read_all(entries: &[Entry], problems_so_far: Vec<Problem>, caller: Caller) -> Result<Found, SettingsError> {
        reader::read(entries, problems_so_far, caller)
    }

    /// Whether RDS is to make a master password of the copy's own, so that production's does not stay valid on it.
    pub fn manages_password(&self) -> bool {
        self.modify.parameters.get(&Parameter::ManageMasterUserPassword) == Some(&Value::Flag(true))
    }

    /// Refuses to run anywhere but where the settings say.
    ///
    /// # Errors
    /// Names each of `rdsecho.region` and `rdsecho.accountNumber` that does not match.
    pub fn check_place(&self, region: &str, account: &str) -> Result<(), SettingsError> {
        let differs = |key: &str, set: &Option<String>, actual: &str| {
            set.as_ref().filter(|set| *set != actual).map(|set| Problem {
                key: key.to_owned(),
                place: String::new(),
                message: format!("is {set}, but this runs in {actual}: correct the setting, or run it there (rds-echo: --region, --profile)"),
            })
        };
        let problems: Vec<Problem> = [
            differs("rdsecho.region", &self.region, region),
            differs("rdsecho.accountNumber", &self.account_number, account),
        ]
        .into_iter()
        .flatten()
        .collect();
        if problems.is_empty() { Ok(()) } else { Err(SettingsError { problems }) }
    }

    /// The approvers' addresses; none where nobody is asked.
    pub fn approvers(&self) -> &[String] {
        match &self.promote.approval {
            Approval::None | Approval::Typed => &[],
            Approval::Required { approvers, .. } => approvers,
        }
    }

    /// How many tags an instance may be given at most: ours, the user's, and two of each approver.
    pub fn most_tags(&self) -> usize {
        reader::most_tags(&self.new, &self.promote)
    }

    /// Who is told of trouble by mail: `rdsecho.notify`, else whom answers reach, else the approvers.
    pub fn told_of_trouble(&self) -> Vec<String> {
        match (&self.troubles.notify[..], &self.promote.reply_to) {
            ([], Some(reply_to)) => vec![reply_to.clone()],
            ([], None) => self.approvers().to_vec(),
            (notify, _) => notify.to_vec(),
        }
    }

    /// How many confirmations a promotion needs.
    pub fn approvals(&self) -> usize {
        match &self.promote.approval {
            Approval::None | Approval::Typed => 0,
            Approval::Required { approvals, .. } => *approvals,
        }
    }
}

//! The kinds of trouble: each with a short name for machines and the run book, and a sentence for people.

use crate::check::hash;
use crate::stage::Stage;
use crate::worded::worded;

worded! {
    /// What is wrong.
    What;

    /// It was given up because it had failed.
    Failed {
        /// Why, as its tag has it.
        why: String,
        /// Which try of a row it was.
        attempt: u32,
        /// How many there are in a row.
        of: u32
    } "failed" => "it has failed and was given up (try {attempt} of {of}): {why}";
    /// What people work with has failed.
    InUseFailed {
        /// Its status.
        status: String
    } "in-use-failed" => "it is in use, and its status is {status}, which it does not leave by itself";
    /// What people work with is stopped.
    InUseStopped {
        /// Its status.
        status: String
    } "in-use-stopped" => "it is in use, and it is {status}: somebody stopped it";
    /// Somebody deletes what people work with.
    InUseGoing {
        /// Its status.
        status: String
    } "in-use-going" => "it is in use, and it is being deleted (status {status})";
    /// Somebody stopped one on its way.
    Stopped {
        /// Its status.
        status: String
    } "stopped" => "it is {status}: somebody stopped it, and nothing goes on until it is started";
    /// RDS does not take the settings.
    ModifyRefused {
        /// What RDS said.
        said: String
    } "modify-refused" => "RDS refused its settings: {said}";
    /// A group cannot be applied.
    GroupFailed {
        /// Which, and its state.
        what: String
    } "group-failed" => "{what}: RDS could not apply it";
    /// The restore takes too long.
    StillRestoring {
        /// Its status.
        status: String
    } "still-restoring" => "it is still being restored (status {status})";
    /// AWS works on it.
    Maintenance {
        /// Its status.
        status: String
    } "maintenance" => "RDS maintains it (status {status}), for longer than this stage should take";
    /// RDS is at work on it for too long.
    StillBusy {
        /// Its status.
        status: String
    } "still-busy" => "RDS has been at work on it for too long (status {status})";
    /// It failed, and nobody has given it up.
    StillFailed {
        /// Its status.
        status: String
    } "still-failed" => "its status is {status}, and it was not given up: the function of its stage fails, or the CNAME points at it";
    /// A status that nobody here knows, for too long.
    UnknownStatus {
        /// Its status.
        status: String
    } "unknown-status" => "its status {status:?} is not known to this version, and stays";
    /// Changes wait for the maintenance window, or do not come into effect.
    Pending {
        /// Their names.
        what: String
    } "pending" => "changes are pending: {what}; they wait for the maintenance window, or RDS does not apply them";
    /// It has not what was asked for.
    SettingsDiffer {
        /// Wanted and actual.
        what: String
    } "settings-differ" => "its modification was accepted, but is not in effect: {what}";
    /// A group is not in effect.
    GroupNotApplied {
        /// Which, and its state.
        what: String
    } "group-not-applied" => "{what}, for longer than it should be";
    /// RDS cannot use the secret of its master password.
    SecretImpaired {
        /// The secret's ARN.
        secret: String
    } "secret-impaired" => "the secret of its master password, {secret}, is impaired: RDS cannot use it, or its KMS key, and nothing goes on";
    /// RDS has been at work on the secret for too long.
    SecretPending {
        /// The secret's status.
        status: String
    } "secret-pending" => "the secret of its master password has been {status} for too long, and nothing goes on before it is active";
    /// Somebody changed it, or the settings, after it was set up.
    ChangedSince {
        /// Wanted and actual.
        what: String
    } "changed-since" => "it was changed after it had been set up, or the settings were: {what}";
    /// Somebody switched its protection off.
    Unprotected {} "unprotected" => "somebody switched its deletion protection off; modify switches it on again";
    /// It is ready for the next stage, and that does not come.
    NotTakenOn {
        /// The stage that it is in.
        stage: Stage
    } "not-taken-on" => "it is ready for what follows {stage}, and that does not come";
    /// People want the switch, and it does not come.
    NotSwitched {
        /// What is in the way, as far as it is seen.
        why: String
    } "not-switched" => "enough people have confirmed it, and the CNAME is not switched to it: {why}";
    /// Too few could be asked.
    MailsNotSent {
        /// Who, and what that means.
        what: String
    } "mails-not-sent" => "its approval was requested, and {what}";
    /// Nobody wants it any more, and it costs.
    LeftOver {
        /// Why.
        why: String
    } "left-over" => "it is not going to be used, and stays until the next one takes its place: {why}";
    /// Its hold has no end that can be read.
    HoldUnreadable {
        /// What its tag says.
        value: String
    } "hold-unreadable" => "its hold tag says {value:?}, which is no date: it is kept without an end";
    /// It should have been retired.
    NotRetired {
        /// Why, as retire noted it.
        why: String
    } "not-retired" => "its grace period is long over, and it is not retired: {why}";
    /// It should have been deleted.
    NotDeleted {
        /// Its status.
        status: String,
        /// Why, as retire noted it.
        why: String
    } "not-deleted" => "it is retired, and is not deleted (status {status}): {why}";
    /// People are connected to it, and it waits for them.
    InUseByClients {
        /// How many, when retire looked.
        said: String,
        /// Who could be left behind on it.
        who: String
    } "in-use-by-clients" => "it is due to be destroyed, and waits because people are connected to it: {said}; they do not move with the CNAME, and might be left behind ({who} may know who they are)";
    /// Its deletion hangs.
    StillGoing {
        /// Its status.
        status: String
    } "still-going" => "it has been going for too long (status {status})";
}

impl What {
    /// Whether it is a wait that has become too long, and no event.
    pub const fn is_stuck(&self) -> bool {
        !matches!(
            self,
            What::Failed { .. }
                | What::InUseFailed { .. }
                | What::InUseStopped { .. }
                | What::InUseGoing { .. }
                // It ends when they go; if that takes long, it is not retired, and that is another trouble.
                | What::InUseByClients { .. }
        )
    }

    /// Whether it is certain without knowing how long others took.
    pub(super) const fn is_certain(&self) -> bool {
        matches!(
            self,
            What::Failed { .. }
                | What::InUseFailed { .. }
                | What::InUseStopped { .. }
                | What::InUseGoing { .. }
                | What::Stopped { .. }
                | What::ModifyRefused { .. }
                | What::GroupFailed { .. }
                | What::SecretImpaired { .. }
                | What::ChangedSince { .. }
                | What::HoldUnreadable { .. }
        )
    }

    /// Whether it comes and goes beside another one: each night a stuck copy is backed up, and that is no news.
    pub(super) const fn is_passing(&self) -> bool {
        matches!(self, What::StillBusy { .. } | What::Maintenance { .. })
    }

    /// Whether a mail about it may go out though nothing can note that it did: of what people lose for good otherwise.
    pub const fn is_urgent(&self) -> bool {
        matches!(self, What::InUseGoing { .. })
    }

    /// What the mark says that was told: the code, and what tells one of a kind from another one behind it.
    pub(super) fn word(&self) -> String {
        match self {
            What::InUseFailed { status } | What::InUseStopped { status } => format!("{}/{status}", self.code()),
            // Another setting is another trouble.
            What::Pending { what } | What::SettingsDiffer { what } | What::ChangedSince { what } => {
                format!("{}/{}", self.code(), hash([what.as_str()]))
            }
            What::Failed { .. }
            | What::InUseGoing { .. }
            | What::Stopped { .. }
            | What::ModifyRefused { .. }
            | What::GroupFailed { .. }
            | What::StillRestoring { .. }
            | What::Maintenance { .. }
            | What::StillBusy { .. }
            | What::StillFailed { .. }
            | What::UnknownStatus { .. }
            | What::GroupNotApplied { .. }
            | What::SecretImpaired { .. }
            | What::SecretPending { .. }
            | What::Unprotected {}
            | What::NotTakenOn { .. }
            | What::NotSwitched { .. }
            | What::MailsNotSent { .. }
            | What::LeftOver { .. }
            | What::HoldUnreadable { .. }
            | What::NotRetired { .. }
            | What::NotDeleted { .. }
            | What::InUseByClients { .. }
            | What::StillGoing { .. } => self.code().to_owned(),
        }
    }

    /// Whether a code is told once in a stage, however often it comes back: what was stopped is started and stopped again
    /// each night, and the others last, or are told anew by themselves.
    pub(crate) fn is_told_once(code: &str) -> bool {
        const ONCE: [&str; 5] = ["failed", "in-use-stopped", "in-use-going", "stopped", "modify-refused"];
        ONCE.contains(&code)
    }
}

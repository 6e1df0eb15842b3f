//! What comes next by itself, and what a person can do: for each kind of trouble.

use jiff::Timestamp;

use super::Notice;
use crate::decide::trouble::What;
use crate::stage::Stage;
use crate::text::words::count;

impl Notice<'_> {
    /// What RDS Echo does next by itself.
    pub(super) fn next(&self) -> Vec<String> {
        let copy = self.own.identifier();
        let one = |sentence: &str| vec![sentence.to_owned()];
        let goes_on = "It looks again every few minutes, and goes on as soon as that is over.";
        match &self.trouble.what {
            What::Failed { attempt, of, .. } => {
                let gone = self.gone_after();
                let then = if attempt < of {
                    // When that turn comes a schedule says, which is not ours to know.
                    format!(
                        "The next turn of `new` makes another copy: try {} of {of} as long as {copy} is there, the \
                         first of a new row once it is gone.",
                        attempt + 1
                    )
                } else {
                    format!(
                        "No further copy is made before {copy} is gone: {attempt} in a row have failed. Then a new row \
                         begins."
                    )
                };
                vec![then, format!("{copy} is destroyed {gone}.")]
            }
            What::InUseFailed { .. } | What::InUseStopped { .. } | What::InUseGoing { .. } => {
                one("Nothing: what is in use is never given up, stopped, started or destroyed.")
            }
            What::Stopped { .. } => vec![
                goes_on.to_owned(),
                "RDS itself starts what has been stopped for seven days; then it goes on, too.".to_owned(),
            ],
            What::ModifyRefused { .. } => one("It asks RDS again at each look, with the settings that it then has."),
            What::GroupFailed { .. }
            | What::StillRestoring { .. }
            | What::Maintenance { .. }
            | What::StillBusy { .. }
            | What::UnknownStatus { .. }
            | What::Pending { .. }
            | What::GroupNotApplied { .. }
            | What::NotTakenOn { .. } => one(goes_on),
            What::StillFailed { .. } => {
                one("It gives the copy up at the next look that succeeds, unless the CNAME points at it.")
            }
            What::SettingsDiffer { .. } => one(
                "It waits until RDS shows what was asked for, and asks for nothing twice: a setting that was changed \
                 since would be changed under somebody's hands.",
            ),
            What::ChangedSince { .. } => one(
                "It waits, and switches to this copy only once everything is in effect again. Nobody's confirmation \
                 helps meanwhile.",
            ),
            What::SecretImpaired { .. } | What::SecretPending { .. } => one(
                "It goes on as soon as the secret is active. Before that production's password is not surely gone, and \
                 nobody's confirmation helps.",
            ),
            What::NotSwitched { .. } => one(
                "It tries again at each look, until the end of the request and of the time after it. Then people must be \
                 asked again.",
            ),
            What::HoldUnreadable { .. } => one("It keeps the copy: whoever wrote that wanted it kept."),
            What::Unprotected {} => one("It switches the protection on again, and goes on."),
            What::MailsNotSent { .. } => one(
                "Where nobody was reached, it tries to mail those who are asked for as long as the request is open. \
                 Else the request stays open for those who were.",
            ),
            What::LeftOver { .. } => one("It stays until a younger copy is in use, or there is no room for one."),
            What::NotRetired { .. } | What::NotDeleted { .. } | What::StillGoing { .. } => one(
                "It tries again at each look. Where the CNAME cannot be read or points at it, nothing is destroyed.",
            ),
            What::InUseByClients { .. } => {
                one("It waits, and destroys it when nobody has been connected to it for long enough.")
            }
        }
    }

    /// What a person can do.
    pub(super) fn to_do(&self) -> Vec<String> {
        let copy = self.own.identifier();
        let see = "See what each stage waits for: `rds-echo plan`.".to_owned();
        let events = format!("Follow it: `rds-echo watch {copy}`.");
        let afresh = format!("Or give it up and make a fresh one: `rds-echo forget {copy}`, then `rds-echo new`.");
        let modify = format!("`aws rds modify-db-instance --db-instance-identifier {copy} ... --apply-immediately`");
        let start = format!("Start it: `aws rds start-db-instance --db-instance-identifier {copy}`.");
        let back = "Return to the copy before, while it is there: `rds-echo rollback`.".to_owned();
        match &self.trouble.what {
            What::Failed { attempt, of, .. } => {
                let mut all = vec!["Mend what RDS names above, in the settings or in the account.".to_owned()];
                if attempt < of {
                    all.push(
                        "Then make the next one now, without waiting for the schedule: `rds-echo new`.".to_owned(),
                    );
                } else {
                    all.push(format!("Then make one now: `rds-echo new --set rdsecho.retries={of}`."));
                }
                all.push(format!("Be rid of it at once: `rds-echo retire --now {copy}`, twice."));
                all
            }
            What::InUseFailed { .. } => vec![format!("Mend it in RDS, such as by {modify}."), back],
            What::InUseStopped { .. } => vec![start, back],
            What::InUseGoing { .. } => vec![
                format!("Act now: a deletion cannot be stopped. {back}"),
                "Where none is there any more, make one: `rds-echo new`. Whether a final snapshot is being taken, RDS \
                 shows under Snapshots."
                    .to_owned(),
            ],
            What::Stopped { .. } => vec![start, afresh],
            What::ModifyRefused { .. } => vec![
                "Correct the setting that RDS names, in the stack or in rdsecho.properties; the next look takes it."
                    .to_owned(),
                afresh,
            ],
            What::GroupFailed { .. } | What::GroupNotApplied { .. } => {
                vec!["Correct the group that is named above, or the setting that asks for it.".to_owned(), afresh]
            }
            What::StillRestoring { .. } | What::Maintenance { .. } | What::StillBusy { .. } => {
                vec![events, "If RDS shows no progress for days, ask AWS Support.".to_owned(), afresh]
            }
            What::StillFailed { .. } | What::NotTakenOn { .. } => {
                vec![see, "Look at the log of the function that should act: its errors say why it does not.".to_owned()]
            }
            What::UnknownStatus { .. } => vec!["Look the status up in the documentation of RDS.".to_owned(), afresh],
            What::Pending { .. } => {
                vec![format!("Apply it now instead of in the maintenance window: {modify}."), afresh]
            }
            What::SettingsDiffer { .. } | What::ChangedSince { .. } => {
                vec![format!("Give it what is wanted: {modify}; or take the setting back."), afresh]
            }
            What::SecretImpaired { .. } => vec![
                "Let RDS use the secret and its KMS key again: the key may be disabled or about to be deleted, or its \
                 policy is in the way, or the secret was deleted."
                    .to_owned(),
                format!(
                    "Or have RDS make another one: `aws rds modify-db-instance --db-instance-identifier {copy} \
                     --no-manage-master-user-password --master-user-password ... --apply-immediately`, then the same with \
                     `--manage-master-user-password`."
                ),
                afresh,
            ],
            What::SecretPending { .. } => {
                vec![events, "If it stays so, ask AWS Support.".to_owned(), afresh]
            }
            What::NotSwitched { .. } => {
                vec![see, "Look at the log of promote: its errors say why it does not switch.".to_owned()]
            }
            What::HoldUnreadable { .. } => {
                let release = format!("Or let it go: `rds-echo release {copy}`.");
                // What is condemned is held no more.
                let hold = (self.own.stage() != Stage::Retired)
                    .then(|| format!("Give it an end: `rds-echo hold {copy} --until 2026-12-24`."));
                hold.into_iter().chain([release]).collect()
            }
            What::Unprotected {} => vec!["If somebody means to keep or destroy it, talk to them.".to_owned()],
            What::MailsNotSent { .. } => vec![
                "Check the sender, and the addresses: `rds-echo check`. Correct rdsecho.promote.approvers, or let \
                 fewer be enough (rdsecho.promote.approvals)."
                    .to_owned(),
                "Then ask again: `rds-echo request`.".to_owned(),
            ],
            What::LeftOver { .. } => {
                vec!["Ask again: `rds-echo request`.".to_owned(), format!("Or let it go: `rds-echo forget {copy}`.")]
            }
            What::NotRetired { .. } | What::NotDeleted { .. } | What::StillGoing { .. } => vec![see],
            What::InUseByClients { .. } => vec![
                format!(
                    "Find whose connections they are in the process list of {copy}, and restart what holds them: it \
                     connects to the copy that {} leads to.",
                    self.settings.promote.cname
                ),
                format!("If they want to keep it: `rds-echo hold {copy} --until 7d --why \"...\"`."),
            ],
        }
    }

    /// When a failed one goes.
    fn gone_after(&self) -> String {
        let grace = self.settings.retire.grace;
        let ends: Option<Timestamp> = self.trouble.since.checked_add(grace).ok();
        let last = if self.settings.retire.skip_final_snapshot {
            ""
        } else {
            ", with a final snapshot where RDS can make one"
        };
        match ends.filter(|ends| *ends > self.now) {
            Some(ends) => {
                format!("after {} ({} after it was given up){last}", self.moment(ends), count(grace.as_hours(), "hour"))
            }
            None => format!("soon{last}"),
        }
    }
}

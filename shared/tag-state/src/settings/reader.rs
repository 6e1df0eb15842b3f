//! From entries to [`Settings`]: takes each known key out, notes every problem, and goes on.

mod entries;
mod promotion;
mod retirement;
mod snapshots;
mod troubles;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Approval, Caller, Entry, Found, Modification, New, Problem, Promotion, Reboot, Settings, SettingsError, Source,
};
use crate::name::EchoName;
use crate::parameter::{Parameter, Parameters, Value};
use crate::permissions::Role;
use crate::tags::MOST_TAGS;
use entries::Reader;
use promotion::promotion;
use retirement::retirement;
use snapshots::snapshots;
use troubles::troubles;

/// How many tags of our own an instance can carry at most, without those of the approvers:
/// managed, stage, since, took, id, resource, snapshot, data-from, rebooting, request, requested, expires,
/// notified, told, told-end, replaced, failure, refused, hold, attempt, trouble, final-snapshot.
const OUR_TAGS: usize = 22;

pub(super) fn read(entries: &[Entry], so_far: Vec<Problem>, caller: Caller) -> Result<Found, SettingsError> {
    let mut reader = Reader { entries: entries.to_vec(), problems: Vec::new(), warnings: Vec::new() };
    let name = match reader.take("rdsecho.name") {
        Some(entry) => EchoName::new(entry.value.trim()).map_err(|message| reader.problem(&entry, message)).ok(),
        None => {
            reader.missing("rdsecho.name", "is missing: the echo's name, such as dev");
            None
        }
    };
    let source = reader.text("rdsecho.snapshot.dbInstanceIdentifier").unwrap_or_else(|| {
        reader
            .missing("rdsecho.snapshot.dbInstanceIdentifier", "is missing: the instance whose snapshots are restored");
        String::new()
    });
    if let Some(name) = name.as_ref().filter(|name| name.resembles(&source)) {
        reader.missing(
            "rdsecho.snapshot.dbInstanceIdentifier",
            format!("{source} is named like an instance of this echo ({name}): an echo cannot restore itself"),
        );
    }
    let snapshots = snapshots(&mut reader);
    let region = reader.text("rdsecho.region");
    let account_number = reader.text("rdsecho.accountNumber");
    let interactive = reader.flag("rdsecho.interactive", false);
    let max_instances = reader.number("rdsecho.maxInstances", 4, 2, 40).unsigned_abs() as usize;
    let new = New {
        parameters: reader.parameters("new", Parameter::restorable),
        tags: reader.tags("rdsecho.new.tags"),
        minimum_age: SignedDuration::from_hours(reader.number("rdsecho.new.minimumAgeHours", 24, 0, 8784)),
    };
    if let Some(entry) = reader.take_any("rdsecho.mod.dbSecurityGroups") {
        reader.problem(
            &entry,
            "EC2-Classic is gone: name VPC security groups in rdsecho.mod.vpcSecurityGroupIds instead",
        );
    }
    let modify = Modification {
        parameters: modified(&mut reader),
        apply_immediately: reader.flag("rdsecho.mod.applyImmediately", true),
    };
    let reboot = match reader.take("rdsecho.reboot") {
        None => Reboot::Always,
        Some(entry) => match entry.value.trim() {
            "always" => Reboot::Always,
            "when-needed" => Reboot::WhenNeeded,
            other => {
                reader.problem(&entry, format!("{other:?} is neither always nor when-needed"));
                Reboot::Always
            }
        },
    };
    let settle = SignedDuration::from_mins(reader.number("rdsecho.settleMinutes", 2, 0, 60));
    let promote = promotion(&mut reader, name.as_ref(), caller);
    let retire = retirement(&mut reader, name.as_ref());
    let troubles = troubles(&mut reader);
    let roles = roles(&mut reader);
    count_tags(&mut reader, &new, &promote);
    for entry in std::mem::take(&mut reader.entries) {
        let hint = if entry.key.contains("assword") {
            " (a password is no setting: use rdsecho.mod.manageMasterUserPassword=true)"
        } else {
            ""
        };
        reader.problem(&entry, format!("is no setting of RDS Echo{hint}"));
    }
    let mut problems = so_far;
    // An entry that could not be read is not there, and what follows from that is not the user's concern.
    let unread: BTreeSet<String> = problems.iter().map(|problem| problem.key.clone()).collect();
    problems.extend(reader.problems.into_iter().filter(|problem| !unread.contains(&problem.key)));
    match name {
        Some(name) if problems.is_empty() => Ok(Found {
            settings: Settings {
                name,
                region,
                account_number,
                interactive,
                source: Source::LatestSnapshotOf(source),
                snapshots,
                max_instances,
                new,
                modify,
                reboot,
                settle,
                promote,
                retire,
                troubles,
                roles,
            },
            warnings: reader.warnings,
        }),
        Some(_) | None => Err(SettingsError { problems }),
    }
}

/// The settings of the modification. Production's master password stays valid on a copy only where somebody says so.
fn modified(reader: &mut Reader) -> Parameters {
    const MANAGED: Parameter = Parameter::ManageMasterUserPassword;
    const KEY: Parameter = Parameter::MasterUserSecretKmsKeyId;
    let entry_of = |reader: &Reader, parameter: Parameter| reader.given(&format!("rdsecho.mod.{parameter}")).cloned();
    let (said, key) = (entry_of(reader, MANAGED), entry_of(reader, KEY));
    let mut parameters = reader.parameters("mod", Parameter::modifiable);
    let managed = parameters.entry(MANAGED).or_insert(Value::Flag(true));
    if *managed == Value::Flag(true) {
        return parameters;
    }
    if let Some(said) = &said {
        reader.warning(
            said,
            "leaves production's master password valid on every copy: whoever knows it there can use it here",
        );
    }
    if let (Some(key), true) = (&key, parameters.contains_key(&KEY)) {
        reader.problem(
            key,
            format!("there is no secret that this key could encrypt, because rdsecho.mod.{MANAGED} is false"),
        );
    }
    parameters
}

fn roles(reader: &mut Reader) -> BTreeMap<Role, String> {
    let mut roles = BTreeMap::new();
    let Some(entry) = reader.take("rdsecho.check.roles") else { return roles };
    for pair in entry.value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (function, name) = pair.split_once('=').unwrap_or((pair, ""));
        let names: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
        match Role::by_name(function.trim()) {
            None => reader.problem(&entry, format!("{function:?} is no function: they are {}", names.join(", "))),
            Some(_) if name.trim().is_empty() || name.contains([':', '/']) => {
                reader.problem(&entry, format!("{pair:?} is not FUNCTION=ROLE with the name of a role"));
            }
            Some(role) => {
                roles.insert(role, name.trim().to_owned());
            }
        }
    }
    roles
}

fn count_tags(reader: &mut Reader, new: &New, promote: &Promotion) {
    let count = most_tags(new, promote);
    if count > MOST_TAGS {
        reader.missing(
            "rdsecho.promote.approvers, rdsecho.new.tags, rdsecho.promote.tags",
            format!(
                "need {count} tags on one instance with our own, and RDS allows {MOST_TAGS}: each approver needs two"
            ),
        );
    }
}

/// How many tags an instance may be given at most: ours, the user's, and two of each approver.
pub(super) fn most_tags(new: &New, promote: &Promotion) -> usize {
    let approvers = match &promote.approval {
        Approval::None | Approval::Typed => 0,
        Approval::Required { approvers, .. } => approvers.len(),
    };
    let users: BTreeSet<&String> = new.tags.keys().chain(promote.tags.keys()).collect();
    OUR_TAGS + users.len() + 2 * approvers
}

//! What can be known of the settings before anything is restored: facts in, findings out, all at once, each with its
//! remedy. A restore takes a day, and what is wrong should not be found at its end.

mod database;
mod engine;
mod groups;
mod mail;
mod modify;
mod offers;
mod record;
mod room;
mod storage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use crate::decide::Decision;
use crate::decide::new::{at_restore, snapshot};
use crate::facts::{
    Instance, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, Record, SecurityGroup, Snapshot, StorageKey,
    SubnetGroup, Zone,
};
use crate::parameter::{Parameter, Value};
use crate::settings::{Caller, Settings};

pub use groups::inherited_option_group;
pub use mail::identities;
pub use record::zone_id;
pub use room::final_snapshots;

/// How good a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Good,
    /// It may be meant so, or could not be looked at.
    Doubtful,
    /// A stage will fail on it: nothing is restored until it is mended.
    Bad,
}

impl Grade {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Grade::Good => "ok",
            Grade::Doubtful => "doubtful",
            Grade::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What: a setting's key, or a name for what no setting names.
    pub what: String,
    /// How it is.
    pub grade: Grade,
    /// In words; with the remedy, where it is not good.
    pub says: String,
}

impl Finding {
    /// As it should be.
    pub fn good(what: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { what: what.into(), grade: Grade::Good, says: says.into() }
    }

    /// Perhaps not as it should be.
    pub fn doubtful(what: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { what: what.into(), grade: Grade::Doubtful, says: says.into() }
    }

    /// Not as it should be.
    pub fn bad(what: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { what: what.into(), grade: Grade::Bad, says: says.into() }
    }

    /// Nobody knows. A permission that is missing, or a call that was throttled, stops no restore.
    pub fn unseen(what: impl Into<String>, error: &str) -> Finding {
        Finding::doubtful(what, format!("could not be looked at: {error}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.says)
    }
}

/// What was seen of a thing, or in words why it could not be looked at.
pub type Seen<T> = Result<T, String>;

/// All that was looked at. What is not there was not asked for, because nothing made it necessary.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// The instances that are named like this echo's.
    pub instances: Option<Seen<Vec<Instance>>>,
    /// The source's snapshots.
    pub snapshots: Option<Seen<Vec<Snapshot>>>,
    /// The source itself, where its class is taken over and it is in this account.
    pub source: Option<Seen<Option<Instance>>>,
    /// The parameter group family of each engine version.
    pub families: BTreeMap<String, Seen<Option<String>>>,
    /// What each engine version can be upgraded to, as far as RDS says.
    pub upgrades: BTreeMap<String, Vec<String>>,
    /// The DB parameter groups, by name.
    pub parameter_groups: BTreeMap<String, Seen<Option<ParameterGroup>>>,
    /// The option groups, by name.
    pub option_groups: BTreeMap<String, Seen<Option<OptionGroup>>>,
    /// The DB subnet group.
    pub subnet_group: Option<Seen<Option<SubnetGroup>>>,
    /// Those of all named security groups that there are.
    pub security_groups: Option<Seen<Vec<SecurityGroup>>>,
    /// What can be had, by engine version and class.
    pub orderable: BTreeMap<(String, String), Seen<Vec<Orderable>>>,
    /// What the account may have.
    pub quotas: Option<Seen<Vec<Quota>>>,
    /// The key that the snapshot is encrypted with.
    pub storage_key: Option<Seen<Option<StorageKey>>>,
    /// The key that the secret of the master password is to be encrypted with.
    pub secret_key: Option<Seen<Option<StorageKey>>>,
    /// The names of final snapshots that are to come, and whether each is taken.
    pub final_snapshots: BTreeMap<String, Seen<bool>>,
    /// All hosted zones.
    pub zones: Option<Seen<Vec<Zone>>>,
    /// The record of the CNAME; `None` in it where there is no such zone.
    pub record: Option<Seen<Option<Record>>>,
    /// Whether SES has verified an address, or a domain that it is in.
    pub verified: BTreeMap<String, Seen<bool>>,
    /// What SES lets this account do.
    pub mail_account: Option<Seen<MailAccount>>,
    /// What is wrong with the key of the links.
    pub mac_key: Option<Seen<Option<String>>>,
    /// Whether looking was left before its end.
    pub unfinished: bool,
}

impl Sight {
    /// The snapshot that would be restored, where there is one.
    pub fn snapshot(&self, settings: &Settings) -> Option<&Snapshot> {
        match snapshot(settings, self.snapshots.as_ref()?.as_ref().ok()?, None) {
            Decision::Act(latest) => Some(latest),
            Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_) => None,
        }
    }

    /// The key of that snapshot's storage, where it takes a permission to use it: a customer's.
    pub fn customer_key(&self, settings: &Settings) -> Option<&str> {
        let snapshot = self.snapshot(settings).filter(|snapshot| snapshot.encrypted)?;
        let key = self.storage_key.as_ref()?.as_ref().ok()?.as_ref()?;
        snapshot.kms_key.as_deref().filter(|_| !key.of_aws)
    }
}

/// Everything that can be concluded from what was seen. A function is not told all that a person is: what it does not
/// know, it does not miss.
pub fn findings(settings: &Settings, sight: &Sight, caller: Caller, now: Timestamp) -> Vec<Finding> {
    let mut found = room::instances(settings, sight, now);
    found.extend(database::source(settings, sight, now));
    let restored = sight.snapshot(settings);
    if let Some(snapshot) = restored {
        found.extend(engine::versions(settings, snapshot, sight));
        found.extend(database::key(snapshot, sight));
    }
    found.extend(groups::parameter_groups(settings, restored, sight));
    found.extend(groups::option_groups(settings, restored, sight));
    found.extend(groups::network(settings, sight));
    if let Some(snapshot) = restored {
        found.extend(storage::shapes(settings, snapshot, sight));
    }
    found.extend(modify::modifications(settings));
    found.extend(database::secret_key(settings, sight));
    found.extend(database::intentions(settings));
    found.extend(room::tags(settings, sight));
    found.extend(room::quotas(settings, restored, sight));
    found.extend(room::finals(sight));
    found.extend(record::zone(settings, sight, caller));
    found.extend(record::record(settings, sight));
    found.extend(mail::asking(settings, sight, caller));
    if sight.unfinished {
        found.push(Finding::doubtful("the rest", "could not be looked at: AWS takes too long to answer"));
    }
    found
}

/// The bad ones among them.
pub fn bad(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|one| one.grade == Grade::Bad).collect()
}

/// A few characters that stay the same as long as the same things are wrong, whatever is said of them: ages and
/// counts change with every look.
pub fn fingerprint(findings: &[&Finding]) -> String {
    let names: BTreeSet<&str> = findings.iter().map(|one| one.what.as_str()).collect();
    hash(names)
}

/// A few characters that tell lists of texts apart. FNV-1a: stable for ever, which the standard library's hashes are not.
pub(crate) fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

/// All values of a parameter: of the restore, and of the modification.
pub fn named(settings: &Settings, parameter: Parameter) -> BTreeSet<String> {
    let parts = [&settings.new.parameters, &settings.modify.parameters];
    let values = parts.into_iter().filter_map(|part| part.get(&parameter));
    values
        .flat_map(|value| match value {
            Value::List(names) => names.iter().cloned().collect::<Vec<_>>(),
            Value::Text(_) | Value::Flag(_) | Value::Number(_) => vec![value.to_string()],
        })
        .collect()
}

/// The engine that it will have.
pub fn engine(settings: &Settings, snapshot: &Snapshot) -> String {
    settings.new.parameters.get(&Parameter::Engine).map_or_else(|| snapshot.engine.clone(), Value::to_string)
}

/// The engine versions that it will have: the snapshot's, and the one that it is upgraded to.
pub fn versions(settings: &Settings, snapshot: &Snapshot) -> BTreeSet<String> {
    let upgraded = settings.modify.parameters.get(&Parameter::EngineVersion).map(Value::to_string);
    [Some(snapshot.engine_version.clone()), upgraded].into_iter().flatten().collect()
}

/// Whether the class is the source's, which has to be asked for it.
pub fn takes_the_sources_class(settings: &Settings) -> bool {
    !at_restore(settings, None).contains_key(&Parameter::DbInstanceClass)
}

/// The engine versions and classes that it will have, each pair that has to be looked at.
pub fn combinations(settings: &Settings, snapshot: &Snapshot, source: Option<&Instance>) -> BTreeSet<(String, String)> {
    let shapes = storage::Shape::all(settings, snapshot, source);
    shapes.into_iter().filter_map(|shape| Some((shape.version, shape.class?))).collect()
}

/// The key of a parameter: where it is set for the restore, that one's, else the modification's.
fn key(settings: &Settings, parameter: Parameter) -> String {
    let part = match settings.modify.parameters.contains_key(&parameter) {
        true if !settings.new.parameters.contains_key(&parameter) => "mod",
        true | false => "new",
    };
    format!("rdsecho.{part}.{parameter}")
}

/// The parts that set a parameter, each with its name and value.
fn parts(settings: &Settings, parameter: Parameter) -> Vec<(&'static str, &Value)> {
    let parts = [("new", &settings.new.parameters), ("mod", &settings.modify.parameters)];
    parts.into_iter().filter_map(|(part, parameters)| Some((part, parameters.get(&parameter)?))).collect()
}

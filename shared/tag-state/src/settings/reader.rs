//! From entries to [`Settings`]: takes each known key out, notes every problem, and goes on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Approval, Caller, Entry, Found, Keep, Limits, Modification, New, Problem, Promotion, Reboot, Retirement, Settings,
    SettingsError, Snapshots, Source, TimeZoneName, Troubles, schema,
};
use crate::decide::retire::{self, PAUSE};
use crate::facts::{SnapshotType, Tags};
use crate::name::EchoName;
use crate::parameter::{Kind, Parameter, Parameters, Value};
use crate::permissions::Role;
use crate::tags::{LONGEST_KEY, LONGEST_VALUE, MOST_TAGS, fits_a_tag};

/// How many tags of our own an instance can carry at most, without those of the approvers:
/// managed, stage, since, took, id, resource, snapshot, data-from, rebooting, request, requested, expires,
/// notified, told, told-end, replaced, failure, refused, hold, attempt, trouble, final-snapshot.
const OUR_TAGS: usize = 22;

struct Reader {
    entries: Vec<Entry>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, entry: &Entry, message: impl Into<String>) {
        self.problems.push(Problem { key: entry.key.clone(), place: entry.place.clone(), message: message.into() });
    }

    fn missing(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(Problem { key: key.to_owned(), place: String::new(), message: message.into() });
    }

    fn warning(&mut self, entry: &Entry, message: impl Into<String>) {
        self.warnings.push(Problem { key: entry.key.clone(), place: entry.place.clone(), message: message.into() });
    }

    /// The last entry of a setting, which wins; an empty value is as good as none, as in the original.
    fn take(&mut self, key: &str) -> Option<Entry> {
        debug_assert!(schema::knows(key), "{key} is read, but is not in the table of settings");
        self.take_any(key)
    }

    /// As [`take`](Self::take), also for a key that is no setting and deserves a better answer than that.
    fn take_any(&mut self, key: &str) -> Option<Entry> {
        let mut found = None;
        self.entries.retain(|entry| {
            if entry.key == key {
                found = Some(entry.clone());
            }
            entry.key != key
        });
        found.filter(|entry| !entry.value.trim().is_empty())
    }

    /// The entry that [`take`](Self::take) would take, left where it is.
    fn given(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.key == key).filter(|entry| !entry.value.trim().is_empty())
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.take(key).map(|entry| entry.value.trim().to_owned())
    }

    fn flag(&mut self, key: &str, otherwise: bool) -> bool {
        match self.take(key) {
            None => otherwise,
            Some(entry) => read_flag(&entry.value).unwrap_or_else(|| {
                self.problem(&entry, format!("{:?} is neither true nor false", entry.value));
                otherwise
            }),
        }
    }

    fn number(&mut self, key: &str, otherwise: i64, least: i64, most: i64) -> i64 {
        match self.take(key) {
            None => otherwise,
            Some(entry) => match whole_number(&entry.value) {
                Some(number) if (least..=most).contains(&number) => number,
                Some(_) | None => {
                    self.problem(&entry, format!("{:?} is not a whole number from {least} to {most}", entry.value));
                    otherwise
                }
            },
        }
    }

    fn optional_number(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let is_set = self.given(key).is_some();
        let number = self.number(key, least, least, most);
        is_set.then_some(number)
    }

    fn parameters(&mut self, part: &str, takes: fn(Parameter) -> bool) -> Parameters {
        let mut parameters = Parameters::new();
        for parameter in Parameter::ALL.iter().copied() {
            let key = format!("rdsecho.{part}.{parameter}");
            let Some(entry) = (if takes(parameter) { self.take(&key) } else { self.take_any(&key) }) else { continue };
            if !takes(parameter) {
                let other = if part == "new" { "mod" } else { "new" };
                self.problem(&entry, format!("this API call does not take it: use rdsecho.{other}.{parameter}"));
                continue;
            }
            match read_value(parameter.kind(), &entry.value) {
                // The original's sample sets iops=0 for storage without provisioned operations.
                Ok(Value::Number(0)) if parameter == Parameter::Iops => {}
                Ok(value) => {
                    parameters.insert(parameter, value);
                }
                Err(message) => self.problem(&entry, message),
            }
        }
        parameters
    }

    fn tags(&mut self, key: &str) -> Tags {
        let mut tags = Tags::new();
        let Some(entry) = self.take(key) else { return tags };
        for pair in entry.value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                self.problem(&entry, format!("{pair:?} is not key=value"));
                continue;
            };
            let lower = name.to_ascii_lowercase();
            if ["rdsecho:", "aws:", "rds:"].iter().any(|reserved| lower.starts_with(reserved)) {
                self.problem(
                    &entry,
                    format!("the tag key {name:?} begins with a prefix that is not yours (rdsecho:, aws:, rds:)"),
                );
            } else if name.is_empty() || !fits(name, LONGEST_KEY) || !fits(value, LONGEST_VALUE) {
                self.problem(&entry, format!("{pair:?} cannot be a tag: {TAG_RULE}"));
            } else {
                tags.insert(name.to_owned(), value.to_owned());
            }
        }
        tags
    }
}

const TAG_RULE: &str =
    "1 to 128 characters of key and up to 256 of value, of letters, digits, spaces and _ . : / = + - @";

fn fits(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && fits_a_tag(text)
}

/// All that commons-configuration took for a flag, so that an old file stays good.
fn read_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" => Some(true),
        "false" | "no" | "off" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// A number, also as `0x1f` or `0b11`, which commons-configuration knew.
fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let of = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    match (text.strip_prefix("0x"), text.strip_prefix("0b")) {
        (Some(digits), _) => of(digits, 16),
        (None, Some(digits)) => of(digits, 2),
        (None, None) => of(text, 10),
    }
}

fn read_value(kind: Kind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Flag => read_flag(text).map(Value::Flag).ok_or_else(|| format!("{text:?} is neither true nor false")),
        Kind::Number => whole_number(text)
            .filter(|number| (0..=i64::from(i32::MAX)).contains(number))
            .map(Value::Number)
            .ok_or_else(|| format!("{text:?} is not a whole number, zero or more")),
        Kind::List => {
            Ok(Value::List(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()))
        }
    }
}

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

fn snapshots(reader: &mut Reader) -> Snapshots {
    let mut types = BTreeSet::new();
    let account = reader.take("rdsecho.snapshot.account");
    if let Some(entry) = reader.take("rdsecho.snapshot.types") {
        for word in entry.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match SnapshotType::by_name(word) {
                Some(SnapshotType::Shared) if account.is_none() => {
                    let why =
                        "shared by whom? name the account in rdsecho.snapshot.account: every one can share with this";
                    reader.problem(&entry, why);
                }
                Some(kind) => {
                    types.insert(kind);
                }
                None => {
                    reader.problem(&entry, format!("{word:?} is none of automated, manual, awsbackup, shared"));
                }
            }
        }
    }
    if let Some(entry) = &account {
        let number = entry.value.trim();
        if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            reader.problem(entry, format!("{number:?} is no account: it has twelve digits"));
        }
        types.insert(SnapshotType::Shared);
    }
    if types.is_empty() {
        types = BTreeSet::from([SnapshotType::Automated, SnapshotType::Manual]);
    }
    let account = account.map(|entry| entry.value.trim().to_owned());
    let max_age = reader.optional_number("rdsecho.snapshot.maxAgeHours", 1, 8784).map(SignedDuration::from_hours);
    Snapshots { types, account, max_age }
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

fn promotion(reader: &mut Reader, name: Option<&EchoName>, caller: Caller) -> Promotion {
    let cname = match reader.take("rdsecho.promote.cname") {
        Some(entry) => {
            let bare = entry.value.trim().trim_end_matches('.').to_owned();
            if !host_name(&bare) {
                reader.problem(&entry, format!("{:?} is not a DNS name such as dev-db.example.com", entry.value));
            }
            bare
        }
        None => {
            reader.missing("rdsecho.promote.cname", "is missing: the DNS name that is pointed at the current instance");
            String::new()
        }
    };
    Promotion {
        cname,
        ttl: reader.number("rdsecho.promote.ttl", 60, 0, 172_800),
        tags: reader.tags("rdsecho.promote.tags"),
        // Route 53 shows ids with that prefix, and takes them with it.
        hosted_zone_id: reader
            .text("rdsecho.promote.hostedZoneId")
            .map(|id| id.trim_start_matches("/hostedzone/").to_owned()),
        approval: approval(reader, name, caller),
        sender: address(reader, "rdsecho.promote.sender"),
        reply_to: address(reader, "rdsecho.promote.replyTo"),
        time_zone: time_zone(reader),
        url: reader.text("rdsecho.promote.url").map(|url| url.trim_end_matches('/').to_owned()),
        key_id: reader.text("rdsecho.promote.keyId"),
    }
}

/// A bare address, which goes into the head of mails.
fn address(reader: &mut Reader, key: &str) -> Option<String> {
    let entry = reader.take(key)?;
    let address = entry.value.trim();
    if !mail_address(address) || address.contains(['<', '>', '"', ',', ';']) {
        reader.problem(&entry, format!("{address:?} is not a mail address such as ann@example.com"));
        return None;
    }
    Some(address.to_owned())
}

fn time_zone(reader: &mut Reader) -> TimeZoneName {
    let Some(entry) = reader.take("rdsecho.promote.timeZone") else { return TimeZoneName::UTC };
    let name = entry.value.trim();
    TimeZoneName::find(name).unwrap_or_else(|| {
        reader.problem(&entry, format!("{name:?} is no time zone such as Europe/Berlin, or UTC"));
        TimeZoneName::UTC
    })
}

fn approval(reader: &mut Reader, name: Option<&EchoName>, caller: Caller) -> Approval {
    let required = match reader.take("rdsecho.promote.approval") {
        None => true,
        Some(entry) => match entry.value.trim() {
            "required" => true,
            "none" => false,
            other => {
                reader.problem(&entry, format!("{other:?} is neither required nor none"));
                true
            }
        },
    };
    let mut approvers: Vec<String> = Vec::new();
    let mut named = false;
    if let Some(entry) = &reader.take("rdsecho.promote.approvers") {
        for address in entry.value.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            named = true;
            let key = name.map_or(0, |name| name.tag_key("confirmed:").chars().count()) + address.chars().count();
            if !mail_address(address) {
                reader.problem(entry, format!("{address:?} is not a mail address"));
            } else if !fits_a_tag(address) || key > LONGEST_KEY {
                reader.problem(entry, format!(
                    "the click of {address:?} could not be stored in a tag (letters, digits and _ . : / = + - @; {LONGEST_KEY} characters with its prefix): use another address for them"
                ));
            } else if approvers.iter().any(|other| other.eq_ignore_ascii_case(address)) {
                reader.problem(entry, format!("{address:?} stands in it twice"));
            } else {
                approvers.push(address.to_owned());
            }
        }
    }
    let approvals_entry = reader.given("rdsecho.promote.approvals").cloned();
    let approvals = reader.number("rdsecho.promote.approvals", 1, 1, 14).unsigned_abs() as usize;
    let expiry = SignedDuration::from_hours(reader.number("rdsecho.promote.expiryHours", 72, 1, 720));
    let window = SignedDuration::from_hours(reader.number("rdsecho.promote.windowHours", 1, 0, 720));
    let reminder = reminder(reader, expiry);
    if !required {
        return Approval::None;
    }
    if !named && caller == Caller::Function {
        reader.missing(
            "rdsecho.promote.approvers",
            "is missing: the mail addresses of those who are asked (or say rdsecho.promote.approval=none, and nobody is)",
        );
        return Approval::Typed;
    }
    // One person who types the identifier is one approval.
    let most = if named { approvers.len() } else { 1 };
    if let Some(entry) = approvals_entry.filter(|_| approvals > most) {
        reader.problem(&entry, format!("{approvals} approvals are demanded of {} approvers", approvers.len()));
    }
    if !named {
        return Approval::Typed;
    }
    Approval::Required { approvers, approvals, expiry, window, reminder }
}

/// How long before the end; a third of the time where nothing is said.
fn reminder(reader: &mut Reader, expiry: SignedDuration) -> Option<SignedDuration> {
    const KEY: &str = "rdsecho.promote.reminderHours";
    let entry = reader.given(KEY).cloned();
    let reminder = SignedDuration::from_hours(reader.number(KEY, 0, 0, 720));
    let Some(entry) = entry else { return Some(expiry / 3) };
    if reminder >= expiry {
        let hours = expiry.as_hours();
        reader.problem(&entry, format!("a reminder is to come before the links end, and they work for {hours} hours"));
    }
    (reminder > SignedDuration::ZERO).then_some(reminder)
}

fn retirement(reader: &mut Reader, name: Option<&EchoName>) -> Retirement {
    let grace = SignedDuration::from_hours(reader.number("rdsecho.retire.graceHours", 24, 0, 8784));
    let skip_final_snapshot = reader.flag("rdsecho.retire.skipFinalSnapshot", false);
    let final_snapshot = match reader.take("rdsecho.retire.finalDbSnapshotIdentifier") {
        None => "{instance}-final".to_owned(),
        Some(entry) => {
            let mut template = entry.value.trim().to_owned();
            // The original's one fixed name fails at the second retirement.
            if !template.contains("{instance}") {
                template.push_str("-{instance}");
                reader.warning(
                    &entry,
                    format!("becomes {template}, because one fixed name fails at the second retirement: say {{instance}} where the identifier is to stand"),
                );
            }
            if let Some(wrong) = wrong_with_snapshot_name(&template, name) {
                reader.problem(
                    &entry,
                    format!(
                        "{template:?} is no snapshot identifier: {wrong}; it may hold letters, digits, single hyphens, {{instance}}, {{name}} and {{date}}"
                    ),
                );
            }
            template
        }
    };
    let newest = reader.optional_number("rdsecho.retire.keepFinalSnapshots", 1, 100);
    let days = reader.optional_number("rdsecho.retire.keepFinalSnapshotDays", 1, 3650);
    let keep = Keep {
        newest: newest.map(|newest| newest.unsigned_abs() as usize),
        younger_than: days.map(|days| SignedDuration::from_hours(24 * days)),
    };
    let minutes = reader.number("rdsecho.retire.connectionMinutes", 0, 0, 1440);
    Retirement {
        grace,
        pause: PAUSE,
        skip_final_snapshot,
        final_snapshot,
        keep: (newest.is_some() || days.is_some()).then_some(keep),
        connection_minutes: (minutes > 0).then_some(minutes),
    }
}

/// RDS takes 255 characters; but the tag that remembers the name until the snapshot is marked holds a time as well.
const LONGEST_SNAPSHOT_NAME: usize = 235;

/// What is wrong with the longest name that comes of it: the last edition of a day, with the highest number behind
/// it that a name can get.
fn wrong_with_snapshot_name(template: &str, name: Option<&EchoName>) -> Option<&'static str> {
    let echo = name.map_or("dev".to_owned(), |name| name.as_str().to_ascii_lowercase());
    let instance = format!("{echo}-2026-12-31-99");
    let longest = retire::final_snapshot_name(template, &echo, &instance, "2026-12-31") + "-99";
    if !longest.chars().all(|each| each.is_ascii_alphanumeric() || each == '-') {
        return Some("it holds something else");
    }
    if !longest.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Some("it does not begin with a letter");
    }
    if longest.contains("--") {
        return Some("two hyphens stand side by side, or one at its end");
    }
    (longest.len() > LONGEST_SNAPSHOT_NAME).then_some("it can become longer than 235 characters")
}

fn troubles(reader: &mut Reader) -> Troubles {
    let retries = u32::try_from(reader.number("rdsecho.retries", 2, 0, 20)).unwrap_or_default();
    let mut notify = Vec::new();
    if let Some(entry) = &reader.take("rdsecho.notify") {
        for address in entry.value.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            if !mail_address(address) || address.contains(['<', '>', '"', ';']) {
                reader.problem(entry, format!("{address:?} is not a mail address such as ann@example.com"));
            } else if !fits_a_tag(address) {
                reader.problem(
                    entry,
                    format!("that {address:?} was told could not be noted in a tag (letters, digits and _ . : / = + - @): use another address"),
                );
            } else {
                notify.push(address.to_owned());
            }
        }
    }
    let hours = |reader: &mut Reader, stage: &str| {
        reader.optional_number(&format!("rdsecho.stuck.{stage}Hours"), 1, 8784).map(SignedDuration::from_hours)
    };
    let stuck = Limits {
        otherwise: SignedDuration::from_hours(reader.number("rdsecho.stuck.hours", 48, 1, 8784)),
        new: hours(reader, "new"),
        modified: hours(reader, "modified"),
        rebooted: hours(reader, "rebooted"),
        forgotten: hours(reader, "forgotten"),
        retired: hours(reader, "retired"),
    };
    Troubles { retries, notify, stuck }
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

/// Not a full check of RFC 5321, only enough to catch slips: one `@`, something on each side, no white space.
fn mail_address(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !address.contains(char::is_whitespace)
    })
}

fn host_name(name: &str) -> bool {
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.chars().all(|each| each.is_ascii_alphanumeric() || each == '-' || each == '_')
        })
}

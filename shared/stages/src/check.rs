//! Whether what the settings name is there and can be reached: all findings at once, nothing touched.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tag_state::decide::Decision;
use tag_state::decide::new::{ours, snapshot};
use tag_state::facts::Record;
use tag_state::parameter::Parameter;
use tag_state::settings::{Approval, Settings, Source};

use crate::ports::{Answer, CallError, Dns, Identity, Lookups, Rds};

/// How good a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Good,
    /// It may be meant so, or could not be looked at.
    Doubtful,
    /// A stage will fail on it.
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
    fn new(what: &str, grade: Grade, says: impl Into<String>) -> Finding {
        Finding { what: what.to_owned(), grade, says: says.into() }
    }

    fn failed(what: &str, error: &CallError) -> Finding {
        Finding::new(what, Grade::Doubtful, format!("could not be looked at: {error}"))
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({ "what": self.what, "grade": self.grade.word(), "says": self.says })
    }
}

/// What check needs of the world.
pub struct Ports<'a, R, D, L> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53.
    pub dns: &'a D,
    /// The rest.
    pub lookups: &'a L,
}

/// Looks at everything that the settings name.
pub async fn run<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    identity: &Answer<Identity>,
    region: &str,
    ports: &Ports<'_, R, D, L>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = vec![access(settings, identity, region)];
    findings.extend(instances(settings, ports.rds).await);
    findings.extend(source(settings, ports.rds, now).await);
    findings.extend(groups(settings, ports.lookups).await);
    findings.push(password(settings));
    findings.push(record(settings, ports.dns).await);
    findings.extend(asking(settings, ports.lookups).await);
    findings
}

fn access(settings: &Settings, identity: &Answer<Identity>, region: &str) -> Finding {
    match identity {
        Err(error) => {
            Finding::new("credentials", Grade::Bad, format!("{error}: log in, or choose a profile with --profile"))
        }
        Ok(identity) => match settings.check_place(region, &identity.account) {
            Ok(()) => Finding::new(
                "credentials",
                Grade::Good,
                format!("{} in {region}, account {}", identity.arn, identity.account),
            ),
            Err(error) => {
                let problems: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
                Finding::new("credentials", Grade::Bad, problems.join("; "))
            }
        },
    }
}

async fn instances(settings: &Settings, rds: &impl Rds) -> Option<Finding> {
    let what = "instances";
    Some(match rds.instances(&settings.name.identifier_prefix()).await {
        Err(error) => Finding::new(what, Grade::Bad, format!("{error}: every stage needs rds:DescribeDBInstances")),
        Ok(named) => match ours(settings, named) {
            Ok(own) => Finding::new(what, Grade::Good, format!("{} of at most {}", own.len(), settings.max_instances)),
            Err(stranger) => Finding::new(what, Grade::Bad, format!("{stranger}; nothing new is restored until then")),
        },
    })
}

async fn source(settings: &Settings, rds: &impl Rds, now: Timestamp) -> Vec<Finding> {
    let Source::LatestSnapshotOf(source) = &settings.source;
    let what = "rdsecho.snapshot.dbInstanceIdentifier";
    let snapshots = match rds.snapshots(source).await {
        Ok(snapshots) => snapshots,
        Err(error) => return vec![Finding::failed(what, &error)],
    };
    vec![match snapshot(settings, &snapshots, None) {
        Decision::Act(latest) => {
            let age = latest.created.map_or(SignedDuration::ZERO, |created| now.duration_since(created));
            let says = format!("{} ({}), {} hours old", latest.identifier, latest.snapshot_type, age.as_hours());
            // Automated backups come every day: one that is older says that they are off, or fail.
            let grade = if age > SignedDuration::from_hours(48) { Grade::Doubtful } else { Grade::Good };
            Finding::new(what, grade, says)
        }
        Decision::Wait { reason, .. } | Decision::Refuse(reason) | Decision::Nothing(reason) => {
            Finding::new(what, Grade::Bad, reason.to_string())
        }
    }]
}

async fn groups(settings: &Settings, lookups: &impl Lookups) -> Vec<Finding> {
    let mut findings = Vec::new();
    let parts = [("new", &settings.new.parameters), ("mod", &settings.modify.parameters)];
    for (part, parameters) in parts {
        for parameter in [Parameter::DbParameterGroupName, Parameter::OptionGroupName, Parameter::DbSubnetGroupName] {
            let Some(name) = parameters.get(&parameter).map(ToString::to_string) else { continue };
            let answer = if parameter == Parameter::DbParameterGroupName {
                lookups.parameter_group(&name).await
            } else if parameter == Parameter::OptionGroupName {
                lookups.option_group(&name).await
            } else {
                lookups.subnet_group(&name).await
            };
            let what = format!("rdsecho.{part}.{parameter}");
            findings.push(match answer {
                Ok(true) => Finding::new(&what, Grade::Good, format!("{name} is there")),
                Ok(false) => Finding::new(
                    &what,
                    Grade::Bad,
                    format!("there is no {name} in this region: make it, or name another"),
                ),
                Err(error) => Finding::failed(&what, &error),
            });
        }
    }
    findings
}

/// Said aloud, because nothing else shows it: the copy looks as if it were right.
fn password(settings: &Settings) -> Finding {
    let what = "rdsecho.mod.manageMasterUserPassword";
    if settings.manages_password() {
        return Finding::new(what, Grade::Good, "RDS makes a master password for each copy, in Secrets Manager");
    }
    let says = "is false: production's master password stays valid on every copy; leave it out, and RDS makes one for \
                each, in Secrets Manager";
    Finding::new(what, Grade::Doubtful, says)
}

async fn record(settings: &Settings, dns: &impl Dns) -> Finding {
    let what = "rdsecho.promote.cname";
    let name = &settings.promote.cname;
    let Some(zone) = &settings.promote.hosted_zone_id else {
        return Finding::new(what, Grade::Bad, "no hosted zone of it was found: set rdsecho.promote.hostedZoneId");
    };
    match dns.record(zone, name).await {
        Ok(Record::Cname { value, ttl }) => {
            Finding::new(what, Grade::Good, format!("{name} in {zone} points at {value}, for {ttl} s"))
        }
        Ok(Record::Absent) => Finding::new(
            what,
            Grade::Doubtful,
            format!("there is no {name} in {zone} yet: the first promotion creates it, and nothing is retired before"),
        ),
        Ok(Record::Other(is)) => Finding::new(what, Grade::Bad, format!("{name} is {is}: make it a plain CNAME")),
        Err(error) => Finding::new(what, Grade::Bad, format!("{error}: check rdsecho.promote.hostedZoneId")),
    }
}

async fn asking(settings: &Settings, lookups: &impl Lookups) -> Vec<Finding> {
    let what = "rdsecho.promote.approvers";
    match &settings.promote.approval {
        Approval::None => {
            return vec![Finding::new(what, Grade::Doubtful, "nobody is asked: rdsecho.promote.approval=none")];
        }
        Approval::Typed => {
            let says =
                "none are named: a person promotes with rds-echo promote, and the functions refuse these settings";
            return vec![Finding::new(what, Grade::Doubtful, says)];
        }
        Approval::Required { .. } => {}
    }
    let mut findings = Vec::new();
    let promote = &settings.promote;
    let what = "rdsecho.promote.sender";
    findings.push(match &promote.sender {
        None => Finding::new(what, Grade::Bad, "is not set: nobody can be mailed"),
        Some(sender) => match lookups.sender(sender).await {
            Ok(true) => Finding::new(what, Grade::Good, format!("SES has verified {sender}")),
            Ok(false) => Finding::new(
                what,
                Grade::Bad,
                format!("SES has verified neither {sender} nor its domain: verify one of them"),
            ),
            Err(error) => Finding::failed(what, &error),
        },
    });
    let what = "rdsecho.promote.keyId";
    findings.push(match &promote.key_id {
        None => Finding::new(what, Grade::Bad, "is not set: no link can be signed"),
        Some(key_id) => match lookups.mac_key(key_id).await {
            Ok(None) => Finding::new(what, Grade::Good, format!("{key_id} can sign links")),
            Ok(Some(wrong)) => Finding::new(what, Grade::Bad, format!("{key_id} cannot sign links: {wrong}")),
            Err(error) => Finding::failed(what, &error),
        },
    });
    let what = "rdsecho.promote.url";
    findings.push(match &promote.url {
        Some(url) => Finding::new(what, Grade::Good, url.clone()),
        None => Finding::new(
            what,
            Grade::Doubtful,
            "is not set: rds-echo request cannot mail links (the functions know it)",
        ),
    });
    findings
}

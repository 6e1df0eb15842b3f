//! A small vocabulary for the tests of the pure crate.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test file uses its own part of it")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use tag_state::approval::{Action, Mac};
use tag_state::decide::request::claim;
use tag_state::facts::{Instance, Record, Secret, Snapshot, Tags};
use tag_state::own::OwnInstance;
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::Settings;
use tag_state::tags::{Confirmation, confirmation_tag};

pub const NOW_DAY: &str = "2026-11-23T09:00:00Z";

pub const BASE: &str = "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
    -Drdsecho.promote.cname=dev-db.example.test -Drdsecho.promote.hostedZoneId=Z1 \
    -Drdsecho.promote.approvers=ann@example.test,bob@example.test \
    -Drdsecho.mod.dbParameterGroupName=dev-mysql -Drdsecho.mod.backupRetentionPeriod=0";

pub fn settings() -> Settings {
    with("")
}

pub fn with(more: &str) -> Settings {
    Settings::from_options(&format!("{BASE} {more}")).unwrap()
}

pub fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| (format!("rdsecho:dev:{key}"), (*value).to_owned())).collect()
}

/// An instance of ours that is available and has all that is wanted, with the given tags above the usual.
pub fn instance(identifier: &str, stage: &str, more: &[(&str, &str)]) -> Instance {
    let resource = format!("db-{}", identifier.to_uppercase().replace('-', ""));
    let mut all = tags(&[
        ("managed", "true"),
        ("stage", stage),
        ("since", "2026-11-22T00:00:00Z"),
        ("id", identifier),
        ("resource", &resource),
        ("snapshot", "rds:production-2026-11-21"),
    ]);
    all.extend(tags(more));
    Instance {
        identifier: identifier.to_owned(),
        arn: format!("arn:aws:rds:us-east-1:000000000000:db:{identifier}"),
        resource_id: resource,
        status: "available".to_owned(),
        created: Some(at("2026-11-21T20:00:00Z")),
        address: Some(format!("{identifier}.abc.us-east-1.rds.amazonaws.com")),
        engine: "mysql".to_owned(),
        engine_version: "8.0.36".to_owned(),
        actual: BTreeMap::from([
            (Parameter::DbParameterGroupName, Value::Text("dev-mysql".to_owned())),
            (Parameter::BackupRetentionPeriod, Value::Number(0)),
            (Parameter::DbInstanceClass, Value::Text("db.t4g.medium".to_owned())),
            (Parameter::ManageMasterUserPassword, Value::Flag(true)),
        ])
        .into(),
        parameter_group_statuses: vec!["in-sync".to_owned()],
        option_group_statuses: vec!["in-sync".to_owned()],
        deletion_protection: true,
        secret: Some(secret("active")),
        tags: all,
        ..Instance::default()
    }
}

pub fn secret(status: &str) -> Secret {
    let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!db-1".to_owned();
    Secret { arn, status: status.to_owned(), key: None }
}

pub fn own(instance: Instance) -> OwnInstance {
    OwnInstance::recognise(&settings().name, instance).unwrap()
}

pub fn ours(identifier: &str, stage: &str, more: &[(&str, &str)]) -> OwnInstance {
    own(instance(identifier, stage, more))
}

pub const REQUEST: &[(&str, &str)] = &[
    ("request", "1"),
    ("requested", "2026-11-22T00:00:00Z"),
    ("expires", "2026-11-25T00:00:00Z"),
    ("notified", "1 2026-11-25T00:00:00Z"),
];

pub fn mac(seed: u8) -> Mac {
    Mac::from_bytes(&[seed; 32]).unwrap()
}

/// A rebooted instance whose request 1 these people have confirmed at that time, each with `mac(7)`.
pub fn confirmed_by(people: &[&str], time: &str) -> OwnInstance {
    let mut instance = instance("dev-2026-11-22", "rebooted", REQUEST);
    for person in people {
        let confirmation = Confirmation { request: 1, at: at(time), mac: mac(7) };
        instance.tags.extend(confirmation_tag(&settings().name, person, &confirmation));
    }
    own(instance)
}

/// KMS's word that each confirmation of this instance is genuine.
pub fn all_verified(settings: &Settings, own: &OwnInstance) -> Vec<tag_state::proof::Verified> {
    let request = own.tags().request.unwrap();
    own.tags()
        .confirmed
        .iter()
        .filter_map(|(person, confirmation)| {
            let claim = claim(settings, own, request, Action::Confirm, person);
            tag_state::proof::Verified::from_answer(claim, confirmation.mac.clone(), true)
        })
        .collect()
}

pub fn cname(value: &str) -> Record {
    Record::Cname { value: value.to_owned(), ttl: 60 }
}

pub fn pointing_at(own: &OwnInstance) -> Record {
    cname(&format!("{}.", own.facts().address.as_ref().unwrap().to_uppercase()))
}

pub fn snapshot(identifier: &str, status: &str, created: &str) -> Snapshot {
    Snapshot {
        identifier: identifier.to_owned(),
        arn: format!("arn:aws:rds:us-east-1:000000000000:snapshot:{identifier}"),
        source: "production".to_owned(),
        status: status.to_owned(),
        snapshot_type: "automated".to_owned(),
        created: Some(at(created)),
        engine: "mysql".to_owned(),
        engine_version: "8.0.39".to_owned(),
        ..Snapshot::default()
    }
}

//! Calls that cannot be written down: a swap and a delete come out of their decisions only.

use jiff::Timestamp;
use tag_state::calls::{Delete, DeleteSnapshot, Swap};
use tag_state::decide::retire::Clients;
use tag_state::decide::{Decision, promote, retention, retire};
use tag_state::facts::{Instance, Record, Snapshot};
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;

pub(crate) const INSTANCE: &str = "dev-2026-11-22";
pub(crate) const ADDRESS: &str = "dev-2026-11-22.c9x.us-east-1.rds.amazonaws.com";
const RESOURCE: &str = "db-ABCDEFGHIJKLMNOPQRSTUVWXY2";

fn now() -> Timestamp {
    "2026-11-25T09:00:00Z".parse().expect("a time")
}

fn settings(more: &str) -> Settings {
    Settings::from_options(&format!(
        "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
         -Drdsecho.promote.cname=db.example.com -Drdsecho.promote.hostedZoneId=Z1 \
         -Drdsecho.promote.approval=none \
         -Drdsecho.mod.manageMasterUserPassword=false {more}"
    ))
    .expect("right settings")
}

fn own(settings: &Settings, stage: &str) -> OwnInstance {
    let tags = [
        ("managed", "true"),
        ("stage", stage),
        ("since", "2026-11-22T09:00:00Z"),
        ("id", INSTANCE),
        ("resource", RESOURCE),
    ];
    let instance = Instance {
        identifier: INSTANCE.to_owned(),
        arn: format!("arn:aws:rds:us-east-1:123456789012:db:{INSTANCE}"),
        resource_id: RESOURCE.to_owned(),
        status: "available".to_owned(),
        address: Some(ADDRESS.to_owned()),
        deletion_protection: stage != "retired",
        tags: tags.map(|(suffix, value)| (settings.name.tag_key(suffix), value.to_owned())).into(),
        ..Instance::default()
    };
    OwnInstance::recognise(&settings.name, instance).expect("ours")
}

/// The swap of db.example.com in zone Z1 from `old` to [`ADDRESS`], with a time to live of 60 seconds.
pub(crate) fn swap(old: &Record) -> Swap {
    let settings = settings("");
    let decision = promote::decide(&settings, &own(&settings, "rebooted"), old, &[], None, now());
    let Decision::Act(promotable) = decision else { panic!("not promotable: {decision:?}") };
    promotable.swap().clone()
}

/// The delete of [`INSTANCE`].
pub(crate) fn delete(final_snapshot: bool) -> Delete {
    let settings = settings(&format!("-Drdsecho.retire.skipFinalSnapshot={}", !final_snapshot));
    let elsewhere = Record::Cname { value: "other.example.com".to_owned(), ttl: 60 };
    let decision = retire::decide(&settings, &own(&settings, "retired"), &elsewhere, Clients::NotAsked, now());
    let Decision::Act(retire::RetireStep::Destroy(deletable)) = decision else { panic!("not deletable: {decision:?}") };
    deletable.delete(0)
}

/// The delete of the final snapshot of [`INSTANCE`].
pub(crate) fn delete_snapshot() -> DeleteSnapshot {
    let settings = settings("-Drdsecho.retire.keepFinalSnapshotDays=1");
    let identifier = format!("{INSTANCE}-final");
    let snapshot = Snapshot {
        tags: [(settings.name.tag_key("final"), identifier.clone())].into(),
        identifier,
        source: INSTANCE.to_owned(),
        snapshot_type: "manual".to_owned(),
        status: "available".to_owned(),
        created: Some("2026-11-22T09:00:00Z".parse().expect("a time")),
        ..Snapshot::default()
    };
    let decision = retention::confirm(&settings, &snapshot, Some(&snapshot), now());
    let Decision::Act(disposable) = decision else { panic!("not disposable: {decision:?}") };
    disposable.delete().clone()
}

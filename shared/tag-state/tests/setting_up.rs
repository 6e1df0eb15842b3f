//! Decisions of new, modify and reboot, over every RDS status.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;

use common::{at, instance, ours, own, settings, snapshot, with};
use tag_state::decide::modify::ModifyStep;
use tag_state::decide::new::{at_restore, identifier, ours as all_ours, restore, snapshot as choose, superfluous};
use tag_state::decide::reboot::RebootStep;
use tag_state::decide::{Decision, modify, reboot, request};
use tag_state::facts::{Instance, Snapshot};
use tag_state::parameter::{Parameter, Value};
use tag_state::stage::Stage;
use tag_state::status::{Class, STATUSES};

const NOW: &str = "2026-11-22T09:00:00Z";

fn code<T: std::fmt::Debug>(decision: Decision<T>) -> &'static str {
    match decision {
        Decision::Act(step) => panic!("acts: {step:?}"),
        Decision::Wait { reason, .. } | Decision::Refuse(reason) | Decision::Nothing(reason) => reason.code(),
    }
}

/// What each class of status leads to, while a stage waits for RDS.
fn expected(class: Class) -> &'static str {
    match class {
        Class::Ready | Class::Failed => unreachable!(),
        Class::Busy => "busy",
        Class::Stopped => "stopped",
        Class::Going => "going",
        Class::Unknown => "unknown-status",
    }
}

#[test]
fn every_status_moves_an_instance_on_gives_it_up_or_makes_it_wait() {
    let unheard_of = [("levitating", Class::Unknown)];
    for (status, class) in STATUSES.iter().chain(&unheard_of) {
        let in_stage = |stage: &str| {
            let mut instance = instance("dev-2026-11-22", stage, &[]);
            (*status).clone_into(&mut instance.status);
            own(instance)
        };
        let modify = modify::decide(&settings(), &in_stage("new"), at(NOW));
        let reboot = reboot::decide(&settings(), &in_stage("modified"), at(NOW));
        let request = request::decide(&settings(), &in_stage("rebooted"), at(NOW));
        match class {
            Class::Ready => {
                assert!(matches!(modify, Decision::Act(ModifyStep::Modify { .. })), "{status}");
                assert!(matches!(reboot, Decision::Act(RebootStep::Reboot { .. })), "{status}");
                assert!(matches!(request, Decision::Act(request::RequestStep::Ask(_))), "{status}");
            }
            Class::Failed => {
                let given_up = match (modify, reboot, request) {
                    (
                        Decision::Act(ModifyStep::GiveUp(one)),
                        Decision::Act(RebootStep::GiveUp(two)),
                        Decision::Act(request::RequestStep::GiveUp(three)),
                    ) => [one, two, three],
                    other => panic!("{status}: {other:?}"),
                };
                for given_up in given_up {
                    assert_eq!(given_up.tags["rdsecho:dev:stage"], "forgotten");
                    assert!(given_up.tags["rdsecho:dev:failure"].contains(status));
                    assert!(given_up.tags.contains_key("rdsecho:dev:resource"), "retire insists on it");
                }
            }
            Class::Busy | Class::Stopped | Class::Going | Class::Unknown => {
                assert_eq!(code(modify), expected(*class), "{status}");
                assert_eq!(code(reboot), expected(*class), "{status}");
                assert_eq!(code(request), expected(*class), "{status}");
            }
        }
    }
}

#[test]
fn each_stage_leaves_the_other_stages_alone() {
    for stage in Stage::ALL {
        let own = ours("dev-2026-11-22", stage.name(), &[]);
        if stage != Stage::New {
            assert_eq!(code(modify::decide(&settings(), &own, at(NOW))), "other-stage");
        }
        if stage != Stage::Modified {
            assert_eq!(code(reboot::decide(&settings(), &own, at(NOW))), "other-stage");
        }
        if stage != Stage::Rebooted {
            assert_eq!(code(request::decide(&settings(), &own, at(NOW))), "other-stage");
        }
    }
}

#[test]
fn protection_is_kept_on_until_the_promotion() {
    for stage in Stage::ALL {
        let mut bare = instance("dev-2026-11-22", stage.name(), &[]);
        bare.deletion_protection = false;
        let decision = modify::decide(&settings(), &own(bare.clone()), at(NOW));
        match stage {
            Stage::New => assert!(matches!(decision, Decision::Act(ModifyStep::Modify { .. }))),
            Stage::Modified | Stage::Rebooted => {
                let Decision::Act(ModifyStep::Protect(call)) = decision else { panic!("{stage}") };
                assert_eq!(call, tag_state::calls::Modify::protection("dev-2026-11-22", true));
                "modifying".clone_into(&mut bare.status);
                let busy = modify::decide(&settings(), &own(bare), at(NOW));
                assert_eq!(code(busy), "other-stage", "RDS would refuse it now");
            }
            Stage::Promoted | Stage::Forgotten | Stage::Retired => assert_eq!(code(decision), "other-stage"),
        }
    }
}

fn modified(change: impl FnOnce(&mut Instance)) -> Option<tag_state::calls::Modify> {
    let mut fresh = instance("dev-2026-11-22", "new", &[]);
    change(&mut fresh);
    let Decision::Act(ModifyStep::Modify { call, .. }) = modify::decide(&settings(), &own(fresh), at(NOW)) else {
        panic!("modify submits nothing")
    };
    call
}

#[test]
fn modify_submits_only_what_differs() {
    assert_eq!(modified(|_| {}), None, "a modify without a change can be an error");
    let call = modified(|instance| instance.deletion_protection = false).unwrap();
    assert!(call.parameters.is_empty());
    assert_eq!(call.deletion_protection, Some(true));
    let call = modified(|instance| {
        drop(Arc::make_mut(&mut instance.actual).insert(Parameter::BackupRetentionPeriod, Value::Number(7)))
    })
    .unwrap();
    assert_eq!(call.parameters, [(Parameter::BackupRetentionPeriod, Value::Number(0))].into());
    assert_eq!(call.deletion_protection, None);
    assert!(call.apply_immediately);
    let lower = modified(|instance| {
        Arc::make_mut(&mut instance.actual)
            .insert(Parameter::DbParameterGroupName, Value::Text("DEV-mysql".to_owned()));
    });
    assert_eq!(lower, None, "RDS stores names of groups in lower case");
}

/// RDS shows the key of a managed password's secret as an ARN, whatever it was called when it was set.
#[test]
fn the_key_of_a_managed_password_is_set_once() {
    let settings =
        with("-Drdsecho.mod.manageMasterUserPassword=true -Drdsecho.mod.masterUserSecretKmsKeyId=alias/ours");
    let asked = |managed: Option<bool>| {
        let mut fresh = instance("dev-2026-11-22", "new", &[]);
        let actual = Arc::make_mut(&mut fresh.actual);
        actual.remove(&Parameter::ManageMasterUserPassword);
        if let Some(managed) = managed {
            actual.insert(Parameter::ManageMasterUserPassword, Value::Flag(managed));
            actual.insert(Parameter::MasterUserSecretKmsKeyId, Value::Text("arn:aws:kms:us-east-1:0:key/1".to_owned()));
        }
        let Decision::Act(ModifyStep::Modify { call, .. }) = modify::decide(&settings, &own(fresh), at(NOW)) else {
            panic!("modify submits nothing")
        };
        call.map(|call| call.parameters.keys().copied().collect::<Vec<_>>()).unwrap_or_default()
    };
    let both = [Parameter::ManageMasterUserPassword, Parameter::MasterUserSecretKmsKeyId];
    assert_eq!(asked(None), both);
    assert_eq!(asked(Some(false)), both);
    assert_eq!(asked(Some(true)), []);
    // Another setting is compared whether the password is managed or not.
    let mut fresh = instance("dev-2026-11-22", "new", &[]);
    let actual = Arc::make_mut(&mut fresh.actual);
    actual.insert(Parameter::ManageMasterUserPassword, Value::Flag(true));
    actual.insert(Parameter::BackupRetentionPeriod, Value::Number(7));
    let Decision::Act(ModifyStep::Modify { call: Some(call), .. }) = modify::decide(&settings, &own(fresh), at(NOW))
    else {
        panic!()
    };
    assert_eq!(call.parameters.keys().copied().collect::<Vec<_>>(), [Parameter::BackupRetentionPeriod]);
}

#[test]
fn what_rds_does_not_show_is_off() {
    let wanted = |value: &str| {
        let settings = with(&format!("-Drdsecho.mod.enablePerformanceInsights={value}"));
        let decision = modify::decide(&settings, &ours("dev-2026-11-22", "new", &[]), at(NOW));
        let Decision::Act(ModifyStep::Modify { call, .. }) = decision else { panic!("modify submits nothing") };
        call.is_some()
    };
    assert!(wanted("true"));
    assert!(!wanted("false"), "or modify would ask for it again and again");
}

/// RDS wants a consent of its own for those, and the settings name the version.
#[test]
fn modify_allows_a_major_upgrade_where_one_is_asked_for() {
    let allows = |engine: &str, has: &str, wanted: &str| {
        let settings = with(&format!("-Drdsecho.mod.engineVersion={wanted}"));
        let mut fresh = instance("dev-2026-11-22", "new", &[]);
        (fresh.engine, fresh.engine_version) = (engine.to_owned(), has.to_owned());
        Arc::make_mut(&mut fresh.actual).insert(Parameter::EngineVersion, Value::Text(has.to_owned()));
        let Decision::Act(ModifyStep::Modify { call, .. }) = modify::decide(&settings, &own(fresh), at(NOW)) else {
            panic!("modify submits nothing")
        };
        call.is_some_and(|call| call.allow_major_version_upgrade)
    };
    for (engine, has, minor, major) in [
        ("postgres", "16.4", "16.10", "17.2"),
        ("postgres", "9.6.24", "9.6.25", "10.23"),
        ("postgres", "9.5.25", "9.5.26", "9.6.24"),
        ("mysql", "8.0.39", "8.0.40", "8.4.3"),
        ("mariadb", "10.6.19", "10.6.20", "10.11.9"),
        ("oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", "19.0.0.0.ru-2024-10.rur-2024-10.r1", "21.0.0.0.ru-1"),
        ("custom-sqlserver-ee", "15.00.4385.2.v1", "15.00.4390.2.v1", "16.00.4150.1.v1"),
    ] {
        assert!(!allows(engine, has, minor), "{engine} {has} to {minor}");
        assert!(allows(engine, has, major), "{engine} {has} to {major}");
        assert!(!allows(engine, has, has), "{engine} {has} is what it has");
    }
}

#[test]
fn modify_names_the_log_exports_to_switch_off() {
    let settings = with("-Drdsecho.mod.enableCloudwatchLogsExports=error,slowquery");
    let mut fresh = instance("dev-2026-11-22", "new", &[]);
    let list = |names: &[&str]| Value::List(names.iter().map(|name| (*name).to_owned()).collect());
    Arc::make_mut(&mut fresh.actual).insert(Parameter::EnableCloudwatchLogsExports, list(&["error", "general"]));
    let Decision::Act(ModifyStep::Modify { call: Some(call), .. }) = modify::decide(&settings, &own(fresh), at(NOW))
    else {
        panic!()
    };
    assert_eq!(call.parameters[&Parameter::EnableCloudwatchLogsExports], list(&["error", "slowquery"]));
    assert_eq!(call.disable_log_exports, ["general"]);
}

#[test]
fn modify_writes_the_missing_resource_tag_and_waits_for_pending_changes() {
    let mut fresh = instance("dev-2026-11-22", "new", &[]);
    fresh.tags.remove("rdsecho:dev:resource");
    let Decision::Act(ModifyStep::Modify { identify, advance, .. }) =
        modify::decide(&settings(), &own(fresh.clone()), at(NOW))
    else {
        panic!()
    };
    assert_eq!(identify.unwrap()["rdsecho:dev:resource"], fresh.resource_id);
    assert_eq!(advance["rdsecho:dev:stage"], "modified");
    assert_eq!(advance["rdsecho:dev:since"], NOW);
    fresh.pending.insert("DBInstanceClass".to_owned());
    assert_eq!(code(modify::decide(&settings(), &own(fresh), at(NOW))), "pending");
}

fn rebooting(settings: &str, more: &[(&str, &str)], change: impl FnOnce(&mut Instance)) -> Decision<RebootStep> {
    let mut instance = instance("dev-2026-11-22", "modified", more);
    change(&mut instance);
    reboot::decide(&with(settings), &own(instance), at(NOW))
}

#[test]
fn reboot_believes_nothing_shortly_after_a_change() {
    let shortly = [("since", "2026-11-22T08:58:01Z")];
    assert_eq!(code(rebooting("", &shortly, |_| {})), "settling");
    let Decision::Wait { until, .. } = rebooting("", &shortly, |_| {}) else { panic!() };
    assert_eq!(until, Some(at("2026-11-22T09:00:01Z")));
    assert_eq!(code(rebooting("", &[("rebooting", "2026-11-22T08:59:00Z")], |_| {})), "settling");
    let exactly = [("since", "2026-11-22T08:58:00Z")];
    assert!(matches!(rebooting("", &exactly, |_| {}), Decision::Act(_)));
}

#[test]
fn reboot_waits_until_all_that_is_wanted_is_there() {
    let wait = |change: fn(&mut Instance)| code(rebooting("", &[], change));
    assert_eq!(wait(|instance| instance.pending = ["Iops".to_owned()].into()), "pending");
    assert_eq!(wait(|instance| instance.deletion_protection = false), "not-in-effect");
    assert_eq!(
        wait(|instance| drop(
            Arc::make_mut(&mut instance.actual).insert(Parameter::BackupRetentionPeriod, Value::Number(7))
        )),
        "not-in-effect"
    );
    assert_eq!(wait(|instance| instance.parameter_group_statuses = vec!["applying".to_owned()]), "applying");
    assert_eq!(wait(|instance| instance.option_group_statuses = vec!["pending-apply".to_owned()]), "applying");
}

#[test]
fn reboot_reboots_once_marked_and_advances_when_all_is_in_sync() {
    let pending_reboot =
        |instance: &mut Instance| instance.parameter_group_statuses = vec!["pending-reboot".to_owned()];
    let marked = [("rebooting", "2026-11-22T08:50:00Z")];
    let Decision::Act(RebootStep::Reboot { mark }) = rebooting("", &[], pending_reboot) else { panic!() };
    assert_eq!(mark["rdsecho:dev:rebooting"], NOW);
    let done = rebooting("", &marked, |_| {});
    assert!(matches!(done, Decision::Act(RebootStep::Advance { rebooted: true, .. })), "{done:?}");
    // The mark was written, and the reboot was never asked for, or lost.
    assert!(matches!(rebooting("", &marked, pending_reboot), Decision::Act(RebootStep::Reboot { .. })));
    let needless = rebooting("-Drdsecho.reboot=when-needed", &[], |_| {});
    assert!(matches!(needless, Decision::Act(RebootStep::Advance { rebooted: false, .. })), "{needless:?}");
    assert!(matches!(
        rebooting("-Drdsecho.reboot=when-needed", &[], pending_reboot),
        Decision::Act(RebootStep::Reboot { .. })
    ));
}

#[test]
fn new_waits_while_one_is_on_its_way_and_not_for_those_given_up() {
    let now = at("2026-11-24T03:00:00Z");
    let alone = |own| identifier(&settings(), &[own], now);
    for stage in ["new", "modified", "rebooted"] {
        assert_eq!(code(alone(ours("dev-2026-11-22", stage, &[]))), "in-flight", "{stage}");
    }
    assert_eq!(code(alone(ours("dev-2026-11-22", "rebooted", common::REQUEST))), "in-flight");
    for stage in ["forgotten", "retired"] {
        assert!(matches!(alone(ours("dev-2026-11-22", stage, &[])), Decision::Act(_)), "{stage}");
    }
    let cancelled = [common::REQUEST, &[("cancelled:ann@example.test", "1 2026-11-22T09:00:00Z")]].concat();
    assert!(matches!(alone(ours("dev-2026-11-22", "rebooted", &cancelled)), Decision::Act(_)));
    let other_request = [common::REQUEST, &[("cancelled:ann@example.test", "7 2026-11-22T09:00:00Z")]].concat();
    assert_eq!(code(alone(ours("dev-2026-11-22", "rebooted", &other_request))), "in-flight");
    let asked = ours("dev-2026-11-22", "rebooted", common::REQUEST);
    let late = |time| identifier(&settings(), std::slice::from_ref(&asked), at(time));
    assert_eq!(code(late("2026-11-25T01:00:00Z")), "in-flight", "the promotion's window is still open");
    assert!(matches!(late("2026-11-25T01:00:01Z"), Decision::Act(_)));
}

#[test]
fn new_keeps_the_minimum_age_and_does_not_trust_a_missing_one() {
    let promoted = instance("dev-2026-11-21", "promoted", &[]);
    let decide = |instance: &Instance, time| identifier(&settings(), &[own(instance.clone())], at(time));
    assert_eq!(code(decide(&promoted, "2026-11-22T19:59:59Z")), "too-young");
    assert!(matches!(decide(&promoted, "2026-11-22T20:00:00Z"), Decision::Act(id) if id == "dev-2026-11-22"));
    // Without one it was at the latest the end of the day in its name.
    let ageless = Instance { created: None, ..promoted };
    assert_eq!(code(decide(&ageless, "2026-11-22T23:59:59Z")), "too-young");
    assert!(matches!(decide(&ageless, "2026-11-23T00:00:00Z"), Decision::Act(_)));
    assert_eq!(code(decide(&ageless, "2026-11-21T20:00:00Z")), "too-young");
}

#[test]
fn new_takes_the_next_free_identifier_and_stops_at_the_limit() {
    let now = at("2026-11-22T09:00:00Z");
    let forgotten = |id: &str| ours(id, "forgotten", &[]);
    let decide = |own: &[_]| identifier(&settings(), own, now);
    let first = forgotten("dev-2026-11-22");
    assert_eq!(decide(std::slice::from_ref(&first)), Decision::Act("dev-2026-11-22-2".to_owned()));
    let third = [first.clone(), forgotten("dev-2026-11-22-3")];
    // A lower number would make it older than those before it.
    assert_eq!(decide(&third), Decision::Act("dev-2026-11-22-4".to_owned()));
    assert_eq!(decide(&[forgotten("dev-2026-11-21-7")]), Decision::Act("dev-2026-11-22".to_owned()));
    assert_eq!(decide(&[forgotten("dev-2026-11-22-98")]), Decision::Act("dev-2026-11-22-99".to_owned()));
    assert_eq!(code(decide(&[forgotten("dev-2026-11-22-99")])), "no-identifier-left");
    // A restore and its retry must not get two identifiers because one of today's was gone in between.
    let going = |identifier: &str| {
        let mut going = instance(identifier, "retired", &[]);
        "deleting".clone_into(&mut going.status);
        own(going)
    };
    assert_eq!(code(decide(&[going("dev-2026-11-22")])), "identifier-in-flux");
    assert_eq!(decide(&[going("dev-2026-11-21")]), Decision::Act("dev-2026-11-22".to_owned()));
    let many = [first, forgotten("dev-2026-11-20"), forgotten("dev-2026-11-19"), forgotten("dev-2026-11-18")];
    assert_eq!(code(decide(&many)), "too-many");
}

#[test]
fn a_stranger_with_our_name_stops_new() {
    let mut copy = instance("dev-2026-11-22", "promoted", &[]);
    copy.resource_id = "db-COPY".to_owned();
    assert_eq!(all_ours(&settings(), vec![copy]).unwrap_err().code(), "stranger-in-the-way");
    let mut hand_made = instance("dev-2026-11-22-test", "new", &[]);
    hand_made.tags.clear();
    assert_eq!(all_ours(&settings(), vec![hand_made.clone()]).unwrap_err().code(), "stranger-in-the-way");
    hand_made.identifier = "dev-20-years".to_owned();
    assert_eq!(all_ours(&settings(), vec![hand_made]), Ok(Vec::new()));
}

#[test]
fn of_two_on_their_way_the_later_is_given_up() {
    let early = ours("dev-2026-11-21", "modified", &[]);
    let late = ours("dev-2026-11-22", "new", &[]);
    let done = ours("dev-2026-11-20", "promoted", &[]);
    let given_up = superfluous(&settings(), &[late.clone(), done, early.clone()], at(NOW));
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0].0, late);
    assert!(given_up[0].1.tags["rdsecho:dev:failure"].contains("dev-2026-11-21"));
    assert!(superfluous(&settings(), &[early], at(NOW)).is_empty());
}

#[test]
fn closed_requests_make_room_where_no_more_may_live() {
    let expired = ours("dev-2026-11-18", "rebooted", common::REQUEST);
    let cancelled = [common::REQUEST, &[("cancelled:ann@example.test", "1 2026-11-22T09:00:00Z")]].concat();
    let all = [
        expired.clone(),
        ours("dev-2026-11-19", "rebooted", &cancelled),
        ours("dev-2026-11-17", "promoted", &[]),
        ours("dev-2026-11-16", "forgotten", &[]),
    ];
    let later = at("2026-11-26T00:00:00Z");
    let given_up = |own: &[tag_state::own::OwnInstance], now| -> Vec<String> {
        superfluous(&settings(), own, now).into_iter().map(|(own, _)| own.identifier().to_owned()).collect()
    };
    assert_eq!(given_up(&all, later), ["dev-2026-11-18", "dev-2026-11-19"]);
    assert_eq!(given_up(&all, at(NOW)), ["dev-2026-11-19"], "the other one is open");
    assert_eq!(given_up(&all[..3], later), [""; 0], "there is room");
}

#[test]
fn the_latest_available_snapshot_is_restored() {
    let mut snapshots = vec![
        snapshot("rds:old", "available", "2026-11-20T00:00:00Z"),
        snapshot("rds:good", "available", "2026-11-21T00:00:00Z"),
        snapshot("rds:making", "creating", "2026-11-22T00:00:00Z"),
    ];
    let mut unfinished = snapshot("rds:timeless", "available", "2026-11-23T00:00:00Z");
    unfinished.created = None;
    snapshots.push(unfinished);
    let mut others = snapshot("rds:others", "available", "2026-11-24T00:00:00Z");
    others.source = "production-2".to_owned();
    snapshots.push(others.clone());
    let chosen = |named| choose(&settings(), &snapshots, named);
    assert!(matches!(chosen(None), Decision::Act(snapshot) if snapshot.identifier == "rds:good"));
    assert!(matches!(chosen(Some(&snapshots[0].arn)), Decision::Act(snapshot) if snapshot.identifier == "rds:good"));
    assert_eq!(code(chosen(Some(&others.arn))), "other-snapshot");
    assert_eq!(code(choose(&settings(), &[], None)), "no-snapshot");
}

#[test]
fn the_restore_carries_all_tags_and_only_what_a_restore_takes() {
    let settings = with("-Drdsecho.new.tags=team=blue -Drdsecho.new.multiAz=false");
    let call = restore(&settings, "dev-2026-11-22".to_owned(), &snapshot("rds:good", "available", NOW), at(NOW));
    let tags: Vec<(&str, &str)> = call.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        tags,
        [
            ("rdsecho:dev:data-from", NOW),
            ("rdsecho:dev:id", "dev-2026-11-22"),
            ("rdsecho:dev:managed", "true"),
            ("rdsecho:dev:since", NOW),
            ("rdsecho:dev:snapshot", "rds:good"),
            ("rdsecho:dev:stage", "new"),
            ("team", "blue"),
        ]
    );
    // And what the modification would set, so that it has little left to do.
    let from_mod = [
        (Parameter::BackupRetentionPeriod, Value::Number(0)),
        (Parameter::DbParameterGroupName, Value::Text("dev-mysql".to_owned())),
    ];
    assert_eq!(call.parameters, [(Parameter::MultiAz, Value::Flag(false))].into_iter().chain(from_mod).collect());
}

/// What the restore can have it gets; what belongs to something that comes later waits for the modification.
#[test]
fn the_restore_takes_what_it_can_of_the_modification() {
    let restored = |more: &str| at_restore(&with(more), Some("mysql"));
    let group = Parameter::DbParameterGroupName;
    assert_eq!(restored("")[&group], Value::Text("dev-mysql".to_owned()));
    assert_eq!(restored("-Drdsecho.new.dbParameterGroupName=first")[&group], Value::Text("first".to_owned()));
    assert!(!restored("-Drdsecho.mod.monitoringInterval=60").contains_key(&Parameter::MonitoringInterval));
    let upgraded = restored("-Drdsecho.mod.engineVersion=8.4.3 -Drdsecho.mod.optionGroupName=later");
    assert!(!upgraded.contains_key(&group), "it is of the family of the version to come");
    assert!(!upgraded.contains_key(&Parameter::OptionGroupName));
    assert!(restored("-Drdsecho.mod.optionGroupName=now").contains_key(&Parameter::OptionGroupName));
    let zone = "-Drdsecho.new.availabilityZone=us-east-1a";
    let both = Parameter::MultiAz;
    assert!(!restored(&format!("{zone} -Drdsecho.mod.multiAz=true")).contains_key(&both), "RDS refuses both together");
    assert!(restored(&format!("{zone} -Drdsecho.mod.multiAz=false")).contains_key(&both));
    let fast = "-Drdsecho.mod.storageType=io1 -Drdsecho.mod.iops=3000";
    assert_eq!(restored(fast)[&Parameter::Iops], Value::Number(3000));
    let mixed = restored(&format!("{fast} -Drdsecho.new.storageType=gp3"));
    assert!(!mixed.contains_key(&Parameter::Iops), "half of one storage and half of another");
}

/// RDS for SQL Server refuses a size at the restore, so that everything that goes with one waits with it.
#[test]
fn the_storage_of_sql_server_waits_for_the_modification() {
    let storage = "-Drdsecho.mod.allocatedStorage=500 -Drdsecho.mod.storageType=gp3 -Drdsecho.mod.iops=9000 \
                   -Drdsecho.mod.storageThroughput=500 -Drdsecho.mod.multiAz=false";
    let asked = |engine: &str| {
        let source = Snapshot { engine: engine.to_owned(), ..snapshot("rds:good", "available", NOW) };
        let call = restore(&with(storage), "dev-2026-11-22".to_owned(), &source, at(NOW));
        [
            Parameter::AllocatedStorage,
            Parameter::StorageType,
            Parameter::Iops,
            Parameter::StorageThroughput,
            Parameter::MultiAz,
        ]
        .map(|parameter| call.parameters.contains_key(&parameter))
    };
    assert_eq!(asked("mysql"), [true; 5]);
    for edition in ["sqlserver-ex", "sqlserver-se"] {
        assert_eq!(asked(edition), [false, false, false, false, true], "{edition}");
    }
}

#[test]
fn a_shared_snapshot_is_named_by_its_arn() {
    let mut shared = snapshot("theirs", "available", NOW);
    let named = |snapshot: &Snapshot| restore(&settings(), "dev-2026-11-22".to_owned(), snapshot, at(NOW)).snapshot;
    assert_eq!(named(&shared), "theirs");
    shared.snapshot_type = "shared".to_owned();
    assert_eq!(named(&shared), shared.arn);
}

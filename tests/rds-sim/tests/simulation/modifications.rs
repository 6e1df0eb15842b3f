//! ModifyDBInstance: available lingers, values are pending, groups wait for the reboot.

use rds_sim::world::model::GroupStatus;
use rds_sim::world::{GroupKind, Modify, Withdrawal};
use tag_state::parameter::{Parameter, Parameters, Value};

use crate::support::*;

#[test]
fn available_lingers_then_modifying_then_applied() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::DbInstanceClass, text("db.t4g.small"))], true).expect("accepted");
    let facts = echo(&world).facts();
    assert_eq!((&*facts.status, facts.pending), ("available", ["DBInstanceClass".to_owned()].into()));
    assert_eq!(facts.actual[&Parameter::DbInstanceClass], text("db.r6g.2xlarge"));

    assert_eq!(lines(&seconds(&mut world, 45)), ["00:00:45 modifying 0012"]);
    assert_eq!(echo(&world).facts().pending.len(), 1, "pending until it is applied");
    assert_eq!(lines(&seconds(&mut world, 300)), ["00:05:45 available 0014"]);
    let facts = echo(&world).facts();
    assert_eq!(facts.actual[&Parameter::DbInstanceClass], text("db.t4g.small"));
    assert!(facts.pending.is_empty());
}

#[test]
fn security_groups_are_never_pending_and_have_no_event_of_their_own() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::VpcSecurityGroupIds, list(["sg-dev"]))], false).expect("accepted");
    let facts = echo(&world).facts();
    assert!(facts.pending.is_empty(), "looks settled and is not");
    assert_eq!(facts.actual[&Parameter::VpcSecurityGroupIds], list(["sg-default"]));
    assert_eq!(lines(&seconds(&mut world, 600)), ["00:00:45 modifying -", "00:05:45 available -"]);
    assert_eq!(echo(&world).parameters[&Parameter::VpcSecurityGroupIds], list(["sg-dev"]));
}

#[test]
fn a_parameter_group_is_applying_then_pending_reboot_and_in_sync_after_the_reboot() {
    let mut world = world_with_echo();
    world.create_group(GroupKind::Parameter, "tuned").expect("made");
    modify(&mut world, [(Parameter::DbParameterGroupName, text("tuned"))], true).expect("accepted");
    assert_eq!(echo(&world).text(Parameter::DbParameterGroupName), "default.postgres16");
    assert_eq!(lines(&seconds(&mut world, 45)), ["00:00:45 modifying 0011"]);
    assert_eq!(echo(&world).parameter_group, GroupStatus::Applying);
    assert_eq!(echo(&world).text(Parameter::DbParameterGroupName), "tuned");
    assert_eq!(lines(&seconds(&mut world, 300)), ["00:05:45 available 0092"]);
    assert_eq!(echo(&world).parameter_group, GroupStatus::PendingReboot);
    world.reboot(ECHO).expect("rebooting");
    seconds(&mut world, 120);
    assert_eq!(echo(&world).parameter_group, GroupStatus::InSync);
}

#[test]
fn a_reboot_that_comes_too_early_leaves_the_group_pending_reboot() {
    let mut world = world_with_echo();
    world.create_group(GroupKind::Parameter, "tuned").expect("made");
    modify(&mut world, [(Parameter::DbParameterGroupName, text("tuned"))], true).expect("accepted");
    world.reboot(ECHO).expect("available lingers, so it is accepted");
    assert_eq!(
        lines(&seconds(&mut world, 600)),
        ["00:00:45 rebooting -", "00:02:00 modifying 0011", "00:02:00 modifying 0006", "00:07:00 available 0092"]
    );
    assert_eq!(echo(&world).parameter_group, GroupStatus::PendingReboot);
}

#[test]
fn what_is_not_immediate_stays_pending_until_the_window() {
    let mut world = world_with_echo();
    world.create_group(GroupKind::Option, "other").expect("made");
    let both = [(Parameter::DbInstanceClass, text("db.t4g.small")), (Parameter::OptionGroupName, text("other"))];
    modify(&mut world, both, false).expect("accepted");
    assert!(seconds(&mut world, 7 * 86400).is_empty());
    assert_eq!(echo(&world).facts().pending, ["DBInstanceClass".to_owned()].into());
    assert_eq!(echo(&world).option_group, GroupStatus::PendingApply);

    world.maintain(ECHO).expect("the window");
    assert_eq!(lines(&seconds(&mut world, 300)).len(), 2);
    assert_eq!(echo(&world).option_group, GroupStatus::InSync);
    assert_eq!(echo(&world).text(Parameter::OptionGroupName), "other");
    assert_eq!(echo(&world).text(Parameter::DbInstanceClass), "db.t4g.small");
}

#[test]
fn an_immediate_modification_takes_the_pending_ones_along() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::DbInstanceClass, text("db.t4g.small"))], false).expect("accepted");
    modify(&mut world, [(Parameter::CopyTagsToSnapshot, Value::Flag(true))], true).expect("accepted");
    seconds(&mut world, 600);
    assert_eq!(echo(&world).text(Parameter::DbInstanceClass), "db.t4g.small");
}

#[test]
fn a_second_modification_while_available_lingers_joins_the_first() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::DbInstanceClass, text("db.t4g.small"))], true).expect("accepted");
    seconds(&mut world, 30);
    modify(&mut world, [(Parameter::MultiAz, Value::Flag(true))], true).expect("accepted");
    assert_eq!(
        lines(&seconds(&mut world, 600)),
        ["00:00:45 modifying 0012", "00:00:45 modifying 0024", "00:05:45 available 0014", "00:05:45 available 0025",]
    );
}

#[test]
fn each_kind_of_modification_has_its_status_and_its_events() {
    let cases: [(Parameter, Value, &str, &[&str]); 8] = [
        (Parameter::AllocatedStorage, Value::Number(200), "modifying", &["0018", "0017"]),
        (Parameter::BackupRetentionPeriod, Value::Number(0), "modifying", &["-", "0028"]),
        (Parameter::EnableCloudwatchLogsExports, list(["postgresql"]), "configuring-log-exports", &["-", "-"]),
        (Parameter::EnableIamDatabaseAuthentication, Value::Flag(true), "configuring-iam-database-auth", &["-", "-"]),
        (Parameter::EngineVersion, text("16.6"), "upgrading", &["-", "-"]),
        (Parameter::ManageMasterUserPassword, Value::Flag(true), "resetting-master-credentials", &["-", "0016", "-"]),
        (Parameter::Port, Value::Number(6432), "modifying", &["-", "-"]),
        (Parameter::MultiAz, Value::Flag(true), "modifying", &["0024", "0025"]),
    ];
    for (parameter, value, status, events) in cases {
        let mut world = world_with_echo();
        modify(&mut world, [(parameter, value.clone())], true).expect("accepted");
        let happened = seconds(&mut world, 600);
        assert_eq!(happened[0].status, status, "{parameter}");
        let ids: Vec<String> = lines(&happened).iter().map(|line| line[line.len() - 4..].trim().to_owned()).collect();
        let ids: Vec<&str> = ids.iter().map(|id| if id.ends_with('-') { "-" } else { id }).collect();
        assert_eq!(ids, events, "{parameter}");
        assert_eq!(echo(&world).facts().actual[&parameter], value, "{parameter}");
    }
}

#[test]
fn a_managed_password_has_a_secret_until_it_is_managed_no_more() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::ManageMasterUserPassword, Value::Flag(true))], true).expect("accepted");
    assert_eq!(echo(&world).secret, None);
    // Lingering, and being applied; then RDS makes the secret.
    seconds(&mut world, 345);
    assert_eq!(echo(&world).facts().secret.map(|secret| secret.status).as_deref(), Some("creating"));
    // A person's hand on the instance does not keep RDS from it.
    world.force_status(ECHO, "storage-full").expect("forced");
    world.force_status(ECHO, "available").expect("forced");
    seconds(&mut world, 90);
    let secret = echo(&world).secret.clone().expect("a secret");
    assert_eq!(secret.status, "active");
    assert!(secret.arn.starts_with("arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!db-"));
    assert_eq!(echo(&world).facts().has(Parameter::MasterUserSecretKmsKeyId), Some(&text("alias/aws/secretsmanager")));
    let key = (Parameter::MasterUserSecretKmsKeyId, text("alias/ours"));
    let refused = modify(&mut world, [key.clone()], true).expect_err("its key stays");
    assert!(refused.to_string().contains("KMS key"), "{refused}");
    world.force_secret_status(ECHO, "impaired").expect("there is one");
    seconds(&mut world, 600);
    assert_eq!(echo(&world).facts().secret.map(|secret| secret.status).as_deref(), Some("impaired"));
    modify(&mut world, [(Parameter::ManageMasterUserPassword, Value::Flag(false))], true).expect("accepted");
    seconds(&mut world, 600);
    assert_eq!(echo(&world).secret, None);
    assert!(world.force_secret_status(ECHO, "active").is_err());
    modify(&mut world, [key], true).expect_err("no secret, no key");
}

#[test]
fn log_exports_are_a_difference() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::EnableCloudwatchLogsExports, list(["postgresql", "upgrade"]))], true)
        .expect("accepted");
    assert_eq!(echo(&world).facts().pending, ["PendingCloudwatchLogsExports".to_owned()].into());
    seconds(&mut world, 600);
    let request = Modify {
        identifier: ECHO,
        parameters: &Parameters::new(),
        disable_log_exports: &["upgrade".to_owned()],
        deletion_protection: None,
        master_password: false,
        apply_immediately: true,
        allow_major_version_upgrade: false,
    };
    world.modify(&request).expect("accepted");
    seconds(&mut world, 600);
    assert_eq!(echo(&world).parameters[&Parameter::EnableCloudwatchLogsExports], list(["postgresql"]));
}

#[test]
fn deletion_protection_changes_at_once_and_leaves_the_status_alone() {
    let mut world = world_with_echo();
    protect(&mut world, true).expect("accepted");
    assert!(echo(&world).deletion_protection);
    assert_eq!(world.next(), None);
}

#[test]
fn a_modification_that_was_interrupted_by_force_goes_on_when_available_again() {
    let mut world = world_with_echo();
    modify(&mut world, [(Parameter::DbInstanceClass, text("db.t4g.small"))], true).expect("accepted");
    seconds(&mut world, 60);
    world.force_status(ECHO, "storage-full").expect("forced");
    assert!(seconds(&mut world, 86400).is_empty());
    world.force_status(ECHO, "available").expect("forced");
    assert_eq!(echo(&world).status, "modifying");
    seconds(&mut world, 300);
    assert_eq!(echo(&world).text(Parameter::DbInstanceClass), "db.t4g.small");
}

#[test]
fn upgrades_go_along_the_listed_targets_and_major_ones_want_a_consent() {
    let mut world = world_with_echo();
    let version = world.describe_engine_versions(Some("postgres"), Some("16.4")).remove(0);
    let targets: Vec<(&str, bool)> =
        version.upgrades.iter().map(|upgrade| (upgrade.version.as_str(), upgrade.is_major)).collect();
    assert_eq!(targets, [("16.6", false), ("17.2", true), ("17.4", true)]);
    let upgrade = |version: &str| [(Parameter::EngineVersion, text(version))];
    let older = modify(&mut world, upgrade("16.3"), true).expect_err("refused");
    assert_eq!(older.to_string(), "InvalidParameterCombination: Cannot upgrade postgres from 16.4 to 16.3");
    let parameters = upgrade("17.2").into();
    let unsaid = Modify {
        identifier: ECHO,
        parameters: &parameters,
        disable_log_exports: &[],
        deletion_protection: None,
        master_password: false,
        apply_immediately: true,
        allow_major_version_upgrade: false,
    };
    let refused = world.modify(&unsaid).expect_err("refused");
    assert!(refused.to_string().contains("AllowMajorVersionUpgrade"), "{refused}");
    world.modify(&Modify { allow_major_version_upgrade: true, ..unsaid }).expect("accepted");
    world.withdraw(Withdrawal { version: Some("16.6".to_owned()), ..Default::default() });
    assert_eq!(code(modify(&mut world, upgrade("16.6"), true)), "InvalidParameterCombination");
}

//! What only the modification sets; where the snapshot comes from; and what the CNAME leads to.

use simulation::calm::Calm;
use simulation::functions::Function;
use tag_state::facts::{Record, StorageKey};
use tag_state::parameter::{Parameter, Value};

use super::{CLASS, Case, around, bad, check, doubtful, of, production_is};
use crate::common::shared_snapshot;

const ROLE: &str = "-Drdsecho.mod.monitoringRoleArn=arn:aws:iam::000000000000:role/monitoring";
const INTERVAL: &str = "rdsecho.mod.monitoringInterval";
const WINDOW: &str = "rdsecho.mod.preferredMaintenanceWindow";
const SECRET: &str = "rdsecho.mod.masterUserSecretKmsKeyId";
const ZONE: &str = "rdsecho.promote.hostedZoneId";

fn cname_is(calm: &Calm, value: &str) {
    *calm.town.zone.borrow_mut() = Record::Cname { value: value.to_owned(), ttl: 60 };
}

fn a_key(calm: &Calm, key: Option<StorageKey>) {
    around(calm, |around| _ = around.storage_keys.insert("alias/mine".to_owned(), key));
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            good: "-Drdsecho.mod.monitoringInterval=0",
            wrong: "-Drdsecho.mod.monitoringInterval=60",
            ..bad(INTERVAL, "RDS takes none without a role: set rdsecho.mod.monitoringRoleArn")
        },
        Case {
            good: "-Drdsecho.mod.monitoringInterval=60 -Drdsecho.mod.monitoringRoleArn=arn:aws:iam::000000000000:role/m",
            wrong: "-Drdsecho.mod.monitoringInterval=20 -Drdsecho.mod.monitoringRoleArn=arn:aws:iam::000000000000:role/m",
            ..bad(INTERVAL, "RDS takes no 20 s, only 0, 1, 5, 10, 15, 30, 60")
        },
        Case { wrong: ROLE, ..bad("rdsecho.mod.monitoringRoleArn", "RDS takes none without an interval") },
        Case {
            good: "-Drdsecho.mod.preferredMaintenanceWindow=sun:03:00-sun:03:30",
            wrong: "-Drdsecho.mod.preferredMaintenanceWindow=sunday",
            ..bad(WINDOW, "sunday is no ddd:hh24:mi-ddd:hh24:mi in UTC")
        },
        Case {
            good: "-Drdsecho.mod.preferredMaintenanceWindow=sun:23:45-mon:00:15",
            wrong: "-Drdsecho.mod.preferredMaintenanceWindow=sun:03:00-sun:03:29",
            ..bad(WINDOW, "less than 30 minutes")
        },
        Case {
            good: "-Drdsecho.new.preferredBackupWindow=03:00-03:30",
            wrong: "-Drdsecho.new.preferredBackupWindow=3:00-3:30",
            ..bad("rdsecho.new.preferredBackupWindow", "3:00-3:30 is no hh24:mi-hh24:mi in UTC")
        },
        Case {
            good: "-Drdsecho.mod.preferredMaintenanceWindow=sun:03:00-sun:04:00 -Drdsecho.mod.preferredBackupWindow=04:00-04:30",
            wrong: "-Drdsecho.mod.preferredMaintenanceWindow=sun:03:00-sun:04:00 -Drdsecho.mod.preferredBackupWindow=03:45-04:15",
            ..bad(WINDOW, "overlaps the backup window")
        },
        Case {
            good: "-Drdsecho.mod.enablePerformanceInsights=true",
            wrong: "-Drdsecho.mod.enablePerformanceInsights=true -Drdsecho.mod.dbInstanceClass=db.t4g.micro \
                    -Drdsecho.mod.dbParameterGroupName=default.mysql8.0",
            bend: |calm| {
                production_is(calm, |production| {
                    let text = |text: &str| Value::Text(text.to_owned());
                    production.parameters =
                        [(Parameter::Engine, text("mysql")), (Parameter::EngineVersion, text("8.0.39"))].into();
                });
            },
            ..bad("rdsecho.mod.enablePerformanceInsights", "RDS has no Performance Insights with db.t4g.micro")
        },
        Case {
            good: "-Drdsecho.mod.masterUserSecretKmsKeyId=alias/mine",
            wrong: "-Drdsecho.mod.masterUserSecretKmsKeyId=alias/mine",
            bend: |calm| a_key(calm, None),
            ..bad(SECRET, "there is no alias/mine, which is to encrypt the secret of the master password")
        },
        Case {
            wrong: "-Drdsecho.mod.masterUserSecretKmsKeyId=alias/mine",
            bend: |calm| {
                a_key(
                    calm,
                    Some(StorageKey { enabled: true, encrypts: false, state: "Enabled".to_owned(), of_aws: false }),
                );
            },
            ..bad(SECRET, "alias/mine does not encrypt: name another one")
        },
        Case {
            wrong: "-Drdsecho.snapshot.account=999999999999",
            bend: |calm| {
                production_is(calm, |production| production.kms_key = Some("ours".to_owned()));
                shared_snapshot(&mut calm.town.rds.world_mut(), "theirs");
            },
            ..doubtful("rdsecho.snapshot.dbInstanceIdentifier", "shared and encrypted; copy it into this account")
        },
        // What is called so here is another one.
        Case {
            wrong: "-Drdsecho.snapshot.account=999999999999",
            bend: |calm| shared_snapshot(&mut calm.town.rds.world_mut(), "theirs"),
            ..doubtful(CLASS, "in the account 999999999999, which cannot be looked into: set it")
        },
        Case {
            good: "-Drdsecho.snapshot.maxAgeHours=24",
            wrong: "-Drdsecho.snapshot.maxAgeHours=24",
            bend: |calm| calm.pass(30),
            ..bad("rdsecho.snapshot.maxAgeHours", "24 h 30 min are more than 24 h")
        },
        Case {
            bend: |calm| cname_is(calm, "production.abc123.us-east-1.rds.amazonaws.com."),
            ..doubtful("rdsecho.promote.cname", "points at production itself")
        },
        Case {
            good: "-Drdsecho.promote.hostedZoneId=/hostedzone/Z1",
            wrong: "-Drdsecho.promote.hostedZoneId=/hostedzone/Z2",
            ..bad(ZONE, "no hosted zone Z2")
        },
    ]
}

/// A namesake of production in this account has another class, and nothing is asked about it.
#[test]
fn a_source_in_another_account_is_not_looked_for_here() {
    let set = "-Drdsecho.snapshot.account=999999999999 -Drdsecho.new.dbInstanceClass=db.t4g.medium";
    for more in ["-Drdsecho.snapshot.account=999999999999", set] {
        let calm = Calm::new(more);
        shared_snapshot(&mut calm.town.rds.world_mut(), "theirs");
        calm.town.watch.borrow_mut().start_trace();
        let (found, _) = check(&calm);
        let trace = calm.town.watch.borrow_mut().take_trace();
        assert!(!trace.iter().any(|line| line.contains("looks at production")), "{trace:#?}");
        let sold = trace.iter().any(|line| line.contains("looks up orderable"));
        let is_good = of(&found, CLASS).is_some_and(|one| one.says.starts_with("RDS offers"));
        assert_eq!((sold, is_good), (more == set, more == set), "{found:#?}");
    }
}

/// The functions look for no zone: promote refuses without one, and that should not show at the end.
#[test]
fn a_function_needs_the_zone_to_be_set() {
    let mut calm = Calm::new("-Drdsecho.promote.hostedZoneId=");
    let (found, _) = check(&calm);
    assert!(found.iter().any(|one| one.what == ZONE && one.says.starts_with("is not set; dev-db")), "{found:#?}");
    let report = calm.wake(Function::New).expect("a report");
    assert_eq!(report.outcomes[0].code, Some("check-failed"), "{report:#?}");
    assert!(report.outcomes[0].why.contains("promote looks for none"), "{report:#?}");
}

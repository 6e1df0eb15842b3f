//! Engines and their versions: which are offered, and what is made of one that is offered no more.

use rds_sim::world::Withdrawal;
use simulation::calm::Calm;
use simulation::functions::Function;
use stages::report::Did;
use tag_state::check::{Finding, Grade};
use tag_state::parameter::{Parameter, Value};

use super::{CLASS, Case, check, doubtful, production_is, withdraw};
use crate::common::{FIRST, until_asked};

fn version_is_withdrawn(calm: &Calm) {
    withdraw(calm, Withdrawal { version: Some("16.4".to_owned()), ..Default::default() });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        // Of a version that is offered no more RDS says no class; the next one may have it all the same.
        Case { bend: version_is_withdrawn, ..doubtful(CLASS, "nobody knows which version postgres 16.4 becomes") },
        Case {
            wrong: "-Drdsecho.new.engine=mysql -Drdsecho.new.dbInstanceClass=db.m1.small",
            ..doubtful(CLASS, "nobody knows which version mysql 16.4 becomes")
        },
    ]
}

fn bad(found: &[Finding]) -> Vec<&Finding> {
    found.iter().filter(|one| one.grade == Grade::Bad).collect()
}

/// Production stays on a minor version that AWS withdraws: its copies come as before, of a newer one.
#[test]
fn a_version_that_was_withdrawn_stops_nothing() {
    let mut calm = Calm::new("");
    version_is_withdrawn(&calm);
    let (found, _) = check(&calm);
    assert_eq!(bad(&found), [] as [&Finding; 0]);
    let report = calm.wake(Function::New).expect("a report");
    assert!(matches!(report.outcomes[0].did, Did::Advanced { .. }), "{report:#?}");
    until_asked(&mut calm);
    let world = calm.town.rds.world();
    assert_eq!(world.instances()[FIRST].text(Parameter::EngineVersion), "16.6");
}

/// What one engine becomes in another has other numbers.
#[test]
fn another_engine_is_never_bad_for_its_version() {
    let calm = Calm::new("-Drdsecho.new.engine=mariadb -Drdsecho.new.optionGroupName=default:mariadb-10-11");
    withdraw(&calm, Withdrawal { engine: Some("mariadb".to_owned()), ..Default::default() });
    let (found, _) = check(&calm);
    assert_eq!(bad(&found), [] as [&Finding; 0]);
    let calm = Calm::new("-Drdsecho.new.engine=mariadb -Drdsecho.new.optionGroupName=default:mysql-8-0");
    let (found, _) = check(&calm);
    assert_eq!(bad(&found).len(), 1, "it is for a third engine: {found:#?}");
}

/// It is said once, of the setting that names the version, and nothing of the class.
#[test]
fn a_version_to_come_that_is_not_offered_is_bad_once() {
    let (found, _) = check(&Calm::new("-Drdsecho.mod.engineVersion=latest"));
    let bad: Vec<&str> = bad(&found).iter().map(|one| one.what.as_str()).collect();
    assert_eq!(bad, ["rdsecho.mod.engineVersion"]);
}

/// What the restore of SQL Server does not take comes with the modification, and check sees it there.
#[test]
fn the_storage_of_sql_server_grows_after_the_restore() {
    let more = "-Drdsecho.new.dbInstanceClass=db.m5.large -Drdsecho.mod.allocatedStorage=200 \
                -Drdsecho.mod.storageType=gp3 -Drdsecho.new.dbParameterGroupName=default.sqlserver-se-15.0 \
                -Drdsecho.mod.dbParameterGroupName=default.sqlserver-se-15.0";
    let mut calm = Calm::new(more);
    sql_server(&calm);
    let (found, _) = check(&calm);
    assert_eq!(bad(&found), [] as [&Finding; 0]);
    until_asked(&mut calm);
    assert_eq!(calm.town.rds.world().instances()[FIRST].number(Parameter::AllocatedStorage), 200);

    let calm = Calm::new(&format!("{more} -Drdsecho.new.allocatedStorage=150"));
    sql_server(&calm);
    let (found, _) = check(&calm);
    let bad = bad(&found);
    assert!(bad.len() == 1 && bad[0].says.contains("set rdsecho.mod.allocatedStorage instead"), "{bad:?}");
}

fn sql_server(calm: &Calm) {
    production_is(calm, |production| {
        production.parameters = [
            (Parameter::Engine, Value::Text("sqlserver-se".to_owned())),
            (Parameter::DbInstanceClass, Value::Text("db.m5.large".to_owned())),
        ]
        .into();
    });
}

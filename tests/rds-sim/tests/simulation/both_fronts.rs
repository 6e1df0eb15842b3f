//! One script through both fronts: behind the ports in this process, and through the AWS SDK for Rust over
//! HTTP. What it is told must be the same, word for word.

use std::rc::Rc;

use aws::Environment;
use rds_sim::http::{Publisher, Simulator, serve};
use rds_sim::in_process::SimulatedRds;
use rds_sim::world::{Group, GroupKind, Withdrawal, World};
use stages::ports::{CallError, Lookups, Rds};
use tag_state::calls::{Modify, Restore};
use tag_state::facts::{Instance, SnapshotType};
use tag_state::parameter::{Parameter, Value};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use crate::support::*;

/// What the SDK adds to a message.
fn told(error: &CallError) -> String {
    error.to_string().split(" (request id").next().unwrap_or_default().to_owned()
}

fn wanted() -> Restore {
    let parameters = [
        (Parameter::DbInstanceClass, text("db.t4g.small")),
        (Parameter::EnableCloudwatchLogsExports, list(["postgresql", "upgrade"])),
        (Parameter::Port, Value::Number(6432)),
        (Parameter::PubliclyAccessible, Value::Flag(true)),
        (Parameter::VpcSecurityGroupIds, list(["sg-1", "sg-2"])),
    ];
    Restore {
        identifier: "Dev-2026-11-22".to_owned(),
        snapshot: SNAPSHOT.to_owned(),
        parameters: parameters.into(),
        tags: tags([("rdsecho:Dev:managed", "true"), ("words", "two words = more"), ("empty", "")]),
    }
}

fn changes() -> Modify {
    let parameters = [
        (Parameter::AllocatedStorage, Value::Number(200)),
        (Parameter::BackupRetentionPeriod, Value::Number(3)),
        (Parameter::EnableIamDatabaseAuthentication, Value::Flag(true)),
        (Parameter::ManageMasterUserPassword, Value::Flag(true)),
        (Parameter::MaxAllocatedStorage, Value::Number(500)),
        (Parameter::MonitoringInterval, Value::Number(60)),
        (Parameter::MonitoringRoleArn, text("arn:aws:iam::000000000000:role/monitoring")),
        (Parameter::DbParameterGroupName, text("tuned")),
        (Parameter::Port, Value::Number(5433)),
        (Parameter::VpcSecurityGroupIds, list(["sg-3"])),
    ];
    Modify {
        identifier: ECHO.to_owned(),
        parameters: parameters.into(),
        disable_log_exports: vec!["upgrade".to_owned()],
        deletion_protection: Some(true),
        apply_immediately: false,
        allow_major_version_upgrade: false,
    }
}

/// Everything that the script is told, and `advance` to move the world on.
async fn script(rds: &impl Rds, advance: impl Fn(i64)) -> Vec<String> {
    let mut told_so_far = Vec::new();
    let mut see = |what: String| told_so_far.push(what);
    let look = async || -> Instance { rds.instance(ECHO).await.expect("asked").expect("there") };

    see(format!("{:?}", rds.instance("nobody").await.expect("asked")));
    see(format!("{:?}", rds.snapshots("production", &SnapshotType::ALL.into()).await.expect("listed")));
    see(format!("{:?}", rds.snapshot(SNAPSHOT).await.expect("asked")));
    let restored = rds.restore(&wanted()).await.expect("restored");
    see(format!("{restored:?}"));
    see(told(&rds.restore(&wanted()).await.expect_err("taken")));
    see(told(&rds.reboot(ECHO).await.expect_err("creating")));
    advance(2 * 86400);
    see(format!("{:?}", look().await));
    rds.modify(&changes()).await.expect("modified");
    see(format!("{:?}", look().await));
    advance(60);
    see(format!("{:?}", look().await));
    advance(600);
    see(format!("{:?}", look().await));
    let again = Modify { apply_immediately: true, ..changes() };
    rds.modify(&again).await.expect("what is pending is applied");
    advance(600);
    see(format!("{:?}", look().await));
    see(told(&rds.modify(&again).await.expect_err("nothing to modify")));
    rds.reboot(ECHO).await.expect("rebooting");
    advance(600);
    rds.add_tags(&restored.arn, &tags([("words", "other"), ("ü", "=+-@")])).await.expect("tagged");
    see(told(&rds.add_tags(&restored.arn, &tags([("<not>", "'&' \"allowed\"")])).await.expect_err("refused")));
    see(told(&rds.add_tags(&format!("{}x", restored.arn), &tags([("a", "b")])).await.expect_err("refused")));
    see(format!("{:?}", rds.instances("Dev-20").await.expect("listed")));
    told_so_far
}

/// A world in which all that can be looked up before a restore is something of its own.
fn furnished() -> World {
    let mut world = world();
    world.create_group(GroupKind::Parameter, "tuned").expect("made");
    let old =
        Group::Option { engine: "mysql".to_owned(), major_version: "8.0".to_owned(), vpc: Some("vpc-1".to_owned()) };
    world.plant_group("old", old).expect("made");
    world.plant_group("nets", world.subnet_group_in("vpc-2")).expect("made");
    world.withdraw(Withdrawal { storage_type: Some("io1".to_owned()), ..Withdrawal::default() });
    world.withdraw(Withdrawal { version: Some("12.1".to_owned()), ..Withdrawal::default() });
    for (identifier, kind) in [("kept", "manual"), ("vault", "awsbackup"), ("theirs", "shared")] {
        plant_snapshot(&mut world, identifier, kind).expect("planted");
    }
    world
}

/// Everything that lookups are told.
async fn lookups(rds: &impl Rds, lookups: &impl Lookups) -> Vec<String> {
    let mut told_so_far = Vec::new();
    let mut see = |what: String| told_so_far.push(what);
    for kind in SnapshotType::ALL {
        see(format!("{:?}", rds.snapshots("Production", &[kind].into()).await.expect("listed")));
    }
    for name in ["Tuned", "default.mysql8.0", "default.cobol1", "nowhere"] {
        see(format!("{:?}", lookups.parameter_group(name).await.expect("asked")));
    }
    for name in ["old", "default:postgres-16", "nowhere"] {
        see(format!("{:?}", lookups.option_group(name).await.expect("asked")));
    }
    for name in ["nets", "default", "nowhere"] {
        see(format!("{:?}", lookups.subnet_group(name).await.expect("asked")));
    }
    for (engine, version) in [("postgres", "16.4"), ("postgres", "12.1"), ("cobol", "1.0")] {
        see(format!("{:?}", lookups.engine_version(engine, version).await.expect("asked")));
        see(format!("{:?}", lookups.orderable(engine, version, "db.t4g.small").await.expect("asked")));
    }
    see(format!("{:?}", lookups.orderable("postgres", "16.4", "db.t1.micro").await.expect("asked")));
    see(format!("{:?}", lookups.quotas().await.expect("asked")));
    told_so_far
}

#[tokio::test]
async fn lookups_over_http_are_told_what_they_are_told_in_process() {
    let in_process = SimulatedRds::new(furnished());
    let expected = lookups(&in_process, &in_process).await;
    let told = LocalSet::new()
        .run_until(async {
            let (address, _) = served(furnished()).await;
            let environment = environment(&address);
            lookups(&aws::Rds::new(&environment), &aws::Aws::new(&environment)).await
        })
        .await;
    assert_eq!(told, expected);
    let some = expected.iter().filter(|line| *line != "None" && *line != "[]").count();
    assert_eq!((some, expected.len()), (13, 22), "{expected:#?}");
}

fn environment(address: &str) -> Environment {
    let url = format!("http://{address}");
    let variable = |name: &str| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL_RDS" => Some(url.clone()),
        _ => None,
    };
    Environment::from_variables(variable).expect("complete")
}

/// Serves that world, and tells where.
async fn served(world: World) -> (String, Rc<Simulator>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let simulator = Rc::new(Simulator::new(world, Publisher::nowhere(), None).expect("no clock to set"));
    tokio::task::spawn_local(serve(Rc::clone(&simulator), listener, std::future::pending()));
    (address, simulator)
}

fn advance(world: &mut World, by: i64) {
    seconds(world, by);
}

#[tokio::test]
async fn the_sdk_over_http_is_told_what_the_port_in_process_is_told() {
    let in_process = SimulatedRds::new(furnished());
    let expected = script(&in_process, |by| advance(&mut in_process.world_mut(), by)).await;

    let told = LocalSet::new()
        .run_until(async {
            let (address, simulator) = served(furnished()).await;
            script(&aws::Rds::new(&environment(&address)), |by| advance(&mut simulator.world_mut(), by)).await
        })
        .await;
    assert_eq!(told, expected);
    assert_eq!(expected.len(), 15, "the script ran to its end");
}

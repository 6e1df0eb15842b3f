//! The world behind the ports, with faults.

use rds_sim::in_process::SimulatedRds;
use rds_sim::world::operation::{Fault, FaultKind, Operation};
use stages::ports::{Failure, Rds as _};
use tag_state::calls::{Modify, Restore};
use tag_state::facts::SnapshotType;
use tag_state::parameter::{Parameter, Parameters};

use crate::support::*;

fn a_restore() -> Restore {
    Restore {
        identifier: ECHO.to_owned(),
        snapshot: SNAPSHOT.to_owned(),
        parameters: Parameters::new(),
        tags: tags([("rdsecho:dev:stage", "new")]),
    }
}

fn plant(rds: &SimulatedRds, operation: Operation, kind: FaultKind, times: u64) {
    rds.world_mut().plant_fault(Fault { operation, kind, times });
}

#[tokio::test]
async fn clients_share_one_world() {
    let rds = SimulatedRds::new(world());
    let other = rds.clone();
    let restored = rds.restore(&a_restore()).await.expect("restored");
    assert_eq!((&*restored.status, &*restored.tags["rdsecho:dev:stage"]), ("creating", "new"));
    assert_eq!(other.instances("DEV-20").await.expect("listed"), [restored]);
    assert_eq!(other.instances("dev-2026-11-22x").await.expect("listed"), []);
    assert_eq!(other.instance("nobody").await.expect("asked"), None);
    assert_eq!(other.snapshot("nothing").await.expect("asked"), None);
    assert_eq!(
        other.snapshots("production", &[SnapshotType::Automated].into()).await.expect("listed")[0].identifier,
        SNAPSHOT
    );
}

#[tokio::test]
async fn refusals_say_what_to_do_next() {
    let rds = SimulatedRds::new(world());
    rds.restore(&a_restore()).await.expect("restored");
    assert_eq!(rds.restore(&a_restore()).await.expect_err("refused").failure, Failure::AlreadyExists);
    assert_eq!(rds.reboot(ECHO).await.expect_err("refused").failure, Failure::WrongState);
    assert_eq!(rds.reboot("nobody").await.expect_err("refused").failure, Failure::NotFound);
    let mut nothing = Modify::protection(ECHO, false);
    nothing.identifier = "production".to_owned();
    assert_eq!(rds.modify(&nothing).await.expect_err("refused").failure, Failure::NothingToModify);
    let mut group = nothing.clone();
    group.parameters.insert(Parameter::OptionGroupName, text("nowhere"));
    let refused = rds.modify(&group).await.expect_err("refused");
    assert_eq!((refused.failure, refused.code.as_deref()), (Failure::Refused, Some("OptionGroupNotFoundFault")));
    assert_eq!(refused.operation, "ModifyDBInstance");
}

#[tokio::test]
async fn a_lost_answer_was_applied_and_a_refused_call_was_not() {
    let rds = SimulatedRds::new(world());
    let operation = Operation::RestoreDbInstanceFromDbSnapshot;
    plant(&rds, operation, FaultKind::Refuse("InsufficientDBInstanceCapacity".to_owned()), 1);
    plant(&rds, operation, FaultKind::Throttle, 1);
    plant(&rds, operation, FaultKind::LostAnswer, 1);

    let refused = rds.restore(&a_restore()).await.expect_err("refused");
    assert_eq!(refused.code.as_deref(), Some("InsufficientDBInstanceCapacity"));
    let throttled = rds.restore(&a_restore()).await.expect_err("throttled");
    assert_eq!((throttled.failure, &*throttled.message), (Failure::Unknown, "Rate exceeded"));
    assert_eq!(rds.instance(ECHO).await.expect("asked"), None);

    let lost = rds.restore(&a_restore()).await.expect_err("lost");
    assert_eq!((lost.failure, lost.code), (Failure::Unknown, None));
    assert!(rds.instance(ECHO).await.expect("asked").is_some());
    let again = rds.restore(&a_restore()).await.expect_err("refused");
    assert_eq!(again.failure, Failure::AlreadyExists);
    assert_eq!(rds.world().calls()["RestoreDBInstanceFromDBSnapshot"], 4);
}

#[tokio::test]
async fn tags_and_snapshots_go_the_same_way() {
    let rds = SimulatedRds::new(world());
    let restored = rds.restore(&a_restore()).await.expect("restored");
    rds.add_tags(&restored.arn, &tags([("more", "yes")])).await.expect("tagged");
    let seen = rds.instance(ECHO).await.expect("asked").expect("there");
    assert_eq!(seen.tags["more"], "yes");
    assert_eq!(seen.resource_id, restored.resource_id);
    let refused = rds.add_tags(&restored.arn, &tags([("not'allowed", "")])).await.expect_err("refused");
    assert_eq!(refused.failure, Failure::Refused);
}

//! The end.

use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;

use crate::common::{FIRST, meanwhile};

/// retire's calls when it destroys: 1 instances, 2 record, 3 and 4 both again, 5 protection, 6 the name of the final
/// snapshot, 7 the delete, 8 that snapshot, 9 its mark.
#[test]
fn what_comes_into_use_until_the_last_look_is_not_destroyed() {
    let mut start = Calm::new("");
    start.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    start.pass(15);
    for number in 1..=4 {
        for by_cname in [true, false] {
            let calm = start.fork();
            let report = meanwhile(&calm, Function::Retire, number, || {
                if by_cname {
                    calm.point_at(FIRST);
                } else {
                    calm.town.tag_by_hand(FIRST, "stage", "promoted");
                }
            });
            // The tag is in the instance, which is read before the record.
            let seen = by_cname || number <= 3;
            assert_eq!(calm.facts(FIRST).unwrap().status == "available", seen, "call {number}: {report:#?}");
        }
    }
}

/// retire's calls: 1 instances, 2 record, 3 and 4 both again, 5 protection, 6 the name of the final
/// snapshot, 7 the delete, 8 that snapshot, 9 its mark.
#[test]
fn where_the_protection_stays_nothing_is_deleted() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    calm.pass(15);
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::Fails));
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!((report.errors.len(), calm.calls.last()), (1, Some(&("retire", 5))), "{report:#?}");
    // Taken off by somebody meanwhile: RDS says that there is nothing to modify, and that is as good.
    calm.strike = Some((calm.calls.len() as u64, 5, Kind::Repeats));
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(report.errors, [""; 0], "{report:#?}");
    assert_eq!(calm.facts(FIRST).unwrap().status, "deleting");
}

/// Somebody removed the tag by hand: the grace period begins anew, and then it goes.
#[test]
fn one_whose_time_is_lost_goes_all_the_same() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten").expect("a forgotten one");
    calm.town.untag_by_hand(FIRST, "since");
    calm.wake(Function::Retire);
    assert!(calm.town.tag(FIRST, "since").is_some());
    calm.wake(Function::Retire);
    assert_eq!(calm.stage(FIRST), "forgotten");
    calm.until(100, |calm| calm.facts(FIRST).is_none()).expect("it goes");
}

#[test]
fn the_final_snapshot_of_a_namesake_is_no_obstacle() {
    let mut calm = Calm::new("-Drdsecho.retire.graceHours=0 -Drdsecho.new.minimumAgeHours=0");
    for _ in 0..2 {
        calm.town.rds.world_mut().next_restore_ends_in("incompatible-parameters");
        calm.wake(Function::New);
        assert_eq!(calm.stage(FIRST), "new");
        // It fails, is given up and destroyed; the next one of the day has its identifier.
        while calm.facts(FIRST).is_some() {
            calm.wake(Function::Modify);
            calm.wake(Function::Retire);
            calm.pass(10);
            assert!(calm.town.now() < "2026-11-22T20:00:00Z".parse().unwrap(), "it goes: {:#?}", calm.said);
        }
    }
    let world = calm.town.rds.world();
    let finals: Vec<&String> = world.snapshots().keys().filter(|name| name.contains("final")).collect();
    assert_eq!(finals, ["dev-2026-11-22-final", "dev-2026-11-22-final-2"], "{:?} {:#?}", calm.town.stages(), calm.said);
}

/// A hundred names for a final snapshot are enough; then a person is told.
#[test]
fn names_for_a_final_snapshot_are_not_tried_without_end() {
    let mut calm = Calm::new("");
    calm.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    calm.pass(15);
    for number in 1..=200 {
        let name = format!("{FIRST}-final");
        let planted = rds_sim::world::PlantedSnapshot {
            source: "production".to_owned(),
            identifier: if number == 1 { name } else { format!("{name}-{number}") },
            snapshot_type: "awsbackup".to_owned(),
            created: None,
            source_tags: None,
            announce: false,
        };
        calm.town.rds.world_mut().plant_snapshot(planted).unwrap();
    }
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(
        (report.errors.len(), calm.calls.last()),
        (1, Some(&("retire", 5 + 2 * 100 + 2))),
        "and that is noted: {report:#?}"
    );
    assert_eq!(calm.facts(FIRST).unwrap().status, "available");
    // Or a snapshot that a person makes under the last name would be taken for the one that was asked for.
    assert_eq!(
        calm.town.echo_tags(FIRST).unwrap().final_snapshot,
        None,
        "{:?}",
        calm.town.tag(FIRST, "final-snapshot")
    );
}

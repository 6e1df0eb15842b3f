//! Each call of each process in two cycles goes wrong in each way there is, one at a time: the schedules
//! lead to the same end as if nothing had happened. Enumerated, not sampled.
#![allow(missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use simulation::calm::Calm;
use simulation::trouble::Kind;

const SECOND: &str = "dev-2026-11-22-2";
/// So many rounds of the schedules later than undisturbed, at most, is the end reached.
const ROUNDS_LOST: usize = 3;

/// The second one is in use, and the first one is gone.
fn two_cycles_done(calm: &Calm) -> bool {
    calm.town.stages() == [(SECOND.to_owned(), "promoted".to_owned())]
}

/// What the world has come to, but for moments and for what chance names.
fn end(calm: &Calm) -> BTreeMap<String, String> {
    let mut end = BTreeMap::new();
    let world = calm.town.rds.world();
    for instance in world.instances().values() {
        let facts = instance.facts();
        let groups = (&facts.parameter_group_statuses, &facts.option_group_statuses);
        let said = format!("{} {} {:?} {:?}", facts.status, facts.deletion_protection, facts.actual, groups);
        end.insert(facts.identifier.clone(), said);
        for (key, value) in &facts.tags {
            // News on the way is overtaken by its end, where that came first.
            if key.ends_with(":told") {
                continue;
            }
            let timeless = match key.rsplit(':').next().unwrap_or_default() {
                "since" | "took" | "rebooting" | "requested" | "expires" | "notified" => "a time",
                "told-end" => value.rsplit(' ').next().unwrap_or_default(),
                _ if key.contains(":confirmed:") => "a confirmation",
                _ => value,
            };
            end.insert(format!("{} {key}", facts.identifier), timeless.to_owned());
        }
    }
    // The names of RDS's own hold the minute.
    let snapshots: Vec<&str> = world.snapshots().keys().map(|name| name.get(..28).unwrap_or(name)).collect();
    end.insert("snapshots".to_owned(), format!("{snapshots:?}"));
    end.insert("in use".to_owned(), calm.town.in_use().unwrap_or_default());
    end
}

#[test]
fn every_crash_point_leads_to_the_same_end() {
    let mut calm = Calm::new("");
    let rounds = calm.until(200, two_cycles_done).expect("the undisturbed story ends");
    let undisturbed = end(&calm);
    let calls = calm.calls.clone();
    let points: Vec<(u64, u32, Kind)> = calls
        .iter()
        .enumerate()
        .flat_map(|(process, (_, calls))| (1..=*calls).map(move |call| (process as u64, call)))
        .flat_map(|(process, call)| Kind::ALL.map(|kind| (process, call, kind)))
        .collect();
    let wrong = Mutex::new(Vec::new());
    let half = points.len().div_ceil(2);
    thread::scope(|scope| {
        for points in points.chunks(half) {
            let (calls, undisturbed, wrong) = (&calls, &undisturbed, &wrong);
            scope.spawn(move || {
                for &(process, call, kind) in points {
                    let mut calm = Calm::new("");
                    calm.strike = Some((process, call, kind));
                    let done = calm.until(rounds + ROUNDS_LOST, two_cycles_done);
                    let violations = calm.violations();
                    if done.is_none() || !violations.is_empty() || end(&calm) != *undisturbed {
                        let name = calls[process as usize].0;
                        let said = format!(
                            "{kind} at call {call} of {name}#{process}: {:?} {violations:?} {:#?}",
                            calm.town.stages(),
                            calm.said
                        );
                        wrong.lock().unwrap().push(said);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), points.len(), wrong[0]);
    let mut by_stage: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, calls) in &calls {
        *by_stage.entry(*name).or_default() += calls;
    }
    let total: u32 = by_stage.values().sum();
    println!("{} crash points: {total} calls in {} ways each, of {by_stage:?}", points.len(), Kind::ALL.len());
    assert!(by_stage.len() == 7 && total > 200, "every stage is among them");
}

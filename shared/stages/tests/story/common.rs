//! A small vocabulary for the stories.
#![allow(unreachable_pub, reason = "tests")]

use jiff::SignedDuration;
use rds_sim::world::{PlantedSnapshot, World};
use simulation::calm::Calm;
use simulation::functions::{Done, Function, Job, Running};
use simulation::town::PRODUCTION;
use simulation::trouble::Trouble;
use stages::report::Report;
use tag_state::calls::Mail;
use tag_state::facts::Record;
use tag_state::wake::Wake;

pub const FIRST: &str = "dev-2026-11-22";
pub const SECOND: &str = "dev-2026-11-22-2";
pub const LEGACY: &str = "legacy.example.test.";

pub fn promoted(identifier: &str) -> [(String, String); 1] {
    [(identifier.to_owned(), "promoted".to_owned())]
}

/// Lets the schedules work until people have been mailed; nobody has answered yet.
pub fn until_asked(calm: &mut Calm) {
    for _ in 0..60 {
        if calm.letter("ann@example.test").is_some() {
            return;
        }
        calm.all_look();
        calm.pass(10);
    }
    panic!("nobody was asked: {:?} {:#?}", calm.town.stages(), calm.said);
}

pub fn confirmed(more: &str) -> Calm {
    let mut calm = Calm::new(more);
    until_asked(&mut calm);
    calm.ann_confirms();
    calm
}

/// A function, with something happening just before its call of that number, counted from 1.
pub fn meanwhile(calm: &Calm, function: Function, call: usize, happens: impl FnOnce()) -> Report {
    let mut running = Running::begin(&calm.town, 0, Job::Stage(function, Wake::All), Trouble::None);
    for _ in 0..call {
        let _ = running.go_on();
    }
    happens();
    match running.finish() {
        Some(Done::Stage(report)) => report,
        other => panic!("{function:?} ended with {other:?}"),
    }
}

/// Both parts of a mail as one reads them: where a long word may break, nothing is shown.
pub fn parts(mail: &Mail) -> [String; 2] {
    [mail.text.clone(), mail.html.replace("<wbr>", "")]
}

pub fn cname(calm: &Calm) -> String {
    match &*calm.town.zone.borrow() {
        Record::Cname { value, .. } => value.clone(),
        other @ (Record::Absent | Record::Other(_)) => format!("{other:?}"),
    }
}

/// A snapshot of production, an hour old.
pub fn snapshot_of_production(world: &mut World, identifier: &str, kind: &str) {
    let created = world.now() - SignedDuration::from_hours(1);
    world
        .plant_snapshot(PlantedSnapshot {
            source: PRODUCTION.to_owned(),
            identifier: identifier.to_owned(),
            snapshot_type: kind.to_owned(),
            created: Some(created),
            source_tags: None,
            announce: false,
        })
        .expect("fits");
}

/// A snapshot that the account 999999999999 shares, of an instance there that is called as production is.
pub fn shared_snapshot(world: &mut World, identifier: &str) {
    snapshot_of_production(world, identifier, "shared");
}

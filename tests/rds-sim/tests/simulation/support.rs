//! A world with a production instance and one snapshot of it.

use jiff::{SignedDuration, Timestamp};
use rds_sim::world::error::ApiError;
use rds_sim::world::model::DbInstance;
use rds_sim::world::{Delete, Happening, Modify, PlantedInstance, PlantedSnapshot, Restore, Settings, World};
use tag_state::facts::Tags;
use tag_state::parameter::{Parameter, Parameters, Value};

pub(crate) const SNAPSHOT: &str = "rds:production-2026-11-22-04-10";
pub(crate) const ECHO: &str = "dev-2026-11-22";

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

pub(crate) fn tags<const N: usize>(tags: [(&str, &str); N]) -> Tags {
    tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn list<const N: usize>(names: [&str; N]) -> Value {
    Value::List(names.map(str::to_owned).into())
}

pub(crate) fn empty_world() -> World {
    World::new(Settings {
        account: "000000000000".to_owned(),
        region: "us-east-1".to_owned(),
        start: at("2026-11-22T08:00:00Z"),
    })
}

pub(crate) fn world() -> World {
    let mut world = empty_world();
    let parameters = [
        (Parameter::DbInstanceClass, text("db.r6g.2xlarge")),
        (Parameter::MultiAz, Value::Flag(true)),
        (Parameter::VpcSecurityGroupIds, list(["sg-production"])),
    ];
    world
        .plant_instance(PlantedInstance {
            identifier: "production".to_owned(),
            parameters: parameters.into(),
            tags: tags([("owner", "sales")]),
            ..PlantedInstance::default()
        })
        .expect("planted");
    plant_snapshot(&mut world, SNAPSHOT, "automated").expect("planted");
    world
}

pub(crate) fn plant_snapshot(world: &mut World, identifier: &str, kind: &str) -> Result<(), ApiError> {
    let planted = PlantedSnapshot {
        source: "production".to_owned(),
        identifier: identifier.to_owned(),
        snapshot_type: kind.to_owned(),
        created: Some(at("2026-11-22T04:10:00Z")),
        source_tags: None,
        announce: false,
    };
    world.plant_snapshot(planted).map(|_| ())
}

pub(crate) fn restore(world: &mut World, identifier: &str) -> Result<(), ApiError> {
    restore_with(world, identifier, &Parameters::new(), &tags([("stage", "new")]))
}

pub(crate) fn restore_with(
    world: &mut World,
    identifier: &str,
    parameters: &Parameters,
    tags: &Tags,
) -> Result<(), ApiError> {
    let request = Restore { identifier, snapshot: SNAPSHOT, parameters, tags, deletion_protection: false };
    world.restore(&request).map(|_| ())
}

/// A world with [`ECHO`], restored and available.
pub(crate) fn world_with_echo() -> World {
    let mut world = world();
    restore(&mut world, ECHO).expect("restored");
    world.advance(at("2026-11-24T00:00:00Z"));
    assert_eq!(echo(&world).status, "available");
    world.take_events();
    world
}

pub(crate) fn echo(world: &World) -> &DbInstance {
    &world.instances()[ECHO]
}

pub(crate) fn modify<const N: usize>(
    world: &mut World,
    parameters: [(Parameter, Value); N],
    apply_immediately: bool,
) -> Result<(), ApiError> {
    let request = Modify {
        identifier: ECHO,
        parameters: &parameters.into(),
        disable_log_exports: &[],
        deletion_protection: None,
        master_password: false,
        apply_immediately,
        allow_major_version_upgrade: true,
    };
    world.modify(&request).map(|_| ())
}

pub(crate) fn protect(world: &mut World, on: bool) -> Result<(), ApiError> {
    let request = Modify {
        identifier: ECHO,
        parameters: &Parameters::new(),
        disable_log_exports: &[],
        deletion_protection: Some(on),
        master_password: false,
        apply_immediately: true,
        allow_major_version_upgrade: false,
    };
    world.modify(&request).map(|_| ())
}

pub(crate) fn delete(world: &mut World, final_snapshot: Option<&str>) -> Result<(), ApiError> {
    let request = Delete {
        identifier: ECHO,
        skip_final_snapshot: final_snapshot.is_none(),
        final_snapshot,
        delete_automated_backups: true,
    };
    world.delete(&request).map(|_| ())
}

pub(crate) fn seconds(world: &mut World, seconds: i64) -> Vec<Happening> {
    let to = world.now() + SignedDuration::from_secs(seconds);
    world.advance(to)
}

/// What happened, a line each: `12:00:00 backing-up 0005`.
pub(crate) fn lines(happened: &[Happening]) -> Vec<String> {
    let line = |happening: &Happening| {
        let id = happening.event_id.map_or("-", |id| id.trim_start_matches("RDS-EVENT-"));
        format!("{} {} {id}", happening.at.strftime("%H:%M:%S"), happening.status)
    };
    happened.iter().map(line).collect()
}

pub(crate) fn code(outcome: Result<(), ApiError>) -> String {
    outcome.expect_err("refused").code.into_owned()
}

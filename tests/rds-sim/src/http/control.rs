//! The control interface, `/_sim/`: JSON in, JSON out.

mod offers;

use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use tag_state::facts::Tags;
use tag_state::parameter::{Kind, Parameter, Parameters, Value};

use super::server::Simulator;
use crate::world::error::ApiError;
use crate::world::operation::{Fault, FaultKind, Operation};
use crate::world::{Happening, INSTANCE_QUOTA, PlantedInstance, PlantedSnapshot, World};

/// Where the number of each stands in the identifier of many.
const NUMBER: &str = "{n}";

/// Why a control call is refused.
#[derive(Debug)]
struct Refusal(StatusCode, String);

impl From<String> for Refusal {
    fn from(message: String) -> Refusal {
        Refusal(StatusCode::BAD_REQUEST, message)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Refusal {
        Refusal(StatusCode::from_u16(error.http_status).unwrap_or(StatusCode::BAD_REQUEST), error.to_string())
    }
}

type Answer = Result<Json, Refusal>;

pub(super) async fn respond(sim: &Simulator, method: &Method, path: &str, body: &[u8]) -> (StatusCode, Json) {
    let answer = match Fields::read(body) {
        Err(message) => Err(message.into()),
        Ok(fields) => route(sim, method, path, fields).await,
    };
    // What was planted or forced may have events of its own.
    let events = sim.world.borrow_mut().take_events();
    if !events.is_empty() {
        sim.publisher.send_and_wait(events).await;
    }
    match answer {
        Ok(answer) => (StatusCode::OK, answer),
        Err(Refusal(status, message)) => (status, json!({ "error": message })),
    }
}

async fn route(sim: &Simulator, method: &Method, path: &str, fields: Fields) -> Answer {
    let parts: Vec<&str> = path.split('/').collect();
    match (method, &*parts) {
        (&Method::GET, ["state"]) => Ok(state(sim)),
        (&Method::GET, ["busy"]) => Ok(busy(sim)),
        (&Method::POST, ["advance"]) => advance(sim, fields).await,
        (&Method::POST, ["instances"]) => plant_instances(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["instances", identifier, "status"]) => {
            let mut fields = fields;
            let status = fields.required_text("status")?;
            fields.end()?;
            let mut world = sim.world.borrow_mut();
            Ok(instance_json(world.force_status(identifier, &status)?))
        }
        (&Method::POST, ["instances", identifier, "secret"]) => {
            let mut fields = fields;
            let status = fields.required_text("status")?;
            fields.end()?;
            let mut world = sim.world.borrow_mut();
            Ok(instance_json(world.force_secret_status(identifier, &status)?))
        }
        (&Method::POST, ["instances", identifier, "maintenance"]) => {
            fields.end()?;
            sim.world.borrow_mut().maintain(identifier)?;
            Ok(times(&sim.world.borrow()))
        }
        (&Method::POST, ["snapshots"]) => plant_snapshot(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["groups"]) => offers::plant_group(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["quotas"]) => offers::set_quotas(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["not-offered"]) => offers::withdraw(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["timing"]) => set_timing(&mut sim.world.borrow_mut(), fields),
        (&Method::POST, ["next-restore"]) => {
            let mut fields = fields;
            let status = fields.required_text("status")?;
            fields.end()?;
            sim.world.borrow_mut().next_restore_ends_in(&status);
            Ok(json!({ "status": status }))
        }
        (&Method::POST, ["events"]) => {
            let mut fields = fields;
            let drop = fields.flag("drop")?.ok_or_else(|| "drop is missing".to_owned())?;
            fields.end()?;
            sim.publisher.set_dropping(drop);
            Ok(json!({ "drop": drop }))
        }
        (&Method::POST, ["faults"]) => plant_fault(&mut sim.world.borrow_mut(), fields),
        _ => Err(Refusal(StatusCode::NOT_FOUND, format!("no control call {method} /_sim/{path}"))),
    }
}

/// The members of a JSON object; each is taken once, and none may be left over.
struct Fields(Map<String, Json>);

impl Fields {
    fn read(body: &[u8]) -> Result<Fields, String> {
        if body.is_empty() {
            return Ok(Fields(Map::new()));
        }
        serde_json::from_slice(body).map(Fields).map_err(|error| format!("the body is no JSON object: {error}"))
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{name} is {other}, not a string")),
        }
    }

    fn required_text(&mut self, name: &str) -> Result<String, String> {
        self.text(name)?.ok_or_else(|| format!("{name} is missing"))
    }

    fn flag(&mut self, name: &str) -> Result<Option<bool>, String> {
        let value = self.take(name);
        value.map(|value| value.as_bool().ok_or_else(|| format!("{name} is {value}, not true or false"))).transpose()
    }

    fn number(&mut self, name: &str) -> Result<Option<u64>, String> {
        let value = self.take(name);
        value.map(|value| value.as_u64().ok_or_else(|| format!("{name} is {value}, not a whole number"))).transpose()
    }

    fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, String> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let wrong = || format!("{name} is no list of strings");
        let Json::Array(members) = value else { return Err(wrong()) };
        let texts = members.into_iter().map(|member| member.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().map(Some).ok_or_else(wrong)
    }

    fn time(&mut self, name: &str) -> Result<Option<Timestamp>, String> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|error| format!("{name} is no RFC 3339 time: {error}"))).transpose()
    }

    fn tags(&mut self, name: &str) -> Result<Option<Tags>, String> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let wrong = || format!("{name} is no object of strings");
        let Json::Object(members) = value else { return Err(wrong()) };
        let text = |(key, value): (String, Json)| Some((key, value.as_str()?.to_owned()));
        members.into_iter().map(text).collect::<Option<Tags>>().map(Some).ok_or_else(wrong)
    }

    /// The settings of an instance, by the keys of `parameter.rs`.
    fn parameters(&mut self) -> Result<Parameters, String> {
        let mut parameters = Parameters::new();
        for parameter in Parameter::ALL {
            if let Some(value) = self.take(parameter.key()) {
                let read = match (parameter.kind(), &value) {
                    (Kind::Text, Json::String(text)) => Some(Value::Text(text.clone())),
                    (Kind::Flag, Json::Bool(flag)) => Some(Value::Flag(*flag)),
                    (Kind::Number, Json::Number(number)) => number.as_i64().map(Value::Number),
                    (Kind::List, Json::Array(names)) => {
                        let names = names.iter().map(|name| name.as_str().map(str::to_owned));
                        names.collect::<Option<_>>().map(Value::List)
                    }
                    _ => None,
                };
                let kind = parameter.kind();
                parameters.insert(*parameter, read.ok_or_else(|| format!("{parameter} is {value}, not a {kind:?}"))?);
            }
        }
        Ok(parameters)
    }

    fn end(self) -> Result<(), String> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        Err(format!("not known here: {}", names.join(", ")))
    }
}

async fn advance(sim: &Simulator, mut fields: Fields) -> Answer {
    let _moving = sim.moving.lock().await;
    let now = sim.world.borrow().now();
    let to = fields.time("to")?;
    let by = fields.number("by_seconds")?;
    let next = fields.flag("next")?.unwrap_or(false);
    let until = fields.time("until")?;
    fields.end()?;
    let target = match (to, by, next, until) {
        (Some(to), None, false, None) => to,
        (None, Some(seconds), false, None) => {
            let by = i64::try_from(seconds).map(SignedDuration::from_secs).unwrap_or(SignedDuration::MAX);
            now.saturating_add(by).map_err(|error| error.to_string())?
        }
        (None, None, true, Some(until)) => until,
        // Without a limit and with nothing due, time stands still.
        (None, None, true, None) => sim.world.borrow().next().unwrap_or(now),
        _ => return Err("one of to, by_seconds and next is needed; until goes with next".to_owned().into()),
    };
    if target < now {
        return Err(format!("time does not run backwards: it is {now}").into());
    }
    let mut happened = Vec::new();
    loop {
        let Some(at) = sim.world.borrow().next().filter(|at| *at <= target) else { break };
        set_clock(sim, at)?;
        let (more, events) = {
            let mut world = sim.world.borrow_mut();
            (world.step(target).unwrap_or_default(), world.take_events())
        };
        happened.extend(more);
        if !events.is_empty() {
            sim.publisher.send_and_wait(events).await;
        }
        if next {
            break;
        }
    }
    if happened.is_empty() || !next {
        set_clock(sim, target)?;
        // Nothing is due by then: only the time moves.
        sim.world.borrow_mut().advance(target);
    }
    let mut answer = times(&sim.world.borrow());
    answer["happened"] = happened.iter().map(happening_json).collect();
    Ok(answer)
}

fn set_clock(sim: &Simulator, at: Timestamp) -> Result<(), Refusal> {
    let Some(clock) = &sim.clock else { return Ok(()) };
    let failed = |error| Refusal(StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write the clock file: {error}"));
    clock.set(at).map_err(failed)
}

fn plant_instances(world: &mut World, mut fields: Fields) -> Answer {
    let count = fields.number("count")?;
    let planted = PlantedInstance {
        identifier: fields.required_text("identifier")?,
        parameters: fields.parameters()?,
        tags: fields.tags("tags")?.unwrap_or_default(),
        deletion_protection: fields.flag("deletionProtection")?.unwrap_or(false),
        kms_key: fields.text("kmsKeyId")?,
        created: fields.time("created")?,
    };
    fields.end()?;
    let Some(count) = count else { return Ok(instance_json(world.plant_instance(planted)?)) };
    if !planted.identifier.contains(NUMBER) {
        return Err(format!("identifier is {}, without {NUMBER}: all {count} would be one", planted.identifier).into());
    }
    // If one is refused, none is planted.
    let mut with_them = world.clone();
    let more = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(INSTANCE_QUOTA);
    with_them.raise_instance_quota(with_them.instances().len().saturating_add(more));
    with_them.quotas_mut().storage = i64::MAX;
    for number in 1..=count {
        let identifier = planted.identifier.replace(NUMBER, &number.to_string());
        with_them.plant_instance(PlantedInstance { identifier, ..planted.clone() })?;
    }
    *world = with_them;
    Ok(json!({ "count": count }))
}

fn plant_snapshot(world: &mut World, mut fields: Fields) -> Answer {
    let planted = PlantedSnapshot {
        source: fields.required_text("source")?,
        identifier: fields.required_text("identifier")?,
        snapshot_type: fields.text("type")?.unwrap_or_else(|| "manual".to_owned()),
        created: fields.time("created")?,
        source_tags: fields.tags("tags")?,
        announce: fields.flag("announce")?.unwrap_or(false),
    };
    fields.end()?;
    Ok(snapshot_json(world.plant_snapshot(planted)?))
}

fn set_timing(world: &mut World, mut fields: Fields) -> Answer {
    let mut timing = *world.timing();
    let mut told = Map::new();
    for (name, seconds) in [
        ("restore_seconds", &mut timing.restore_seconds),
        ("create_seconds", &mut timing.create_seconds),
        ("backup_seconds", &mut timing.backup_seconds),
        ("modify_linger_seconds", &mut timing.modify_linger_seconds),
        ("modify_seconds", &mut timing.modify_seconds),
        ("reboot_seconds", &mut timing.reboot_seconds),
        ("delete_seconds", &mut timing.delete_seconds),
        ("secret_seconds", &mut timing.secret_seconds),
    ] {
        if let Some(number) = fields.number(name)? {
            *seconds = u32::try_from(number).map_err(|_| format!("{name} is too long"))?;
        }
        told.insert(name.to_owned(), json!(*seconds));
    }
    fields.end()?;
    *world.timing_mut() = timing;
    Ok(Json::Object(told))
}

fn plant_fault(world: &mut World, mut fields: Fields) -> Answer {
    let (name, kind) = (fields.required_text("operation")?, fields.required_text("kind")?);
    let times = fields.number("times")?.unwrap_or(1);
    let code = fields.text("code")?.unwrap_or_else(|| "InternalFailure".to_owned());
    fields.end()?;
    let operation = Operation::by_name(&name).ok_or_else(|| format!("no operation: {name}"))?;
    let known = match &*kind {
        "refuse" => FaultKind::Refuse(code),
        "lost-answer" => FaultKind::LostAnswer,
        "throttle" => FaultKind::Throttle,
        _ => return Err(format!("kind is {kind}, not refuse, lost-answer or throttle").into()),
    };
    world.plant_fault(Fault { operation, kind: known, times });
    Ok(json!({ "operation": name, "kind": kind, "times": times }))
}

fn times(world: &World) -> Json {
    json!({ "now": world.now().to_string(), "next": world.next().map(|next| next.to_string()) })
}

fn state(sim: &Simulator) -> Json {
    let world = sim.world.borrow();
    let (sent, dropped) = sim.publisher.counts();
    let mut state = times(&world);
    state["instances"] = world.instances().values().map(instance_json).collect();
    state["snapshots"] = world.snapshots().values().map(snapshot_json).collect();
    state["calls"] = json!(world.calls());
    state["events"] = json!({ "sent": sent, "dropped": dropped });
    state
}

/// The real time that the API's calls have cost here so far, and how many there were.
fn busy(sim: &Simulator) -> Json {
    let nanoseconds = u64::try_from(sim.busy.get().as_nanos()).unwrap_or(u64::MAX);
    json!({ "nanoseconds": nanoseconds, "calls": sim.world.borrow().calls() })
}

fn instance_json(instance: &crate::world::model::DbInstance) -> Json {
    json!({
        "identifier": instance.identifier,
        "status": instance.status,
        "resource_id": instance.resource_id,
        "arn": instance.arn,
        "address": instance.address,
        "created": instance.created.map(|created| created.to_string()),
        "deletion_protection": instance.deletion_protection,
        "secret": instance.secret.as_ref().map(|secret| json!({ "arn": secret.arn, "status": secret.status })),
        "tags": instance.tags,
    })
}

fn snapshot_json(snapshot: &crate::world::model::DbSnapshot) -> Json {
    json!({
        "identifier": snapshot.identifier,
        "arn": snapshot.arn,
        "source": snapshot.source,
        "type": snapshot.snapshot_type,
        "status": snapshot.status,
        "created": snapshot.created.map(|created| created.to_string()),
        "tags": snapshot.source_tags,
        "own_tags": snapshot.tags,
    })
}

fn happening_json(happening: &Happening) -> Json {
    json!({
        "at": happening.at.to_string(),
        "instance": happening.instance,
        "status": happening.status,
        "event_id": happening.event_id,
        "message": happening.message,
    })
}

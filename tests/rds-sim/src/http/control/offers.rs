//! Planting groups, quotas, and what is not offered.

use serde_json::json;

use super::{Answer, Fields};
use crate::world::{DEFAULT_VPC, Group, Withdrawal, World};

/// A group; what is not said of it fits an instance about which nothing is said either.
pub(super) fn plant_group(world: &mut World, mut fields: Fields) -> Answer {
    let (kind, name) = (fields.required_text("kind")?, fields.required_text("name")?);
    let vpc = fields.text("vpc")?;
    let group = match &*kind {
        "parameter" => {
            let family = fields.text("family")?.unwrap_or_else(|| "postgres16".to_owned());
            world.check_family(&family)?;
            Some(Group::Parameter { family })
        }
        "option" => Some(Group::Option {
            engine: fields.text("engine")?.unwrap_or_else(|| "postgres".to_owned()),
            major_version: fields.text("major_version")?.unwrap_or_else(|| "16".to_owned()),
            vpc: vpc.clone(),
        }),
        "subnet" => Some(Group::Subnet {
            vpc: vpc.clone().unwrap_or_else(|| DEFAULT_VPC.to_owned()),
            status: fields.text("status")?.unwrap_or_else(|| "Complete".to_owned()),
            zones: fields.texts("zones")?.map_or_else(|| world.zones(), |zones| zones.into_iter().collect()),
        }),
        "security" => None,
        _ => return Err(format!("kind is {kind}, not parameter, option, subnet or security").into()),
    };
    fields.end()?;
    match group {
        Some(group) => world.plant_group(&name, group)?,
        None => {
            let groups = world.surroundings_mut().security_groups.get_or_insert_default();
            groups.insert(name.clone(), vpc.unwrap_or_else(|| DEFAULT_VPC.to_owned()));
        }
    }
    Ok(json!({ "kind": kind, "name": name }))
}

pub(super) fn set_quotas(world: &mut World, mut fields: Fields) -> Answer {
    let too_many = |_| "a quota is too large".to_owned();
    let (instances, storage) = (fields.number("instances")?, fields.number("storage")?);
    let manual_snapshots = fields.number("manual_snapshots")?;
    fields.end()?;
    let mut quotas = *world.quotas_mut();
    if let Some(number) = instances {
        quotas.instances = usize::try_from(number).map_err(too_many)?;
    }
    if let Some(number) = storage {
        quotas.storage = i64::try_from(number).map_err(too_many)?;
    }
    if let Some(number) = manual_snapshots {
        quotas.manual_snapshots = usize::try_from(number).map_err(too_many)?;
    }
    *world.quotas_mut() = quotas;
    Ok(json!({
        "instances": quotas.instances,
        "storage": quotas.storage,
        "manual_snapshots": quotas.manual_snapshots,
    }))
}

/// What fits everything that is said is offered no more.
pub(super) fn withdraw(world: &mut World, mut fields: Fields) -> Answer {
    let withdrawal = Withdrawal {
        engine: fields.text("engine")?,
        version: fields.text("version")?,
        class: fields.text("class")?,
        storage_type: fields.text("storage_type")?,
        zone: fields.text("zone")?,
    };
    fields.end()?;
    if withdrawal == Withdrawal::default() {
        return Err("one of engine, version, class, storage_type and zone is needed".to_owned().into());
    }
    world.withdraw(withdrawal);
    Ok(json!({}))
}

//! The operations of the RDS API: a request in, a document out.

use jiff::{SignedDuration, Timestamp};
use tag_state::parameter::{Parameter, Value};

use super::query::Query;
use super::xml::{self, Xml};
use crate::world::error::{ApiError, Code};
use crate::world::operation::Operation;
use crate::world::{
    Create, CreateSnapshot, DEFAULT_VPC, Delete, DescribeEvents, DescribeInstances, DescribeOffers, DescribeSnapshots,
    Group, GroupKind, Modify, Restore, World,
};

const VERSION: &str = "2014-10-31";

/// The operation that a request asks for.
pub(super) fn operation(query: &Query) -> Result<Operation, ApiError> {
    let missing = || ApiError::new(Code::MissingAction, "The request must contain the parameter Action");
    let action = query.text("Action").ok_or_else(missing)?;
    let version = query.text("Version").unwrap_or(VERSION);
    let unknown =
        || ApiError::new(Code::InvalidAction, format!("Could not find operation {action} for version {version}"));
    Operation::by_name(action).filter(|_| version == VERSION).ok_or_else(unknown)
}

/// Carries out an operation, and writes its answer.
pub(super) fn carry_out(
    world: &mut World,
    operation: Operation,
    query: &Query,
    request_id: &str,
) -> Result<Vec<u8>, ApiError> {
    let name = operation.name();
    let done = || Ok(xml::answer(name, request_id, None::<fn(&mut Xml)>));
    macro_rules! answer {
        (|$xml:ident| $content:expr) => {
            Ok(xml::answer(name, request_id, Some(|$xml: &mut Xml| $content)))
        };
    }
    match operation {
        Operation::AddTagsToResource => {
            world.add_tags(query.required("ResourceName")?, &query.tags()?)?;
            done()
        }
        Operation::RemoveTagsFromResource => {
            world.remove_tags(query.required("ResourceName")?, &query.list("TagKeys"))?;
            done()
        }
        Operation::ListTagsForResource => {
            let tags = world.list_tags(query.required("ResourceName")?)?;
            answer!(|xml| xml::tags(xml, tags))
        }
        Operation::CreateDbInstance => {
            let instance = create(world, query)?;
            answer!(|xml| xml::instance(xml, instance))
        }
        Operation::RestoreDbInstanceFromDbSnapshot => {
            let instance = world.restore(&Restore {
                identifier: query.required("DBInstanceIdentifier")?,
                snapshot: query.required("DBSnapshotIdentifier")?,
                parameters: &query.parameters(|names| names.parameter.restorable(), |names| names.create)?,
                tags: &query.tags()?,
                deletion_protection: query.flag("DeletionProtection")?.unwrap_or(false),
            })?;
            answer!(|xml| xml::instance(xml, instance))
        }
        Operation::ModifyDbInstance => {
            let instance = modify(world, query)?;
            answer!(|xml| xml::instance(xml, instance))
        }
        Operation::RebootDbInstance => {
            let instance = world.reboot(query.required("DBInstanceIdentifier")?)?;
            answer!(|xml| xml::instance(xml, instance))
        }
        Operation::DeleteDbInstance => {
            let instance = world.delete(&Delete {
                identifier: query.required("DBInstanceIdentifier")?,
                skip_final_snapshot: query.flag("SkipFinalSnapshot")?.unwrap_or(false),
                final_snapshot: query.text("FinalDBSnapshotIdentifier"),
                delete_automated_backups: query.flag("DeleteAutomatedBackups")?.unwrap_or(true),
            })?;
            answer!(|xml| xml::instance(xml, instance))
        }
        Operation::CreateDbSnapshot => {
            let snapshot = world.create_snapshot(&CreateSnapshot {
                instance: query.required("DBInstanceIdentifier")?,
                identifier: query.required("DBSnapshotIdentifier")?,
                tags: &query.tags()?,
            })?;
            answer!(|xml| xml::snapshot(xml, snapshot))
        }
        Operation::DeleteDbSnapshot => {
            let snapshot = world.delete_snapshot(query.required("DBSnapshotIdentifier")?)?;
            answer!(|xml| xml::snapshot(xml, &snapshot))
        }
        Operation::DescribeDbInstances => {
            let page = world.describe_instances(&DescribeInstances {
                identifier: query.text("DBInstanceIdentifier"),
                filters: &query.filters(),
                max_records: query.number("MaxRecords")?,
                marker: query.text("Marker"),
            })?;
            answer!(|xml| {
                xml.element("DBInstances", |xml| page.items.iter().for_each(|instance| xml::instance(xml, instance)));
                page.marker.iter().for_each(|marker| xml.text("Marker", marker));
            })
        }
        Operation::DescribeDbSnapshots => {
            let page = world.describe_snapshots(&DescribeSnapshots {
                instance: query.text("DBInstanceIdentifier"),
                snapshot: query.text("DBSnapshotIdentifier"),
                snapshot_type: query.text("SnapshotType"),
                include_shared: query.flag("IncludeShared")?.unwrap_or(false),
                max_records: query.number("MaxRecords")?,
                marker: query.text("Marker"),
            })?;
            answer!(|xml| {
                xml.element("DBSnapshots", |xml| page.items.iter().for_each(|snapshot| xml::snapshot(xml, snapshot)));
                page.marker.iter().for_each(|marker| xml.text("Marker", marker));
            })
        }
        Operation::DescribeEvents => {
            let minutes = query.number("Duration")?.unwrap_or(60).clamp(0, 14 * 24 * 60);
            let earliest = world.now().saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN);
            let events = world.describe_events(&DescribeEvents {
                source_identifier: query.text("SourceIdentifier"),
                source_type: query.text("SourceType"),
                from: Some(time(query, "StartTime")?.unwrap_or(earliest)),
                to: time(query, "EndTime")?,
            });
            answer!(|xml| xml.element("Events", |xml| events.iter().for_each(|event| xml::event(xml, event))))
        }
        Operation::CreateDbParameterGroup => {
            let name = query.required("DBParameterGroupName")?;
            let family = query.required("DBParameterGroupFamily")?.to_owned();
            let made = make(world, name, Group::Parameter { family })?;
            answer!(|xml| xml::group(xml, &made))
        }
        Operation::CreateOptionGroup => {
            let name = query.required("OptionGroupName")?;
            let engine = query.required("EngineName")?.to_owned();
            let major_version = query.required("MajorEngineVersion")?.to_owned();
            let made = make(world, name, Group::Option { engine, major_version, vpc: None })?;
            answer!(|xml| xml::group(xml, &made))
        }
        Operation::CreateDbSubnetGroup => {
            // What network a subnet is in is EC2's to know.
            let group = world.subnet_group_in(DEFAULT_VPC);
            let made = make(world, query.required("DBSubnetGroupName")?, group)?;
            answer!(|xml| xml::group(xml, &made))
        }
        Operation::DescribeDbParameterGroups => {
            let groups = world.describe_groups(GroupKind::Parameter, query.text("DBParameterGroupName"))?;
            answer!(|xml| xml::groups_of(xml, "DBParameterGroups", &groups))
        }
        Operation::DescribeOptionGroups => {
            let groups = world.describe_groups(GroupKind::Option, query.text("OptionGroupName"))?;
            answer!(|xml| xml::groups_of(xml, "OptionGroupsList", &groups))
        }
        Operation::DescribeDbSubnetGroups => {
            let groups = world.describe_groups(GroupKind::Subnet, query.text("DBSubnetGroupName"))?;
            answer!(|xml| xml::groups_of(xml, "DBSubnetGroups", &groups))
        }
        Operation::DescribeDbEngineVersions => {
            let versions = world.describe_engine_versions(query.text("Engine"), query.text("EngineVersion"));
            answer!(|xml| xml::engine_versions(xml, &versions))
        }
        Operation::DescribeOrderableDbInstanceOptions => {
            let page = world.describe_offers(&DescribeOffers {
                engine: query.required("Engine")?,
                version: query.text("EngineVersion"),
                class: query.text("DBInstanceClass"),
                max_records: query.number("MaxRecords")?,
                marker: query.text("Marker"),
            })?;
            answer!(|xml| {
                xml::offers(xml, &page.items);
                page.marker.iter().for_each(|marker| xml.text("Marker", marker));
            })
        }
        Operation::DescribeAccountAttributes => {
            let quotas = world.describe_account_attributes();
            answer!(|xml| xml::account_quotas(xml, &quotas))
        }
    }
}

/// Makes a group, and answers it under the name that it got.
fn make(world: &mut World, name: &str, group: Group) -> Result<(String, Group), ApiError> {
    if let Group::Parameter { family } = &group {
        world.check_family(family)?;
    }
    world.plant_group(name, group.clone())?;
    Ok((name.to_lowercase(), group))
}

fn create<'w>(world: &'w mut World, query: &Query) -> Result<&'w crate::world::model::DbInstance, ApiError> {
    for name in ["DBInstanceClass", "Engine"] {
        query.required(name)?;
    }
    world.create(&Create {
        identifier: query.required("DBInstanceIdentifier")?,
        parameters: &query.parameters(|_| true, |names| names.create)?,
        tags: &query.tags()?,
        master_username: query.text("MasterUsername").unwrap_or("administrator"),
        deletion_protection: query.flag("DeletionProtection")?.unwrap_or(false),
    })
}

fn modify<'w>(world: &'w mut World, query: &Query) -> Result<&'w crate::world::model::DbInstance, ApiError> {
    if query.text("NewDBInstanceIdentifier").is_some() {
        let message = "The simulated RDS does not rename instances";
        return Err(ApiError::new(Code::InvalidParameterValue, message));
    }
    let taken = |parameter: Parameter| parameter.modifiable() && parameter != Parameter::EnableCloudwatchLogsExports;
    let mut parameters = query.parameters(|names| taken(names.parameter), |names| names.modify)?;
    // Log exports are asked for as a difference.
    let enable = query.list("CloudwatchLogsExportConfiguration.EnableLogTypes");
    if !enable.is_empty() {
        parameters.insert(Parameter::EnableCloudwatchLogsExports, Value::List(enable.into_iter().collect()));
    }
    world.modify(&Modify {
        identifier: query.required("DBInstanceIdentifier")?,
        parameters: &parameters,
        disable_log_exports: &query.list("CloudwatchLogsExportConfiguration.DisableLogTypes"),
        deletion_protection: query.flag("DeletionProtection")?,
        master_password: query.text("MasterUserPassword").is_some(),
        apply_immediately: query.flag("ApplyImmediately")?.unwrap_or(false),
        allow_major_version_upgrade: query.flag("AllowMajorVersionUpgrade")?.unwrap_or(false),
    })
}

fn time(query: &Query, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let bad = |text: &str| ApiError::new(Code::InvalidParameterValue, format!("Invalid value {text} for {name}"));
    query.text(name).map(|text| text.parse().map_err(|_| bad(text))).transpose()
}

//! Answers of the Query protocol, in XML as botocore and the AWS SDKs read it.

mod lookups;

use std::collections::BTreeSet;
use std::fmt::Display;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use tag_state::facts::Tags;
use tag_state::parameter::{Parameter, Value};

use crate::wire::TABLE;
use crate::world::error::ApiError;
use crate::world::events::RdsEvent;
use crate::world::model::{DbInstance, DbSnapshot};

pub(super) use lookups::{account_quotas, engine_versions, group, groups_of, offers};

const NAMESPACE: &str = "http://rds.amazonaws.com/doc/2014-10-31/";

/// A document in the making. Writing to memory cannot fail, so errors are not handed on.
pub(super) struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn write(&mut self, event: Event<'_>) {
        self.0.write_event(event).unwrap_or_else(|error| unreachable!("writing to memory: {error}"));
    }

    /// `<name>...</name>`.
    pub(super) fn element(&mut self, name: &str, content: impl FnOnce(&mut Xml)) {
        self.write(Event::Start(BytesStart::new(name)));
        content(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// `<name>text</name>`.
    pub(super) fn text(&mut self, name: &str, text: impl Display) {
        let text = text.to_string();
        self.element(name, |xml| xml.write(Event::Text(BytesText::new(&text))));
    }

    fn optional(&mut self, name: &str, text: Option<impl Display>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn time(&mut self, name: &str, time: Option<Timestamp>) {
        self.optional(name, time.map(|time| format!("{time:.3}")));
    }

    fn members(&mut self, name: &str, member: &str, values: impl IntoIterator<Item = impl Display>) {
        self.element(name, |xml| values.into_iter().for_each(|value| xml.text(member, value)));
    }

    fn document(root: &str, content: impl FnOnce(&mut Xml)) -> Vec<u8> {
        let mut xml = Xml(Writer::new(Vec::new()));
        xml.write(Event::Start(BytesStart::new(root).with_attributes([("xmlns", NAMESPACE)])));
        content(&mut xml);
        xml.write(Event::End(BytesEnd::new(root)));
        xml.0.into_inner()
    }
}

/// The answer of an operation; those without a result have only metadata.
pub(super) fn answer(operation: &str, request_id: &str, result: Option<impl FnOnce(&mut Xml)>) -> Vec<u8> {
    Xml::document(&format!("{operation}Response"), |xml| {
        if let Some(result) = result {
            xml.element(&format!("{operation}Result"), result);
        }
        xml.element("ResponseMetadata", |xml| xml.text("RequestId", request_id));
    })
}

/// A refusal.
pub(super) fn error(error: &ApiError, request_id: &str) -> Vec<u8> {
    Xml::document("ErrorResponse", |xml| {
        xml.element("Error", |xml| {
            xml.text("Type", if error.http_status >= 500 { "Receiver" } else { "Sender" });
            xml.text("Code", &error.code);
            xml.text("Message", &error.message);
        });
        xml.text("RequestId", request_id);
    })
}

pub(super) fn tags(xml: &mut Xml, tags: &Tags) {
    xml.element("TagList", |xml| {
        for (key, value) in tags {
            xml.element("Tag", |xml| {
                xml.text("Key", key);
                xml.text("Value", value);
            });
        }
    });
}

/// `DBInstance`.
pub(super) fn instance(xml: &mut Xml, instance: &DbInstance) {
    xml.element("DBInstance", |xml| {
        xml.text("DBInstanceIdentifier", &instance.identifier);
        xml.text("DBInstanceArn", &instance.arn);
        xml.text("DbiResourceId", &instance.resource_id);
        xml.text("DBInstanceStatus", &instance.status);
        xml.text("MasterUsername", &instance.master_username);
        xml.time("InstanceCreateTime", instance.created);
        if let Some(address) = &instance.address {
            xml.element("Endpoint", |xml| {
                xml.text("Address", address);
                xml.text("Port", instance.number(Parameter::Port));
                xml.text("HostedZoneId", "Z2R2ITUGPM61AM");
            });
        }
        for names in TABLE {
            match (names.shown, instance.parameters.get(&names.parameter)) {
                (Some(name), Some(Value::List(members))) => xml.members(name, "member", members),
                (Some(name), Some(value)) => xml.text(name, value),
                (None, _) | (Some(_), None) => {}
            }
        }
        groups(xml, instance);
        pending(xml, instance);
        if let Some(secret) = &instance.secret {
            xml.element("MasterUserSecret", |xml| {
                xml.text("SecretArn", &secret.arn);
                xml.text("SecretStatus", &secret.status);
                xml.text("KmsKeyId", &secret.kms_key_id);
            });
        }
        xml.text("DeletionProtection", instance.deletion_protection);
        xml.text("DbInstancePort", 0);
        xml.text("StorageEncrypted", instance.kms_key.is_some());
        xml.optional("KmsKeyId", instance.kms_key.as_ref());
        tags(xml, &instance.tags);
    });
}

fn groups(xml: &mut Xml, instance: &DbInstance) {
    xml.element("DBParameterGroups", |xml| {
        xml.element("DBParameterGroup", |xml| {
            xml.text("DBParameterGroupName", instance.text(Parameter::DbParameterGroupName));
            xml.text("ParameterApplyStatus", instance.parameter_group.name());
        });
    });
    xml.element("OptionGroupMemberships", |xml| {
        xml.element("OptionGroupMembership", |xml| {
            xml.text("OptionGroupName", instance.text(Parameter::OptionGroupName));
            xml.text("Status", instance.option_group.name());
        });
    });
    xml.element("VpcSecurityGroups", |xml| {
        for group in listed(instance.parameters.get(&Parameter::VpcSecurityGroupIds)) {
            xml.element("VpcSecurityGroupMembership", |xml| {
                xml.text("VpcSecurityGroupId", group);
                xml.text("Status", "active");
            });
        }
    });
    xml.element("DBSubnetGroup", |xml| {
        xml.text("DBSubnetGroupName", instance.text(Parameter::DbSubnetGroupName));
        xml.text("VpcId", "vpc-00000000");
        xml.text("SubnetGroupStatus", "Complete");
    });
}

fn pending(xml: &mut Xml, instance: &DbInstance) {
    xml.element("PendingModifiedValues", |xml| {
        for (name, parameter, value) in instance.pending_values() {
            match value {
                Value::List(then) => {
                    let now: BTreeSet<&String> = listed(instance.parameters.get(&parameter)).collect();
                    xml.element(name, |xml| {
                        let enable = then.iter().filter(|member| !now.contains(member));
                        xml.members("LogTypesToEnable", "member", enable);
                        let disable = now.iter().filter(|member| !then.contains(**member));
                        xml.members("LogTypesToDisable", "member", disable);
                    });
                }
                Value::Text(_) | Value::Flag(_) | Value::Number(_) => xml.text(name, value),
            }
        }
        if instance.pending_password() {
            xml.text("MasterUserPassword", "****");
        }
    });
}

fn listed(value: Option<&Value>) -> impl Iterator<Item = &String> {
    match value {
        Some(Value::List(members)) => Some(members),
        Some(Value::Text(_) | Value::Flag(_) | Value::Number(_)) | None => None,
    }
    .into_iter()
    .flatten()
}

/// The elements of a snapshot that are parameters of the instance that it was taken of.
const SNAPSHOT_PARAMETERS: &[Parameter] = &[
    Parameter::AllocatedStorage,
    Parameter::AvailabilityZone,
    Parameter::Engine,
    Parameter::EngineVersion,
    Parameter::Iops,
    Parameter::LicenseModel,
    Parameter::StorageThroughput,
    Parameter::StorageType,
];

/// `DBSnapshot`.
pub(super) fn snapshot(xml: &mut Xml, snapshot: &DbSnapshot) {
    xml.element("DBSnapshot", |xml| {
        xml.text("DBSnapshotIdentifier", &snapshot.identifier);
        xml.text("DBSnapshotArn", &snapshot.arn);
        xml.text("DBInstanceIdentifier", &snapshot.source);
        xml.text("DbiResourceId", &snapshot.source_resource_id);
        xml.text("SnapshotType", &snapshot.snapshot_type);
        xml.text("Status", &snapshot.status);
        xml.text("PercentProgress", if snapshot.created.is_some() { 100 } else { 0 });
        xml.time("SnapshotCreateTime", snapshot.created);
        xml.time("OriginalSnapshotCreateTime", snapshot.original_created);
        xml.time("InstanceCreateTime", snapshot.instance_created);
        xml.text("MasterUsername", &snapshot.master_username);
        for names in TABLE.iter().filter(|names| SNAPSHOT_PARAMETERS.contains(&names.parameter)) {
            xml.optional(names.create, snapshot.parameters.get(&names.parameter));
        }
        xml.optional("Port", snapshot.parameters.get(&Parameter::Port));
        xml.optional("OptionGroupName", snapshot.parameters.get(&Parameter::OptionGroupName));
        xml.text("VpcId", &snapshot.vpc);
        xml.text("Encrypted", snapshot.kms_key.is_some());
        xml.optional("KmsKeyId", snapshot.kms_key.as_ref());
        tags(xml, &snapshot.tags);
    });
}

/// `Event` of DescribeEvents.
pub(super) fn event(xml: &mut Xml, event: &RdsEvent) {
    xml.element("Event", |xml| {
        xml.text("SourceIdentifier", &event.identifier);
        xml.text("SourceType", event.source.api_source_type());
        xml.text("Message", &event.message);
        xml.members("EventCategories", "EventCategory", [event.category]);
        xml.time("Date", Some(event.at));
        xml.text("SourceArn", &event.arn);
    });
}

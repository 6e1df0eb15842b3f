//! The table of what each function needs.

use jiff::civil::Date;

use super::{Context, ContextValue, Need, Place, Role};
use crate::decide::new::at_restore;
use crate::decide::retire::final_snapshot_name;
use crate::name::Edition;
use crate::parameter::{Parameter, Value};
use crate::settings::{Approval, Settings, Source};

/// What the role of a function must allow with these settings. The instance is one of `today`: IAM looks at its name and
/// its tags, and asks nobody whether it is there.
///
/// `storage_key` is the ARN of the KMS key of production's storage, where it is a customer's: the settings do not tell it.
/// Left out is X-Ray, of which they tell nothing either.
pub fn needs(role: Role, settings: &Settings, place: &Place, storage_key: Option<&str>, today: Date) -> Vec<Need> {
    let mut table = Table::new(role, settings, place, today);
    table.every_function();
    match role {
        Role::New => {
            table.new_instance();
            table.use_storage_key(storage_key);
        }
        Role::Modify => table.modify(),
        Role::Reboot => table.on_ours(&["rds:RebootDBInstance", TAGS]),
        Role::RequestApproval => {
            table.on_ours(&[TAGS]);
            table.read_record();
            table.mail();
            // Trouble is told by it.
            table.announce("Echo Trouble");
            table.need("rds:DescribeEvents", "*".to_owned(), []);
            table.macs(&["kms:GenerateMac", "kms:VerifyMac"]);
        }
        Role::Approve => {
            table.click();
            table.read_record();
            table.macs(&["kms:VerifyMac"]);
        }
        Role::Promote => {
            table.on_ours(&["rds:ModifyDBInstance", TAGS]);
            table.read_record();
            table.swap();
            table.macs(&["kms:VerifyMac"]);
        }
        Role::Retire => table.retire(),
    }
    table.needs
}

/// With this RDS uses a customer's key, in the caller's name.
pub const GRANT: &str = "kms:CreateGrant";

const TAGS: &str = "rds:AddTagsToResource";
const ANY_KEY: &str = "key/00000000-0000-0000-0000-000000000000";
const RESTORE: &str = "rds:RestoreDBInstanceFromDBSnapshot";

struct Table<'a> {
    role: Role,
    settings: &'a Settings,
    place: &'a Place,
    /// An identifier of this echo's, and its date.
    instance: String,
    today: Date,
    needs: Vec<Need>,
}

impl<'a> Table<'a> {
    fn new(role: Role, settings: &'a Settings, place: &'a Place, today: Date) -> Table<'a> {
        let instance = settings.name.identifier(Edition { date: today, number: 1 });
        Table { role, settings, place, instance, today, needs: Vec::new() }
    }

    fn need(&mut self, action: &'static str, resource: String, keys: impl IntoIterator<Item = (String, ContextValue)>) {
        // What is in each request, and what an organization's policies like to ask for. Route 53 is one for the whole
        // partition.
        let region = if action.starts_with("route53:") { "us-east-1" } else { &self.place.region };
        let always = [
            ("aws:RequestedRegion".to_owned(), text(region)),
            ("aws:SecureTransport".to_owned(), ContextValue::Flag(true)),
        ];
        let context: Context = always.into_iter().chain(keys).collect();
        self.needs.push(Need { action, resource, context });
    }

    fn tag(&self, suffix: &str) -> String {
        self.settings.name.tag_key(suffix)
    }

    /// Looking, announcing, writing its log, and handing over what it gave up.
    fn every_function(&mut self) {
        let (name, function) = (self.settings.name.to_string(), self.role.name());
        let stream = format!("log-group:/aws/lambda/rds-echo-{name}-{function}:log-stream:check");
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            self.need(action, self.place.of_service("logs", &stream), []);
        }
        self.need("rds:DescribeDBInstances", self.place.rds("db", &self.instance), []);
        let announced = if self.role == Role::Approve { "Echo Approval Changed" } else { "Echo Stage Changed" };
        self.announce(announced);
        if self.role != Role::Approve {
            let queue = self.place.of_service("sqs", &format!("rds-echo-{name}-undelivered"));
            self.need("sqs:SendMessage", queue, []);
        }
    }

    fn announce(&mut self, detail_type: &str) {
        let bus = self.place.of_service("events", "event-bus/default");
        let keys = [("events:source", "rds-echo"), ("events:detail-type", detail_type)];
        self.need("events:PutEvents", bus, keys.map(|(key, value)| (key.to_owned(), text(value))));
    }

    /// On an instance that carries our tag; where the action writes tags, one of ours.
    fn on_ours(&mut self, actions: &[&'static str]) {
        for action in actions {
            let written = self.tag("stage");
            self.on_ours_writing(action, &written);
        }
    }

    fn on_ours_writing(&mut self, action: &'static str, written: &str) {
        let has = (format!("aws:ResourceTag/{}", self.tag("managed")), text("true"));
        let writes = (action == TAGS).then(|| ("aws:TagKeys".to_owned(), ContextValue::List(vec![written.to_owned()])));
        self.need(action, self.place.rds("db", &self.instance), [has].into_iter().chain(writes));
    }

    /// The restore's tags are in its request; what it uses is not ours.
    fn new_instance(&mut self) {
        let Source::LatestSnapshotOf(source) = &self.settings.source;
        self.need("rds:DescribeDBSnapshots", self.place.rds("db", source), []);
        let managed = self.tag("managed");
        for action in [RESTORE, TAGS] {
            let tagged = [
                (format!("aws:RequestTag/{managed}"), text("true")),
                ("aws:TagKeys".to_owned(), ContextValue::List(vec![managed.clone()])),
            ];
            self.need(action, self.place.rds("db", &self.instance), tagged);
        }
        self.on_ours(&[TAGS]);
        self.need(RESTORE, self.place.rds("snapshot", &format!("rds:{source}-2026-01-01-00-00")), []);
        let wanted = at_restore(self.settings, None);
        for (parameter, kind, lookup) in [
            (Parameter::DbParameterGroupName, "pg", "rds:DescribeDBParameterGroups"),
            (Parameter::OptionGroupName, "og", "rds:DescribeOptionGroups"),
            (Parameter::DbSubnetGroupName, "subgrp", "rds:DescribeDBSubnetGroups"),
        ] {
            let name = wanted.get(&parameter).map_or("default".to_owned(), Value::to_string);
            for action in [RESTORE, lookup] {
                self.need(action, self.place.rds(kind, &name), []);
            }
        }
        self.look_before_restoring();
    }

    fn look_before_restoring(&mut self) {
        for action in [
            "rds:DescribeDBEngineVersions",
            "rds:DescribeOrderableDBInstanceOptions",
            "rds:DescribeAccountAttributes",
            "ec2:DescribeSecurityGroups",
        ] {
            self.need(action, "*".to_owned(), []);
        }
        self.read_record();
        self.announce("Echo Trouble");
        if let Some(sender) = self.sender() {
            self.need("ses:GetEmailIdentity", self.place.of_service("ses", &format!("identity/{sender}")), []);
            self.need("ses:GetAccount", "*".to_owned(), []);
        }
        if let Some(key) = self.key() {
            self.need("kms:DescribeKey", key, []);
        }
        // RDS's own key.
        let aliases = [("kms:ResourceAliases".to_owned(), ContextValue::List(list(&["alias/aws/rds"])))];
        self.need("kms:DescribeKey", self.place.of_service("kms", ANY_KEY), aliases);
    }

    /// IAM knows keys by their ARNs, and so does RDS.
    fn use_storage_key(&mut self, key: Option<&str>) {
        let Some(key) = key.filter(|key| key.contains(":key/")) else { return };
        self.need("kms:DescribeKey", key.to_owned(), []);
        let via = text(&format!("rds.{}.amazonaws.com", self.place.region));
        self.need(GRANT, key.to_owned(), [("kms:ViaService".to_owned(), via)]);
    }

    /// Where mails come from; `None` where nobody is asked by mail.
    fn sender(&self) -> Option<String> {
        let promote = &self.settings.promote;
        promote.sender.clone().filter(|_| matches!(promote.approval, Approval::Required { .. }))
    }

    /// IAM knows keys by their ARNs; of a key that is set by its alias nothing can be asked.
    fn key(&self) -> Option<String> {
        self.settings.promote.key_id.clone().filter(|key| key.contains(":key/"))
    }

    fn modify(&mut self) {
        const MODIFY: &str = "rds:ModifyDBInstance";
        self.on_ours(&[MODIFY, TAGS]);
        let wanted = &self.settings.modify.parameters;
        for (parameter, kind) in [(Parameter::DbParameterGroupName, "pg"), (Parameter::OptionGroupName, "og")] {
            if let Some(name) = wanted.get(&parameter) {
                self.need(MODIFY, self.place.rds(kind, &name.to_string()), []);
            }
        }
        // RDS makes the secret in the caller's name.
        if wanted.get(&Parameter::ManageMasterUserPassword) == Some(&Value::Flag(true)) {
            for action in ["secretsmanager:CreateSecret", "secretsmanager:TagResource"] {
                self.need(action, self.place.of_service("secretsmanager", "secret:rds!db-check-AbCdEf"), []);
            }
            self.need("kms:DescribeKey", self.place.of_service("kms", ANY_KEY), []);
            // The key that one may have chosen for it is used by RDS and Secrets Manager, in the caller's name too.
            let key = wanted.get(&Parameter::MasterUserSecretKmsKeyId).map(Value::to_string);
            for service in ["rds", "secretsmanager"] {
                let Some(key) = key.clone().filter(|key| key.contains(":key/")) else { break };
                for action in [GRANT, "kms:Decrypt", "kms:GenerateDataKey"] {
                    let via = text(&format!("{service}.{}.amazonaws.com", self.place.region));
                    self.need(action, key.clone(), [("kms:ViaService".to_owned(), via)]);
                }
            }
        }
        if let Some(role) = wanted.get(&Parameter::MonitoringRoleArn) {
            let to = [("iam:PassedToService".to_owned(), text("monitoring.rds.amazonaws.com"))];
            self.need("iam:PassRole", role.to_string(), to);
        }
    }

    fn read_record(&mut self) {
        if let Some(zone) = &self.settings.promote.hosted_zone_id {
            self.need("route53:ListResourceRecordSets", self.place.zone(zone), []);
        }
    }

    fn swap(&mut self) {
        let Some(zone) = &self.settings.promote.hosted_zone_id else { return };
        let name = self.settings.promote.cname.to_ascii_lowercase();
        let keys = [
            ("NormalizedRecordNames", vec![name]),
            ("RecordTypes", list(&["CNAME"])),
            ("Actions", list(&["CREATE", "DELETE"])),
        ];
        let keys =
            keys.map(|(key, values)| (format!("route53:ChangeResourceRecordSets{key}"), ContextValue::List(values)));
        self.need("route53:ChangeResourceRecordSets", self.place.zone(zone), keys);
    }

    fn mail(&mut self) {
        if let Some(sender) = self.sender() {
            let from = [("ses:FromAddress".to_owned(), text(&sender))];
            self.need("ses:SendEmail", self.place.of_service("ses", &format!("identity/{sender}")), from);
        }
    }

    fn macs(&mut self, actions: &[&'static str]) {
        let Some(key) = self.key() else { return };
        for action in actions {
            self.need(action, key.clone(), [("kms:MacAlgorithm".to_owned(), text("HMAC_SHA_256"))]);
        }
    }

    fn click(&mut self) {
        let approver = self.settings.approvers().first().map_or("somebody@example.com", String::as_str);
        for click in ["confirmed", "cancelled"] {
            let written = self.tag(&format!("{click}:{approver}"));
            self.on_ours_writing(TAGS, &written);
        }
    }

    fn retire(&mut self) {
        self.read_record();
        self.on_ours(&["rds:ModifyDBInstance", TAGS, "rds:DeleteDBInstance"]);
        if self.settings.retire.connection_minutes.is_some() {
            self.need("cloudwatch:GetMetricStatistics", "*".to_owned(), []);
        }
        if self.settings.retire.keep.is_some() {
            self.clear_final_snapshots();
        }
        if self.settings.retire.skip_final_snapshot {
            return;
        }
        self.on_ours(&["rds:CreateDBSnapshot"]);
        let template = &self.settings.retire.final_snapshot;
        let name = final_snapshot_name(template, self.settings.name.as_str(), &self.instance, &self.today.to_string());
        for action in ["rds:CreateDBSnapshot", TAGS, "rds:DescribeDBSnapshots"] {
            self.need(action, self.place.rds("snapshot", &name), []);
        }
    }

    /// Only what retire has marked as its own.
    fn clear_final_snapshots(&mut self) {
        let name = format!("{}-final", self.instance);
        self.need("rds:DescribeDBSnapshots", self.place.rds("snapshot", "any"), []);
        let marked = (format!("aws:ResourceTag/{}", self.tag("final")), text(&name));
        self.need("rds:DeleteDBSnapshot", self.place.rds("snapshot", &name), [marked]);
    }
}

fn text(value: &str) -> ContextValue {
    ContextValue::Text(value.to_owned())
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

//! [`ports::Rds`] with Amazon RDS.

mod translate;

use std::collections::BTreeSet;

use aws_sdk_rds::primitives::DateTime;
use aws_sdk_rds::types::{SourceType, Tag};
use jiff::Timestamp;
use stages::ports::{self, Answer, Failure};
use tag_state::calls::{Delete, DeleteSnapshot, Modify, Restore};
use tag_state::facts::{Event, Instance, Snapshot, SnapshotType, Tags};

use crate::environment::{Environment, Service};
use crate::errors::{call_error, not_asked, unexpected};

/// The most that a page of DescribeDBInstances and DescribeDBSnapshots takes.
const PAGE: i32 = 100;

const DESCRIBE_INSTANCES: &str = "DescribeDBInstances";
const DESCRIBE_SNAPSHOTS: &str = "DescribeDBSnapshots";

/// The RDS client.
#[derive(Clone, Debug)]
pub struct Rds(aws_sdk_rds::Client);

impl Rds {
    /// A client for the RDS of the function's region.
    pub fn new(environment: &Environment) -> Rds {
        let config = aws_sdk_rds::config::Builder::from(&environment.sdk_config(Service::Rds));
        Rds(aws_sdk_rds::Client::from_conf(config.interceptor(environment.calls()).build()))
    }
}

impl Rds {
    /// One listing of an instance's snapshots, from all pages.
    async fn listing(&self, instance: &str, kind: Option<SnapshotType>) -> Answer<Vec<Snapshot>> {
        // What others share is of no instance of this account: RDS lists all of it.
        let shared = kind == Some(SnapshotType::Shared);
        let mut pages = self
            .0
            .describe_db_snapshots()
            .set_db_instance_identifier((!shared).then(|| instance.to_owned()))
            .set_snapshot_type(kind.map(|kind| kind.name().to_owned()))
            .max_records(PAGE)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error(DESCRIBE_SNAPSHOTS, instance, &error))?;
            let of_it = page.db_snapshots().iter().filter(|snapshot| {
                let source = snapshot.db_instance_identifier();
                !shared || source.is_some_and(|source| source.eq_ignore_ascii_case(instance))
            });
            found.extend(of_it.map(translate::snapshot));
        }
        Ok(found)
    }
}

impl ports::Rds for Rds {
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>> {
        let answer = self.0.describe_db_instances().db_instance_identifier(identifier).send().await;
        match answer {
            Ok(output) => Ok(output.db_instances().first().map(translate::instance)),
            Err(error) => {
                let error = call_error(DESCRIBE_INSTANCES, identifier, &error);
                if error.failure == Failure::NotFound { Ok(None) } else { Err(error) }
            }
        }
    }

    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>> {
        let mut found = Vec::new();
        let mut pages = self.0.describe_db_instances().max_records(PAGE).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error(DESCRIBE_INSTANCES, &format!("{prefix}*"), &error))?;
            found.extend(
                page.db_instances()
                    .iter()
                    .filter(|instance| begins_with(instance.db_instance_identifier(), prefix))
                    .map(translate::instance),
            );
        }
        Ok(found)
    }

    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>> {
        let asked = |kind: &SnapshotType| types.contains(kind);
        let mut found = match [SnapshotType::Automated, SnapshotType::Manual].map(|kind| asked(&kind)) {
            // Without a snapshot type RDS answers the automated and the manual ones.
            [true, true] => self.listing(instance, None).await?,
            [true, false] => self.listing(instance, Some(SnapshotType::Automated)).await?,
            [false, true] => self.listing(instance, Some(SnapshotType::Manual)).await?,
            [false, false] => Vec::new(),
        };
        for kind in [SnapshotType::Awsbackup, SnapshotType::Shared].into_iter().filter(asked) {
            found.extend(self.listing(instance, Some(kind)).await?);
        }
        Ok(found)
    }

    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>> {
        // An ARN is taken here as well: that is how a shared snapshot is named.
        let answer = self.0.describe_db_snapshots().db_snapshot_identifier(identifier).send().await;
        match answer {
            Ok(output) => Ok(output.db_snapshots().first().map(translate::snapshot)),
            Err(error) => {
                let error = call_error(DESCRIBE_SNAPSHOTS, identifier, &error);
                if error.failure == Failure::NotFound { Ok(None) } else { Err(error) }
            }
        }
    }

    async fn restore(&self, restore: &Restore) -> Answer<Instance> {
        const OPERATION: &str = "RestoreDBInstanceFromDBSnapshot";
        let mut request = self
            .0
            .restore_db_instance_from_db_snapshot()
            .db_instance_identifier(&restore.identifier)
            .db_snapshot_identifier(&restore.snapshot)
            .set_tags(Some(tag_list(&restore.tags)));
        for (parameter, value) in &restore.parameters {
            request = translate::restore(request, *parameter, value)
                .map_err(|why| not_asked(OPERATION, &restore.identifier, why))?;
        }
        let output = request.send().await.map_err(|error| call_error(OPERATION, &restore.identifier, &error))?;
        output
            .db_instance()
            .map(translate::instance)
            .ok_or_else(|| unexpected(OPERATION, &restore.identifier, "the answer shows no DB instance"))
    }

    async fn modify(&self, modify: &Modify) -> Answer<()> {
        const OPERATION: &str = "ModifyDBInstance";
        let mut request = self
            .0
            .modify_db_instance()
            .db_instance_identifier(&modify.identifier)
            .apply_immediately(modify.apply_immediately)
            .set_allow_major_version_upgrade(modify.allow_major_version_upgrade.then_some(true))
            .set_deletion_protection(modify.deletion_protection);
        for (parameter, value) in &modify.parameters {
            request = translate::modify(request, *parameter, value)
                .map_err(|why| not_asked(OPERATION, &modify.identifier, why))?;
        }
        request = request.set_cloudwatch_logs_export_configuration(translate::log_exports(modify));
        request.send().await.map_err(|error| call_error(OPERATION, &modify.identifier, &error))?;
        Ok(())
    }

    async fn reboot(&self, identifier: &str) -> Answer<()> {
        self.0
            .reboot_db_instance()
            .db_instance_identifier(identifier)
            .send()
            .await
            .map_err(|error| call_error("RebootDBInstance", identifier, &error))?;
        Ok(())
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()> {
        self.0
            .add_tags_to_resource()
            .resource_name(arn)
            .set_tags(Some(tag_list(tags)))
            .send()
            .await
            .map_err(|error| call_error("AddTagsToResource", arn, &error))?;
        Ok(())
    }

    async fn delete(&self, delete: &Delete) -> Answer<()> {
        // RDS takes exactly one of the two.
        self.0
            .delete_db_instance()
            .db_instance_identifier(delete.identifier())
            .skip_final_snapshot(delete.final_snapshot().is_none())
            .set_final_db_snapshot_identifier(delete.final_snapshot().map(ToOwned::to_owned))
            .send()
            .await
            .map_err(|error| call_error("DeleteDBInstance", delete.identifier(), &error))?;
        Ok(())
    }

    async fn events(&self, identifier: &str, since: Timestamp) -> Answer<Vec<Event>> {
        let mut found = Vec::new();
        let mut pages = self
            .0
            .describe_events()
            .source_type(SourceType::DbInstance)
            .source_identifier(identifier)
            .start_time(DateTime::from_secs(since.as_second()))
            .max_records(PAGE)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("DescribeEvents", identifier, &error))?;
            found.extend(page.events().iter().filter_map(translate::event));
        }
        found.sort_by_key(|event| event.at);
        Ok(found)
    }

    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>> {
        let mut found = Vec::new();
        let request = self.0.describe_db_snapshots().snapshot_type("manual").max_records(PAGE);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error(DESCRIBE_SNAPSHOTS, &format!("{prefix}*"), &error))?;
            found.extend(
                page.db_snapshots()
                    .iter()
                    .filter(|snapshot| begins_with(snapshot.db_instance_identifier(), prefix))
                    .map(translate::snapshot),
            );
        }
        Ok(found)
    }

    async fn delete_snapshot(&self, delete: &DeleteSnapshot) -> Answer<()> {
        self.0
            .delete_db_snapshot()
            .db_snapshot_identifier(delete.identifier())
            .send()
            .await
            .map_err(|error| call_error("DeleteDBSnapshot", delete.identifier(), &error))?;
        Ok(())
    }
}

fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// RDS stores identifiers in lower case and compares them without case.
fn begins_with(identifier: Option<&str>, prefix: &str) -> bool {
    identifier
        .and_then(|identifier| identifier.get(..prefix.len()))
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

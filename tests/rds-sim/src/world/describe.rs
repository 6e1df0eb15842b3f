//! Reading the world, in pages.

use jiff::Timestamp;

use super::World;
use super::error::{ApiError, Code};
use super::events::RdsEvent;
use super::identifier::lower;
use super::model::{DbInstance, DbSnapshot, SNAPSHOT_TYPES};

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub marker: Option<String>,
}

/// DescribeDBInstances.
#[derive(Clone, Copy, Debug, Default)]
pub struct DescribeInstances<'a> {
    /// One instance, by identifier or ARN.
    pub identifier: Option<&'a str>,
    /// Filters: a name, and the values of which one must fit.
    pub filters: &'a [(String, Vec<String>)],
    /// 20 to 100; 100 where it is not given.
    pub max_records: Option<i64>,
    /// The marker of the page before.
    pub marker: Option<&'a str>,
}

/// DescribeDBSnapshots.
#[derive(Clone, Copy, Debug, Default)]
pub struct DescribeSnapshots<'a> {
    /// Those of one instance.
    pub instance: Option<&'a str>,
    /// One snapshot, by identifier or ARN.
    pub snapshot: Option<&'a str>,
    /// Those of one type; without it the automated and the manual ones (API reference, DescribeDBSnapshots).
    pub snapshot_type: Option<&'a str>,
    /// Those that other accounts share, too.
    pub include_shared: bool,
    /// 20 to 100; 100 where it is not given.
    pub max_records: Option<i64>,
    /// The marker of the page before.
    pub marker: Option<&'a str>,
}

/// DescribeEvents.
#[derive(Clone, Copy, Debug, Default)]
pub struct DescribeEvents<'a> {
    /// Those of one instance or snapshot.
    pub source_identifier: Option<&'a str>,
    /// `db-instance` or `db-snapshot`.
    pub source_type: Option<&'a str>,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when.
    pub to: Option<Timestamp>,
}

fn page_size(max_records: Option<i64>) -> Result<usize, ApiError> {
    match max_records {
        None => Ok(100),
        Some(records @ 20..=100) => Ok(records as usize),
        Some(records) => {
            let message = format!("Invalid value {records} for MaxRecords. Must be between 20 and 100");
            Err(ApiError::new(Code::InvalidParameterValue, message))
        }
    }
}

/// Cuts the page behind the marker out of items in the order of their keys. The marker is the last key of
/// the page before, so that a listing goes on where it was even if that item is gone meanwhile.
pub(super) fn page<K: AsRef<str>, T>(
    items: impl Iterator<Item = (K, T)>,
    max_records: Option<i64>,
    marker: Option<&str>,
) -> Result<Page<T>, ApiError> {
    let size = page_size(max_records)?;
    let mut page = Page { items: Vec::new(), marker: None };
    let mut last: Option<K> = None;
    for (key, item) in items.filter(|(key, _)| marker.is_none_or(|marker| key.as_ref() > marker)) {
        if page.items.len() == size {
            page.marker = last.map(|key| key.as_ref().to_owned());
            break;
        }
        page.items.push(item);
        last = Some(key);
    }
    Ok(page)
}

impl World {
    /// DescribeDBInstances.
    ///
    /// # Errors
    /// No such instance, a filter that RDS does not have, a page size out of range.
    pub fn describe_instances(&self, request: &DescribeInstances<'_>) -> Result<Page<&DbInstance>, ApiError> {
        if let Some(named) = request.identifier {
            return Ok(Page { items: vec![self.instance(named)?], marker: None });
        }
        const FILTERS: &[&str] = &["db-instance-id", "dbi-resource-id", "engine"];
        if let Some((name, _)) = request.filters.iter().find(|(name, _)| !FILTERS.contains(&&**name)) {
            return Err(ApiError::new(Code::InvalidParameterValue, format!("Unrecognized filter name: {name}")));
        }
        let fits = |instance: &DbInstance| {
            request.filters.iter().all(|(name, values)| match &**name {
                "db-instance-id" => values.iter().any(|value| *self.instance_key(value) == instance.identifier),
                "dbi-resource-id" => values.contains(&instance.resource_id),
                _ => values.iter().any(|value| value == instance.text(tag_state::parameter::Parameter::Engine)),
            })
        };
        let found = self.instances.iter().filter(|(_, instance)| fits(instance));
        page(found, request.max_records, request.marker)
    }

    /// DescribeDBSnapshots.
    ///
    /// # Errors
    /// No such snapshot, a type that RDS does not have, a page size out of range.
    pub fn describe_snapshots(&self, request: &DescribeSnapshots<'_>) -> Result<Page<&DbSnapshot>, ApiError> {
        if let Some(kind) = request.snapshot_type
            && !SNAPSHOT_TYPES.contains(&kind)
        {
            return Err(ApiError::new(Code::InvalidParameterValue, format!("Invalid snapshot type: {kind}")));
        }
        let of_instance = request.instance.map(|named| self.instance_key(named).into_owned());
        let fits = |snapshot: &DbSnapshot| {
            let kind = &*snapshot.snapshot_type;
            of_instance.as_ref().is_none_or(|instance| snapshot.source == *instance)
                && match request.snapshot_type {
                    Some(wanted) => wanted == kind,
                    None => {
                        matches!(kind, "automated" | "manual")
                            || kind == "shared" && request.include_shared
                            || request.snapshot.is_some()
                    }
                }
        };
        if let Some(named) = request.snapshot {
            let found = self.snapshot(named)?;
            return Ok(Page { items: Some(found).filter(|found| fits(found)).into_iter().collect(), marker: None });
        }
        let found = self.snapshots.iter().filter(|(_, snapshot)| fits(snapshot));
        page(found, request.max_records, request.marker)
    }

    /// DescribeEvents: the latest thousand are remembered.
    pub fn describe_events(&self, request: &DescribeEvents<'_>) -> Vec<&RdsEvent> {
        let named = request.source_identifier.map(lower);
        let fits = |event: &&RdsEvent| {
            named.as_ref().is_none_or(|named| **named == event.identifier)
                && request.source_type.is_none_or(|kind| kind == event.source.api_source_type())
                && request.from.is_none_or(|from| event.at >= from)
                && request.to.is_none_or(|to| event.at <= to)
        };
        self.history.iter().filter(fits).collect()
    }
}

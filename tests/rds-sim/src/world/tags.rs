//! Tags on instances and snapshots: their limits are those of the API model.

use tag_state::facts::Tags;

use super::World;
use super::error::{ApiError, Code};
use super::identifier;

/// Tags on one resource.
const MOST_TAGS: usize = 50;

/// What an ARN names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The DB instance of that identifier.
    Instance(String),
    /// The DB snapshot of that key.
    Snapshot(String),
}

/// Letters, separators and numbers of any script, and `_.:/=+-@`.
fn taggable(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c))
}

/// Refuses tags that RDS would refuse.
pub(super) fn check(tags: &Tags) -> Result<(), ApiError> {
    for (key, value) in tags {
        let lower = key.to_lowercase();
        let wrong = if key.is_empty() || key.chars().count() > 128 {
            "tag keys have 1 to 128 characters"
        } else if value.chars().count() > 256 {
            "tag values have at most 256 characters"
        } else if !taggable(key) || !taggable(value) {
            "only letters, white space, digits and _.:/=+-@ are allowed in tags"
        } else if lower.starts_with("aws:") || lower.starts_with("rds:") {
            "the prefixes aws: and rds: are reserved"
        } else {
            continue;
        };
        return Err(ApiError::new(Code::InvalidParameterValue, format!("Invalid tag {key}={value}: {wrong}")));
    }
    check_number(tags.len())
}

fn check_number(number: usize) -> Result<(), ApiError> {
    if number <= MOST_TAGS {
        return Ok(());
    }
    let message = format!("A resource may have at most {MOST_TAGS} tags, and this one would have {number}.");
    Err(ApiError::new(Code::InvalidParameterValue, message))
}

impl World {
    /// AddTagsToResource: the same key overwrites.
    ///
    /// # Errors
    /// No such resource, a tag that is not allowed, more than fifty, or an instance on its way out.
    pub fn add_tags(&mut self, arn: &str, tags: &Tags) -> Result<(), ApiError> {
        check(tags)?;
        let resource = self.resource(arn)?;
        let had = self.tags_mut(&resource)?;
        let new = tags.keys().filter(|key| !had.contains_key(*key)).count();
        check_number(had.len() + new)?;
        had.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(())
    }

    /// RemoveTagsFromResource; keys that are not there do not matter.
    ///
    /// # Errors
    /// As [`Self::add_tags`].
    pub fn remove_tags(&mut self, arn: &str, keys: &[String]) -> Result<(), ApiError> {
        let resource = self.resource(arn)?;
        let had = self.tags_mut(&resource)?;
        had.retain(|key, _| !keys.contains(key));
        Ok(())
    }

    /// ListTagsForResource.
    ///
    /// # Errors
    /// No such resource.
    pub fn list_tags(&self, arn: &str) -> Result<&Tags, ApiError> {
        let missing = || no_resource(arn);
        match self.resource(arn)? {
            Resource::Instance(identifier) => Ok(&self.instance(&identifier)?.tags),
            Resource::Snapshot(key) => Ok(&self.snapshots.get(&key).ok_or_else(missing)?.tags),
        }
    }

    /// What an ARN of this account and region names.
    ///
    /// # Errors
    /// It is no such ARN, or there is no such resource.
    pub fn resource(&self, arn: &str) -> Result<Resource, ApiError> {
        let own = format!("arn:aws:rds:{}:{}:", self.settings.region, self.settings.account);
        let Some((kind, name)) = arn.strip_prefix(&own).and_then(|rest| rest.split_once(':')) else {
            return Err(ApiError::new(Code::InvalidParameterValue, format!("Invalid resource name: {arn}")));
        };
        let key = identifier::lower(name).into_owned();
        match kind {
            "db" if self.instances.contains_key(&key) => Ok(Resource::Instance(key)),
            "db" => Err(super::instance_not_found(name)),
            "snapshot" if self.snapshots.contains_key(&key) => Ok(Resource::Snapshot(key)),
            "snapshot" => Err(no_resource(arn)),
            _ => Err(ApiError::new(Code::InvalidParameterValue, format!("Invalid resource name: {arn}"))),
        }
    }

    fn tags_mut(&mut self, resource: &Resource) -> Result<&mut Tags, ApiError> {
        match resource {
            Resource::Instance(identifier) => {
                let instance = self.instance_mut(identifier)?;
                if instance.status == "deleting" {
                    let message = format!("Instance {identifier} is being deleted.");
                    return Err(ApiError::new(Code::InvalidDbInstanceState, message));
                }
                Ok(&mut instance.tags)
            }
            Resource::Snapshot(key) => {
                let missing = || no_resource(key);
                Ok(&mut self.snapshots.get_mut(key).ok_or_else(missing)?.tags)
            }
        }
    }
}

fn no_resource(name: &str) -> ApiError {
    ApiError::new(Code::DbSnapshotNotFound, format!("DBSnapshot {name} not found."))
}

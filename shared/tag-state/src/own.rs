//! Which instances are ours. Every change begins with this proof.

use crate::facts::{Instance, Tags};
use crate::name::{EchoName, Edition};
use crate::reason::Reason;
use crate::stage::Stage;
use crate::tags::EchoTags;

/// An instance that is provably this echo's: named like it, tagged as managed by it, and carrying its
/// own identifier and DbiResourceId. A copy that somebody restored from one of our snapshots inherits
/// our tags, but never has both. Only [`recognise`](Self::recognise) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnInstance {
    instance: Instance,
    tags: EchoTags,
    edition: Edition,
}

impl OwnInstance {
    /// Whether the instance is ours.
    ///
    /// # Errors
    /// Why it is not, or why that cannot be told.
    pub fn recognise(name: &EchoName, instance: Instance) -> Result<OwnInstance, Reason> {
        let stranger = |why: &str| Reason::NotOurs { why: why.to_owned() };
        let Some(edition) = name.edition(&instance.identifier) else {
            return Err(stranger("its identifier is not one that this echo gives"));
        };
        let tags = match EchoTags::read(name, &instance.tags) {
            Ok(Some(tags)) => tags,
            Ok(None) => return Err(stranger("it does not carry this echo's managed tag")),
            Err(what) => return Err(Reason::UnreadableTags { what }),
        };
        match &tags.id {
            Some(id) if id.eq_ignore_ascii_case(&instance.identifier) => {}
            Some(id) => return Err(stranger(&format!("its id tag says {id}: it is a copy"))),
            None => return Err(stranger("it has no id tag")),
        }
        match &tags.resource {
            Some(resource) if *resource == instance.resource_id => {}
            Some(_) => return Err(stranger("its resource tag names another instance: it is a copy")),
            // The restore call cannot know the resource id; it is written right after, or by modify.
            None if tags.stage == Stage::New => {}
            None => return Err(stranger("it has no resource tag")),
        }
        Ok(OwnInstance { instance, tags, edition })
    }

    /// As it is after these tags were written: what a second look would show, without the call.
    pub fn after_writing(&self, name: &EchoName, tags: &Tags) -> OwnInstance {
        let mut instance = self.instance.clone();
        instance.tags.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        // We write nothing that we cannot read back, so it stays ours.
        Self::recognise(name, instance).unwrap_or_else(|_| self.clone())
    }

    /// What RDS said of it.
    pub fn facts(&self) -> &Instance {
        &self.instance
    }

    /// Our tags.
    pub fn tags(&self) -> &EchoTags {
        &self.tags
    }

    /// Its place among the echo's instances.
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// Its identifier.
    pub fn identifier(&self) -> &str {
        &self.instance.identifier
    }

    /// Where in its life it is.
    pub fn stage(&self) -> Stage {
        self.tags.stage
    }
}

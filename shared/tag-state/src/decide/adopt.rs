//! Taking over what the original rds-echo (0.1.10) has tagged: it wrote `managed` and `stage`, and nothing
//! else that we insist on.

use jiff::Timestamp;

use super::Decision;
use crate::facts::{Instance, Tags};
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::status::{Class, classify};
use crate::tags::{EchoTags, TagWriter};

/// What adopting one instance writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The stage that it has from then on.
    pub stage: Stage,
    /// All tags, to be written in one call.
    pub tags: Tags,
}

/// Decides about one instance that is named like this echo's.
pub fn decide(settings: &Settings, instance: &Instance, now: Timestamp) -> Decision<Adoption> {
    let not_ours = |why: String| Decision::Refuse(Reason::NotOurs { why });
    if settings.name.edition(&instance.identifier).is_none() {
        return not_ours("its identifier is not one that this echo gives".to_owned());
    }
    let tags = match EchoTags::read(&settings.name, &instance.tags) {
        Ok(Some(tags)) => tags,
        Ok(None) => return not_ours(format!("it has no tag {}=true", settings.name.tag_key("managed"))),
        Err(what) => return Decision::Refuse(Reason::UnreadableTags { what }),
    };
    // Whoever restores a copy by hand copies our tags; those two tell it apart, and must not be overwritten.
    if let Some(id) = tags.id.as_ref().filter(|id| !id.eq_ignore_ascii_case(&instance.identifier)) {
        return not_ours(format!("its id tag says {id}: it is a copy"));
    }
    if tags.resource.as_ref().is_some_and(|resource| *resource != instance.resource_id) {
        return not_ours("its resource tag names another instance: it is a copy".to_owned());
    }
    match classify(&instance.status) {
        Class::Going => return Decision::Nothing(Reason::Going { status: instance.status.clone() }),
        Class::Ready | Class::Busy | Class::Stopped | Class::Failed | Class::Unknown => {}
    }
    if tags.id.is_some() && tags.since.is_some() && (tags.resource.is_some() || tags.stage == Stage::New) {
        return Decision::Nothing(Reason::AlreadyOurs {});
    }
    // The original called the database `retired` that it was about to delete, and that was the one in use:
    // one that is still there gets the grace period, and the look at the CNAME.
    let stage = match tags.stage {
        Stage::Retired => Stage::Forgotten,
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted | Stage::Forgotten => tags.stage,
    };
    let tags = TagWriter::new(&settings.name)
        .stage(stage, now)
        .text("id", &instance.identifier)
        .text("resource", &instance.resource_id)
        .finish();
    Decision::Act(Adoption { stage, tags })
}

//! What **new** refuses: a line in a log that nobody reads would be all, and no copy would come for ever.

use tag_state::check::Finding;
use tag_state::decide::Decision;
use tag_state::facts::Instance;
use tag_state::own::OwnInstance;
use tag_state::refusal::Refusal;
use tag_state::settings::Settings;
use tag_state::status::{Class, classify};
use tag_state::tags::TagWriter;

use crate::advance::Scene;
use crate::ports::{Announcer, CallError, Rds};
use crate::report::{Report, Stop, to_act};

/// Why a turn ended without a restore.
pub(super) enum End {
    /// It was decided to wait, or a call failed.
    Stopped(Stop),
    /// A person is needed, and has to hear of it.
    Refused {
        /// What for.
        refusal: Refusal,
        /// What was named like this echo's: one of them remembers that it was told.
        named: Vec<Instance>,
    },
}

impl End {
    pub(super) fn refused(refusal: Refusal, named: &[Instance]) -> End {
        End::Refused { refusal, named: named.to_vec() }
    }

    /// The same, and what these findings say more of a refusal.
    pub(super) fn with(self, findings: impl FnOnce() -> Vec<Finding>) -> End {
        match self {
            End::Refused { refusal, named } => {
                End::Refused { refusal: Refusal::with(refusal.reason, &findings()), named }
            }
            End::Stopped(_) => self,
        }
    }
}

impl From<CallError> for End {
    fn from(error: CallError) -> End {
        End::Stopped(error.into())
    }
}

/// What is to be done.
pub(super) fn due<T>(decision: Decision<T>, named: &[Instance]) -> Result<T, End> {
    match decision {
        Decision::Refuse(reason) => Err(End::refused(Refusal::of(reason), named)),
        other @ (Decision::Act(_) | Decision::Wait { .. } | Decision::Nothing(_)) => {
            to_act(other, None).map_err(End::Stopped)
        }
    }
}

/// Tells it once a day, as long as it is the same. The newest instance remembers; where there is none, each turn tells.
pub(super) async fn tell<R: Rds, A: Announcer>(
    scene: &Scene<'_, R, A>,
    refusal: &Refusal,
    named: Vec<Instance>,
    report: &mut Report,
) {
    let Scene { settings, rds, announcer, now } = scene;
    let told = refusal.told(*now);
    let newest = newest(settings, named);
    if newest.as_ref().is_some_and(|own| own.tags().refused.as_deref() == Some(&told)) {
        return;
    }
    // The tag comes behind: whoever dies in between tells it twice.
    if let Err(error) = announcer.announce(&refusal.announcement(settings, *now)).await {
        report.warnings.push(error.to_string());
        return;
    }
    if let Some(own) = newest {
        let tags = TagWriter::new(&settings.name).text("refused", &told).finish();
        if let Err(error) = rds.add_tags(&own.facts().arn, &tags).await {
            report.warnings.push(error.to_string());
        }
    }
}

/// Of those that are provably ours and stay for a while: a stranger's tags are none of this echo's business.
fn newest(settings: &Settings, named: Vec<Instance>) -> Option<OwnInstance> {
    let own = named.into_iter().filter_map(|one| OwnInstance::recognise(&settings.name, one).ok());
    own.filter(|own| classify(&own.facts().status) != Class::Going).max_by_key(OwnInstance::edition)
}

//! Which try of a row of failures an instance is.

use std::fmt;

use crate::own::OwnInstance;
use crate::stage::Stage;
use crate::tags::{TagWriter, Took};

/// Which try an instance is, as its tag `attempt` holds it: `N`, and `N failed` once it was given up because it had
/// failed. So the row lives on the instances that failed, and ends with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// Whether it failed.
    pub failed: bool,
}

impl Attempt {
    /// A try that has only begun.
    pub const fn begun(number: u32) -> Attempt {
        Attempt { number, failed: false }
    }

    pub(crate) fn parse(text: &str) -> Option<Attempt> {
        let (number, failed) = match text.split_once(' ') {
            None => (text, false),
            Some((number, "failed")) => (number, true),
            Some(_) => return None,
        };
        Some(Attempt { number: number.parse().ok()?, failed })
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, if self.failed { " failed" } else { "" })
    }
}

/// Which try it is; the first where its tags do not say.
pub fn of(own: &OwnInstance) -> Attempt {
    own.tags().attempt.unwrap_or(Attempt::begun(1))
}

/// Writes whether it failed, where its tag says otherwise. The tag goes with `failure`, and is written wherever that is:
/// what has come into use since, by whosever hand, or was given up for another reason, must not count as failed.
pub(crate) fn note<'a>(writer: TagWriter<'a>, own: &OwnInstance, failed: bool) -> TagWriter<'a> {
    let Attempt { number, failed: before } = of(own);
    if failed || before { writer.text("attempt", &Attempt { number, failed }.to_string()) } else { writer }
}

/// Whether it was given up because it had failed, and has not come into use since.
pub fn has_failed(own: &OwnInstance) -> bool {
    matches!(own.stage(), Stage::Forgotten | Stage::Retired) && of(own).failed
}

/// The failed one that the next restore would be a further try of; `None` where that begins a new row. Of those that
/// are alive the youngest counts that failed, or was set up once: what was superseded or given up by hand on its way
/// says nothing about whether a restore succeeds.
pub fn row(own: &[OwnInstance]) -> Option<&OwnInstance> {
    let was_set_up = |own: &OwnInstance| {
        matches!(own.stage(), Stage::Rebooted | Stage::Promoted)
            || Took::get(&own.tags().took, Stage::Modified).is_some()
    };
    let tells = own.iter().filter(|own| has_failed(own) || was_set_up(own));
    tells.max_by_key(|own| own.edition()).filter(|own| has_failed(own))
}

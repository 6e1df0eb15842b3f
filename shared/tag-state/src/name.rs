//! An echo's name, and all that is derived from it: identifiers, the event prefix, tag keys.

use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

/// The longest identifier RDS takes (RDS API reference, `DBInstanceIdentifier`).
const LONGEST_IDENTIFIER: usize = 63;
/// `-yyyy-MM-dd` and a `-NN` behind it.
const LONGEST_SUFFIX: usize = "-yyyy-MM-dd-NN".len();

/// The name of an echo, such as `dev`: fit to begin an RDS identifier.
///
/// Tags hold it as written; identifiers hold it in lower case, because RDS stores them so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoName(String);

/// The place of an instance in its echo: the day it was restored, and which of that day's it is
/// (1 for the plain identifier, 2 for `-2`, ...). Orders old before new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    /// The UTC date in the identifier.
    pub date: Date,
    /// Counts from 1.
    pub number: u32,
}

impl EchoName {
    /// Accepts what can begin an identifier; otherwise says what a name must be.
    pub fn new(name: &str) -> Result<EchoName, String> {
        let longest = LONGEST_IDENTIFIER - LONGEST_SUFFIX;
        let wellformed = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|each| each.is_ascii_alphanumeric() || each == '-')
            && !name.contains("--")
            && !name.ends_with('-');
        if wellformed && name.len() <= longest {
            Ok(EchoName(name.to_owned()))
        } else {
            Err(format!(
                "begins identifiers of DB instances, so it must start with a letter, hold letters, digits and single hyphens only, and have at most {longest} characters"
            ))
        }
    }

    /// As written in the settings.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of one of our tags: `rdsecho:NAME:suffix`.
    pub fn tag_key(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.tag_prefix())
    }

    /// What all our tag keys begin with: `rdsecho:NAME:`.
    pub fn tag_prefix(&self) -> String {
        format!("rdsecho:{}:", self.0)
    }

    /// What every identifier of this echo begins with, and that of an echo called `NAME-qa` does not:
    /// the century of the date belongs to it.
    pub fn identifier_prefix(&self) -> String {
        format!("{}-20", self.0.to_ascii_lowercase())
    }

    /// The identifier of an edition: `NAME-yyyy-MM-dd`, then `-2`, `-3`.
    pub fn identifier(&self, edition: Edition) -> String {
        let plain = format!("{}-{}", self.0.to_ascii_lowercase(), edition.date);
        if edition.number == 1 { plain } else { format!("{plain}-{}", edition.number) }
    }

    /// The edition that an identifier names; `None` where it is not one of this echo's.
    pub fn edition(&self, identifier: &str) -> Option<Edition> {
        let (date, rest) = self.dated(identifier)?;
        let number = match rest.strip_prefix('-') {
            None if rest.is_empty() => 1,
            None => return None,
            Some(digits) => digits.parse().ok().filter(|number| *number >= 2)?,
        };
        let edition = Edition { date, number };
        // "-02" would be a second spelling of "-2".
        self.identifier(edition).eq_ignore_ascii_case(identifier).then_some(edition)
    }

    /// Whether the identifier begins with this echo's name and a date, whatever comes behind.
    /// Such an instance is ours, or a person's who should know about it.
    pub fn resembles(&self, identifier: &str) -> bool {
        self.dated(identifier).is_some()
    }

    fn dated<'a>(&self, identifier: &'a str) -> Option<(Date, &'a str)> {
        let head = identifier.get(..self.0.len())?;
        let rest = identifier[self.0.len()..].strip_prefix('-')?;
        let date = rest.get(.."yyyy-MM-dd".len())?;
        head.eq_ignore_ascii_case(&self.0).then(|| Some((date.parse().ok()?, &rest[date.len()..]))).flatten()
    }
}

impl fmt::Display for EchoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The UTC date of a moment: identifiers carry it.
pub fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn name(text: &str) -> EchoName {
        EchoName::new(text).unwrap()
    }

    #[test]
    fn a_name_that_cannot_begin_an_identifier_is_refused() {
        for bad in ["", "1dev", "-dev", "dev-", "de--v", "de_v", "dév", "dev qa", &"d".repeat(50)] {
            assert!(EchoName::new(bad).is_err(), "{bad}");
        }
        assert!(EchoName::new(&"d".repeat(49)).is_ok());
    }

    #[test]
    fn identifiers_are_lower_case_dated_and_numbered() {
        let edition = |number| Edition { date: date(2026, 11, 22), number };
        assert_eq!(name("Dev").identifier(edition(1)), "dev-2026-11-22");
        assert_eq!(name("Dev").identifier(edition(2)), "dev-2026-11-22-2");
        assert_eq!(name("Dev").edition("DEV-2026-11-22-12"), Some(edition(12)));
        assert!(edition(2) > edition(1));
    }

    #[test]
    fn what_identifiers_begin_with_keeps_namesakes_apart() {
        assert_eq!(name("Dev").identifier_prefix(), "dev-20");
        assert!(!"dev-qa-2026-11-22".starts_with(&name("dev").identifier_prefix()));
    }

    #[test]
    fn identifiers_of_others_are_not_editions() {
        for other in [
            "dev",
            "dev-",
            "dev-2026",
            "dev-2026-13-01",
            "dev-2026-11-22-1",
            "dev-2026-11-22-02",
            "dev-2026-11-22-x",
            "dev-2026-11-22x",
            "dev-2026-11-22x2",
            "xyz-2026-11-22",
            "dev-2026-11-2",
            "dev-qa-2026-11-22",
            "dev-2026-2026-11-22",
            "devel-2026-11-22",
            "de",
            "dév-2026-11-22",
        ] {
            assert_eq!(name("dev").edition(other), None, "{other}");
        }
        assert!(name("dev").resembles("dev-2026-11-22-copy"));
        assert!(!name("dev").resembles("dev-qa-2026-11-22"));
        assert!(!name("dev").resembles("xyz-2026-11-22"));
    }
}

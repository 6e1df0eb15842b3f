//! Takes one entry after another by its key, as text, number, flag, list or tags, and notes what is wrong with it.

use crate::facts::Tags;
use crate::parameter::{Kind, Parameter, Parameters, Value};
use crate::settings::{Entry, Problem, schema};
use crate::tags::{LONGEST_KEY, LONGEST_VALUE, fits_a_tag};

pub(super) struct Reader {
    pub(super) entries: Vec<Entry>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

impl Reader {
    pub(super) fn problem(&mut self, entry: &Entry, message: impl Into<String>) {
        self.problems.push(Problem { key: entry.key.clone(), place: entry.place.clone(), message: message.into() });
    }

    pub(super) fn missing(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(Problem { key: key.to_owned(), place: String::new(), message: message.into() });
    }

    pub(super) fn warning(&mut self, entry: &Entry, message: impl Into<String>) {
        self.warnings.push(Problem { key: entry.key.clone(), place: entry.place.clone(), message: message.into() });
    }

    /// The last entry of a setting, which wins; an empty value is as good as none, as in the original.
    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        debug_assert!(schema::knows(key), "{key} is read, but is not in the table of settings");
        self.take_any(key)
    }

    /// As [`take`](Self::take), also for a key that is no setting and deserves a better answer than that.
    pub(super) fn take_any(&mut self, key: &str) -> Option<Entry> {
        let mut found = None;
        self.entries.retain(|entry| {
            if entry.key == key {
                found = Some(entry.clone());
            }
            entry.key != key
        });
        found.filter(|entry| !entry.value.trim().is_empty())
    }

    /// The entry that [`take`](Self::take) would take, left where it is.
    pub(super) fn given(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.key == key).filter(|entry| !entry.value.trim().is_empty())
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.take(key).map(|entry| entry.value.trim().to_owned())
    }

    pub(super) fn flag(&mut self, key: &str, otherwise: bool) -> bool {
        match self.take(key) {
            None => otherwise,
            Some(entry) => read_flag(&entry.value).unwrap_or_else(|| {
                self.problem(&entry, format!("{:?} is neither true nor false", entry.value));
                otherwise
            }),
        }
    }

    pub(super) fn number(&mut self, key: &str, otherwise: i64, least: i64, most: i64) -> i64 {
        match self.take(key) {
            None => otherwise,
            Some(entry) => match whole_number(&entry.value) {
                Some(number) if (least..=most).contains(&number) => number,
                Some(_) | None => {
                    self.problem(&entry, format!("{:?} is not a whole number from {least} to {most}", entry.value));
                    otherwise
                }
            },
        }
    }

    pub(super) fn optional_number(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let is_set = self.given(key).is_some();
        let number = self.number(key, least, least, most);
        is_set.then_some(number)
    }

    pub(super) fn parameters(&mut self, part: &str, takes: fn(Parameter) -> bool) -> Parameters {
        let mut parameters = Parameters::new();
        for parameter in Parameter::ALL.iter().copied() {
            let key = format!("rdsecho.{part}.{parameter}");
            let Some(entry) = (if takes(parameter) { self.take(&key) } else { self.take_any(&key) }) else { continue };
            if !takes(parameter) {
                let other = if part == "new" { "mod" } else { "new" };
                self.problem(&entry, format!("this API call does not take it: use rdsecho.{other}.{parameter}"));
                continue;
            }
            match read_value(parameter.kind(), &entry.value) {
                // The original's sample sets iops=0 for storage without provisioned operations.
                Ok(Value::Number(0)) if parameter == Parameter::Iops => {}
                Ok(value) => {
                    parameters.insert(parameter, value);
                }
                Err(message) => self.problem(&entry, message),
            }
        }
        parameters
    }

    pub(super) fn tags(&mut self, key: &str) -> Tags {
        let mut tags = Tags::new();
        let Some(entry) = self.take(key) else { return tags };
        for pair in entry.value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                self.problem(&entry, format!("{pair:?} is not key=value"));
                continue;
            };
            let lower = name.to_ascii_lowercase();
            if ["rdsecho:", "aws:", "rds:"].iter().any(|reserved| lower.starts_with(reserved)) {
                self.problem(
                    &entry,
                    format!("the tag key {name:?} begins with a prefix that is not yours (rdsecho:, aws:, rds:)"),
                );
            } else if name.is_empty() || !fits(name, LONGEST_KEY) || !fits(value, LONGEST_VALUE) {
                self.problem(&entry, format!("{pair:?} cannot be a tag: {TAG_RULE}"));
            } else {
                tags.insert(name.to_owned(), value.to_owned());
            }
        }
        tags
    }
}

const TAG_RULE: &str =
    "1 to 128 characters of key and up to 256 of value, of letters, digits, spaces and _ . : / = + - @";

fn fits(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && fits_a_tag(text)
}

/// All that commons-configuration took for a flag, so that an old file stays good.
fn read_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" => Some(true),
        "false" | "no" | "off" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// A number, also as `0x1f` or `0b11`, which commons-configuration knew.
fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let of = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    match (text.strip_prefix("0x"), text.strip_prefix("0b")) {
        (Some(digits), _) => of(digits, 16),
        (None, Some(digits)) => of(digits, 2),
        (None, None) => of(text, 10),
    }
}

fn read_value(kind: Kind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Flag => read_flag(text).map(Value::Flag).ok_or_else(|| format!("{text:?} is neither true nor false")),
        Kind::Number => whole_number(text)
            .filter(|number| (0..=i64::from(i32::MAX)).contains(number))
            .map(Value::Number)
            .ok_or_else(|| format!("{text:?} is not a whole number, zero or more")),
        Kind::List => {
            Ok(Value::List(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()))
        }
    }
}

/// Not a full check of RFC 5321, only enough to catch slips: one `@`, something on each side, no white space.
pub(super) fn mail_address(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !address.contains(char::is_whitespace)
    })
}

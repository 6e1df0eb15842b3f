//! What becomes of an instance that was replaced.

use jiff::SignedDuration;

use super::entries::Reader;
use crate::decide::retire::{self, PAUSE};
use crate::name::EchoName;
use crate::settings::{Keep, Retirement};

pub(super) fn retirement(reader: &mut Reader, name: Option<&EchoName>) -> Retirement {
    let grace = SignedDuration::from_hours(reader.number("rdsecho.retire.graceHours", 24, 0, 8784));
    let skip_final_snapshot = reader.flag("rdsecho.retire.skipFinalSnapshot", false);
    let final_snapshot = match reader.take("rdsecho.retire.finalDbSnapshotIdentifier") {
        None => "{instance}-final".to_owned(),
        Some(entry) => {
            let mut template = entry.value.trim().to_owned();
            // The original's one fixed name fails at the second retirement.
            if !template.contains("{instance}") {
                template.push_str("-{instance}");
                reader.warning(
                    &entry,
                    format!("becomes {template}, because one fixed name fails at the second retirement: say {{instance}} where the identifier is to stand"),
                );
            }
            if let Some(wrong) = wrong_with_snapshot_name(&template, name) {
                reader.problem(
                    &entry,
                    format!(
                        "{template:?} is no snapshot identifier: {wrong}; it may hold letters, digits, single hyphens, {{instance}}, {{name}} and {{date}}"
                    ),
                );
            }
            template
        }
    };
    let newest = reader.optional_number("rdsecho.retire.keepFinalSnapshots", 1, 100);
    let days = reader.optional_number("rdsecho.retire.keepFinalSnapshotDays", 1, 3650);
    let keep = Keep {
        newest: newest.map(|newest| newest.unsigned_abs() as usize),
        younger_than: days.map(|days| SignedDuration::from_hours(24 * days)),
    };
    let minutes = reader.number("rdsecho.retire.connectionMinutes", 0, 0, 1440);
    Retirement {
        grace,
        pause: PAUSE,
        skip_final_snapshot,
        final_snapshot,
        keep: (newest.is_some() || days.is_some()).then_some(keep),
        connection_minutes: (minutes > 0).then_some(minutes),
    }
}

/// RDS takes 255 characters; but the tag that remembers the name until the snapshot is marked holds a time as well.
const LONGEST_SNAPSHOT_NAME: usize = 235;

/// What is wrong with the longest name that comes of it: the last edition of a day, with the highest number behind
/// it that a name can get.
fn wrong_with_snapshot_name(template: &str, name: Option<&EchoName>) -> Option<&'static str> {
    let echo = name.map_or("dev".to_owned(), |name| name.as_str().to_ascii_lowercase());
    let instance = format!("{echo}-2026-12-31-99");
    let longest = retire::final_snapshot_name(template, &echo, &instance, "2026-12-31") + "-99";
    if !longest.chars().all(|each| each.is_ascii_alphanumeric() || each == '-') {
        return Some("it holds something else");
    }
    if !longest.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Some("it does not begin with a letter");
    }
    if longest.contains("--") {
        return Some("two hyphens stand side by side, or one at its end");
    }
    (longest.len() > LONGEST_SNAPSHOT_NAME).then_some("it can become longer than 235 characters")
}

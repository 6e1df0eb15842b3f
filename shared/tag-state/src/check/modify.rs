//! What only the modification sets, and RDS looks at no earlier: a day after the restore began.

use super::{Finding, parts};
use crate::parameter::{Parameter, Value};
use crate::settings::Settings;

/// The seconds between two samples that RDS takes (RDS API reference, `MonitoringInterval`).
const INTERVALS: [i64; 7] = [0, 1, 5, 10, 15, 30, 60];

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The least length of a window in minutes.
const SHORTEST: i64 = 30;

/// A time of the day or of the week, every day or every week: when it begins, and for how long, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    begins: i64,
    lasts: i64,
}

/// Minutes since midnight.
fn clock(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| plain && *number < below)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// Minutes since Monday's midnight.
fn moment(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(':')?;
    let day = (0..).zip(DAYS).find(|(_, name)| name.eq_ignore_ascii_case(day))?.0;
    Some(day * DAY + clock(time)?)
}

impl Window {
    fn read(text: &str, read: fn(&str) -> Option<i64>, period: i64) -> Option<Window> {
        let (from, to) = text.split_once('-')?;
        let begins = read(from)?;
        Some(Window { begins, lasts: (read(to)? - begins).rem_euclid(period) })
    }

    /// Whether a window of every day and one of the week have a minute in common.
    fn overlaps(self, weekly: Window) -> bool {
        // A week before and behind it, because both can end on another day than they begin.
        (-7..14).any(|day| {
            let begins = self.begins + day * DAY;
            begins < weekly.begins + weekly.lasts && weekly.begins < begins + self.lasts
        })
    }
}

/// Everything that can be said of them without a look at anything.
pub(super) fn modifications(settings: &Settings) -> Vec<Finding> {
    let mut found = monitoring(settings);
    let backup = window(settings, Parameter::PreferredBackupWindow, "hh24:mi-hh24:mi", clock, DAY, &mut found);
    let weekly = "ddd:hh24:mi-ddd:hh24:mi";
    let maintenance = window(settings, Parameter::PreferredMaintenanceWindow, weekly, moment, WEEK, &mut found);
    if let (Some(backup), Some(maintenance)) = (backup, maintenance)
        && backup.overlaps(maintenance)
    {
        let parameter = Parameter::PreferredMaintenanceWindow;
        let says = "it overlaps the backup window, and RDS takes none that do: move one of them";
        found.push(Finding::bad(format!("rdsecho.mod.{parameter}"), says));
    }
    found
}

/// RDS refuses an interval without a role, and a role without an interval.
fn monitoring(settings: &Settings) -> Vec<Finding> {
    let set = &settings.modify.parameters;
    let [what, role] =
        [Parameter::MonitoringInterval, Parameter::MonitoringRoleArn].map(|one| format!("rdsecho.mod.{one}"));
    let has_role = set.contains_key(&Parameter::MonitoringRoleArn);
    let interval = match set.get(&Parameter::MonitoringInterval) {
        Some(Value::Number(seconds)) => *seconds,
        Some(Value::Text(_) | Value::Flag(_) | Value::List(_)) | None => 0,
    };
    if !INTERVALS.contains(&interval) {
        let all = INTERVALS.map(|seconds| seconds.to_string()).join(", ");
        return vec![Finding::bad(what, format!("RDS takes no {interval} s, only {all}: name one of those"))];
    }
    match (interval > 0, has_role) {
        (true, false) => vec![Finding::bad(what, format!("RDS takes none without a role: set {role} beside it"))],
        (false, true) => vec![Finding::bad(role, format!("RDS takes none without an interval: set {what} beside it"))],
        (true, true) => vec![Finding::good(what, format!("every {interval} s"))],
        (false, false) => Vec::new(),
    }
}

/// The window that it has in the end, where one is set; each that is set is one.
fn window(
    settings: &Settings,
    parameter: Parameter,
    format: &str,
    read: fn(&str) -> Option<i64>,
    period: i64,
    found: &mut Vec<Finding>,
) -> Option<Window> {
    let mut last = None;
    for (part, value) in parts(settings, parameter) {
        let what = format!("rdsecho.{part}.{parameter}");
        last = Window::read(&value.to_string(), read, period);
        found.push(match last {
            None => Finding::bad(what, format!("{value} is no {format} in UTC: write it so")),
            Some(window) if window.lasts < SHORTEST => {
                Finding::bad(what, format!("{value} are less than {SHORTEST} minutes: make it longer"))
            }
            Some(_) => Finding::good(what, format!("{value} UTC")),
        });
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_rds_writes_them() {
        let daily = |text| Window::read(text, clock, DAY).map(|window| (window.begins, window.lasts));
        assert_eq!(daily("03:00-03:30"), Some((180, 30)));
        assert_eq!(daily("23:45-00:15"), Some((1425, 30)), "over midnight");
        for wrong in ["3:00-3:30", "24:00-00:30", "03:60-04:30", "03:00", "sun:03:00-sun:04:00", "+3:00-04:00", ""] {
            assert_eq!(daily(wrong), None, "{wrong}");
        }
        let weekly = |text| Window::read(text, moment, WEEK).map(|window| (window.begins, window.lasts));
        assert_eq!(weekly("Mon:00:00-mon:00:30"), Some((0, 30)));
        assert_eq!(weekly("sun:23:30-mon:00:30"), Some((WEEK - 30, 60)), "over the week's end");
        for wrong in ["sunday:03:00-sunday:04:00", "03:00-04:00", "mon:03:00"] {
            assert_eq!(weekly(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn windows_overlap_where_they_have_a_minute_in_common() {
        let overlap = |backup, maintenance| {
            let backup = Window::read(backup, clock, DAY).expect("a window");
            backup.overlaps(Window::read(maintenance, moment, WEEK).expect("a window"))
        };
        assert!(!overlap("03:00-03:30", "sun:03:30-sun:04:00"));
        assert!(!overlap("03:30-04:00", "sun:03:00-sun:03:30"));
        assert!(overlap("03:00-03:31", "sun:03:30-sun:04:00"));
        assert!(overlap("23:45-00:15", "mon:00:00-mon:00:30"), "Sunday's backup lasts into Monday");
        assert!(overlap("00:00-00:30", "sun:23:45-mon:00:15"), "Monday's begins within Sunday's maintenance");
        assert!(!overlap("00:15-00:45", "sun:23:45-mon:00:15"));
    }
}

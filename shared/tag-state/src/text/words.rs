//! Times, lengths of time and lists as people say them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A moment: `Wednesday 25 November 2026, 10:00 CET`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%A %-d %B %Y, %H:%M %Z").to_string()
}

/// A moment with how far it is: `Wednesday 25 November 2026, 10:00 CET (in 3 days)`.
pub(super) fn moment_from(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let away = now.duration_until(at);
    let how_far = match away.is_negative() {
        true => format!("{} ago", span(away.abs())),
        false => format!("in {}", span(away)),
    };
    format!("{} ({how_far})", moment(at, zone))
}

/// A length of time, as exact as one says it: `3 days`, `28 hours`, `1 hour 20 minutes`, `5 minutes`.
pub(super) fn span(time: SignedDuration) -> String {
    let minutes = (time.as_secs() + 30) / 60;
    match minutes {
        ..1 => "less than a minute".to_owned(),
        1..60 => count(minutes, "minute"),
        60..600 if minutes % 60 > 0 => format!("{} {}", count(minutes / 60, "hour"), count(minutes % 60, "minute")),
        60..2880 => count((minutes + 30) / 60, "hour"),
        2880.. => count((minutes + 720) / 1440, "day"),
    }
}

/// `1 hour`, `2 hours`.
pub(super) fn count(number: i64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `ann`, `ann and bob`, `ann, bob and cleo`.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Words that are longer than that may stick out of a narrow screen.
const LONG: usize = 20;

/// A text in pieces between which it may be broken over two lines: where a long word has a full stop, a colon, a slash, an
/// `@` or a hyphen, as hosts, snapshots and ARNs have. A mail program that throws styles away breaks no word by itself.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut begin, mut end_of_word) = (0, 0);
    for word in text.split_inclusive(char::is_whitespace) {
        let start = end_of_word;
        end_of_word += word.len();
        let whole = word.trim_end();
        if whole.chars().count() <= LONG {
            continue;
        }
        for (place, mark) in whole.match_indices(['.', ':', '/', '@', '-']) {
            let after = start + place + mark.len();
            // Not before what ends the sentence.
            if after < start + whole.len() {
                pieces.push(&text[begin..after]);
                begin = after;
            }
        }
    }
    pieces.push(&text[begin..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them() {
        for (seconds, said) in [
            (-5, "less than a minute"),
            (29, "less than a minute"),
            (30, "1 minute"),
            (3_599, "1 hour"),
            (3_600, "1 hour"),
            (4_800, "1 hour 20 minutes"),
            (36_000, "10 hours"),
            (36_000 + 1_700, "10 hours"),
            (100_000, "28 hours"),
            (172_800, "2 days"),
            (259_200, "3 days"),
        ] {
            assert_eq!(span(SignedDuration::from_secs(seconds)), said, "{seconds}");
        }
    }

    #[test]
    fn moments_are_said_in_the_zone_and_with_its_daylight_saving() {
        let zone = TimeZone::get("Europe/Berlin").expect("in the bundled database");
        let summer: Timestamp = "2026-07-01T08:00:00Z".parse().expect("a time");
        let winter: Timestamp = "2026-11-25T09:00:00Z".parse().expect("a time");
        assert_eq!(moment(summer, &zone), "Wednesday 1 July 2026, 10:00 CEST");
        assert_eq!(moment(winter, &zone), "Wednesday 25 November 2026, 10:00 CET");
        assert_eq!(moment(winter, &TimeZone::UTC), "Wednesday 25 November 2026, 09:00 UTC");
        let now = winter - SignedDuration::from_hours(72);
        assert!(moment_from(now, winter, &zone).ends_with("10:00 CET (in 3 days)"));
        assert!(moment_from(winter, now, &zone).ends_with("10:00 CET (3 days ago)"));
    }

    #[test]
    fn lists_end_with_an_and() {
        let names = |all: &[&str]| list(&all.iter().map(|each| (*each).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&[]), "nobody");
        assert_eq!(names(&["ann"]), "ann");
        assert_eq!(names(&["ann", "bob"]), "ann and bob");
        assert_eq!(names(&["ann", "bob", "cleo"]), "ann, bob and cleo");
    }

    #[test]
    fn only_long_words_are_broken_and_nothing_is_lost() {
        assert_eq!(pieces("It leads to dev-2026-11-22 now."), ["It leads to dev-2026-11-22 now."]);
        assert_eq!(pieces(""), [""]);
        let text = "from dev-legacy.internal.example.test. See arn:aws:rds:eu-west-1:1:secret:x now";
        assert_eq!(pieces(text).concat(), text);
        let expected = [
            "from dev-",
            "legacy.",
            "internal.",
            "example.",
            "test. See arn:",
            "aws:",
            "rds:",
            "eu-",
            "west-",
            "1:",
            "1:",
        ];
        assert_eq!(pieces(text)[..11], expected);
        assert_eq!(pieces(text)[11..], ["secret:", "x now"]);
    }
}

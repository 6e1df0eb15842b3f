//! Where settings stand: `rdsecho.properties`, `RDS_ECHO_OPTS`, the table of all keys, and the templates of both.
#![allow(missing_docs, reason = "tests")]

mod file;
mod samples;
mod table;

use proptest::prelude::*;
use tag_state::settings::{Entry, Problem, keys};

fn entry(key: &str, value: &str) -> Entry {
    Entry { key: key.to_owned(), value: value.to_owned(), place: "test".to_owned() }
}

fn pairs(entries: &[Entry]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect()
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Values that a file or a shell could take for something else.
const NASTY: [&str; 9] = [
    "a \"b\" 'c' \\ \\\\ $HOME ${HOME} `id` $(id)",
    "!! !a a! 'a!b' \"!\" \\!",
    "two\nlines\\\nand a third\\",
    " leading and trailing ",
    "'",
    "''\\''",
    "\t\u{a0}\u{2003}\u{1f600}\u{7f}\u{1}",
    "*?[a-z]~#;&|<>(){}%^",
    "-Drdsecho.name=x -Dy",
];

fn any_value() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just(String::new()),
        "[\\\\,'\"$`!#:={} \t\n\r\u{c}a]{1,8}",
        "\\PC{0,6}",
        prop::sample::select(&NASTY).prop_map(str::to_owned),
        Just("${team}".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..4).prop_map(|pieces| pieces.concat().replace('\0', ""))
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let names: Vec<String> = keys().into_iter().map(|key| key.name).collect();
    prop::collection::vec((prop::sample::select(names), any_value()), 0..8)
        .prop_map(|pairs| pairs.iter().map(|(key, value)| entry(key, value)).collect())
}

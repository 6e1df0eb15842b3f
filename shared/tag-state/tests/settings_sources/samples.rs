//! The templates: a file, and an `RDS_ECHO_OPTS` that a shell gives back.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::prelude::*;
use tag_state::settings::{
    Caller, Entry, Key, Settings, keys, read_properties, sample_options, sample_properties, split_options,
};

use crate::{NASTY, any_entries, entry, owned, pairs};

#[test]
fn the_sample_file_can_be_used_as_it_is() {
    let text = sample_properties();
    let read = read_properties(&text, "file");
    assert_eq!((read.problems.len(), read.ignored.len()), (0, 0), "{read:?}");
    let found = Settings::read(&read.entries, Caller::Person).unwrap();
    assert!(found.settings.interactive && found.warnings.is_empty());
    let mut set: Vec<&str> = read.entries.iter().map(|entry| entry.key.as_str()).collect();
    set.retain(|key| *key != "rdsecho.interactive");
    assert_eq!(set, keys().iter().filter(|key| key.required).map(|key| key.name.as_str()).collect::<Vec<_>>());
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(text.is_ascii() && text.ends_with('\n') && !text.contains(" \n"), "{text}");
}

#[test]
fn every_line_of_the_sample_file_can_be_uncommented() {
    let text = sample_properties().replace("#rdsecho.", "rdsecho.");
    let read = read_properties(&text, "file");
    let names: Vec<String> = keys().into_iter().map(|key| key.name).collect();
    assert_eq!(read.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>(), names, "all, in their order");
    let found = Settings::read_all(&read.entries, read.problems, Caller::Function).unwrap();
    assert_eq!(found.warnings, []);
    for key in keys() {
        let sentence = key.meaning.replace('`', "");
        assert!(text.replace("\n# ", " ").contains(&sentence), "{}: {sentence}", key.name);
    }
}

/// What a shell makes of `export RDS_ECHO_OPTS=...`, as far as it is needed: double quotes, in which `\` escapes
/// `$`, a backtick, `"`, itself and a line's end, and single quotes. An interactive bash replaces `!` but in these.
fn shell(text: &str) -> String {
    let mut rest = text.strip_prefix("export RDS_ECHO_OPTS=").unwrap().strip_suffix('\n').unwrap().chars().peekable();
    let mut value = String::new();
    let mut quote = None;
    while let Some(each) = rest.next() {
        match (quote, each) {
            (None, '"' | '\'') => quote = Some(each),
            (None, _) => panic!("bare {each:?} in {text}"),
            (Some(open), _) if each == open => quote = None,
            (Some('"'), '$' | '`' | '!') => panic!("live {each:?} in {text}"),
            (Some('"'), '\\') => match rest.next_if(|next| "$`\"\\\n".contains(*next)) {
                Some('\n') => {}
                Some(escaped) => value.push(escaped),
                None => value.push('\\'),
            },
            (Some(_), _) => value.push(each),
        }
    }
    assert_eq!(quote, None, "{text}");
    value
}

fn last_of_each(existing: &[Entry]) -> BTreeMap<&str, &str> {
    let mut values: BTreeMap<&str, &str> = pairs(existing).into_iter().collect();
    values.retain(|_, value| !value.trim().is_empty());
    values
}

/// What must come out of the options for these settings.
fn expected(existing: &[Entry]) -> Vec<(String, String)> {
    let values = last_of_each(existing);
    let value = |key: &Key| match values.get(key.name.as_str()) {
        Some(value) => Some((*value).to_owned()),
        None => key.required.then(|| key.example.to_owned()),
    };
    keys().iter().filter_map(|key| Some((key.name.clone(), value(key)?))).collect()
}

fn split(options: &str) -> Vec<(String, String)> {
    let read = split_options(options).unwrap();
    assert!(read.ignored.is_empty(), "{options}");
    pairs(&read.entries).into_iter().map(owned).collect()
}

#[test]
fn the_sample_options_are_one_setting_a_line() {
    let existing = [
        entry("rdsecho.promote.ttl", "5"),
        entry("rdsecho.name", "qa"),
        entry("rdsecho.promote.ttl", "300"),
        entry("rdsecho.region", " "),
        entry("rdsecho.mod.dbSecurityGroups", "no setting any more"),
        entry("rdsecho.new.tags", "a=it's $5"),
    ];
    assert_eq!(
        sample_options(&existing),
        "export RDS_ECHO_OPTS=\"\n    -Drdsecho.name=qa\n    -Drdsecho.snapshot.dbInstanceIdentifier=production\n    \
         -Drdsecho.new.tags='a=it'\\\\''s \\$5'\n    -Drdsecho.promote.cname=dev-db.example.com\n    \
         -Drdsecho.promote.ttl=300\n\"\n"
    );
    let found = Settings::read(&split_options(&shell(&sample_options(&[]))).unwrap().entries, Caller::Person).unwrap();
    assert_eq!(found.settings.name.as_str(), "dev");
}

#[test]
fn a_real_shell_gives_the_options_back() {
    let existing: Vec<Entry> = keys().iter().zip(NASTY).map(|(key, value)| entry(&key.name, value)).collect();
    let text = sample_options(&existing);
    assert_eq!(split(&shell(&text)), expected(&existing));
    for name in ["sh", "bash"] {
        let script = r#"eval "$1"; printf '%s' "$RDS_ECHO_OPTS""#;
        // Where there is none there is nothing to test.
        let Ok(output) = Command::new(name).args(["-c", script, name, &text]).output() else { continue };
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
        assert_eq!(split(&String::from_utf8(output.stdout).unwrap()), expected(&existing), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_options_come_back_through_a_shell(existing in any_entries()) {
        let text = sample_options(&existing);
        prop_assert_eq!(split(&shell(&text)), expected(&existing), "{}", text);
    }
}

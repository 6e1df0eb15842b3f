//! The table of all keys, and that the reader knows exactly these.

use std::collections::BTreeSet;

use tag_state::parameter::Parameter;
use tag_state::settings::{Caller, Entry, Key, Settings, keys};

use crate::{entry, texts};

fn base() -> Vec<Entry> {
    keys().iter().filter(|key| key.required).map(|key| entry(&key.name, key.example)).collect()
}

fn with(more: &[Entry]) -> Settings {
    let entries: Vec<Entry> = base().into_iter().chain(more.iter().cloned()).collect();
    Settings::read(&entries, Caller::Person).unwrap_or_else(|error| panic!("{more:?}: {error}")).settings
}

#[test]
fn the_reader_takes_each_key_of_the_table() {
    let keys = keys();
    let names: BTreeSet<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names.len(), keys.len(), "each once");
    for Key { name, part, meaning, allowed, example, .. } in &keys {
        with(&[entry(name, example)]);
        assert!(name.starts_with("rdsecho.") && !part.is_empty() && !allowed.is_empty(), "{name}");
        assert!(meaning.ends_with('.') && !meaning.starts_with(' ') && !meaning.contains("  "), "{name}: {meaning:?}");
    }
    let all: Vec<Entry> = keys.iter().map(|key| entry(&key.name, key.example)).collect();
    assert_eq!(with(&all).promote.sender.as_deref(), Some("rds-echo@example.com"));
    for parameter in Parameter::ALL {
        assert_eq!(names.contains(format!("rdsecho.new.{parameter}").as_str()), parameter.restorable(), "{parameter}");
        assert_eq!(names.contains(format!("rdsecho.mod.{parameter}").as_str()), parameter.modifiable(), "{parameter}");
    }
    assert_eq!(Parameter::Iops.meaning(), "Provisioned operations a second.");
}

#[test]
fn each_key_has_an_effect_but_for_its_default() {
    for key in keys() {
        let other = match (key.default.as_deref(), key.name.as_str()) {
            (Some("true"), _) => "false",
            (Some("false"), _) => "true",
            (Some("always"), _) => "when-needed",
            (Some("required"), _) => "none",
            (Some("{instance}-final"), _) => "{instance}-last",
            (Some("UTC"), _) => "Europe/Berlin",
            (Some("automated,manual"), _) => "awsbackup",
            (Some("1"), "rdsecho.promote.approvals") => "2",
            (Some(_), _) => "7",
            (None, _) => key.example,
        };
        let approvers = entry("rdsecho.promote.approvers", "cat@example.test,dan@example.test");
        let set = |value: &str| with(&[approvers.clone(), entry(&key.name, value)]);
        let without = with(std::slice::from_ref(&approvers));
        assert!(key.required || set(other) != without, "{} is read, and has an effect", key.name);
        if let Some(default) = &key.default {
            assert_eq!(set(default), without, "{}", key.name);
        }
    }
}

#[test]
fn what_the_table_calls_required_is() {
    for key in keys() {
        let entries: Vec<Entry> = base().into_iter().filter(|entry| entry.key != key.name).collect();
        let missing = match Settings::read(&entries, Caller::Person) {
            Ok(_) => Vec::new(),
            Err(error) => texts(&error.problems),
        };
        assert_eq!(missing.len(), usize::from(key.required), "{missing:?}");
        assert!(missing.iter().all(|text| text.starts_with(&format!("{}: is missing", key.name))), "{missing:?}");
    }
}

#[test]
fn the_table_says_the_bounds_of_numbers() {
    let mut bounded = 0;
    for key in keys() {
        let Some((_, bounds)) = key.allowed.rsplit_once(", ") else { continue };
        let Some((least, most)) = bounds.split_once(" to ") else { continue };
        let (least, most): (i64, i64) = (least.parse().unwrap(), most.parse().unwrap());
        let crowd: Vec<String> = (0..14).map(|number| format!("a{number}@example.test")).collect();
        let crowd = entry("rdsecho.promote.approvers", &crowd.join(","));
        let read = |number: i64| {
            let more = [crowd.clone(), entry(&key.name, &number.to_string())];
            Settings::read(&base().into_iter().chain(more).collect::<Vec<_>>(), Caller::Person).is_ok()
        };
        assert_eq!([least - 1, least, most, most + 1].map(read), [false, true, true, false], "{}", key.name);
        bounded += 1;
    }
    assert_eq!(bounded, 19);
}

#[test]
fn lists_are_what_the_table_says() {
    let lists: BTreeSet<String> = keys().into_iter().filter(|key| key.list).map(|key| key.name).collect();
    let expected = [
        "rdsecho.check.roles",
        "rdsecho.mod.enableCloudwatchLogsExports",
        "rdsecho.mod.vpcSecurityGroupIds",
        "rdsecho.new.enableCloudwatchLogsExports",
        "rdsecho.new.tags",
        "rdsecho.new.vpcSecurityGroupIds",
        "rdsecho.notify",
        "rdsecho.promote.approvers",
        "rdsecho.promote.tags",
        "rdsecho.snapshot.types",
    ];
    assert_eq!(lists, expected.map(str::to_owned).into());
}

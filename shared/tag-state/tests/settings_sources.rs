//! Where settings stand: `rdsecho.properties`, `RDS_ECHO_OPTS`, and the templates of both.
#![allow(missing_docs, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use proptest::prelude::*;
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::{
    Approval, Caller, Entry, Key, Problem, Properties, Settings, keys, read_properties, read_properties_below,
    sample_options, sample_properties, split_options,
};

fn entry(key: &str, value: &str) -> Entry {
    Entry { key: key.to_owned(), value: value.to_owned(), place: "test".to_owned() }
}

fn pairs(entries: &[Entry]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect()
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// The value of the one entry of a file without problems.
fn value(text: &str) -> String {
    let read = read_properties(text, "file");
    assert_eq!((read.problems.len(), read.entries.len()), (0, 1), "{text:?}: {read:?}");
    read.entries[0].value.clone()
}

/// A file that has exactly this problem, and no entry of its key.
fn refused(text: &str, start: &str, words: &str) {
    let read = read_properties(text, "file");
    let problems = texts(&read.problems);
    assert!(problems.len() == 1 && problems[0].starts_with(start) && problems[0].contains(words), "{text:?}: {read:?}");
    assert!(read.entries.iter().all(|entry| entry.key != read.problems[0].key), "{text:?}: {read:?}");
}

/// What the original's sample file says, with more of the forms that a file may have.
const ORIGINAL: &str = "# RDS Echo\r
! another comment\r
rdsecho.interactive=true\r
\r
rdsecho.name = development
rdsecho.region: us-east-1
rdsecho.accountNumber 1234567890
rdsecho.snapshot.dbInstanceIdentifier=production

   rdsecho.new.engine\\=MySQL
rdsecho.new.engine=MySQL
rdsecho.new.licenseModel=general-\\
                         public-license
rdsecho.new.dbInstanceClass=db.t1.micro
rdsecho.new.multiAz=No
rdsecho.new.storageType=\\u0067p2
rdsecho.new.iops=0
rdsecho.new.port=3306
rdsecho.new.optionGroupName=default\\:mysql-5-6
rdsecho.new.autoMinorVersionUpgrade=YES
rdsecho.new.tags=orange=false , pear\\=maybe
rdsecho.mod.dbParameterGroupName=default.mysql5.6
rdsecho.mod.dbSecurityGroups=development,admin
rdsecho.mod.backupRetentionPeriod=0
rdsecho.mod.applyImmediately=on
domain=domain.com.
rdsecho.promote.cname=dev.${domain}
rdsecho.promote.ttl=300
rdsecho.promote.tags=development=yes
rdsecho.promote.tags=banana=no
rdsecho.retire.skipFinalSnapshot=true
rdsecho.retire.finalDbSnapshotIdentifier=
";

#[test]
fn the_originals_file_is_understood_but_for_ec2_classic() {
    // A key with an escaped = has no separator; such a line never counted.
    let text = ORIGINAL.replace("   rdsecho.new.engine\\=MySQL\n", "");
    let read = read_properties(&text, "rdsecho.properties");
    assert_eq!((texts(&read.problems), texts(&read.ignored)), (Vec::new(), Vec::new()));
    let problems = Settings::read(&read.entries, Caller::Person).unwrap_err().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].place, "rdsecho.properties line 22");
    assert!(problems[0].key == "rdsecho.mod.dbSecurityGroups" && problems[0].message.contains("vpcSecurityGroupIds"));
    let problems = Settings::read(&read.entries, Caller::Function).unwrap_err().problems;
    assert_eq!(problems.len(), 2, "a function needs approvers besides: {problems:?}");

    let read = read_properties(&text.replace("rdsecho.mod.dbSecurityGroups=development,admin\n", ""), "file");
    let found = Settings::read(&read.entries, Caller::Person).unwrap();
    assert_eq!(found.warnings, []);
    let settings = found.settings;
    assert_eq!(settings.promote.approval, Approval::Typed);
    assert_eq!((settings.promote.cname.as_str(), settings.promote.ttl), ("dev.domain.com", 300));
    assert_eq!(settings.new.tags, BTreeMap::from([("orange", "false"), ("pear", "maybe")].map(owned)));
    assert_eq!(settings.promote.tags, BTreeMap::from([("development", "yes"), ("banana", "no")].map(owned)));
    assert!(settings.interactive && settings.retire.skip_final_snapshot && settings.modify.apply_immediately);
    let new = |parameter| &settings.new.parameters[&parameter];
    assert_eq!(new(Parameter::LicenseModel), &Value::Text("general-public-license".to_owned()));
    assert_eq!(new(Parameter::OptionGroupName), &Value::Text("default:mysql-5-6".to_owned()));
    assert_eq!(new(Parameter::StorageType), &Value::Text("gp2".to_owned()));
    assert_eq!(new(Parameter::MultiAz), &Value::Flag(false));
    assert_eq!(new(Parameter::AutoMinorVersionUpgrade), &Value::Flag(true));
    assert_eq!(settings.retire.final_snapshot, "{instance}-final");

    let ignored = texts(&read_properties(ORIGINAL, "file").ignored);
    assert_eq!(ignored, ["rdsecho.new.engine\\=MySQL (file line 10): is ignored: there is no = behind it"]);
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Each of these was also given to commons-configuration 1.10, which says the same (but took the byte order mark
/// for a part of the key).
#[test]
fn a_line_means_what_it_meant_to_the_original() {
    for (text, expected) in [
        ("rdsecho.x=1", "1"),
        ("\t rdsecho.x  =  1 \t", "1"),
        ("rdsecho.x:1", "1"),
        ("rdsecho.x 1", "1"),
        ("rdsecho.x\t=1", "1"),
        ("rdsecho.x==1", "=1"),
        ("rdsecho.x : : 1", ": 1"),
        ("rdsecho.x=", ""),
        ("rdsecho.x =", ""),
        ("\u{feff}rdsecho.x=1", "1"),
        ("# a\\\n! b\n\n \t\nrdsecho.x=1", "1"),
        ("rdsecho.x=1 # no comment", "1 # no comment"),
        ("\\u0072dsecho\\.x=1", "1"),
        ("rdsecho.x=a\\\n   b", "ab"),
        ("rdsecho.x=a \\\r\n b", "a b"),
        ("rdsecho.x=a\\  \nb", "ab"),
        ("rdsecho.x=a\\\rb", "ab"),
        ("rdsecho.x=a\\\n# a comment within\n\n  b", "ab"),
        ("rdsecho.\\\n  x=1", "1"),
        ("rdsecho.x=a\\\\\nteam=1", "a\\"),
        ("rdsecho.x=a\\\\\\\nb", "a\\b"),
        ("rdsecho.x=\\u00e4\\u20AC\\ud83d\\ude00", "\u{e4}\u{20ac}\u{1f600}"),
        ("rdsecho.x=\\t\\n\\r\\f\\b.", "\t\n\r\u{c}\u{8}."),
        ("rdsecho.x=\\q\\:\\=\\#\\!\\'\\\" \\ .", "q:=#!'\"  ."),
        ("rdsecho.x=a\\,b", "a,b"),
        ("rdsecho.x=a\\\\b", "a\\b"),
        ("rdsecho.x=a\\\\\\\\b\\,", "a\\b,"),
        ("rdsecho.x=a\\\\b\\,", "a\\b,"),
        ("rdsecho.x=,a\\,", ",a\\,"),
        ("rdsecho.x=1\nrdsecho.x=1", "1"),
        ("team=a\nrdsecho.x=${team}-${team}", "a-a"),
        ("a=${b}\nb=${c}c\nc=1\nrdsecho.x=${a}", "1c"),
        ("rdsecho.x=$${team} $ {a} ${ $", "${team} $ {a} ${ $"),
        ("a\\:b=1\nrdsecho.x=${a:b}", "1"),
        ("team=a , b\nrdsecho.x=${team}.", "a."),
        ("team=a\nteam=b\nrdsecho.x=${team}", "a"),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
    for (text, key) in [
        ("rdsecho.a\\ b=1", "rdsecho.a b"),
        ("rdsecho.a\\:b=1", "rdsecho.a:b"),
        ("rdsecho.a\\=b:1", "rdsecho.a=b"),
        ("rdsecho.a\\,b=1", "rdsecho.a,b"),
        ("rdsecho.\\tb=1", "rdsecho.\tb"),
    ] {
        assert_eq!(pairs(&read_properties(text, "file").entries), [(key, "1")], "{text:?}");
    }
}

#[test]
fn an_entry_says_in_which_lines_it_stands() {
    let text = "\r\n# one\rrdsecho.name=\\\n\n  dev\n\nrdsecho.new.tags=a=1\nrdsecho.promote.ttl=60\n\
                rdsecho.new.tags=\nrdsecho.new.tags=b=2,c=3";
    let read = read_properties(text, "a file");
    let places: Vec<&str> = read.entries.iter().map(|entry| entry.place.as_str()).collect();
    assert_eq!(places, ["a file line 3", "a file lines 7, 9 and 10", "a file line 8"]);
    assert_eq!(read.entries[1].value, "a=1,b=2,c=3");
    let groups = read_properties("rdsecho.mod.dbSecurityGroups=a\nrdsecho.mod.dbSecurityGroups=b", "file");
    assert_eq!((groups.problems.len(), groups.entries[0].value.as_str()), (0, "a,b"), "one problem is enough for it");
    let text = keys().into_iter().filter(|key| key.list).map(|key| format!("{0}=a\n{0}=b\n", key.name));
    let read = read_properties(&text.collect::<String>(), "file");
    assert!(read.entries.iter().all(|entry| entry.value == "a,b") && read.entries.len() == 7, "{read:?}");
}

#[test]
fn what_cannot_be_read_is_said_with_a_remedy() {
    for text in ["rdsecho.x=\\u12", "rdsecho.x=\\u12zz", "rdsecho.x=\\u+123", "rdsecho.x=\\u"] {
        refused(text, "rdsecho.x (file line 1)", "holds a \\u without four hexadecimal digits");
    }
    refused("rdsecho.\\u=1", "rdsecho.\\u (file line 1)", "holds a \\u");
    refused("rdsecho.x=\\ud83d", "rdsecho.x (file line 1)", "half of a character");
    refused("rdsecho.x=1\nrdsecho.x=\\u", "rdsecho.x (file line 2)", "holds a \\u");
    refused("\nINCLUDE = other.properties", "INCLUDE (file line 2)", "put what stands in it here");
    refused("rdsecho.x=${env:HOME}", "rdsecho.x (file line 1)", "${env:HOME} stands outside of this file: write");
    refused("rdsecho.x=${sys:user.name}", "rdsecho.x", "${sys:user.name} stands outside");
    refused("rdsecho.x=${const:a.B.C}", "rdsecho.x", "${const:a.B.C} stands outside");
    refused("rdsecho.x=${user.name}", "rdsecho.x", "${user.name} is no key of this file: write the value itself");
    refused("=a\nrdsecho.x=${}", "rdsecho.x (file line 2)", "${} is no key of this file");
    refused("rdsecho.x=a${b c}", "rdsecho.x", "${...} is no key");
    refused("rdsecho.x=${rdsecho.x}", "rdsecho.x", "leads back to itself");
    refused("a=${b}\nb=${a}\nrdsecho.x=${a}", "rdsecho.x (file line 3)", "${a} leads back to itself");
    refused(
        "rdsecho.name=dev\nrdsecho.promote.cname=a\nrdsecho.name=dev\n\nrdsecho.name=qa",
        "rdsecho.name (file line 1)",
        "another value in line 5",
    );
    let two = texts(&read_properties("rdsecho.x=${no}\nrdsecho.y=\\u", "file").problems);
    assert!(two.len() == 2 && two[0].starts_with("rdsecho.x") && two[1].starts_with("rdsecho.y"), "{two:?}");
    // Each line doubles, and there would be no end of it.
    let doubling: String = (0..40).map(|line| format!("a{line}=${{a{0}}}${{a{0}}}\n", line + 1)).collect();
    refused(&format!("{doubling}a40=\nrdsecho.x=${{a0}}"), "rdsecho.x (file line 42)", "too much behind its ${}");
    let chain: String = (0..100_000).map(|line| format!("a{line}=${{a{}}}\n", line + 1)).collect();
    refused(&format!("{chain}rdsecho.x=${{a0}}"), "rdsecho.x", "too much behind its ${}");
    let long = format!("a={}\nrdsecho.x={}", "x".repeat(1000), "${a}".repeat(70));
    refused(&long, "rdsecho.x (file line 2)", "too much behind its ${}");
    assert_eq!(value(&format!("rdsecho.x={}", "x".repeat(100_000))).len(), 100_000, "nothing stands for anything");
}

#[test]
fn what_has_no_effect_is_a_warning_without_its_value() {
    let text = "password=secret1\nteam=a\nrdsecho.x=${team}\n=secret2\nsecret3\nrdsecho.y\ninclude=\n\
                log.level : secret4\nrdsecho.z=secret5 \\";
    let read = read_properties(text, "file");
    assert_eq!((read.problems.len(), pairs(&read.entries)), (0, vec![("rdsecho.x", "a")]));
    let ignored = texts(&read.ignored);
    for (line, start) in [
        "password (file line 1): is ignored: it does not begin with rdsecho.",
        "a line without a key (file line 4): is ignored",
        "a line without a key (file line 5): is ignored: there is no =",
        "rdsecho.y (file line 6): is ignored: there is no =",
        "include (file line 7): is ignored",
        "log.level (file line 8): is ignored",
        "rdsecho.z (file line 9): is ignored: a backslash at its end",
    ]
    .iter()
    .enumerate()
    {
        assert!(ignored[line].starts_with(start), "{start}: {ignored:#?}");
    }
    assert!(ignored.len() == 7 && !ignored.join("").contains("secret"), "{ignored:#?}");

    let read = read_properties("team=a,b\nrdsecho.promote.approvers=${team}", "file");
    assert_eq!(pairs(&read.entries), [("rdsecho.promote.approvers", "a")]);
    assert!(texts(&read.ignored)[0].contains("${team} has several values and stands for the first"), "{read:?}");
    let read = read_properties("team=a\nteam=b\nrdsecho.x=${team}", "file");
    assert!(read.ignored.len() == 1 && read.ignored[0].message.contains("${team} has several values"), "{read:?}");
    assert!(read_properties("team=a\nteam=a\nrdsecho.x=${team}", "file").ignored.is_empty());
}

/// `RDS_ECHO_OPTS` is above the file, also where the file quotes itself: the CNAME of the wrong echo would be
/// moved otherwise.
#[test]
fn a_file_quotes_what_stands_above_it() {
    let text = "rdsecho.name=dev\nrdsecho.promote.cname=${rdsecho.name}.example.com\nrdsecho.region=${env:REGION}";
    let above = split_options("-Drdsecho.name=qa -Drdsecho.region=us-east-1").unwrap().entries;
    let read = read_properties_below(text, "file", &above);
    assert_eq!(pairs(&read.entries), [("rdsecho.name", "dev"), ("rdsecho.promote.cname", "qa.example.com")]);
    assert_eq!(read.problems, [], "the region of the file has no effect");
    let alone = read_properties(text, "file");
    assert_eq!((alone.entries[1].value.as_str(), alone.problems.len()), ("dev.example.com", 1));
}

#[test]
fn one_error_names_what_could_not_be_read_and_what_cannot_be_used() {
    let text = "rdsecho.name=dev\nrdsecho.promote.cname=${domain}\nrdsecho.promote.ttl=soon\n\
                rdsecho.snapshot.dbInstanceIdentifier=production";
    let Properties { entries, problems, .. } = read_properties(text, "file");
    let problems = Settings::read_all(&entries, problems, Caller::Person).unwrap_err().problems;
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["rdsecho.promote.cname", "rdsecho.promote.ttl"], "not that the CNAME is missing: {problems:?}");
    let good = read_properties(&sample_properties(), "file").entries;
    let only = vec![problems[0].clone()];
    assert_eq!(Settings::read_all(&good, only.clone(), Caller::Person).unwrap_err().problems, only);
}

// The table.

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
        let crowd: Vec<String> = (0..17).map(|number| format!("a{number}@example.test")).collect();
        let crowd = entry("rdsecho.promote.approvers", &crowd.join(","));
        let read = |number: i64| {
            let more = [crowd.clone(), entry(&key.name, &number.to_string())];
            Settings::read(&base().into_iter().chain(more).collect::<Vec<_>>(), Caller::Person).is_ok()
        };
        assert_eq!([least - 1, least, most, most + 1].map(read), [false, true, true, false], "{}", key.name);
        bounded += 1;
    }
    assert_eq!(bounded, 8);
}

#[test]
fn lists_are_what_the_table_says() {
    let lists: BTreeSet<String> = keys().into_iter().filter(|key| key.list).map(|key| key.name).collect();
    let expected = [
        "rdsecho.mod.enableCloudwatchLogsExports",
        "rdsecho.mod.vpcSecurityGroupIds",
        "rdsecho.new.enableCloudwatchLogsExports",
        "rdsecho.new.tags",
        "rdsecho.new.vpcSecurityGroupIds",
        "rdsecho.promote.approvers",
        "rdsecho.promote.tags",
    ];
    assert_eq!(lists, expected.map(str::to_owned).into());
}

// The templates.

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

/// Writes a value so that commons-configuration 1.10 reads it back: `\` as the file's escape, and once more as
/// that of a list where there is a comma.
fn written(value: &str) -> String {
    let list = value.contains(',');
    let mut text = String::new();
    for each in value.replace("${", "$${").chars() {
        match each {
            '\\' => text.push_str(if list { "\\\\\\\\" } else { "\\\\" }),
            ',' => text.push_str("\\,"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\u{c}' => text.push_str("\\f"),
            _ if each.is_ascii_graphic() || each == ' ' => text.push(each),
            _ => text.extend(each.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    text
}

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn written_entries_come_back(entries in any_entries(), end in prop::sample::select(&["\n", "\r\n", "\r", "\n \n# x\n"])) {
        // A key once, and a value as a file can hold it: without the white space around it.
        let trimmed: Vec<Entry> = entries.iter().map(|each| entry(&each.key, each.value.trim_matches(|c| c <= ' '))).collect();
        let once: BTreeMap<&str, &str> = pairs(&trimmed).into_iter().collect();
        let text: String = once.iter().map(|(key, value)| format!("{key} = {}{end}", written(value))).collect();
        let read = read_properties(&text, "file");
        prop_assert!(read.problems.is_empty() && read.ignored.is_empty(), "{text:?}: {read:?}");
        prop_assert_eq!(pairs(&read.entries), once.into_iter().collect::<Vec<_>>(), "{}", text);
    }

    #[test]
    fn the_options_come_back_through_a_shell(existing in any_entries()) {
        let text = sample_options(&existing);
        prop_assert_eq!(split(&shell(&text)), expected(&existing), "{}", text);
    }

    #[test]
    fn no_file_is_too_odd(
        odd in any_value(),
        lines in prop::collection::vec((
            prop_oneof![
                Just("rdsecho.name".to_owned()), Just("rdsecho.new.tags".to_owned()), Just("team".to_owned()),
                Just("include".to_owned()), "[a-z.\\\\: =]{0,6}",
            ],
            prop::sample::select(&["=", ":", " ", "", "\\"]),
            prop_oneof![
                any_value(), "(\\\\u[0-9a-fdD]{0,5}|\\$\\{(team|rdsecho\\.name|env:x)?\\}|[\\\\,$a]){0,5}",
            ],
            prop::sample::select(&["\n", "\r\n", "\r", "\\\n", ""]),
        ), 0..8),
    ) {
        let lines: String = lines.iter().map(|(key, between, value, end)| format!("{key}{between}{value}{end}")).collect();
        for text in [odd.clone(), lines.clone(), format!("{odd}\n{lines}")] {
            let Properties { entries, problems, ignored } = read_properties(&text, "file");
            let mut seen = BTreeSet::new();
            prop_assert!(entries.iter().all(|each| each.key.starts_with("rdsecho.") && seen.insert(each.key.clone())));
            prop_assert!(entries.iter().all(|each| problems.iter().all(|problem| problem.key != each.key)), "{text:?}");
            for problem in problems.iter().chain(&ignored) {
                prop_assert!(problem.place.starts_with("file line ") && !problem.key.is_empty(), "{problem}");
                prop_assert!(!problem.message.is_empty());
            }
            let refused = !problems.is_empty();
            let read = Settings::read_all(&entries, problems, Caller::Person);
            prop_assert!(!(refused && read.is_ok()), "{text:?}");
        }
    }
}

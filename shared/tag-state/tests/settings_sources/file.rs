//! `rdsecho.properties`, as commons-configuration 1.10 reads it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::{
    Approval, Caller, Entry, Properties, Settings, keys, read_properties, read_properties_below, sample_properties,
    split_options,
};

use crate::{any_entries, any_value, entry, owned, pairs, texts};

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
    assert!(read.entries.iter().all(|entry| entry.value == "a,b") && read.entries.len() == 10, "{read:?}");
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

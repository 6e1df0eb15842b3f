//! The settings: what is accepted, and that everything wrong is said at once.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{BASE, with};
use jiff::SignedDuration;
use proptest::prelude::*;
use tag_state::parameter::{Kind, Parameter, Value};
use tag_state::settings::{Approval, Caller, Found, Reboot, Settings, split_options};

fn problems(options: &str) -> Vec<String> {
    Settings::from_options(options).unwrap_err().problems.iter().map(ToString::to_string).collect()
}

/// Exactly one problem, that names the key and says this.
fn refused(more: &str, key: &str, words: &str) {
    let problems = problems(&format!("{BASE} {more}"));
    assert_eq!(problems.len(), 1, "{more}: {problems:?}");
    assert!(problems[0].starts_with(key) && problems[0].contains(words), "{more}: {}", problems[0]);
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let settings = with("");
    assert_eq!(settings.max_instances, 4);
    assert_eq!(settings.new.minimum_age, SignedDuration::from_hours(24));
    assert_eq!(settings.settle, SignedDuration::from_mins(2));
    assert_eq!(settings.reboot, Reboot::Always);
    assert_eq!(settings.promote.ttl, 60);
    assert_eq!(settings.retire.grace, SignedDuration::from_hours(24));
    assert!(!settings.retire.skip_final_snapshot);
    assert_eq!(settings.retire.final_snapshot, "{instance}-final");
    let Approval::Required { approvals, expiry, window, .. } = settings.promote.approval else { panic!() };
    assert_eq!((approvals, expiry.as_hours(), window.as_hours()), (1, 72, 1));
}

#[test]
fn every_problem_is_named_at_once() {
    let problems = problems(
        "-Drdsecho.nmae=dev -Drdsecho.new.multiAz=perhaps -Drdsecho.mod.engine=mysql -Drdsecho.promote.ttl=-1 \
         -Drdsecho.promote.approvers=o'brien",
    );
    // The quote never closes: that hides all the rest, so it is the only one told.
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problems = self::problems(
        "-Drdsecho.nmae=dev -Drdsecho.new.multiAz=perhaps -Drdsecho.mod.engine=mysql -Drdsecho.promote.ttl=-1 \
         -Drdsecho.promote.approvers=\"o'brien@example.test,nobody\"",
    );
    for key in [
        "rdsecho.name: is missing",
        "rdsecho.snapshot.dbInstanceIdentifier: is missing",
        "rdsecho.new.multiAz (RDS_ECHO_OPTS)",
        "rdsecho.mod.engine (RDS_ECHO_OPTS)",
        "rdsecho.promote.cname: is missing",
        "rdsecho.promote.ttl (RDS_ECHO_OPTS)",
        "rdsecho.promote.approvers (RDS_ECHO_OPTS): the click of \"o'brien@example.test\" could not be stored",
        "rdsecho.promote.approvers (RDS_ECHO_OPTS): \"nobody\" is not a mail address",
        "rdsecho.nmae (RDS_ECHO_OPTS): is no setting",
    ] {
        assert_eq!(problems.iter().filter(|problem| problem.starts_with(key)).count(), 1, "{key}: {problems:#?}");
    }
    assert_eq!(problems.len(), 9, "{problems:#?}");
}

#[test]
fn what_cannot_work_is_refused_by_key() {
    refused("-Drdsecho.name=dev_1", "rdsecho.name", "letters, digits and single hyphens");
    refused("-Drdsecho.mod.dbSecurityGroups=a", "rdsecho.mod.dbSecurityGroups", "rdsecho.mod.vpcSecurityGroupIds");
    refused("-Drdsecho.mod.masterUserPassword=x", "rdsecho.mod.masterUserPassword", "manageMasterUserPassword");
    refused("-Drdsecho.new.tags=rdsecho:dev:stage=promoted", "rdsecho.new.tags", "prefix");
    refused("-Drdsecho.promote.tags=a=100%", "rdsecho.promote.tags", "cannot be a tag");
    refused("-Drdsecho.promote.approvals=3", "rdsecho.promote.approvals", "3 approvals are demanded of 2 approvers");
    refused("-Drdsecho.promote.approval=maybe", "rdsecho.promote.approval", "neither required nor none");
    refused("-Drdsecho.reboot=never", "rdsecho.reboot", "neither always nor when-needed");
    refused("-Drdsecho.new.minimumAgeHours=1.5", "rdsecho.new.minimumAgeHours", "whole number from 0");
    refused("-Drdsecho.snapshot.types=manual,public", "rdsecho.snapshot.types", "none of automated");
    refused(
        "-Drdsecho.snapshot.types=shared",
        "rdsecho.snapshot.types",
        "name the account in rdsecho.snapshot.account",
    );
    refused("-Drdsecho.snapshot.account=1111", "rdsecho.snapshot.account", "twelve digits");
    refused("-Drdsecho.promote.cname=localhost", "rdsecho.promote.cname", "not a DNS name");
    refused(
        "-Drdsecho.retire.finalDbSnapshotIdentifier=-x",
        "rdsecho.retire.finalDbSnapshotIdentifier",
        "no snapshot identifier",
    );
    refused(
        "-Drdsecho.snapshot.dbInstanceIdentifier=dev-2026-01-01",
        "rdsecho.snapshot.dbInstanceIdentifier",
        "cannot restore itself",
    );
    let crowd: Vec<String> = (0..20).map(|number| format!("a{number}@example.test")).collect();
    refused(&format!("-Drdsecho.promote.approvers={}", crowd.join(",")), "rdsecho.promote.approvers", "RDS allows 50");
    let long = format!("{}@example.test", "x".repeat(120));
    refused(&format!("-Drdsecho.promote.approvers={long}"), "rdsecho.promote.approvers", "could not be stored");
    refused("-Drdsecho.promote.approvers=ann@example.test,Ann@example.test", "rdsecho.promote.approvers", "twice");
    refused("-Drdsecho.mod.engine=mysql", "rdsecho.mod.engine", "use rdsecho.new.engine");
    refused(
        "-Drdsecho.new.monitoringInterval=0",
        "rdsecho.new.monitoringInterval",
        "use rdsecho.mod.monitoringInterval",
    );
    // As long as a tag's key can be, with what stands before the address; and one more.
    let room = 128 - "rdsecho:dev:confirmed:".len() - "@example.test".len();
    with(&format!("-Drdsecho.promote.approvers={}@example.test", "x".repeat(room)));
    let longer = format!("-Drdsecho.promote.approvers={}@example.test", "x".repeat(room + 1));
    refused(&longer, "rdsecho.promote.approvers", "could not be stored");
    for none in ["ann", "@example.test", "ann@example", "ann@b@example.test", "'ann b@example.test'", "ann@"] {
        refused(&format!("-Drdsecho.promote.approvers={none}"), "rdsecho.promote.approvers", "not a mail address");
    }
    for none in ["a..example.test", "bad!.example.test", "sp ace.example.test", "example"] {
        refused(&format!("-Drdsecho.promote.cname='{none}'"), "rdsecho.promote.cname", "not a DNS name");
    }
    refused(&format!("-Drdsecho.promote.cname={}.test", "x".repeat(64)), "rdsecho.promote.cname", "not a DNS name");
    let labels = vec!["x".repeat(49); 5].join(".");
    refused(&format!("-Drdsecho.promote.cname={labels}.test"), "rdsecho.promote.cname", "not a DNS name");
    with(&format!("-Drdsecho.promote.cname={}", &labels[..249]));
    with(&format!("-Drdsecho.promote.cname={}.under_score.a-b.test", "x".repeat(63)));
    for none in ["9x", "a--b", "x-", "a_b", "x-{instance}-", "--{instance}"] {
        refused(
            &format!("-Drdsecho.retire.finalDbSnapshotIdentifier={none}"),
            "rdsecho.retire.finalDbSnapshotIdentifier",
            "no snapshot identifier",
        );
    }
    refused(&format!("-Drdsecho.new.tags={}=x", "k".repeat(129)), "rdsecho.new.tags", "cannot be a tag");
    refused(&format!("-Drdsecho.new.tags=k={}", "v".repeat(257)), "rdsecho.new.tags", "cannot be a tag");
    refused("-Drdsecho.new.tags=k!=v", "rdsecho.new.tags", "cannot be a tag");
    refused("-Drdsecho.new.tags==v", "rdsecho.new.tags", "cannot be a tag");
}

/// As many tags as RDS allows, and one more.
#[test]
fn tags_are_counted_before_they_are_needed() {
    let users = |number: usize| {
        let tags: Vec<String> = (0..number).map(|number| format!("tag-{number}=x")).collect();
        format!("-Drdsecho.new.tags={} -Drdsecho.promote.tags=tag-0=y,in-use=yes", tags.join(","))
    };
    // 22 of our own, two for each of the two approvers, and `in-use`.
    with(&users(50 - 22 - 4 - 1));
    refused(&users(50 - 22 - 4), "rdsecho.promote.approvers", "need 51 tags");
}

#[test]
fn as_many_approvals_as_approvers_can_be_demanded() {
    let settings = with("-Drdsecho.promote.approvals=2");
    assert_eq!((settings.approvals(), settings.approvers().len()), (2, 2));
    let of = |key: &str| with(&format!("-Drdsecho.mod.{key}=0")).modify.parameters.len();
    assert_eq!(of("iops"), of("backupRetentionPeriod"), "no operations to provision is no setting");
    assert_eq!(with("-Drdsecho.mod.iops=3000").modify.parameters[&Parameter::Iops], Value::Number(3000));
    assert_eq!(
        with("-Drdsecho.mod.monitoringInterval=0").modify.parameters[&Parameter::MonitoringInterval],
        Value::Number(0)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Whatever stands in `RDS_ECHO_OPTS` is read, or refused with words about what and why.
    #[test]
    fn no_options_are_too_odd(
        text in "\\PC{0,80}",
        pairs in prop::collection::vec((
            prop_oneof![
                Just("name".to_owned()), Just("promote.cname".to_owned()), Just("promote.approvers".to_owned()),
                Just("promote.approvals".to_owned()), Just("promote.ttl".to_owned()), Just("new.tags".to_owned()),
                Just("promote.tags".to_owned()), Just("retire.finalDbSnapshotIdentifier".to_owned()),
                Just("new.minimumAgeHours".to_owned()), Just("mod.iops".to_owned()), Just("reboot".to_owned()),
                "[a-zA-Z.]{0,20}",
            ],
            prop_oneof!["\\PC{0,30}", "[0-9]{1,25}", "[a-z0-9.@,=-]{0,60}", Just("{instance}".to_owned())],
        ), 0..6),
    ) {
        let pairs: String = pairs.iter().map(|(key, value)| format!(" -Drdsecho.{key}={value}")).collect();
        for options in [text.clone(), format!("{BASE}{pairs}"), format!("{pairs} {text}")] {
            match Settings::from_options(&options) {
                Ok(settings) => {
                    prop_assert!(settings.approvals() <= settings.approvers().len());
                    prop_assert!(settings.promote.cname.contains('.'));
                    prop_assert!(settings.retire.final_snapshot.contains("{instance}"), "unique");
                }
                Err(error) => {
                    prop_assert!(!error.problems.is_empty());
                    prop_assert!(error.problems.iter().all(|problem| !problem.message.is_empty()));
                }
            }
        }
    }
}

#[test]
fn approvers_are_demanded_unless_it_is_said_that_nobody_is_asked() {
    let without = BASE.replace("-Drdsecho.promote.approvers=ann@example.test,bob@example.test", "");
    assert!(problems(&without)[0].starts_with("rdsecho.promote.approvers: is missing"));
    let settings = Settings::from_options(&format!("{without} -Drdsecho.promote.approval=none")).unwrap();
    assert_eq!(settings.promote.approval, Approval::None);
    let nobody = problems(&format!("{without} -Drdsecho.promote.approvers=,"));
    assert!(nobody[0].starts_with("rdsecho.promote.approvers: is missing"), "{nobody:?}");
}

fn for_a_person(options: &str) -> Result<Found, Vec<String>> {
    Settings::read(&split_options(options).unwrap().entries, Caller::Person)
        .map_err(|error| error.problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_person_needs_no_approvers() {
    let without = BASE.replace("-Drdsecho.promote.approvers=ann@example.test,bob@example.test", "");
    for more in
        ["", "-Drdsecho.promote.approval=required", "-Drdsecho.promote.approvers=", "-Drdsecho.promote.approvals=1"]
    {
        let settings = for_a_person(&format!("{without} {more}")).unwrap().settings;
        assert_eq!(settings.promote.approval, Approval::Typed, "{more}");
        assert_eq!((settings.approvers().len(), settings.approvals()), (0, 0));
    }
    let none = for_a_person(&format!("{without} -Drdsecho.promote.approval=none")).unwrap();
    assert_eq!(none.settings.promote.approval, Approval::None);
    assert_eq!(for_a_person(BASE).unwrap().settings, with(""), "with approvers it is the same for both");
    // Two were to agree, and one could do it alone.
    let two = for_a_person(&format!("{without} -Drdsecho.promote.approvals=2")).unwrap_err();
    assert_eq!(two, ["rdsecho.promote.approvals (RDS_ECHO_OPTS): 2 approvals are demanded of 0 approvers"]);
    let wrong = for_a_person(&format!("{without} -Drdsecho.promote.approvers=ann")).unwrap_err();
    assert!(wrong.len() == 1 && wrong[0].contains("not a mail address"), "{wrong:?}");
}

#[test]
fn flags_and_numbers_are_read_as_the_original_read_them() {
    for (words, expected) in [("true yes on y t TRUE Yes oN Y T", true), ("false no off n f False NO oFF N F", false)] {
        for word in words.split(' ') {
            let settings = with(&format!(
                "-Drdsecho.interactive={word} -Drdsecho.new.multiAz={word} -Drdsecho.mod.applyImmediately=' {word} '"
            ));
            assert_eq!((settings.interactive, settings.modify.apply_immediately), (expected, expected), "{word}");
            assert_eq!(settings.new.parameters[&Parameter::MultiAz], Value::Flag(expected), "{word}");
        }
    }
    for none in ["1", "0", "tr", "yess", "ye s", "\u{131}"] {
        refused(&format!("-Drdsecho.interactive='{none}'"), "rdsecho.interactive", "neither true nor false");
        refused(&format!("-Drdsecho.mod.multiAz='{none}'"), "rdsecho.mod.multiAz", "neither true nor false");
    }
    for (number, expected) in [("300", 300), ("+300", 300), ("0x12c", 300), ("0b100101100", 300), (" 0x0 ", 0)] {
        assert_eq!(with(&format!("-Drdsecho.promote.ttl='{number}'")).promote.ttl, expected, "{number}");
    }
    for none in ["0x", "0xg", "0b2", "x12", "1e3", "9999999999999999999"] {
        refused(&format!("-Drdsecho.promote.ttl={none}"), "rdsecho.promote.ttl", "not a whole number");
        refused(&format!("-Drdsecho.mod.port={none}"), "rdsecho.mod.port", "not a whole number");
    }
}

#[test]
fn the_originals_sample_is_understood() {
    let settings = with(
        "-Drdsecho.interactive=true -Drdsecho.region=us-east-1 -Drdsecho.accountNumber=1234567890 \
         -Drdsecho.new.engine=MySQL -Drdsecho.new.licenseModel=general-public-license \
         -Drdsecho.new.dbInstanceClass=db.t1.micro -Drdsecho.new.multiAz=false -Drdsecho.new.storageType=gp2 \
         -Drdsecho.new.iops=0 -Drdsecho.new.port=3306 -Drdsecho.new.optionGroupName=default:mysql-5-6 \
         -Drdsecho.new.autoMinorVersionUpgrade=true -Drdsecho.new.tags=orange=false,pear=maybe \
         -Drdsecho.mod.applyImmediately=true -Drdsecho.promote.cname=dev.domain.com. -Drdsecho.promote.ttl=300 \
         -Drdsecho.promote.tags=development=yes,banana=no -Drdsecho.retire.skipFinalSnapshot=true \
         -Drdsecho.retire.finalDbSnapshotIdentifier=",
    );
    assert_eq!(settings.promote.cname, "dev.domain.com");
    assert_eq!(settings.new.tags["pear"], "maybe");
    assert_eq!(settings.new.parameters.get(&Parameter::Iops), None, "0 means none");
    assert_eq!(settings.new.parameters[&Parameter::Port], Value::Number(3306));
}

#[test]
fn a_fixed_final_snapshot_name_is_made_unique() {
    assert_eq!(with("-Drdsecho.retire.finalDbSnapshotIdentifier=last").retire.final_snapshot, "last-{instance}");
    let kept = with("-Drdsecho.retire.finalDbSnapshotIdentifier=x-{instance}-y").retire.final_snapshot;
    assert_eq!(kept, "x-{instance}-y");
    let warnings = |name: &str| {
        let found = for_a_person(&format!("{BASE} -Drdsecho.retire.finalDbSnapshotIdentifier={name}")).unwrap();
        found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        warnings("last"),
        "rdsecho.retire.finalDbSnapshotIdentifier (RDS_ECHO_OPTS): becomes last-{instance}, because one fixed name \
         fails at the second retirement: say {instance} where the identifier is to stand"
    );
    assert_eq!(warnings("x-{instance}"), "");
    assert_eq!(warnings(""), "");
}

#[test]
fn what_an_account_shares_is_taken_alone_or_beside_what_is_named() {
    let types = |more: &str| {
        let types = with(&format!("-Drdsecho.snapshot.account=111122223333 {more}")).snapshots.types;
        types.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
    };
    assert_eq!(types(""), "shared");
    assert_eq!(types("-Drdsecho.snapshot.types=shared"), "shared");
    assert_eq!(types("-Drdsecho.snapshot.types=manual"), "manual,shared");
}

#[test]
fn the_place_must_match_where_it_is_given() {
    let settings = with("-Drdsecho.region=eu-west-1 -Drdsecho.accountNumber=111111111111");
    assert!(settings.check_place("eu-west-1", "111111111111").is_ok());
    let error = settings.check_place("us-east-1", "222222222222").unwrap_err();
    assert_eq!(error.problems.len(), 2, "{error}");
    assert!(error.to_string().contains("rdsecho.region: is eu-west-1, but this runs in us-east-1"), "{error}");
    assert!(with("").check_place("anywhere", "anyone").is_ok());
}

#[test]
fn values_are_compared_as_rds_does() {
    let text = |text: &str| Value::Text(text.to_owned());
    assert!(Value::Flag(true).satisfies(&Value::Flag(true)) && !Value::Flag(true).satisfies(&Value::Flag(false)));
    assert!(Value::Number(1).satisfies(&Value::Number(1)) && !Value::Number(1).satisfies(&Value::Number(2)));
    assert!(text("DEV").satisfies(&text("dev")) && !text("dev").satisfies(&text("qa")));
    assert!(!text("1").satisfies(&Value::Number(1)));
}

#[test]
fn each_parameter_is_taken_by_the_call_that_has_it() {
    for parameter in Parameter::ALL.iter().copied() {
        let value = match parameter.kind() {
            Kind::Text => "some-text",
            Kind::Flag => "true",
            Kind::Number => "7",
            Kind::List => "a,b",
        };
        for (part, takes) in [("new", parameter.restorable()), ("mod", parameter.modifiable())] {
            let read = Settings::from_options(&format!("{BASE} -Drdsecho.{part}.{parameter}={value}"));
            assert_eq!(read.is_ok(), takes, "{part}.{parameter}");
            if let Ok(settings) = read {
                let parameters = if part == "new" { settings.new.parameters } else { settings.modify.parameters };
                assert_eq!(parameters[&parameter].to_string(), value);
            }
        }
        assert!(parameter.restorable() || parameter.modifiable(), "{parameter} is taken by neither");
        assert_eq!(Parameter::by_key(parameter.key()), Some(parameter));
    }
}

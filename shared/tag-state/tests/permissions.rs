//! What the roles of the deployed functions need, and what is made of IAM's answers.

mod common;

use std::collections::BTreeSet;

use common::with;
use jiff::civil::date;
use tag_state::permissions::{ContextValue, Denial, Need, Place, Role, Verdict, judge, needs, questions};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1";

fn place() -> Place {
    Place::of("arn:aws:sts::123456789012:assumed-role/operators/ann", "eu-west-1", "123456789012")
}

fn of(role: Role, more: &str) -> Vec<Need> {
    needs(
        role,
        &with(&format!("-Drdsecho.promote.keyId={KEY} -Drdsecho.promote.sender=echo@example.test {more}")),
        &place(),
        None,
        date(2026, 11, 30),
    )
}

fn on<'a>(needs: &'a [Need], action: &str) -> Vec<&'a Need> {
    needs.iter().filter(|need| need.action == action).collect()
}

fn allowed(need: &Need) -> Verdict {
    Verdict { action: need.action.to_owned(), resource: need.resource.clone(), denial: None }
}

#[test]
fn arns_are_of_the_callers_partition_region_and_account() {
    let place = Place::of("arn:aws-cn:iam::123456789012:user/ann", "cn-north-1", "123456789012");
    assert_eq!(place.role("r"), "arn:aws-cn:iam::123456789012:role/r");
    let needs = needs(Role::Reboot, &with(""), &place, None, date(2026, 11, 30));
    assert_eq!(
        on(&needs, "rds:RebootDBInstance")[0].resource,
        "arn:aws-cn:rds:cn-north-1:123456789012:db:dev-2026-11-30"
    );
}

#[test]
fn only_retire_destroys_and_only_promote_swaps_and_only_request_approval_makes_links() {
    for (action, who) in [
        ("rds:DeleteDBInstance", Role::Retire),
        ("route53:ChangeResourceRecordSets", Role::Promote),
        ("kms:GenerateMac", Role::RequestApproval),
        ("ses:SendEmail", Role::RequestApproval),
        ("rds:RestoreDBInstanceFromDBSnapshot", Role::New),
    ] {
        for role in Role::ALL {
            assert_eq!(!on(&of(role, ""), action).is_empty(), role == who, "{action} of {}", role.name());
        }
    }
}

/// The commonest slip: production has a key of its own, and the stack was not told.
#[test]
fn a_customers_storage_key_is_asked_of_new_alone_and_through_rds() {
    let asked = |role: Role, key: Option<&str>| {
        let needs = needs(role, &with(""), &place(), key, date(2026, 11, 30));
        let of_key = needs.into_iter().filter(|need| need.resource == KEY);
        of_key.map(|need| (need.action, need.context.get("kms:ViaService").cloned())).collect::<Vec<_>>()
    };
    let via = ContextValue::Text("rds.eu-west-1.amazonaws.com".to_owned());
    assert_eq!(asked(Role::New, Some(KEY)), [("kms:DescribeKey", None), ("kms:CreateGrant", Some(via))]);
    for role in Role::ALL {
        assert!(asked(role, None).is_empty(), "{}", role.name());
        assert!(role == Role::New || asked(role, Some(KEY)).is_empty(), "{}", role.name());
    }
    let by_alias = needs(Role::New, &with(""), &place(), Some("alias/mine"), date(2026, 11, 30));
    assert!(on(&by_alias, "kms:CreateGrant").is_empty(), "IAM knows no aliases");
}

#[test]
fn what_the_settings_leave_out_is_not_asked_for() {
    let snapshots = |more| on(&of(Role::Retire, more), "rds:CreateDBSnapshot").len();
    assert_eq!((snapshots(""), snapshots("-Drdsecho.retire.skipFinalSnapshot=true")), (2, 0));
    let mails = |more| on(&of(Role::RequestApproval, more), "ses:SendEmail").len();
    assert_eq!((mails(""), mails("-Drdsecho.promote.approval=none")), (1, 0));
    let macs = |more| on(&of(Role::Promote, more), "kms:VerifyMac").len();
    assert_eq!((macs(""), macs("-Drdsecho.promote.keyId=alias/dev")), (1, 0), "IAM does not know aliases");
}

#[test]
fn a_click_is_asked_about_as_a_click() {
    let clicks: Vec<_> = on(&of(Role::Approve, ""), "rds:AddTagsToResource")
        .into_iter()
        .map(|need| need.context["aws:TagKeys"].clone())
        .collect();
    let key = |what: &str| ContextValue::List(vec![format!("rdsecho:dev:{what}:ann@example.test")]);
    assert_eq!(clicks, [key("confirmed"), key("cancelled")]);
}

#[test]
fn questions_are_few_and_no_circumstance_speaks_for_another_call() {
    for role in Role::ALL {
        let all = of(role, "");
        let asked = questions(&all);
        assert!(asked.len() <= 6, "{}: {}", role.name(), asked.len());
        assert_eq!(asked.iter().map(|(_, needs)| needs.len()).sum::<usize>(), all.len());
        for (question, needs) in &asked {
            for need in needs {
                assert!(question.actions.contains(need.action) && question.resources.contains(&need.resource));
                // What AWS would tell of this call, and nothing more that a policy of it could look at.
                let service = format!("{}:", need.action.split(':').next().unwrap_or_default());
                let seen =
                    question.context.iter().filter(|(key, _)| key.starts_with("aws:") || key.starts_with(&service));
                assert!(seen.eq(need.context.iter()), "{} of {}", need.action, role.name());
            }
            assert!(!question.resources.contains("*") || question.resources.len() == 1);
        }
    }
}

#[test]
fn each_need_is_held_against_its_own_answer() {
    let needs = of(Role::Reboot, "");
    let mut verdicts: Vec<Verdict> = needs.iter().map(allowed).collect();
    assert_eq!(judge(&needs, &verdicts), judge(&[], &[]));
    let reboot = needs.iter().position(|need| need.action == "rds:RebootDBInstance").unwrap();
    verdicts[reboot].denial = Some(Denial::Denied);
    let judgement = judge(&needs, &verdicts);
    assert_eq!(judgement.denied, [(needs[reboot].clone(), Denial::Denied)]);
    // An answer about another resource is none about this one.
    verdicts[reboot].resource.push('2');
    let judgement = judge(&needs, &verdicts);
    assert_eq!((judgement.denied.len(), judgement.unanswered), (0, vec![needs[reboot].clone()]));
}

#[test]
fn functions_have_names_of_their_own() {
    let names: BTreeSet<_> = Role::ALL.into_iter().map(Role::name).collect();
    assert_eq!(names.len(), Role::ALL.len());
    assert!(Role::ALL.into_iter().all(|role| Role::by_name(role.name()) == Some(role)));
    assert_eq!(Role::by_name("destroy"), None);
}

#[test]
fn roles_are_read_by_function_and_what_is_none_is_said() {
    let roles = with("-Drdsecho.check.roles=new=echo-New-1,request-approval=echo-Ask-2").roles;
    assert_eq!(roles[&Role::New], "echo-New-1");
    assert_eq!(roles[&Role::RequestApproval], "echo-Ask-2");
    for (bad, said) in [
        ("destroy=x", "is no function"),
        ("new", "is not FUNCTION=ROLE"),
        ("new=", "is not FUNCTION=ROLE"),
        ("new=arn:aws:iam::123456789012:role/x", "is not FUNCTION=ROLE"),
    ] {
        let options = format!("{} -Drdsecho.check.roles={bad}", common::BASE);
        let error = tag_state::settings::Settings::from_options(&options).unwrap_err().to_string();
        assert!(error.contains("rdsecho.check.roles") && error.contains(said), "{error}");
    }
}

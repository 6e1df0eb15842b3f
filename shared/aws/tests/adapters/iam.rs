use std::collections::BTreeSet;

use aws::Iam;
use stages::ports::{Failure, Roles as _};
use tag_state::permissions::{ContextValue, Denial, Question, Verdict};

use crate::loopback::{Loopback, Reply};

const ROLE: &str = "arn:aws:iam::123456789012:role/retire";

fn question() -> Question {
    Question {
        actions: BTreeSet::from(["rds:AddTagsToResource", "rds:DeleteDBInstance"]),
        resources: BTreeSet::from(["arn:db".to_owned(), "arn:snapshot".to_owned()]),
        context: [
            ("aws:SecureTransport".to_owned(), ContextValue::Flag(true)),
            ("aws:TagKeys".to_owned(), ContextValue::List(vec!["a".to_owned(), "b".to_owned()])),
            ("ses:FromAddress".to_owned(), ContextValue::Text("echo@example.test".to_owned())),
        ]
        .into(),
    }
}

fn page(results: &str, marker: &str) -> Reply {
    let marker = if marker.is_empty() { String::new() } else { format!("<Marker>{marker}</Marker>") };
    Reply::Answer(
        200,
        format!(
            "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><SimulatePrincipalPolicyResult>\
             <EvaluationResults>{results}</EvaluationResults>{marker}</SimulatePrincipalPolicyResult>\
             <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>"
        ),
    )
}

fn result(action: &str, resource: &str, decision: &str, more: &str) -> String {
    format!(
        "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>\
         <EvalDecision>{decision}</EvalDecision>{more}</member>"
    )
}

fn verdict(action: &str, resource: &str, denial: Option<Denial>) -> Verdict {
    Verdict { action: action.to_owned(), resource: resource.to_owned(), denial }
}

#[tokio::test]
async fn the_question_goes_out_whole_and_every_page_is_read() {
    let server = Loopback::start(vec![
        page(&result("rds:DeleteDBInstance", "arn:db", "allowed", ""), "next"),
        page(&result("rds:DeleteDBInstance", "arn:snapshot", "implicitDeny", ""), ""),
    ]);
    let verdicts = Iam::new(&server.environment()).simulate(ROLE, &question()).await.expect("an answer");
    assert_eq!(
        verdicts,
        [
            verdict("rds:DeleteDBInstance", "arn:db", None),
            verdict("rds:DeleteDBInstance", "arn:snapshot", Some(Denial::NotAllowed)),
        ]
    );
    let [first, second] = &server.all_asked()[..] else { panic!("one request a page") };
    let asked: Vec<String> = first.form().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        asked,
        [
            "Action=SimulatePrincipalPolicy",
            "ActionNames.member.1=rds:AddTagsToResource",
            "ActionNames.member.2=rds:DeleteDBInstance",
            "ContextEntries.member.1.ContextKeyName=aws:SecureTransport",
            "ContextEntries.member.1.ContextKeyType=boolean",
            "ContextEntries.member.1.ContextKeyValues.member.1=true",
            "ContextEntries.member.2.ContextKeyName=aws:TagKeys",
            "ContextEntries.member.2.ContextKeyType=stringList",
            "ContextEntries.member.2.ContextKeyValues.member.1=a",
            "ContextEntries.member.2.ContextKeyValues.member.2=b",
            "ContextEntries.member.3.ContextKeyName=ses:FromAddress",
            "ContextEntries.member.3.ContextKeyType=string",
            "ContextEntries.member.3.ContextKeyValues.member.1=echo@example.test",
            "PolicySourceArn=arn:aws:iam::123456789012:role/retire",
            "ResourceArns.member.1=arn:db",
            "ResourceArns.member.2=arn:snapshot",
        ]
    );
    assert!(second.form().contains(&("Marker".to_owned(), "next".to_owned())));
    assert!(second.header("authorization").contains("/us-east-1/iam/aws4_request"));
}

#[tokio::test]
async fn results_by_resource_are_read_too_and_a_denial_has_its_reason() {
    let of = |resource: &str, decision: &str, more: &str| {
        format!(
            "<member><EvalResourceName>{resource}</EvalResourceName><EvalResourceDecision>{decision}</EvalResourceDecision>{more}</member>"
        )
    };
    let boundary = "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>";
    let organization = "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>";
    let inner = [of("arn:db", "allowed", ""), of("arn:snapshot", "implicitDeny", boundary)].concat();
    let specific = format!("<ResourceSpecificResults>{inner}</ResourceSpecificResults>");
    let results = [
        result("rds:AddTagsToResource", "*", "implicitDeny", &specific),
        result("rds:DeleteDBInstance", "arn:db", "explicitDeny", ""),
        result("rds:DeleteDBInstance", "arn:snapshot", "explicitDeny", organization),
    ];
    let server = Loopback::start(vec![page(&results.concat(), "")]);
    let verdicts = Iam::new(&server.environment()).simulate(ROLE, &question()).await.expect("an answer");
    assert_eq!(
        verdicts,
        [
            verdict("rds:AddTagsToResource", "arn:db", None),
            verdict("rds:AddTagsToResource", "arn:snapshot", Some(Denial::Boundary)),
            verdict("rds:DeleteDBInstance", "arn:db", Some(Denial::Denied)),
            verdict("rds:DeleteDBInstance", "arn:snapshot", Some(Denial::Organization)),
        ]
    );
}

#[tokio::test]
async fn a_role_that_is_not_there_is_told_from_a_refusal() {
    for (code, failure) in [("NoSuchEntity", Failure::NotFound), ("AccessDenied", Failure::Refused)] {
        let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
        let server = Loopback::answering(403, &body);
        let error = Iam::new(&server.environment()).simulate(ROLE, &question()).await.expect_err("no");
        assert_eq!((error.failure, error.code.as_deref()), (failure, Some(code)));
    }
}

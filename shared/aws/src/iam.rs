//! [`ports::Roles`](stages::ports::Roles) over AWS IAM. Only a person's `rds-echo check` asks.

use stages::ports::{Answer, Failure, Roles};
use tag_state::permissions::{ContextValue, Denial, Question, Verdict};

use crate::environment::{Environment, Service};
use crate::query::{Element, Query};

const OPERATION: &str = "SimulatePrincipalPolicy";

/// A client of AWS IAM.
#[derive(Clone, Debug)]
pub struct Iam {
    query: Query,
}

impl Iam {
    /// A client; IAM is one for the whole partition.
    pub fn new(environment: &Environment) -> Iam {
        Iam { query: Query::new(environment, Service::Iam, "2010-05-08") }
    }
}

impl Roles for Iam {
    async fn simulate(&self, role: &str, question: &Question) -> Answer<Vec<Verdict>> {
        let asked = parameters(role, question);
        let mut verdicts = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = marker.take().map(|marker| ("Marker".to_owned(), marker));
            let form: Vec<(String, String)> = asked.iter().cloned().chain(page).collect();
            let answer = self.query.call(OPERATION, role, &form).await.map_err(|mut error| {
                if error.code.as_deref() == Some("NoSuchEntity") {
                    error.failure = Failure::NotFound;
                }
                error
            })?;
            verdicts.extend(read(&answer));
            let next = answer.find("Marker").map(|marker| marker.text.clone()).filter(|marker| !marker.is_empty());
            match next {
                Some(next) => marker = Some(next),
                None => return Ok(verdicts),
            }
        }
    }
}

fn parameters(role: &str, question: &Question) -> Vec<(String, String)> {
    let mut form = vec![("PolicySourceArn".to_owned(), role.to_owned())];
    let mut add = |key: String, value: &str| form.push((key, value.to_owned()));
    for (number, action) in (1..).zip(&question.actions) {
        add(format!("ActionNames.member.{number}"), action);
    }
    for (number, resource) in (1..).zip(&question.resources) {
        add(format!("ResourceArns.member.{number}"), resource);
    }
    for (number, (key, value)) in (1..).zip(&question.context) {
        let entry = format!("ContextEntries.member.{number}");
        let (kind, values) = match value {
            ContextValue::Text(text) => ("string", vec![text.clone()]),
            ContextValue::Flag(flag) => ("boolean", vec![flag.to_string()]),
            ContextValue::List(values) => ("stringList", values.clone()),
        };
        add(format!("{entry}.ContextKeyName"), key);
        add(format!("{entry}.ContextKeyType"), kind);
        for (number, value) in (1..).zip(&values) {
            add(format!("{entry}.ContextKeyValues.member.{number}"), value);
        }
    }
    form
}

/// Of several resources, IAM's reference has one result an action with the resources in it; one result for each action on
/// each resource was seen too. Both are read.
fn read(answer: &Element) -> Vec<Verdict> {
    let results = answer.find("EvaluationResults").map_or(&[][..], |results| &results.elements);
    let mut verdicts = Vec::new();
    for result in results {
        let action = result.text_of("EvalActionName");
        let specific = result.get("ResourceSpecificResults").map_or(&[][..], |results| &results.elements);
        for one in specific {
            verdicts.push(verdict(action, one.text_of("EvalResourceName"), one.text_of("EvalResourceDecision"), one));
        }
        if specific.is_empty() {
            verdicts.push(verdict(action, result.text_of("EvalResourceName"), result.text_of("EvalDecision"), result));
        }
    }
    verdicts
}

fn verdict(action: &str, resource: &str, decision: &str, result: &Element) -> Verdict {
    // An answer that is known of neither is none that lets through.
    let stands_against =
        |detail: &str, allowed: &str| result.get(detail).is_some_and(|detail| detail.text_of(allowed) == "false");
    let denial = match decision {
        "allowed" => None,
        _ if stands_against("OrganizationsDecisionDetail", "AllowedByOrganizations") => Some(Denial::Organization),
        _ if stands_against("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary") => {
            Some(Denial::Boundary)
        }
        "explicitDeny" => Some(Denial::Denied),
        _ => Some(Denial::NotAllowed),
    };
    Verdict { action: action.to_owned(), resource: resource.to_owned(), denial }
}

//! What `rds-echo check` says of the deployed functions' roles: whether IAM would let each function make its calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tag_state::check::{Finding, Grade};
use tag_state::name::utc_date;
use tag_state::permissions::{Denial, GRANT, Judgement, Need, Place, Role, judge, needs, questions};
use tag_state::settings::Settings;

use crate::ports::{Answer, Failure, Identity, Roles};

/// One finding a function whose role the settings name; none where they name none, as for an echo that is not deployed.
/// `storage_key` is the customer's key, if it is one, that the next restore would use.
pub async fn run(
    settings: &Settings,
    identity: &Answer<Identity>,
    region: &str,
    storage_key: Option<&str>,
    roles: &impl Roles,
    now: Timestamp,
) -> Vec<Finding> {
    let Ok(identity) = identity else { return Vec::new() };
    let place = Place::of(&identity.arn, region, &identity.account);
    let mut findings = Vec::new();
    for (role, name) in &settings.roles {
        let needs = needs(*role, settings, &place, storage_key, utc_date(now));
        match ask(roles, &place.role(name), &needs).await {
            Ok(judgement) => findings.push(said(*role, name, needs.len(), &judgement)),
            Err(error) if error.failure == Failure::NotFound => {
                findings.push(finding(role, Grade::Bad, format!("there is no role {name}: deploy template.yaml again")))
            }
            Err(error) => {
                let says = format!("could not be asked: {error} (it takes iam:SimulatePrincipalPolicy on the role)");
                findings.push(finding(role, Grade::Doubtful, says));
                // Who may not ask about one may not ask about the others.
                if error.failure == Failure::Refused {
                    break;
                }
            }
        }
    }
    findings
}

async fn ask(roles: &impl Roles, role: &str, needs: &[Need]) -> Answer<Judgement> {
    let mut whole = Judgement::default();
    for (question, needs) in questions(needs) {
        let Judgement { denied, unanswered } = judge(&needs, &roles.simulate(role, &question).await?);
        whole.denied.extend(denied);
        whole.unanswered.extend(unanswered);
    }
    Ok(whole)
}

fn said(role: Role, name: &str, needed: usize, judgement: &Judgement) -> Finding {
    let Judgement { denied, unanswered } = judgement;
    if !denied.is_empty() {
        // By reason, so that what stands behind several denials is said once.
        let mut reasons: BTreeMap<Denial, Vec<String>> = BTreeMap::new();
        for (need, denial) in denied {
            reasons.entry(*denial).or_default().push(format!("{} on {}", need.action, need.resource));
        }
        let refused: Vec<String> = reasons.iter().map(|(why, what)| format!("{} ({why})", what.join(", "))).collect();
        let grant = denied.iter().find(|(need, _)| role == Role::New && need.action == GRANT);
        let with_key =
            grant.map(|(need, _)| format!("deploy template.yaml again with StorageKeyArn={}", need.resource));
        let remedy = match reasons.last_key_value() {
            Some((Denial::Organization, _)) => "ask whoever has the organization's policies",
            Some((Denial::Boundary, _)) => "ask whoever has made the boundary",
            Some((Denial::Denied, _)) => "take that policy off the role, or deploy template.yaml again",
            Some((Denial::NotAllowed, _)) | None => with_key
                .as_deref()
                .unwrap_or("deploy template.yaml again, with the parameters that go with these settings"),
        };
        let says = format!("{name} may not do what the function does: {}: {remedy}", refused.join("; "));
        return finding(&role, Grade::Bad, says);
    }
    if let Some(need) = unanswered.first() {
        let says =
            format!("IAM says nothing about {} of {needed} calls of {name}, such as {}", unanswered.len(), need.action);
        return finding(&role, Grade::Doubtful, says);
    }
    finding(&role, Grade::Good, format!("{name} may make all its calls ({needed} were asked about)"))
}

fn finding(role: &Role, grade: Grade, says: String) -> Finding {
    Finding { what: format!("permissions of {}", role.name()), grade, says }
}

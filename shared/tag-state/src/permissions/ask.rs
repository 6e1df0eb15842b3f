//! Needs made into as few questions as IAM takes them in, and its answers made into a judgement.

use std::collections::BTreeSet;
use std::fmt;

use super::{Context, Need};

/// One question to IAM: each of these actions on each of these resources, under these circumstances. It asks more than
/// is needed, and what is not needed is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The actions.
    pub actions: BTreeSet<&'static str>,
    /// The ARNs.
    pub resources: BTreeSet<String>,
    /// The circumstances.
    pub context: Context,
}

/// What IAM says to one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The action.
    pub action: String,
    /// The ARN.
    pub resource: String,
    /// Why it is not allowed; `None` where it is.
    pub denial: Option<Denial>,
}

/// Why something is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denial {
    /// No policy of the role allows it.
    NotAllowed,
    /// A policy denies it.
    Denied,
    /// The role's permissions boundary does not allow it.
    Boundary,
    /// A policy of the organization does not allow it.
    Organization,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Denial::NotAllowed => "no policy of the role allows it",
            Denial::Denied => "a policy denies it",
            Denial::Boundary => "the role's permissions boundary does not allow it",
            Denial::Organization => "a service control policy of the organization does not allow it",
        })
    }
}

/// What came of asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What is needed and not allowed, and why.
    pub denied: Vec<(Need, Denial)>,
    /// What IAM said nothing of.
    pub unanswered: Vec<Need>,
}

/// As few questions as there may be, each with the needs that it is about. Keys of a service, such as `kms:MacAlgorithm`,
/// concern no other one; `aws:` keys concern all, and a tag that is in one request must not speak for another.
pub fn questions(needs: &[Need]) -> Vec<(Question, Vec<Need>)> {
    let mut groups: Vec<Vec<Need>> = Vec::new();
    for need in needs {
        match groups.iter_mut().find(|group| group.iter().all(|other| go_together(other, need))) {
            Some(group) => group.push(need.clone()),
            None => groups.push(vec![need.clone()]),
        }
    }
    let question = |group: &Vec<Need>| Question {
        actions: group.iter().map(|need| need.action).collect(),
        resources: group.iter().map(|need| need.resource.clone()).collect(),
        context: group.iter().flat_map(|need| need.context.clone()).collect(),
    };
    groups.into_iter().map(|group| (question(&group), group)).collect()
}

fn go_together(one: &Need, other: &Need) -> bool {
    let general =
        |need: &Need| need.context.iter().filter(|(key, _)| key.starts_with("aws:")).map(owned).collect::<Context>();
    // Whether IAM takes `*` beside ARNs its reference does not say.
    if (one.resource == "*") != (other.resource == "*") {
        return false;
    }
    if service(one) == service(other) { one.context == other.context } else { general(one) == general(other) }
}

fn owned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

fn service(need: &Need) -> &str {
    need.action.split(':').next().unwrap_or_default()
}

/// Holds the needs of one question against IAM's answers to it.
pub fn judge(needs: &[Need], verdicts: &[Verdict]) -> Judgement {
    let mut judgement = Judgement::default();
    for need in needs {
        let of =
            |verdict: &&Verdict| verdict.action.eq_ignore_ascii_case(need.action) && verdict.resource == need.resource;
        match verdicts.iter().find(of) {
            None => judgement.unanswered.push(need.clone()),
            Some(Verdict { denial: Some(denial), .. }) => judgement.denied.push((need.clone(), *denial)),
            Some(Verdict { denial: None, .. }) => {}
        }
    }
    judgement
}

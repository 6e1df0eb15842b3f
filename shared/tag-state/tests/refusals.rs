//! What people hear of what **new** refuses.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{at, instance, ours, settings, with};
use serde_json::Value;
use tag_state::announce;
use tag_state::check::Finding;
use tag_state::decide::Decision;
use tag_state::decide::new::{identifier, ours as all_ours, snapshot};
use tag_state::reason::Reason;
use tag_state::refusal::{CODES, Refusal};

const NOW: &str = "2026-11-24T09:00:00Z";

fn detail(refusal: &Refusal) -> Value {
    serde_json::from_str(&refusal.announcement(&settings(), at(NOW)).detail).unwrap()
}

fn findings(count: usize, length: usize) -> Vec<Finding> {
    let all = (0..count).map(|number| Finding::bad(format!("thing-{number}"), "x".repeat(length)));
    all.chain([Finding::doubtful("another", "perhaps")]).collect()
}

#[test]
fn a_notice_says_each_thing_that_is_wrong() {
    let told = detail(&Refusal::checked(&findings(2, 10)).unwrap());
    assert_eq!(
        told["summary"], "no new copy is restored for dev: thing-0: xxxxxxxxxx; thing-1: xxxxxxxxxx",
        "and nothing of what is only doubtful"
    );
    assert_eq!((&told["code"], &told["instance"]), (&"check-failed".into(), &Value::Null));
    assert_eq!(told["when"], "Seen at 2026-11-24T09:00:00Z", "nothing is in a stage");
    assert_eq!(Refusal::checked(&findings(0, 10)), None);
}

#[test]
fn a_notice_ends_behind_a_finding_and_says_what_is_left_out() {
    let told = detail(&Refusal::checked(&findings(40, 300)).unwrap());
    let summary = told["summary"].as_str().unwrap();
    assert!(summary.ends_with("xxx; and 36 more: rds-echo check"), "{summary}");
    assert!(summary.contains("; thing-3: x") && !summary.contains("thing-4"), "{summary}");
    assert_eq!(told["details"].as_array().unwrap().len(), 40, "who listens on the bus gets them all");
    let endless = detail(&Refusal::checked(&findings(2, 9000)).unwrap());
    let summary = endless["summary"].as_str().unwrap();
    assert!(summary.len() < 1600 && summary.ends_with("x; and 1 more: rds-echo check"), "{}", summary.len());
}

/// A rule's template holds it between double quotes, one line each.
#[test]
fn what_stands_in_a_notice_breaks_no_template() {
    let about = Some(("dev-2026-11-22", "arn"));
    let summary = "refused: \"no\"\nbecause C:\\x";
    let told = announce::trouble(&settings(), about, "modify-refused", summary, &[summary.to_owned()], at(NOW));
    let told: Value = serde_json::from_str(&told.detail).unwrap();
    assert_eq!(told["summary"], "refused: 'no' because C:/x");
    assert_eq!(told["details"][0], summary, "as it is");
    assert_eq!(told["when"], "In its stage since 2026-11-24T09:00:00Z");
}

#[test]
fn whatever_new_refuses_has_a_code_that_is_announced() {
    let refused = |more: &str, own: &[_]| {
        let Decision::Refuse(reason) = identifier(&with(more), own, at(NOW)) else { panic!("it is not refused") };
        reason
    };
    let hold = [("hold", "2026-12-24T00:00:00Z audit")];
    let held = ours("dev-2026-11-22", "forgotten", &hold);
    let left = ours("dev-2026-11-23", "forgotten", &[]);
    let too_many = refused("-Drdsecho.maxInstances=2", &[held, left.clone()]);
    assert!(
        too_many.to_string().ends_with(
            "or raise it; held, until somebody runs rds-echo release: dev-2026-11-22 (until 2026-12-24T00:00:00Z)"
        ),
        "{too_many}"
    );
    let past = ours("dev-2026-11-22", "forgotten", &[("hold", "2026-11-23T00:00:00Z audit")]);
    assert!(refused("-Drdsecho.maxInstances=2", &[past, left]).to_string().ends_with("or raise it"));
    let Decision::Refuse(no_snapshot) = snapshot(&settings(), &[], None) else { panic!("there is none") };
    let mut copy = instance("dev-2026-11-22", "promoted", &[]);
    copy.resource_id = "db-COPY".to_owned();
    let all = [
        too_many,
        no_snapshot,
        all_ours(&settings(), vec![copy]).unwrap_err(),
        refused("-Drdsecho.retries=0", &[ours("dev-2026-11-22", "forgotten", &[("attempt", "1 failed")])]),
        refused("", &[ours("dev-2026-11-24-99", "forgotten", &[])]),
        Refusal::checked(&findings(1, 1)).unwrap().reason,
    ];
    let mut codes: Vec<&str> = all.iter().map(Reason::code).collect();
    codes.sort_unstable();
    let mut announced = CODES.to_vec();
    announced.sort_unstable();
    assert_eq!(codes, announced);
    for reason in all {
        let says = reason.to_string();
        assert!(detail(&Refusal::of(reason))["summary"].as_str().unwrap().ends_with(&says));
    }
}

/// The day and what is wrong: neither the numbers, which change, nor the words.
#[test]
fn the_same_is_known_again_on_its_day() {
    let told = |reason: Reason, now: &str| Refusal::of(reason).told(at(now));
    let many = |count: usize| Reason::TooMany { count, held: String::new() };
    let stranger = |instance: &str| Reason::StrangerInTheWay { instance: instance.to_owned(), why: String::new() };
    assert_eq!(told(many(4), NOW), told(many(5), "2026-11-24T23:59:59Z"));
    assert_ne!(told(many(4), NOW), told(many(4), "2026-11-25T00:00:00Z"));
    assert_ne!(told(many(4), NOW), told(stranger("a"), NOW));
    assert_ne!(told(stranger("a"), NOW), told(stranger("b"), NOW));
    let quotas = [Finding::bad("quotas", "12 of 12")];
    assert_eq!(Refusal::checked(&quotas).unwrap().told(at(NOW)), "2026-11-24 5a2092b8", "it outlives releases");
}

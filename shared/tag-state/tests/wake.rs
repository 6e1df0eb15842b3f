//! Events: understood or foreign, never a failure. The samples are those in `events/`.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::settings;
use proptest::prelude::*;
use serde_json::{Value, json};
use tag_state::wake::Wake;

fn rds(arn: &str, kind: &str) -> Value {
    json!({"detail-type": kind, "source": "aws.rds", "detail": {"SourceArn": arn, "EventID": "RDS-EVENT-0005", "Message": "DB instance created."}})
}

#[test]
fn an_rds_event_names_one_instance_or_snapshot() {
    let arn = "arn:aws:rds:us-east-1:000000000000:db:dev-2026-11-22";
    let wake = Wake::parse(&settings(), &rds(arn, "RDS DB Instance Event"));
    assert_eq!(wake.to_string(), "RDS-EVENT-0005: DB instance created. (dev-2026-11-22)");
    let wake = Wake::parse(&settings(), &rds(arn, "RDS DB Snapshot Event"));
    assert!(matches!(wake, Wake::Instance { .. }), "the source decides, not the kind of event");
    let arn = "arn:aws-cn:rds:cn-north-1:000000000000:snapshot:rds:production-2026-11-22";
    let wake = Wake::parse(&settings(), &rds(arn, "RDS DB Snapshot Event"));
    assert_eq!(wake, Wake::Snapshot { arn: arn.to_owned(), what: "RDS-EVENT-0005: DB instance created.".to_owned() });
    assert!(wake.to_string().ends_with("(rds:production-2026-11-22)"));
}

#[test]
fn others_events_are_foreign() {
    let foreign = |event: Value| assert!(matches!(Wake::parse(&settings(), &event), Wake::Foreign { .. }), "{event}");
    for identifier in ["production", "dev-qa-2026-11-22", "dev", "dev-2026-11-22-copy", "development-2026-11-22"] {
        foreign(rds(&format!("arn:aws:rds:us-east-1:000000000000:db:{identifier}"), "RDS DB Instance Event"));
    }
    foreign(rds("arn:aws:rds:us-east-1:000000000000:cluster:dev-2026-11-22", "RDS DB Instance Event"));
    foreign(rds("dev-2026-11-22", "RDS DB Instance Event"));
    for event in [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({"detail-type": 5}),
        json!({"detail-type": "RDS DB Instance Event"}),
        json!({"detail-type": "Echo Schedule"}),
        json!({"detail-type": "Echo Schedule", "echo": "dev-qa"}),
        json!({"detail-type": "Echo Stage Changed", "detail": {"echo": "qa", "instance": "dev-2026-11-22"}}),
        json!({"detail-type": "Echo Stage Changed", "detail": {"echo": "dev"}}),
        json!({"detail-type": "EC2 Instance State-change Notification", "detail": {}}),
    ] {
        foreign(event);
    }
}

#[test]
fn our_own_events_and_schedules_are_understood() {
    assert_eq!(Wake::parse(&settings(), &json!({"detail-type": "Echo Schedule", "echo": "dev"})), Wake::All);
    let changed = json!({"detail-type": "Echo Stage Changed", "detail": {"echo": "dev", "instance": "dev-2026-11-22", "to": "modified"}});
    assert_eq!(Wake::parse(&settings(), &changed).to_string(), "Echo Stage Changed to modified (dev-2026-11-22)");
    let clicked = json!({"detail-type": "Echo Approval Changed", "detail": {"echo": "dev", "instance": "dev-2026-11-22", "action": "confirm"}});
    assert_eq!(Wake::parse(&settings(), &clicked).to_string(), "Echo Approval Changed: confirm (dev-2026-11-22)");
}

/// Any JSON at all, with the names that we look for among the keys.
fn anything() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("detail-type".to_owned()),
        Just("detail".to_owned()),
        Just("echo".to_owned()),
        Just("instance".to_owned()),
        Just("SourceArn".to_owned()),
        Just("EventID".to_owned()),
        Just("to".to_owned()),
        Just("action".to_owned()),
        "\\PC{0,10}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!("Echo Schedule")),
        Just(json!("Echo Stage Changed")),
        Just(json!("Echo Approval Changed")),
        Just(json!("RDS DB Instance Event")),
        Just(json!("RDS DB Snapshot Event")),
        Just(json!("dev")),
        Just(json!("dev-2026-11-22")),
        Just(json!("arn:aws:rds:us-east-1:000000000000:db:dev-2026-11-22")),
        "\\PC{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_understood_or_foreign(event in anything()) {
        match Wake::parse(&settings(), &event) {
            Wake::Instance { identifier, .. } => prop_assert!(settings().name.edition(&identifier).is_some()),
            Wake::All => prop_assert_eq!(&event["detail-type"], "Echo Schedule"),
            Wake::Snapshot { arn, .. } => prop_assert!(arn.contains(":snapshot:")),
            Wake::Foreign { why } => prop_assert!(!why.is_empty()),
        }
    }

    #[test]
    fn no_event_is_too_odd(kind in "\\PC{0,20}", arn in "\\PC{0,80}", mangled in "arn:aws:rds:[a-z:-]{0,20}:(db|snapshot):[a-z0-9:-]{0,20}") {
        for arn in [arn, mangled] {
            for kind in [kind.as_str(), "RDS DB Instance Event", "Echo Stage Changed"] {
                let event = json!({"detail-type": kind, "detail": {"SourceArn": arn, "echo": "dev", "instance": arn}});
                if let Wake::Instance { identifier, .. } = Wake::parse(&settings(), &event) {
                    prop_assert!(settings().name.edition(&identifier).is_some());
                }
            }
        }
    }
}

//! Who is asked, where the name lies, and what is good beside the usual.

use rds_sim::world::operation::{Fault, FaultKind, Operation};
use simulation::calm::Calm;
use tag_state::check::{Finding, Grade};
use tag_state::facts::MailAccount;

use super::{Case, NETWORK, around, bad, check, network, of, production_is, zone};
use crate::common::snapshot_of_production;

const ZONE: &str = "rdsecho.promote.hostedZoneId";
const UNSET: &str = "-Drdsecho.promote.hostedZoneId=";

fn zones(calm: &Calm, zones: &[(&str, &str, bool)]) {
    let zones = zones.iter().map(|(id, name, private)| zone(id, name, *private)).collect();
    around(calm, |around| around.zones = zones);
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        // Without an id the only zone that the name lies in is meant.
        Case {
            good: UNSET,
            wrong: UNSET,
            bend: |calm| zones(calm, &[]),
            ..bad(ZONE, "is not set, and this account has no")
        },
        Case {
            wrong: UNSET,
            bend: |calm| zones(calm, &[("Z1", "example.test", false), ("Z2", "example.test", true)]),
            ..bad(ZONE, "could be in any of the hosted zones Z1 (public), Z2 (private): set it")
        },
    ]
}

fn good(more: &str, bend: impl FnOnce(&Calm), what: &str) -> String {
    let calm = Calm::new(more);
    bend(&calm);
    let (found, _) = check(&calm);
    let worst = of(&found, what).unwrap_or_else(|| panic!("nothing of {what}: {found:#?}"));
    assert_eq!(worst.grade, Grade::Good, "{worst}");
    worst.says.clone()
}

#[test]
fn what_is_good_says_why() {
    let zone = good(UNSET, |calm| zones(calm, &[("Z7", "example.test", true)]), ZONE);
    assert!(zone.contains("is not set; dev-db.example.test is in Z7 (example.test, private)"), "{zone}");

    let encrypted = |calm: &Calm| production_is(calm, |production| production.kms_key = Some("ours".to_owned()));
    assert_eq!(good("", encrypted, "storage key"), "ours can be used");

    let vault = |calm: &Calm| snapshot_of_production(&mut calm.town.rds.world_mut(), "vault", "awsbackup");
    let source = "rdsecho.snapshot.dbInstanceIdentifier";
    assert!(good("-Drdsecho.snapshot.types=awsbackup", vault, source).contains("vault (awsbackup, postgres 16.4"));

    let sandbox = |calm: &Calm| {
        around(calm, |around| {
            around.verified =
                Some(["echo", "ann", "bob", "cleo"].map(|person| format!("{person}@example.test")).into());
            around.mail_account = MailAccount { production: false, sending: true };
        });
    };
    assert!(good("", sandbox, "mail account").contains("has verified every approver"));
}

/// Nothing bad is made of what cannot be seen.
#[test]
fn groups_and_keys_that_cannot_be_looked_at_are_doubtful() {
    let more = format!("{NETWORK} -Drdsecho.new.optionGroupName=default:postgres-16");
    let fault = |calm: &Calm, operation: Operation| {
        let kind = FaultKind::Refuse("AccessDenied".to_owned());
        calm.town.rds.world_mut().plant_fault(Fault { operation, kind, times: 1 });
    };
    let deny = |calm: &Calm, operation: &'static str| around(calm, |around| _ = around.denied.insert(operation));
    type Bend<'a> = &'a dyn Fn(&Calm);
    let cases: [(Bend<'_>, &str); 5] = [
        (&|calm| fault(calm, Operation::DescribeOptionGroups), "rdsecho.new.optionGroupName"),
        (&|calm| fault(calm, Operation::DescribeDbSubnetGroups), "rdsecho.new.dbSubnetGroupName"),
        (&|calm| deny(calm, "DescribeSecurityGroups"), "rdsecho.new.vpcSecurityGroupIds"),
        (&|calm| deny(calm, "DescribeKey"), "storage key"),
        (&|calm| deny(calm, "DescribeKey"), "rdsecho.mod.masterUserSecretKmsKeyId"),
    ];
    for (bend, what) in cases {
        let calm = Calm::new(&format!("{more} -Drdsecho.mod.masterUserSecretKmsKeyId=alias/mine"));
        network(&calm, &[("sg-1", "vpc-1"), ("sg-2", "vpc-1")]);
        production_is(&calm, |production| production.kms_key = Some("ours".to_owned()));
        bend(&calm);
        let (found, _) = check(&calm);
        let unseen = of(&found, what).unwrap_or_else(|| panic!("nothing of {what}: {found:#?}"));
        assert!(unseen.grade == Grade::Doubtful && unseen.says.starts_with("could not be looked at"), "{unseen}");
        let bad: Vec<&Finding> = found.iter().filter(|one| one.grade == Grade::Bad).collect();
        assert!(bad.is_empty(), "{what}: {bad:#?}");
    }
}

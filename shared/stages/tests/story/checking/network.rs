//! Subnet groups, their zones, and what is bound to a VPC.

use rds_sim::world::{Group, Withdrawal};
use simulation::calm::Calm;
use simulation::functions::Function;
use stages::report::Did;
use tag_state::check::Grade;
use tag_state::parameter::{Parameter, Value};

use super::{CLASS, Case, bad, check, doubtful, of, production_is, subnets, withdraw, world};

const NETS: &str = "rdsecho.new.dbSubnetGroupName";
const OPTIONS: &str = "rdsecho.new.optionGroupName";

fn sold_in_a_only(calm: &Calm) {
    for zone in ["us-east-1b", "us-east-1c"] {
        withdraw(calm, Withdrawal { zone: Some(zone.to_owned()), ..Default::default() });
    }
}

/// An option group of that VPC, which production has.
fn production_has_options(calm: &Calm, vpc: &str) {
    let (engine, major_version) = ("postgres".to_owned(), "16".to_owned());
    let group = Group::Option { engine, major_version, vpc: Some(vpc.to_owned()) };
    world(calm, |world| world.plant_group("theirs", group).expect("fits"));
    production_is(calm, |production| {
        _ = production.parameters.insert(Parameter::OptionGroupName, Value::Text("theirs".to_owned()));
    });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default",
            wrong: "-Drdsecho.new.dbSubnetGroupName=one",
            bend: |calm| subnets(calm, "one", "Complete", &["us-east-1a"]),
            ..bad(NETS, "one has subnets in us-east-1a only, and RDS demands two zones: add one")
        },
        // Sold in one zone of the region, and the subnets are in the others.
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default",
            wrong: "-Drdsecho.new.dbSubnetGroupName=two",
            bend: |calm| {
                subnets(calm, "two", "Complete", &["us-east-1b", "us-east-1c"]);
                sold_in_a_only(calm);
            },
            ..bad(
                CLASS,
                "in the zones of the subnet group two, us-east-1b, us-east-1c, but in us-east-1a: name another class",
            )
        },
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default -Drdsecho.mod.multiAz=true",
            wrong: "-Drdsecho.new.dbSubnetGroupName=default -Drdsecho.mod.multiAz=true",
            bend: sold_in_a_only,
            ..bad(CLASS, "in two of the zones of the subnet group default")
        },
        // The restore takes the snapshot's option group over, into its own VPC.
        Case {
            good: "-Drdsecho.new.dbSubnetGroupName=default",
            wrong: "-Drdsecho.new.dbSubnetGroupName=default",
            bend: |calm| production_has_options(calm, "vpc-1"),
            ..doubtful(
                OPTIONS,
                "the snapshot's own, theirs, is for vpc-1, and the subnet group default is in vpc-00000000",
            )
        },
        Case {
            bend: |calm| production_has_options(calm, "vpc-1"),
            ..doubtful(OPTIONS, "without rdsecho.new.dbSubnetGroupName the restore goes to the default VPC")
        },
    ]
}

/// What is enough is not wrong: a zone for one, two for a standby, and an option group in its own VPC.
#[test]
fn what_is_enough_is_good() {
    let worst = |more: &str, bend: &dyn Fn(&Calm), what: &str| {
        let calm = Calm::new(more);
        bend(&calm);
        let (found, _) = check(&calm);
        of(&found, what).map(|one| one.grade)
    };
    let nets = "-Drdsecho.new.dbSubnetGroupName=default";
    assert_eq!(worst(nets, &sold_in_a_only, CLASS), Some(Grade::Good));
    let two = |calm: &Calm| withdraw(calm, Withdrawal { zone: Some("us-east-1c".to_owned()), ..Default::default() });
    assert_eq!(worst(&format!("{nets} -Drdsecho.mod.multiAz=true"), &two, CLASS), Some(Grade::Good));
    assert_eq!(worst(nets, &|calm| production_has_options(calm, "vpc-00000000"), OPTIONS), None);
    let named = format!("{nets} -Drdsecho.new.optionGroupName=default:postgres-16");
    assert_eq!(worst(&named, &|calm| production_has_options(calm, "vpc-1"), OPTIONS), Some(Grade::Good));
}

/// Of a Local Zone nobody has asked what is offered there, and it can be the only one.
#[test]
fn a_local_zone_is_not_judged() {
    let calm = Calm::new("-Drdsecho.new.dbSubnetGroupName=local -Drdsecho.new.availabilityZone=us-east-1-bos-1a");
    subnets(&calm, "local", "Complete", &["us-east-1-bos-1a"]);
    let (found, _) = check(&calm);
    assert!(found.iter().all(|one| one.grade != Grade::Bad), "{found:#?}");
    assert_eq!(of(&found, "rdsecho.new.availabilityZone").expect("a finding").grade, Grade::Doubtful);
}

/// The restore would refuse it too (rds-sim's own tests).
#[test]
fn nothing_is_restored_into_one_zone() {
    let mut calm = Calm::new("-Drdsecho.new.dbSubnetGroupName=one");
    subnets(&calm, "one", "Complete", &["us-east-1a"]);
    let report = calm.wake(Function::New).expect("a report");
    assert!(matches!(report.outcomes[0].did, Did::Refuses), "{report:#?}");
    assert_eq!(report.outcomes[0].code, Some("check-failed"));
}

//! What is not RDS: as it should be where nobody says otherwise, and as a test says.

use rds_sim::in_process::SimulatedRds;
use rds_sim::world::operation::{Fault, FaultKind, Operation};
use stages::ports::{Failure, Lookups as _};
use tag_state::facts::{MailAccount, SecurityGroup, Zone};

use crate::support::*;

#[tokio::test]
async fn where_nothing_is_said_all_is_as_it_should_be() {
    let rds = SimulatedRds::new(world());
    let groups = rds.security_groups(&["sg-1".to_owned()].into()).await.expect("asked");
    assert_eq!(groups, [SecurityGroup { id: "sg-1".to_owned(), vpc: "vpc-00000000".to_owned() }]);
    let key = rds.storage_key("key-1").await.expect("asked").expect("there");
    assert!(key.enabled && key.encrypts);
    assert_eq!(rds.mac_key("key-2").await, Ok(None));
    assert_eq!(rds.mail_account().await, Ok(MailAccount { production: true, sending: true }));
    assert_eq!(rds.sender("rds@example.com").await, Ok(true));
    assert_eq!(rds.zones().await, Ok(Vec::new()));
    assert_eq!(rds.identity().await.expect("asked").arn, "arn:aws:iam::000000000000:user/tester");
}

#[tokio::test]
async fn surroundings_are_what_a_test_says() {
    let rds = SimulatedRds::new(world());
    let zone = Zone { id: "Z1".to_owned(), name: "example.com".to_owned(), private: true };
    {
        let mut world = rds.world_mut();
        let around = world.surroundings_mut();
        around.security_groups = Some([("sg-2".to_owned(), "vpc-2".to_owned())].into());
        around.storage_keys.insert("key-1".to_owned(), None);
        around.mac_key = Some("it is no HMAC key".to_owned());
        around.mail_account.production = false;
        around.verified = Some([].into());
        around.zones.push(zone.clone());
    }
    let groups = rds.security_groups(&["sg-1".to_owned(), "sg-2".to_owned()].into()).await.expect("asked");
    assert_eq!(groups, [SecurityGroup { id: "sg-2".to_owned(), vpc: "vpc-2".to_owned() }]);
    assert_eq!(rds.storage_key("key-1").await, Ok(None));
    assert_eq!(rds.mac_key("key-2").await, Ok(Some("it is no HMAC key".to_owned())));
    assert_eq!(rds.sender("rds@example.com").await, Ok(false));
    assert_eq!(rds.zones().await, Ok(vec![zone]));
    assert!(!rds.mail_account().await.expect("asked").production);
}

#[tokio::test]
async fn a_verified_domain_stands_for_what_is_below_it() {
    let rds = SimulatedRds::new(world());
    rds.world_mut().surroundings_mut().verified = Some(["example.com".to_owned(), "ann@a.test".to_owned()].into());
    for (address, is_verified) in [
        ("rds@dev.example.com", true),
        ("rds@example.com.evil", false),
        ("ann+echo@a.test", true),
        ("eve@a.test", false),
    ] {
        assert_eq!(rds.sender(address).await, Ok(is_verified), "{address}");
    }
}

#[tokio::test]
async fn lookups_can_be_denied_and_can_fail() {
    let rds = SimulatedRds::new(world());
    rds.world_mut().surroundings_mut().denied.insert("GetAccount");
    let denied = rds.mail_account().await.expect_err("denied");
    assert_eq!((denied.failure, denied.code.as_deref()), (Failure::Refused, Some("AccessDenied")));
    assert_eq!(rds.sender("rds@example.com").await, Ok(true));

    let (operation, kind) = (Operation::DescribeAccountAttributes, FaultKind::Throttle);
    rds.world_mut().plant_fault(Fault { operation, kind, times: 1 });
    assert_eq!(rds.quotas().await.expect_err("throttled").failure, Failure::Unknown);
    assert!(!rds.quotas().await.expect("asked").is_empty());
}

#[tokio::test]
async fn a_listing_of_what_can_be_ordered_has_one_for_each_storage_type() {
    let rds = SimulatedRds::new(world());
    let options = rds.orderable("postgres", "16.4", "db.t4g.small").await.expect("asked");
    let kinds: Vec<&str> = options.iter().map(|option| option.storage_type.as_str()).collect();
    assert_eq!(kinds, ["gp2", "gp3", "io1", "io2", "standard"]);
    assert!(options.iter().all(|option| option.multi_az && option.vpc && option.zones.len() == 3));
    assert_eq!(rds.orderable("postgres", "16.4", "db.t1.micro").await, Ok(Vec::new()));
}

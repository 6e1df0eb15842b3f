//! What an instance leaves behind, who keeps it, and whose password a copy has.

use rds_sim::world::CreateSnapshot;
use simulation::calm::Calm;
use simulation::functions::Function;
use simulation::trouble::Kind;
use stages::report::{Did, Report};
use tag_state::facts::Tags;

use crate::common::{FIRST, SECOND, parts, until_asked};

const FINAL: &str = "dev-2026-11-22-final";

/// A town whose first instance is about to be destroyed.
fn about_to_go(more: &str) -> Calm {
    let mut calm = Calm::new(more);
    calm.until(200, |calm| calm.stage(FIRST) == "retired").expect("a retired one");
    calm.pass(15);
    calm
}

fn mark(calm: &Calm, snapshot: &str) -> Option<String> {
    calm.town.rds.world().snapshots()[snapshot].tags.get("rdsecho:dev:final").cloned()
}

fn code(report: &Report) -> &'static str {
    report.outcomes[0].code.unwrap_or_default()
}

#[test]
fn the_final_snapshot_is_marked_with_its_own_name() {
    let mut calm = about_to_go("-Drdsecho.new.copyTagsToSnapshot=true");
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!((report.errors.len(), report.warnings.len()), (0, 0), "{report:#?}");
    assert_eq!(mark(&calm, FINAL).as_deref(), Some(FINAL));
    assert!(calm.town.tag(FIRST, "final-snapshot").unwrap().starts_with(FINAL));
    assert_eq!(calm.town.tag(FIRST, "final"), None, "no instance carries it: its tags go to people's snapshots");
    // Nothing is left to be done.
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!(code(&report), "going", "{report:#?}");
    assert_eq!(calm.violations(), [""; 0]);
}

/// 7 is the delete, 8 the look at the snapshot, 9 its mark.
#[test]
fn a_mark_that_fails_is_made_up_for_while_the_instance_goes() {
    for (call, kind) in
        [(7, Kind::LosesItsAnswer), (7, Kind::DiesAfter), (8, Kind::Fails), (9, Kind::Fails), (9, Kind::DiesBefore)]
    {
        let mut calm = about_to_go("");
        calm.strike = Some((calm.calls.len() as u64, call, kind));
        let report = calm.wake(Function::Retire);
        assert_eq!(calm.facts(FIRST).unwrap().status, "deleting");
        assert_eq!(mark(&calm, FINAL), None, "{call} {kind}");
        if let (Some(report), 8 | 9) = (&report, call) {
            assert_eq!(
                (report.errors.len(), report.warnings.len()),
                (0, 1),
                "it is destroyed all the same: {report:#?}"
            );
        }
        let report = calm.wake(Function::Retire).unwrap();
        assert_eq!(report.outcomes[0].did, Did::Acted, "{report:#?}");
        assert_eq!(mark(&calm, FINAL).as_deref(), Some(FINAL));
    }
}

/// A person took it of that very instance, and RDS refuses the name to us: then it is another that is ours.
#[test]
fn what_had_the_name_before_is_never_marked() {
    let mut calm = about_to_go("-Drdsecho.new.copyTagsToSnapshot=true");
    let tags = Tags::new();
    let wanted = CreateSnapshot { instance: FIRST, identifier: FINAL, tags: &tags };
    calm.town.rds.world_mut().create_snapshot(&wanted).unwrap();
    calm.pass(15);
    // It dies between the refusal and the next name; and somebody destroys the instance by hand.
    let mut other = calm.fork();
    other.strike = Some((other.calls.len() as u64, 8, Kind::DiesBefore));
    assert!(other.wake(Function::Retire).is_none());
    assert!(other.town.tag(FIRST, "final-snapshot").unwrap().starts_with(FINAL));
    let delete = rds_sim::world::Delete {
        identifier: FIRST,
        skip_final_snapshot: true,
        final_snapshot: None,
        delete_automated_backups: true,
    };
    other.town.rds.world_mut().delete(&delete).unwrap();
    let report = other.wake(Function::Retire).unwrap();
    assert_eq!(code(&report), "going", "{report:#?}");
    assert_eq!(mark(&other, FINAL), None);

    calm.wake(Function::Retire).unwrap();
    assert_eq!(mark(&calm, FINAL), None);
    assert_eq!(mark(&calm, &format!("{FINAL}-2")), Some(format!("{FINAL}-2")));
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn of_the_final_snapshots_the_newest_are_kept_and_all_that_are_not_ours() {
    let mut calm = Calm::new("-Drdsecho.new.copyTagsToSnapshot=true -Drdsecho.retire.keepFinalSnapshots=1");
    calm.until(100, |calm| calm.uses(FIRST)).expect("a promoted one");
    // A person's, with all the tags of ours.
    let tags = Tags::new();
    let wanted = CreateSnapshot { instance: FIRST, identifier: "before-my-experiment", tags: &tags };
    calm.town.rds.world_mut().create_snapshot(&wanted).unwrap();
    let finals = |calm: &Calm| {
        let world = calm.town.rds.world();
        world.snapshots().keys().filter(|name| name.contains("final")).cloned().collect::<Vec<_>>()
    };
    // Three go, one after the other; each time the oldest is cleared away within two hours.
    calm.until(600, |calm| calm.town.now() > "2026-11-24T12:00:00Z".parse().unwrap());
    let left = finals(&calm);
    let gone: Vec<&String> = calm.said.values().flat_map(|report| &report.errors).collect();
    assert!(left.len() <= 2 && !left.is_empty() && !left.contains(&FINAL.to_owned()), "{left:?} {gone:?}");
    assert!(calm.town.rds.world().snapshots().contains_key("before-my-experiment"));
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn without_a_wish_nothing_is_listed_and_nothing_goes() {
    let mut calm = about_to_go("");
    calm.wake(Function::Retire).unwrap();
    calm.until(300, |_| false);
    assert!(calm.town.rds.world().snapshots().contains_key(FINAL));
    assert!(!calm.town.rds.world().calls().contains_key("DeleteDBSnapshot"));
}

#[test]
fn nothing_goes_while_people_are_connected_to_it() {
    let more = "-Drdsecho.retire.connectionMinutes=30";
    let mut calm = Calm::new(more);
    calm.until(200, |calm| calm.stage(FIRST) == "forgotten").expect("a replaced one");
    let connect = |calm: &Calm, connections| calm.town.rds.world_mut().set_connections(FIRST, connections).unwrap();
    connect(&calm, Some(2));
    calm.pass(90);
    let report = calm.wake(Function::Retire).unwrap();
    assert_eq!((code(&report), calm.stage(FIRST).as_str()), ("in-use-by-clients", "forgotten"), "{report:#?}");
    connect(&calm, None);
    assert_eq!(code(&calm.wake(Function::Retire).unwrap()), "clients-unknown");
    connect(&calm, Some(0));
    calm.wake(Function::Retire).unwrap();
    assert_eq!(calm.stage(FIRST), "retired");
    // They are back before it is destroyed.
    connect(&calm, Some(1));
    calm.pass(20);
    assert_eq!(code(&calm.wake(Function::Retire).unwrap()), "in-use-by-clients");
    assert_eq!(calm.facts(FIRST).unwrap().status, "available");
    assert!(calm.facts(FIRST).unwrap().deletion_protection, "nothing of it is changed");
    connect(&calm, Some(0));
    calm.wake(Function::Retire).unwrap();
    assert_eq!(calm.facts(FIRST).unwrap().status, "deleting");
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn a_copy_has_its_own_password_before_anybody_is_asked() {
    let mut calm = Calm::new("");
    calm.town.rds.world_mut().timing_mut().secret_seconds = 3 * 3600;
    calm.until(60, |calm| calm.said.get(&Function::Reboot).is_some_and(|said| code(said) == "secret-pending"))
        .expect("reboot waits for it");
    assert_eq!(calm.facts(FIRST).unwrap().secret.unwrap().status, "creating");
    assert!(calm.letters.is_empty());
    calm.town.rds.world_mut().force_secret_status(FIRST, "impaired").unwrap();
    let report = calm.wake(Function::Reboot).unwrap();
    assert_eq!((report.outcomes[0].did.clone(), code(&report)), (Did::Refuses, "secret-impaired"), "{report:#?}");
    calm.town.rds.world_mut().force_secret_status(FIRST, "active").unwrap();
    until_asked(&mut calm);
    // Right before the switch it is asked about once more.
    calm.ann_confirms();
    calm.town.rds.world_mut().force_secret_status(FIRST, "impaired").unwrap();
    let report = calm.wake(Function::Promote).unwrap();
    assert!(!calm.uses(FIRST), "{report:#?}");
    calm.town.rds.world_mut().force_secret_status(FIRST, "active").unwrap();
    calm.wake(Function::Promote).unwrap();
    assert!(calm.uses(FIRST));
    calm.wake(Function::RequestApproval).unwrap();
    let secret = calm.facts(FIRST).unwrap().secret.unwrap().arn;
    let told = |mail| parts(mail).iter().all(|part| part.contains(&secret));
    assert!(calm.mails.iter().any(told), "where the new password is: {:?}", calm.headlines("ann@example.test"));
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn production_s_password_stays_where_the_settings_say_so() {
    let mut calm = Calm::new("-Drdsecho.mod.manageMasterUserPassword=false");
    calm.until(60, |calm| calm.uses(FIRST)).expect("a promoted one");
    assert_eq!(calm.facts(FIRST).unwrap().secret, None);
    assert_eq!(calm.violations(), [""; 0]);
}

/// A cancelled request leaves an instance that nobody uses: the next one's promotion makes an end of it.
#[test]
fn what_was_cancelled_is_superseded_and_destroyed() {
    let mut calm = Calm::new("-Drdsecho.promote.approvals=1");
    until_asked(&mut calm);
    let cancel = calm.letter("bob@example.test").unwrap().cancel;
    assert_eq!(calm.visit("POST", &cancel).status, 200);
    calm.until(200, |calm| calm.uses(SECOND)).expect("the next one is promoted");
    assert_eq!(calm.stage(FIRST), "forgotten");
    calm.until(60, |calm| calm.facts(FIRST).is_none()).expect("it is destroyed");
    assert!(calm.town.rds.world().snapshots().contains_key(FINAL), "with its final snapshot");
    assert_eq!(calm.violations(), [""; 0]);
}

#[test]
fn where_rds_cannot_manage_the_password_the_remedy_is_named() {
    let mut calm = Calm::new("");
    calm.until(20, |calm| calm.facts(FIRST).is_some_and(|one| one.status == "available")).expect("a restored one");
    let fault = rds_sim::world::operation::Fault {
        operation: rds_sim::world::operation::Operation::ModifyDbInstance,
        kind: rds_sim::world::operation::FaultKind::Refuse("InvalidParameterCombination".to_owned()),
        times: 1,
    };
    calm.town.rds.world_mut().plant_fault(fault);
    let report = calm.wake(Function::Modify).unwrap();
    assert!(report.errors[0].contains("rdsecho.mod.manageMasterUserPassword=false"), "{report:#?}");
    assert_eq!(calm.stage(FIRST), "new", "and nothing goes on with production's");
}

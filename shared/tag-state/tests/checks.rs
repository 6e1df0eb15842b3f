//! The findings, from facts alone: what no world of the stories shows, and what holds for all.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{at, instance, snapshot, with};
use proptest::prelude::*;
use tag_state::check::{Finding, Grade, Sight, bad, final_snapshots, findings, fingerprint};
use tag_state::decide::new::at_restore;
use tag_state::facts::{Orderable, Snapshot};
use tag_state::parameter::{Parameter, Value};
use tag_state::settings::{Approval, Caller, Settings};

const NOW: &str = "2026-11-22T09:00:00Z";

fn of(settings: &Settings, sight: &Sight, what: &str) -> Vec<Finding> {
    let found = findings(settings, sight, Caller::Function, at(NOW));
    found.into_iter().filter(|one| one.what == what).collect()
}

fn grades(found: &[Finding]) -> Vec<Grade> {
    found.iter().map(|one| one.grade).collect()
}

#[test]
fn what_was_not_asked_for_is_not_found_wrong() {
    let settings = with("-Drdsecho.promote.sender=echo@example.test");
    let found = findings(&settings, &Sight::default(), Caller::Function, at(NOW));
    assert!(found.iter().all(|one| one.grade == Grade::Good), "{found:#?}");
}

/// The reader refuses such settings; they can come from elsewhere all the same.
#[test]
fn an_answer_that_cannot_be_stored_is_found() {
    let what = "rdsecho.promote.approvers";
    let mut settings = with("");
    assert_eq!(grades(&of(&settings, &Sight::default(), what)), [Grade::Good]);
    let long = format!("{}@example.com", "a".repeat(120));
    if let Approval::Required { approvers, .. } = &mut settings.promote.approval {
        approvers.extend(["o'brien@example.com".to_owned(), long]);
    }
    assert_eq!(grades(&of(&settings, &Sight::default(), what)), [Grade::Bad, Grade::Bad]);
}

#[test]
fn all_tags_fit_on_one_instance() {
    let grade = |settings: &Settings, sight: &Sight| grades(&of(settings, sight, "tags"));
    let tags = |settings: &mut Settings, more: usize| {
        settings.new.tags.extend((0..more).map(|number| (format!("mine-{number}"), String::new())));
    };
    let mut settings = with("");
    let room = 50 - settings.most_tags();
    tags(&mut settings, room);
    assert_eq!(grade(&settings, &Sight::default()), [Grade::Good]);
    tags(&mut settings, room + 1);
    assert_eq!(grade(&settings, &Sight::default()), [Grade::Bad]);
}

#[test]
fn tags_of_others_leave_room_for_ours() {
    let settings = with("");
    let room = 50 - settings.most_tags();
    let crowded = |others: usize| {
        let mut instance = instance("dev-2026-11-22", "promoted", &[]);
        instance.tags.extend((0..others).map(|number| (format!("theirs-{number}"), String::new())));
        instance.tags.extend((0..9).map(|number| (format!("aws:{number}"), String::new())));
        let sight = Sight { instances: Some(Ok(vec![instance])), ..Sight::default() };
        grades(&of(&settings, &sight, "tags"))
    };
    assert_eq!(crowded(room), [Grade::Good]);
    assert_eq!(crowded(room + 1), [Grade::Doubtful]);
}

#[test]
fn names_of_final_snapshots_are_foreseen_where_they_can_be() {
    let names = |more: &str| final_snapshots(&with(more), &["dev-2026-11-22".to_owned()]);
    assert_eq!(names(""), ["dev-2026-11-22-final"]);
    assert!(names("-Drdsecho.retire.skipFinalSnapshot=true").is_empty());
    let mut settings = with("");
    settings.retire.final_snapshot = "{name}-of-{date}-{instance}".to_owned();
    assert!(final_snapshots(&settings, &["dev-2026-11-22".to_owned()]).is_empty(), "nobody knows the day");
    let sight = |name: String| Sight { final_snapshots: [(name, Ok(false))].into(), ..Sight::default() };
    let what = "rdsecho.retire.finalDbSnapshotIdentifier";
    assert_eq!(grades(&of(&settings, &sight("a".repeat(255)), what)), [Grade::Good]);
    assert_eq!(grades(&of(&settings, &sight("a".repeat(256)), what)), [Grade::Bad]);
}

/// A note that stays the same while the numbers in the texts change, and only then.
#[test]
fn a_fingerprint_is_of_what_is_wrong() {
    let print = |whats: &[&str], says: &str| {
        let findings: Vec<Finding> = whats.iter().map(|what| Finding::bad(*what, says)).collect();
        fingerprint(&bad(&findings))
    };
    assert_eq!(print(&["quotas", "engine"], "12 hours"), print(&["engine", "quotas"], "13 hours"));
    assert_ne!(print(&["quotas"], ""), print(&["quotas", "engine"], ""));
    assert_ne!(print(&["ab", "c"], ""), print(&["a", "bc"], ""));
    assert_eq!(print(&["quotas"], ""), "5a2092b8", "it outlives releases: it is in tags");
}

fn offer(storage: (i64, i64), iops: (i64, i64)) -> Orderable {
    Orderable {
        class: "db.t4g.medium".to_owned(),
        version: "8.0.39".to_owned(),
        storage_type: "gp3".to_owned(),
        zones: ["us-east-1a".to_owned()].into(),
        multi_az: true,
        vpc: true,
        min_storage: Some(storage.0),
        max_storage: Some(storage.1),
        min_iops: Some(iops.0),
        max_iops: Some(iops.1),
        iops_per_gib: None,
        min_throughput: None,
        max_throughput: None,
        throughput_per_iops: None,
        supports_iops: true,
        supports_throughput: false,
    }
}

proptest! {
    /// Bad if and only if it is out of the offer's range, or less than there is.
    #[test]
    fn storage_is_bad_where_it_does_not_fit(
        size in 1i64..400, had in 1i64..400, least in 1i64..200, more in 0i64..200, iops in 1i64..100,
    ) {
        let settings = with(&format!(
            "-Drdsecho.new.dbInstanceClass=db.t4g.medium -Drdsecho.new.allocatedStorage={size} -Drdsecho.new.iops={iops}"
        ));
        let latest = Snapshot {
            allocated_storage: Some(had),
            storage_type: Some("gp3".to_owned()),
            ..snapshot("rds:good", "available", NOW)
        };
        let offers = vec![offer((least, least + more), (20, 80))];
        let sight = Sight {
            snapshots: Some(Ok(vec![latest])),
            orderable: [(("8.0.39".to_owned(), "db.t4g.medium".to_owned()), Ok(offers))].into(),
            ..Sight::default()
        };
        let is_bad = |what: &str| of(&settings, &sight, what).iter().any(|one| one.grade == Grade::Bad);
        prop_assert_eq!(is_bad("rdsecho.new.allocatedStorage"), size < had || size < least || size > least + more);
        prop_assert_eq!(is_bad("rdsecho.new.iops"), !(20..=80).contains(&iops));
    }

    /// What new says is not overruled, and nothing is asked of a restore that it does not take.
    #[test]
    fn a_restore_is_asked_for_nothing_that_it_does_not_take(choices in prop::collection::vec(0u8..4, Parameter::ALL.len())) {
        let mut settings = with("");
        (settings.new.parameters, settings.modify.parameters) = Default::default();
        for (parameter, choice) in Parameter::ALL.iter().zip(choices) {
            if choice & 1 == 1 && parameter.restorable() {
                settings.new.parameters.insert(*parameter, Value::Text("new".to_owned()));
            }
            if choice & 2 == 2 && parameter.modifiable() {
                settings.modify.parameters.insert(*parameter, Value::Text("mod".to_owned()));
            }
        }
        let restored = at_restore(&settings);
        prop_assert!(restored.keys().all(|parameter| parameter.restorable()));
        for (parameter, value) in &settings.new.parameters {
            prop_assert_eq!(restored.get(parameter), Some(value));
        }
        for (parameter, value) in &restored {
            let wanted = settings.new.parameters.get(parameter).or(settings.modify.parameters.get(parameter));
            prop_assert_eq!(wanted, Some(value));
        }
    }
}

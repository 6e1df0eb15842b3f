//! The tag codec: what is written is read back, and nothing that anybody writes makes it panic.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{settings, tags};
use jiff::Timestamp;
use proptest::prelude::*;
use tag_state::approval::Mac;
use tag_state::facts::Tags;
use tag_state::own::OwnInstance;
use tag_state::remark::Remark;
use tag_state::stage::Stage;
use tag_state::tags::{
    Cancellation, Confirmation, EchoTags, LONGEST_KEY, LONGEST_VALUE, TagWriter, cancellation_tag, confirmation_tag,
    fits_a_tag, stamp, whole_seconds,
};

fn moment() -> impl Strategy<Value = Timestamp> {
    (0i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn base() -> Tags {
    tags(&[("managed", "true"), ("stage", "rebooted")])
}

fn read(tags: &Tags) -> EchoTags {
    EchoTags::read(&settings().name, tags).unwrap().unwrap()
}

proptest! {
    #[test]
    fn clicks_read_back(request: u32, at in moment(), bytes: [u8; 32], address in "[a-z0-9.+_-]{1,30}@[a-z0-9.-]{1,30}", remark in "[ -~äßЖ中]{0,60}") {
        let confirmation = Confirmation { request, at, mac: Mac::from_bytes(&bytes).unwrap() };
        let cancellation = Cancellation { request, at, remark: Remark::new(&remark) };
        let mut tags = base();
        tags.extend(confirmation_tag(&settings().name, &address, &confirmation));
        tags.extend(cancellation_tag(&settings().name, &address, &cancellation));
        for (key, value) in &tags {
            prop_assert!(fits_a_tag(key) && key.chars().count() <= LONGEST_KEY, "{}", key);
            prop_assert!(fits_a_tag(value) && value.chars().count() <= LONGEST_VALUE, "{}", value);
        }
        let read = read(&tags);
        prop_assert_eq!(&read.confirmed[&address], &confirmation);
        prop_assert_eq!(&read.cancelled[&address], &cancellation);
    }

    #[test]
    fn stages_and_times_read_back(index in 0..Stage::ALL.len(), second in 0i64..4_000_000_000, nanos in 0i32..1_000_000_000) {
        let now = Timestamp::new(second, nanos).unwrap();
        let stage = Stage::ALL[index];
        let name = settings().name;
        let mut tags = base();
        tags.extend(TagWriter::new(&name).stage(stage, now).time("rebooting", now).finish());
        let read = read(&tags);
        prop_assert_eq!(read.stage, stage);
        prop_assert_eq!(read.since, Some(whole_seconds(now)));
        prop_assert_eq!(read.rebooting, Some(whole_seconds(now)));
        prop_assert!(whole_seconds(now) <= now, "a tag never lies in the future");
        prop_assert_eq!(stamp(now).parse::<Timestamp>().unwrap(), whole_seconds(now));
    }

    #[test]
    fn no_text_is_too_wild_for_a_tag(text in "\\PC*") {
        let name = settings().name;
        for value in TagWriter::new(&name).text("failure", &text).finish().values() {
            prop_assert!(fits_a_tag(value) && value.chars().count() <= LONGEST_VALUE, "{:?}", value);
        }
    }

    #[test]
    fn whatever_stands_in_tags_is_read_or_refused(
        pairs in prop::collection::btree_map(
            prop_oneof![
                Just("managed"), Just("stage"), Just("since"), Just("id"), Just("resource"), Just("request"),
                Just("requested"), Just("expires"), Just("notified"), Just("confirmed:a@b.c"), Just("cancelled:a@b.c"),
            ].prop_map(|suffix| format!("rdsecho:dev:{suffix}")),
            prop_oneof![
                Just("true".to_owned()), Just("new".to_owned()), Just("promoted".to_owned()), Just("1".to_owned()),
                Just("2026-11-22T09:00:00Z".to_owned()), "\\PC{0,60}",
            ],
            0..11,
        )
    ) {
        let mut instance = common::instance("dev-2026-11-22", "rebooted", &[]);
        instance.tags = pairs.clone();
        let managed = pairs.get("rdsecho:dev:managed").map(String::as_str) == Some("true");
        match EchoTags::read(&settings().name, &pairs) {
            Ok(tags) => prop_assert_eq!(tags.is_some(), managed),
            Err(error) => prop_assert!(managed && error.contains("rdsecho:dev:") && error.contains("by hand")),
        }
        if OwnInstance::recognise(&settings().name, instance).is_ok() {
            prop_assert_eq!(pairs.get("rdsecho:dev:id").map(String::as_str), Some("dev-2026-11-22"));
        }
    }
}

#[test]
fn a_confirmation_that_cannot_be_read_counts_for_nothing_but_a_cancellation_stops_everything() {
    let mut odd = base();
    odd.extend(tags(&[("confirmed:ann@example.test", "1 yesterday")]));
    assert!(read(&odd).confirmed.is_empty());
    odd.extend(tags(&[("cancelled:ann@example.test", "please")]));
    let error = EchoTags::read(&settings().name, &odd).unwrap_err();
    assert!(error.contains("rdsecho:dev:cancelled:ann@example.test"), "{error}");
}

#[test]
fn a_request_without_its_times_is_unreadable() {
    let mut half = base();
    half.extend(tags(&[("request", "1"), ("requested", "2026-11-22T09:00:00Z")]));
    assert!(EchoTags::read(&settings().name, &half).unwrap_err().contains("rdsecho:dev:expires"));
}

#[test]
fn another_echos_tags_are_not_ours() {
    let others: Tags =
        [("rdsecho:dev-qa:managed", "true"), ("rdsecho:dev-qa:stage", "promoted"), ("rdsecho:Dev:managed", "true")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
    assert_eq!(EchoTags::read(&settings().name, &others), Ok(None));
}

#[test]
fn only_what_carries_its_own_identity_is_ours() {
    let name = settings().name;
    let genuine = common::instance("dev-2026-11-22", "rebooted", &[]);
    assert!(OwnInstance::recognise(&name, genuine.clone()).is_ok());
    let refused = |change: &dyn Fn(&mut tag_state::facts::Instance), words: &str| {
        let mut instance = genuine.clone();
        change(&mut instance);
        let why = OwnInstance::recognise(&name, instance).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
    };
    refused(&|instance| instance.identifier = "dev-2026-11-23".to_owned(), "it is a copy");
    refused(&|instance| instance.identifier = "my-copy".to_owned(), "not one that this echo gives");
    refused(&|instance| instance.resource_id = "db-OTHER".to_owned(), "names another instance");
    refused(&|instance| drop(instance.tags.remove("rdsecho:dev:id")), "no id tag");
    refused(&|instance| drop(instance.tags.remove("rdsecho:dev:resource")), "no resource tag");
    refused(&|instance| drop(instance.tags.remove("rdsecho:dev:managed")), "managed tag");
    let mut fresh = common::instance("dev-2026-11-22", "new", &[]);
    fresh.tags.remove("rdsecho:dev:resource");
    assert!(OwnInstance::recognise(&name, fresh).is_ok(), "a restore cannot know its resource id");
}

//! Approval tokens: one spelling each, and no change goes unnoticed.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::mac;
use jiff::Timestamp;
use proptest::prelude::*;
use tag_state::approval::{Action, Claim, Mac};

fn claim() -> Claim {
    Claim {
        echo: "dev".to_owned(),
        resource_id: "db-ABCDEFGHIJKLMNOPQRSTUVWXY".to_owned(),
        instance: "dev-2026-11-22".to_owned(),
        request: 3,
        action: Action::Confirm,
        approver: "ann@example.test".to_owned(),
        expires: Timestamp::from_second(1_795_000_000).unwrap(),
    }
}

proptest! {
    #[test]
    fn tokens_read_back(request: u32, cancel: bool, second in 0i64..4_000_000_000, approver in "[a-z.+]{1,20}@[a-z.]{1,20}", bytes: [u8; 32]) {
        let claim = Claim {
            request,
            action: if cancel { Action::Cancel } else { Action::Confirm },
            expires: Timestamp::from_second(second).unwrap(),
            approver,
            ..claim()
        };
        let mac = Mac::from_bytes(&bytes).unwrap();
        let token = claim.token(&mac);
        prop_assert!(token.expose().chars().all(|each| each.is_ascii_alphanumeric() || "-_.".contains(each)));
        prop_assert_eq!(Claim::parse(token.expose()), Some((claim, mac)));
    }

    #[test]
    fn nothing_makes_parsing_panic(token in "\\PC{0,200}", fields in "\\PC{0,100}", dotted in "[A-Za-z0-9_.-]{0,300}") {
        for text in [&token, &fields, &dotted] {
            if let Some((claim, mac)) = Claim::parse(text) {
                let again = claim.token(&mac);
                prop_assert_eq!(again.expose(), text.as_str());
            }
        }
    }
}

/// Every single bit of a real token flipped: it is refused by its form, or says something else and so
/// needs another MAC. None reads as the same claim with the same MAC.
#[test]
fn every_flipped_bit_shows() {
    let token = claim().token(&mac(7));
    let mut read = 0;
    for place in 0..token.expose().len() {
        for bit in 0..8 {
            let mut bytes = token.expose().as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            if let Some((other, other_mac)) = Claim::parse(&text) {
                read += 1;
                assert!(other.message() != claim().message() || other_mac != mac(7), "bit {bit} of {place}");
            }
        }
    }
    assert!(read > 0, "some flips keep the form, and the MAC must catch those");
}

#[test]
fn other_spellings_of_the_same_token_are_refused() {
    let token = claim().token(&mac(7)).expose().to_owned();
    assert!(Claim::parse(&token).is_some());
    for other in [
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("/{token}"),
        format!("{token}."),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        token.replace('.', ".."),
        token.to_uppercase(),
        token.replace('_', "/"),
        String::new(),
        ".".to_owned(),
        "x".repeat(5000),
    ] {
        assert!(other == token || Claim::parse(&other).is_none(), "{other}");
    }
}

/// The message names everything, so that no part of one link fits another.
#[test]
fn every_field_is_in_the_message() {
    let base = claim().message();
    let variants = [
        Claim { echo: "dev2".to_owned(), ..claim() },
        Claim { resource_id: "db-OTHER".to_owned(), ..claim() },
        Claim { instance: "dev-2026-11-23".to_owned(), ..claim() },
        Claim { request: 4, ..claim() },
        Claim { action: Action::Cancel, ..claim() },
        Claim { approver: "bob@example.test".to_owned(), ..claim() },
        Claim { expires: Timestamp::from_second(1_795_000_001).unwrap(), ..claim() },
    ];
    for variant in variants {
        assert_ne!(variant.message(), base, "{variant:?}");
    }
    assert!(base.starts_with(b"rds-echo approval\n1\n"));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let token = claim().token(&mac(7));
    assert_eq!(format!("{token:?} {:?}", mac(7)), "Token(..) Mac(..)");
}

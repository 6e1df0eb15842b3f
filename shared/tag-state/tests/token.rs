//! Approval tokens: one spelling each, and no change goes unnoticed.
#![allow(missing_docs, reason = "tests")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use common::mac;
use jiff::Timestamp;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
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

/// A digest over a secret and the message serves here as KMS's HMAC does.
fn signed(claim: &Claim) -> Mac {
    let digest = Sha256::new().chain_update(b"secret").chain_update(claim.message()).finalize();
    Mac::from_bytes(&digest).unwrap()
}

/// What somebody does to a token.
#[derive(Clone, Debug)]
enum Tampering {
    Replace(usize, char),
    Insert(usize, char),
    Remove(usize),
    Truncate(usize),
    Swap(usize, usize),
    Splice(usize),
    Field(usize, String),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let character = prop_oneof![prop::char::range('!', '~'), any::<char>()];
    prop_oneof![
        (0..400usize, character.clone()).prop_map(|(place, to)| Tampering::Replace(place, to)),
        (0..400usize, character).prop_map(|(place, new)| Tampering::Insert(place, new)),
        (0..400usize).prop_map(Tampering::Remove),
        (0..400usize).prop_map(Tampering::Truncate),
        (0..400usize, 0..400usize).prop_map(|(one, other)| Tampering::Swap(one, other)),
        (0..400usize).prop_map(Tampering::Splice),
        (0..8usize, "[a-z0-9@.:+-]{0,20}").prop_map(|(field, to)| Tampering::Field(field, to)),
    ]
}

fn tampered(token: &str, other: &str, how: &Tampering) -> String {
    let mut characters: Vec<char> = token.chars().collect();
    let length = characters.len().max(1);
    match how {
        Tampering::Replace(place, to) if !characters.is_empty() => characters[place % length] = *to,
        Tampering::Insert(place, new) => characters.insert(place % (characters.len() + 1), *new),
        Tampering::Remove(place) if !characters.is_empty() => drop(characters.remove(place % length)),
        Tampering::Truncate(to) => characters.truncate(to % length),
        Tampering::Swap(one, two) if !characters.is_empty() => characters.swap(one % length, two % length),
        Tampering::Splice(place) => {
            characters.truncate(place % length);
            characters.extend(other.chars().skip(place % length));
        }
        // As whoever knows the form would: another field, encoded as it should be, with the MAC there was.
        Tampering::Field(field, to) => {
            let Some((fields, mac)) = token.split_once('.') else { return token.to_owned() };
            let Ok(fields) = BASE64.decode(fields) else { return token.to_owned() };
            let fields = String::from_utf8_lossy(&fields).into_owned();
            let mut parts: Vec<&str> = fields.split('\n').collect();
            if let Some(part) = parts.get_mut(*field) {
                *part = to;
            }
            return format!("{}.{mac}", BASE64.encode(parts.join("\n")));
        }
        Tampering::Replace(..) | Tampering::Remove(_) | Tampering::Swap(..) => {}
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]
    /// Whatever is done to a genuine token, alone or with another genuine one at hand: what is accepted is
    /// one of the two, unchanged.
    #[test]
    fn no_tampering_is_accepted(how in prop::collection::vec(tampering(), 1..4)) {
        let one = claim();
        let other = Claim { action: Action::Cancel, approver: "bob@example.test".to_owned(), request: 4, ..claim() };
        let tokens = [one.token(&signed(&one)), other.token(&signed(&other))];
        let mut text = tokens[0].expose().to_owned();
        for how in &how {
            text = tampered(&text, tokens[1].expose(), how);
        }
        if let Some((claim, mac)) = Claim::parse(&text)
            && signed(&claim) == mac
        {
            prop_assert!(tokens.iter().any(|token| token.expose() == text), "{}", text);
        }
    }
}

/// The longest token that is made is far from the longest that is read; what is longer is not even decoded.
#[test]
fn a_token_has_a_longest_length() {
    let with_approver = |length: usize| {
        let claim = Claim { approver: "a".repeat(length), ..claim() };
        claim.token(&mac(7)).expose().to_owned()
    };
    let length = (1..1000).find(|length| with_approver(*length).len() >= 1024).unwrap();
    let longest = (length - 2..=length).rev().map(with_approver).find(|token| token.len() <= 1024).unwrap();
    assert!(Claim::parse(&longest).is_some());
    let mut longer = (length..).map(with_approver).find(|token| token.len() > 1024).unwrap();
    assert!(Claim::parse(&longer).is_none());
    longer.truncate(1024);
    assert!(Claim::parse(&longer).is_none());
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
    let (fields, mac) = token.split_once('.').unwrap();
    let fields = String::from_utf8(BASE64.decode(fields).unwrap()).unwrap();
    for (ours, other) in [("\n3\n", "\n03\n"), ("\n3\n", "\n+3\n"), ("1\ndev", "2\ndev"), ("1\ndev", "01\ndev")] {
        let other = format!("{}.{mac}", BASE64.encode(fields.replacen(ours, other, 1)));
        assert_ne!(other, token);
        assert!(Claim::parse(&other).is_none(), "{ours:?} as {other:?}");
    }
}

#[test]
fn a_mac_has_its_bytes() {
    let bytes: Vec<u8> = (0..32).collect();
    let mac = Mac::from_bytes(&bytes).unwrap();
    assert_eq!(mac.as_bytes(), bytes);
    assert_eq!(Mac::decode(&mac.encode()), Some(mac));
    assert_eq!(Mac::from_bytes(&bytes[1..]), None);
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

//! Identifiers, ARNs and made-up names.

use std::borrow::Cow;

use super::World;
use super::error::{ApiError, Code};

/// RDS stores identifiers in lower case and compares them without case.
pub(super) fn lower(identifier: &str) -> Cow<'_, str> {
    if identifier.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(identifier.to_ascii_lowercase())
    } else {
        Cow::Borrowed(identifier)
    }
}

/// Checks an identifier that is about to be given: letters, digits and single hyphens, a letter first.
pub(super) fn check(parameter: &str, identifier: &str, longest: usize) -> Result<(), ApiError> {
    let fits = identifier.starts_with(|first: char| first.is_ascii_alphabetic())
        && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !identifier.ends_with('-')
        && !identifier.contains("--")
        && identifier.len() <= longest;
    if fits {
        return Ok(());
    }
    Err(ApiError::new(
        Code::InvalidParameterValue,
        format!(
            "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain \
             only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        ),
    ))
}

/// The next of a well-mixed sequence (SplitMix64).
fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn token(seed: u64, length: usize) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = 0;
    (0..length)
        .map(|place| {
            if place % 12 == 0 {
                bits = mix(seed.wrapping_mul(31).wrapping_add(place as u64));
            }
            let letter = LETTERS[(bits & 31) as usize];
            bits >>= 5;
            char::from(letter)
        })
        .collect()
}

impl World {
    /// The key of an instance that is named by identifier or ARN.
    pub(super) fn instance_key<'a>(&self, named: &'a str) -> Cow<'a, str> {
        match named.rsplit_once(":db:") {
            Some((_, identifier)) if named.starts_with("arn:") => lower(identifier),
            Some(_) | None => lower(named),
        }
    }

    pub(super) fn instance_arn(&self, identifier: &str) -> String {
        format!("arn:aws:rds:{}:{}:db:{identifier}", self.settings.region, self.settings.account)
    }

    pub(super) fn snapshot_arn(&self, identifier: &str) -> String {
        format!("arn:aws:rds:{}:{}:snapshot:{identifier}", self.settings.region, self.settings.account)
    }

    /// A `DbiResourceId` that no other instance ever had.
    pub(super) fn make_resource_id(&mut self) -> String {
        self.made += 1;
        format!("db-{}", token(self.made, 26))
    }

    /// The endpoint's address: it follows from identifier, account and region.
    pub(super) fn address_of(&self, identifier: &str) -> String {
        let account = self.settings.account.bytes().fold(7_u64, |sum, byte| mix(sum ^ u64::from(byte)));
        let zone = token(account, 11).to_lowercase();
        format!("{identifier}.c{zone}.{}.rds.amazonaws.com", self.settings.region)
    }

    /// The ARN of a secret that RDS makes for an instance.
    pub(super) fn secret_arn(&self, resource_id: &str) -> String {
        let (region, account) = (&self.settings.region, &self.settings.account);
        format!("arn:aws:secretsmanager:{region}:{account}:secret:rds!{}", resource_id.to_lowercase())
    }
}

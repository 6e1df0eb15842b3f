//! What is not RDS, as far as a restore or a look before it depends on it: plain data that tests change.

use std::collections::{BTreeMap, BTreeSet};

use tag_state::facts::{MailAccount, StorageKey, Zone};

/// The rest of the account. Where nothing is said, all is as it should be.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The VPC of each security group. `None`: whichever is asked for is there, in the default VPC.
    pub security_groups: Option<BTreeMap<String, String>>,
    /// The KMS keys of storage that are not enabled keys for encryption; `None` for one that is not there.
    pub storage_keys: BTreeMap<String, Option<StorageKey>>,
    /// What is wrong with the KMS key of the links.
    pub mac_key: Option<String>,
    /// What SES lets the account do.
    pub mail_account: MailAccount,
    /// The addresses and domains that SES has verified. `None`: all.
    pub verified: Option<BTreeSet<String>>,
    /// The hosted zones of the account.
    pub zones: Vec<Zone>,
    /// Who is calling, as an ARN. `None`: a user of the account.
    pub caller: Option<String>,
    /// The operations, by AWS's names, that are refused with AccessDenied. (Those of RDS itself take a planted fault.)
    pub denied: BTreeSet<&'static str>,
    /// The operations, by AWS's names, that never answer. (None of RDS itself.)
    pub hanging: BTreeSet<&'static str>,
}

impl Default for Surroundings {
    fn default() -> Surroundings {
        Surroundings {
            security_groups: None,
            storage_keys: BTreeMap::new(),
            mac_key: None,
            mail_account: MailAccount { production: true, sending: true },
            verified: None,
            zones: Vec::new(),
            caller: None,
            denied: BTreeSet::new(),
            hanging: BTreeSet::new(),
        }
    }
}

impl Surroundings {
    /// The VPC of a security group, if there is such a group.
    pub(crate) fn vpc_of<'a>(&'a self, group: &str, default: &'a str) -> Option<&'a str> {
        match &self.security_groups {
            None => Some(default),
            Some(groups) => groups.get(group).map(String::as_str),
        }
    }

    /// A key that encrypts storage, if it is there.
    pub(crate) fn storage_key(&self, key: &str) -> Option<StorageKey> {
        let good = || StorageKey { enabled: true, encrypts: true, state: "Enabled".to_owned(), of_aws: false };
        self.storage_keys.get(key).cloned().unwrap_or_else(|| Some(good()))
    }
}

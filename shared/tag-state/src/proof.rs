//! Proofs: values that only a check can make, and that a dangerous call demands.

use crate::approval::{Claim, Mac};
use crate::calls::{Delete, DeleteSnapshot, Modify, Swap};
use crate::facts::Record;
use crate::own::OwnInstance;

/// A confirmation whose MAC KMS has said to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    claim: Claim,
    mac: Mac,
}

impl Verified {
    /// From KMS's answer about this claim and MAC; `None` where they do not belong together.
    pub fn from_answer(claim: Claim, mac: Mac, is_right: bool) -> Option<Verified> {
        is_right.then_some(Verified { claim, mac })
    }

    pub(crate) fn is(&self, claim: &Claim, mac: &Mac) -> bool {
        self.claim == *claim && self.mac == *mac
    }
}

/// An instance that may be promoted: ours, rebooted, set up, and approved; or ours, in use before, and a person
/// wants it back. Only [`crate::decide::promote::decide`] and [`crate::decide::rollback::decide`] make one; a swap
/// of the CNAME cannot be had without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotable {
    own: OwnInstance,
    swap: Swap,
    agreed: String,
}

impl Promotable {
    pub(crate) fn new(
        own: OwnInstance,
        zone_id: String,
        name: String,
        old: Record,
        address: String,
        ttl: i64,
        agreed: String,
    ) -> Self {
        Promotable { own, swap: Swap { zone_id, name, old, value: address, ttl }, agreed }
    }

    /// The instance.
    pub fn own(&self) -> &OwnInstance {
        &self.own
    }

    /// Why it may be, in words: who confirmed, or that nobody is asked.
    pub fn agreed(&self) -> &str {
        &self.agreed
    }

    /// The compare-and-swap that promotes it.
    pub fn swap(&self) -> &Swap {
        &self.swap
    }
}

/// An instance that may be destroyed: ours, retired, past grace and pause, not behind the CNAME, and, where that is
/// asked for, used by nobody.
/// Only [`crate::decide::retire::decide`] makes one; a delete cannot be had without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletable {
    own: OwnInstance,
    delete: Delete,
}

impl Deletable {
    pub(crate) fn new(own: OwnInstance, final_snapshot: Option<String>) -> Self {
        let delete = Delete { identifier: own.identifier().to_owned(), final_snapshot };
        Deletable { own, delete }
    }

    /// The instance.
    pub fn own(&self) -> &OwnInstance {
        &self.own
    }

    /// The call that takes deletion protection off; `None` where it is off already.
    pub fn unprotect(&self) -> Option<Modify> {
        self.own.facts().deletion_protection.then(|| Modify::protection(self.own.identifier(), false))
    }

    /// The call that destroys it. Where `attempts` have found the name of the final snapshot taken, it gets
    /// a number: an earlier instance of the same identifier has left its own.
    pub fn delete(&self, attempts: u32) -> Delete {
        let mut delete = self.delete.clone();
        if let Some(name) = delete.final_snapshot.as_mut().filter(|_| attempts > 0) {
            name.push_str(&format!("-{}", attempts + 1));
        }
        delete
    }
}

/// A final snapshot that may be destroyed: marked by retire itself, and kept by none of the rules that are set.
/// Only [`crate::decide::retention::confirm`] makes one; its delete cannot be had without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposable {
    delete: DeleteSnapshot,
    why: String,
}

impl Disposable {
    pub(crate) fn new(identifier: String, why: String) -> Self {
        Disposable { delete: DeleteSnapshot { identifier }, why }
    }

    /// Why it may be, in words.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The call that destroys it.
    pub fn delete(&self) -> &DeleteSnapshot {
        &self.delete
    }
}

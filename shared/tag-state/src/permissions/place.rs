//! Where a stack is, and the ARNs of what it works on.

/// An account's region, in ARNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `aws`, or one of AWS's other partitions.
    pub partition: String,
    /// The region.
    pub region: String,
    /// The account number.
    pub account: String,
}

impl Place {
    /// That of a caller, whose ARN names the partition.
    pub fn of(caller: &str, region: &str, account: &str) -> Place {
        let partition = caller.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws");
        Place { partition: partition.to_owned(), region: region.to_owned(), account: account.to_owned() }
    }

    /// Of a role, by its name.
    pub fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }

    /// Of anything of RDS: `db`, `snapshot`, `pg`, `og` or `subgrp`.
    pub(super) fn rds(&self, kind: &str, name: &str) -> String {
        self.of_service("rds", &format!("{kind}:{name}"))
    }

    /// Of a hosted zone, which is in no region.
    pub(super) fn zone(&self, id: &str) -> String {
        format!("arn:{}:route53:::hostedzone/{id}", self.partition)
    }

    pub(super) fn of_service(&self, service: &str, what: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{what}", self.partition, self.region, self.account)
    }
}

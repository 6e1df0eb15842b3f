//! What the stages need of the world. `shared/aws` carries these out with the AWS SDK,
//! `tests/rds-sim` with a simulated world.
//!
//! Each call is one AWS operation (or one listing of several pages); the order in which a stage makes
//! them is its crash safety, so nothing here retries, caches or combines.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use tag_state::approval::Mac;
use tag_state::calls::{Announcement, Delete, DeleteSnapshot, Mail, Modify, Restore, Swap};
use tag_state::facts::{
    EngineVersion, Event, Instance, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, Record, SecurityGroup,
    Snapshot, SnapshotType, StorageKey, SubnetGroup, Tags, Zone,
};
use tag_state::permissions::{Question, Verdict};

/// Why a call to AWS did not do what was asked, by what the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The thing named is not there (DBInstanceNotFound, DBSnapshotNotFound, NoSuchHostedZone).
    NotFound,
    /// The identifier is taken (DBInstanceAlreadyExists, DBSnapshotAlreadyExists).
    AlreadyExists,
    /// Not in a state that allows it, for now (InvalidDBInstanceState, InvalidDBSnapshotState,
    /// PriorRequestNotComplete): look again later.
    WrongState,
    /// The record is not what the swap expected (InvalidChangeBatch): read again.
    Changed,
    /// A modify that changes nothing (InvalidParameterCombination "No modifications were requested").
    NothingToModify,
    /// AWS refused for good: bad parameters, quotas, missing permissions. Trying again cannot help.
    Refused,
    /// Throttled, timed out, connection lost: it may or may not have been applied.
    Unknown,
}

/// A failed call: what was asked, of what, and what AWS said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// The API operation, such as `ModifyDBInstance`.
    pub operation: &'static str,
    /// The instance, snapshot, record or address that it was about.
    pub subject: String,
    /// What the caller can do.
    pub failure: Failure,
    /// AWS's error code, where there is one.
    pub code: Option<String>,
    /// AWS's message or the transport's, with the request id where there is one.
    pub message: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} failed: ", self.operation, self.subject)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for CallError {}

/// The answer of a call.
pub type Answer<T> = Result<T, CallError>;

/// Amazon RDS.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Rds {
    /// The instance of that identifier (DescribeDBInstances); `None` where RDS does not know it.
    async fn instance(&self, identifier: &str) -> Answer<Option<Instance>>;
    /// All instances whose identifier begins with `prefix`, from all pages of 100 (DescribeDBInstances);
    /// the others are dropped page by page, so that a large account needs no memory.
    async fn instances(&self, prefix: &str) -> Answer<Vec<Instance>>;
    /// All snapshots of an instance that are of these types, from all pages (DescribeDBSnapshots): one listing for
    /// automated and manual ones together, and one more for each other type. Of the shared ones RDS lists all, of
    /// whichever instance; those of others are dropped page by page.
    async fn snapshots(&self, instance: &str, types: &BTreeSet<SnapshotType>) -> Answer<Vec<Snapshot>>;
    /// One snapshot by identifier or ARN (DescribeDBSnapshots); `None` where RDS does not know it.
    async fn snapshot(&self, identifier: &str) -> Answer<Option<Snapshot>>;
    /// RestoreDBInstanceFromDBSnapshot; answers the new instance as RDS first shows it.
    async fn restore(&self, restore: &Restore) -> Answer<Instance>;
    /// ModifyDBInstance.
    async fn modify(&self, modify: &Modify) -> Answer<()>;
    /// RebootDBInstance.
    async fn reboot(&self, identifier: &str) -> Answer<()>;
    /// AddTagsToResource: all of them in one call; the same key overwrites.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Answer<()>;
    /// DeleteDBInstance.
    async fn delete(&self, delete: &Delete) -> Answer<()>;
    /// What RDS has told of an instance since then, the oldest first, from all pages (DescribeEvents); it remembers
    /// fourteen days.
    async fn events(&self, identifier: &str, since: Timestamp) -> Answer<Vec<Event>>;
    /// All manual snapshots of the account, from all pages of 100 (DescribeDBSnapshots); those whose instance's
    /// identifier does not begin with `prefix` are dropped page by page.
    async fn manual_snapshots(&self, prefix: &str) -> Answer<Vec<Snapshot>>;
    /// DeleteDBSnapshot.
    async fn delete_snapshot(&self, delete: &DeleteSnapshot) -> Answer<()>;
}

/// Amazon CloudWatch, which counts connections.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Usage {
    /// How many connections the instance had at once, at most, in the last minutes (GetMetricStatistics of AWS/RDS
    /// DatabaseConnections); `None` where there is no data.
    async fn connections(&self, instance: &str, minutes: i64, now: Timestamp) -> Answer<Option<i64>>;
}

/// Amazon Route 53.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Dns {
    /// The record of `name` in the hosted zone `zone_id` (ListResourceRecordSets).
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record>;
    /// Replaces exactly the record that was read by a new CNAME, or creates it where none was, all or
    /// nothing (ChangeResourceRecordSets with DELETE and CREATE): a compare-and-swap.
    /// A record that has changed since answers [`Failure::Changed`].
    async fn swap(&self, swap: &Swap) -> Answer<()>;
}

/// Amazon SES, version 2.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Mailer {
    /// SendEmail to one recipient. An `Ok` means accepted.
    async fn send(&self, mail: &Mail) -> Answer<()>;
}

/// AWS KMS with an HMAC key: the key never leaves it.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Macs {
    /// GenerateMac (HMAC_SHA_256) over the message, which has 1 to 4,096 bytes.
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac>;
    /// VerifyMac: whether the MAC is that of the message.
    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool>;
}

/// Who is calling AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account number.
    pub account: String,
    /// The ARN of the user or of the assumed role's session.
    pub arn: String,
}

/// What the settings name beside instances, snapshots and the record.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Lookups {
    /// GetCallerIdentity.
    async fn identity(&self) -> Answer<Identity>;
    /// The DB parameter group of that name (DescribeDBParameterGroups); `None` where there is none.
    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>>;
    /// The option group of that name (DescribeOptionGroups); `None` where there is none.
    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>>;
    /// The DB subnet group of that name (DescribeDBSubnetGroups); `None` where there is none.
    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>>;
    /// Those of these VPC security groups that there are (EC2's DescribeSecurityGroups with a filter, which does not
    /// fail for one that is missing).
    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>>;
    /// An engine's version (DescribeDBEngineVersions); `None` where there is no such version, or no more.
    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>>;
    /// In which combinations a class can be had for an engine's version, from all pages
    /// (DescribeOrderableDBInstanceOptions).
    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>>;
    /// What the account may have in this region, and has (DescribeAccountAttributes).
    async fn quotas(&self) -> Answer<Vec<Quota>>;
    /// The KMS key of that id, ARN or alias (DescribeKey); `None` where it is not there.
    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>>;
    /// All hosted zones, from all pages (ListHostedZones).
    async fn zones(&self) -> Answer<Vec<Zone>>;
    /// What is wrong with the KMS key of the links (DescribeKey); `None` where it can sign and verify them.
    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>>;
    /// Whether SES has verified this address, or a domain that it is in: one of its
    /// [`identities`](tag_state::check::identities) (GetEmailIdentity).
    async fn sender(&self, address: &str) -> Answer<bool>;
    /// What SES lets this account do (GetAccount).
    async fn mail_account(&self) -> Answer<MailAccount>;
    /// Ends when looking has taken long enough, counted from this call: what was not seen by then is left. A person
    /// waits for all of it.
    async fn enough(&self) {
        std::future::pending().await
    }
}

/// Amazon EventBridge.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Announcer {
    /// PutEvents of one event on the default bus.
    async fn announce(&self, announcement: &Announcement) -> Answer<()>;
}

/// AWS IAM, asked what a role may do.
#[expect(async_fn_in_trait, reason = "used with concrete types on one thread; no Send bound is wanted")]
pub trait Roles {
    /// SimulatePrincipalPolicy of the role with that ARN, all pages: what IAM would say to each of the question's actions
    /// on each of its resources. A role that is not there answers [`Failure::NotFound`].
    async fn simulate(&self, role: &str, question: &Question) -> Answer<Vec<Verdict>>;
}

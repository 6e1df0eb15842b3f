//! Why something is not done: as data, with a text for people and a code for machines.

use jiff::Timestamp;

use crate::facts::Instance;
use crate::stage::Stage;
use crate::status::{Class, classify};
use crate::worded::worded;

worded! {
    /// Why an action waits, is refused, or is not needed.
    Reason;

    /// It is not this echo's.
    NotOurs {
        /// What is missing or wrong.
        why: String
    } "not-ours" => "it is not ours: {why}";
    /// One of our tags holds something that we never write.
    UnreadableTags {
        /// Which, and the remedy.
        what: String
    } "unreadable-tags" => "{what}";
    /// RDS does not know it.
    Gone {} "gone" => "RDS knows no such instance";
    /// The instance is in a stage that this function has nothing to do with.
    OtherStage {
        /// That stage.
        stage: Stage
    } "other-stage" => "its stage is {stage}";
    /// RDS is at work on it.
    Busy {
        /// Its status.
        status: String
    } "busy" => "RDS is at work on it (status {status})";
    /// Somebody stopped it.
    Stopped {
        /// Its status.
        status: String
    } "stopped" => "it is {status}: start it, or wait until RDS does after seven days";
    /// It failed.
    Failed {
        /// Its status.
        status: String
    } "failed" => "its status is {status}, which it does not leave by itself";
    /// It is being deleted.
    Going {
        /// Its status.
        status: String
    } "going" => "it is being deleted (status {status})";
    /// A status that is not known here.
    UnknownStatus {
        /// Its status.
        status: String
    } "unknown-status" => "its status {status:?} is not known to this version: nothing is done until it changes";
    /// Changes have been asked for and are not in effect.
    Pending {
        /// Their names.
        what: String
    } "pending" => "changes are pending: {what}";
    /// A group is being applied.
    Applying {
        /// Which kind of group, and its state.
        what: String
    } "applying" => "{what}";
    /// `available` lingers after a change.
    Settling {
        /// When it is believed.
        until: Timestamp
    } "settling" => "a change was asked for shortly before; its status is believed from {until}";
    /// A wanted setting is not what the instance has.
    NotInEffect {
        /// Wanted and actual.
        what: String
    } "not-in-effect" => "not in effect: {what}";
    /// One of this echo's is on its way.
    InFlight {
        /// Its identifier.
        instance: String,
        /// Its stage.
        stage: Stage
    } "in-flight" => "{instance} is on its way (stage {stage})";
    /// The newest is too young.
    TooYoung {
        /// Its identifier.
        instance: String,
        /// When it is old enough.
        until: Timestamp
    } "too-young" => "{instance} is younger than the minimum age until {until}";
    /// One of today's is on its way out.
    IdentifierInFlux {
        /// Its identifier.
        instance: String
    } "identifier-in-flux" => "{instance} is being deleted, and its identifier comes free: a restore now, and its retry, could get two different ones";
    /// As many as allowed are alive.
    TooMany {
        /// How many there are.
        count: usize,
        /// Which of them are held, and how that ends; empty where none is.
        held: String
    } "too-many" => "{count} instances of this echo are alive, which is as many as rdsecho.maxInstances allows: retire one, or raise it{held}";
    /// As many in a row have failed as may.
    RetriesUsedUp {
        /// The last of them.
        instance: String,
        /// How many there were.
        failed: u32
    } "retries-used-up" => "{failed} in a row have failed, the last one was {instance}: mend the cause; the next one is tried when that is gone, or at once with a higher rdsecho.retries";
    /// An instance that is not ours has one of our identifiers.
    StrangerInTheWay {
        /// Its identifier.
        instance: String,
        /// Why it is not ours.
        why: String
    } "stranger-in-the-way" => "{instance} is named like one of this echo's, but {why}: rename it, or, where rds-echo 0.1.10 has tagged it, run rds-echo adopt";
    /// All identifiers of the day are taken.
    NoIdentifierLeft {} "no-identifier-left" => "all identifiers of today are taken";
    /// Nothing to restore.
    NoSnapshot {
        /// The instance whose snapshots were looked at.
        source: String
    } "no-snapshot" => "there is no available snapshot of {source}: check rdsecho.snapshot.dbInstanceIdentifier, and that its backups are on";
    /// What a restore needs is not there, and it would be a day before that shows.
    CheckFailed {
        /// All that is wrong, each with its remedy.
        what: String
    } "check-failed" => "nothing is restored until this is mended: {what}";
    /// Something may be wrong, and a restore does not wait for it.
    Doubtful {
        /// What.
        what: String
    } "doubtful" => "doubtful: {what}";
    /// The event is about a snapshot that is not our source's.
    OtherSnapshot {
        /// The snapshot.
        snapshot: String
    } "other-snapshot" => "snapshot {snapshot} is not one of the source's";
    /// No approval is needed.
    NobodyAsked {} "nobody-asked" => "rdsecho.promote.approval=none: it is promoted without asking";
    /// A setting is missing for this stage.
    SettingMissing {
        /// Its key.
        key: String
    } "setting-missing" => "{key} is not set, and this stage needs it";
    /// Nobody is mailed, and nobody has typed its identifier.
    NotTyped {
        /// The identifier.
        instance: String
    } "not-typed" => "no approvers are named, so that a person promotes it: run rds-echo promote at a terminal, and type {instance}";
    /// The address is none that is asked.
    NotListed {
        /// The address.
        address: String
    } "not-listed" => "{address} is none of rdsecho.promote.approvers";
    /// The request is open.
    AwaitingApproval {
        /// How many have confirmed.
        confirmed: usize,
        /// How many must.
        needed: usize,
        /// Until when.
        until: Timestamp
    } "awaiting-approval" => "{confirmed} of {needed} confirmations; the request is open until {until}";
    /// Nobody has been asked yet.
    NotRequested {} "not-requested" => "its approval has not been requested yet";
    /// Somebody cancelled.
    Cancelled {
        /// Who, and in parentheses what they wrote beside it.
        by: String
    } "cancelled" => "the request was cancelled by {by}; the next copy, or a new request, asks again";
    /// The request ran out.
    Expired {
        /// When.
        at: Timestamp
    } "expired" => "the request expired at {at}; the next copy, or a new request, asks again";
    /// The CNAME cannot be swapped or trusted.
    Record {
        /// The name.
        name: String,
        /// What is there instead.
        what: String
    } "record" => "{name} is {what}: make it a plain CNAME";
    /// The hosted zone is not there.
    NoZone {
        /// Its id.
        zone: String
    } "no-zone" => "there is no hosted zone {zone}: check rdsecho.promote.hostedZoneId";
    /// The record is not there.
    NoRecord {
        /// The name.
        name: String
    } "no-record" => "there is no record {name}: without it nobody knows which instance is in use";
    /// The CNAME points at it.
    InUse {
        /// The name.
        name: String
    } "in-use" => "{name} points at it: promote another one, or roll back to one, first";
    /// The CNAME is to be pointed at it, and is.
    PointsThere {
        /// The name.
        name: String
    } "points-there" => "{name} points at it already";
    /// It is promoted, and the CNAME points at none of this echo's.
    PointsElsewhere {
        /// The name.
        name: String,
        /// What is there instead.
        what: String
    } "points-elsewhere" => "it is promoted, but {name} is {what}: nothing is concluded from that";
    /// There is no instance that was in use before.
    NothingToReturnTo {} "nothing-to-return-to" => "no instance that was in use before is left";
    /// The CNAME was led back already, from the instance that it would go to.
    AlreadyBack {
        /// The CNAME.
        name: String,
        /// The instance that it was led away from.
        instance: String
    } "already-back" => "{name} was led back from {instance} already: to go there again, or to another one, name it";
    /// It was given up.
    GivenUp {
        /// Why.
        why: String
    } "given-up" => "it was given up: {why}";
    /// A person gave it up.
    GivenUpByHand {} "given-up-by-hand" => "it was given up by hand";
    /// A person was asked, and did not confirm it.
    NotConfirmed {} "not-confirmed" => "it was not confirmed, and is left alone";
    /// It needs no adoption.
    AlreadyOurs {} "already-ours" => "it is this echo's already";
    /// A person has it kept.
    Held {
        /// Until when, and why.
        how: String
    } "held" => "it is held {how}";
    /// There is no hold to take back.
    NotHeld {} "not-held" => "nobody holds it";
    /// A hold that would be over.
    HoldIsPast {
        /// Its end.
        until: Timestamp
    } "hold-is-past" => "{until} has passed: a hold ends in the future";
    /// It is past the point of no return, and somebody wants it.
    Condemned {} "condemned" => "it is retired, the point of no return: what is needed of it is in its final snapshot, or in the snapshot that it was restored from";
    /// A hold that was written in the moment of the point of no return.
    HeldTooLate {
        /// What that means.
        what: String
    } "held-too-late" => "retire condemned it at the same moment, and the hold came too late: {what}";
    /// People are being asked about it.
    RequestOpen {} "request-open" => "people are asked about it: confirm it, or cancel it, first";
    /// It is to be in use again, and nobody has typed its identifier.
    ToBeTyped {
        /// The identifier.
        instance: String
    } "to-be-typed" => "whoever points the CNAME at it types its identifier: run rds-echo promote --to {instance} at a terminal";
    /// The grace period.
    Grace {
        /// When it ends.
        until: Timestamp
    } "grace" => "it is kept until {until}";
    /// The pause before the delete.
    Pause {
        /// When it ends.
        until: Timestamp
    } "pause" => "it is retired; it is destroyed after {until}, if nothing speaks against it then";
    /// RDS is at work on the secret of its master password.
    SecretPending {
        /// The secret's status.
        status: String
    } "secret-pending" => "the secret of its master password is {status}, and production's password is not surely gone before it is active";
    /// RDS cannot use the secret of its master password any more.
    SecretImpaired {
        /// The secret's ARN.
        secret: String
    } "secret-impaired" => "the secret of its master password, {secret}, is impaired: let RDS use the secret and its KMS key again, or switch the managed password off and on again";
    /// People still use it.
    InUseByClients {
        /// How many connections there were at once, at most.
        connections: i64,
        /// In how many minutes.
        minutes: i64,
        /// Who could be left behind on it.
        who: String
    } "in-use-by-clients" => "it had up to {connections} connections in the last {minutes} minutes, which stay on it when the CNAME moves: find whose they are in its process list, and restart what holds them ({who} may know)";
    /// Whether people still use it cannot be told.
    ClientsUnknown {
        /// In how many minutes.
        minutes: i64
    } "clients-unknown" => "CloudWatch has no DatabaseConnections of it in the last {minutes} minutes, so that nobody knows who still uses it";
    /// The snapshot is not what it was when it was chosen.
    KeptSnapshot {
        /// Why it stays.
        why: String
    } "kept-snapshot" => "the snapshot stays: {why}";
    /// The endpoint is not known.
    NoEndpoint {} "no-endpoint" => "RDS shows no endpoint for it";
    /// Somebody else has changed the record in between.
    RecordChanged {
        /// The name.
        name: String
    } "record-changed" => "{name} was changed by somebody else at the same moment; it is read again at the next wake-up";
    /// A call failed for now.
    CallFailed {
        /// What failed.
        what: String
    } "call-failed" => "{what}";
    /// No instance needs this stage.
    NothingToDo {} "nothing-to-do" => "no instance of this echo is waiting for this";
    /// A link that was not mailed, or not as it was opened. It is never said how nearly right it was.
    BadLink {} "bad-link" => "the link is not one that this echo mailed";
    /// A link, genuine or not, whose time is over.
    OldLink {} "old-link" => "the link's time is over";
    /// Something else was sent than the page's form.
    BadForm {} "bad-form" => "what was sent is not the page's form";
    /// The event was not for us.
    ForeignEvent {
        /// Why.
        why: String
    } "foreign-event" => "the event is not for this echo: {why}";
}

/// Why an instance that is not ready cannot be worked on now; `None` where it is ready.
pub fn unready(instance: &Instance) -> Option<Reason> {
    let status = instance.status.clone();
    match classify(&status) {
        Class::Ready => None,
        Class::Busy => Some(Reason::Busy { status }),
        Class::Stopped => Some(Reason::Stopped { status }),
        Class::Failed => Some(Reason::Failed { status }),
        Class::Going => Some(Reason::Going { status }),
        Class::Unknown => Some(Reason::UnknownStatus { status }),
    }
}

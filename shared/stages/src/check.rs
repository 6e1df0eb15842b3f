//! Looks at what the settings make necessary, nothing twice, and hands it to the pure findings. Nothing is touched.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use jiff::Timestamp;
use tag_state::check::{
    Finding, Seen, Sight, combinations, engine, final_snapshots, findings, inherited_option_group, named,
    takes_the_sources_class, versions, zone_id,
};
use tag_state::decide::Decision;
use tag_state::decide::new::{identifier, ours};
use tag_state::facts::{EngineVersion, Instance, Snapshot};
use tag_state::parameter::Parameter;
use tag_state::settings::{Approval, Caller, Settings, Source};

use crate::ports::{Answer, Dns, Failure, Identity, Lookups, Rds};

/// What check needs of the world.
pub struct Ports<'a, R, D, L> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53.
    pub dns: &'a D,
    /// The rest.
    pub lookups: &'a L,
}

/// What a person is told.
#[derive(Clone, Debug)]
pub struct Look {
    /// All of it.
    pub findings: Vec<Finding>,
    /// The customer's key that a restore would use, which a role must be allowed; see
    /// [`permissions`](crate::permissions).
    pub customer_key: Option<String>,
}

/// Looks at everything that the settings name, for a person.
pub async fn run<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    identity: &Answer<Identity>,
    region: &str,
    ports: &Ports<'_, R, D, L>,
    now: Timestamp,
) -> Look {
    let Source::LatestSnapshotOf(source) = &settings.source;
    let instances = ports.rds.instances(&settings.name.identifier_prefix()).await;
    let snapshots = ports.rds.snapshots(source, &settings.snapshots.types).await;
    let sight = look(settings, ports, (seen(instances), seen(snapshots)), Caller::Person, now).await;
    let mut found = vec![access(settings, identity, region)];
    found.extend(findings(settings, &sight, Caller::Person, now));
    Look { findings: found, customer_key: sight.customer_key(settings).map(str::to_owned) }
}

fn access(settings: &Settings, identity: &Answer<Identity>, region: &str) -> Finding {
    const WHAT: &str = "credentials";
    match identity {
        Err(error) => Finding::bad(WHAT, format!("{error}: log in, or choose a profile with --profile")),
        Ok(identity) => match settings.check_place(region, &identity.account) {
            Ok(()) => Finding::good(WHAT, format!("{} in {region}, account {}", identity.arn, identity.account)),
            Err(error) => {
                let problems: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
                Finding::bad(WHAT, problems.join("; "))
            }
        },
    }
}

fn seen<T>(answer: Answer<T>) -> Seen<T> {
    answer.map_err(|error| error.to_string())
}

/// Everything else, for one who knows the instances and the source's snapshots already; as far as it can be seen
/// before [`Lookups::enough`].
pub(crate) async fn look<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    ports: &Ports<'_, R, D, L>,
    (instances, snapshots): (Seen<Vec<Instance>>, Seen<Vec<Snapshot>>),
    caller: Caller,
    now: Timestamp,
) -> Sight {
    let mut sight = Sight { instances: Some(instances), snapshots: Some(snapshots), ..Sight::default() };
    let seen_all = {
        let mut looking = pin!(everything(settings, ports, caller, now, &mut sight));
        let mut enough = pin!(ports.lookups.enough());
        poll_fn(|context| match looking.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending => enough.as_mut().poll(context).map(|()| false),
        })
        .await
    };
    sight.unfinished = !seen_all;
    sight
}

/// What was seen stands in `sight` at once: this can be left at each call.
async fn everything<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    ports: &Ports<'_, R, D, L>,
    caller: Caller,
    now: Timestamp,
    sight: &mut Sight,
) {
    if let Some(snapshot) = sight.snapshot(settings).cloned() {
        engine_and_class(settings, ports, &snapshot, sight).await;
    }
    groups(settings, ports.lookups, sight).await;
    // No function may look at it: only modify's lets RDS do that, in its name.
    if caller == Caller::Person
        && let Some(key) = settings.modify.parameters.get(&Parameter::MasterUserSecretKmsKeyId)
    {
        sight.secret_key = Some(seen(ports.lookups.storage_key(&key.to_string()).await));
    }
    sight.quotas = Some(seen(ports.lookups.quotas().await));
    for name in final_snapshots(settings, &to_live(settings, sight, now)) {
        let found = ports.rds.snapshot(&name).await;
        sight.final_snapshots.insert(name, seen(found.map(|found| found.is_some())));
    }
    record(settings, ports, caller, sight).await;
    mails(settings, ports.lookups, caller, sight).await;
}

/// What depends on the snapshot.
async fn engine_and_class<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    ports: &Ports<'_, R, D, L>,
    snapshot: &Snapshot,
    sight: &mut Sight,
) {
    let engine = engine(settings, snapshot);
    for version in versions(settings, snapshot) {
        let found = seen(ports.lookups.engine_version(&engine, &version).await);
        if let Ok(Some(EngineVersion { upgrades: Some(upgrades), .. })) = &found {
            sight.upgrades.insert(version.clone(), upgrades.clone());
        }
        sight.families.insert(version, found.map(|found| found.map(|found| found.family)));
    }
    // Another account's cannot be looked at, and what is called so here is another one.
    if takes_the_sources_class(settings) && settings.snapshots.account.is_none() {
        let Source::LatestSnapshotOf(source) = &settings.source;
        sight.source = Some(seen(ports.rds.instance(source).await));
    }
    let source = sight.source.as_ref().and_then(|seen| seen.as_ref().ok()?.as_ref());
    for (version, class) in combinations(settings, snapshot, source) {
        let offers = seen(ports.lookups.orderable(&engine, &version, &class).await);
        sight.orderable.insert((version, class), offers);
    }
    if let Some(key) = snapshot.kms_key.as_ref().filter(|_| snapshot.encrypted) {
        sight.storage_key = Some(seen(ports.lookups.storage_key(key).await));
    }
    if let Some(name) = inherited_option_group(settings, snapshot) {
        let group = seen(ports.lookups.option_group(name).await);
        sight.option_groups.insert(name.to_owned(), group);
    }
}

async fn groups(settings: &Settings, lookups: &impl Lookups, sight: &mut Sight) {
    for name in named(settings, Parameter::DbParameterGroupName) {
        let group = seen(lookups.parameter_group(&name).await);
        sight.parameter_groups.insert(name, group);
    }
    for name in named(settings, Parameter::OptionGroupName) {
        if sight.option_groups.contains_key(&name) {
            continue;
        }
        let group = seen(lookups.option_group(&name).await);
        sight.option_groups.insert(name, group);
    }
    if let Some(name) = named(settings, Parameter::DbSubnetGroupName).first() {
        sight.subnet_group = Some(seen(lookups.subnet_group(name).await));
    }
    let ids = named(settings, Parameter::VpcSecurityGroupIds);
    if !ids.is_empty() {
        sight.security_groups = Some(seen(lookups.security_groups(&ids).await));
    }
}

/// The identifiers of those that live, and of the next one.
fn to_live(settings: &Settings, sight: &Sight, now: Timestamp) -> Vec<String> {
    let Some(Ok(named)) = &sight.instances else { return Vec::new() };
    let Ok(own) = ours(settings, named.clone()) else { return Vec::new() };
    let next = match identifier(settings, &own, now) {
        Decision::Act(next) => Some(next),
        Decision::Wait { .. } | Decision::Refuse(_) | Decision::Nothing(_) => None,
    };
    own.iter().map(|own| own.identifier().to_owned()).chain(next).collect()
}

async fn record<R: Rds, D: Dns, L: Lookups>(
    settings: &Settings,
    ports: &Ports<'_, R, D, L>,
    caller: Caller,
    sight: &mut Sight,
) {
    // A function is told the zone, and may list no others.
    if caller == Caller::Person {
        sight.zones = Some(seen(ports.lookups.zones().await));
    }
    let zones = sight.zones.as_ref().and_then(|zones| zones.as_deref().ok());
    let zone = zone_id(settings, zones);
    let Some(zone) = zone else { return };
    sight.record = Some(match ports.dns.record(&zone, &settings.promote.cname).await {
        Ok(record) => Ok(Some(record)),
        Err(error) if error.failure == Failure::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    });
}

async fn mails(settings: &Settings, lookups: &impl Lookups, caller: Caller, sight: &mut Sight) {
    // Where nobody is asked, mails tell of trouble only: a person looks, and **new**, which it would not stop, may not.
    let asks = matches!(settings.promote.approval, Approval::Required { .. });
    if !asks && (caller == Caller::Function || settings.promote.sender.is_none()) {
        return;
    }
    let account = seen(lookups.mail_account().await);
    let sandbox = account.as_ref().is_ok_and(|account| !account.production);
    sight.mail_account = Some(account);
    let told = settings.told_of_trouble();
    let recipients = settings.approvers().iter().chain(&told).filter(|_| sandbox);
    let addresses: BTreeSet<&String> = settings.promote.sender.iter().chain(recipients).collect();
    for address in addresses {
        let verified = seen(lookups.sender(address).await);
        sight.verified.insert(address.clone(), verified);
    }
    if let Some(key_id) = settings.promote.key_id.as_ref().filter(|_| asks) {
        sight.mac_key = Some(seen(lookups.mac_key(key_id).await));
    }
}

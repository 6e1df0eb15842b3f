//! Whether people can be asked, and answer.

use super::{Finding, Grade, Sight};
use crate::settings::{Approval, Caller, Settings};
use crate::tags::{LONGEST_KEY, fits_a_tag};

/// Sender, account, approvers, key and address of the links.
pub(super) fn asking(settings: &Settings, sight: &Sight, caller: Caller) -> Vec<Finding> {
    const WHAT: &str = "rdsecho.promote.approvers";
    let (approvers, approvals) = match &settings.promote.approval {
        Approval::None => {
            let nobody = Finding::doubtful(WHAT, "nobody is asked: rdsecho.promote.approval=none");
            return [vec![nobody], of_trouble(settings, sight)].concat();
        }
        Approval::Typed => {
            let says =
                "none are named: a person promotes with rds-echo promote, and the functions refuse these settings";
            return [vec![Finding::doubtful(WHAT, says)], of_trouble(settings, sight)].concat();
        }
        Approval::Required { approvers, approvals, .. } => (approvers, *approvals),
    };
    let mut found = unstorable(settings, approvers);
    if found.is_empty() {
        let says = format!("{} of {} must confirm, and each answer can be stored", approvals, approvers.len());
        found.push(Finding::good(WHAT, says));
    }
    found.extend(sender(settings, sight));
    found.extend(account(approvers, approvals, sight));
    found.extend(told(settings, sight));
    found.extend(links(settings, sight, caller));
    found
}

/// Where nobody is asked, mails still tell of trouble; that they cannot stops no stage.
fn of_trouble(settings: &Settings, sight: &Sight) -> Vec<Finding> {
    if settings.promote.sender.is_none() {
        return Vec::new();
    }
    let mut found: Vec<Finding> = sender(settings, sight).into_iter().collect();
    found.extend(account(&[], 0, sight));
    for one in found.iter_mut().filter(|one| one.grade == Grade::Bad) {
        one.grade = Grade::Doubtful;
    }
    found.extend(told(settings, sight));
    found
}

/// In the sandbox those who are told of trouble must be verified as well as those who are asked.
fn told(settings: &Settings, sight: &Sight) -> Option<Finding> {
    let what = if settings.troubles.notify.is_empty() { "rdsecho.promote.replyTo" } else { "rdsecho.notify" };
    if !matches!(&sight.mail_account, Some(Ok(account)) if !account.production) {
        return None;
    }
    let told = settings.told_of_trouble();
    let others = told.iter().filter(|address| !settings.approvers().contains(address));
    let seen: Vec<_> = others.filter_map(|address| Some((address.as_str(), sight.verified.get(address)?))).collect();
    if let Some((_, Err(error))) = seen.iter().find(|(_, seen)| seen.is_err()) {
        return Some(Finding::unseen(what, error));
    }
    let unverified: Vec<&str> =
        seen.iter().filter(|(_, seen)| matches!(seen, Ok(false))).map(|(address, _)| *address).collect();
    let says = "SES keeps this account in its sandbox and will tell no trouble to";
    let says = || format!("{says} {}: verify them, or ask AWS for production access", unverified.join(", "));
    (!unverified.is_empty()).then(|| Finding::doubtful(what, says()))
}

/// An approver's answer becomes the key of a tag.
fn unstorable(settings: &Settings, approvers: &[String]) -> Vec<Finding> {
    let prefix = settings.name.tag_key("confirmed:").chars().count();
    let stored = |address: &&String| fits_a_tag(address) && prefix + address.chars().count() <= LONGEST_KEY;
    let says = |address: &String| {
        let rule = format!("letters, digits and _ . : / = + - @; {LONGEST_KEY} characters with its prefix");
        format!("the answer of {address} cannot be stored in a tag ({rule}): use another address for them")
    };
    let lost = approvers.iter().filter(|address| !stored(address));
    lost.map(|address| Finding::bad("rdsecho.promote.approvers", says(address))).collect()
}

fn sender(settings: &Settings, sight: &Sight) -> Option<Finding> {
    const WHAT: &str = "rdsecho.promote.sender";
    let Some(sender) = &settings.promote.sender else {
        return Some(Finding::bad(WHAT, "is not set: nobody can be mailed; set an address that SES has verified"));
    };
    Some(match sight.verified.get(sender)? {
        Ok(true) => Finding::good(WHAT, format!("SES has verified {sender}")),
        Ok(false) => Finding::bad(
            WHAT,
            format!("SES has verified neither {sender} nor its domain, nor one above that: verify one of them"),
        ),
        Err(error) => Finding::unseen(WHAT, error),
    })
}

/// The identities any one of which SES must have verified for an address: the address itself, that without its label,
/// its domain, and the domains above it (Amazon SES Developer Guide, "Creating and verifying identities"). Domains are
/// asked for in lower case; in an address SES takes small and capital letters for different ones.
pub fn identities(address: &str) -> Vec<String> {
    let Some((person, domain)) = address.rsplit_once('@') else { return vec![address.to_owned()] };
    let mut found = vec![address.to_owned()];
    if let Some((person, _)) = person.split_once('+') {
        found.push(format!("{person}@{domain}"));
    }
    let domain = domain.to_ascii_lowercase();
    let above = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]).filter(|above| above.contains('.'));
    found.extend([domain.as_str()].into_iter().chain(above).map(str::to_owned));
    found
}

/// In its sandbox SES mails verified addresses only.
fn account(approvers: &[String], approvals: usize, sight: &Sight) -> Vec<Finding> {
    const WHAT: &str = "mail account";
    let account = match &sight.mail_account {
        None => return Vec::new(),
        Some(Err(error)) => return vec![Finding::unseen(WHAT, error)],
        Some(Ok(account)) => account,
    };
    if !account.sending {
        let says = "SES has switched sending off for this account: see what its reputation page says, and ask AWS";
        return vec![Finding::bad(WHAT, says)];
    }
    if account.production {
        return vec![Finding::good(WHAT, "SES mails whomever it is asked to")];
    }
    let seen = || approvers.iter().filter_map(|address| Some((address.as_str(), sight.verified.get(address)?)));
    let unverified: Vec<&str> =
        seen().filter(|(_, seen)| matches!(seen, Ok(false))).map(|(address, _)| address).collect();
    if let Some((_, Err(error))) = seen().find(|(_, seen)| seen.is_err()) {
        return vec![Finding::unseen(WHAT, error)];
    }
    if unverified.is_empty() {
        let says = "SES keeps this account in its sandbox, and has verified every approver";
        return vec![Finding::good(
            WHAT,
            if approvers.is_empty() { "SES keeps this account in its sandbox" } else { says },
        )];
    }
    let says = format!(
        "SES keeps this account in its sandbox and will not mail {}: verify them, or ask AWS for production access",
        unverified.join(", ")
    );
    // The others may be enough.
    let enough = approvers.len() - unverified.len() >= approvals;
    vec![if enough { Finding::doubtful(WHAT, says) } else { Finding::bad(WHAT, says) }]
}

/// Of the functions, **new** is not told what links begin with: that is the business of those that make them.
fn links(settings: &Settings, sight: &Sight, caller: Caller) -> Vec<Finding> {
    const KEY: &str = "rdsecho.promote.keyId";
    const URL: &str = "rdsecho.promote.url";
    let is_person = caller == Caller::Person;
    let mut found = Vec::new();
    match (&settings.promote.key_id, &sight.mac_key) {
        (None, _) if is_person => {
            found.push(Finding::bad(KEY, "is not set: no link can be signed; name an HMAC key of KMS"))
        }
        (None, _) | (Some(_), None) => {}
        (Some(key_id), Some(Ok(None))) => found.push(Finding::good(KEY, format!("{key_id} can sign links"))),
        (Some(key_id), Some(Ok(Some(wrong)))) => {
            let says = format!("{key_id} cannot sign links: {wrong}; name an HMAC key of KMS that is enabled");
            found.push(Finding::bad(KEY, says));
        }
        (Some(_), Some(Err(error))) => found.push(Finding::unseen(KEY, error)),
    }
    match &settings.promote.url {
        Some(url) => found.push(Finding::good(URL, url.clone())),
        None if is_person => {
            found.push(Finding::doubtful(URL, "is not set: rds-echo request cannot mail links (the functions know it)"))
        }
        None => {}
    }
    found
}

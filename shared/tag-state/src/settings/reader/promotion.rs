//! The name that is moved, and who is asked before.

use jiff::SignedDuration;

use super::entries::{Reader, mail_address};
use crate::name::EchoName;
use crate::settings::{Approval, Caller, Promotion, TimeZoneName};
use crate::tags::{LONGEST_KEY, fits_a_tag};

pub(super) fn promotion(reader: &mut Reader, name: Option<&EchoName>, caller: Caller) -> Promotion {
    let cname = match reader.take("rdsecho.promote.cname") {
        Some(entry) => {
            let bare = entry.value.trim().trim_end_matches('.').to_owned();
            if !host_name(&bare) {
                reader.problem(&entry, format!("{:?} is not a DNS name such as dev-db.example.com", entry.value));
            }
            bare
        }
        None => {
            reader.missing("rdsecho.promote.cname", "is missing: the DNS name that is pointed at the current instance");
            String::new()
        }
    };
    Promotion {
        cname,
        ttl: reader.number("rdsecho.promote.ttl", 60, 0, 172_800),
        tags: reader.tags("rdsecho.promote.tags"),
        // Route 53 shows ids with that prefix, and takes them with it.
        hosted_zone_id: reader
            .text("rdsecho.promote.hostedZoneId")
            .map(|id| id.trim_start_matches("/hostedzone/").to_owned()),
        approval: approval(reader, name, caller),
        sender: address(reader, "rdsecho.promote.sender"),
        reply_to: address(reader, "rdsecho.promote.replyTo"),
        time_zone: time_zone(reader),
        url: reader.text("rdsecho.promote.url").map(|url| url.trim_end_matches('/').to_owned()),
        key_id: reader.text("rdsecho.promote.keyId"),
    }
}

/// A bare address, which goes into the head of mails.
fn address(reader: &mut Reader, key: &str) -> Option<String> {
    let entry = reader.take(key)?;
    let address = entry.value.trim();
    if !mail_address(address) || address.contains(['<', '>', '"', ',', ';']) {
        reader.problem(&entry, format!("{address:?} is not a mail address such as ann@example.com"));
        return None;
    }
    Some(address.to_owned())
}

fn time_zone(reader: &mut Reader) -> TimeZoneName {
    let Some(entry) = reader.take("rdsecho.promote.timeZone") else { return TimeZoneName::UTC };
    let name = entry.value.trim();
    TimeZoneName::find(name).unwrap_or_else(|| {
        reader.problem(&entry, format!("{name:?} is no time zone such as Europe/Berlin, or UTC"));
        TimeZoneName::UTC
    })
}

fn approval(reader: &mut Reader, name: Option<&EchoName>, caller: Caller) -> Approval {
    let required = match reader.take("rdsecho.promote.approval") {
        None => true,
        Some(entry) => match entry.value.trim() {
            "required" => true,
            "none" => false,
            other => {
                reader.problem(&entry, format!("{other:?} is neither required nor none"));
                true
            }
        },
    };
    let mut approvers: Vec<String> = Vec::new();
    let mut named = false;
    if let Some(entry) = &reader.take("rdsecho.promote.approvers") {
        for address in entry.value.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            named = true;
            let key = name.map_or(0, |name| name.tag_key("confirmed:").chars().count()) + address.chars().count();
            if !mail_address(address) {
                reader.problem(entry, format!("{address:?} is not a mail address"));
            } else if !fits_a_tag(address) || key > LONGEST_KEY {
                reader.problem(entry, format!(
                    "the click of {address:?} could not be stored in a tag (letters, digits and _ . : / = + - @; {LONGEST_KEY} characters with its prefix): use another address for them"
                ));
            } else if approvers.iter().any(|other| other.eq_ignore_ascii_case(address)) {
                reader.problem(entry, format!("{address:?} stands in it twice"));
            } else {
                approvers.push(address.to_owned());
            }
        }
    }
    let approvals_entry = reader.given("rdsecho.promote.approvals").cloned();
    let approvals = reader.number("rdsecho.promote.approvals", 1, 1, 14).unsigned_abs() as usize;
    let expiry = SignedDuration::from_hours(reader.number("rdsecho.promote.expiryHours", 72, 1, 720));
    let window = SignedDuration::from_hours(reader.number("rdsecho.promote.windowHours", 1, 0, 720));
    let reminder = reminder(reader, expiry);
    if !required {
        return Approval::None;
    }
    if !named && caller == Caller::Function {
        reader.missing(
            "rdsecho.promote.approvers",
            "is missing: the mail addresses of those who are asked (or say rdsecho.promote.approval=none, and nobody is)",
        );
        return Approval::Typed;
    }
    // One person who types the identifier is one approval.
    let most = if named { approvers.len() } else { 1 };
    if let Some(entry) = approvals_entry.filter(|_| approvals > most) {
        reader.problem(&entry, format!("{approvals} approvals are demanded of {} approvers", approvers.len()));
    }
    if !named {
        return Approval::Typed;
    }
    Approval::Required { approvers, approvals, expiry, window, reminder }
}

/// How long before the end; a third of the time where nothing is said.
fn reminder(reader: &mut Reader, expiry: SignedDuration) -> Option<SignedDuration> {
    const KEY: &str = "rdsecho.promote.reminderHours";
    let entry = reader.given(KEY).cloned();
    let reminder = SignedDuration::from_hours(reader.number(KEY, 0, 0, 720));
    let Some(entry) = entry else { return Some(expiry / 3) };
    if reminder >= expiry {
        let hours = expiry.as_hours();
        reader.problem(&entry, format!("a reminder is to come before the links end, and they work for {hours} hours"));
    }
    (reminder > SignedDuration::ZERO).then_some(reminder)
}

fn host_name(name: &str) -> bool {
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.chars().all(|each| each.is_ascii_alphanumeric() || each == '-' || each == '_')
        })
}

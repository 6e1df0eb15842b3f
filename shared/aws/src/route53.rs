//! [`Dns`] with Amazon Route 53.

use aws_sdk_route53::config::http::HttpResponse;
use aws_sdk_route53::error::{BuildError, SdkError};
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use stages::ports::{Answer, CallError, Dns, Failure};
use tag_state::calls::Swap;
use tag_state::facts::Record;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, not_asked};
use crate::lazy::Lazy;

/// The Route 53 client.
#[derive(Debug)]
pub struct Route53(Lazy<aws_sdk_route53::Client>);

impl Route53 {
    /// A client for Route 53, which is one service for all regions of a partition.
    pub fn new(environment: &Environment) -> Route53 {
        Route53(Lazy::new(environment, |environment| {
            let config = aws_sdk_route53::config::Builder::from(&environment.sdk_config(Service::Route53));
            aws_sdk_route53::Client::from_conf(config.interceptor(environment.calls()).build())
        }))
    }

    /// With its client made at once, for a function that uses it at each event.
    pub fn prepared(self) -> Route53 {
        self.0.prepare();
        self
    }
}

/// The SDK takes ids with and without the prefix that Route 53's own answers carry; a local cloud may not.
fn bare(zone_id: &str) -> &str {
    zone_id.trim_start_matches('/').trim_start_matches("hostedzone/")
}

impl Dns for Route53 {
    async fn record(&self, zone_id: &str, name: &str) -> Answer<Record> {
        // A listing begins at the first record set of that name, or at the next name where there is none. A second
        // record set of the same name means that neither is a plain CNAME, so two are enough to know.
        let output = self
            .0
            .list_resource_record_sets()
            .hosted_zone_id(bare(zone_id))
            .start_record_name(name)
            .max_items(2)
            .send()
            .await
            .map_err(|error| call_error("ListResourceRecordSets", name, &error))?;
        let sets: Vec<&ResourceRecordSet> =
            output.resource_record_sets().iter().filter(|set| normalized(set.name()) == normalized(name)).collect();
        Ok(match sets[..] {
            [] => Record::Absent,
            [set] => record_of(set),
            [first, ..] => {
                let routed = routing(first).map_or(String::new(), |routing| format!(", the first {routing}"));
                Record::Other(format!("several record sets of that name{routed}"))
            }
        })
    }

    async fn swap(&self, swap: &Swap) -> Answer<()> {
        const OPERATION: &str = "ChangeResourceRecordSets";
        let batch = change_batch(swap).map_err(|message| not_asked(OPERATION, swap.name(), message))?;
        self.0
            .change_resource_record_sets()
            .hosted_zone_id(bare(swap.zone_id()))
            .change_batch(batch)
            .send()
            .await
            .map_err(|error| swap_error(call_error(OPERATION, swap.name(), &error), &error))?;
        Ok(())
    }
}

/// DELETE of the record as it was read and CREATE of the new one. Route 53 applies a batch as a whole or not at
/// all, and a DELETE whose type, TTL or value is not the current one is an error: that is the compare.
/// UPSERT would overwrite whatever is there.
fn change_batch(swap: &Swap) -> Result<ChangeBatch, String> {
    let change = |action, ttl, value: &str| -> Result<Change, BuildError> {
        let set = ResourceRecordSet::builder()
            .name(swap.name())
            .r#type(RrType::Cname)
            .ttl(ttl)
            .resource_records(ResourceRecord::builder().value(value).build()?)
            .build()?;
        Change::builder().action(action).resource_record_set(set).build()
    };
    let build = |old: Option<(&str, i64)>| -> Result<ChangeBatch, BuildError> {
        let mut batch = ChangeBatch::builder().comment(format!("rds-echo: {} to {}", swap.name(), swap.value()));
        if let Some((value, ttl)) = old {
            batch = batch.changes(change(ChangeAction::Delete, ttl, value)?);
        }
        batch.changes(change(ChangeAction::Create, swap.ttl(), swap.value())?).build()
    };
    match swap.old() {
        Record::Absent => build(None),
        Record::Cname { value, ttl } => build(Some((value, *ttl))),
        Record::Other(what) => return Err(format!("the record is not a plain CNAME: {what}")),
    }
    .map_err(|error| error.to_string())
}

/// Route 53 has answered a rejected batch in two forms: the usual `ErrorResponse`, and one with
/// `InvalidChangeBatch` as its root element (still in the API reference), in which the SDK finds no code.
/// Both must mean "read again", or a lost race would count as a refusal for good.
fn swap_error(mut converted: CallError, error: &SdkError<ChangeResourceRecordSetsError, HttpResponse>) -> CallError {
    let service_error = error.as_service_error();
    if let Some(ChangeResourceRecordSetsError::InvalidChangeBatch(batch)) = service_error {
        if !batch.messages().is_empty() {
            converted.message = batch.messages().join("; ");
        }
    } else if converted.code.is_none()
        && let Some(body) = error.raw_response().and_then(|raw| raw.body().bytes())
        && String::from_utf8_lossy(body).contains("<InvalidChangeBatch")
    {
        converted.failure = Failure::Changed;
        converted.code = Some("InvalidChangeBatch".to_owned());
        converted.message = words(&String::from_utf8_lossy(body));
    }
    converted
}

/// The text of a small XML document without its tags.
fn words(xml: &str) -> String {
    let parts: Vec<&str> = xml
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    parts.join(" ")
}

/// A plain CNAME, or in words what else it is.
fn record_of(set: &ResourceRecordSet) -> Record {
    if let Some(routing) = routing(set) {
        return Record::Other(routing);
    }
    if *set.r#type() != RrType::Cname {
        return Record::Other(format!("a record of type {}", set.r#type().as_str()));
    }
    match (set.resource_records(), set.ttl()) {
        ([record], Some(ttl)) => Record::Cname { value: record.value().to_owned(), ttl },
        (records, Some(_)) => Record::Other(format!("a CNAME with {} values", records.len())),
        (_, None) => Record::Other("a CNAME without a time to live".to_owned()),
    }
}

/// How a record set that is not plain is routed. A swap would have to repeat these parts in its DELETE, and
/// its CREATE would lose them.
fn routing(set: &ResourceRecordSet) -> Option<String> {
    let kind = if let Some(alias) = set.alias_target() {
        return Some(format!("an alias of {}", alias.dns_name()));
    } else if set.weight().is_some() {
        "a weighted record"
    } else if set.region().is_some() {
        "a latency record"
    } else if set.failover().is_some() {
        "a failover record"
    } else if set.geo_location().is_some() || set.geo_proximity_location().is_some() {
        "a geolocation record"
    } else if set.multi_value_answer() == Some(true) {
        "a multivalue answer record"
    } else if set.cidr_routing_config().is_some() {
        "an IP-based record"
    } else if set.set_identifier().is_some() {
        "a routed record"
    } else if set.traffic_policy_instance_id().is_some() {
        "a record of a traffic policy"
    } else if set.health_check_id().is_some() {
        "a record with a health check"
    } else {
        return None;
    };
    Some(match set.set_identifier() {
        Some(identifier) => format!("{kind} (set identifier {identifier})"),
        None => kind.to_owned(),
    })
}

/// A name as it compares: lower case, without the final dot, and with Route 53's octal escapes resolved
/// (a listing shows `*.example.com` as `\052.example.com.`).
fn normalized(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'\\'
            && let Some(code) = tail.get(..3).and_then(|digits| std::str::from_utf8(digits).ok())
            && let Ok(byte) = u8::from_str_radix(code, 8)
        {
            bytes.push(byte);
            rest = &tail[3..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8_lossy(&bytes).trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_final_dot_and_escapes() {
        assert_eq!(normalized("DB.Example.com."), normalized("db.example.com"));
        assert_eq!(normalized("\\052.example.com."), normalized("*.example.com"));
        assert_ne!(normalized("xdb.example.com"), normalized("db.example.com"));
        assert_eq!(normalized("back\\slash"), "back\\slash", "not an escape");
        assert_eq!(normalized("\\05"), "\\05");
    }

    #[test]
    fn zone_ids_lose_their_prefix() {
        for id in ["Z1", "/hostedzone/Z1", "hostedzone/Z1"] {
            assert_eq!(bare(id), "Z1");
        }
    }
}

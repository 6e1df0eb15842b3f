//! The little of AWS that the stages need beside RDS: each operation has one answer, whatever was asked. Links are
//! always genuine, and the name always leads to a host of before.

use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value, json};

/// 32 bytes, as KMS writes them.
const MAC: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const LEADS_TO: &str = "dev-legacy.internal.example.test";
const ROUTE53: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// A call that is known here.
#[derive(Debug)]
pub(crate) struct Call {
    /// As IAM names actions, and the functions in their log line: `events:PutEvents`.
    pub(crate) operation: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) answer: Bytes,
}

/// The call that a request is; `None` for every other one.
pub(crate) fn call(head: &Parts, body: &[u8]) -> Option<Call> {
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let path = head.uri.path().trim_end_matches('/');
    let json = |operation, answer: Value| {
        Some(Call { operation, content_type: "application/x-amz-json-1.1", answer: Bytes::from(answer.to_string()) })
    };
    let xml = |operation, answer: String| Some(Call { operation, content_type: "text/xml", answer: answer.into() });
    match (target, &head.method) {
        (Some("AWSEvents.PutEvents"), _) => json("events:PutEvents", put(body)),
        (Some("TrentService.GenerateMac"), _) => {
            json("kms:GenerateMac", json!({ "KeyId": "bench", "Mac": MAC, "MacAlgorithm": "HMAC_SHA_256" }))
        }
        (Some("TrentService.VerifyMac"), _) => {
            json("kms:VerifyMac", json!({ "KeyId": "bench", "MacValid": true, "MacAlgorithm": "HMAC_SHA_256" }))
        }
        (None, &Method::POST) if path == "/v2/email/outbound-emails" => {
            json("ses:SendEmail", json!({ "MessageId": "bench" }))
        }
        (Some("TrentService.DescribeKey"), _) => json("kms:DescribeKey", key()),
        (None, &Method::GET) if path == "/v2/email/account" => {
            json("ses:GetAccount", json!({ "ProductionAccessEnabled": true, "SendingEnabled": true }))
        }
        (None, &Method::GET) if path.starts_with("/v2/email/identities/") => {
            json("ses:GetEmailIdentity", json!({ "VerifiedForSendingStatus": true }))
        }
        (None, &Method::GET) if path.ends_with("/rrset") => {
            xml("route53:ListResourceRecordSets", record(head.uri.query().unwrap_or_default()))
        }
        (None, &Method::POST) if path.ends_with("/rrset") => xml("route53:ChangeResourceRecordSets", changed()),
        _ => None,
    }
}

/// Whichever is asked about, it signs links.
fn key() -> Value {
    let about = json!({ "KeyId": "bench", "KeyUsage": "GENERATE_VERIFY_MAC", "KeyState": "Enabled", "Enabled": true });
    json!({ "KeyMetadata": about })
}

/// Every entry is taken.
fn put(body: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let count = request["Entries"].as_array().map_or(0, Vec::len);
    let entries: Vec<Value> = (0..count).map(|number| json!({ "EventId": format!("{number:032x}") })).collect();
    json!({ "FailedEntryCount": 0, "Entries": entries })
}

/// The record of the name that was asked for.
fn record(query: &str) -> String {
    let name = query.split('&').find_map(|pair| pair.strip_prefix("name=")).unwrap_or_default();
    format!(
        "<ListResourceRecordSetsResponse xmlns=\"{ROUTE53}\"><ResourceRecordSets><ResourceRecordSet>\
         <Name>{name}.</Name><Type>CNAME</Type><TTL>300</TTL>\
         <ResourceRecords><ResourceRecord><Value>{LEADS_TO}</Value></ResourceRecord></ResourceRecords>\
         </ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>2</MaxItems>\
         </ListResourceRecordSetsResponse>"
    )
}

fn changed() -> String {
    format!(
        "<ChangeResourceRecordSetsResponse xmlns=\"{ROUTE53}\"><ChangeInfo><Id>/change/C0BENCH</Id>\
         <Status>PENDING</Status><SubmittedAt>2026-11-22T00:00:00Z</SubmittedAt></ChangeInfo>\
         </ChangeResourceRecordSetsResponse>"
    )
}

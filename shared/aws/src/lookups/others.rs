//! What other services know of the things that settings name.

use std::collections::BTreeSet;

use aws_sdk_kms::types::{KeyManagerType, KeyState, KeyUsageType};
use stages::ports::{Answer, Failure, Identity};
use tag_state::check::identities;
use tag_state::facts::{MailAccount, SecurityGroup, StorageKey, Zone};

use crate::errors::{call_error, unexpected};
use crate::query::{Element, Query};

pub(super) async fn identity(sts: &aws_sdk_sts::Client) -> Answer<Identity> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = sts.get_caller_identity().send().await;
    let output = answer.map_err(|error| call_error(OPERATION, "the credentials", &error))?;
    match (output.account(), output.arn()) {
        (Some(account), Some(arn)) => Ok(Identity { account: account.to_owned(), arn: arn.to_owned() }),
        (_, _) => Err(unexpected(OPERATION, "the credentials", "the answer names no account")),
    }
}

/// Asked with a filter: asked by id, EC2 would refuse all because of one that is missing.
pub(super) async fn security_groups(ec2: &Query, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = ids.iter().enumerate().map(|(place, id)| (format!("Filter.1.Value.{}", place + 1), id.clone()));
    let parameters: Vec<(String, String)> =
        [("Filter.1.Name".to_owned(), "group-id".to_owned())].into_iter().chain(values).collect();
    let subject: Vec<&str> = ids.iter().map(String::as_str).collect();
    let answer = ec2.call("DescribeSecurityGroups", &subject.join(", "), &parameters).await?;
    let groups = answer.get("securityGroupInfo").map(|list| &list.elements[..]).unwrap_or_default();
    let group = |group: &Element| SecurityGroup {
        id: group.text_of("groupId").to_owned(),
        vpc: group.text_of("vpcId").to_owned(),
    };
    // A local cloud may not know this filter, and answer all that there are.
    Ok(groups.iter().map(group).filter(|group| ids.contains(&group.id)).collect())
}

pub(super) async fn storage_key(kms: &aws_sdk_kms::Client, key_id: &str) -> Answer<Option<StorageKey>> {
    let output = match kms.describe_key().key_id(key_id).send().await {
        Ok(output) => output,
        Err(error) => {
            let error = call_error("DescribeKey", key_id, &error);
            return if error.failure == Failure::NotFound { Ok(None) } else { Err(error) };
        }
    };
    Ok(output.key_metadata().map(|key| StorageKey {
        enabled: key.enabled(),
        encrypts: key.key_usage() == Some(&KeyUsageType::EncryptDecrypt),
        state: key.key_state().map_or("unknown", |state| state.as_str()).to_owned(),
        of_aws: key.key_manager() == Some(&KeyManagerType::Aws),
    }))
}

pub(super) async fn zones(route53: &aws_sdk_route53::Client) -> Answer<Vec<Zone>> {
    let mut zones = Vec::new();
    let mut pages = route53.list_hosted_zones().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| call_error("ListHostedZones", "the account", &error))?;
        zones.extend(page.hosted_zones().iter().map(|zone| Zone {
            id: zone.id().trim_start_matches("/hostedzone/").to_owned(),
            name: zone.name().trim_end_matches('.').to_owned(),
            private: zone.config().is_some_and(|config| config.private_zone()),
        }));
    }
    Ok(zones)
}

pub(super) async fn mac_key(kms: &aws_sdk_kms::Client, key_id: &str) -> Answer<Option<String>> {
    let output = match kms.describe_key().key_id(key_id).send().await {
        Ok(output) => output,
        Err(error) => {
            let error = call_error("DescribeKey", key_id, &error);
            return if error.failure == Failure::NotFound {
                Ok(Some("it is not there".to_owned()))
            } else {
                Err(error)
            };
        }
    };
    let Some(key) = output.key_metadata() else { return Ok(Some("KMS says nothing of it".to_owned())) };
    Ok(if key.key_usage() != Some(&KeyUsageType::GenerateVerifyMac) {
        Some("it is no HMAC key".to_owned())
    } else if key.key_state() != Some(&KeyState::Enabled) {
        Some(format!("its state is {}", key.key_state().map_or("unknown", |state| state.as_str())))
    } else {
        None
    })
}

/// One that may not be looked at hides nothing that another shows: who asks may be allowed to ask of the domain only.
pub(super) async fn sender(ses: &aws_sdk_sesv2::Client, address: &str) -> Answer<bool> {
    let mut refused = None;
    for identity in identities(address) {
        match ses.get_email_identity().email_identity(&identity).send().await {
            Ok(output) if output.verified_for_sending_status() => return Ok(true),
            Ok(_) => {}
            Err(error) => {
                let error = call_error("GetEmailIdentity", &identity, &error);
                match error.failure {
                    Failure::NotFound => {}
                    Failure::Refused => _ = refused.get_or_insert(error),
                    // SES does not answer, and would not for the next one.
                    Failure::AlreadyExists
                    | Failure::WrongState
                    | Failure::Changed
                    | Failure::NothingToModify
                    | Failure::Unknown => return Err(error),
                }
            }
        }
    }
    refused.map_or(Ok(false), Err)
}

pub(super) async fn mail_account(ses: &aws_sdk_sesv2::Client) -> Answer<MailAccount> {
    let answer = ses.get_account().send().await;
    let output = answer.map_err(|error| call_error("GetAccount", "the account", &error))?;
    Ok(MailAccount { production: output.production_access_enabled(), sending: output.sending_enabled() })
}

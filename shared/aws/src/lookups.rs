//! [`ports::Lookups`](stages::ports::Lookups): whether what the settings name is there. Only a person's
//! `rds-echo` asks.

use aws_sdk_kms::types::{KeyState, KeyUsageType};
use stages::ports::{Answer, CallError, Failure, Identity, Lookups};
use tag_state::facts::Zone;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, unexpected};

/// The clients that lookups need.
#[derive(Clone, Debug)]
pub struct Aws {
    rds: aws_sdk_rds::Client,
    route53: aws_sdk_route53::Client,
    kms: aws_sdk_kms::Client,
    ses: aws_sdk_sesv2::Client,
    sts: aws_sdk_sts::Client,
}

impl Aws {
    /// Clients for the services of that region.
    pub fn new(environment: &Environment) -> Aws {
        Aws {
            rds: aws_sdk_rds::Client::new(&environment.sdk_config(Service::Rds)),
            route53: aws_sdk_route53::Client::new(&environment.sdk_config(Service::Route53)),
            kms: aws_sdk_kms::Client::new(&environment.sdk_config(Service::Kms)),
            ses: aws_sdk_sesv2::Client::new(&environment.sdk_config(Service::SesV2)),
            sts: aws_sdk_sts::Client::new(&environment.sdk_config(Service::Sts)),
        }
    }
}

/// "Not found" is an answer here. The codes are those of the RDS API reference.
fn is_there(error: CallError) -> Answer<bool> {
    let codes =
        ["DBParameterGroupNotFound", "OptionGroupNotFoundFault", "OptionGroupNotFound", "DBSubnetGroupNotFoundFault"];
    let not_found =
        error.failure == Failure::NotFound || error.code.as_deref().is_some_and(|code| codes.contains(&code));
    if not_found { Ok(false) } else { Err(error) }
}

impl Lookups for Aws {
    async fn identity(&self) -> Answer<Identity> {
        const OPERATION: &str = "GetCallerIdentity";
        let answer = self.sts.get_caller_identity().send().await;
        let output = answer.map_err(|error| call_error(OPERATION, "the credentials", &error))?;
        match (output.account(), output.arn()) {
            (Some(account), Some(arn)) => Ok(Identity { account: account.to_owned(), arn: arn.to_owned() }),
            (_, _) => Err(unexpected(OPERATION, "the credentials", "the answer names no account")),
        }
    }

    async fn parameter_group(&self, name: &str) -> Answer<bool> {
        let answer = self.rds.describe_db_parameter_groups().db_parameter_group_name(name).send().await;
        match answer {
            Ok(output) => Ok(!output.db_parameter_groups().is_empty()),
            Err(error) => is_there(call_error("DescribeDBParameterGroups", name, &error)),
        }
    }

    async fn option_group(&self, name: &str) -> Answer<bool> {
        match self.rds.describe_option_groups().option_group_name(name).send().await {
            Ok(output) => Ok(!output.option_groups_list().is_empty()),
            Err(error) => is_there(call_error("DescribeOptionGroups", name, &error)),
        }
    }

    async fn subnet_group(&self, name: &str) -> Answer<bool> {
        match self.rds.describe_db_subnet_groups().db_subnet_group_name(name).send().await {
            Ok(output) => Ok(!output.db_subnet_groups().is_empty()),
            Err(error) => is_there(call_error("DescribeDBSubnetGroups", name, &error)),
        }
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        let mut zones = Vec::new();
        let mut pages = self.route53.list_hosted_zones().into_paginator().send();
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

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        let output = match self.kms.describe_key().key_id(key_id).send().await {
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

    async fn sender(&self, address: &str) -> Answer<bool> {
        let domain = address.split_once('@').map_or(address, |(_, domain)| domain);
        // An address of a verified domain needs no verification of its own.
        for identity in [address, domain] {
            match self.ses.get_email_identity().email_identity(identity).send().await {
                Ok(output) if output.verified_for_sending_status() => return Ok(true),
                Ok(_) => {}
                Err(error) => {
                    let error = call_error("GetEmailIdentity", identity, &error);
                    if error.failure != Failure::NotFound {
                        return Err(error);
                    }
                }
            }
        }
        Ok(false)
    }
}

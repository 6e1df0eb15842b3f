//! [`ports::Lookups`](stages::ports::Lookups): whether what the settings name is there, and fits. `rds-echo` asks, and
//! the function `new` before it restores.

mod others;
mod rds;

use std::collections::BTreeSet;
use std::time::Duration;

use stages::ports::{Answer, Identity, Lookups};
use tag_state::facts::{
    EngineVersion, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, StorageKey, SubnetGroup,
    Zone,
};

use crate::environment::{Environment, Service};
use crate::lazy::Lazy;
use crate::query::Query;

/// The clients that lookups need, each made when it is first asked: most wake-ups of `new` look nothing up.
#[derive(Debug)]
pub struct Aws {
    rds: Lazy<aws_sdk_rds::Client>,
    route53: Lazy<aws_sdk_route53::Client>,
    kms: Lazy<aws_sdk_kms::Client>,
    ses: Lazy<aws_sdk_sesv2::Client>,
    sts: Lazy<aws_sdk_sts::Client>,
    ec2: Query,
    /// How long all lookups of one invocation may take.
    limit: Option<Duration>,
}

/// How each of them is made; the SDK has no type that is all their builders.
macro_rules! client {
    ($environment:ident, $service:ident, $sdk:ident) => {
        Lazy::new($environment, |environment| {
            let config = $sdk::config::Builder::from(&environment.sdk_config(Service::$service));
            $sdk::Client::from_conf(config.interceptor(environment.calls()).build())
        })
    };
}

impl Aws {
    /// Clients for the services of that region. They wait as long as that environment's patience lasts.
    pub fn new(environment: &Environment) -> Aws {
        Aws {
            rds: client!(environment, Rds, aws_sdk_rds),
            route53: client!(environment, Route53, aws_sdk_route53),
            kms: client!(environment, Kms, aws_sdk_kms),
            ses: client!(environment, SesV2, aws_sdk_sesv2),
            sts: client!(environment, Sts, aws_sdk_sts),
            ec2: Query::new(environment, Service::Ec2, "2016-11-15"),
            limit: environment.patience().map(|patience| patience.lookups),
        }
    }
}

impl Lookups for Aws {
    async fn identity(&self) -> Answer<Identity> {
        others::identity(&self.sts).await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        rds::parameter_group(&self.rds, name).await
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        rds::option_group(&self.rds, name).await
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        rds::subnet_group(&self.rds, name).await
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        others::security_groups(&self.ec2, ids).await
    }

    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
        rds::engine_version(&self.rds, engine, version).await
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        rds::orderable(&self.rds, engine, version, class).await
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        rds::quotas(&self.rds).await
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        others::storage_key(&self.kms, key_id).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        others::zones(&self.route53).await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        others::mac_key(&self.kms, key_id).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        others::sender(&self.ses, address).await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        others::mail_account(&self.ses).await
    }

    async fn enough(&self) {
        match self.limit {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    }
}

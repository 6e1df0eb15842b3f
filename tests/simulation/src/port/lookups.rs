//! The lookups of the check before a restore: reads like any other, with the usual faults.

use std::collections::BTreeSet;

use stages::ports::{Answer, Identity, Lookups};
use tag_state::facts::{
    EngineVersion, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, StorageKey, SubnetGroup,
    Zone,
};

use super::Port;

impl Lookups for Port {
    async fn identity(&self) -> Answer<Identity> {
        self.look_up("identity", async || self.town.rds.identity().await).await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        self.look_up("parameter_group", async || self.town.rds.parameter_group(name).await).await
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        self.look_up("option_group", async || self.town.rds.option_group(name).await).await
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        self.look_up("subnet_group", async || self.town.rds.subnet_group(name).await).await
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        self.look_up("security_groups", async || self.town.rds.security_groups(ids).await).await
    }

    async fn engine_version(&self, engine: &str, version: &str) -> Answer<Option<EngineVersion>> {
        self.look_up("engine_version", async || self.town.rds.engine_version(engine, version).await).await
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        self.look_up("orderable", async || self.town.rds.orderable(engine, version, class).await).await
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        self.look_up("quotas", async || self.town.rds.quotas().await).await
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        self.look_up("storage_key", async || self.town.rds.storage_key(key_id).await).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        self.look_up("zones", async || self.town.rds.zones().await).await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        self.look_up("mac_key", async || self.town.rds.mac_key(key_id).await).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        self.look_up("sender", async || self.town.rds.sender(address).await).await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        self.look_up("mail_account", async || self.town.rds.mail_account().await).await
    }

    async fn enough(&self) {
        self.town.rds.enough().await
    }
}

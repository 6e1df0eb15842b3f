//! The lookups of the check before a restore: reads like any other, with the usual faults.

use std::collections::BTreeSet;

use stages::ports::{Answer, Identity, Lookups};
use tag_state::facts::{
    MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, StorageKey, SubnetGroup, Zone,
};

use super::{Call, Port};

impl Lookups for Port {
    async fn identity(&self) -> Answer<Identity> {
        self.call(Call::Lookup("identity"), async || self.town.rds.identity().await).await
    }

    async fn parameter_group(&self, name: &str) -> Answer<Option<ParameterGroup>> {
        self.call(Call::Lookup("parameter_group"), async || self.town.rds.parameter_group(name).await).await
    }

    async fn option_group(&self, name: &str) -> Answer<Option<OptionGroup>> {
        self.call(Call::Lookup("option_group"), async || self.town.rds.option_group(name).await).await
    }

    async fn subnet_group(&self, name: &str) -> Answer<Option<SubnetGroup>> {
        self.call(Call::Lookup("subnet_group"), async || self.town.rds.subnet_group(name).await).await
    }

    async fn security_groups(&self, ids: &BTreeSet<String>) -> Answer<Vec<SecurityGroup>> {
        self.call(Call::Lookup("security_groups"), async || self.town.rds.security_groups(ids).await).await
    }

    async fn family(&self, engine: &str, version: &str) -> Answer<Option<String>> {
        self.call(Call::Lookup("family"), async || self.town.rds.family(engine, version).await).await
    }

    async fn orderable(&self, engine: &str, version: &str, class: &str) -> Answer<Vec<Orderable>> {
        self.call(Call::Lookup("orderable"), async || self.town.rds.orderable(engine, version, class).await).await
    }

    async fn quotas(&self) -> Answer<Vec<Quota>> {
        self.call(Call::Lookup("quotas"), async || self.town.rds.quotas().await).await
    }

    async fn storage_key(&self, key_id: &str) -> Answer<Option<StorageKey>> {
        self.call(Call::Lookup("storage_key"), async || self.town.rds.storage_key(key_id).await).await
    }

    async fn zones(&self) -> Answer<Vec<Zone>> {
        self.call(Call::Lookup("zones"), async || self.town.rds.zones().await).await
    }

    async fn mac_key(&self, key_id: &str) -> Answer<Option<String>> {
        self.call(Call::Lookup("mac_key"), async || self.town.rds.mac_key(key_id).await).await
    }

    async fn sender(&self, address: &str) -> Answer<bool> {
        self.call(Call::Lookup("sender"), async || self.town.rds.sender(address).await).await
    }

    async fn mail_account(&self) -> Answer<MailAccount> {
        self.call(Call::Lookup("mail_account"), async || self.town.rds.mail_account().await).await
    }
}

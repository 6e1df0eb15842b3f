//! What only the one who runs the simulation can do: put things into the world, or push them.

use jiff::Timestamp;
use tag_state::facts::Tags;
use tag_state::parameter::Parameters;

use super::error::{ApiError, Code};
use super::model::{DbInstance, DbSnapshot, SNAPSHOT_TYPES};
use super::{World, events, identifier, tags};

/// An instance that is there at once, `available`.
#[derive(Clone, Debug, Default)]
pub struct PlantedInstance {
    /// Its identifier.
    pub identifier: String,
    /// Its settings; the rest gets defaults.
    pub parameters: Parameters,
    /// Its tags.
    pub tags: Tags,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `KmsKeyId`: what its storage is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// `InstanceCreateTime`; now where it is not given.
    pub created: Option<Timestamp>,
}

/// A snapshot that is there at once, `available`.
#[derive(Clone, Debug)]
pub struct PlantedSnapshot {
    /// The instance that it is of.
    pub source: String,
    /// Its identifier; of a `shared` one, another account's, the whole ARN is made from it.
    pub identifier: String,
    /// `automated`, `manual`, `awsbackup`, `shared` or `public`.
    pub snapshot_type: String,
    /// `SnapshotCreateTime`; now where it is not given.
    pub created: Option<Timestamp>,
    /// The tags of the instance at that time; those that it has now where they are not given.
    pub source_tags: Option<Tags>,
    /// Whether to send the event of a snapshot that has just been created.
    pub announce: bool,
}

/// The account that shares snapshots with ours.
const OTHER_ACCOUNT: &str = "999999999999";

impl World {
    /// Puts an instance into the world.
    ///
    /// # Errors
    /// As CreateDBInstance.
    pub fn plant_instance(&mut self, planted: PlantedInstance) -> Result<&DbInstance, ApiError> {
        self.check_new(&planted.identifier, &planted.parameters, &planted.tags)?;
        let now = self.now;
        let instance = self.begin(&planted.identifier, planted.parameters, planted.tags, "administrator");
        instance.deletion_protection = planted.deletion_protection;
        instance.kms_key = planted.kms_key;
        instance.created = Some(planted.created.unwrap_or(now));
        "available".clone_into(&mut instance.status);
        if let Some(secret) = &mut instance.secret {
            "active".clone_into(&mut secret.status);
        }
        let key = instance.identifier.clone();
        let address = self.address_of(&key);
        self.instance_mut(&key)?.address = Some(address);
        self.instance(&key)
    }

    /// Puts a snapshot of an instance into the world.
    ///
    /// # Errors
    /// No such instance, a type that RDS does not have, an identifier that is taken, bad tags.
    pub fn plant_snapshot(&mut self, planted: PlantedSnapshot) -> Result<&DbSnapshot, ApiError> {
        let kind = &*planted.snapshot_type;
        if !SNAPSHOT_TYPES.contains(&kind) {
            return Err(ApiError::new(Code::InvalidParameterValue, format!("no snapshot type: {kind}")));
        }
        let foreign = matches!(kind, "shared" | "public");
        let bare = identifier::lower(&planted.identifier).into_owned();
        let key = if foreign {
            format!("arn:aws:rds:{}:{OTHER_ACCOUNT}:snapshot:{bare}", self.settings.region)
        } else {
            bare
        };
        if self.snapshots.contains_key(&key) {
            return Err(ApiError::new(Code::DbSnapshotAlreadyExists, format!("DBSnapshot {key} already exists.")));
        }
        let mut snapshot = self.snapshot_of(self.instance(&planted.source)?, &key, kind);
        if foreign {
            snapshot.arn.clone_from(&key);
        }
        if let Some(given) = planted.source_tags {
            tags::check(&given)?;
            snapshot.tags.clone_from(&given);
            snapshot.source_tags = given;
        }
        "available".clone_into(&mut snapshot.status);
        snapshot.created = Some(planted.created.unwrap_or(self.now));
        snapshot.original_created = snapshot.created;
        self.snapshots.insert(key.clone(), snapshot);
        if planted.announce {
            let row = if kind == "automated" { events::AUTOMATED_CREATED } else { events::SNAPSHOT_CREATED };
            self.emit_of_snapshot(&key, row);
        }
        self.snapshot(&key)
    }

    /// Puts the secret of an instance's master password into a status by force, such as `impaired`.
    ///
    /// # Errors
    /// No such instance, or one without a secret.
    pub fn force_secret_status(&mut self, identifier: &str, status: &str) -> Result<&DbInstance, ApiError> {
        let instance = self.instance_mut(identifier)?;
        let key = instance.identifier.clone();
        let missing = || ApiError::new(Code::InvalidParameterValue, format!("{key} has no secret"));
        let secret = instance.secret.as_mut().ok_or_else(missing)?;
        status.clone_into(&mut secret.status);
        self.instance(&key)
    }

    /// Sets what CloudWatch counts as an instance's connections; `None`: it has no data.
    ///
    /// # Errors
    /// No such instance.
    pub fn set_connections(&mut self, identifier: &str, connections: Option<i64>) -> Result<(), ApiError> {
        self.instance_mut(identifier)?.connections = connections;
        Ok(())
    }

    /// Puts an instance into a status by force; RDS stops whatever it was doing with it.
    ///
    /// # Errors
    /// No such instance.
    pub fn force_status(&mut self, identifier: &str, status: &str) -> Result<&DbInstance, ApiError> {
        let key = self.instance(identifier)?.identifier.clone();
        self.fall_into(&key, status);
        self.instance(&key)
    }
}

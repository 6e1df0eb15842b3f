//! [`Macs`] with AWS KMS: HMAC_SHA_256 by a key that never leaves it.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::MacAlgorithmSpec;
use stages::ports::{Answer, Macs};
use tag_state::approval::Mac;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, unexpected};
use crate::lazy::Lazy;

/// The KMS client.
#[derive(Debug)]
pub struct Kms(Lazy<aws_sdk_kms::Client>);

impl Kms {
    /// A client for the KMS of the function's region.
    pub fn new(environment: &Environment) -> Kms {
        Kms(Lazy::new(environment, |environment| {
            let config = aws_sdk_kms::config::Builder::from(&environment.sdk_config(Service::Kms));
            aws_sdk_kms::Client::from_conf(config.interceptor(environment.calls()).build())
        }))
    }

    /// With its client made at once, for a function that uses it at each event.
    pub fn prepared(self) -> Kms {
        self.0.prepare();
        self
    }
}

impl Macs for Kms {
    async fn generate(&self, key_id: &str, message: &[u8]) -> Answer<Mac> {
        const OPERATION: &str = "GenerateMac";
        let output = self
            .0
            .generate_mac()
            .key_id(key_id)
            .mac_algorithm(MacAlgorithmSpec::HmacSha256)
            .message(Blob::new(message))
            .send()
            .await
            .map_err(|error| call_error(OPERATION, key_id, &error))?;
        output
            .mac()
            .and_then(|mac| Mac::from_bytes(mac.as_ref()))
            .ok_or_else(|| unexpected(OPERATION, key_id, "the answer holds no MAC of 32 bytes"))
    }

    async fn verify(&self, key_id: &str, message: &[u8], mac: &Mac) -> Answer<bool> {
        let answer = self
            .0
            .verify_mac()
            .key_id(key_id)
            .mac_algorithm(MacAlgorithmSpec::HmacSha256)
            .message(Blob::new(message))
            .mac(Blob::new(mac.as_bytes()))
            .send()
            .await;
        match answer {
            Ok(output) => Ok(output.mac_valid()),
            // A wrong MAC is an error to KMS and an answer to us.
            Err(error) if error.as_service_error().is_some_and(|it| it.is_kms_invalid_mac_exception()) => Ok(false),
            Err(error) => Err(call_error("VerifyMac", key_id, &error)),
        }
    }
}

//! What the stages ask of each AWS service, in one function each. The programs in `src/bin` have one of them each, and
//! one has all: so `make bench` tells what each client weighs in a function, and what all of them share.
//!
//! They are built and weighed, and not run.

use aws_config::SdkConfig;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

/// Serves a function that hands each event to `ask`, as a string.
///
/// # Errors
/// Where the Lambda Runtime API cannot be reached.
pub async fn serve<A: AsyncFn(&SdkConfig, &str) -> Result<(), Error>>(ask: A) -> Result<(), Error> {
    let config = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::v2026_01_12()).build();
    let (config, ask) = (&config, &ask);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        // Boxed, because the compiler's limit on nested types does not reach through all of these futures.
        Box::pin(ask(config, event.payload.as_str().unwrap_or_default())).await?;
        Ok::<Value, Error>(Value::Null)
    }))
    .await
}

/// What is asked of all of them.
///
/// # Errors
/// A call's.
pub async fn all(config: &SdkConfig, name: &str) -> Result<(), Error> {
    rds(config, name).await?;
    eventbridge(config, name).await?;
    route53(config, name).await?;
    kms(config, name).await?;
    sesv2(config, name).await
}

/// What is asked of Amazon RDS.
///
/// # Errors
/// A call's.
pub async fn rds(config: &SdkConfig, name: &str) -> Result<(), Error> {
    let client = aws_sdk_rds::Client::new(config);
    let mut pages = client.describe_db_instances().into_paginator().send();
    while pages.next().await.transpose()?.is_some() {}
    let mut pages = client.describe_db_snapshots().into_paginator().send();
    while pages.next().await.transpose()?.is_some() {}
    client.restore_db_instance_from_db_snapshot().db_instance_identifier(name).send().await?;
    client.modify_db_instance().db_instance_identifier(name).send().await?;
    client.reboot_db_instance().db_instance_identifier(name).send().await?;
    client.add_tags_to_resource().resource_name(name).send().await?;
    client.delete_db_instance().db_instance_identifier(name).send().await?;
    Ok(())
}

/// What is asked of Amazon EventBridge.
///
/// # Errors
/// A call's.
pub async fn eventbridge(config: &SdkConfig, name: &str) -> Result<(), Error> {
    let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder().detail(name).build();
    aws_sdk_eventbridge::Client::new(config).put_events().entries(entry).send().await?;
    Ok(())
}

/// What is asked of Amazon Route 53.
///
/// # Errors
/// A call's.
pub async fn route53(config: &SdkConfig, name: &str) -> Result<(), Error> {
    let client = aws_sdk_route53::Client::new(config);
    client.list_resource_record_sets().hosted_zone_id(name).send().await?;
    client.change_resource_record_sets().hosted_zone_id(name).send().await?;
    Ok(())
}

/// What is asked of AWS KMS.
///
/// # Errors
/// A call's.
pub async fn kms(config: &SdkConfig, name: &str) -> Result<(), Error> {
    let client = aws_sdk_kms::Client::new(config);
    client.generate_mac().key_id(name).send().await?;
    client.verify_mac().key_id(name).send().await?;
    Ok(())
}

/// What is asked of Amazon SES.
///
/// # Errors
/// A call's.
pub async fn sesv2(config: &SdkConfig, name: &str) -> Result<(), Error> {
    aws_sdk_sesv2::Client::new(config).send_email().from_email_address(name).send().await?;
    Ok(())
}

//! The Lambda function `approve`: the page behind the links: shows what will happen, records who pressed the button.

use aws::{Environment, EventBridge, Kms, Rds, Route53, lambda};
use stages::approve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let dns = Route53::new(&environment);
    let macs = Kms::new(&environment).prepared();
    let announcer = EventBridge::new(&environment);
    let ports = approve::Ports { rds: &rds, dns: &dns, macs: &macs, announcer: &announcer };
    lambda::serve_function_url("approve", &environment, async |settings, request, now| {
        approve::handle(settings, &ports, request, now).await
    })
    .await
}

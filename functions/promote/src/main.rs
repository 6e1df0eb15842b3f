//! The Lambda function `promote`: points the CNAME at the approved instance, and lets the tags follow the CNAME.

use aws::{Environment, EventBridge, Kms, Rds, Route53, lambda};
use stages::promote;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let dns = Route53::new(&environment).prepared();
    let macs = Kms::new(&environment);
    let announcer = EventBridge::new(&environment);
    let ports = promote::Ports { rds: &rds, dns: &dns, macs: &macs, announcer: &announcer };
    lambda::serve("promote", &environment, async |settings, wake, now| {
        promote::run(settings, &ports, None, wake, now).await
    })
    .await
}

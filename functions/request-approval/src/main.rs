//! The Lambda function `request-approval`: asks the approvers, each by a mail with personal links, and tells them what
//! becomes of it.

use aws::{Environment, EventBridge, Kms, Rds, Route53, Ses, lambda};
use stages::request_approval;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let dns = Route53::new(&environment);
    let macs = Kms::new(&environment);
    let mailer = Ses::new(&environment);
    let announcer = EventBridge::new(&environment);
    let ports = request_approval::Ports { rds: &rds, dns: &dns, macs: &macs, mailer: &mailer, announcer: &announcer };
    lambda::serve("request-approval", &environment, async |settings, wake, now| {
        request_approval::run(settings, &ports, wake, now).await
    })
    .await
}

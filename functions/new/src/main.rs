//! The Lambda function `new`: restores the latest snapshot into a new DB instance, when it is time for one.

use aws::{Aws, Environment, EventBridge, Patience, Rds, Route53, lambda};
use stages::new;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    // What it looks at before a restore it can go without, the record among them.
    let hurried = environment.with_patience(Patience::BEFORE_A_RESTORE);
    let dns = Route53::new(&hurried);
    let lookups = Aws::new(&hurried);
    let announcer = EventBridge::new(&environment);
    let ports = new::Ports { rds: &rds, dns: &dns, lookups: &lookups, announcer: &announcer };
    lambda::serve("new", &environment, async |settings, wake, now| new::run(settings, &ports, wake, now).await).await
}

//! The Lambda function `retire`: destroys an instance that was replaced, in two wakes.

use aws::{CloudWatch, Environment, EventBridge, Rds, Route53, lambda};
use stages::retire::{self, Sweep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let dns = Route53::new(&environment);
    let usage = CloudWatch::new(&environment);
    let announcer = EventBridge::new(&environment);
    lambda::serve("retire", &environment, async |settings, wake, now| {
        let ports = retire::Ports { rds: &rds, dns: &dns, usage: &usage, announcer: &announcer };
        retire::run(settings, &ports, Sweep::InTurn, wake, now).await
    })
    .await
}

//! The Lambda function `retire`: destroys an instance that was replaced, in two wakes.

use aws::{Environment, EventBridge, Rds, Route53, lambda};
use stages::retire;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let dns = Route53::new(&environment);
    let announcer = EventBridge::new(&environment);
    lambda::serve("retire", &environment, async |settings, wake, now| {
        retire::run(settings, &rds, &dns, &announcer, wake, now).await
    })
    .await
}

//! The Lambda function `new`: restores the latest snapshot into a new DB instance, when it is time for one.

use aws::{Environment, EventBridge, Rds, lambda};
use stages::new;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let announcer = EventBridge::new(&environment);
    lambda::serve("new", &environment, async |settings, wake, now| {
        new::run(settings, &rds, &announcer, wake, now).await
    })
    .await
}

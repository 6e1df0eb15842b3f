//! The Lambda function `modify`: gives a restored instance the settings that a restore cannot.

use aws::{Environment, EventBridge, Rds, lambda};
use stages::modify;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let announcer = EventBridge::new(&environment);
    lambda::serve("modify", &environment, async |settings, wake, now| {
        modify::run(settings, &rds, &announcer, wake, now).await
    })
    .await
}

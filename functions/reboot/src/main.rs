//! The Lambda function `reboot`: reboots an instance whose settings are in place.

use aws::{Environment, EventBridge, Rds, lambda};
use stages::reboot;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::read()?;
    let rds = Rds::new(&environment);
    let announcer = EventBridge::new(&environment);
    lambda::serve("reboot", &environment, async |settings, wake, now| {
        reboot::run(settings, &rds, &announcer, wake, now).await
    })
    .await
}

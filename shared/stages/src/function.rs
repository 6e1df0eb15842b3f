//! The functions that schedules and events wake, as one: for those who run all of them.

use jiff::Timestamp;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

use crate::ports::{Announcer, Dns, Lookups, Macs, Mailer, Rds, Usage};
use crate::report::Report;
use crate::retire::Sweep;
use crate::{modify, new, promote, reboot, request_approval, retire};

/// A function that is woken by schedules and events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the function of that name")]
pub enum Function {
    New,
    Modify,
    Reboot,
    RequestApproval,
    Promote,
    Retire,
}

impl Function {
    /// All of them, in the order of an instance's life.
    pub const ALL: [Function; 6] = [
        Function::New,
        Function::Modify,
        Function::Reboot,
        Function::RequestApproval,
        Function::Promote,
        Function::Retire,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Function::New => "new",
            Function::Modify => "modify",
            Function::Reboot => "reboot",
            Function::RequestApproval => "request-approval",
            Function::Promote => "promote",
            Function::Retire => "retire",
        }
    }

    /// Runs it, over whatever ports.
    pub async fn run<P>(self, settings: &Settings, port: &P, wake: &Wake, now: Timestamp) -> Report
    where
        P: Rds + Dns + Macs + Mailer + Lookups + Announcer + Usage,
    {
        match self {
            Function::New => {
                let ports = new::Ports { rds: port, dns: port, lookups: port, announcer: port };
                new::run(settings, &ports, wake, now).await
            }
            Function::Modify => modify::run(settings, port, port, wake, now).await,
            Function::Reboot => reboot::run(settings, port, port, wake, now).await,
            Function::RequestApproval => {
                let ports = request_approval::Ports { rds: port, dns: port, macs: port, mailer: port, announcer: port };
                request_approval::run(settings, &ports, wake, now).await
            }
            Function::Promote => {
                let ports = promote::Ports { rds: port, dns: port, macs: port, announcer: port };
                promote::run(settings, &ports, None, wake, now).await
            }
            Function::Retire => {
                let ports = retire::Ports { rds: port, dns: port, usage: port, announcer: port };
                retire::run(settings, &ports, Sweep::InTurn, wake, now).await
            }
        }
    }
}

//! Several mails of one kind: who was reached, and what went wrong with the others.

use tag_state::calls::Mail;

use crate::ports::{CallError, Failure, Mailer};
use crate::report::Report;

/// Mails that were sent, or tried.
#[derive(Default)]
pub(crate) struct Post {
    reached: Vec<String>,
    failures: Vec<(String, CallError)>,
}

impl Post {
    /// Sends one; that it fails is no reason not to send the others.
    pub(crate) async fn send(&mut self, mailer: &impl Mailer, mail: &Mail) {
        match mailer.send(mail).await {
            Ok(()) => self.reached.push(mail.to.clone()),
            Err(error) => self.failures.push((mail.to.clone(), error)),
        }
    }

    /// Who was reached.
    pub(crate) fn reached(&self) -> &[String] {
        &self.reached
    }

    /// Whether anybody was.
    pub(crate) fn has_reached(&self) -> bool {
        !self.reached.is_empty()
    }

    /// Whether nobody is left who could be reached by trying again. Those whose mail SES will never take are told
    /// about once, and do not make the others' mail repeat.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.failures.iter().all(|(_, error)| error.failure == Failure::Refused)
    }

    /// Who was not reached and will not be: whose mail SES will never take, and where it was `last_tried` the others too.
    pub(crate) fn unreached(&self, last_tried: bool) -> Vec<String> {
        let gone = self.failures.iter().filter(|(_, error)| last_tried || error.failure == Failure::Refused);
        gone.map(|(address, _)| address.clone()).collect()
    }

    /// Adds the failures to the report, and says what was done.
    pub(crate) fn report(&self, instance: &str, report: &mut Report) -> String {
        report.errors.extend(self.failures.iter().map(|(_, error)| format!("{instance}: {error}")));
        match self.reached[..] {
            [] => "nobody could be mailed".to_owned(),
            _ => format!("mailed {}", self.reached.join(", ")),
        }
    }
}

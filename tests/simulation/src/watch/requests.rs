//! 7. Mails, marks and clicks.

use rds_sim::world::World;
use tag_state::approval::{Action, Claim};
use tag_state::calls::Mail;
use tag_state::facts::Tags;

use super::{Asked, Press, Watch, kind};
use crate::port::Process;

/// The most mails that one approver may get with the same news of one request, whatever goes wrong.
const MOST_MAILS: u32 = 12;

impl Watch {
    /// 7. Nobody is left out: where all are said to have been asked, each has been written to, or it was tried.
    pub(super) fn judge_notified(&mut self, world: &World, process: &Process, identifier: &str, notified: &str) {
        let Some(instance) = world.instances().get(identifier) else { return };
        // Behind that stand those who could not be mailed: it was tried.
        let mut parts = notified.split(" : ").next().unwrap_or_default().split(' ');
        let (number, expires) =
            (parts.next().and_then(|part| part.parse().ok()), parts.next().and_then(|part| part.parse().ok()));
        let (Some(number), Some(expires)) = (number, expires) else {
            return self.violated(process, 7, &format!("writes {notified:?}, which names no request"));
        };
        let only: Vec<&str> = parts.collect();
        let left_out = self.settings.approvers().iter().find(|approver| {
            let tried = self.attempts.contains(&(instance.resource_id.clone(), number, expires, (*approver).clone()));
            (only.is_empty() || only.contains(&approver.as_str())) && !tried
        });
        if let Some(left_out) = left_out.cloned() {
            self.violated(process, 7, &format!("says that all were asked about {identifier}, and {left_out} was not"));
        }
    }

    /// 7. A click counts for the request that its link is of, and in time.
    pub(super) fn judge_click(
        &mut self,
        world: &World,
        process: &Process,
        identifier: &str,
        shown: &Tags,
        tags: &Tags,
    ) {
        let name = &self.settings.name;
        let (confirmed, cancelled) = (name.tag_key("confirmed:"), name.tag_key("cancelled:"));
        let Some(key) = tags.keys().find(|key| key.starts_with(&confirmed) || key.starts_with(&cancelled)).cloned()
        else {
            return;
        };
        let asked = self.asked(shown);
        if process.name == "answer" {
            return self.judge_answer(world, process, identifier, shown, &key);
        }
        let right = process.link.as_ref().is_some_and(|link| {
            let its_own = if link.action == Action::Confirm { &confirmed } else { &cancelled };
            key == format!("{its_own}{}", link.approver)
                && asked == Some(Asked { number: link.request, expires: link.expires })
                && self.get(shown, "stage") == Some("rebooted")
                && process.now <= link.expires
        });
        if !right {
            self.violated(process, 7, &format!("writes {key} on {identifier} for a link that is not of its request"));
        }
    }

    /// 7. An answer at the command line is as good as the button of the open request's link.
    fn judge_answer(&mut self, world: &World, process: &Process, identifier: &str, shown: &Tags, key: &str) {
        let confirmed = self.settings.name.tag_key("confirmed:");
        let approver =
            self.settings.approvers().iter().find(|approver| key.ends_with(&format!(":{approver}"))).cloned();
        let asked = self.asked(shown).filter(|asked| process.now <= asked.expires);
        let waits = self.get(shown, "stage") == Some("rebooted");
        let (Some(approver), Some(asked), true) = (approver, asked, waits) else {
            return self.violated(process, 7, &format!("writes {key} on {identifier}, which waits for no such answer"));
        };
        let Some(instance) = world.instances().get(identifier).filter(|_| key.starts_with(&confirmed)) else { return };
        let claim = Claim {
            echo: self.settings.name.to_string(),
            resource_id: instance.resource_id.clone(),
            instance: identifier.to_owned(),
            request: asked.number,
            action: Action::Confirm,
            approver,
            expires: asked.expires,
        };
        self.presses.push(Press { claim, at: process.now });
    }

    /// 7. Mails are bounded.
    pub(super) fn judge_mail(&mut self, process: &Process, mail: &Mail) {
        let kind = kind(mail);
        if self.mails.get(&kind).is_some_and(|sent| *sent >= MOST_MAILS) {
            self.violated(process, 7, &format!("mails {} once more: {}", mail.to, kind.2));
        }
    }
}

//! Entering a stage: the tags in one call, then the announcement, whose failure is only logged.

use jiff::Timestamp;
use tag_state::announce::{given_up as gone, stage_changed};
use tag_state::calls::Announcement;
use tag_state::decide::GiveUp;
use tag_state::facts::Tags;
use tag_state::own::OwnInstance;
use tag_state::settings::Settings;
use tag_state::stage::Stage;

use crate::ports::{Announcer, Answer, Rds};
use crate::report::{Did, Outcome, Report};

/// Where a stage acts: what it needs to write tags and to tell of it.
pub(crate) struct Scene<'a, R, A> {
    pub(crate) settings: &'a Settings,
    pub(crate) rds: &'a R,
    pub(crate) announcer: &'a A,
    pub(crate) now: Timestamp,
}

impl<R: Rds, A: Announcer> Scene<'_, R, A> {
    /// Writes the tags of a new stage and announces it.
    pub(crate) async fn enter(&self, own: &OwnInstance, to: Stage, tags: &Tags, report: &mut Report) -> Answer<Did> {
        self.rds.add_tags(&own.facts().arn, tags).await?;
        self.announce(own.identifier(), &own.facts().arn, Some(own.stage()), to, report).await;
        Ok(self.advanced(own, to))
    }

    /// Says that it has left its stage for another one.
    pub(crate) fn advanced(&self, own: &OwnInstance, to: Stage) -> Did {
        let after = own.tags().since.map(|since| self.now.duration_since(since));
        Did::Advanced { from: Some(own.stage()), to, after }
    }

    /// Announces a stage.
    pub(crate) async fn announce(
        &self,
        instance: &str,
        arn: &str,
        from: Option<Stage>,
        to: Stage,
        report: &mut Report,
    ) {
        self.tell(&stage_changed(self.settings, instance, arn, from, to, self.now), report).await;
    }

    async fn tell(&self, announcement: &Announcement, report: &mut Report) {
        if let Err(error) = self.announcer.announce(announcement).await {
            report.warnings.push(error.to_string());
        }
    }

    /// Gives an instance up.
    pub(crate) async fn give_up(&self, own: &OwnInstance, given_up: &GiveUp, report: &mut Report) -> Answer<Outcome> {
        self.rds.add_tags(&own.facts().arn, &given_up.tags).await?;
        self.tell(&gone(self.settings, own, Stage::Forgotten, &given_up.reason, self.now), report).await;
        let did = self.advanced(own, Stage::Forgotten);
        let outcome = Outcome::done(own.identifier(), did, "given up", given_up.reason.to_string());
        Ok(Outcome { code: Some(given_up.reason.code()), ..outcome })
    }
}

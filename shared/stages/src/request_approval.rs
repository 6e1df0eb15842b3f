//! Asks the approvers of a `rebooted` instance, each by a mail with personal links, and tells them what has become of it.
//! It also tells what is wrong with an instance of whatever stage: it is the one that has mails.

use std::cell::RefCell;

use jiff::Timestamp;
use tag_state::approval::{Action, Token};
use tag_state::decide::news::{self, News, Tell};
use tag_state::decide::request::{Ask, RequestStep, again as ask_again, claim, decide};
use tag_state::facts::Record;
use tag_state::own::OwnInstance;
use tag_state::predecessor::Predecessor;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::tags::Request;
use tag_state::text::mail::{Letter, Links};
use tag_state::wake::Wake;

use crate::advance::Scene;
use crate::observe;
use crate::ports::{Announcer, Answer, Dns, Macs, Mailer, Rds};
use crate::post::Post;
use crate::promote::verify;
use crate::report::{Did, Outcome, Report, Stop, to_act};
use crate::trouble;

/// What request-approval needs of the world.
pub struct Ports<'a, R, D, K, M, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53, which is only read.
    pub dns: &'a D,
    /// AWS KMS.
    pub macs: &'a K,
    /// Amazon SES.
    pub mailer: &'a M,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// What a mail needs beside the request: refused in one go where anything is missing.
struct Desk<'a> {
    sender: &'a str,
    url: &'a str,
    key_id: &'a str,
}

/// One wake-up, and what it found.
struct Round<'a, R, D, K, M, A> {
    scene: Scene<'a, R, A>,
    ports: &'a Ports<'a, R, D, K, M, A>,
    found: Vec<OwnInstance>,
    /// The CNAME, where a mail wanted to know it.
    record: RefCell<Option<Record>>,
}

/// Looks at what the wake-up is about, tells what is new, and asks where nobody was asked.
pub async fn run<R: Rds, D: Dns, K: Macs, M: Mailer, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, K, M, A>,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "request-approval", wake, now);
    let round = Round::begin(settings, ports, wake, now, &mut report).await;
    for own in &round.found {
        match round.tell(own, wake, &mut report).await {
            Ok(None) => {}
            Ok(Some(told)) => report.add(told),
            Err(stop) => report.stopped(Some(own.identifier()), stop),
        }
        match trouble::report(&round.scene, ports.mailer, own, &round.found, wake, &mut report).await {
            Ok(None) => {}
            Ok(Some(told)) => report.add(told),
            Err(stop) => report.stopped(Some(own.identifier()), stop),
        }
        // In a listing, of those that wait for no approval only news is looked for.
        if own.stage() == Stage::Rebooted || *wake != Wake::All {
            let turn = round.turn(own, &mut report).await;
            report.record(own.identifier(), turn);
        }
    }
    report.finish()
}

/// Asks once more, because a person wants it: about the instance that `wake` names, else about the newest one that
/// is set up. `anew` closes the links that are out.
pub async fn again<R: Rds, D: Dns, K: Macs, M: Mailer, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, K, M, A>,
    anew: bool,
    wake: &Wake,
    now: Timestamp,
) -> Report {
    let mut report = Report::new(settings, "request", wake, now);
    let round = Round::begin(settings, ports, wake, now, &mut report).await;
    let newest = |own: &&OwnInstance| own.edition();
    let waits = |own: &&OwnInstance| own.stage() == Stage::Rebooted || *wake != Wake::All;
    if let Some(own) = round.found.iter().filter(waits).max_by_key(newest) {
        let turn = round.turn_again(own, anew, &mut report).await;
        report.record(own.identifier(), turn);
    }
    report.finish()
}

impl<'a, R: Rds, D: Dns, K: Macs, M: Mailer, A: Announcer> Round<'a, R, D, K, M, A> {
    async fn begin(
        settings: &'a Settings,
        ports: &'a Ports<'a, R, D, K, M, A>,
        wake: &Wake,
        now: Timestamp,
        report: &mut Report,
    ) -> Self {
        let scene = Scene { settings, rds: ports.rds, announcer: ports.announcer, now };
        Round {
            scene,
            ports,
            found: observe::instances(settings, ports.rds, wake, &Stage::ALL, report).await,
            record: RefCell::default(),
        }
    }

    async fn turn(&self, own: &OwnInstance, report: &mut Report) -> Result<Outcome, Stop> {
        match to_act(decide(self.scene.settings, own, self.scene.now), Some(own.identifier()))? {
            RequestStep::Ask(ask) => self.ask(own, &ask, report).await,
            RequestStep::GiveUp(_) if self.is_in_use(own) => {
                let reason = Reason::InUse { name: self.scene.settings.promote.cname.clone() };
                Ok(Outcome::not_done(Some(own.identifier()), Did::Refuses, &reason))
            }
            RequestStep::GiveUp(given_up) => Ok(self.scene.give_up(own, &given_up, report).await?),
        }
    }

    async fn turn_again(&self, own: &OwnInstance, anew: bool, report: &mut Report) -> Result<Outcome, Stop> {
        let ask = to_act(ask_again(self.scene.settings, own, anew, self.scene.now), Some(own.identifier()))?;
        self.ask(own, &ask, report).await
    }

    /// First what the mails say is read, then the request is opened, then the mails go out, then that is marked.
    async fn ask(&self, own: &OwnInstance, ask: &Ask, report: &mut Report) -> Result<Outcome, Stop> {
        let Scene { settings, rds, .. } = &self.scene;
        let desk = self.desk(own)?;
        let predecessor = self.leads_to(own).await?;
        let letter = self.letter(&desk, own, ask.request, &predecessor);
        if let Some(tags) = &ask.open {
            rds.add_tags(&own.facts().arn, tags).await?;
        }
        let mut post = Post::default();
        for approver in &ask.to {
            let links = self.links(&desk, own, ask.request, approver).await?;
            post.send(self.ports.mailer, &letter.asking(approver, &links)).await;
        }
        let what = post.report(own.identifier(), report);
        // Where nobody could be reached at all it is tried again for as long as the request is open.
        if post.has_reached() || !ask.reached.is_empty() {
            let nobody_left = post.is_hopeless() || ask.last_try;
            let notified = ask.notified(settings, post.reached(), &post.unreached(nobody_left), nobody_left);
            rds.add_tags(&own.facts().arn, &notified).await?;
        }
        let why = format!("request {} is open until {}", ask.request.number, ask.request.expires);
        Ok(Outcome::done(own.identifier(), Did::Acted, what, why))
    }

    /// Tells those who were asked what is new; `None` where nothing is.
    async fn tell(&self, own: &OwnInstance, wake: &Wake, report: &mut Report) -> Result<Option<Outcome>, Stop> {
        let Scene { settings, rds, now, .. } = &self.scene;
        let verified = match news::wants_proof(settings, own, *now) {
            true => verify(settings, self.ports.macs, own).await?,
            false => Vec::new(),
        };
        let Some(tell) = news::decide(settings, own, &verified, *now) else { return Ok(None) };
        // A click and the switch that it leads to wake this within a second: only the second tells of the switch, or
        // people would hear of it twice.
        if let (News::Promoted { .. }, Wake::Instance { is_click: true, .. }) = (&tell.news, wake) {
            return Ok(None);
        }
        // Whoever leads the name to an instance says so in its tag first: until it has moved, it may not come about.
        if tell.news.is_of_the_name() && !self.record().await?.points_at(own.facts()) {
            return Ok(None);
        }
        // It has woken promote too, and others may have cancelled: nobody should read that a switch is to come after
        // reading that it has happened, or will not.
        if let News::Confirmed { .. } = tell.news {
            let fresh = rds.instance(own.identifier()).await?;
            let fresh = fresh.and_then(|instance| OwnInstance::recognise(&settings.name, instance).ok());
            if fresh.and_then(|fresh| news::decide(settings, &fresh, &verified, *now)).as_ref() != Some(&tell) {
                return Ok(None);
            }
        }
        let desk = self.desk(own)?;
        let predecessor = match &tell.news {
            News::Reminder => self.leads_to(own).await?,
            News::Promoted { .. } | News::Returned { .. } => self.led_to(own).await?,
            // Their mails tell nothing of it.
            News::Confirmed { .. } | News::Cancelled { .. } | News::Expired { .. } | News::Withdrawn { .. } => {
                Predecessor::Unknown
            }
        };
        let letter = self.letter(&desk, own, tell.request, &predecessor);
        let mut post = Post::default();
        for approver in &tell.to {
            let links = match tell.news {
                News::Reminder => Some(self.links(&desk, own, tell.request, approver).await?),
                News::Confirmed { .. }
                | News::Cancelled { .. }
                | News::Promoted { .. }
                | News::Returned { .. }
                | News::Expired { .. }
                | News::Withdrawn { .. } => None,
            };
            post.send(self.ports.mailer, &letter.telling(approver, &tell.news, links.as_ref())).await;
        }
        let what = post.report(own.identifier(), report);
        if post.has_reached() || !tell.reached.is_empty() {
            let nobody_left = post.is_hopeless() || tell.last_try;
            rds.add_tags(&own.facts().arn, &tell.told(settings, post.reached(), nobody_left)).await?;
        }
        Ok(Some(Outcome::done(own.identifier(), Did::Acted, what, why(&tell))))
    }

    /// Whether the CNAME is known to lead to it. A person may have pointed it at one that has failed: promote makes the
    /// tags say so.
    fn is_in_use(&self, own: &OwnInstance) -> bool {
        self.record.borrow().as_ref().is_some_and(|record| record.points_at(own.facts()))
    }

    fn desk(&self, own: &OwnInstance) -> Result<Desk<'a>, Stop> {
        let promote = &self.scene.settings.promote;
        match (&promote.sender, &promote.url, &promote.key_id) {
            (Some(sender), Some(url), Some(key_id)) => Ok(Desk { sender, url, key_id }),
            (sender, url, key_id) => {
                let missing = [("sender", sender), ("url", url), ("keyId", key_id)]
                    .into_iter()
                    .filter(|(_, value)| value.is_none())
                    .map(|(key, _)| format!("rdsecho.promote.{key}"));
                let reason = Reason::SettingMissing { key: missing.collect::<Vec<_>>().join(", ") };
                Err(Outcome::not_done(Some(own.identifier()), Did::Refuses, &reason).into())
            }
        }
    }

    fn letter<'l>(
        &'l self,
        desk: &Desk<'l>,
        own: &'l OwnInstance,
        request: Request,
        predecessor: &'l Predecessor,
    ) -> Letter<'l> {
        let Scene { settings, now, .. } = &self.scene;
        Letter { settings, own, predecessor, request, sender: desk.sender, now: *now }
    }

    /// What the CNAME leads to now. Where that cannot be read, nobody is asked to decide about it.
    async fn leads_to(&self, own: &OwnInstance) -> Result<Predecessor, Stop> {
        let Scene { settings, rds, .. } = &self.scene;
        let at = Predecessor::of(&settings.name, own, &self.record().await?);
        Ok(observe::predecessor(settings, *rds, &self.found, at).await?)
    }

    /// The CNAME, read once.
    async fn record(&self) -> Result<Record, Stop> {
        let known = self.record.borrow().clone();
        if let Some(record) = known {
            return Ok(record);
        }
        let record = observe::record(self.scene.settings, self.ports.dns).await?;
        *self.record.borrow_mut() = Some(record.clone());
        Ok(record)
    }

    /// What it led to before the promotion.
    async fn led_to(&self, own: &OwnInstance) -> Answer<Predecessor> {
        let Scene { settings, rds, .. } = &self.scene;
        observe::predecessor(settings, *rds, &self.found, Predecessor::before(&settings.name, own)).await
    }

    /// An approver's links. The same request gives the same ones, however often they are made.
    async fn links(&self, desk: &Desk<'_>, own: &OwnInstance, request: Request, approver: &str) -> Answer<Links> {
        let link = async |action: Action| -> Answer<String> {
            let claim = claim(self.scene.settings, own, request, action, approver);
            let mac = self.ports.macs.generate(desk.key_id, &claim.message()).await?;
            let token: Token = claim.token(&mac);
            Ok(format!("{}/{}", desk.url, token.expose()))
        };
        Ok(Links { confirm: link(Action::Confirm).await?, cancel: link(Action::Cancel).await? })
    }
}

fn why(tell: &Tell) -> String {
    let number = tell.request.number;
    match &tell.news {
        News::Reminder => format!("request {number} ends at {}", tell.request.expires),
        News::Confirmed { by } => format!("request {number} is confirmed by {}", by.join(", ")),
        News::Cancelled { by, .. } => format!("request {number} was cancelled by {by}"),
        News::Promoted { .. } => format!("the instance of request {number} is promoted"),
        News::Returned { .. } => format!("a person led the name back to the instance of request {number}"),
        News::Expired { .. } => format!("request {number} has expired"),
        News::Withdrawn { why } => format!("the instance of request {number} is given up: {why}"),
    }
}

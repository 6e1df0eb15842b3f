//! What reaches whom: events by the template's rules, mails, and calls that come late.

use rds_sim::world::events::{RdsEvent, Source};
use serde_json::{Value, json};
use tag_state::wake::Wake;

use super::quiet::expiry_hours;
use super::{ATTEMPTS, Due, LATEST, Lifetime};
use crate::functions::{Function, Job};
use crate::town::{ACCOUNT, REGION};

impl Lifetime {
    /// The template's rules for RDS's events.
    pub(super) fn route_rds(&mut self, event: &RdsEvent) {
        if event.source == Source::Snapshot {
            if self.plan.on_snapshot && matches!(event.id, "RDS-EVENT-0042" | "RDS-EVENT-0091") {
                self.deliver(&[Function::New], || event.envelope(0, "aws.rds", ACCOUNT, REGION));
            }
            return;
        }
        // Now and then one comes that the rule should have kept away.
        let named_alike = event.identifier.starts_with("dev-20") || self.happens(0.05);
        let targets: &[Function] = match event.category {
            _ if !named_alike => &[],
            "deletion" => &[Function::Retire],
            "creation" | "restoration" => &[Function::Modify],
            "failure" | "low storage" | "notification" => {
                &[Function::Modify, Function::Reboot, Function::RequestApproval]
            }
            _ => &[Function::Modify, Function::Reboot],
        };
        self.deliver(targets, || event.envelope(0, "aws.rds", ACCOUNT, REGION));
    }

    fn deliver(&mut self, targets: &[Function], envelope: impl Fn() -> Value) {
        for target in targets {
            if self.quiet_since.is_some() || self.happens(self.plan.loss) {
                self.tally.lost += 1;
                continue;
            }
            let wake = Wake::parse(&self.plan.settings, &envelope());
            let copies = if self.happens(self.plan.doubling) { 2 } else { 1 };
            self.tally.duplicated += copies - 1;
            self.tally.delivered += copies;
            for _ in 0..copies {
                // Mostly at once; some so late that others overtake them.
                let delay =
                    self.chance(|rng| if rng.f64() < 0.9 { rng.i64(200..3_000) } else { rng.i64(3_000..900_000) });
                self.after(delay, Due::Begin { job: Job::Stage(*target, wake.clone()), attempt: 1 });
            }
        }
    }

    /// Takes what the stages have left: announcements, mails, and calls that will be applied later.
    pub(super) fn collect(&mut self) {
        let announced = std::mem::take(&mut *self.town.bus.borrow_mut());
        for announcement in announced {
            let to = serde_json::from_str(&announcement.detail).unwrap_or(Value::Null);
            let targets: &[Function] = match (announcement.detail_type, to["to"].as_str()) {
                ("Echo Stage Changed", Some("modified")) => &[Function::Reboot],
                ("Echo Stage Changed", Some("rebooted")) => &[Function::RequestApproval, Function::Promote],
                ("Echo Stage Changed", Some("promoted" | "forgotten")) => &[Function::RequestApproval],
                ("Echo Approval Changed", _) => &[Function::Promote, Function::RequestApproval],
                _ => &[],
            };
            let envelope = json!({ "source": "rds-echo", "detail-type": announcement.detail_type, "detail": to });
            self.deliver(targets, || envelope.clone());
        }
        let mails = std::mem::take(&mut *self.town.post.borrow_mut());
        for mail in mails {
            let links: Vec<String> =
                crate::watch::links(&mail).iter().map(|token| format!("https://page.test/{token}")).collect();
            let [confirm, cancel] = &links[..] else { continue };
            self.links.extend(links.iter().cloned());
            self.read_mail(confirm, cancel);
        }
        let late = std::mem::take(&mut *self.town.late.borrow_mut());
        for write in late {
            let delay = self.chance(|rng| rng.i64(1_000..LATEST * 1_000));
            self.after(delay, Due::Late(write));
        }
    }

    fn visit(&mut self, milliseconds: i64, method: &'static str, url: &str) {
        let job = Job::visit(method, url);
        self.after(milliseconds, Due::Begin { job, attempt: ATTEMPTS });
    }

    fn read_mail(&mut self, confirm: &str, cancel: &str) {
        let people = self.plan.people;
        if self.quiet_since.is_some() {
            let delay = self.chance(|rng| rng.i64(60_000..1_800_000));
            return self.visit(delay, "POST", confirm);
        }
        if self.happens(people.scanner) {
            self.visit(500, "GET", confirm);
            self.visit(600, "GET", cancel);
        }
        if !self.happens(people.answer) {
            return;
        }
        // Most answer within the hour; some when it is too late.
        let hour = 3_600_000.0;
        let late = expiry_hours(&self.plan.settings) * 1.2 * hour;
        let delay = self.chance(|rng| (if rng.f64() < 0.7 { hour } else { late } * rng.f64()) as i64) + 1_000;
        let link = if self.happens(people.cancel) { cancel } else { confirm };
        self.visit(delay, "POST", link);
        if self.happens(people.again) {
            let again = self.chance(|rng| rng.i64(100..60_000));
            let link = if self.happens(0.2) { cancel } else { link };
            self.visit(delay + again, "POST", link);
        }
    }
}

//! The end of a lifetime: nothing goes wrong any more, and the echo must find back.

use jiff::{SignedDuration, Timestamp};
use tag_state::settings::{Approval, Settings};

use super::{Due, Lifetime, said};
use crate::ledger::Life;

impl Lifetime {
    /// From here on nothing goes wrong, and nobody meddles; events do not come at all.
    pub(super) fn be_quiet(&mut self) {
        self.say(|| "---- quiet from here on ----".to_owned());
        self.quiet_since = Some(self.town.now());
        self.due(self.town.now() + self.plan.fallback * 3 + SignedDuration::from_mins(15), Due::MakeGood);
    }

    /// 9. Nobody waits without a word: each is promoted and in use, or somebody says what about it.
    fn silent(&self) -> Option<String> {
        let watch = self.town.watch.borrow();
        let looked = self.looked_by_now();
        // A restore can be applied long after it was asked for.
        let there = |life: &&Life| life.ours && life.gone.is_none() && life.born_at <= looked;
        let alive = watch.ledger.lives.values().filter(there);
        let said = |identifier: &str| {
            let outcomes = self.reasons.values().flat_map(|report| &report.outcomes);
            let named = outcomes.clone().any(|outcome| outcome.instance.as_deref() == Some(identifier));
            // An error of a call names its subject.
            named || self.reasons.values().flat_map(|report| &report.errors).any(|error| error.contains(identifier))
        };
        let in_use = self.town.in_use();
        let mut silent = alive.map(|life| &life.identifier).filter(|one| in_use.as_ref() != Some(*one) && !said(one));
        silent.find(|one| self.town.rds.world().instances()[*one].status != "deleting").cloned()
    }

    /// 5. Where no person has touched a tag, the one behind the CNAME is promoted, and no other is.
    fn disorder(&self) -> Option<String> {
        let watch = self.town.watch.borrow();
        let mut alive = watch.ledger.lives.values().filter(|life| life.ours && life.gone.is_none());
        let in_use = self.town.in_use().filter(|one| alive.clone().any(|life| life.identifier == *one))?;
        if alive.clone().any(|life| life.tampered) {
            return None;
        }
        // A name that a person gave away too early can lead to one that has only just come: let promote look first.
        let created = self.town.rds.world().instances()[&in_use].created;
        if created.is_some_and(|created| created > self.town.now() - self.plan.fallback - SignedDuration::from_mins(2))
        {
            return None;
        }
        let promoted = |life: &Life| self.town.tag(&life.identifier, "stage").as_deref() == Some("promoted");
        let wrong = alive.find(|life| promoted(life) != (life.identifier == in_use))?;
        Some(format!("the CNAME points at {in_use}; stages {:?} ({} is wrong)", self.town.stages(), wrong.identifier))
    }

    /// What was there then, everybody has looked at since.
    fn looked_by_now(&self) -> Timestamp {
        self.town.now() - self.plan.fallback - SignedDuration::from_mins(2)
    }

    pub(super) fn make_good(&mut self) {
        let silent = self.silent().map(|silent| {
            let stage = self.town.tag(&silent, "stage");
            format!("invariant 9: nobody says what {silent} ({stage:?}) waits for")
        });
        let untold = self.town.watch.borrow().untold(self.looked_by_now());
        let untold = untold.map(|one| format!("invariant 12: nobody was told that {one} has failed"));
        if let Some(line) =
            silent.or(untold).or_else(|| self.disorder().map(|what| format!("invariant 5: at rest {what}")))
        {
            return self.town.watch.borrow_mut().violation(&line);
        }
        self.say(|| "---- what only people can put right is put right ----".to_owned());
        for place in 0..self.undos.len() {
            if let Some(undo) = self.undos[place].take() {
                self.town.undo(undo);
            }
        }
        // Somebody puts right what only a person can: a record that is gone, an instance that was stopped.
        self.town.make_good();
        self.good_since = Some(self.town.now());
    }

    /// By when it must have found back: what is under way may have to run out first; then one whole cycle.
    pub(super) fn patience(&self) -> SignedDuration {
        let settings = &self.plan.settings;
        let looks = self.plan.fallback * 30;
        let asked = SignedDuration::from_secs((expiry_hours(settings) * 3600.0) as i64 + 3 * 3600);
        let restore = SignedDuration::from_secs(i64::from(self.plan.restore_seconds));
        let kept = settings.retire.grace + SignedDuration::from_hours(2);
        let maintenance = SignedDuration::from_hours(if settings.modify.apply_immediately { 0 } else { 24 });
        // An old one may have to run out and go before there is room for a new one.
        (self.plan.cycle + settings.new.minimum_age + looks + restore + asked + kept + maintenance) * 3
            + SignedDuration::from_hours(48)
    }

    /// 5. and 9.: one that was restored since is promoted and in use, and all the others are gone.
    pub(super) fn settled(&self, since: Timestamp) -> bool {
        let watch = self.town.watch.borrow();
        let world = self.town.rds.world();
        let alive: Vec<_> = watch.ledger.lives.values().filter(|life| life.ours && life.gone.is_none()).collect();
        let Some(current) = self.town.in_use() else { return false };
        let stage = |identifier: &str| self.town.tag(identifier, "stage");
        let renewed = alive.iter().any(|life| life.identifier == current && life.born_at >= since);
        renewed
            && stage(&current).as_deref() == Some("promoted")
            && world.instances()[&current].deletion_protection
            && alive.iter().filter(|life| stage(&life.identifier).as_deref() == Some("promoted")).count() == 1
            && alive.iter().all(|life| life.born_at >= since)
    }

    pub(super) fn give_up_waiting(&self) {
        let reasons: Vec<String> = self.reasons.values().map(said).collect();
        let line = format!(
            "invariant 9: no way back to order in {} h; in use {:?}, stages {:?}; last said: {}",
            self.patience().as_hours(),
            self.town.in_use(),
            self.town.stages(),
            reasons.join(" | "),
        );
        self.town.watch.borrow_mut().violation(&line);
    }
}

/// How long a request is open.
pub(super) fn expiry_hours(settings: &Settings) -> f64 {
    match &settings.promote.approval {
        Approval::Required { expiry, .. } => expiry.as_secs_f64() / 3600.0,
        Approval::None | Approval::Typed => 1.0,
    }
}

//! What a seed decides beforehand: the settings, how long things take, who the people are, how bad it gets.

use std::fmt;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use tag_state::settings::Settings;

use crate::town::{ASKING, OPTIONS};

/// One lifetime's terms.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// What was drawn for `RDS_ECHO_OPTS`.
    pub options: String,
    /// The same, read.
    pub settings: Settings,
    /// The first moment.
    pub start: Timestamp,
    /// Between two looks of the fallback schedule.
    pub fallback: SignedDuration,
    /// Between two wake-ups of **new**.
    pub cycle: SignedDuration,
    /// How long things go wrong.
    pub active: SignedDuration,
    /// Of a restore, in seconds.
    pub restore_seconds: u32,
    /// Whether a snapshot's event wakes **new**.
    pub on_snapshot: bool,
    /// Other instances in the account.
    pub crowd: usize,
    /// Of an event: to be lost.
    pub loss: f64,
    /// Of an event: to come twice.
    pub doubling: f64,
    /// Of a process: that others come in between its calls.
    pub overlap: f64,
    /// Of a process: to have trouble at all.
    pub trouble: f64,
    /// Of a call of such a process.
    pub strike: f64,
    /// Of an instance in a read: to be shown without the last write to its tags.
    pub staleness: f64,
    /// Of a restore: to end badly.
    pub bad_restore: f64,
    /// Whether every third restore takes five times as long.
    pub hangs: bool,
    /// Between two commands of people at a terminal; `None` where they leave it to the schedules.
    pub commands: Option<SignedDuration>,
    /// Between two commands of people who hold instances, or want another one in use; `None` where nobody does.
    pub keepers: Option<SignedDuration>,
    /// Between two acts of people by hand; `None` where they keep their hands off.
    pub hands: Option<SignedDuration>,
    /// How people treat their mail.
    pub people: People,
}

/// How people treat their mail.
#[derive(Clone, Copy, Debug)]
pub struct People {
    /// To answer at all.
    pub answer: f64,
    /// To cancel, of those who answer.
    pub cancel: f64,
    /// To press a second time.
    pub again: f64,
    /// Of a mail: to be opened by a machine first.
    pub scanner: f64,
}

impl Plan {
    /// Draws it.
    ///
    /// # Panics
    /// Never: every combination that can be drawn is a valid one.
    pub fn draw(seed: u64) -> Plan {
        let rng = &mut Rng::with_seed(seed);
        // As likely near the shortest as near the longest: 5 minutes to 6 hours.
        let minutes = (5.0_f64.ln() + rng.f64() * (72.0_f64).ln()).exp().round() as i64;
        let cycle_minutes = minutes * rng.i64(10..60);
        let cycle_hours = (cycle_minutes / 60).max(1);
        let longest = (cycle_minutes * 60 * 8 / 10).clamp(600, 28 * 3600) as u32;
        let restore_seconds = if rng.f64() < 0.1 { longest } else { rng.u32(300..=longest) };
        let calm = rng.f64() < 0.05;
        let mut some = |most: f64| if calm { 0.0 } else { rng.f64() * most };
        let (loss, doubling, overlap) = (some(0.9), some(0.4), some(0.4));
        let (trouble, strike) = (some(0.4), some(0.3));
        let (staleness, bad_restore) = (some(0.1), some(0.2));
        let hands = (!calm && rng.f64() < 0.7)
            .then(|| SignedDuration::from_mins((cycle_minutes as f64 * (0.1 + rng.f64())) as i64 + 1));
        let people = People {
            answer: 1.0 - some_of(rng, 0.5),
            cancel: some_of(rng, 0.3),
            again: some_of(rng, 0.5),
            scanner: rng.f64(),
        };
        let mut options = options(rng, cycle_hours, minutes);
        // By a chance of their own, so that the other lifetimes stay what they were.
        let later = &mut Rng::with_seed(!seed);
        if later.f64() < 0.1 {
            options.push_str(" -Drdsecho.mod.applyImmediately=false");
        }
        // What became of the end of an instance since then, likewise.
        let end = &mut Rng::with_seed(seed ^ 0x0000_e4d0_f1fe);
        for (share, option) in [
            (0.1, "mod.manageMasterUserPassword=false"),
            (0.3, "new.copyTagsToSnapshot=true"),
            (0.3, "retire.connectionMinutes=5"),
            (0.15, "retire.keepFinalSnapshotDays=1"),
        ] {
            if end.f64() < share {
                options.push_str(&format!(" -Drdsecho.{option}"));
            }
        }
        if end.f64() < 0.4 {
            options.push_str(&format!(" -Drdsecho.retire.keepFinalSnapshots={}", end.u8(1..=3)));
        }
        let commands = (!calm && later.f64() < 0.15)
            .then(|| SignedDuration::from_mins((cycle_minutes as f64 * (0.05 + later.f64() / 2.0)) as i64 + 1));
        let keeping = &mut Rng::with_seed(seed ^ 0x6b65_6570_6572);
        let keepers = (!calm && keeping.f64() < 0.2)
            .then(|| SignedDuration::from_mins((cycle_minutes as f64 * (0.05 + keeping.f64() / 2.0)) as i64 + 1));
        if later.f64() < 0.3 {
            options.push_str(&format!(" -Drdsecho.retries={}", later.u8(0..=1)));
        }
        let hangs = !calm && later.f64() < 0.15;
        if hangs {
            options.push_str(&format!(" -Drdsecho.stuck.hours={}", later.i64(1..=cycle_hours.min(48))));
        }
        let settings = Settings::from_options(&options).unwrap_or_else(|error| panic!("{options}: {error}"));
        // Some lives begin just before midnight.
        let day = rng.i64(20_000..21_500) * 86_400;
        let second = if rng.f64() < 0.3 { 86_400 - rng.i64(1..300) } else { rng.i64(0..86_400) };
        let start = Timestamp::from_second(day + second).expect("in this century");
        Plan {
            seed,
            options,
            settings,
            start,
            fallback: SignedDuration::from_mins(minutes),
            cycle: SignedDuration::from_mins(cycle_minutes),
            active: SignedDuration::from_mins(cycle_minutes * rng.i64(3..6)),
            restore_seconds,
            on_snapshot: rng.f64() < 0.3,
            crowd: match rng.u8(0..10) {
                0..=4 => 0,
                5..=7 => rng.usize(3..10),
                _ => rng.usize(101..150),
            },
            loss,
            doubling,
            overlap,
            trouble,
            strike,
            staleness,
            bad_restore,
            hangs,
            commands,
            keepers,
            hands,
            people,
        }
    }
}

fn some_of(rng: &mut Rng, most: f64) -> f64 {
    rng.f64() * most
}

fn options(rng: &mut Rng, cycle_hours: i64, fallback_minutes: i64) -> String {
    let mut options = OPTIONS.to_owned();
    let mut set = |key: &str, value: String| options.push_str(&format!(" -Drdsecho.{key}={value}"));
    set("new.minimumAgeHours", (cycle_hours / 2).to_string());
    set("retire.graceHours", rng.i64(0..=cycle_hours + cycle_hours / 2).min(8784).to_string());
    set("maxInstances", rng.usize(2..=5).to_string());
    set("settleMinutes", rng.u8(0..=3).to_string());
    if rng.f64() < 0.2 {
        set("retire.skipFinalSnapshot", "true".to_owned());
    }
    if rng.f64() < 0.3 {
        set("reboot", "when-needed".to_owned());
    }
    if rng.f64() < 0.5 {
        set("mod.multiAz", "false".to_owned());
        set("mod.monitoringInterval", "0".to_owned());
    }
    if rng.f64() < 0.3 {
        set("mod.allocatedStorage", "200".to_owned());
    }
    if rng.f64() < 0.3 {
        set("new.dbInstanceClass", "db.t4g.large".to_owned());
    }
    if rng.f64() < 0.1 {
        set("promote.approval", "none".to_owned());
        return options;
    }
    set("promote.approvals", rng.u8(1..=3).to_string());
    set("promote.expiryHours", rng.i64(1..=(2 * cycle_hours).min(720)).to_string());
    // Where no event comes, promote looks at the next fallback: a shorter window would be missed.
    set("promote.windowHours", (fallback_minutes / 60 + rng.i64(1..=2)).to_string());
    options.push(' ');
    options.push_str(ASKING);
    options
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: looks every {} min, restores every {} min, each takes {} s, trouble for {} min\n{}",
            self.seed,
            self.fallback.as_mins(),
            self.cycle.as_mins(),
            self.restore_seconds,
            self.active.as_mins(),
            self.options,
        )
    }
}

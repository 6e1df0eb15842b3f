//! What lifetimes came to, in figures.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::trouble::Kind;

/// The figures of one lifetime, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lifetimes.
    pub seeds: u64,
    /// Promotions.
    pub cycles: u64,
    /// Events that woke a function.
    pub delivered: u64,
    /// Events that never came.
    pub lost: u64,
    /// Events that came twice.
    pub duplicated: u64,
    /// What went wrong with calls, by kind; beside them processes that ran out of time, stale reads and hands.
    pub faults: BTreeMap<&'static str, u64>,
    /// Processes that died at a call.
    pub crash_points: u64,
    /// Runs of functions, visits of pages, and rollbacks.
    pub invocations: u64,
    /// Of what must never happen.
    pub violations: u64,
}

impl Tally {
    /// Adds a fault.
    pub fn fault(&mut self, name: &'static str, times: u64) {
        if times > 0 {
            *self.faults.entry(name).or_default() += times;
        }
    }

    /// Adds faults of calls.
    pub fn faults_of_calls(&mut self, faults: &BTreeMap<Kind, u64>) {
        for (kind, times) in faults {
            self.fault(kind.name(), *times);
            if kind.is_death() {
                self.crash_points += times;
            }
        }
    }

    /// Adds another one's figures.
    pub fn add(&mut self, other: &Tally) {
        self.seeds += other.seeds;
        self.cycles += other.cycles;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.crash_points += other.crash_points;
        self.invocations += other.invocations;
        self.violations += other.violations;
        for (name, times) in &other.faults {
            *self.faults.entry(name).or_default() += times;
        }
    }

    /// The closing line.
    pub fn to_json(&self, seconds: f64) -> Value {
        json!({
            "seeds": self.seeds,
            "cycles": self.cycles,
            "events": { "delivered": self.delivered, "lost": self.lost, "duplicated": self.duplicated },
            "faults": self.faults,
            "crash_points": self.crash_points,
            "invocations": self.invocations,
            "violations": self.violations,
            "seconds": (seconds * 1000.0).round() / 1000.0,
        })
    }
}

//! Every order of the calls of a few processes, and of what else happens among them.
//!
//! A process cannot be copied, but it can be run again: each order is tried from the beginning. Where two
//! orders have led to the same town with every process having had the same answers, the rest is the same,
//! and is tried once.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

use jiff::SignedDuration;

use crate::functions::{Job, Progress, Running};
use crate::town::Town;
use crate::trouble::Trouble;

/// No process lives longer: a function's time-out and more, and what a command of a person's must keep to.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What takes part.
#[derive(Clone)]
pub enum Part {
    /// A process: a step for each of its calls.
    Process(Job),
    /// Something that a person does, in one step.
    Hand(fn(&Town)),
    /// Time passes, in one step; who is older than [`LONGEST_LIFE`] then is dead.
    Pass(SignedDuration),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    /// Orders.
    pub orders: u64,
    /// Different situations in them.
    pub situations: u64,
    /// Different ends.
    pub ends: u64,
    /// Orders in which something happened that must not, with what.
    pub violations: Vec<(Vec<usize>, String)>,
}

struct Search<'a, C> {
    start: &'a Town,
    parts: &'a [Part],
    check: C,
    known: BTreeMap<u64, u64>,
    ends: u64,
    violations: Vec<(Vec<usize>, String)>,
}

/// Tries every order, and checks each end. `check` is told the order, part by part.
pub fn every_order(start: &Town, parts: &[Part], check: impl FnMut(&Rc<Town>, &[usize])) -> Explored {
    let mut search = Search { start, parts, check, known: BTreeMap::new(), ends: 0, violations: Vec::new() };
    let orders = search.explore(&mut Vec::new());
    Explored { orders, situations: search.known.len() as u64, ends: search.ends, violations: search.violations }
}

impl<C: FnMut(&Rc<Town>, &[usize])> Search<'_, C> {
    fn explore(&mut self, order: &mut Vec<usize>) -> u64 {
        let scene = Scene::play(self.start, self.parts, order);
        let seen = scene.town.watch.borrow().violations.clone();
        if !seen.is_empty() {
            self.violations.extend(seen.into_iter().map(|violation| (order.clone(), violation)));
            return 1;
        }
        let key = scene.key();
        if let Some(orders) = self.known.get(&key) {
            return *orders;
        }
        let left = scene.left();
        let orders = if left.is_empty() {
            self.ends += 1;
            (self.check)(&scene.town, order);
            1
        } else {
            drop(scene);
            let mut orders = 0;
            for part in left {
                order.push(part);
                orders += self.explore(order);
                order.pop();
            }
            orders
        };
        self.known.insert(key, orders);
        orders
    }
}

enum Actor {
    Waits,
    Runs(Box<Running>),
    Gone,
}

/// One order, played so far.
struct Scene<'a> {
    town: Rc<Town>,
    parts: &'a [Part],
    actors: Vec<Actor>,
    heard: Vec<u64>,
}

impl<'a> Scene<'a> {
    fn play(start: &Town, parts: &'a [Part], order: &[usize]) -> Scene<'a> {
        let actors = parts.iter().map(|_| Actor::Waits).collect();
        let mut scene = Scene { town: Rc::new(start.fork()), parts, actors, heard: vec![0; parts.len()] };
        for part in order {
            scene.step(*part);
        }
        scene
    }

    fn left(&self) -> Vec<usize> {
        (0..self.parts.len()).filter(|part| !matches!(self.actors[*part], Actor::Gone)).collect()
    }

    fn step(&mut self, part: usize) {
        match &self.parts[part] {
            Part::Hand(does) => {
                does(&self.town);
                self.actors[part] = Actor::Gone;
            }
            Part::Pass(time) => {
                self.town.advance(self.town.now() + *time);
                self.actors[part] = Actor::Gone;
                let now = self.town.now();
                for actor in &mut self.actors {
                    if let Actor::Runs(running) = actor
                        && now.duration_since(running.process.now) > LONGEST_LIFE
                    {
                        *actor = Actor::Gone;
                    }
                }
            }
            Part::Process(job) => {
                if let Actor::Waits = self.actors[part] {
                    let mut running = Running::begin(&self.town, part as u64, job.clone(), Trouble::None);
                    running.process.listen();
                    // Up to its first call nothing happens.
                    let _ = running.go_on();
                    self.actors[part] = Actor::Runs(Box::new(running));
                }
                let Actor::Runs(running) = &mut self.actors[part] else { return };
                let progress = running.go_on();
                self.heard[part] = running.process.heard();
                if !matches!(progress, Progress::Goes) {
                    self.actors[part] = Actor::Gone;
                }
            }
        }
    }

    /// What the rest depends on: the town, and what each process has been answered since when.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.town.situation().hash(&mut hasher);
        for (actor, heard) in self.actors.iter().zip(&self.heard) {
            // A process acts by its answers, and by the time at which it began.
            let (at, began) = match actor {
                Actor::Waits => (0_u8, None),
                Actor::Runs(running) => (1, Some(running.process.now.to_string())),
                Actor::Gone => (2, None),
            };
            (at, began, heard).hash(&mut hasher);
        }
        hasher.finish()
    }
}

//! What is measured of an echo at each look, for dashboards and alarms.

use jiff::{SignedDuration, Timestamp};

use crate::decide::trouble::{What, due, trouble};
use crate::facts::Record;
use crate::own::OwnInstance;
use crate::settings::Settings;

/// The state of an echo at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// How many of its instances are alive.
    pub instances: usize,
    /// How old the data is that people use; `None` where the CNAME points at none of ours, or nothing tells.
    pub data_age: Option<SignedDuration>,
    /// How long the worst of its instances is past what its stage foresees; zero where none is.
    pub overdue: SignedDuration,
    /// How many of its instances are stuck, or are in use and have failed.
    pub stuck: usize,
}

/// Measures it.
pub fn gauges(settings: &Settings, own: &[OwnInstance], record: &Record, now: Timestamp) -> Gauges {
    let current = own.iter().find(|own| record.points_at(own.facts()));
    let overdue = own.iter().filter_map(|own| overdue(settings, own, now));
    Gauges {
        instances: own.len(),
        data_age: current.and_then(|own| own.tags().data_from).map(|from| now.duration_since(from)),
        overdue: overdue.fold(SignedDuration::ZERO, SignedDuration::max),
        stuck: own.iter().filter(|one| is_stuck(settings, one, own, now)).count(),
    }
}

/// What has failed and was given up is none of these: it is told once, and goes away. Nor is what people do on purpose:
/// they stop what is in use at night, cancel a request, and stay connected to what then waits for them.
fn is_stuck(settings: &Settings, one: &OwnInstance, own: &[OwnInstance], now: Timestamp) -> bool {
    let on_purpose = |what| {
        matches!(
            what,
            What::Failed { .. } | What::InUseStopped { .. } | What::LeftOver { .. } | What::InUseByClients { .. }
        )
    };
    trouble(settings, one, own, now).is_some_and(|trouble| !on_purpose(trouble.what))
}

/// How long ago it should have left its stage. RDS says of no restore how long it will take, and so these stages, and
/// the way out, foresee no time at all: how much is too much, the [limits](crate::decide::trouble::limit) say. A copy whose request has run
/// out, or was cancelled, stays until the next one takes its place: it costs as much as the one in use.
fn overdue(settings: &Settings, own: &OwnInstance, now: Timestamp) -> Option<SignedDuration> {
    Some(now.duration_since(due(settings, own, now)?))
}

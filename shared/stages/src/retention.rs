//! The final snapshots of instances that are gone: those that no rule keeps are deleted, where the settings ask for it.

use std::collections::BTreeSet;

use tag_state::decide::retention::{confirm, expired};
use tag_state::facts::Snapshot;
use tag_state::own::OwnInstance;

use crate::advance::Scene;
use crate::ports::{Announcer, Rds};
use crate::report::{Did, Outcome, Report, Stop, to_act};

/// One listing, and a few deletes.
pub(crate) async fn sweep<R: Rds, A: Announcer>(scene: &Scene<'_, R, A>, owns: &[OwnInstance], report: &mut Report) {
    let listed = match scene.rds.manual_snapshots(&scene.settings.name.identifier_prefix()).await {
        Ok(listed) => listed,
        Err(error) => return report.failed(None, &error),
    };
    let in_use: BTreeSet<String> = owns.iter().filter_map(|own| own.tags().snapshot.clone()).collect();
    for chosen in expired(scene.settings, &listed, &in_use, scene.now) {
        let turn = destroy(scene, chosen).await;
        report.record(&chosen.identifier, turn);
    }
}

/// It is read once more: what is deleted here is gone.
async fn destroy<R: Rds, A: Announcer>(scene: &Scene<'_, R, A>, chosen: &Snapshot) -> Result<Outcome, Stop> {
    let name = &chosen.identifier;
    let fresh = scene.rds.snapshot(name).await?;
    let disposable = to_act(confirm(scene.settings, chosen, fresh.as_ref(), scene.now), Some(name))?;
    scene.rds.delete_snapshot(disposable.delete()).await?;
    Ok(Outcome::done(name, Did::Acted, format!("final snapshot of {} deleted", chosen.source), disposable.why()))
}

//! When there is a new snapshot, who puts it in place of the one that is served?

use super::view::{self, Options};
use crate::{error::CommandError, ui};
use lineal_lake::store::Lake;
use lineal_web::serve::view::{Current, View};
use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

/// Looks for a new snapshot now and then, or when it is told to; ends when nobody can tell it any more.
pub fn watch(lake: &Lake, current: &Current, options: Options, every: Option<Duration>, told: &Receiver<()>) {
    loop {
        let waited = match every {
            Some(every) => told.recv_timeout(every),
            None => told.recv().map_err(RecvTimeoutError::from),
        };
        if let Err(RecvTimeoutError::Disconnected) = waited {
            return;
        }
        match newer(lake, &current.get(), options) {
            Ok(Some(view)) => {
                ui::say(&format!("serving snapshot {} now", view.atlas.world.snapshot));
                current.replace(Arc::new(view));
            }
            Ok(None) => {}
            // The old one is served as long as the new one cannot be.
            Err(error) => ui::say(&format!("cannot look for a new snapshot: {error}")),
        }
    }
}

/// Makes the view of the newest snapshot, with all that takes long, unless it is the one that is served.
fn newer(lake: &Lake, served: &View, options: Options) -> Result<Option<View>, CommandError> {
    let snapshot = lake.snapshot(None)?;
    if snapshot.manifest.id == served.id {
        return Ok(None);
    }
    let view = view::view(lake, &snapshot)?;
    view.prepare();
    view::work_out(lake, &snapshot, &view, options);
    Ok(Some(view))
}

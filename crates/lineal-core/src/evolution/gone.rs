//! Which models were here before and went?

use super::taken::Taken;
use crate::{model_id::HubId, pairing::Renames};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

/// Models that were deleted in an earlier week, to know them again.
#[derive(Default)]
pub struct Gone {
    names: HashMap<Box<str>, Option<HubId>, RandomState>,
    hub_ids: HashSet<HubId, RandomState>,
}

impl Gone {
    pub fn add(&mut self, taken: &Taken, node: u32) {
        let hub_id = taken.hub_id(node);
        self.names.insert(taken.world.name(node).into(), hub_id);
        self.hub_ids.extend(hub_id);
    }

    /// Whether a model was here before, as the same repository where that can be told.
    pub fn contains(&self, taken: &Taken, node: u32, renames: Renames) -> bool {
        let hub_id = taken.hub_id(node).filter(|_| renames == Renames::On);
        let same = |gone: &Option<HubId>| gone.zip(hub_id).is_none_or(|(gone, now)| gone == now);
        hub_id.is_some_and(|id| self.hub_ids.contains(&id))
            || self.names.get(taken.world.name(node)).is_some_and(same)
    }
}

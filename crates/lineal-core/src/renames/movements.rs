//! How many models went from one owner to another?

use super::{NONE, Open, candidates::Pair, owners::Owner, relations::Relations};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Fewer downloads than this may be lost by chance.
const MANY_DOWNLOADS: u64 = 100;

/// How many days of a month's downloads may be others before the two counts say nothing of each other.
const SAME_MONTH: u64 = 14;

/// Names that take as many bits to say were not chosen by chance: the owners of a large hub that go
/// and those that come make less than 2 to the power of this pairs in a week.
const RARE: u32 = 30;

/// What may have gone from one owner to another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Movement {
    /// Pairs that were made in the same way from the same bases.
    pub same: u32,
    /// Pairs that were not.
    pub different: u32,
    /// Of the same, those whose name is one of its kind, or for which there is a witness.
    pub telling: u32,
    /// How many bits it takes to say which names the same have, among all names of the hub: how
    /// unlikely it is that another owner has chosen them by chance.
    pub rarity: u32,
    /// Known downloads of the same, before and after.
    pub downloads: (u64, u64),
}

impl Movement {
    /// Whether the models themselves went, rather than others of their names.
    pub fn is_established(&self, from: &Owner) -> bool {
        let (same, lost) = (u64::from(self.same), u64::from(from.lost));
        let is_whole = same >= 3 && from.vanished() && same * 4 >= lost * 3 && self.rarity >= RARE;
        let is_told = self.telling >= 3 || self.telling == 2 && same * 2 >= lost;
        (is_told || is_whole) && !lost_downloads(self.downloads.0, self.downloads.1)
    }

    /// Whether so many pairs are the same that the others were only changed on the way.
    pub fn is_mostly_same(&self) -> bool {
        self.same >= 3 && self.same / 3 >= self.different
    }
}

/// Whether downloads dropped as they do for a copy, but not for a model that is only called
/// otherwise: hubs count them over a month.
pub(super) fn lost_downloads(before: u64, after: u64) -> bool {
    before >= MANY_DOWNLOADS && after < before / 4
}

/// The movements among some pairs, by the owners' numbers.
pub(super) struct Movements(HashMap<(u32, u32), Movement, RandomState>);

impl Movements {
    pub fn new(open: &Open, pairs: &[Pair], relations: &Relations) -> Movements {
        let mut movements: HashMap<(u32, u32), Movement, RandomState> = HashMap::default();
        for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.from != NONE && pair.to != NONE) {
            let movement = movements.entry((pair.from, pair.to)).or_default();
            if !relations.are_same(at) {
                movement.different += 1;
                continue;
            }
            movement.same += 1;
            movement.rarity = movement.rarity.saturating_add(pair.rarity);
            movement.telling += u32::from(pair.is_telling || pair.same_place || pair.mentions > 0);
            if let Some((before, after)) = downloads(open, pair) {
                movement.downloads.0 = movement.downloads.0.saturating_add(before);
                movement.downloads.1 = movement.downloads.1.saturating_add(after);
            }
        }
        Movements(movements)
    }

    pub fn of(&self, pair: &Pair) -> Movement {
        self.0.get(&(pair.from, pair.to)).copied().unwrap_or_default()
    }

    /// Returns to whom most of each owner's models may have gone.
    pub fn destinations(&self) -> HashMap<u32, u32, RandomState> {
        let mut all: Vec<(&(u32, u32), &Movement)> = self.0.iter().collect();
        all.sort_unstable_by_key(|((_, to), movement)| (movement.same, *to));
        all.into_iter().map(|(owners, _)| *owners).collect()
    }
}

/// Returns the downloads of both models of a pair, if both are known and of the same month.
pub(super) fn downloads(open: &Open, pair: &Pair) -> Option<(u64, u64)> {
    let month = open.earlier.snapshot.plus_days(SAME_MONTH);
    if month.is_none_or(|month| month < open.later.snapshot) {
        return None;
    }
    open.earlier.downloads(pair.earlier).zip(open.later.downloads(pair.later))
}

//! Which models of a walk have a line in its tree, and which are only counted?

use super::TreeOptions;
use crate::{
    lineage::{Passed, Side, Walk},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::{cmp::Reverse, collections::VecDeque};

/// Nothing further away from the model has a line: a line has a guide for each relation to it.
const DEEPEST: usize = 100;

/// From a model to what it was made from, or to what was made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    Up,
    Down,
}

/// A node where it is shown.
#[derive(Debug)]
pub struct Place {
    pub node: u32,
    /// How the relation was made by which it hangs; of the model itself, 0.
    pub operation: u8,
    way: Way,
    depth: usize,
    pub entries: Vec<Entry>,
    /// Whether what hangs on it is shown at another place.
    pub is_repeated: bool,
    /// How many hang on it that have no line and are in no count.
    pub hidden: usize,
}

/// What has a line.
#[derive(Debug)]
pub enum Entry {
    /// By its place in the plan.
    Place(usize),
    Rest(Rest),
}

/// Models that share a line.
#[derive(Debug)]
pub struct Rest {
    pub count: u64,
    /// `None` where there are several.
    pub operation: Option<u8>,
    /// Known downloads; `None` if none is known.
    pub downloads: Option<u64>,
}

/// What has a line, and what hangs on what.
#[derive(Debug)]
pub struct Plan {
    /// The model upward, the model downward, then what hangs on them, nearest first.
    pub places: Vec<Place>,
}

impl Plan {
    pub fn new(world: &World, walk: &Walk, options: &TreeOptions) -> Plan {
        let neighbours = Neighbours::new(world, walk);
        let top = |way| Place::new(walk.model, 0, way, 0);
        let mut plan = Plan { places: vec![top(Way::Up), top(Way::Down)] };
        let headings =
            [Way::Up, Way::Down].into_iter().filter(|way| !neighbours.of(walk.model, *way).is_empty());
        let fixed = 1 + headings.count() + usize::from(walk.is_truncated());
        let mut left = options.lines.saturating_sub(fixed);
        let mut met: HashSet<(u32, Way), RandomState> = HashSet::default();
        met.extend([(walk.model, Way::Up), (walk.model, Way::Down)]);
        let mut waiting = VecDeque::from([0, 1]);
        while let Some(at) = waiting.pop_front() {
            let Place { node, way, depth, .. } = plan.places[at];
            let near = neighbours.of(node, way);
            if near.is_empty() {
                continue;
            }
            if left == 0 || depth == DEEPEST {
                plan.places[at].hidden = near.len();
                continue;
            }
            let groups = match way {
                Way::Up => vec![near],
                Way::Down => near.chunk_by(|one, other| one.operation == other.operation).collect(),
            };
            let most = if way == Way::Up { usize::MAX } else { options.most };
            let shares = shares(&groups, most, left);
            for (shown, others) in &shares {
                for passed in *shown {
                    let node = way.end(passed);
                    let mut place = Place::new(node, passed.operation, way, depth + 1);
                    place.is_repeated = !met.insert((node, way));
                    if !place.is_repeated {
                        waiting.push_back(plan.places.len());
                    }
                    let entry = Entry::Place(plan.places.len());
                    plan.places[at].entries.push(entry);
                    plan.places.push(place);
                }
                if !others.is_empty() {
                    plan.places[at].entries.push(Entry::Rest(rest(world, others, way)));
                }
            }
            left -= plan.places[at].entries.len();
        }
        plan
    }

    /// The model, where its ancestors or its descendants hang.
    pub fn top(&self, way: Way) -> &Place {
        match way {
            Way::Up => &self.places[0],
            Way::Down => &self.places[1],
        }
    }
}

impl Place {
    fn new(node: u32, operation: u8, way: Way, depth: usize) -> Place {
        Place { node, operation, way, depth, entries: Vec::new(), is_repeated: false, hidden: 0 }
    }
}

impl Way {
    /// The end of a relation that it leads to.
    fn end(self, passed: &Passed) -> u32 {
        match self {
            Way::Up => passed.base,
            Way::Down => passed.derived,
        }
    }
}

/// What hangs on what, in the order in which it is shown.
struct Neighbours {
    up: HashMap<u32, Vec<Passed>, RandomState>,
    /// By operation; within each, those first on which most stands.
    down: HashMap<u32, Vec<Passed>, RandomState>,
}

impl Neighbours {
    fn new(world: &World, walk: &Walk) -> Neighbours {
        let sides: HashMap<u32, Side, RandomState> =
            walk.nodes.iter().map(|reached| (reached.node, reached.side)).collect();
        let is_on = |node: u32, away: Side| sides.get(&node).is_some_and(|side| *side != away);
        let mut neighbours = Neighbours { up: HashMap::default(), down: HashMap::default() };
        for passed in &walk.relations {
            if is_on(passed.base, Side::Descendant) && is_on(passed.derived, Side::Descendant) {
                neighbours.up.entry(passed.derived).or_default().push(*passed);
            }
            if is_on(passed.base, Side::Ancestor) && is_on(passed.derived, Side::Ancestor) {
                neighbours.down.entry(passed.base).or_default().push(*passed);
            }
        }
        let below = below(walk, &neighbours.down);
        for passed in neighbours.down.values_mut() {
            passed.sort_by_cached_key(|passed| {
                let node = passed.derived;
                let standing = Reverse((below.get(&node).copied(), world.downloads(node)));
                (passed.operation, standing, world.name(node))
            });
        }
        neighbours
    }

    fn of(&self, node: u32, way: Way) -> &[Passed] {
        let neighbours = if way == Way::Up { &self.up } else { &self.down };
        neighbours.get(&node).map_or(&[], Vec::as_slice)
    }
}

/// How many descendants of the model are reached through each: one that is reached through several is
/// counted for the first of the nearest.
fn below(walk: &Walk, down: &HashMap<u32, Vec<Passed>, RandomState>) -> HashMap<u32, u64, RandomState> {
    let mut order = Vec::new();
    let mut through: HashMap<u32, u32, RandomState> = HashMap::default();
    let mut waiting = VecDeque::from([walk.model]);
    while let Some(node) = waiting.pop_front() {
        for passed in down.get(&node).into_iter().flatten() {
            if passed.derived != walk.model && !through.contains_key(&passed.derived) {
                through.insert(passed.derived, node);
                order.push(passed.derived);
                waiting.push_back(passed.derived);
            }
        }
    }
    let mut below: HashMap<u32, u64, RandomState> = HashMap::default();
    for node in order.iter().rev() {
        let own = below.get(node).copied().unwrap_or(0);
        *below.entry(through[node]).or_default() += own + 1;
    }
    below
}

/// Parts each group in those that have a line and the others, which share one, within `left` lines. If not even
/// the others' lines fit, the groups become one.
fn shares<'a>(groups: &[&'a [Passed]], most: usize, left: usize) -> Vec<(&'a [Passed], Vec<Passed>)> {
    let lines = |group: &[Passed], most: usize| match group.len() {
        length if length <= most + 1 => length,
        _ => most + 1,
    };
    let fits = |most: &usize| groups.iter().map(|group| lines(group, *most)).sum::<usize>() <= left;
    let longest = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    let Some(most) = (0..=most.min(longest).min(left)).rev().find(fits) else {
        let all = groups.iter().flat_map(|group| group.iter().copied()).collect();
        return vec![(&[], all)];
    };
    let part = |group: &&'a [Passed]| {
        // A line that says that there is one more is no shorter than the one more.
        let shown = if group.len() <= most + 1 { group.len() } else { most };
        let (shown, others) = group.split_at(shown);
        (shown, others.to_vec())
    };
    groups.iter().map(part).collect()
}

fn rest(world: &World, others: &[Passed], way: Way) -> Rest {
    let first = others.first().map(|passed| passed.operation);
    Rest {
        count: others.len() as u64,
        operation: first.filter(|first| others.iter().all(|passed| passed.operation == *first)),
        downloads: world.total_downloads(others.iter().map(|passed| way.end(passed))),
    }
}

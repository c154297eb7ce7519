//! Which model that is gone could be which new one?
//!
//! Each way of finding candidates takes time in proportion to what it looks at, so that a hundred
//! thousand models of one name cost no more than a hundred thousand of different names.

use super::{
    NONE, Open,
    movements::Movements,
    namesakes::{Group, Namesakes},
    owners::Owners,
};
use crate::{
    model_id::{own_part, owner},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// How many characters a name may add to its base's and still be what anybody would have chosen.
const USUAL_SUFFIX: usize = 12;

/// A model that is gone and a new one of the same name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub earlier: u32,
    pub later: u32,
    pub from: u32,
    pub to: u32,
    /// No other model has the name, and it is not just its base's with a usual suffix.
    pub is_telling: bool,
    /// How many bits it takes to say which name it is, among all names of the hub.
    pub rarity: u32,
    pub same_place: bool,
    pub mentions: u32,
}

impl Pair {
    pub fn nodes(&self) -> (u32, u32) {
        (self.earlier, self.later)
    }
}

/// Finds the pairs that few models compete for, those that share a place in the listing, and
/// those that derived models bear witness to; sorted by nodes.
pub(super) fn pairs(open: &Open, namesakes: &Namesakes, owners: &Owners) -> Vec<Pair> {
    let placed = in_place(open, namesakes);
    let mentioned = mentioned(open, namesakes);
    let mut nodes: Vec<(u32, u32)> = Vec::new();
    for group in namesakes.groups().filter(|group| !group.is_crowd()) {
        for deleted in &group.deleted {
            nodes.extend(group.added.iter().map(|added| (*deleted, *added)));
        }
    }
    nodes.extend(&placed);
    nodes.extend(&mentioned);
    nodes.sort_unstable();
    nodes.dedup();
    let is_possible = |nodes: &(u32, u32)| is_possible(open, *nodes);
    let weigh = |nodes: (u32, u32)| Pair {
        same_place: placed.binary_search(&nodes).is_ok(),
        mentions: range(&mentioned, nodes) as u32,
        ..bare(open, namesakes, owners, nodes)
    };
    nodes.into_iter().filter(is_possible).map(weigh).collect()
}

/// Finds pairs among crowds of namesakes: an owner's deleted models, under the owner to whom most
/// of its others may have gone, or who came with models of the same names as it had.
pub(super) fn of_crowds(
    open: &Open,
    namesakes: &Namesakes,
    owners: &Owners,
    movements: &Movements,
) -> Vec<Pair> {
    let mut destinations = movements.destinations();
    destinations.extend(owners.twins(open, namesakes));
    let crowds = namesakes.groups().filter(|group| group.is_crowd());
    let mut nodes: Vec<(u32, u32)> = Vec::new();
    for deleted in crowds.flat_map(|group| &group.deleted) {
        let name = open.earlier.name(*deleted);
        let Some(to) = destinations.get(&owners.number(name)) else { continue };
        let renamed = format!("{}/{}", owners.owner(*to).name, own_part(name));
        nodes.extend(open.later.ids.find(&renamed).map(|added| (*deleted, added)));
    }
    nodes.retain(|nodes| open.is_added(nodes.1) && is_possible(open, *nodes));
    nodes.sort_unstable();
    nodes.dedup();
    nodes.into_iter().map(|nodes| bare(open, namesakes, owners, nodes)).collect()
}

/// Adds pairs to others, unless they are among them.
pub(super) fn united(mut pairs: Vec<Pair>, more: Vec<Pair>) -> Vec<Pair> {
    let new = |pair: &Pair| pairs.binary_search_by_key(&pair.nodes(), Pair::nodes).is_err();
    let new: Vec<Pair> = more.into_iter().filter(new).collect();
    pairs.extend(new);
    pairs.sort_unstable_by_key(Pair::nodes);
    pairs
}

/// A model under its own name is no other model.
fn is_possible(open: &Open, (deleted, added): (u32, u32)) -> bool {
    open.earlier.name(deleted) != open.later.name(added) && !(open.differ)(deleted, added)
}

fn bare(open: &Open, namesakes: &Namesakes, owners: &Owners, (deleted, added): (u32, u32)) -> Pair {
    let name = open.earlier.name(deleted);
    let group = namesakes.number(name).map(|number| namesakes.group(number));
    Pair {
        earlier: deleted,
        later: added,
        from: owners.number(name),
        to: owners.number(open.later.name(added)),
        is_telling: group.is_some_and(Group::is_alone) && !is_usual(open, deleted),
        rarity: group.map_or(0, |group| group.rarity(open.later.graph.models())),
        same_place: false,
        mentions: 0,
    }
}

/// Whether a model is called like one of its bases, with no more than a usual suffix.
fn is_usual(open: &Open, node: u32) -> bool {
    let name = own_part(open.earlier.name(node)).to_ascii_lowercase();
    // Whoever merges many models does not name the result after the seventeenth.
    open.earlier.graph.bases(node).iter().take(16).any(|base| {
        let base = own_part(open.earlier.name(*base)).to_ascii_lowercase();
        name.len() <= base.len() + USUAL_SUFFIX && name.contains(&base)
    })
}

/// How often `nodes` occurs in a sorted list.
fn range(sorted: &[(u32, u32)], nodes: (u32, u32)) -> usize {
    let start = sorted.partition_point(|other| *other < nodes);
    sorted[start..].partition_point(|other| *other == nodes)
}

/// Finds namesakes that lie between the same two neighbours, as the only ones of their name. In a
/// listing by age, a renamed model keeps its neighbours; in one that appends what is new it does
/// not, and nothing is found.
fn in_place(open: &Open, namesakes: &Namesakes) -> Vec<(u32, u32)> {
    if is_by_name(open.later) {
        return Vec::new();
    }
    let earlier = |node: u32| open.later_of[node as usize];
    let gone = by_gap(open.later_of, earlier, |node| namesakes.number(open.earlier.name(node)));
    let new = by_gap(open.earlier_of, |node| node, |node| namesakes.number(open.later.name(node)));
    let both = gone.into_iter().filter_map(|(gap, deleted)| Some((deleted?, (*new.get(&gap)?)?)));
    let mut found: Vec<(u32, u32)> = both.collect();
    found.sort_unstable();
    found
}

/// Whether a listing is in the order of names. There, neighbours are models of owners with similar
/// names, and say nothing of age.
fn is_by_name(world: &World) -> bool {
    let models = world.graph.models();
    let some = (1..models).step_by(models as usize / 1_000 + 1);
    let order = |node: u32| {
        let [before, after] = [node - 1, node].map(|node| world.name(node).bytes());
        before.map(|byte| byte.to_ascii_lowercase()).cmp(after.map(|byte| byte.to_ascii_lowercase()))
    };
    let ascending = some.clone().filter(|node| order(*node).is_le()).count();
    let (some, rare) = (some.len(), some.len() / 10);
    some >= 20 && (ascending <= rare || ascending >= some - rare)
}

/// A name, and the two neighbours that a model lies between, by their nodes in the later world.
type Gap = (u32, u32, u32);

/// Returns the unpaired models that have namesakes by their gap; `None` where there are several.
/// What lies before the first or after the last paired model is nowhere in particular.
fn by_gap(
    other: &[u32],
    later: impl Fn(u32) -> u32,
    name: impl Fn(u32) -> Option<u32>,
) -> HashMap<Gap, Option<u32>, RandomState> {
    let mut found: HashMap<Gap, Option<u32>, RandomState> = HashMap::default();
    let mut before: Option<u32> = None;
    let mut between: Vec<(u32, u32)> = Vec::new();
    for node in 0..other.len() as u32 {
        if other[node as usize] == NONE {
            between.extend(before.and_then(|_| name(node)).map(|name| (name, node)));
            continue;
        }
        let after = later(node);
        for (name, node) in between.drain(..) {
            let gap = (name, before.unwrap_or(NONE), after);
            found.entry(gap).and_modify(|one| *one = None).or_insert(Some(node));
        }
        before = Some(after);
    }
    found
}

/// Finds namesakes of which a surviving derived model named the one and names the other now, once
/// for each such model; sorted. The new owner's own models do not bear witness: whoever publishes
/// a copy of a model may tell their others to name it.
fn mentioned(open: &Open, namesakes: &Namesakes) -> Vec<(u32, u32)> {
    let groups = (0..).zip(namesakes.groups());
    let deleted = groups.flat_map(|(number, group)| group.deleted.iter().map(move |node| (number, *node)));
    let mut witnesses: Vec<(u32, u32, u32)> = Vec::new();
    for (number, base) in deleted {
        let surviving = open.earlier.graph.derived(base).iter().filter_map(|node| open.survivor(*node));
        witnesses.extend(surviving.map(|witness| (witness, number, base)));
    }
    witnesses.sort_unstable();
    let mut found: Vec<(u32, u32)> = Vec::new();
    for said in witnesses.chunk_by(|one, other| one.0 == other.0) {
        let witness = said[0].0;
        let own = owner(open.later.name(witness));
        let mut new: Vec<(u32, u32)> = Vec::new();
        for base in open.later.graph.bases(witness).iter().filter(|base| open.is_added(**base)) {
            let name = open.later.name(*base);
            new.extend(namesakes.number(name).filter(|_| owner(name) != own).map(|number| (number, *base)));
        }
        new.sort_unstable();
        for (_, number, base) in said {
            let start = new.partition_point(|(other, _)| other < number);
            let is_namesake = |at: usize| new.get(at).is_some_and(|(other, _)| other == number);
            if is_namesake(start) && !is_namesake(start + 1) {
                found.push((*base, new[start].1));
            }
        }
    }
    found.sort_unstable();
    found
}

//! Which models are drawn, and which are folded?
//!
//! From the model asked for, its ancestors are chosen layer by layer, then its descendants. Of the
//! neighbours of a model only the first few are chosen, those with the most descendants, then the most
//! downloads; the rest is folded, what was derived by operation. As soon as a drawing is large enough
//! to be looked at, only what a reader has opened is added, up to the most that was allowed. Nobody but
//! direct neighbours of what is drawn is looked at, so a family of thousands takes no longer than its
//! first generation.

use super::{
    Options,
    fold::{Fold, Part},
    mark::Mark,
};
use lineal_core::world::World;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// How many of a model's neighbours are chosen unasked, by how far it is from the model asked for: bases, and
/// derived models of each operation.
const FIRST_BASES: [usize; 2] = [12, 4];
const FIRST_DERIVED: [usize; 3] = [5, 2, 1];
/// How many more a page of an open fold holds.
const PAGE: usize = 20;
/// How many boxes of each side a drawing has before nothing is added unasked.
const ENOUGH_ABOVE: usize = 24;
const ENOUGH_BELOW: usize = 28;
/// The most boxes that may be asked for.
const MOST: usize = 300;
/// The most relations between models.
const MOST_EDGES: usize = 600;

/// Where a model stands to the one asked for; an ancestor that is a descendant too stands above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Itself,
    Above,
    Below,
}

/// A model that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub node: u32,
    pub side: Side,
    /// The place of the model as whose neighbour it was chosen; its own for the model asked for.
    pub through: usize,
    /// What stands beyond it and is neither drawn nor in a fold of its own.
    pub beyond: Option<Handle>,
    /// The same of the bases of the model asked for, whose `beyond` is about what was derived from it.
    pub above: Option<Handle>,
}

/// Opens what stands beyond a model, or closes it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub part: Part,
    /// How many there are to be opened; `None` closes what a reader has opened.
    pub count: Option<usize>,
}

/// The rest of a model's neighbours of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The place of the model whose neighbours they are.
    pub of: usize,
    pub part: Part,
    /// How many; 0 if a reader has opened them all.
    pub count: usize,
    /// Their known downloads; `None` if none is known.
    pub downloads: Option<u64>,
    /// How many pages are open.
    pub pages: u8,
    /// The place of the last neighbour before them, if any is drawn.
    pub after: Option<usize>,
}

/// A relation between two models that are drawn, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub base: usize,
    pub derived: usize,
    pub mark: Mark,
}

/// What is drawn.
#[derive(Debug)]
pub struct Scene {
    /// The model asked for, then others in the order they were chosen.
    pub models: Vec<Model>,
    /// In the order of the models whose neighbours they are, then of parts.
    pub rests: Vec<Rest>,
    pub edges: Vec<Edge>,
    /// Whether there are more relations between the models than are drawn.
    pub has_more_edges: bool,
    /// Whether no more models can be drawn, whatever a reader opens.
    pub is_full: bool,
}

/// Neighbours of a model that were looked at, some of which are drawn.
struct Group {
    pages: u8,
    /// Those that were not drawn yet and were not chosen.
    left: usize,
    downloads: Option<u64>,
    /// How many models there were when it had been chosen from.
    models: usize,
    after: Option<usize>,
}

struct Chooser<'a> {
    world: &'a World,
    descendants: &'a [u32],
    most: usize,
    /// Pages by node and part.
    open: BTreeMap<(u32, Part), u8>,
    opened: BTreeSet<u32>,
    models: Vec<Model>,
    places: BTreeMap<u32, usize>,
    /// By the place of the model whose neighbours they are.
    groups: BTreeMap<(usize, Part), Group>,
    /// How many boxes there are only because a reader opened something.
    asked_for: usize,
    is_full: bool,
}

/// Chooses what is drawn of the lineage of a node.
pub fn choose(world: &World, descendants: &[u32], node: u32, options: &Options) -> Scene {
    let open: BTreeMap<(u32, Part), u8> = options
        .open
        .iter()
        .filter_map(|fold: &Fold| Some(((world.ids.find(&fold.model)?, fold.part), fold.pages)))
        .collect();
    let mut chooser = Chooser {
        world,
        descendants,
        most: options.most.clamp(1, MOST),
        opened: open.keys().map(|(node, _)| *node).collect(),
        open,
        models: Vec::new(),
        places: BTreeMap::new(),
        groups: BTreeMap::new(),
        asked_for: 0,
        is_full: false,
    };
    chooser.add(node, Side::Itself, 0);
    if options.up {
        chooser.walk(Side::Above, ENOUGH_ABOVE);
    }
    if options.down {
        chooser.walk(Side::Below, ENOUGH_BELOW);
    }
    chooser.finish(options)
}

impl Chooser<'_> {
    fn add(&mut self, node: u32, side: Side, through: usize) {
        self.places.insert(node, self.models.len());
        self.models.push(Model { node, side, through, beyond: None, above: None });
    }

    fn boxes(&self) -> usize {
        let rests = self.groups.values().filter(|group| group.has_box()).count();
        self.models.len() + rests
    }

    /// What speaks for drawing a node: many descendants, then many downloads, then an early place in the listing.
    fn weight(&self, node: u32) -> (u32, u64, Reverse<u32>) {
        let descendants = self.descendants.get(node as usize).copied().unwrap_or(0);
        (descendants, self.world.downloads(node).unwrap_or(0), Reverse(node))
    }

    fn walk(&mut self, side: Side, enough: usize) {
        let enough = enough + self.unasked();
        let mut layer = vec![0];
        for distance in 0.. {
            layer.sort_by_key(|place| Reverse(self.weight(self.models[*place].node)));
            let mut next = Vec::new();
            for place in layer {
                let is_due = distance == 0 || self.unasked() < enough;
                if is_due || self.opened.contains(&self.models[place].node) {
                    let (models, boxes) = (self.models.len(), self.boxes());
                    self.expand(place, side, distance);
                    next.extend(models..self.models.len());
                    self.asked_for += if is_due { 0 } else { self.boxes() - boxes };
                }
            }
            if next.is_empty() {
                return;
            }
            layer = next;
        }
    }

    /// How many boxes would be there if nothing had been opened.
    fn unasked(&self) -> usize {
        self.boxes().saturating_sub(self.asked_for)
    }

    /// Chooses among the neighbours of a model.
    fn expand(&mut self, place: usize, side: Side, distance: usize) {
        let graph = &self.world.graph;
        let node = self.models[place].node;
        if side == Side::Above {
            let first = FIRST_BASES[distance.min(FIRST_BASES.len() - 1)];
            self.pick(place, Part::Bases, graph.bases(node).to_vec(), side, first);
            return;
        }
        let first = FIRST_DERIVED[distance.min(FIRST_DERIVED.len() - 1)];
        let mut parts: BTreeMap<Mark, Vec<u32>> = BTreeMap::new();
        for (derived, code) in graph.derived(node).iter().zip(graph.derived_operations(node)) {
            let mark = graph.operations().get(usize::from(*code)).map_or(Mark::Other, Mark::of);
            parts.entry(mark).or_default().push(*derived);
        }
        for (mark, derived) in parts {
            self.pick(place, Part::Made(mark), derived, side, first);
        }
    }

    /// Chooses the first of some neighbours, as many as a reader has opened and there is room for.
    fn pick(&mut self, place: usize, part: Part, neighbours: Vec<u32>, side: Side, first: usize) {
        let node = self.models[place].node;
        let pages = self.open.get(&(node, part)).copied().unwrap_or(0);
        let mut fresh: Vec<_> = neighbours
            .into_iter()
            .filter(|neighbour| !self.places.contains_key(neighbour))
            .map(|neighbour| Reverse(self.weight(neighbour)))
            .collect();
        let room = self.most.saturating_sub(self.boxes());
        let wanted = first + PAGE * usize::from(pages);
        // A fold of one would take as much room as the one.
        let mut taken = if fresh.len() <= wanted + 1 { fresh.len() } else { wanted };
        let folds = usize::from(taken < fresh.len() || pages > 0);
        if taken + folds > room {
            self.is_full = true;
            taken = room.saturating_sub(1).min(fresh.len());
            if taken == 0 {
                return;
            }
        }
        if taken > 0 && taken < fresh.len() {
            fresh.select_nth_unstable(taken);
        }
        self.asked_for += if pages > 0 { taken.saturating_sub(first) } else { 0 };
        let left = fresh.split_off(taken);
        fresh.sort_unstable();
        let node_of = |weight: &Reverse<(u32, u64, Reverse<u32>)>| weight.0.2.0;
        for weight in &fresh {
            if !self.places.contains_key(&node_of(weight)) {
                self.add(node_of(weight), side, place);
            }
        }
        let group = Group {
            pages,
            left: left.len(),
            downloads: self.world.total_downloads(left.iter().map(node_of)),
            models: self.models.len(),
            after: fresh.last().and_then(|weight| self.places.get(&node_of(weight)).copied()),
        };
        self.groups.insert((place, part), group);
    }

    /// The relations between the models that are drawn.
    fn edges(&self) -> Vec<Edge> {
        let graph = &self.world.graph;
        let mut edges = Vec::new();
        for (derived, model) in self.models.iter().enumerate() {
            for (base, code) in graph.bases(model.node).iter().zip(graph.base_operations(model.node)) {
                if let Some(base) = self.places.get(base) {
                    let mark = graph.operations().get(usize::from(*code)).map_or(Mark::Other, Mark::of);
                    edges.push(Edge { base: *base, derived, mark });
                }
            }
        }
        edges
    }

    fn finish(mut self, options: &Options) -> Scene {
        let mut edges = self.edges();
        for edge in &edges {
            self.take_from_fold(edge.base, Part::Made(edge.mark), edge.derived);
            self.take_from_fold(edge.derived, Part::Bases, edge.base);
        }
        let mut drawn_above = vec![0; self.models.len()];
        let mut drawn_below = vec![0; self.models.len()];
        for edge in &edges {
            drawn_above[edge.derived] += 1;
            drawn_below[edge.base] += 1;
        }
        for ((place, part), group) in &self.groups {
            let drawn = if *part == Part::Bases { &mut drawn_above } else { &mut drawn_below };
            drawn[*place] += group.left;
        }
        let graph = &self.world.graph;
        for place in 0..self.models.len() {
            let Model { node, side, .. } = self.models[place];
            let bases = graph.bases(node).len().saturating_sub(drawn_above[place]);
            let derived = graph.derived(node).len().saturating_sub(drawn_below[place]);
            let above = self.handle(node, Part::Bases, bases).filter(|_| options.up);
            let below = self.handle(node, Part::Derived, derived).filter(|_| options.down);
            let model = &mut self.models[place];
            match side {
                Side::Itself => (model.above, model.beyond) = (above, below),
                Side::Above => model.beyond = above,
                Side::Below => model.beyond = below,
            }
        }
        edges.sort_unstable();
        edges.dedup();
        // The relations through which models were chosen hold the drawing together, so they are never left out.
        let models = &self.models;
        let holds = |edge: &Edge| {
            models[edge.derived].through == edge.base || models[edge.base].through == edge.derived
        };
        edges.sort_by_key(|edge| !holds(edge));
        let has_more_edges = edges.len() > MOST_EDGES;
        edges.truncate(MOST_EDGES.max(models.len()));
        edges.sort_unstable();
        let shown = self.groups.into_iter().filter(|(_, group)| group.has_box());
        let rests = shown.map(|((of, part), group)| Rest {
            of,
            part,
            count: group.left,
            downloads: group.downloads,
            pages: group.pages,
            after: group.after,
        });
        Scene { rests: rests.collect(), models: self.models, edges, has_more_edges, is_full: self.is_full }
    }

    /// Takes a model out of a fold that was drawn after the fold had been made.
    fn take_from_fold(&mut self, of: usize, part: Part, place: usize) {
        let node = self.models[place].node;
        let Some(group) = self.groups.get_mut(&(of, part)).filter(|group| place >= group.models) else {
            return;
        };
        group.left = group.left.saturating_sub(1);
        let own = self.world.downloads(node).unwrap_or(0);
        group.downloads =
            group.downloads.map(|downloads| downloads.saturating_sub(own)).filter(|_| group.left > 0);
    }

    /// What opens or closes what stands beyond a model.
    fn handle(&self, node: u32, part: Part, count: usize) -> Option<Handle> {
        if count > 0 {
            return Some(Handle { part, count: Some(count) });
        }
        let is_open = part == Part::Derived && self.open.contains_key(&(node, part));
        is_open.then_some(Handle { part, count: None })
    }
}

impl Group {
    fn has_box(&self) -> bool {
        self.left > 0 || self.pages > 0
    }
}

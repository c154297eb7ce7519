//! Where is everything that a model could be compared with?
//!
//! Tables by stem, by family and by owner, and what declared relations teach: which bases are named
//! by models of what names, and by the models of which owners. Hidden declarations teach nothing,
//! so that inference can be checked against them.

use super::{
    known::Known,
    names::{self, FORMATS, Form, Kind, Name, Token, family, joined, key, owner_key},
};
use crate::{model_id::parts, set::Set, world::World};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// How many tokens a phrase has at most, whose bases are counted.
const LONGEST_PHRASE: usize = 4;
/// How many bases are kept of a phrase.
const PHRASE_BASES: usize = 4;
/// Of how many bases' phrases the table is made at most.
const MOST_BASES: usize = 4;

/// Forms that tell fewer bits, and are trained in as well.
const FEWER_BITS: [Form; 2] = [Form::Bits, Form::BitsAndBytes];

/// How a model came to be, as far as its form tells; each kind has rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Named as another format of a finished model.
    Format,
    /// Another format by its tags or files only: often trained and exported in one go.
    Exported,
    Adapter,
    Merge,
    Trained,
}

impl Class {
    pub const ALL: [Class; 5] =
        [Class::Format, Class::Exported, Class::Adapter, Class::Merge, Class::Trained];

    /// The class of a model whose name tells some forms, and whose tags and files tell others.
    pub fn of(named: Set<Form>, told: Set<Form>) -> Class {
        let forms = named.with(told);
        if named.has_any(&FORMATS) {
            Class::Format
        } else if told.has_any(&FORMATS) {
            Class::Exported
        } else if forms.has(Form::Adapter) {
            Class::Adapter
        } else if named.has_any(&FEWER_BITS) {
            Class::Format
        } else if told.has_any(&FEWER_BITS) {
            Class::Exported
        } else if forms.has(Form::Merge) {
            Class::Merge
        } else {
            Class::Trained
        }
    }
}

/// A world, and the models whose declarations are not to be looked at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub world: &'a World,
    pub known: &'a Known,
    /// By node; empty if nothing is hidden.
    pub hidden: &'a [bool],
}

impl View<'_> {
    pub fn is_hidden(&self, node: u32) -> bool {
        self.hidden.get(node as usize).is_some_and(|hidden| *hidden)
    }

    /// The bases that a model declares for all to see.
    pub fn bases(&self, node: u32) -> &[u32] {
        if self.is_hidden(node) { &[] } else { self.world.graph.bases(node) }
    }
}

/// The names of all nodes, taken apart.
struct Names {
    starts: Vec<u32>,
    tokens: Vec<Token>,
    /// What tags, files and name say of the form.
    forms: Vec<Set<Form>>,
    classes: Vec<Class>,
}

impl Names {
    fn new(view: View) -> Names {
        let mut names = Names { starts: vec![0], tokens: Vec::new(), forms: Vec::new(), classes: Vec::new() };
        let nodes: Vec<u32> = (0..view.world.graph.nodes()).collect();
        for some in nodes.chunks(1 << 16) {
            let parsed: Vec<Name> =
                some.par_iter().map(|node| names::parse(parts(view.world.name(*node)).1)).collect();
            for (node, name) in some.iter().zip(parsed) {
                let told = view.known.forms.get(*node as usize).copied().unwrap_or_default();
                names.tokens.extend_from_slice(&name.tokens);
                names.starts.push(names.tokens.len() as u32);
                names.forms.push(told.with(name.forms));
                let named = if name.is_trained_in { Set::default() } else { name.forms };
                names
                    .classes
                    .push(Class::of(named, told.with(only(name.forms, &[Form::Adapter, Form::Merge]))));
            }
        }
        names
    }

    fn tokens(&self, node: u32) -> &[Token] {
        &self.tokens[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    fn stem(&self, node: u32) -> Vec<Token> {
        names::stem(self.tokens(node))
    }

    fn forms(&self, node: u32) -> Set<Form> {
        self.forms[node as usize]
    }
}

/// Returns what is in both.
fn only(forms: Set<Form>, these: &[Form]) -> Set<Form> {
    these.iter().copied().filter(|form| forms.has(*form)).collect()
}

/// Nodes by a key, the likeliest bases first.
#[derive(Debug, Default)]
pub struct Table {
    places: HashMap<u64, (u32, u32), RandomState>,
    nodes: Vec<u32>,
}

impl Table {
    fn new(mut entries: Vec<(u64, u32)>, index: &[Weight]) -> Table {
        entries.par_sort_unstable_by(|a, b| {
            let order = |entry: &(u64, u32)| (entry.0, std::cmp::Reverse(index[entry.1 as usize]), entry.1);
            order(a).cmp(&order(b))
        });
        entries.dedup();
        let mut places = HashMap::with_capacity_and_hasher(entries.len(), RandomState::default());
        let mut start = 0;
        for of_key in entries.chunk_by(|a, b| a.0 == b.0) {
            places.insert(of_key[0].0, (start, of_key.len() as u32));
            start += of_key.len() as u32;
        }
        Table { places, nodes: entries.into_iter().map(|(_, node)| node).collect() }
    }

    pub fn of(&self, key: u64) -> &[u32] {
        self.places
            .get(&key)
            .map_or(&[], |(start, count)| &self.nodes[*start as usize..(start + count) as usize])
    }
}

/// How much of a base a node is: owners that name it as theirs, then downloads.
type Weight = (u32, u64);

/// What is known of every node for comparing it with others.
pub struct Index {
    names: Names,
    pub stems: Table,
    pub families: Table,
    /// By owner and stem.
    pub owner_stems: Table,
    /// By owner and family.
    pub owner_families: Table,
    /// The stems of nodes that are named as bases.
    pub base_stems: Table,
    pub owners: Vec<u64>,
    /// By node: how many owners name it as a base of theirs.
    pub named_by: Vec<u32>,
    /// The same by class of the derived models.
    pub named_by_class: HashMap<(u32, Class), u32, RandomState>,
    /// Which bases are declared by models whose names hold a phrase, by class and phrase.
    pub phrases: HashMap<u64, Phrase, RandomState>,
    /// By owner and class: how often each base is declared, most often first.
    pub habits: HashMap<(u64, Class), Vec<(u32, u32)>, RandomState>,
    /// Models by owner and own part.
    pub order: Vec<u32>,
    /// Where each model stands in `order`.
    pub place: Vec<u32>,
    /// The hashes of weight files by model.
    weights_of: Vec<(u32, [u8; 32])>,
}

fn weights_of(known: &Known) -> Vec<(u32, [u8; 32])> {
    let mut hashes: Vec<(u32, [u8; 32])> = known.hashes.iter().map(|(hash, node)| (*node, *hash)).collect();
    hashes.sort_unstable();
    hashes
}

/// The bases of models whose names hold some tokens in a row.
#[derive(Clone, Debug, Default)]
pub struct Phrase {
    /// Owners of such models.
    pub owners: u32,
    /// Bases and how many of these owners declare them, most first.
    pub bases: Vec<(u32, u32)>,
}

/// Combines a phrase with the class of the models that it was found in.
pub fn phrase_key(tokens: &[Token], class: Class) -> u64 {
    joined(key(tokens), class as u64 + 1)
}

/// Returns what a model is like beside its name: kind, task, tools, licence and size, from the rough to
/// the special. Models alike in this often have the same base.
pub fn likenesses(view: View, node: u32, stem: &[Token], class: Class) -> Vec<u64> {
    let known = view.known;
    let Some(model_type) = known.model_types.get(node as usize).filter(|code| **code > 0) else {
        return Vec::new();
    };
    let task = view.world.tasks.codes.get(node as usize).copied().unwrap_or(0);
    let tools = known.tools[node as usize];
    let rough = joined(joined(u64::from(*model_type), u64::from(task)), 0x100 + class as u64);
    let special = joined(rough, 0x10000 + u64::from(tools));
    let sizes: Vec<Token> = stem.iter().copied().filter(|token| token.kind() == Kind::Size).collect();
    let sized = joined(special, key(&sizes));
    let licensed = joined(sized, 0x1000_0000 + u64::from(known.licenses[node as usize]));
    vec![rough, special, sized, licensed]
}

/// Returns the phrases of some tokens that are worth counting.
pub fn phrases(stem: &[Token]) -> impl Iterator<Item = &[Token]> {
    let stem = &stem[..stem.len().min(16)];
    (1..=LONGEST_PHRASE)
        .flat_map(move |length| stem.windows(length))
        .filter(|phrase| phrase.len() > 1 || matches!(phrase[0].kind(), Kind::Word | Kind::Size))
}

impl Index {
    pub fn stem(&self, node: u32) -> Vec<Token> {
        self.names.stem(node)
    }

    pub fn forms(&self, node: u32) -> Set<Form> {
        self.names.forms(node)
    }

    /// The models that have a weight file in common with one, at most a few for each file.
    pub fn same_weights<'a>(&'a self, known: &'a Known, node: u32) -> impl Iterator<Item = u32> {
        const MOST: usize = 16;
        let start = self.weights_of.partition_point(|(of, _)| *of < node);
        let own = self.weights_of[start..].iter().take_while(move |(of, _)| *of == node);
        own.flat_map(|(_, hash)| known.with_hash(hash).take(MOST)).filter(move |other| *other != node)
    }

    pub fn class(&self, node: u32) -> Class {
        self.names.classes[node as usize]
    }

    pub fn new(view: View) -> Index {
        let world = view.world;
        let nodes = world.graph.nodes();
        let owners: Vec<u64> = (0..nodes)
            .into_par_iter()
            .map(|node| owner_key(parts(world.name(node)).0.unwrap_or_default()))
            .collect();
        let names = Names::new(view);
        let lessons = lessons(view, &names);
        let named_by = named_by(nodes, &lessons, &owners);
        let mut by_class: HashMap<(u32, Class), HashSet<u64, RandomState>, RandomState> = HashMap::default();
        let mut habits: HashMap<(u64, Class), HashMap<u32, u32, RandomState>, RandomState> =
            HashMap::default();
        for lesson in &lessons {
            let owner = owners[lesson.derived as usize];
            by_class.entry((lesson.base, lesson.class)).or_default().insert(owner);
            *habits.entry((owner, lesson.class)).or_default().entry(lesson.base).or_default() += 1;
        }
        let named_by_class = by_class.into_iter().map(|(key, owners)| (key, owners.len() as u32)).collect();
        let habits =
            habits.into_iter().map(|(key, bases)| (key, most_first(bases.into_iter().collect()))).collect();
        let weights: Vec<Weight> =
            (0..nodes).map(|node| (named_by[node as usize], world.downloads(node).unwrap_or(0))).collect();
        let keys: Vec<(u64, u64)> = (0..nodes)
            .into_par_iter()
            .map(|node| {
                let stem = names.stem(node);
                (key(&stem), key(&family(&stem)))
            })
            .collect();
        let entries = |key: fn((u64, u64), u64) -> u64, only_bases: bool| {
            let chosen =
                (0..nodes).into_par_iter().filter(|node| !only_bases || named_by[*node as usize] > 0);
            let entries =
                chosen.map(|node| (key(keys[node as usize], owners[node as usize]), node)).collect();
            Table::new(entries, &weights)
        };
        let mut order: Vec<u32> = (0..world.graph.models()).collect();
        order.par_sort_unstable_by_key(|node| (owners[*node as usize], parts(world.name(*node)).1, *node));
        let mut place = vec![0; order.len()];
        (0..).zip(&order).for_each(|(at, node)| place[*node as usize] = at);
        Index {
            stems: entries(|(stem, _), _| stem, false),
            families: entries(|(_, family), _| family, false),
            owner_stems: entries(|(stem, _), owner| joined(stem, owner), false),
            owner_families: entries(|(_, family), owner| joined(family, owner), false),
            base_stems: entries(|(stem, _), _| stem, true),
            phrases: count_phrases(view, &names, &lessons, &owners),
            weights_of: weights_of(view.known),
            names,
            owners,
            named_by,
            named_by_class,
            habits,
            order,
            place,
        }
    }
}

/// A declared relation to learn from.
struct Lesson {
    derived: u32,
    base: u32,
    class: Class,
}

/// The first few declared bases of every model that shows them.
fn lessons(view: View, names: &Names) -> Vec<Lesson> {
    let of_model = |derived: u32| {
        let class = names.classes[derived as usize];
        let bases = view.bases(derived).iter().take(MOST_BASES);
        bases.map(move |base| Lesson { derived, base: *base, class })
    };
    (0..view.world.graph.models()).into_par_iter().flat_map_iter(of_model).collect()
}

/// By node: how many different owners name it as the base of a model of theirs.
fn named_by(nodes: u32, lessons: &[Lesson], owners: &[u64]) -> Vec<u32> {
    let mut pairs: Vec<(u32, u64)> =
        lessons.par_iter().map(|lesson| (lesson.base, owners[lesson.derived as usize])).collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let mut counts = vec![0; nodes as usize];
    pairs.iter().for_each(|(base, _)| counts[*base as usize] += 1);
    counts
}

fn most_first(mut bases: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    bases.sort_unstable_by_key(|(base, count)| (std::cmp::Reverse(*count), *base));
    bases
}

/// Counts which bases the models declare whose names hold a phrase; one vote per owner and base.
fn count_phrases(
    view: View,
    names: &Names,
    lessons: &[Lesson],
    owners: &[u64],
) -> HashMap<u64, Phrase, RandomState> {
    let mut votes: Vec<(u64, u32, u64)> = lessons
        .par_iter()
        .flat_map_iter(|lesson| {
            let stem = names.stem(lesson.derived);
            let owner = owners[lesson.derived as usize];
            let mut keys: Vec<u64> = phrases(&stem).map(|phrase| phrase_key(phrase, lesson.class)).collect();
            keys.extend(likenesses(view, lesson.derived, &stem, lesson.class));
            keys.into_iter().map(move |key| (key, lesson.base, owner))
        })
        .collect();
    votes.par_sort_unstable();
    votes.dedup();
    let of_phrase = |votes: &[(u64, u32, u64)]| {
        let mut voters: Vec<u64> = votes.iter().map(|(_, _, owner)| *owner).collect();
        voters.sort_unstable();
        voters.dedup();
        if voters.len() < 2 {
            return None;
        }
        let bases = votes.chunk_by(|a, b| a.1 == b.1).map(|of_base| (of_base[0].1, of_base.len() as u32));
        let mut bases = most_first(bases.collect());
        bases.truncate(PHRASE_BASES);
        Some((votes[0].0, Phrase { owners: voters.len() as u32, bases }))
    };
    let runs: Vec<&[(u64, u32, u64)]> = votes.chunk_by(|a, b| a.0 == b.0).collect();
    runs.into_par_iter().filter_map(of_phrase).collect::<Vec<_>>().into_iter().collect()
}

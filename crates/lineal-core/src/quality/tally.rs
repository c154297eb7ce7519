//! How many models have what, all together and slice by slice?

use super::{
    AtLeast, Combination, Decided, Dependencies, Dimension, Field, Options, Quality, Rate, Slice, State,
    judge::{Judgement, judge},
    places::Case,
    slices::{Created, Keys, OWNER_SIZES},
    trend::Month,
};
use crate::{infer::Inferred, proportion, record::ModelRecord, set::Member, task::Category, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::{
    collections::BTreeMap,
    ops::{AddAssign, RangeInclusive},
};

/// How many libraries are told apart; what comes after them is counted as one.
const MOST_LIBRARIES: usize = 10_000;
/// Numbers of fields that can be a problem.
const NUMBERS: RangeInclusive<u8> = 1..=5;

/// Models being judged, one after the other.
pub struct Tally {
    options: Options,
    keys: Keys,
    /// After this moment, in milliseconds since 1970, no model of the snapshot was created.
    end: i64,
    /// Models by the fields that are missing or wrong, a bit each.
    combinations: [u64; 32],
    /// The same, of models of which every field was looked at everywhere.
    decided: [u64; 32],
    declared: u64,
    contradicted: u64,
    inferred: u64,
    /// By code of the world's tasks.
    tasks: Vec<Counts>,
    /// By code of the graph's operations, from 1 on; 0 is none.
    operations: Vec<Counts>,
    /// By place in `library_names`, from 2 on; 0 is none, 1 are those beyond [`MOST_LIBRARIES`].
    libraries: Vec<Counts>,
    library_names: HashMap<Box<str>, usize, RandomState>,
    owner_sizes: [Counts; OWNER_SIZES.len() + 1],
    /// From 1 to 10; 0 is unknown.
    deciles: [Counts; 11],
    created: BTreeMap<Option<Created>, Counts>,
}

impl Tally {
    /// A tally of models of this world; any part of them can be added.
    pub fn new(world: &World, options: Options) -> Tally {
        Tally {
            options,
            keys: Keys::of(world),
            end: world.snapshot.plus_days(2).map_or(i64::MAX, |day| day.midnight()),
            combinations: [0; 32],
            decided: [0; 32],
            declared: 0,
            contradicted: 0,
            inferred: 0,
            tasks: vec![Counts::default(); world.tasks.names.len() + 1],
            operations: vec![Counts::default(); world.graph.operations().len() + 1],
            libraries: vec![Counts::default(); 2],
            library_names: HashMap::default(),
            owner_sizes: Default::default(),
            deciles: Default::default(),
            created: BTreeMap::new(),
        }
    }

    /// Judges and counts a model; `inferred` are the relations that were inferred for it.
    pub fn add(&mut self, world: &World, node: u32, record: &ModelRecord, inferred: &[Inferred]) {
        let judgements = judge(&Case { world, node, record, inferred, options: &self.options });
        let problems = problems(&judgements);
        self.combinations[problems] += 1;
        if judgements.iter().all(|judgement| judgement.thorough) {
            self.decided[problems] += 1;
        }
        let [.., dependency] = judgements;
        if world.graph.is_derived(node) {
            self.declared += 1;
            self.contradicted += u64::from(dependency.state == State::Wrong);
        } else {
            self.inferred += u64::from(dependency.state == State::Missing);
        }

        let task = world.tasks.codes.get(node as usize).map_or(0, |code| usize::from(*code));
        let operation = world.graph.operations_of(node).next().map_or(0, |code| usize::from(code) + 1);
        let library = self.library(record.library.as_deref());
        let created = Created::of(record, self.end);
        for counts in [
            self.tasks.get_mut(task),
            self.operations.get_mut(operation),
            self.libraries.get_mut(library),
            self.owner_sizes.get_mut(self.keys.owner_size(node)),
            self.deciles.get_mut(self.keys.decile(world.downloads(node))),
            Some(self.created.entry(created).or_default()),
        ] {
            counts.into_iter().for_each(|counts| counts.add(&judgements));
        }
    }

    fn library(&mut self, name: Option<&str>) -> usize {
        let Some(name) = name else { return 0 };
        if let Some(at) = self.library_names.get(name) {
            return *at;
        }
        if self.library_names.len() == MOST_LIBRARIES {
            return 1;
        }
        self.library_names.insert(name.into(), self.libraries.len());
        self.libraries.push(Counts::default());
        self.libraries.len() - 1
    }

    /// Sums up what was added, all of the same world.
    pub fn finish(self, world: &World) -> Quality {
        let models: u64 = self.combinations.iter().sum();
        let mut whole = Counts::default();
        self.operations.iter().for_each(|counts| whole += *counts);
        let decided: u64 = self.decided.iter().sum();
        Quality {
            snapshot: world.snapshot,
            basis: self.options.basis,
            models,
            fields: whole.rates(),
            at_least: at_least(&self.combinations),
            decided: Decided { models: decided, at_least: at_least(&self.decided) },
            combinations: combinations(&self.combinations),
            dependencies: Dependencies::new(
                self.declared,
                self.contradicted,
                models - self.declared,
                self.inferred,
            ),
            by: self.slices(world),
            created: self.months(),
        }
    }

    /// Returns the months of creation, earliest first and what is not known last.
    fn months(&self) -> Vec<Month> {
        let known = self.created.iter().filter(|(created, _)| created.is_some());
        let unknown = self.created.get_key_value(&None);
        known.chain(unknown).map(|(created, counts)| Month::new(*created, counts)).collect()
    }

    fn slices(&self, world: &World) -> Vec<Slice> {
        let top = self.options.top;
        let named = |name: &str| Some(name.to_owned());
        let mut slices = Vec::new();

        let task = |code: usize| code.checked_sub(1).and_then(|at| world.tasks.names.get(at));
        let tasks = self.tasks.iter().enumerate();
        let rows = tasks.clone().map(|(code, counts)| (task(code).map(|name| name.to_string()), *counts));
        slices.extend(largest(Dimension::Task, rows.collect(), top, None));

        let mut categories: BTreeMap<Category, Counts> = BTreeMap::new();
        for (code, counts) in tasks {
            let category = task(code).map_or(Category::Unknown, |name| Category::of(name));
            *categories.entry(category).or_default() += *counts;
        }
        let rows = categories.into_iter().map(|(category, counts)| (named(category.as_str()), counts));
        slices.extend(largest(Dimension::Category, rows.collect(), usize::MAX, None));

        let operation = |at: usize| at.checked_sub(1).and_then(|code| world.graph.operations().get(code));
        let rows = self.operations.iter().enumerate();
        let rows = rows.map(|(at, counts)| (operation(at).map(|one| one.as_str().to_owned()), *counts));
        slices.extend(largest(Dimension::Operation, rows.collect(), top, None));

        let mut rows = vec![(None, self.libraries[0])];
        rows.extend(self.library_names.iter().map(|(name, at)| (named(name), self.libraries[*at])));
        slices.extend(largest(Dimension::Library, rows, top, Some(self.libraries[1])));

        let sizes =
            OWNER_SIZES.iter().zip(&self.owner_sizes[1..]).map(|((_, name), counts)| (named(name), *counts));
        slices.extend(in_order(Dimension::OwnerSize, sizes, self.owner_sizes[0]));

        let deciles = (1..)
            .zip(&self.deciles[1..])
            .map(|(decile, counts): (u8, _)| (Some(decile.to_string()), *counts));
        slices.extend(in_order(Dimension::DownloadDecile, deciles, self.deciles[0]));

        let mut years: BTreeMap<Option<i32>, Counts> = BTreeMap::new();
        let mut unknown = Counts::default();
        for (created, counts) in &self.created {
            match created {
                Some(created) => *years.entry(created.year()).or_default() += *counts,
                None => unknown += *counts,
            }
        }
        let years = years.into_iter().map(|(year, counts)| {
            (Some(year.map_or_else(|| Created::Earlier.to_string(), |year| year.to_string())), counts)
        });
        slices.extend(in_order(Dimension::CreatedYear, years, unknown));
        slices
    }
}

/// Returns the fields that are missing or wrong, a bit each.
fn problems(judgements: &[Judgement; 5]) -> usize {
    let bits = judgements.iter().enumerate().map(|(at, one)| usize::from(one.state.is_problem()) << at);
    bits.sum()
}

fn at_least(combinations: &[u64; 32]) -> BTreeMap<u8, AtLeast> {
    let models = combinations.iter().sum();
    let with = |number: u8| -> u64 {
        let rows = (0u32..).zip(combinations);
        rows.filter(|(fields, _)| fields.count_ones() >= u32::from(number)).map(|(_, models)| models).sum()
    };
    NUMBERS.map(|number| (number, AtLeast::new(with(number), models))).collect()
}

fn combinations(counts: &[u64; 32]) -> Vec<Combination> {
    let models: u64 = counts.iter().sum();
    let fields = |bits: usize| -> Vec<Field> {
        let fields = Field::ALL.iter().enumerate();
        fields.filter(|(at, _)| bits & 1 << at != 0).map(|(_, field)| *field).collect()
    };
    let rows = counts.iter().enumerate().filter(|(_, number)| **number > 0);
    let mut rows: Vec<Combination> = rows
        .map(|(bits, number)| Combination {
            fields: fields(bits),
            models: *number,
            rate: *number as f64 / models as f64,
        })
        .collect();
    rows.sort_by(|a, b| b.models.cmp(&a.models).then_with(|| a.fields.cmp(&b.fields)));
    rows
}

/// Returns the largest slices, largest first and no value last, then the rest as one, together with
/// what is `beyond` telling apart.
fn largest(
    dimension: Dimension,
    mut rows: Vec<(Option<String>, Counts)>,
    top: usize,
    beyond: Option<Counts>,
) -> Vec<Slice> {
    rows.retain(|(_, counts)| counts.models > 0);
    rows.sort_by(|(a, x), (b, y)| {
        a.is_none().cmp(&b.is_none()).then_with(|| y.models.cmp(&x.models)).then_with(|| a.cmp(b))
    });
    let none = rows.pop_if(|(value, _)| value.is_none());
    let small = rows.split_off(top.min(rows.len())).into_iter().map(|(_, counts)| counts);
    let small: Vec<Counts> = small.chain(beyond.filter(|counts| counts.models > 0)).collect();
    let mut rest = Counts::default();
    small.iter().for_each(|counts| rest += *counts);
    let mut slices: Vec<Slice> =
        rows.into_iter().chain(none).map(|(value, counts)| counts.slice(dimension, value, 0)).collect();
    if !small.is_empty() {
        slices.push(rest.slice(dimension, None, small.len() as u64));
    }
    slices
}

/// Returns slices that have an order of their own, and those without a value last.
fn in_order(
    dimension: Dimension,
    rows: impl Iterator<Item = (Option<String>, Counts)>,
    none: Counts,
) -> impl Iterator<Item = Slice> {
    let rows = rows.chain([(None, none)]).filter(|(_, counts)| counts.models > 0);
    rows.map(move |(value, counts)| counts.slice(dimension, value, 0))
}

/// How some models stand.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub models: u64,
    with_problem: u64,
    /// By field and state.
    states: [[u64; 5]; 5],
    /// By field: models that need it and of which every place was looked at.
    applicable: [u64; 5],
}

impl Counts {
    fn add(&mut self, judgements: &[Judgement; 5]) {
        self.models += 1;
        self.with_problem += u64::from(judgements.iter().any(|one| one.state.is_problem()));
        for (field, judgement) in judgements.iter().enumerate() {
            self.states[field][judgement.state as usize] += 1;
            let needs_it = !matches!(judgement.state, State::NotApplicable | State::Unclear);
            self.applicable[field] += u64::from(needs_it && judgement.thorough);
        }
    }

    pub fn rates(&self) -> BTreeMap<Field, Rate> {
        let fields = Field::ALL.iter().zip(&self.states).zip(&self.applicable);
        fields.map(|((field, states), applicable)| (*field, rate(states, *applicable))).collect()
    }

    pub fn at_least_one(&self) -> AtLeast {
        AtLeast::new(self.with_problem, self.models)
    }

    fn slice(&self, dimension: Dimension, value: Option<String>, gathered: u64) -> Slice {
        Slice {
            dimension,
            value,
            gathered,
            models: self.models,
            fields: self.rates(),
            at_least_one: self.at_least_one(),
        }
    }
}

fn rate(states: &[u64; 5], applicable: u64) -> Rate {
    let of = |state: State| states[state as usize];
    let (rate, interval) = proportion::rate(of(State::Missing), applicable);
    Rate {
        applicable,
        missing: of(State::Missing),
        wrong: of(State::Wrong),
        present: of(State::Present),
        unclear: of(State::Unclear),
        not_applicable: of(State::NotApplicable),
        rate,
        interval,
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.models += other.models;
        self.with_problem += other.with_problem;
        for field in 0..Field::ALL.len() {
            self.applicable[field] += other.applicable[field];
            for (sum, more) in self.states[field].iter_mut().zip(other.states[field]) {
                *sum += more;
            }
        }
    }
}

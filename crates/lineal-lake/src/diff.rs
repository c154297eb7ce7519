//! What changed from one snapshot to another, model by model?
//!
//! In memory are both worlds and, of the first snapshot, the few columns that are compared; the
//! second one is read along, and each change is handed over as it is found. So two snapshots cost
//! what they have of models, however much changed.
//!
//! Changes come in the order of the second listing, those of one model in the order of
//! [`Kind::ALL`]; the deleted models come last, in the order of the first listing. What one of
//! the listings does not state of any model is not compared ([`Diff::compares`]).

mod cells;

use crate::snapshot::{ReadError, Snapshot};
use cells::{AllCells, COLUMNS, Cells, Choice};
use lineal_core::{
    change::{
        Change, Kind, Value,
        bases::{self, Comparison},
        filter::{Filter, Within},
    },
    model_id::HubId,
    pairing::{self, Pairing, Renames},
    renames::Evidence,
    world::World,
};
use std::{ops::ControlFlow, thread};

/// Two snapshots, ready to be compared.
pub struct Diff {
    before: Side,
    after: Side,
    pairing: Pairing,
    renames: Renames,
}

/// One of the two snapshots.
struct Side {
    snapshot: Snapshot,
    world: World,
    hub_ids: Vec<Option<HubId>>,
    stated: Choice,
}

impl Side {
    fn open(snapshot: &Snapshot) -> Result<Side, ReadError> {
        let side = Side {
            world: snapshot.world()?,
            hub_ids: snapshot.hub_ids()?,
            stated: cells::stated(snapshot)?,
            snapshot: snapshot.clone(),
        };
        let fits = side.hub_ids.len() == side.world.graph.models() as usize;
        if fits { Ok(side) } else { Err(cells::misfit(snapshot)) }
    }

    fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids[node as usize]
    }

    /// Whether the listing says anything in a matter, of any model.
    fn states(&self, kind: Kind) -> bool {
        match kind {
            Kind::Added | Kind::Deleted | Kind::Renamed => true,
            Kind::Reused => self.hub_ids.iter().any(Option::is_some),
            Kind::Relation => self.snapshot.manifest.relations > 0,
            Kind::Task => self.world.tasks.codes.iter().any(|code| *code != 0),
            Kind::Updated
            | Kind::License
            | Kind::Gated
            | Kind::Private
            | Kind::Disabled
            | Kind::NewVersion => columns_of(kind).any(|column| self.stated[column]),
        }
    }

    /// Says what changed about a model of this side.
    fn change<'a>(&'a self, kind: Kind, node: u32, [before, after]: [Option<Value<'a>>; 2]) -> Change<'a> {
        Change {
            kind,
            model: self.world.name(node),
            before,
            after,
            evidence: None,
            hub_id: self.hub_id(node),
            task: self.world.task(node),
            downloads: self.world.downloads(node),
        }
    }

    fn pairing(&self) -> pairing::Side<'_> {
        pairing::Side { world: &self.world, hub_ids: &self.hub_ids }
    }
}

/// The places in [`COLUMNS`] of what shows a kind of change.
fn columns_of(kind: Kind) -> impl Iterator<Item = usize> {
    (0..COLUMNS.len()).filter(move |column| COLUMNS[*column].1 == kind)
}

/// In which of two snapshots a listing says anything in a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    pub before: bool,
    pub after: bool,
}

impl Diff {
    /// Opens two snapshots and finds out which model is which.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn open(before: &Snapshot, after: &Snapshot, renames: Renames) -> Result<Diff, ReadError> {
        let (before, after) = thread::scope(|scope| {
            let other = scope.spawn(|| Side::open(before));
            let after = Side::open(after);
            // A panic there is one here.
            let before = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (before, after)
        });
        let (before, after) = (before?, after?);
        let pairing = Pairing::new(before.pairing(), after.pairing(), renames);
        Ok(Diff { before, after, pairing, renames })
    }

    /// The worlds before and after.
    pub fn worlds(&self) -> [&World; 2] {
        [&self.before.world, &self.after.world]
    }

    /// In which snapshot the listing says anything that could show a kind of change.
    pub fn stated(&self, kind: Kind) -> Stated {
        Stated { before: self.before.states(kind), after: self.after.states(kind) }
    }

    /// Whether changes of a kind can be told at all: both listings state what would show them, and
    /// models may have other names if that is what it is about.
    pub fn compares(&self, kind: Kind) -> bool {
        let is_asked = self.renames == Renames::On || !matches!(kind, Kind::Renamed | Kind::Reused);
        let is_stated = match kind {
            Kind::Updated => columns_of(kind).any(|column| self.compares_column(column)),
            _ => self.stated(kind) == Stated { before: true, after: true },
        };
        is_asked && is_stated
    }

    fn compares_column(&self, column: usize) -> bool {
        self.before.stated[column] && self.after.stated[column]
    }

    /// Hands over the changes one by one, until there are no more or `visit` breaks off.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub fn each<B>(
        &self,
        filter: &Filter,
        mut visit: impl FnMut(&Change) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, ReadError> {
        let asked = Asked::new(self, filter)?;
        let (before, after) = (&self.before, &self.after);
        let mut renamed: Vec<_> = self.pairing.renamed.iter().collect();
        renamed.sort_unstable_by_key(|rename| rename.later);
        let mut renamed = renamed.into_iter().peekable();
        let mut reused = self.pairing.reused.clone();
        reused.sort_unstable_by_key(|(_, now)| *now);
        let mut reused = reused.into_iter().peekable();
        let mut node = 0;
        for cells in cells::read(&after.snapshot, asked.chosen)? {
            let cells = cells?;
            if cells.models > (after.world.graph.models() - node) as usize {
                return Err(cells::misfit(&after.snapshot));
            }
            for row in 0..cells.models {
                let model = Model {
                    before: self.pairing.earlier_of(node),
                    after: node,
                    renamed: renamed.next_if(|rename| rename.later == node).map(|rename| rename.evidence),
                    name_of: reused.next_if(|(_, now)| *now == node).map(|(had, _)| had),
                    cells: &cells,
                    row,
                };
                for change in asked.changes(&model) {
                    if let ControlFlow::Break(end) = visit(&change) {
                        return Ok(ControlFlow::Break(end));
                    }
                }
                node += 1;
            }
        }
        if node < after.world.graph.models() {
            return Err(cells::misfit(&after.snapshot));
        }
        if asked.wants(Kind::Deleted) {
            for node in self.pairing.deleted().filter(|node| asked.within[0].holds(*node)) {
                let bases = Value::Bases(bases::declared(&before.world, node));
                if let ControlFlow::Break(end) =
                    visit(&before.change(Kind::Deleted, node, [Some(bases), None]))
                {
                    return Ok(ControlFlow::Break(end));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A model of the second listing, with what it was before.
struct Model<'a> {
    before: Option<u32>,
    after: u32,
    /// Why it is held to be the same, if it had another name.
    renamed: Option<Evidence>,
    /// The other repository that had its name before, if one had.
    name_of: Option<u32>,
    cells: &'a Cells,
    row: usize,
}

/// What is asked of two snapshots, and what it takes to answer that.
struct Asked<'a> {
    diff: &'a Diff,
    /// The kinds that are asked for and can be told.
    wanted: Vec<Kind>,
    /// The conditions on models before and after.
    within: [Within<'a>; 2],
    bases: Comparison<'a>,
    /// The columns that are compared.
    chosen: Choice,
    /// What the first listing says in them.
    cells: AllCells,
}

impl<'a> Asked<'a> {
    fn new(diff: &'a Diff, filter: &'a Filter) -> Result<Asked<'a>, ReadError> {
        let worlds = diff.worlds();
        let wants = |kind: Kind| filter.wants(kind) && diff.compares(kind);
        let wanted: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| wants(*kind)).collect();
        let chosen = std::array::from_fn(|at| wanted.contains(&COLUMNS[at].1) && diff.compares_column(at));
        Ok(Asked {
            diff,
            wanted,
            within: worlds.map(|world| filter.within(world)),
            bases: Comparison::new(worlds[0], worlds[1], &diff.pairing),
            chosen,
            cells: AllCells::read(&diff.before.snapshot, chosen, worlds[0].graph.models())?,
        })
    }

    fn wants(&self, kind: Kind) -> bool {
        self.wanted.contains(&kind)
    }

    /// Returns what changed about a model, in the order of [`Kind::ALL`].
    fn changes<'c>(&'c self, model: &Model<'c>) -> Vec<Change<'c>> {
        let holds = |before: Option<u32>| before.is_some_and(|before| self.within[0].holds(before));
        let is_asked = self.within[1].holds(model.after);
        let model_is_asked = is_asked || holds(model.before);
        let name_is_asked = is_asked || holds(model.name_of);
        let mut changes = Vec::new();
        if !model_is_asked && !name_is_asked {
            return changes;
        }
        let after = &self.diff.after;
        for kind in &self.wanted {
            let values = match (*kind, model.before) {
                (Kind::Reused, _) => self.identities(model).filter(|_| name_is_asked),
                _ if !model_is_asked => None,
                (Kind::Added, None) => {
                    Some([None, Some(Value::Bases(bases::declared(&after.world, model.after)))])
                }
                (_, None) => None,
                (kind, Some(was)) => self.compare(kind, was, model),
            };
            if let Some(values) = values {
                let mut change = after.change(*kind, model.after, values);
                change.evidence = model.renamed.filter(|_| *kind == Kind::Renamed);
                changes.push(change);
            }
        }
        changes
    }

    /// Returns the hub ids of two repositories that had the same name, one after the other.
    fn identities(&self, model: &Model) -> Option<[Option<Value<'static>>; 2]> {
        let ids = [self.diff.before.hub_id(model.name_of?), self.diff.after.hub_id(model.after)];
        Some(ids.map(|id| id.map(Value::HubId)))
    }

    /// Returns what a model had and has, if that is different.
    fn compare<'c>(&'c self, kind: Kind, was: u32, model: &Model<'c>) -> Option<[Option<Value<'c>>; 2]> {
        let worlds = self.diff.worlds();
        let of_each = [(worlds[0], was), (worlds[1], model.after)];
        match kind {
            Kind::Added | Kind::Deleted | Kind::Reused => None,
            Kind::Renamed => {
                model.renamed?;
                Some(of_each.map(|(world, node)| Some(Value::Text(world.name(node)))))
            }
            Kind::Relation if self.bases.is_same(was, model.after) => None,
            Kind::Relation => {
                Some(of_each.map(|(world, node)| Some(Value::Bases(bases::declared(world, node)))))
            }
            Kind::Task => differing(of_each.map(|(world, node)| world.task(node).map(Value::Text))),
            // What is not known of a model cannot have changed: every model has a commit.
            Kind::Updated => {
                let known = columns_of(kind).map(|column| self.values(column, was, model));
                differing(known.into_iter().find(|values| values.iter().all(Option::is_some))?)
            }
            Kind::License | Kind::Gated | Kind::Private | Kind::Disabled | Kind::NewVersion => {
                differing(self.values(columns_of(kind).next()?, was, model))
            }
        }
    }

    /// What both listings say of a model in a column.
    fn values<'c>(&'c self, column: usize, was: u32, model: &Model<'c>) -> [Option<Value<'c>>; 2] {
        let (cells, row) = self.cells.of(was);
        [cells.value(column, row), model.cells.value(column, model.row)]
    }
}

fn differing<'c>(values: [Option<Value<'c>>; 2]) -> Option<[Option<Value<'c>>; 2]> {
    (values[0] != values[1]).then_some(values)
}

#[cfg(test)]
mod tests;
